// `produce` and `consume`: lines of standard input to records of a topic, and back. The two live in `RecordProducer` and
// `RecordConsumer`; here are the words in which they fail and what they say at the end.

import EventLog
import Glibc
import Schemas

/// What `consume` was asked for.
package struct ConsumeOptions: Sendable {
  /// An offset, a time, `beginning` or `end`; nil for the beginning.
  package var from: String?
  package var partition: Int?
  package var limit: Int64?
  package var follows: Bool
  package var showsMetadata: Bool

  package init(
    from: String? = nil, partition: Int? = nil, limit: Int64? = nil, follows: Bool = false, showsMetadata: Bool = false
  ) {
    self.from = from
    self.partition = partition
    self.limit = limit
    self.follows = follows
    self.showsMetadata = showsMetadata
  }
}

/// The commands that move records.
package struct RecordCommands {
  private let console: Console
  private let folder: DataFolder

  package init(console: Console, dataFolder: String?) {
    self.console = console
    folder = DataFolder(path: dataFolder)
  }

  /// Appends the lines of `descriptor` to a topic until they end, or until Ctrl-C: what came until then is kept.
  package func produce(
    _ name: String, keyField: String?, partition: Int?, deletes: Bool = false, from descriptor: Int32 = STDIN_FILENO
  ) throws -> ExitStatus {
    guard keyField != nil || !deletes else {
      throw EngineError(
        "--delete appends keys without values, and nothing says what the key is",
        advice: "name its field: --key FIELD", status: .wrongUsage)
    }
    let log = try folder.openExistingForWriting()
    let topic = try log.topic(named: name, in: folder)
    guard !topic.isInternal else {
      throw EngineError("`\(name)` is one of the engine's own topics", advice: "choose a topic that you created")
    }
    try check(partition, of: topic)
    let interrupt = InterruptFlag()
    defer { interrupt.stop() }
    let producer = RecordProducer(topic, keyField: keyField, partition: partition, deletes: deletes)
    let expectation = deletes ? nil : try FirstLineCheck(topic: name, registry: folder.registry(in: log))
    if isatty(descriptor) == 1 { console.error("one record a line; Ctrl-D ends\n") }
    let started = ContinuousClock.now
    do {
      try producer.appendLines(of: InputLines(descriptor: descriptor, limit: RecordProducer.lineLimit)) { line in
        if let warning = expectation?.warning(about: line) { console.error("warning: \(warning)\n") }
      }
    } catch {
      console.error(summary(of: producer, topic, since: started))
      try? log.close()
      throw described(error)
    }
    try log.close()
    console.error(summary(of: producer, topic, since: started))
    return .done
  }

  /// Prints the values of a topic's records, one a line.
  package func consume(_ name: String, _ options: ConsumeOptions) throws -> ExitStatus {
    let log = try folder.openExisting()
    let topic = try log.topic(named: name, in: folder)
    try check(options.partition, of: topic)
    let start = try ConsumeStart(options.from)
    let interrupt = InterruptFlag()
    defer { interrupt.stop() }
    let partitions = try options.partition.map { [try topic.partition($0)] } ?? topic.partitions
    let consumer = try RecordConsumer(partitions, start: start, options: options, console: console)
    return try consumer.run()
  }

  private func check(_ partition: Int?, of topic: Topic) throws {
    guard let partition, !topic.partitions.indices.contains(partition) else { return }
    throw EngineError(
      "the topic `\(topic.name)` has no partition \(partition)",
      advice: "it has \(Quantity.counted(topic.partitions.count, "partition")), numbered from 0", status: .wrongUsage)
  }

  private func described(_ error: any Error) -> any Error {
    switch error {
    case InputLines.Failure.lineTooLong(let number, let limit):
      EngineError(
        "line \(number) is longer than \(Quantity.bytes(limit)), the most that a record may have",
        advice: "the lines before it are in the topic; shorten it, or cut it in two")
    case InputLines.Failure.unreadable(let reason):
      EngineError("standard input cannot be read: \(reason)", advice: "the lines before it are in the topic")
    default: error
    }
  }

  private func summary(of producer: RecordProducer, _ topic: Topic, since start: ContinuousClock.Instant) -> String {
    let elapsed = (ContinuousClock.now - start).components
    let seconds = Double(elapsed.seconds) + Double(elapsed.attoseconds) * 1e-18
    let counts = producer.counts
    var text = "\(Quantity.counted(counts.reduce(0, +), "record")) (\(Quantity.bytes(producer.byteCount))) "
    text += "appended to `\(topic.name)` in \(Quantity.seconds(seconds))"
    if counts.count > 1 {
      let shares = counts.prefix(16).enumerated().map { "\($0.offset): \(Quantity.grouped($0.element))" }
      text += "; by partition: " + shares.joined(separator: ", ") + (counts.count > 16 ? ", ..." : "")
    }
    text += "\n"
    if producer.blankLines > 0 { text += "\(Quantity.counted(producer.blankLines, "blank line")) left out\n" }
    if producer.recordsWithoutKey > 0 {
      let lines = producer.deletes ? "line" : "record"
      text += "\(Quantity.counted(producer.recordsWithoutKey, lines)) without the key `\(producer.keyName)`"
      text += producer.deletes ? " left out\n" : "\n"
    }
    return text
  }
}
