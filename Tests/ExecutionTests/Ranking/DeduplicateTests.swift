// One row for each key against a naive reading of the same rows, whatever their disorder within the watermark, with the state
// saved and restored in between.

import Plan
import Testing
import Values

@testable import Execution

@Suite struct DeduplicateTests {
  private static let time = TimeAttribute(column: 2, delay: 0)

  private static func byTime(within: Int64?, seed: Int) -> OperatorDrive {
    let deduplication = Deduplication(
      keys: [TestAggregation.k], kept: .first, order: .column(2, TestRow.fields[2]), time: time, within: within)
    return OperatorDrive(seed: UInt64(seed), restores: seed % 2 == 0) {
      DeduplicateByTimeOperator(deduplication, time: time, schema: Schema(TestRow.fields), timeZone: .utc)
    }
  }

  /// The rows that pass when all are read in the order of time and arrival.
  private func naive(_ rows: [TestRow], within: Int64?) -> [[Value]] {
    var keptAt: [Int64?: Int64] = [:]
    return rows.sorted { ($0.ts ?? 0, $0.offset) < ($1.ts ?? 0, $1.offset) }.filter { row in
      let time = row.ts ?? 0
      if let kept = keptAt[row.k], within.map({ time - kept < $0 }) ?? true { return false }
      keptAt[row.k] = time
      return true
    }.map(\.values)
  }

  @Test("the first row by time, whatever the disorder", arguments: 0..<80)
  func first(seed: Int) throws {
    var random = DriveNumbers(UInt64(seed))
    let within: Int64? = seed % 3 == 0 ? nil : Int64(5 + random.below(40))
    let drive = Self.byTime(within: within, seed: seed)
    var greatest: Int64 = 0
    var counted: [TestRow] = []
    var late: [[Value]] = []
    var offset: Int64 = 0
    for _ in 0..<30 {
      var rows: [TestRow] = []
      for _ in 0..<random.below(10) {
        let watermark = greatest - 15
        let row = TestRow(
          k: Int64(random.below(4)), x: offset, ts: greatest - 20 + Int64(random.below(30)), watermark: watermark,
          offset: offset)
        offset += 1
        if (row.ts ?? 0) <= watermark { late.append(row.values) } else { counted.append(row) }
        greatest = max(greatest, row.ts ?? 0)
        rows.append(row)
      }
      try drive.process(TestRow.batch(rows))
      try drive.advance(greatest - 15)
      try drive.endStep()
    }
    try drive.advance(.max)
    try drive.endStep(isLast: true)
    #expect(drive.output.rows == naive(counted, within: within))
    #expect(drive.output.late == late)
    if within != nil { #expect(drive.running.stateSize.keys == 0) }
    #expect(drive.running.stateSize.rows == 0)
  }

  @Test("the first row to arrive passes at once; after the time to live the next one does") func arrival() throws {
    let deduplication = Deduplication(keys: [TestAggregation.k], kept: .first, timeToLive: 100)
    let drive = OperatorDrive(restores: true) { DeduplicateOperator(deduplication, timeZone: .utc) }
    func feed(_ keys: [Int64], at now: Int64) throws -> [[Value]] {
      drive.now = now
      let known = drive.output.rows.count
      try drive.process(TestRow.batch(keys.map { TestRow(k: $0, x: now, ts: 0) }))
      try drive.endStep()
      return Array(drive.output.rows[known...])
    }
    #expect(try feed([1, 2, 1], at: 1_000).map { $0[0] } == [.int(1), .int(2)])
    #expect(try feed([1, 3], at: 1_090).map { $0[0] } == [.int(3)])
    // 1 was met at 1090, 2 at 1000.
    #expect(try feed([2, 1], at: 1_150).map { $0[0] } == [.int(2)])
    #expect(drive.output.filtered == 3)
  }
}
