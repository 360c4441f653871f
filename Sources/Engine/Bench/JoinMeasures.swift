// Measures of joins as loops in this process: rows of both sides in batches, pairs counted and let go. In: rows made up here.
// Out: measures.

import Execution
import Plan
import Values

/// Counts what an operator says.
private final class CountingOutput: OperatorOutput {
  var rows = 0

  func emit(_ batch: Batch) { rows += batch.count }
  func emitLate(_ batch: Batch) {}
  func fail(_ rows: [FailedRow], of batch: Batch) {}
  func countFiltered(_ rows: Int) {}
}

extension Measure {
  private static let batchRows = 4096
  private static let fields = [
    Field("k", .int64, nullable: false), Field("x", .int64, nullable: false), Field("ts", .timestamp, nullable: false),
  ]

  /// Batch `number` of one side: row numbers as values and times, and one of `keys` keys in no order.
  private static func batch(_ number: Int, side: Int, keys: UInt64) -> Batch {
    let (key, value) = (Vector<Int64>(uninitialized: batchRows), Vector<Int64>(uninitialized: batchRows))
    for row in 0..<batchRows {
      let place = number * batchRows + row
      key.base[row] = Int64((UInt64(place * 2 + side) &* 0x9E37_79B9_7F4A_7C15 >> 20) % keys)
      value.base[row] = Int64(place)
    }
    return Batch(columns: [key, value, value].map { Column(.int($0)) }, count: batchRows)
  }

  /// A join of `steps` steps of one batch of each side.
  private static func join(
    _ name: String, _ summary: String, keys: UInt64, steps: Int, _ make: @escaping () -> any Execution.Operator
  ) -> Measure {
    Measure(name, item: "row", summary) { _ in
      {
        let operation = make()
        let output = CountingOutput()
        for number in 0..<steps {
          let step = StepContext(step: Int64(number), now: 0, worker: 0, workers: 1)
          for side in 0...1 {
            operation.process(batch(number, side: side, keys: keys), input: side, step: step, output: output)
          }
          _ = operation.advance(to: Int64((number + 1) * batchRows), step: step, output: output)
        }
        return Double(steps * batchRows * 2)
      }
    }
  }

  private static func regular() -> any Execution.Operator {
    let key = JoinKey(.column(0, fields[0]), .column(0, fields[0]))
    return JoinOperator(
      Join(.inner, keys: [key]), left: Schema(fields), right: Schema(fields), isOrdered: false, timeZone: .utc)
  }

  /// Rows meet those of the other side of the last `span` rows.
  private static func interval(_ span: Int64) -> any Execution.Operator {
    let key = JoinKey(.column(0, fields[0]), .column(0, fields[0]))
    let interval = JoinInterval(leftTime: 2, rightTime: 2, lower: -span / 2, upper: span / 2)
    return IntervalJoinOperator(
      Join(.inner, keys: [key], interval: interval), interval, left: Schema(fields), right: Schema(fields),
      timeColumn: 2, isOrdered: false, timeZone: .utc)
  }

  // A row meets on average half of the rows that the other side has at the end, over the keys: 1.5 for 8 and for 147 steps.
  static var joins: [Measure] {
    [
      join("join", "rows of both sides, 10 000 keys, 1.6 matches a row", keys: 10_000, steps: 8, regular),
      join("join-large", "the same with 200 000 keys, 1.5 matches a row", keys: 200_000, steps: 147, regular),
      join("join-interval", "within a time, 10 000 keys, 1.5 matches a row", keys: 10_000, steps: 128) {
        interval(30_000)
      },
    ]
  }
}
