// INTERSECT and EXCEPT against the naive result over the rows that stand, after every step; and UNNEST against its
// definition.

import Plan
import Testing
import Values

@testable import Execution

@Suite struct SetOperationTests {
  private static let schema = Schema([Field("k", .int64), Field("x", .int64)])

  private func expected(_ operation: SetOperation, _ bags: [[[Value]]]) -> [[Value]] {
    var counts: [[[Value]: Int]] = [[:], [:]]
    for side in 0...1 { for row in bags[side] { counts[side][row, default: 0] += 1 } }
    return counts[0].flatMap { row, left -> [[Value]] in
      let right = counts[1][row] ?? 0
      let count =
        switch (operation.kind, operation.all) {
        case (.intersect, true): min(left, right)
        case (.intersect, false): right > 0 ? 1 : 0
        case (.except, true): max(left - right, 0)
        case (.except, false): right == 0 ? 1 : 0
        }
      return Array(repeating: row, count: count)
    }.sorted(by: isBefore)
  }

  @Test(
    "the result follows the counts of both sides", arguments: [SetOperation.Kind.intersect, .except], [true, false])
  func matchesNaive(kind: SetOperation.Kind, all: Bool) throws {
    let operation = SetOperation(kind, all: all)
    for updates in [true, false] {
      let isAppendOnly = !updates && kind == .intersect
      func make() -> SetOperationOperator {
        SetOperationOperator(operation, schema: Self.schema, isAppendOnly: isAppendOnly)
      }
      var random = DriveNumbers(all ? 1 : 2)
      var running = make()
      let output = CollectedOutput()
      var bags: [[[Value]]] = [[], []]
      for number in 0..<80 {
        let context = StepContext(step: Int64(number), now: 0, worker: 0, workers: 1)
        for change in JoinCase(kind: .inner, updates: updates).changes(from: &bags, random: &random) {
          running.process(
            Batch(
              columns: [0, 1].map { Column([change.row[$0]], type: .int64) }, count: 1,
              weights: updates ? Vector([change.weight]) : nil),
            input: change.side, step: context, output: output)
        }
        let said = output.batches.count
        running.endStep(isLast: false, step: context, output: output)
        #expect(output.folded == expected(operation, bags))
        if isAppendOnly { #expect(output.batches[said...].allSatisfy { $0.weights == nil }) }
        if random.chance(3) {
          let writer = ColumnWriter()
          running.writeState(to: writer)
          running = make()
          try running.readState(from: try ColumnReader(writer.finish()))
        }
      }
    }
  }

  @Test("counts of a row are forgotten their time to live after its last change")
  func timeToLive() {
    let running = SetOperationOperator(
      SetOperation(.intersect, all: false, timeToLive: 100), schema: Self.schema, isAppendOnly: true)
    let row = Batch(columns: [0, 1].map { _ in Column([.int(1)], type: .int64) }, count: 1)
    func rows(_ now: Int64, _ side: Int) -> Int {
      let output = CollectedOutput()
      let context = StepContext(step: 1, now: now, worker: 0, workers: 1)
      running.process(row, input: side, step: context, output: output)
      running.endStep(isLast: false, step: context, output: output)
      return output.rows.count
    }
    #expect(rows(0, 0) == 0)
    #expect(rows(101, 1) == 0)
    #expect(rows(150, 0) == 1)
  }
}

@Suite struct UnnestTests {
  private static let element = DataType.row([Field("a", .int64), Field("b", .text)])

  private func run(_ unnest: Unnest, _ arrays: [Value], _ type: DataType, weights: [Int64]? = nil) -> CollectedOutput {
    let output = CollectedOutput()
    let batch = Batch(
      columns: [
        Column((0..<arrays.count).map { .int(Int64($0)) }, type: .int64), Column(arrays, type: type),
      ], count: arrays.count, weights: weights.map { Vector($0) })
    let context = StepContext(step: 1, now: 0, worker: 0, workers: 1)
    UnnestOperator(unnest, timeZone: .utc).process(batch, input: 0, step: context, output: output)
    return output
  }

  @Test("each element is a row, with its place; NULL is an empty array")
  func elements() {
    let type = DataType.array(element: .int64, elementNullable: true)
    let column = Expression.column(1, Field("a", type))
    let arrays: [Value] = [.array([.int(7), .null]), .null, .array([]), .array([.int(9)])]
    var unnest = Unnest(array: column, elements: [Field("e", .int64)], offset: Field("o", .int64))
    let inner = run(unnest, arrays, type, weights: [1, 1, -1, -1])
    let first: [[Value]] = [[.int(0), .int(7), .int(0)], [.int(0), .null, .int(1)]]
    let last: [[Value]] = [[.int(3), .int(9), .int(0)]]
    let empty: [[Value]] = [[.int(1), .null, .null], [.int(2), .null, .null]]
    func parts(_ output: CollectedOutput) -> [[Value]] { output.rows.map { row in [row[0], row[2], row[3]] } }
    #expect(parts(inner) == first + last)
    #expect(inner.weights == [1, 1, -1])
    #expect(inner.filtered == 2)
    unnest.keepsEmpty = true
    let left = run(unnest, arrays, type)
    #expect(parts(left) == first + empty + last)
    #expect(left.filtered == 0)
    #expect(parts(run(unnest, [.null], type)) == [[.int(0), .null, .null]])
  }

  @Test("a STRUCT becomes its fields; a NULL one gives NULLs")
  func fields() {
    let type = DataType.array(element: Self.element, elementNullable: true)
    let unnest = Unnest(
      array: .column(1, Field("a", type)), elements: [Field("a", .int64), Field("b", .text)], keepsEmpty: true)
    let arrays: [Value] = [.array([.row([.int(1), .string("x")]), .null]), .null]
    let expected: [[Value]] = [[.int(1), .string("x")], [.null, .null], [.null, .null]]
    #expect(run(unnest, arrays, type).rows.map { Array($0[2...]) } == expected)
  }

  @Test("many elements leave in several batches, in order")
  func manyElements() {
    let type = DataType.array(element: .int64, elementNullable: true)
    let unnest = Unnest(array: .column(1, Field("a", type)), elements: [Field("e", .int64)])
    // A record's other columns are copied beside each element: many small arrays keep the test small.
    let arrays = (0..<7_000).map { row in Value.array((0..<10).map { Value.int(Int64(row * 10 + $0)) }) }
    let output = run(unnest, arrays, type)
    #expect(output.batches.count > 1)
    let isInOrder = output.rows.enumerated().allSatisfy { number, row in row[2] == .int(Int64(number)) }
    #expect(isInOrder && output.rows.count == 70_000)
  }
}
