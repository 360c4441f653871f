import Plan
import Testing
import Values

@testable import Execution

/// A window and how its rows come, all small.
private struct WindowCase {
  var kind = AlignedWindow.Kind.sliding
  var size: Int64
  var step: Int64
  var offset: Int64
  var grace: Int64

  var aligned: AlignedWindow { AlignedWindow(kind: kind, size: size, step: step, offset: offset) }

  var assignment: WindowAssignment { WindowAssignment(window: .aligned(aligned), timeColumn: 2, grace: grace) }

  /// The windows that hold `time`, ascending: the definition, searched naively.
  func windows(of time: Int64) -> [Window] {
    let distance = kind == .cumulating ? size : step
    let lengths = kind == .cumulating ? Array(stride(from: step, through: size, by: Int(step))) : [size]
    let nearest = (time - offset) / distance
    let all = (nearest - size / distance - 2...nearest + 2).flatMap { number in
      lengths.map { Window(start: number * distance + offset, end: number * distance + offset + $0) }
    }
    return all.filter { $0.start <= time && time < $0.end }
  }

  func isLate(_ row: TestRow, _ window: Window) -> Bool { window.end + grace <= row.watermark }
}

private struct Window: Hashable {
  var start: Int64
  var end: Int64
}

/// The rows of GROUP BY WINDOW, k: (start, end, time, k, results), in the order of windows and keys.
private func expectedRows(_ window: WindowCase, _ input: PartitionedRows) -> [[Value]] {
  var rows: [Window: [TestRow]] = [:]
  for row in input.partitions.joined() {
    guard let ts = row.ts else { continue }
    for each in window.windows(of: ts) where !window.isLate(row, each) { rows[each, default: []].append(row) }
  }
  return rows.keys.sorted { $0.end < $1.end }.flatMap { window in
    let bounds = [window.start, window.end, window.end - 1].map(Value.int)
    return TestAggregation.results(rows[window] ?? []).map { bounds + $0 }
  }
}

private func expectedLate(_ window: WindowCase, _ input: PartitionedRows) -> [[Value]] {
  input.partitions.joined().filter { row in
    guard let ts = row.ts else { return false }
    let windows = window.windows(of: ts)
    return !windows.isEmpty && windows.allSatisfy { window.isLate(row, $0) }
  }.map(\.values).sorted(by: isBefore)
}

private func arrangement(_ seed: UInt64) -> (WindowCase, PartitionedRows, DriveNumbers) {
  var random = DriveNumbers(seed)
  let kind: AlignedWindow.Kind = random.chance(3) ? .cumulating : .sliding
  var size = Int64(1 + random.below(random.chance(4) ? 30 : 8))
  let step = random.chance(2) && kind == .sliding ? size : Int64(1 + random.below(8))
  if kind == .cumulating { size = step * Int64(1 + random.below(5)) }
  let window = WindowCase(
    kind: kind, size: size, step: step, offset: Int64(random.below(7)) - 3,
    grace: random.chance(2) ? 0 : Int64(random.below(5)))
  let input = PartitionedRows(&random)
  return (window, input, random)
}

@Suite struct WindowTests {
  @Test("windows and slices of every small shape are those of the definition") func arithmetic() {
    for size in Int64(1)...7 {
      for step in Int64(1)...7 {
        for offset in Int64(-3)...3 {
          let window = WindowCase(size: size, step: step, offset: offset, grace: 1)
          check(window)
          let cumulating = WindowCase(kind: .cumulating, size: size * step, step: step, offset: offset, grace: 1)
          check(cumulating)
        }
      }
    }
  }

  private func check(_ window: WindowCase) {
    let arithmetic = WindowArithmetic(window.aligned, grace: window.grace)
    for time in Int64(-16)...16 {
      let windows = window.windows(of: time)
      let lastEnd = arithmetic.lastEnd(of: time)
      #expect((lastEnd > time) == !windows.isEmpty)
      let slice = arithmetic.sliceStart(of: time)
      #expect(slice <= time && time < slice + arithmetic.slice)
      #expect(window.windows(of: slice) == windows, "a slice lies in the windows of each of its times")
      guard let first = windows.first, let last = windows.last else { continue }
      #expect(arithmetic.firstEnd(of: time) == first.end)
      #expect(lastEnd == last.end)
      for each in windows { #expect(arithmetic.start(ofEnd: each.end) == each.start) }
      #expect(windows.map(\.end) == Array(stride(from: first.end, through: last.end, by: Int(window.step))))
      for watermark in stride(from: Int64(-8), through: 20, by: 3)
      where !arithmetic.isClosed(end: lastEnd, at: watermark) {
        let open = windows.first { $0.end + 1 > watermark }
        let found = arithmetic.firstOpenEnd(of: time, at: watermark)
        if found != open?.end { Issue.record("\(window) \(time) \(watermark)") }
      }
    }
  }

  @Test("arithmetic at the ends of time saturates") func extremes() {
    let window = WindowCase(size: 10, step: 3, offset: 1, grace: .max)
    let arithmetic = WindowArithmetic(window.aligned, grace: window.grace)
    for time in [Int64.min, .min + 1, .max, .max - 1] {
      _ = arithmetic.sliceStart(of: time)
      _ = arithmetic.firstEnd(of: time)
      _ = arithmetic.lastEnd(of: time)
      _ = arithmetic.firstOpenEnd(of: time, at: 0)
      _ = arithmetic.end(after: .max, from: .min)
    }
    let drive = OperatorDrive {
      WindowAggregateOperator(.assign(window.assignment), TestAggregation.byKey(.final), timeZone: .utc)
    }
    let rows = [Int64.min, .min + 1, .max, .max - 1, 0].map { TestRow(k: 1, x: 1, ts: $0) }
    #expect(throws: Never.self) {
      try drive.process(TestRow.batch(rows))
      try drive.advance(5)
      try drive.advance(.max)
    }
  }

  @Test("windows close with the rows that count, in order, once, in time; late rows go out", arguments: 0..<150)
  func finalResults(seed: Int) throws {
    var (window, input, random) = arrangement(UInt64(seed))
    let drive = OperatorDrive(seed: UInt64(seed), restores: seed % 3 == 0) {
      WindowAggregateOperator(.assign(window.assignment), TestAggregation.byKey(.final), timeZone: .utc)
    }
    var before = Int64.min
    try input.feed(&random, { try drive.process($0) }) { watermark, isLast in
      let known = drive.output.rows.count
      let through = try drive.advance(watermark)
      #expect(through == (isLast ? .max : watermark == .min ? .min : watermark - window.grace))
      for row in drive.output.rows[known...] {
        guard case .int(let end) = row[1] else { continue }
        #expect(end <= through && end > before, "a window fires when it closes")
      }
      before = through
      try drive.endStep(isLast: isLast)
    }
    #expect(drive.output.rows == expectedRows(window, input), "\(window)")
    #expect(drive.output.late.sorted(by: isBefore) == expectedLate(window, input), "\(window)")
    #expect(drive.running.stateSize.rows == 0)
    let outside = input.partitions.joined().filter { row in row.ts.map { window.windows(of: $0).isEmpty } ?? true }
    #expect(drive.output.filtered == outside.count)
    let orders = drive.output.batches.compactMap(\.order).flatMap { order in (0..<order.count).map(order.bytes) }
    #expect(orders.count == drive.output.rows.count)
    #expect(zip(orders, orders.dropFirst()).allSatisfy { $0.lexicographicallyPrecedes($1) })
  }

  @Test("assigned windows, aggregated by their columns, give the same", arguments: 200..<260)
  func assigned(seed: Int) throws {
    var (window, input, random) = arrangement(UInt64(seed))
    let assign = OperatorDrive { AssignWindowOperator(window.assignment, window.aligned) }
    let columns = WindowColumns(start: 3, end: 4, time: 5)
    let drive = OperatorDrive(seed: UInt64(seed), restores: true) {
      WindowAggregateOperator(.columns(columns), TestAggregation.byKey(.final), timeZone: .utc)
    }
    var handed = 0
    try input.feed(&random, { try assign.process($0) }) { watermark, isLast in
      for batch in assign.output.batches[handed...] { try drive.process(batch) }
      handed = assign.output.batches.count
      try drive.advance(try assign.advance(watermark))
    }
    #expect(drive.output.rows == expectedRows(window, input), "\(window)")
    #expect(assign.output.late.sorted(by: isBefore) == expectedLate(window, input), "\(window)")
  }

  @Test("a second aggregate over the same window sums what the first says", arguments: 300..<340)
  func reaggregated(seed: Int) throws {
    var (window, input, random) = arrangement(UInt64(seed))
    let first = OperatorDrive {
      WindowAggregateOperator(.assign(window.assignment), TestAggregation.byKey(.final), timeZone: .utc)
    }
    let sum = Aggregation(
      keys: [], calls: [TestAggregation.call("SUM", [.column(4, Field("n", .int64))])], emission: .final)
    let second = OperatorDrive(seed: UInt64(seed), restores: true) {
      WindowAggregateOperator(.columns(WindowColumns(start: 0, end: 1, time: 2)), sum, timeZone: .utc)
    }
    var handed = 0
    try input.feed(&random, { try first.process($0) }) { watermark, _ in
      let through = try first.advance(watermark)
      for batch in first.output.batches[handed...] { try second.process(batch) }
      handed = first.output.batches.count
      try second.advance(through)
    }
    var totals: [[Value]: Int64] = [:]
    for row in expectedRows(window, input) {
      if case .int(let count) = row[4] { totals[Array(row[..<3]), default: 0] += count }
    }
    #expect(second.output.rows == totals.map { $0.key + [.int($0.value)] }.sorted(by: isBefore))
  }

  @Test("changes of open windows fold to what closed ones say, by step and by period", arguments: 400..<520)
  func changes(seed: Int) throws {
    var (window, input, random) = arrangement(UInt64(seed))
    let emission: Emission = [.changes, .every(30, andFinal: true), .every(30, andFinal: false)][seed % 3]
    let drive = OperatorDrive(seed: UInt64(seed), restores: seed % 2 == 0) {
      WindowChangesOperator(.assign(window.assignment), TestAggregation.byKey(emission), timeZone: .utc)
    }
    var lastEmission: Int64?
    var clock = DriveNumbers(UInt64(seed) + 1)
    try input.feed(&random, { try drive.process($0) }) { watermark, isLast in
      let known = drive.output.rows.count
      try drive.advance(watermark)
      if emission == .every(30, andFinal: false) {
        #expect(drive.output.rows.count == known, "without AND FINAL a closing window waits for its period")
      }
      drive.now += Int64(clock.below(20))
      let beforeEnd = drive.output.rows.count
      try drive.endStep(isLast: isLast)
      if case .every(let period, _) = emission, drive.output.rows.count > beforeEnd, !isLast {
        if let lastEmission { #expect(drive.now - lastEmission >= period) }
        lastEmission = drive.now
      }
      #expect(drive.output.folded != nil, "nothing is taken back that was not said")
    }
    #expect(drive.output.folded == expectedRows(window, input).sorted(by: isBefore), "\(window) \(emission)")
    #expect(drive.output.late.sorted(by: isBefore) == expectedLate(window, input))
    #expect(drive.running.stateSize.rows == 0, "closed windows are forgotten once they have said all")
  }

  @Test("windows of many slices: totals are kept, and are those of the rows", arguments: [1, 3, 40], [1, 4])
  func manySlices(keys: Int, step: Int64) throws {
    let window = WindowCase(size: 60, step: step, offset: 0, grace: 0)
    let drive = OperatorDrive {
      WindowAggregateOperator(.assign(window.assignment), TestAggregation.byKey(.final), timeZone: .utc)
    }
    var rows: [TestRow] = []
    for time in 0..<200 {
      // Some are far behind the watermark, so that they are late for some of their windows.
      let ts = Int64(time % 7 == 0 ? time - 40 : time)
      rows.append(
        TestRow(
          k: Int64(time % keys), x: Int64(time * 37 % 101), ts: ts, watermark: Int64(time - 1), partition: 0,
          offset: Int64(time)))
    }
    for chunk in stride(from: 0, to: rows.count, by: 25) {
      try drive.process(TestRow.batch(Array(rows[chunk..<chunk + 25])))
      try drive.advance(Int64(chunk + 24))
    }
    try drive.advance(.max)
    let expected = expectedRows(window, PartitionedRows(rows: rows))
    #expect(expected.count > 60)
    let isSame = drive.output.rows == expected
    #expect(isSame)
    #expect(drive.running.stateSize.rows == 0)
  }
}
