// What a step took from outside the log: with it the step can be executed again exactly (DESIGN §4). In: a step. Out: bytes
// with a checksum, and back. Holds no rows.

import Values

/// One step as the journal keeps it.
package struct JournalRecord: Hashable, Sendable {
  package var step: Int64
  /// The clock reading.
  package var now: Int64
  /// Whether it was the last of bounded input.
  package var isLast: Bool
  /// Where each partition stood after the step; only those that moved.
  package var ends: [PartitionID: Int64]
  /// The partitions that had nothing more when the step began: idle decisions follow from these and the clock.
  package var caughtUp: Set<PartitionID>
  /// Where each sink stood after the step.
  package var outputs: [[Int64]]
  /// Of everything the step gave to its sinks.
  package var checksum: UInt64

  func write(to writer: ColumnWriter) {
    writer.write(step)
    writer.write(now)
    writer.write(isLast)
    writer.write(Vector(ends.keys.sorted().flatMap { [Int64($0.source), Int64($0.partition), ends[$0] ?? 0] }))
    writer.write(Vector(caughtUp.sorted().flatMap { [Int64($0.source), Int64($0.partition)] }))
    writer.write(outputs.count)
    for output in outputs { writer.write(Vector(output)) }
    writer.write(Int64(bitPattern: checksum))
  }

  init(
    step: Int64, now: Int64, isLast: Bool, ends: [PartitionID: Int64], caughtUp: Set<PartitionID>, outputs: [[Int64]],
    checksum: UInt64
  ) {
    self.step = step
    self.now = now
    self.isLast = isLast
    self.ends = ends
    self.caughtUp = caughtUp
    self.outputs = outputs
    self.checksum = checksum
  }

  init(from reader: ColumnReader) throws(StateFormatError) {
    step = try reader.int()
    now = try reader.int()
    isLast = try reader.bool()
    let ends = try reader.ints().array
    let caughtUp = try reader.ints().array
    guard ends.count % 3 == 0, caughtUp.count % 2 == 0 else { throw reader.failure("a journal record is damaged") }
    self.ends = [:]
    for index in stride(from: 0, to: ends.count, by: 3) {
      self.ends[PartitionID(source: Int(ends[index]), partition: Int(ends[index + 1]))] = ends[index + 2]
    }
    self.caughtUp = []
    for index in stride(from: 0, to: caughtUp.count, by: 2) {
      self.caughtUp.insert(PartitionID(source: Int(caughtUp[index]), partition: Int(caughtUp[index + 1])))
    }
    outputs = []
    for _ in 0..<max(0, min(try reader.int(), 65_536)) { outputs.append(try reader.ints().array) }
    checksum = UInt64(bitPattern: try reader.int())
  }
}
