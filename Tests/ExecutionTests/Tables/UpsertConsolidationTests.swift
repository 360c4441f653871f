// What an upsert sink is told of a step: the net of its changes by key, whatever order old and new rows come in.

import Testing
import Values

@testable import Execution

@Suite("Upserts of a step")
struct UpsertConsolidationTests {
  private static let types: [DataType] = [.int64, .int64]

  private func batch(_ rows: [(key: Int64, value: Int64, weight: Int64)]) -> Batch {
    Batch(
      columns: [
        Column(rows.map { .int($0.key) }, type: .int64), Column(rows.map { .int($0.value) }, type: .int64),
      ], count: rows.count, weights: Vector(rows.map(\.weight)))
  }

  private func net(_ batches: [Batch]) -> [String] {
    let rows = UpsertConsolidation.rows(batches, keyColumns: [0], types: Self.types)
    return (0..<rows.count).map { row in
      let sign = rows.weights?[row] == 1 ? "+" : "-"
      return sign + rows.columns.map { "\($0.value(at: row).number ?? -1)" }.joined(separator: " ")
    }
  }

  @Test("a new row wins whether it comes before or behind the old one")
  func orders() {
    #expect(net([batch([(1, 10, -1), (1, 11, 1)])]) == ["+1 11"])
    #expect(net([batch([(1, 11, 1)]), batch([(1, 10, -1)])]) == ["+1 11"])
  }

  @Test("a row taken back and not replaced is a deletion; one that came and went is nothing")
  func deletions() {
    #expect(net([batch([(1, 10, -1)]), batch([(2, 5, 1), (2, 5, -1)])]) == ["-1 10"])
    #expect(net([batch([(3, 1, -1), (3, 2, 1), (3, 2, -1)])]) == ["-3 2"])
  }

  @Test("keys come in the order in which they were first met")
  func keysInOrder() {
    #expect(net([batch([(9, 1, 1), (2, 1, 1), (9, 1, -1), (9, 2, 1)])]) == ["+9 2", "+2 1"])
  }

  @Test("rows that are only added replace each other")
  func additions() {
    var added = batch([(1, 1, 1), (1, 2, 1)])
    added.weights = nil
    #expect(net([added]) == ["+1 2"])
  }
}
