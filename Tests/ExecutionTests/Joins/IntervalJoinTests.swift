// Interval joins over rows in disorder against the naive join of all rows in time: every kind, whatever the steps and
// batches; what the watermark promises; late rows; and that nothing is kept for ever.

import Plan
import Testing
import Values

@testable import Execution

/// A row of (k BIGINT, x BIGINT, ts TIMESTAMP) at one side and in one partition of it.
private struct TimedRow {
  var side: Int
  var partition: Int
  var row: TestRow
}

struct IntervalCase: CustomStringConvertible {
  var kind: JoinKind
  var lower: Int64
  var upper: Int64
  var hasCondition = false
  var isKeyed = true
  var seed: UInt64

  var description: String { "\(kind) [\(lower), \(upper)] condition \(hasCondition) keyed \(isKeyed) seed \(seed)" }

  static let schema = Schema(TestRow.fields)

  func make() -> any Execution.Operator {
    let k = Expression.column(0, TestRow.fields[0])
    let condition = TestPlan.call("<", .column(1, TestRow.fields[1]), .column(4, TestRow.fields[1]))
    let join = Join(kind, keys: isKeyed ? [JoinKey(k, k)] : [], residual: hasCondition ? condition : nil)
    return IntervalJoinOperator(
      join, JoinInterval(leftTime: 2, rightTime: 2, lower: lower, upper: upper), left: Self.schema,
      right: Self.schema, timeColumn: timeColumn, isOrdered: true, timeZone: .utc)
  }

  /// The output's time attribute.
  var timeColumn: Int? {
    switch kind {
    case .full: nil
    case .right: 5
    case .inner, .left, .semi, .anti: 2
    }
  }

  func matches(_ left: TestRow, _ right: TestRow) -> Bool {
    guard let l = left.ts, let r = right.ts, lower <= l - r, l - r <= upper else { return false }
    if isKeyed, left.k == nil || left.k != right.k { return false }
    guard hasCondition else { return true }
    guard let x = left.x, let y = right.x else { return false }
    return x < y
  }

  func expected(_ left: [TestRow], _ right: [TestRow]) -> [[Value]] {
    let none = [Value.null, .null, .null]
    var result: [[Value]] = []
    for row in left {
      let partners = right.filter { matches(row, $0) }
      switch kind {
      case .semi: if !partners.isEmpty { result.append(row.values) }
      case .anti: if partners.isEmpty { result.append(row.values) }
      case .inner, .left, .right, .full:
        result += partners.map { row.values + $0.values }
        if partners.isEmpty, kind == .left || kind == .full { result.append(row.values + none) }
      }
    }
    if kind.keepsRight {
      for row in right where !left.contains(where: { matches($0, row) }) { result.append(none + row.values) }
    }
    return result.sorted(by: isBefore)
  }

  /// Steps of rows, each with the watermark of its partition before it, and the merged watermark after each step.
  fileprivate func steps(_ count: Int, _ random: inout DriveNumbers) -> [(rows: [TimedRow], watermark: Int64)] {
    var marks = [[Int64]](repeating: [.min, .min], count: 2)
    var offsets = [[Int64]](repeating: [0, 0], count: 2)
    var clock: Int64 = 100
    return (0..<count).map { _ in
      var rows: [TimedRow] = []
      for _ in 0..<random.below(10) {
        let (side, partition) = (random.below(2), random.below(2))
        clock += Int64(random.below(3))
        let time = random.chance(20) ? nil : clock - Int64(random.below(random.chance(8) ? 60 : 6))
        rows.append(
          TimedRow(
            side: side, partition: partition,
            row: TestRow(
              k: random.chance(10) ? nil : Int64(random.below(3)), x: random.chance(10) ? nil : Int64(random.below(4)),
              ts: time, watermark: marks[side][partition], partition: Int32(partition),
              offset: offsets[side][partition])))
        offsets[side][partition] += 1
        if let time { marks[side][partition] = max(marks[side][partition], time - 5) }
      }
      return (rows, marks.joined().min() ?? .min)
    }
  }
}

@Suite struct IntervalJoinTests {
  static let cases: [IntervalCase] = {
    var result: [IntervalCase] = []
    for kind in [JoinKind.inner, .left, .right, .full, .semi, .anti] {
      for (lower, upper) in [(-10, 10), (0, 20), (-20, 0), (5, 15), (-15, -5), (0, 0)] as [(Int64, Int64)] {
        let number = result.count
        result.append(
          IntervalCase(
            kind: kind, lower: lower, upper: upper, hasCondition: number % 3 == 1, isKeyed: number % 4 != 2,
            seed: UInt64(number)))
      }
    }
    return result
  }()

  /// Sends the rows of a step in batches of a size: those of the left side first, or as they come.
  private func send(
    _ rows: [TimedRow], to operation: any Execution.Operator, batch size: Int, _ step: StepContext,
    _ output: CollectedOutput
  ) {
    // Each side comes in the order of partition and offset, as an exchange delivers it.
    let sorted = rows.enumerated().sorted {
      ($0.element.partition, $0.offset) < ($1.element.partition, $1.offset)
    }.map(\.element)
    var start = 0
    while start < sorted.count {
      var end = start + 1
      while end < sorted.count, end - start < size, sorted[end].side == sorted[start].side,
        sorted[end].partition == sorted[start].partition
      {
        end += 1
      }
      operation.process(
        TestRow.batch(sorted[start..<end].map(\.row)), input: sorted[start].side, step: step, output: output)
      start = end
    }
  }

  @Test("the result is that of all pairs in time", arguments: cases)
  func matchesNaive(test: IntervalCase) throws {
    var random = DriveNumbers(test.seed)
    let steps = test.steps(60, &random)
    let inTime = steps.flatMap(\.rows).filter {
      $0.row.ts.map { [watermark = $0.row.watermark] in $0 > watermark } ?? true
    }
    func rows(_ side: Int) -> [TestRow] { inTime.filter { $0.side == side }.map(\.row) }
    var operation = test.make()
    let output = CollectedOutput()
    var promised = Int64.min
    for (number, (rows, watermark)) in steps.enumerated() {
      let context = StepContext(step: Int64(number), now: 0, worker: 0, workers: 1)
      let said = output.rows.count
      send(rows, to: operation, batch: 1 + random.below(5), context, output)
      let next = operation.advance(to: watermark, step: context, output: output)
      operation.endStep(isLast: false, step: context, output: output)
      if let column = test.timeColumn {
        for row in output.rows[said...] { if case .int(let time) = row[column] { #expect(time > promised) } }
      }
      promised = max(promised, next)
      if random.chance(4) { operation = try restored(operation, test) }
    }
    let last = StepContext(step: 1000, now: 0, worker: 0, workers: 1)
    #expect(operation.advance(to: .max, step: last, output: output) == .max)
    #expect(output.rows.sorted(by: isBefore) == test.expected(rows(0), rows(1)))
    #expect(output.late.count == steps.flatMap(\.rows).count - inTime.count)
    #expect(output.batches.allSatisfy { $0.weights == nil })
    #expect(operation.stateSize.rows == 0)
  }

  private func restored(_ operation: any Execution.Operator, _ test: IntervalCase) throws -> any Execution.Operator {
    let writer = ColumnWriter()
    operation.writeState(to: writer)
    let next = test.make()
    let reader = try ColumnReader(writer.finish())
    try next.readState(from: reader)
    #expect(reader.isAtEnd)
    #expect(next.stateSize.rows == operation.stateSize.rows)
    return next
  }

  @Test("batches do not show", arguments: cases)
  func batchesDoNotShow(test: IntervalCase) throws {
    var random = DriveNumbers(test.seed)
    let (one, many) = (test.make(), test.make())
    for (number, (rows, watermark)) in test.steps(40, &random).enumerated() {
      let context = StepContext(step: Int64(number), now: 0, worker: 0, workers: 1)
      let (first, second) = (CollectedOutput(), CollectedOutput())
      send(rows, to: one, batch: 1, context, first)
      send(rows.filter { $0.side == 1 }, to: many, batch: 100, context, second)
      send(rows.filter { $0.side == 0 }, to: many, batch: 100, context, second)
      let ends = (
        one.advance(to: watermark, step: context, output: first),
        many.advance(to: watermark, step: context, output: second)
      )
      #expect(ends.0 == ends.1)
      #expect(first.rows == second.rows)
    }
  }

  @Test("rows are forgotten as the watermark passes, and their memory is given back")
  func forgetting() {
    let operation = IntervalCase(kind: .left, lower: -10, upper: 10, seed: 0).make()
    let output = CollectedOutput()
    for number in 0..<200 {
      let context = StepContext(step: Int64(number), now: 0, worker: 0, workers: 1)
      let time = Int64(number) * 100
      operation.process(
        TestRow.batch((0..<100).map { TestRow(k: time + Int64($0), x: 1, ts: time + Int64($0)) }), input: number % 2,
        step: context, output: output)
      _ = operation.advance(to: time + 90, step: context, output: output)
      #expect(operation.stateSize.rows <= 120)
    }
    #expect(operation.stateSize.bytes < 1_000_000)
    #expect(output.rows.count >= 9_900)
  }
}
