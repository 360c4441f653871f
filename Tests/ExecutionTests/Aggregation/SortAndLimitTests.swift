import Plan
import Testing
import Values

@testable import Execution

private let schema = Schema(TestRow.fields)

private func rows(_ count: Int, _ random: inout DriveNumbers, keys: Int = 5) -> [TestRow] {
  var next: [Int64] = [0, 0, 0]
  return (0..<count).map { _ in
    let partition = random.below(3)
    defer { next[partition] += 1 }
    return TestRow(
      k: random.chance(7) ? nil : Int64(random.below(keys)), x: Int64(random.below(1000)), ts: 0,
      partition: Int32(partition), offset: next[partition])
  }
}

/// Feeds rows in batches of one partition each, partitions in any order.
private func feed(_ rows: [TestRow], _ drive: OperatorDrive, _ random: inout DriveNumbers) throws {
  var waiting = (0..<3).map { partition in rows.filter { $0.partition == Int32(partition) } }
  while waiting.contains(where: { !$0.isEmpty }) {
    let partition = random.below(3)
    let count = min(waiting[partition].count, random.below(20))
    if count > 0 { try drive.process(TestRow.batch(Array(waiting[partition].prefix(count)))) }
    waiting[partition].removeFirst(count)
    if random.chance(4) { try drive.endStep() }
  }
  try drive.endStep(isLast: true)
}

@Suite struct SortAndLimitTests {
  @Test("ORDER BY gives the rows in order, ties as they came by partition and offset", arguments: 0..<60)
  func sort(seed: Int) throws {
    var random = DriveNumbers(UInt64(seed))
    let rows = rows(random.below(150), &random)
    let descending = random.chance(2)
    let nullsFirst = random.chance(2)
    let limit: Int64? = random.chance(2) ? nil : Int64(random.below(60))
    let offset = random.chance(2) ? 0 : Int64(random.below(30))
    let drive = OperatorDrive(seed: UInt64(seed), restores: seed % 2 == 0) {
      SortOperator(
        [SortKey(TestAggregation.k, descending: descending, nullsFirst: nullsFirst)], limit: limit, offset: offset,
        schema: schema, timeZone: .utc)
    }
    try feed(rows, drive, &random)
    let sorted = rows.sorted { left, right in
      if left.k == right.k { return (left.partition, left.offset) < (right.partition, right.offset) }
      guard let a = left.k else { return nullsFirst }
      guard let b = right.k else { return !nullsFirst }
      return descending ? a > b : a < b
    }
    let expected = sorted.dropFirst(Int(offset)).prefix(limit.map(Int.init) ?? Int.max)
    #expect(drive.output.rows == expected.map(\.values))
    #expect(drive.output.filtered == rows.count - expected.count)
    #expect(drive.running.stateSize.rows == 0)
  }

  @Test("a limited sort of many rows keeps few and still gives the first") func prune() throws {
    let drive = OperatorDrive {
      SortOperator(
        [SortKey(TestAggregation.x, descending: true, nullsFirst: false)], limit: 3, offset: 1, schema: schema,
        timeZone: .utc)
    }
    var most = 0
    for start in stride(from: 0, to: 200_000, by: 10_000) {
      let rows = (start..<start + 10_000).map { number in
        TestRow(k: 1, x: Int64((number * 7919) % 200_003), ts: 0, offset: Int64(number))
      }
      try drive.process(TestRow.batch(rows))
      most = max(most, drive.running.stateSize.rows)
    }
    try drive.endStep(isLast: true)
    let expected = (0..<200_000).map { Int64(($0 * 7919) % 200_003) }.sorted(by: >)[1...3]
    #expect(drive.output.rows.map { $0[1] } == expected.map(Value.int))
    #expect(most < 100_000)
    #expect(drive.output.filtered == 200_000 - 3)
  }

  @Test("the greatest LIMIT and OFFSET do not overflow") func greatest() throws {
    let sort = OperatorDrive {
      SortOperator(
        [SortKey(TestAggregation.x, descending: false, nullsFirst: true)], limit: .max, offset: .max, schema: schema,
        timeZone: .utc)
    }
    try sort.process(TestRow.batch([TestRow(k: 1, x: 1)]))
    try sort.endStep(isLast: true)
    #expect(sort.output.rows.isEmpty)
    let limit = OperatorDrive { LimitOperator(.max, offset: .max, schema: schema, hasOneSource: true) }
    try limit.process(TestRow.batch([TestRow(k: 1, x: 1)]))
    try limit.endStep(isLast: true)
    #expect(limit.output.rows.isEmpty)
  }

  @Test("rows taken back are not sorted, saved between or not") func retraction() throws {
    for restores in [false, true] {
      let drive = OperatorDrive {
        SortOperator(
          [SortKey(TestAggregation.x, descending: false, nullsFirst: true)], limit: nil, offset: 0, schema: schema,
          timeZone: .utc)
      }
      let a = TestRow(k: 1, x: 3, ts: 0)
      let b = TestRow(k: 2, x: 1, ts: 0)
      try drive.process(TestRow.batch([a, a, b], weights: [1, 1, 1]))
      if restores { try drive.restoreNow() }
      try drive.process(TestRow.batch([a], weights: [-1]))
      if restores { try drive.restoreNow() }
      try drive.process(TestRow.batch([b, b], weights: [-1, 1]))
      try drive.endStep(isLast: true)
      #expect(drive.output.rows == [b.values, a.values])
    }
  }

  @Test("LIMIT gives the first rows by partition and offset, however they come", arguments: 0..<40)
  func limit(seed: Int) throws {
    var random = DriveNumbers(UInt64(seed))
    let rows = rows(random.below(100), &random)
    let limit = Int64(random.below(50))
    let offset = random.chance(2) ? 0 : Int64(random.below(30))
    let drive = OperatorDrive(seed: UInt64(seed), restores: seed % 2 == 0) {
      LimitOperator(limit, offset: offset, schema: schema, hasOneSource: true)
    }
    try feed(rows, drive, &random)
    let sorted = rows.sorted { ($0.partition, $0.offset) < ($1.partition, $1.offset) }
    let expected = sorted.dropFirst(Int(offset)).prefix(Int(limit))
    #expect(drive.output.rows == expected.map(\.values))
    #expect(drive.output.filtered == rows.count - expected.count)
  }

  @Test("LIMIT is satisfied when the first partition gave enough, and not before") func satisfied() throws {
    let drive = OperatorDrive { LimitOperator(2, offset: 1, schema: schema, hasOneSource: true) }
    let second = (0..<5).map { TestRow(k: 1, x: 1, ts: 0, partition: 1, offset: $0) }
    try drive.process(TestRow.batch(second))
    #expect(!drive.running.isSatisfied)
    let first = (0..<3).map { TestRow(k: 0, x: $0, ts: 0, partition: 0, offset: $0) }
    try drive.process(TestRow.batch(Array(first[..<2])))
    #expect(!drive.running.isSatisfied)
    try drive.process(TestRow.batch(Array(first[2...])))
    #expect(drive.running.isSatisfied)
    try drive.endStep(isLast: true)
    #expect(drive.output.rows == first[1...2].map(\.values))
    let several = OperatorDrive { LimitOperator(0, offset: 0, schema: schema, hasOneSource: false) }
    #expect(several.running.isSatisfied)
  }
}
