// The log that a script writes and reads: a simulated disk and a clock that stands still. In: records as lines. Out:
// offsets, records, segments, findings.

import EventLog

final class GoldenLog {
  private let storage = SimulatedStorage()
  private var opened: EventLog?

  private func log() throws(LogError) -> EventLog {
    if let opened { return opened }
    let log = try EventLog(
      folder: "/data", mode: .readWrite, storage: storage, clock: LogClock { RowNotation.baseDay / 1000 })
    opened = log
    return log
  }

  private func attempt<T>(_ body: () throws(LogError) -> T) throws(GoldenError) -> T {
    do throws(LogError) {
      return try body()
    } catch {
      throw GoldenError(line: 0, message: "\(error)")
    }
  }

  /// `produce TOPIC [partition=N] [partitions=N] [segment=BYTES]`: one batch of lines `key => value`, or values.
  func produce(_ command: GoldenCommand) throws(GoldenError) -> String {
    let name = command.words.first ?? ""
    return try attempt { () throws(LogError) in
      let log = try log()
      if !log.hasTopic(name) {
        var configuration = TopicConfiguration()
        if let bytes = command.option("segment").flatMap(Int.init) { configuration.segmentBytes = bytes }
        _ = try log.createTopic(
          name, partitions: command.option("partitions").flatMap(Int.init) ?? 1, configuration: configuration)
      }
      let writer = RecordBatchWriter()
      for (number, line) in command.body.split(separator: "\n").enumerated() {
        let (key, value) = Self.record(String(line))
        try writer.append(key: key, value: value, timestamp: RowNotation.baseDay / 1000 + Int64(number))
      }
      let partition = command.option("partition").flatMap(Int.init) ?? 0
      let result = try log.topic(name).partition(partition).append(writer, acknowledgement: .durable)
      return "partition \(partition): offsets \(result.firstOffset) to \(result.lastOffset)\n"
    }
  }

  static func record(_ line: String) -> (key: [UInt8]?, value: [UInt8]?) {
    var key: [UInt8]?
    var rest = line
    if let place = line.firstRange(of: " => ") {
      key = Array(line[..<place.lowerBound].utf8)
      rest = String(line[place.upperBound...])
    }
    return (key, rest == "·" ? nil : Array(rest.utf8))
  }

  /// `consume TOPIC [from=OFFSET]`: the records of each partition.
  func consume(_ command: GoldenCommand) throws(GoldenError) -> String {
    try attempt { () throws(LogError) in
      var text = ""
      for partition in try log().topic(command.words.first ?? "").partitions {
        var next = command.option("from").flatMap(Int64.init) ?? partition.logStart
        while next < partition.endOffset {
          let (records, after) = try partition.records(from: next)
          for record in records { text += "\(partition.index):\(record.offset) \(Self.text(record))\n" }
          guard after > next else { break }
          next = after
        }
      }
      return text
    }
  }

  private static func text(_ record: Record) -> String {
    let key = record.key.map { String(decoding: $0, as: UTF8.self) + " => " } ?? ""
    return key + (record.value.map { String(decoding: $0, as: UTF8.self) } ?? "·")
  }

  func segments(_ command: GoldenCommand) throws(GoldenError) -> String {
    try attempt { () throws(LogError) in
      try log().topic(command.words.first ?? "").partitions.map { partition in
        "partition \(partition.index): \(partition.segmentCount) segments, offsets \(partition.logStart) to "
          + "\(partition.endOffset), durable to \(partition.durableOffset)\n"
      }.joined()
    }
  }

  func check() throws(GoldenError) -> String {
    try attempt { () throws(LogError) in
      _ = try log()
      let report = try LogChecker(folder: "/data", storage: storage).check()
      let found = report.findings.map { "\($0.kind.rawValue) at \($0.file) \($0.position): \($0.explanation)\n" }
      return "\(report.segments) segments, \(report.batches) batches, \(report.records) records\n"
        + (found.isEmpty ? "clean\n" : found.joined())
    }
  }
}
