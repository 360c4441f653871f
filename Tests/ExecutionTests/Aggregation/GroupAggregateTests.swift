import Plan
import Testing
import Values

@testable import Execution

private func group(
  _ aggregation: Aggregation, appendOnly: Bool = true, seed: UInt64 = 1, restores: Bool = false
) -> OperatorDrive {
  OperatorDrive(seed: seed, restores: restores) {
    GroupAggregateOperator(aggregation, inputIsAppendOnly: appendOnly, worker: 0, timeZone: .utc)
  }
}

@Suite struct GroupAggregateTests {
  @Test("changes fold to the groups of the rows that stand, after every step", arguments: 0..<80)
  func changes(seed: Int) throws {
    var random = DriveNumbers(UInt64(seed))
    let emission: Emission = [.changes, .every(25, andFinal: false), .changes][seed % 3]
    let drive = group(
      TestAggregation.byKey(emission), appendOnly: false, seed: UInt64(seed), restores: seed % 2 == 0)
    var standing: [TestRow] = []
    for step in 0..<20 {
      for _ in 0..<random.below(4) {
        var rows: [TestRow] = []
        var weights: [Int64] = []
        for _ in 0..<random.below(12) {
          if !standing.isEmpty, random.chance(2) {
            rows.append(standing.remove(at: random.below(standing.count)))
            weights.append(-1)
          } else {
            rows.append(
              TestRow(k: random.chance(6) ? nil : Int64(random.below(4)), x: Int64(random.below(7)) - 3, ts: 0))
            standing.append(rows[rows.count - 1])
            weights.append(1)
          }
        }
        try drive.process(TestRow.batch(rows, weights: weights))
      }
      drive.now += Int64(random.below(20))
      let known = drive.output.rows.count
      let isLast = step == 19
      try drive.endStep(isLast: isLast)
      if emission == .changes || isLast {
        #expect(drive.output.folded == TestAggregation.results(standing))
      }
      // One group says at most one old and one new row, and never the same row twice.
      let said = Array(zip(drive.output.rows[known...], drive.output.weights[known...]))
      for (row, weight) in said {
        #expect(said.filter { $0.0[0] == row[0] && $0.1 == weight }.count == 1)
        #expect(!said.contains { $0.0 == row && $0.1 == -weight })
      }
    }
  }

  @Test("FINAL speaks once, at the end, in the order of keys") func final() throws {
    let drive = group(TestAggregation.byKey(.final), restores: true)
    let rows = (0..<40).map { TestRow(k: Int64(39 - $0) % 7, x: Int64($0), ts: 0) }
    for row in rows {
      try drive.process(TestRow.batch([row]))
      try drive.advance(5)
      try drive.endStep()
    }
    #expect(drive.output.rows.isEmpty)
    try drive.endStep(isLast: true)
    #expect(drive.output.rows == TestAggregation.results(rows))
  }

  @Test("DISTINCT over rows that stay passes each key as it first comes") func distinct() throws {
    let aggregation = Aggregation(
      keys: [NamedExpression("k", TestAggregation.k), NamedExpression("x", TestAggregation.x)], calls: [],
      emission: .changes)
    let drive = group(aggregation, restores: true)
    var random = DriveNumbers(3)
    var seen: Set<[Value]> = []
    var expected: [[Value]] = []
    var count = 0
    for step in 0..<30 {
      let rows = (0..<random.below(20)).map { number in
        TestRow(k: Int64(random.below(5)), x: random.chance(5) ? nil : Int64(random.below(5)), offset: Int64(number))
      }
      count += rows.count
      for row in rows where seen.insert(Array(row.values[..<2])).inserted { expected.append(Array(row.values[..<2])) }
      try drive.process(TestRow.batch(rows))
      #expect(drive.output.rows == expected)
      try drive.endStep(isLast: step == 29)
    }
    #expect(drive.output.filtered == count - expected.count)
    #expect(drive.output.batches.allSatisfy { $0.weights == nil && $0.origin?.offsets?.count == $0.count })
  }

  @Test("DISTINCT over rows that change says a key while a copy of it stands") func distinctOfChanges() throws {
    let aggregation = Aggregation(
      keys: [NamedExpression("k", TestAggregation.k)], calls: [], emission: .changes)
    let drive = group(aggregation, appendOnly: false)
    try drive.process(TestRow.batch([TestRow(k: 1), TestRow(k: 1), TestRow(k: 2)], weights: [1, 1, 1]))
    try drive.endStep()
    try drive.process(TestRow.batch([TestRow(k: 1), TestRow(k: 2)], weights: [-1, -1]))
    try drive.endStep()
    #expect(drive.output.folded == [[.int(1)]])
  }

  @Test("an aggregate without keys over nothing has one row; rows taken back leave it at nothing") func global() throws
  {
    func aggregation(_ emission: Emission) -> Aggregation {
      Aggregation(
        keys: [], calls: [TestAggregation.call("COUNT", []), TestAggregation.call("SUM", [TestAggregation.x])],
        emission: emission)
    }
    for emission in [Emission.changes, .final, .every(1, andFinal: false)] {
      let drive = group(aggregation(emission))
      try drive.endStep(isLast: true)
      #expect(drive.output.rows == [[.int(0), .null]])
    }
    let drive = group(aggregation(.changes), appendOnly: false, restores: true)
    try drive.process(TestRow.batch([TestRow(k: 1, x: 5)], weights: [1]))
    try drive.endStep()
    #expect(drive.output.rows == [[.int(1), .int(5)]])
    try drive.process(TestRow.batch([TestRow(k: 1, x: 5)], weights: [-1]))
    try drive.endStep(isLast: true)
    #expect(drive.output.folded == [[.int(0), .null]])
  }

  @Test("other workers have no global group, and keyed aggregates over nothing have no row") func nothing() throws {
    let calls = [TestAggregation.call("COUNT", [])]
    let other = OperatorDrive {
      GroupAggregateOperator(
        Aggregation(keys: [], calls: calls, emission: .final), inputIsAppendOnly: true, worker: 1, timeZone: .utc)
    }
    try other.endStep(isLast: true)
    #expect(other.output.rows.isEmpty)
    let keyed = group(TestAggregation.byKey(.final))
    try keyed.endStep(isLast: true)
    #expect(keyed.output.rows.isEmpty)
  }

  @Test("a group past its time to live starts anew, swept out or not", arguments: [0, 40])
  func timeToLive(others: Int) throws {
    let aggregation = Aggregation(
      keys: [NamedExpression("k", TestAggregation.k)], calls: [TestAggregation.call("COUNT", [])],
      emission: .changes, timeToLive: 100)
    let drive = group(aggregation, restores: true)
    try drive.process(TestRow.batch([TestRow(k: 1)] + (0..<others).map { TestRow(k: Int64($0) + 10) }))
    try drive.endStep()
    drive.now += 100
    try drive.process(TestRow.batch([TestRow(k: 1)]))
    try drive.endStep()
    #expect(drive.output.rows.last == [.int(1), .int(2)], "not yet")
    drive.now += 101
    try drive.process(TestRow.batch([TestRow(k: 2)]))
    try drive.endStep()
    if others > 0 { #expect(drive.running.stateSize.keys < others) }
    try drive.process(TestRow.batch([TestRow(k: 1)]))
    try drive.endStep()
    #expect(drive.output.rows.last == [.int(1), .int(1)])
    #expect(drive.output.weights.last == 1)
  }

  @Test("DISTINCT with a time to live passes a key again after it") func distinctTimeToLive() throws {
    let aggregation = Aggregation(
      keys: [NamedExpression("k", TestAggregation.k)], calls: [], emission: .changes, timeToLive: 10)
    let drive = group(aggregation)
    for (pause, expected) in [(0, 1), (10, 1), (11, 2), (5, 2), (500, 3)] {
      drive.now += Int64(pause)
      try drive.process(TestRow.batch([TestRow(k: 7), TestRow(k: 7)]))
      try drive.endStep()
      #expect(drive.output.rows.count == expected, "after \(pause)")
    }
  }

  @Test("a row on which an argument fails is a dead letter and counts nowhere; a FILTER guards it") func failures()
    throws
  {
    let quotient = TestAggregation.scalar("DIV", [TestAggregation.literal(12), TestAggregation.x], .int64)
    let isNotZero = TestAggregation.scalar("<>", [TestAggregation.x, TestAggregation.literal(0)], .boolean)
    for (filter, failed, count) in [(nil, 1, Int64(2)), (isNotZero, 0, 3)] as [(Expression?, Int, Int64)] {
      let aggregation = Aggregation(
        keys: [NamedExpression("k", TestAggregation.k)],
        calls: [TestAggregation.call("SUM", [quotient], filter: filter), TestAggregation.call("COUNT", [])],
        emission: .changes)
      let drive = group(aggregation)
      try drive.process(TestRow.batch([TestRow(k: 1, x: 3), TestRow(k: 1, x: 0), TestRow(k: 1, x: 4)]))
      try drive.endStep()
      #expect(drive.output.failed.map(\.code) == Array(repeating: .divisionByZero, count: failed))
      #expect(drive.output.rows == [[.int(1), .int(7), .int(count)]])
    }
  }

  @Test("a result that does not fit is an error, and is not taken back when it fits again") func overflow() throws {
    let aggregation = Aggregation(
      keys: [NamedExpression("k", TestAggregation.k)], calls: [TestAggregation.call("SUM", [TestAggregation.x])],
      emission: .changes)
    let drive = group(aggregation, restores: true)
    for x in [Int64.max, 1, -1] {
      try drive.process(TestRow.batch([TestRow(k: 1, x: x)]))
      try drive.endStep()
    }
    #expect(drive.output.failed.map(\.code) == [.overflow])
    #expect(drive.output.weights == [1, -1, 1])
    #expect(drive.output.folded == [[.int(1), .int(.max)]])
  }
}
