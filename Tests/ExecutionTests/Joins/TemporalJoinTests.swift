// A temporal join driven by hand, with rows in random disorder, against a search of all versions for each row.

import Plan
import Testing
import Values

@testable import Execution

@Suite("Temporal joins")
struct TemporalJoinTests {
  struct Case: CustomStringConvertible {
    var isInclusive: Bool
    var keepsLeft: Bool
    var hasResidual: Bool
    var seed: UInt64

    var description: String {
      "inclusive \(isInclusive) outer \(keepsLeft) residual \(hasResidual) seed \(seed)"
    }

    static let all: [Case] = (1...6).flatMap { seed in
      [true, false].flatMap { inclusive in
        [true, false].flatMap { outer in
          [true, false].map {
            Case(isInclusive: inclusive, keepsLeft: outer, hasResidual: $0, seed: UInt64(seed))
          }
        }
      }
    }
  }

  /// (k BIGINT, x BIGINT, t TIMESTAMP) on both sides.
  static let schema = Schema([Field("k", .int64), Field("x", .int64), Field("t", .timestamp)])

  static func join(_ test: Case) -> TemporalJoin {
    let k = Expression.column(0, schema[0])
    let (x, y) = (Expression.column(1, schema[1]), Expression.column(4, schema[1]))
    return TemporalJoin(
      keys: [JoinKey(k, k)], leftTime: 2, rightTime: 2, isInclusive: test.isInclusive, keepsLeft: test.keepsLeft,
      residual: test.hasResidual ? TestPlan.call("<", x, y) : nil)
  }

  static func make(_ test: Case) -> TemporalJoinOperator {
    TemporalJoinOperator(join(test), left: schema, right: schema, delay: 0, timeZone: .utc)
  }

  struct Row {
    var side: Int
    var values: [Value]
    var offset: Int64
    var time: Int64? { if case .int(let time) = values[2] { time } else { nil } }
  }

  /// Rows whose times lie at most 20 behind the greatest so far, so that with a watermark of 20 behind none is late.
  static func rows(_ count: Int, _ random: inout DriveNumbers) -> [Row] {
    (0..<count).map { number in
      let time = Int64(number + random.below(20))
      return Row(
        side: random.below(2),
        values: [
          random.chance(8) ? .null : .int(Int64(random.below(4))), .int(Int64(random.below(6))),
          random.chance(12) ? .null : .int(time),
        ], offset: Int64(number))
    }
  }

  static func expected(_ rows: [Row], _ test: Case) -> [[Value]] {
    let versions = rows.filter { $0.side == 1 && $0.time != nil }
    var result: [(time: Int64?, offset: Int64, row: [Value])] = []
    for row in rows where row.side == 0 {
      let visible = versions.filter { version in
        guard let own = row.time, let time = version.time, row.values[0] != .null else { return false }
        return version.values[0] == row.values[0] && (test.isInclusive ? time <= own : time < own)
      }
      var found = visible.max { ($0.time ?? 0, $0.offset) < ($1.time ?? 0, $1.offset) }
      if test.hasResidual, case .int(let x) = row.values[1], case .int(let y)? = found?.values[1], x >= y {
        found = nil
      }
      guard found != nil || (test.keepsLeft) else { continue }
      result.append((row.time, row.offset, row.values + (found?.values ?? [.null, .null, .null])))
    }
    return result.map(\.row)
  }

  /// Runs the rows in steps and batches of random sizes; saves and restores now and then.
  static func run(_ rows: [Row], _ test: Case, _ random: inout DriveNumbers, restores: Bool) throws -> CollectedOutput {
    let output = CollectedOutput()
    var running = make(test)
    var start = 0
    var greatest: Int64 = 0
    var step: Int64 = 0
    while start < rows.count {
      step += 1
      let end = min(rows.count, start + 1 + random.below(9))
      let context = StepContext(step: step, now: step, worker: 0, workers: 1)
      for side in [random.below(2), 0, 1].reduce(into: [Int]()) { if !$0.contains($1) { $0.append($1) } } {
        let part = rows[start..<end].filter { $0.side == side }
        guard !part.isEmpty else { continue }
        running.process(batch(part), input: side, step: context, output: output)
      }
      for row in rows[start..<end] { greatest = max(greatest, row.time ?? 0) }
      _ = running.advance(to: greatest - 20, step: context, output: output)
      running.endStep(isLast: false, step: context, output: output)
      start = end
      guard restores, random.chance(3) else { continue }
      let writer = ColumnWriter()
      running.writeState(to: writer)
      let next = make(test)
      let reader = try ColumnReader(writer.finish())
      try next.readState(from: reader)
      #expect(reader.isAtEnd)
      #expect(next.stateSize.rows == running.stateSize.rows)
      #expect(next.stateSize.keys == running.stateSize.keys)
      running = next
    }
    let context = StepContext(step: step + 1, now: step + 1, worker: 0, workers: 1)
    _ = running.advance(to: .max, step: context, output: output)
    running.endStep(isLast: true, step: context, output: output)
    #expect(running.stateSize.rows == 0)
    return output
  }

  private static func batch(_ rows: [Row]) -> Batch {
    var batch = Batch(
      columns: schema.fields.indices.map { column in
        Column(rows.map { $0.values[column] }, type: schema[column].type)
      }, count: rows.count)
    batch.origin = Origin(source: Int32(rows[0].side), partition: 0, offsets: Vector(rows.map(\.offset)))
    return batch
  }

  @Test("each row meets the newest version at its time, whatever came first", arguments: Case.all)
  func meetsNewest(test: Case) throws {
    var random = DriveNumbers(test.seed)
    let rows = Self.rows(150, &random)
    let expected = Self.expected(rows, test)
    for restores in [false, true] {
      let output = try Self.run(rows, test, &random, restores: restores)
      #expect(output.late.isEmpty)
      #expect(output.failed.isEmpty)
      let order: ([Value], [Value]) -> Bool = { "\($0)" < "\($1)" }
      #expect(output.rows.sorted(by: order) == expected.sorted(by: order))
    }
  }

  @Test("rows leave in the order of time, and steps do not show", arguments: [UInt64(7), 8, 9])
  func order(seed: UInt64) throws {
    let test = Case(isInclusive: true, keepsLeft: false, hasResidual: false, seed: seed)
    var random = DriveNumbers(seed)
    let rows = Self.rows(200, &random)
    let first = try Self.run(rows, test, &random, restores: false)
    let second = try Self.run(rows, test, &random, restores: true)
    #expect(first.rows == second.rows)
    let times = first.rows.map { row -> Int64 in if case .int(let time) = row[2] { time } else { .min } }
    #expect(!times.isEmpty)
    #expect(times == times.sorted())
  }

  @Test("versions that newer ones replaced are forgotten")
  func forgets() {
    let test = Case(isInclusive: true, keepsLeft: false, hasResidual: false, seed: 0)
    let running = Self.make(test)
    let output = CollectedOutput()
    for step in 1...200 {
      let context = StepContext(step: Int64(step), now: Int64(step), worker: 0, workers: 1)
      let rows = (0..<50).map { number in
        let offset = Int64(step * 50 + number)
        return Row(side: 1, values: [.int(Int64(number % 5)), .int(offset), .int(offset)], offset: offset)
      }
      running.process(Self.batch(rows), input: 1, step: context, output: output)
      _ = running.advance(to: Int64(step * 50 + 49), step: context, output: output)
      running.endStep(isLast: false, step: context, output: output)
    }
    #expect(running.stateSize.rows == 0)
    #expect(running.stateSize.keys == 5)
    #expect(running.stateSize.bytes < 200_000)
  }

  @Test("rows behind the watermark of their partition are late on either side")
  func late() {
    let test = Case(isInclusive: true, keepsLeft: true, hasResidual: false, seed: 0)
    let running = Self.make(test)
    let output = CollectedOutput()
    let context = StepContext(step: 1, now: 1, worker: 0, workers: 1)
    for side in 0...1 {
      var batch = Self.batch([Row(side: side, values: [.int(1), .int(Int64(side)), .int(10)], offset: 0)])
      batch.origin?.watermarks = Vector([10])
      running.process(batch, input: side, step: context, output: output)
    }
    _ = running.advance(to: .max, step: context, output: output)
    #expect(output.rows.isEmpty)
    #expect(
      output.late == [
        [.int(1), .int(0), .int(10), .null, .null, .null], [.null, .null, .null, .int(1), .int(1), .int(10)],
      ])
  }

  @Test("a version that was not used for the time to live is forgotten")
  func timeToLive() {
    var join = Self.join(Case(isInclusive: true, keepsLeft: true, hasResidual: false, seed: 0))
    join.timeToLive = 100
    let running = TemporalJoinOperator(join, left: Self.schema, right: Self.schema, delay: 0, timeZone: .utc)
    let output = CollectedOutput()
    func step(_ side: Int, _ time: Int64, now: Int64) {
      let context = StepContext(step: now, now: now, worker: 0, workers: 1)
      let row = Row(side: side, values: [.int(1), .int(time), .int(time)], offset: time)
      running.process(Self.batch([row]), input: side, step: context, output: output)
      _ = running.advance(to: time, step: context, output: output)
      running.endStep(isLast: false, step: context, output: output)
    }
    step(1, 1, now: 1000)
    step(0, 2, now: 1090)
    step(0, 3, now: 1180)
    step(0, 4, now: 1400)
    #expect(output.rows.map { $0[4] } == [.int(1), .int(1), .null])
    #expect(running.stateSize.keys == 0)
  }

  @Test("a deletion ends what its key had, and one without a time fails")
  func deletion() {
    var join = Self.join(Case(isInclusive: true, keepsLeft: true, hasResidual: false, seed: 0))
    join.deletion = 3
    let right = Schema(Self.schema.fields + [Field("$deletion", .boolean, nullable: false)])
    let running = TemporalJoinOperator(join, left: Self.schema, right: right, delay: 0, timeZone: .utc)
    let output = CollectedOutput()
    let context = StepContext(step: 1, now: 1, worker: 0, workers: 1)
    func version(_ x: Value, _ time: Value, isDeletion: Bool, offset: Int64) {
      let row: [Value] = [.int(1), x, time, .bool(isDeletion)]
      var batch = Batch(
        columns: right.fields.indices.map { Column([row[$0]], type: right[$0].type) }, count: 1)
      batch.origin = Origin(source: 1, partition: 0, offsets: Vector([offset]))
      running.process(batch, input: 1, step: context, output: output)
    }
    version(.int(7), .int(10), isDeletion: false, offset: 0)
    version(.null, .int(20), isDeletion: true, offset: 1)
    version(.null, .null, isDeletion: true, offset: 2)
    let rows = [Int64(9), 10, 19, 20, 30].map { time in
      Row(side: 0, values: [.int(1), .int(0), .int(time)], offset: time)
    }
    running.process(Self.batch(rows), input: 0, step: context, output: output)
    _ = running.advance(to: .max, step: context, output: output)
    #expect(output.rows.map { $0[4] } == [.null, .int(7), .int(7), .null, .null])
    #expect(output.rows.allSatisfy { $0.count == 6 })
    #expect(output.failed.map(\.code) == [.nullInNotNull])
    #expect(running.stateSize.keys == 0)
  }
}
