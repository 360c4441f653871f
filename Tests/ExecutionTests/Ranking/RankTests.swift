// The first rows of each partition against a naive ranking of the rows that stand, under random changes, with the state saved and
// restored in between.

import Plan
import Testing
import Values

@testable import Execution

/// The naive ranking: the rows that stand, sorted, numbered, cut.
private struct NaiveRanking {
  var ranking: Ranking
  var latestFirst = false

  /// Descending in x with NULL last, then by arrival, or by content where rows are taken back.
  private func precedes(_ a: (TestRow, arrival: Int), _ b: (TestRow, arrival: Int), byContent: Bool) -> Bool {
    if a.0.x != b.0.x { return (a.0.x ?? .min) > (b.0.x ?? .min) }
    if byContent { return isBefore(a.0.values, b.0.values) }
    return latestFirst ? a.arrival > b.arrival : a.arrival < b.arrival
  }

  func rows(_ standing: [TestRow], byContent: Bool) -> [[Value]] {
    var result: [[Value]] = []
    for (_, group) in Dictionary(grouping: standing.enumerated(), by: { $0.element.k }) {
      let sorted = group.map { ($0.element, arrival: $0.offset) }
        .sorted { precedes($0, $1, byContent: byContent) }
      var rank: Int64 = 0
      for (number, entry) in sorted.enumerated() {
        let isTied = number > 0 && sorted[number - 1].0.x == entry.0.x
        switch ranking.function {
        case .rowNumber: rank = Int64(number + 1)
        case .rank: if !isTied { rank = Int64(number + 1) }
        case .denseRank: if !isTied { rank += 1 }
        }
        guard rank >= ranking.first, rank <= ranking.last else { continue }
        result.append(entry.0.values + (ranking.rankField == nil ? [] : [.int(rank)]))
      }
    }
    return result.sorted(by: isBefore)
  }
}

@Suite struct RankTests {
  private static func ranking(_ seed: Int, emission: Emission = .changes) -> Ranking {
    let functions: [RankFunction] = [.rowNumber, .rank, .denseRank]
    let first = Int64(1 + seed % 2)
    return Ranking(
      functions[seed % 3], partition: [TestAggregation.k],
      order: [SortKey(TestAggregation.x, descending: true, nullsFirst: false)], first: first,
      last: first + Int64(seed % 4), rankField: seed % 5 < 3 ? Field("r", .int64, nullable: false) : nil,
      emission: emission)
  }

  private static func drive(_ ranking: Ranking, appendOnly: Bool, latestFirst: Bool = false, seed: Int) -> OperatorDrive
  {
    OperatorDrive(seed: UInt64(seed), restores: seed % 2 == 0) {
      RankOperator(
        ranking, schema: Schema(TestRow.fields), inputIsAppendOnly: appendOnly, latestFirst: latestFirst,
        timeZone: .utc)
    }
  }

  /// Nothing is taken back and given again in one breath.
  private func expectNoEcho(_ output: CollectedOutput, from known: Int) {
    let said = Array(zip(output.rows[known...], output.weights[known...]))
    for (row, weight) in said { #expect(!said.contains { $0.0 == row && $0.1 == -weight }) }
  }

  @Test("rows that stay: changes fold to the first rows so far", arguments: 0..<120)
  func append(seed: Int) throws {
    var random = DriveNumbers(UInt64(seed))
    let latestFirst = seed % 7 == 0
    var ranking = Self.ranking(seed)
    if latestFirst { ranking.function = .rowNumber }
    let drive = Self.drive(ranking, appendOnly: true, latestFirst: latestFirst, seed: seed)
    let naive = NaiveRanking(ranking: ranking, latestFirst: latestFirst)
    var standing: [TestRow] = []
    for _ in 0..<25 {
      let known = drive.output.rows.count
      for _ in 0..<random.below(4) {
        let rows = (0..<random.below(12)).map { number in
          TestRow(
            k: random.chance(6) ? nil : Int64(random.below(3)), x: random.chance(8) ? nil : Int64(random.below(9)),
            ts: Int64(random.below(50)), offset: Int64(standing.count + number))
        }
        standing += rows
        try drive.process(TestRow.batch(rows))
      }
      try drive.endStep()
      #expect(drive.output.folded == naive.rows(standing, byContent: false))
      expectNoEcho(drive.output, from: known)
    }
  }

  @Test("rows that are taken back: others move up", arguments: 0..<120)
  func retractions(seed: Int) throws {
    var random = DriveNumbers(UInt64(seed) + 1000)
    let emission: Emission = seed % 4 == 0 ? .every(25, andFinal: false) : .changes
    let ranking = Self.ranking(seed, emission: emission)
    let drive = Self.drive(ranking, appendOnly: false, seed: seed)
    let naive = NaiveRanking(ranking: ranking)
    var standing: [TestRow] = []
    for step in 0..<25 {
      let known = drive.output.rows.count
      for _ in 0..<random.below(4) {
        var rows: [TestRow] = []
        var weights: [Int64] = []
        for _ in 0..<random.below(12) {
          if !standing.isEmpty, random.chance(2) {
            rows.append(standing.remove(at: random.below(standing.count)))
            weights.append(-1)
          } else {
            let row = TestRow(k: Int64(random.below(3)), x: random.chance(8) ? nil : Int64(random.below(6)), ts: 0)
            standing.append(row)
            rows.append(row)
            weights.append(1)
          }
        }
        try drive.process(TestRow.batch(rows, weights: weights))
      }
      drive.now += Int64(random.below(20))
      try drive.endStep(isLast: step == 24)
      if emission == .changes || step == 24 {
        #expect(drive.output.folded == naive.rows(standing, byContent: true))
        expectNoEcho(drive.output, from: known)
      }
    }
  }

  @Test("a row that cannot be among the first is not kept") func keepsTheFirstOnly() throws {
    let ranking = Ranking(
      .rowNumber, partition: [], order: [SortKey(TestAggregation.x, descending: true, nullsFirst: false)], last: 10)
    let drive = Self.drive(ranking, appendOnly: true, seed: 1)
    var random = DriveNumbers(5)
    var sizes: [Int] = []
    for step in 0..<200 {
      let rows = (0..<500).map { TestRow(k: 1, x: Int64(random.below(1 << 30)), ts: 0, offset: Int64(step * 500 + $0)) }
      try drive.process(TestRow.batch(rows))
      try drive.endStep()
      sizes.append(drive.running.stateSize.bytes)
    }
    #expect(sizes[199] < 300_000)
  }

  @Test("a large group that changes one row at a time") func largeGroup() throws {
    var ranking = Self.ranking(0)
    ranking.last = 3
    let drive = Self.drive(ranking, appendOnly: false, seed: 1)
    let naive = NaiveRanking(ranking: ranking)
    var random = DriveNumbers(9)
    var standing = (0..<3_000).map { _ in TestRow(k: 1, x: Int64(random.below(1 << 20)), ts: 0) }
    try drive.process(TestRow.batch(standing, weights: standing.map { _ in 1 }))
    try drive.endStep()
    for _ in 0..<3_000 {
      let gone = standing.remove(at: random.below(standing.count))
      let come = TestRow(k: 1, x: Int64(random.below(1 << 20)), ts: 0)
      standing.append(come)
      try drive.process(TestRow.batch([gone, come], weights: [-1, 1]))
      try drive.endStep()
    }
    #expect(drive.output.folded == naive.rows(standing, byContent: true))
  }
}
