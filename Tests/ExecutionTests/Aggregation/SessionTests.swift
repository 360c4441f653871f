import Plan
import Testing
import Values

@testable import Execution

/// Sessions and how their rows come, all small.
private struct SessionCase {
  var gap: Int64
  var maximum: Int64?
  var hasStart: Bool
  var hasEnd: Bool
  var grace: Int64

  init(_ random: inout DriveNumbers) {
    gap = Int64(1 + random.below(6))
    maximum = random.chance(2) ? nil : Int64(1 + random.below(12))
    hasStart = random.chance(3)
    hasEnd = random.chance(3)
    grace = random.chance(2) ? 0 : Int64(random.below(5))
  }

  private static let x = Field("x", .int64)

  /// x is at least `limit`.
  private func condition(_ limit: Int64) -> Expression {
    let function = FunctionReference(name: ">=", signature: 0)
    return Expression(
      .call(function, [.column(1, Self.x), .literal(.int(limit), .int64)]), type: .boolean, nullable: true)
  }

  var session: SessionWindow {
    SessionWindow(
      partition: [.column(0, Field("k", .int64))], gap: gap, maximum: maximum, start: hasStart ? condition(2) : nil,
      end: hasEnd ? condition(3) : nil)
  }

  var assignment: WindowAssignment { WindowAssignment(window: .session(session), timeColumn: 2, grace: grace) }

  func isLate(_ row: TestRow) -> Bool {
    guard let ts = row.ts, row.watermark > .min else { return false }
    return ts <= row.watermark - grace
  }

  /// The sessions of the rows of one key, by their definition: times in order, cut by cut.
  func sessions(_ rows: [TestRow]) -> [(start: Int64, end: Int64, rows: [TestRow])] {
    var result: [(start: Int64, last: Int64, isEnded: Bool, rows: [TestRow])] = []
    for time in Set(rows.compactMap(\.ts)).sorted() {
      let now = rows.filter { $0.ts == time }
      let ends = hasEnd && now.contains { ($0.x ?? 0) >= 3 }
      if let open = result.last, !open.isEnded, time - open.last <= gap, maximum.map({ time - open.start < $0 }) ?? true
      {
        result[result.count - 1].last = time
        result[result.count - 1].isEnded = ends
        result[result.count - 1].rows += now
      } else if !hasStart || now.contains(where: { ($0.x ?? 0) >= 2 }) {
        result.append((time, time, ends, now))
      }
    }
    return result.map { session in
      let end = session.isEnded ? session.last + 1 : min(session.last + gap, session.start + (maximum ?? .max / 2))
      return (session.start, end, session.rows)
    }
  }

  private func byKey(_ input: PartitionedRows) -> [Int64?: [TestRow]] {
    Dictionary(grouping: input.partitions.joined().filter { $0.ts != nil && !isLate($0) }, by: \.k)
  }

  /// GROUP BY WINDOW, k in the order of windows and keys.
  func expected(_ input: PartitionedRows) -> [[Value]] {
    byKey(input).flatMap { _, rows in
      sessions(rows).flatMap { session in
        TestAggregation.results(session.rows).map { [session.start, session.end, session.end - 1].map(Value.int) + $0 }
      }
    }.sorted { isBefore([$0[1], $0[0], $0[3]], [$1[1], $1[0], $1[3]]) }
  }

  /// The rows with the bounds of their sessions.
  func expectedRows(_ input: PartitionedRows) -> [[Value]] {
    byKey(input).flatMap { _, rows in
      sessions(rows).flatMap { session in
        session.rows.map { $0.values + [session.start, session.end, session.end - 1].map(Value.int) }
      }
    }
  }

  func expectedLate(_ input: PartitionedRows) -> [[Value]] {
    input.partitions.joined().filter(isLate).map(\.values).sorted(by: isBefore)
  }
}

@Suite struct SessionTests {
  private func arrangement(_ seed: Int) -> (SessionCase, PartitionedRows, DriveNumbers) {
    var random = DriveNumbers(UInt64(seed))
    let session = SessionCase(&random)
    let input = PartitionedRows(&random)
    return (session, input, random)
  }

  private func make(_ session: SessionCase, _ emission: Emission) -> SessionAggregateOperator {
    SessionAggregateOperator(
      session.assignment, session.session, TestAggregation.byKey(emission), timeZone: .utc)
  }

  @Test("sessions are given when they are over, in order, with the rows that count", arguments: 0..<200)
  func finalResults(seed: Int) throws {
    var (session, input, random) = arrangement(seed)
    let drive = OperatorDrive(seed: UInt64(seed), restores: seed % 3 == 0) { make(session, .final) }
    var before = Int64.min
    try input.feed(&random, { try drive.process($0) }) { watermark, isLast in
      let known = drive.output.rows.count
      let through = try drive.advance(watermark)
      for row in drive.output.rows[known...] {
        guard case .int(let end) = row[1] else { continue }
        #expect(end <= through && end > before, "a session is given when it is over")
      }
      before = through
      try drive.endStep(isLast: isLast)
    }
    let isSame = drive.output.rows == session.expected(input)
    #expect(isSame, "\(session)")
    #expect(drive.output.late.sorted(by: isBefore) == session.expectedLate(input), "\(session)")
    #expect(drive.running.stateSize.rows == 0 && drive.running.stateSize.keys == 0)
  }

  @Test("changes fold to what sessions are in the end, by step and by period", arguments: 300..<500)
  func changes(seed: Int) throws {
    var (session, input, random) = arrangement(seed)
    let emission: Emission = [.changes, .every(30, andFinal: true), .every(30, andFinal: false)][seed % 3]
    let drive = OperatorDrive(seed: UInt64(seed), restores: seed % 2 == 0) { make(session, emission) }
    var clock = DriveNumbers(UInt64(seed) + 1)
    try input.feed(&random, { try drive.process($0) }) { watermark, isLast in
      let known = drive.output.rows.count
      try drive.advance(watermark)
      if emission == .every(30, andFinal: false) { #expect(drive.output.rows.count == known) }
      drive.now += Int64(clock.below(20))
      try drive.endStep(isLast: isLast)
      #expect(drive.output.folded != nil, "nothing is taken back that was not said")
    }
    let isSame = drive.output.folded == session.expected(input).sorted(by: isBefore)
    #expect(isSame, "\(session) \(emission)")
    #expect(drive.running.stateSize.rows == 0 && drive.running.stateSize.keys == 0)
  }

  @Test("rows are given with the bounds of their sessions", arguments: 600..<750)
  func rows(seed: Int) throws {
    var (session, input, random) = arrangement(seed)
    let drive = OperatorDrive(seed: UInt64(seed), restores: seed % 3 == 0) {
      AssignSessionOperator(
        session.assignment, session.session, schema: Schema(TestRow.fields), timeZone: .utc)
    }
    try input.feed(&random, { try drive.process($0) }) { watermark, isLast in
      try drive.advance(watermark)
      try drive.endStep(isLast: isLast)
    }
    let isSame = drive.output.rows.sorted(by: isBefore) == session.expectedRows(input).sorted(by: isBefore)
    #expect(isSame, "\(session)")
    #expect(drive.output.late.sorted(by: isBefore) == session.expectedLate(input), "\(session)")
    let orders = drive.output.batches.compactMap(\.order).flatMap { order in (0..<order.count).map(order.bytes) }
    #expect(orders.count == drive.output.rows.count)
    #expect(zip(orders, orders.dropFirst()).allSatisfy { $0.lexicographicallyPrecedes($1) })
    #expect(drive.running.stateSize.rows == 0 && drive.running.stateSize.keys == 0)
  }

  @Test("times at the ends of time neither trap nor stay") func extremes() throws {
    for maximum in [nil, Int64.max] {
      let session = SessionWindow(partition: [.column(0, Field("k", .int64))], gap: .max, maximum: maximum)
      let assignment = WindowAssignment(window: .session(session), timeColumn: 2, grace: .max)
      let drive = OperatorDrive {
        SessionAggregateOperator(assignment, session, TestAggregation.byKey(.final), timeZone: .utc)
      }
      try drive.process(TestRow.batch([Int64.min, .min + 1, .max, .max - 1, 0].map { TestRow(k: 1, x: 1, ts: $0) }))
      try drive.advance(5)
      try drive.advance(.max)
      #expect(drive.running.stateSize.rows == 0)
    }
  }
}
