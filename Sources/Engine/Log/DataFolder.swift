// The folder with the topics, the registered schemas and the saved state: which one is meant, and how it is opened.
// In: the option and the environment. Out: open logs, the registry. Never makes anything unless it is asked to write.

import EventLog
import Foundation
import Schemas

/// A data folder that may not exist yet.
package struct DataFolder: Sendable {
  /// Why this folder is meant.
  package enum Origin: Equatable, Sendable {
    case option, environment, defaultName
  }

  package let path: String
  package let origin: Origin

  /// The folder of `--data`, else of $MILLRACE_DATA, else `millrace-data` in the current folder.
  package init(path: String?, environment: [String: String] = ProcessInfo.processInfo.environment) {
    if let path, !path.isEmpty {
      (self.path, origin) = (Self.tidied(path), .option)
    } else if let path = environment["MILLRACE_DATA"], !path.isEmpty {
      (self.path, origin) = (Self.tidied(path), .environment)
    } else {
      (self.path, origin) = ("millrace-data", .defaultName)
    }
  }

  /// Whether the user has named the folder, or made it before: what is to last may be kept there.
  package var isChosen: Bool {
    origin != .defaultName || FileManager.default.fileExists(atPath: path + "/cluster.meta")
  }

  private static func tidied(_ path: String) -> String {
    var path = path.hasPrefix("~/") ? NSString(string: path).expandingTildeInPath : path
    while path.count > 1, path.hasSuffix("/") { path.removeLast() }
    return path
  }

  /// Opens the log to read; nil when there is none yet.
  package func openForReading() throws -> EventLog? {
    try refuseFile()
    guard FileManager.default.fileExists(atPath: path + "/cluster.meta") else {
      try refuseStrangeFolder()
      return nil
    }
    return try EventLog(folder: path, mode: .readOnly)
  }

  /// Opens the log to read, or says how to make one.
  package func openExisting() throws -> EventLog {
    if let log = try openForReading() { return log }
    throw EngineError("there is no log in \(described)", advice: "make one with `millrace topic create NAME\(option)`")
  }

  /// Opens the log to append, making the folder when it is missing; refused while another process writes to it.
  package func openForWriting() throws -> EventLog {
    try refuseFile()
    try refuseStrangeFolder()
    do {
      return try EventLog(folder: path, mode: .readWrite)
    } catch LogError.locked(_, let holder) {
      throw EngineError(
        "\(described) is being written by \(holder)",
        advice: "wait for it to end or stop it, or use another folder with `--data DIR`; reading goes on beside it")
    }
  }

  /// The same, but an error when nothing was ever written there: what is to be changed cannot exist.
  package func openExistingForWriting() throws -> EventLog {
    if !FileManager.default.fileExists(atPath: path + "/cluster.meta") { _ = try openExisting() }
    return try openForWriting()
  }

  /// The registered schemas of an open log.
  package func registry(in log: EventLog) throws -> SchemaRegistry {
    try SchemaLog(log).registry()
  }

  /// Adds an event of the registry to a log open for writing.
  package func append(_ event: SchemaRegistered, to log: EventLog) throws {
    try SchemaLog(log).append(event)
  }

  /// The topics that users made, by name.
  package func topics(in log: EventLog) -> [String: (partitions: Int, retentionMilliseconds: Int64?)] {
    var topics: [String: (partitions: Int, retentionMilliseconds: Int64?)] = [:]
    for topic in log.topics where !topic.isInternal {
      topics[topic.name] = (topic.partitions.count, topic.configuration.retentionMilliseconds)
    }
    return topics
  }

  /// The folder in messages: its path, and where the path came from when the user did not just type it.
  package var described: String {
    switch origin {
    case .option: "`\(path)`"
    case .environment: "`\(path)` ($MILLRACE_DATA)"
    case .defaultName: "`\(path)`"
    }
  }

  /// What commands in advice need so that they mean this folder.
  package var option: String { origin == .option ? " --data \(path)" : "" }

  private func refuseFile() throws {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), !isFolder.boolValue else { return }
    throw EngineError("\(described) is a file, not a data folder", advice: "name a folder with `--data DIR`")
  }

  /// A folder with other things in it is never taken over.
  private func refuseStrangeFolder() throws {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue else { return }
    let names: [String]
    do {
      names = try FileManager.default.contentsOfDirectory(atPath: path)
    } catch {
      throw EngineError(
        "the folder \(described) cannot be read", advice: "check who owns it and its permissions (`ls -ld \(path)`)")
    }
    let own: Set<String> = ["cluster.meta", "topics", "LOCK", "CLEAN", "journal", "state", "views"]
    guard let stranger = names.filter({ !own.contains($0) && !$0.hasPrefix(".") }).sorted().first,
      !names.contains("cluster.meta")
    else { return }
    throw EngineError(
      "\(described) is no data folder: it holds other things, such as `\(stranger)`",
      advice: "name a data folder, or a new one, with `--data DIR`")
  }
}

extension EventLog {
  /// The topic of this name, or an error that lists what there is and how to make it.
  func topic(named name: String, in folder: DataFolder) throws -> Topic {
    if hasTopic(name) { return try topic(name) }
    let names = topics.filter { !$0.isInternal }.map(\.name)
    let near = closestName(to: name, among: names)
    let create = "make it with `millrace topic create \(name)\(folder.option)`"
    let known = names.isEmpty ? "" : "; there are \(names.prefix(8).map { "`\($0)`" }.joined(separator: ", "))"
    throw EngineError(
      "there is no topic `\(name)` in \(folder.described)" + (near.map { "; did you mean `\($0)`?" } ?? ""),
      advice: near == nil ? create + known : "`millrace topic list\(folder.option)` lists the topics")
  }
}
