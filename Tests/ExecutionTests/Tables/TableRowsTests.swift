// The rows of a table against a dictionary: random puts and deletions over partitions, saved and read again at any moment.

import Testing
import Values

@testable import Execution

@Suite("The rows of a table")
struct TableRowsTests {
  private struct Model {
    var rows: [Int64: (partition: Int64, value: Int64?)] = [:]

    mutating func apply(_ key: Int64, _ value: Int64?, partition: Int64) {
      if let known = rows[key], known.partition > partition { return }
      rows[key] = (partition, value)
    }

    var standing: [Int64: Int64] { rows.compactMapValues(\.value) }
  }

  private static let types: [DataType] = [.int64, .int64]

  private func make() -> TableRows { TableRows(types: Self.types, keyTypes: [.int64]) }

  private func apply(
    _ rows: [(key: Int64, value: Int64?)], to table: TableRows, partition: Int64
  ) {
    let keys = Column(rows.map { .int($0.key) }, type: .int64)
    let values = Column(rows.map { $0.value.map(Value.int) ?? .null }, type: .int64)
    table.apply(
      [keys, values], keys: [keys], deletions: Vector(rows.map { $0.value == nil }), times: nil, partition: partition,
      count: rows.count, notesChanges: true)
  }

  /// Folds changes into rows; false when one takes back what does not stand.
  private func fold(_ batch: Batch, into standing: inout [Int64: Int64]) -> Bool {
    for row in 0..<batch.count {
      guard let key = batch.columns[0].value(at: row).number, let value = batch.columns[1].value(at: row).number,
        let weight = batch.weights?[row]
      else { return false }
      if weight < 0 {
        guard standing[key] == value else { return false }
        standing[key] = nil
      } else {
        guard standing[key] == nil else { return false }
        standing[key] = value
      }
    }
    return true
  }

  @Test("folded changes are the last value of each key", arguments: [1, 2, 3])
  func model(partitions: Int64) throws {
    var random = SystemRandomNumberGenerator()
    var table = make()
    var model = Model()
    var standing: [Int64: Int64] = [:]
    for step in 0..<200 {
      for _ in 0..<3 {
        let partition = Int64.random(in: 0..<partitions, using: &random)
        let rows = (0..<8).map { _ in
          let value: Int64? = Bool.random(using: &random) ? Int64.random(in: 0..<3, using: &random) : nil
          return (key: Int64.random(in: 0..<20, using: &random), value: value)
        }
        for row in rows { model.apply(row.key, row.value, partition: partition) }
        apply(rows, to: table, partition: partition)
      }
      table.takeChanges { #expect(fold($0, into: &standing)) }
      if partitions == 1 { table.forgetDeleted() }
      #expect(standing == model.standing)
      #expect(table.keyCount == standing.count)
      if step % 7 == 0 {
        let writer = ColumnWriter()
        table.write(to: writer)
        let again = make()
        try again.read(from: ColumnReader(writer.finish()))
        table = again
      }
    }
  }

  @Test("an exact repeat changes nothing, and the order of keys is that of their values")
  func repeats() {
    let table = make()
    apply([(3, 1), (1, 1), (2, 1)], to: table, partition: 0)
    var keys: [Int64] = []
    table.takeChanges { batch in keys = (0..<batch.count).compactMap { batch.columns[0].value(at: $0).number } }
    #expect(keys == [1, 2, 3])
    apply([(3, 1), (1, 2), (1, 1)], to: table, partition: 0)
    table.takeChanges { _ in Issue.record("nothing has changed") }
  }

  @Test("memory of replaced rows and deleted keys is given back")
  func memory() {
    let table = make()
    for round in 0..<40 {
      apply((0..<4000).map { ($0, Int64(round)) }, to: table, partition: 0)
      table.takeChanges { _ in }
    }
    #expect(table.byteCount < 4000 * 18 * 16)
    apply((0..<4000).map { ($0, nil) }, to: table, partition: 0)
    table.takeChanges { _ in }
    let before = table.byteCount
    table.forgetDeleted()
    #expect(table.keyCount == 0 && table.byteCount < before)
  }
}

extension Value {
  /// The integer that it is.
  var number: Int64? { if case .int(let value) = self { value } else { nil } }
}
