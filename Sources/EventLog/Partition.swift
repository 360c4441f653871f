// One partition of a topic: an ordered, append-only sequence of records with dense offsets, in segments.
// In: batches from one appending thread at a time. Out: batches to any number of readers, none of whom it waits for.
// Never: two contents for an offset that a reader has seen.

import Synchronization

/// How far a reader may see.
package enum Visibility: Sendable {
  /// Only what a power loss cannot take back. In a log opened read-only the same as `written`: only the writer knows.
  case durable
  /// Everything appended.
  case written
}

/// What must have happened before an append returns.
package enum Acknowledgement: Sendable {
  /// The operating system has the bytes: they survive the end of this process, not a power loss.
  case written
  /// The bytes were synced: they survive a power loss.
  case durable
}

/// Where an append went.
package struct AppendResult: Equatable, Sendable {
  package let firstOffset: Int64
  package let lastOffset: Int64
  /// The producer's batch was there already: nothing was written, the offsets are those of the first time.
  package let isDuplicate: Bool

  package init(firstOffset: Int64, lastOffset: Int64, isDuplicate: Bool = false) {
    self.firstOffset = firstOffset
    self.lastOffset = lastOffset
    self.isDuplicate = isDuplicate
  }
}

/// One partition. Any thread may call anything: appends queue behind a mutex, syncs behind another (which is the group
/// commit: one sync covers all appends before it), readers take a short third one and then read without any.
/// The order of taking them is `writer`, `syncing`, `view`.
package final class Partition: Sendable {
  package let topic: String
  package let index: Int
  let folder: String
  let environment: LogEnvironment
  let configuration: TopicConfiguration
  let writer = Mutex(Writer())
  let syncing: Mutex<CheckpointFile?>
  let view: Mutex<View>
  let signal = AppendSignal()

  /// What the appending thread alone needs.
  struct Writer {
    var producers = ProducerStates()
    /// When the first batch of the segment now appended to was written.
    var activeSince: Int64?
    /// The offsets of the producer snapshots on disk, oldest first.
    var snapshots: [Int64] = []
  }

  /// What everybody sees; replaced piece by piece under its mutex, each time to a consistent state.
  struct View {
    /// By base offset; the last one is appended to.
    var segments: [Segment] = []
    var start: Int64 = 0
    /// The offset after the last record written.
    var end: Int64 = 0
    /// The offset after the last record synced.
    var durable: Int64 = 0
    var unsyncedBytes = 0
    /// Why the partition is failed.
    var failure: String?
    var isClosed = false
  }

  init(
    topic: String, index: Int, folder: String, configuration: TopicConfiguration, environment: LogEnvironment,
    checkpoints: consuming CheckpointFile?, view: consuming View
  ) {
    self.topic = topic
    self.index = index
    self.folder = folder
    self.configuration = configuration
    self.environment = environment
    syncing = Mutex(checkpoints)
    self.view = Mutex(view)
  }

  /// The name in messages.
  package var name: String { "partition \(index) of `\(topic)`" }
  /// The first offset that can be read.
  package var logStart: Int64 { view.withLock { $0.start } }
  /// The offset that the next record will get.
  package var endOffset: Int64 { view.withLock { $0.end } }
  /// The offset up to which nothing can be lost to a power loss.
  package var durableOffset: Int64 { view.withLock { $0.durable } }
  /// The bytes of its segments.
  package var sizeOnDisk: Int { view.withLock { $0.segments.reduce(0) { $0 + $1.summary.size } } }
  package var segmentCount: Int { view.withLock { $0.segments.count } }

  /// The last batch that an idempotent producer has here: what an engine that re-executes has appended already.
  /// Known to a log opened for writing only.
  package func lastSequence(of producerID: Int64) -> (sequence: Int32, offset: Int64)? {
    writer.withLock { $0.producers[producerID].map { ($0.lastSequence, $0.lastOffset) } }
  }

  func fail(_ cause: LogError) -> LogError {
    let text = "\(cause)"
    view.withLock { $0.failure = $0.failure ?? text }
    return .partitionFailed(partition: name, cause: text)
  }

  func checkUsable(toWrite attempt: String? = nil) throws(LogError) {
    let (isClosed, failure) = view.withLock { ($0.isClosed, $0.failure) }
    if isClosed { throw .closed }
    guard let attempt else { return }
    if environment.mode == .readOnly { throw .readOnly(attempt) }
    if let failure { throw .partitionFailed(partition: name, cause: failure) }
  }

  /// Waits until a record at or after `offset` can be read, at most `microseconds`; returns whether there is one.
  /// In a log opened read-only it looks at the disk now and then, seldom when nothing comes.
  package func waitForAppend(
    from offset: Int64, microseconds: Int64, visibility: Visibility = .durable
  ) throws(LogError) -> Bool {
    func isThere() -> Bool {
      view.withLock { ($0.isClosed ? Int64.max : visibility == .durable ? $0.durable : $0.end) > offset }
    }
    if environment.mode == .readWrite { return signal.wait(microseconds: microseconds, until: isThere) }
    let deadline = AppendSignal.monotonicMicroseconds() &+ max(0, min(microseconds, 1 << 50))
    var pause: Int64 = 1000
    while true {
      try refresh()
      let left = deadline &- AppendSignal.monotonicMicroseconds()
      if isThere() || left <= 0 { return isThere() }
      AppendSignal.pause(microseconds: min(pause, left))
      pause = min(pause * 2, 50_000)
    }
  }
}
