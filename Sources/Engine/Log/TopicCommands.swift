// `topic`: make, list, describe and delete topics. In: names and settings. Out: listings on standard output. Nothing is
// asked back; what was done is said.

import EventLog
import Schemas

/// The commands on topics.
package struct TopicCommands {
  private let console: Console
  private let folder: DataFolder

  package init(console: Console, dataFolder: String?) {
    self.console = console
    folder = DataFolder(path: dataFolder)
  }

  package func create(_ name: String, partitions: Int, retention: String?) throws -> ExitStatus {
    var configuration = TopicConfiguration()
    if let retention {
      guard let milliseconds = RetentionText.milliseconds(retention) else {
        throw EngineError(
          "`--retention \(retention)` is not a span of time", advice: "write it as `7 DAYS`, `12 hours` or `90m`",
          status: .wrongUsage)
      }
      configuration.retentionMilliseconds = milliseconds
    }
    try TopicConfiguration.checkName(name)
    guard !name.hasPrefix("__") else {
      throw EngineError(
        "`\(name)` cannot be a topic of yours: names that begin with two underscores are the engine's own",
        advice: "choose another name", status: .wrongUsage)
    }
    let log = try folder.openForWriting()
    if log.hasTopic(name) {
      try log.close()
      throw EngineError(
        "the topic `\(name)` exists already in \(folder.described)",
        advice: "see it with `millrace topic describe \(name)\(folder.option)`, or choose another name")
    }
    try log.createTopic(name, partitions: partitions, configuration: configuration)
    try log.close()
    let kept = RetentionText.text(configuration.retentionMilliseconds)
    console.output("created `\(name)`: \(Quantity.counted(partitions, "partition")), records kept \(kept)\n")
    return .done
  }

  package func list() throws -> ExitStatus {
    guard let log = try folder.openForReading(), log.topics.contains(where: { !$0.isInternal }) else {
      console.error("no topics in \(folder.described); make one with `millrace topic create NAME\(folder.option)`\n")
      return .done
    }
    let registry = try folder.registry(in: log)
    var table = AlignedTable([
      ("topic", .left), ("partitions", .right), ("records", .right), ("bytes", .right), ("retention", .left),
      ("schema", .left),
    ])
    for topic in log.topics where !topic.isInternal {
      let schema = registry.registered(forTopic: topic.name)
      table.append([
        topic.name, "\(topic.partitions.count)", number(Self.records(of: topic)), size(topic.sizeOnDisk),
        RetentionText.text(topic.configuration.retentionMilliseconds),
        schema.map { "\($0.subject) version \($0.version)" } ?? "-",
      ])
    }
    console.output(table.text(isForTerminal: console.outputIsTerminal))
    return .done
  }

  package func describe(_ name: String) throws -> ExitStatus {
    let log = try folder.openExisting()
    let topic = try log.topic(named: name, in: folder)
    console.output("topic       \(topic.name)\n")
    console.output("retention   \(RetentionText.text(topic.configuration.retentionMilliseconds))\n")
    console.output("records     \(Quantity.grouped(Self.records(of: topic)))\n")
    console.output("bytes       \(Quantity.bytes(topic.sizeOnDisk))\n")
    if let schema = try folder.registry(in: log).registered(forTopic: name) {
      console.output("schema      \(schema.subject) version \(schema.version), id \(schema.id)\n")
    } else {
      console.output("schema      none registered\n")
    }
    var table = AlignedTable([
      ("partition", .right), ("start", .right), ("end", .right), ("records", .right), ("bytes", .right),
      ("oldest", .left), ("newest", .left),
    ])
    for partition in topic.partitions {
      let times = try Self.times(of: partition)
      table.append([
        "\(partition.index)", "\(partition.logStart)", "\(partition.endOffset)",
        number(Int(partition.endOffset - partition.logStart)), size(partition.sizeOnDisk),
        times.map { InstantText.iso(milliseconds: $0.oldest) } ?? "-",
        times.map { InstantText.iso(milliseconds: $0.newest) } ?? "-",
      ])
    }
    console.output("\n" + table.text(isForTerminal: console.outputIsTerminal))
    return .done
  }

  package func delete(_ name: String) throws -> ExitStatus {
    let log = try folder.openExistingForWriting()
    let topic = try log.topic(named: name, in: folder)
    guard !topic.isInternal else {
      throw EngineError("`\(name)` is one of the engine's own topics", advice: "choose a topic that you created")
    }
    let records = Self.records(of: topic)
    let bytes = topic.sizeOnDisk
    try log.deleteTopic(name)
    try log.close()
    console.output(
      "deleted `\(name)`: \(Quantity.counted(topic.partitions.count, "partition")), "
        + "\(Quantity.counted(records, "record")), \(Quantity.bytes(bytes))\n")
    return .done
  }

  private static func records(of topic: Topic) -> Int {
    topic.partitions.reduce(0) { $0 + Int($1.endOffset - $1.logStart) }
  }

  /// The timestamps of the first and the last record; nil when there is none, or it cannot be read.
  private static func times(of partition: Partition) throws -> (oldest: Int64, newest: Int64)? {
    guard partition.endOffset > partition.logStart else { return nil }
    do throws(LogError) {
      let first = try partition.records(from: partition.logStart, maxBytes: 1, visibility: .written).records.first
      let last = try partition.records(from: partition.endOffset - 1, maxBytes: 1, visibility: .written).records.last
      guard let first, let last else { return nil }
      return (first.timestamp, last.timestamp)
    } catch .corrupt {
      return nil
    }
  }

  /// Numbers for people on a terminal, for programs elsewhere.
  private func number(_ value: Int) -> String { console.outputIsTerminal ? Quantity.grouped(value) : "\(value)" }
  private func size(_ value: Int) -> String { console.outputIsTerminal ? Quantity.bytes(value) : "\(value)" }
}
