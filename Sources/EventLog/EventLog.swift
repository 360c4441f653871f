// A partitioned log in a folder: topics, their partitions, one writing process, any number of reading ones.
// In: a folder. Out: topics. Never: a server, a background thread, or a change to anything in a log opened read-only.
//
//     LOCK                   held by the one writer for as long as it lives
//     CLEAN                  there only after an orderly shutdown
//     cluster.meta           id and format version
//     topics/<name>/         topic.meta and one folder per partition

import Glibc
import Synchronization

/// An open log. Any thread may call anything.
package final class EventLog: Sendable {
  package static let maxPartitions = 10_000

  package let folder: String
  /// What opening found.
  package let recovery: RecoveryReport
  package let id: String
  private let environment: LogEnvironment
  private let state: Mutex<State>

  private struct State {
    var topics: [String: Topic]
    var lock: (any StorageLock)?
    var isClosed = false
  }

  private var topicsFolder: String { folder + "/topics" }

  /// Opens the log in `folder`, to write (it is made when missing, and recovered when its last writer died) or to read.
  ///
  /// A second writer is refused with `locked`, which names the first. Readers take no lock: they see what is appended
  /// after `refresh()`, up to the last whole batch.
  package init(
    folder: String, mode: LogMode, storage: any Storage = FileStorage(), clock: LogClock = .system,
    limits: LogLimits = LogLimits()
  ) throws(LogError) {
    let environment = LogEnvironment(storage: storage, clock: clock, mode: mode, limits: limits)
    let metadata = folder + "/cluster.meta"
    var lock: (any StorageLock)?
    if mode == .readWrite {
      try storage.createFolders(folder)
      lock = try storage.lock(folder + "/LOCK", note: "the process with id \(getpid())")
      try storage.createFolder(folder + "/topics")
      if !storage.exists(metadata) {
        let id = String(UInt64(bitPattern: clock.now()) &* 0x9E37_79B9_7F4A_7C15 ^ UInt64(getpid()), radix: 16)
        let bytes = MetadataFile.encode(kind: "cluster", version: 1, [("id", id)])
        try storage.replaceFile(metadata, with: bytes, in: folder)
      }
    } else if !storage.exists(metadata) {
      throw .notADataFolder(folder)
    }
    let pairs = try MetadataFile.read(storage, metadata, kind: "cluster", version: 1)
    var report = RecoveryReport()
    let topics = try Self.openTopics(folder, environment, &report)
    self.folder = folder
    self.environment = environment
    id = pairs.first { $0.key == "id" }?.value ?? ""
    recovery = report
    state = Mutex(State(topics: topics, lock: lock))
  }

  private static func openTopics(
    _ folder: String, _ environment: LogEnvironment, _ report: inout RecoveryReport
  ) throws(LogError) -> [String: Topic] {
    let storage = environment.storage
    report.wasClosedInOrder = storage.exists(folder + "/CLEAN")
    if environment.mode == .readWrite && report.wasClosedInOrder {
      // From here on a crash is a crash: the marker must be gone from the disk before anything changes.
      try storage.remove(folder + "/CLEAN")
      try storage.syncFolder(folder)
    }
    var topics: [String: Topic] = [:]
    for name in try storage.list(folder + "/topics") {
      if (try? TopicConfiguration.checkName(name)) == nil {
        // `+name` was being made, `~name` was being deleted.
        guard environment.mode == .readWrite, name.hasPrefix("+") || name.hasPrefix("~") else { continue }
        try storage.removeTree(folder + "/topics/" + name)
        report.notes.append(.leftover(path: folder + "/topics/" + name))
      } else {
        topics[name] = try Topic.open(name, in: folder + "/topics", environment: environment, report: &report)
      }
    }
    return topics
  }

  private func checkUsable(toWrite attempt: String? = nil) throws(LogError) {
    if state.withLock({ $0.isClosed }) { throw .closed }
    if let attempt, environment.mode == .readOnly { throw .readOnly(attempt) }
  }

  // MARK: Topics

  /// The topics by name, the engine's own ones among them.
  package var topics: [Topic] { state.withLock { $0.topics.values.sorted { $0.name < $1.name } } }

  package func topic(_ name: String) throws(LogError) -> Topic {
    try checkUsable()
    if let topic = state.withLock({ $0.topics[name] }) { return topic }
    throw .unknownTopic(name, known: topics.filter { !$0.isInternal }.map(\.name))
  }

  package func hasTopic(_ name: String) -> Bool { state.withLock { $0.topics[name] != nil } }

  /// Makes an empty topic, durable on return.
  @discardableResult
  package func createTopic(
    _ name: String, partitions: Int, configuration: TopicConfiguration = TopicConfiguration()
  ) throws(LogError) -> Topic {
    try checkUsable(toWrite: "create a topic")
    try TopicConfiguration.checkName(name)
    guard partitions >= 1, partitions <= Self.maxPartitions else { throw .invalidPartitionCount(partitions) }
    return try state.withLock { (state) throws(LogError) in
      if state.topics[name] != nil { throw .topicExists(name) }
      let newest = state.topics.values.map(\.id).max() ?? 0
      let id = max(UInt64(max(environment.clock.now(), 1)), newest + 1)
      try Topic.create(
        name, id: id, partitions: partitions, configuration, in: topicsFolder, environment: environment)
      var ignored = RecoveryReport()
      let topic = try Topic.open(name, in: topicsFolder, environment: environment, report: &ignored)
      state.topics[name] = topic
      return topic
    }
  }

  /// Removes a topic and its records, for good.
  package func deleteTopic(_ name: String) throws(LogError) {
    try checkUsable(toWrite: "delete a topic")
    let topic = try self.topic(name)
    try state.withLock { (state) throws(LogError) in
      guard state.topics[name] != nil else { return }
      for partition in topic.partitions { partition.markClosed() }
      let storage = environment.storage
      let doomed = topicsFolder + "/~" + name
      if storage.exists(doomed) { try storage.removeTree(doomed) }
      try storage.rename(topicsFolder + "/" + name, to: doomed)
      state.topics[name] = nil
      try storage.syncFolder(topicsFolder)
      try storage.removeTree(doomed)
    }
  }

  // MARK: The whole log

  package var sizeOnDisk: Int { topics.reduce(0) { $0 + $1.sizeOnDisk } }

  /// Makes everything appended so far durable, one sync per partition that has anything new.
  package func sync() throws(LogError) {
    try checkUsable(toWrite: "sync")
    for topic in topics {
      for partition in topic.partitions { try partition.sync() }
    }
  }

  /// Takes in what the writing process has done since: new topics too. Does nothing in the writing process.
  package func refresh() throws(LogError) {
    try checkUsable()
    guard environment.mode == .readOnly else { return }
    let names = try environment.storage.list(topicsFolder).filter { (try? TopicConfiguration.checkName($0)) != nil }
    for topic in topics {
      if names.contains(topic.name) {
        for partition in topic.partitions { try partition.refresh() }
      } else {
        for partition in topic.partitions { partition.markClosed() }
        state.withLock { $0.topics[topic.name] = nil }
      }
    }
    for name in names where !hasTopic(name) {
      var ignored = RecoveryReport()
      let topic = try Topic.open(name, in: topicsFolder, environment: environment, report: &ignored)
      state.withLock { $0.topics[name] = topic }
    }
  }

  /// Applies every topic's retention; `now` in microseconds since 1970 UTC, the log's clock when nil.
  package func applyRetention(now: Int64? = nil) throws(LogError) -> [RetentionResult] {
    try checkUsable(toWrite: "apply retention")
    let time = now ?? environment.clock.now()
    var results: [RetentionResult] = []
    for topic in topics {
      for partition in topic.partitions {
        if let result = try partition.applyRetention(now: time) { results.append(result) }
      }
    }
    return results
  }

  /// Syncs everything, leaves the marker that makes the next open quick, and releases the folder. A log that is let go
  /// without it loses nothing, but is scanned at the next open. The first error is thrown after everything was tried.
  package func close() throws(LogError) {
    let topics = state.withLock { state -> [Topic] in
      defer { state.isClosed = true }
      return state.isClosed ? [] : Array(state.topics.values)
    }
    var failure: LogError?
    let isWriter = state.withLock { $0.lock != nil }
    for topic in topics {
      for partition in topic.partitions {
        do { try partition.close() } catch { failure = failure ?? error }
      }
    }
    if isWriter && failure == nil {
      do {
        let storage = environment.storage
        try storage.open(folder + "/CLEAN", .replace).sync()
        try storage.syncFolder(folder)
      } catch {
        failure = error
      }
    }
    state.withLock { $0.lock = nil }
    if let failure { throw failure }
  }
}
