// The condition of a join beyond its keys. In: candidate pairs. Out: which of them match. A pair on which the condition
// fails does not match and goes to the error stream as a pair: which of its rows came last depends on steps, the pair
// does not.

import Plan
import Values

/// Pairs on which a condition failed, with their columns.
struct FailedPairs {
  var rows: [FailedRow]
  var batch: Batch
}

final class JoinResidual {
  private let program: ExpressionProgram?
  private let columnsRead: Set<Int>
  private let width: Int
  /// Failures that wait for the step's end, where what an operator made may fail.
  private var failures: [FailedPairs] = []

  init(_ residual: Expression?, width: Int, timeZone: TimeZoneRules) {
    program = residual.map { ExpressionProgram($0, timeZone: timeZone) }
    columnsRead = residual?.columnsRead ?? []
    self.width = width
  }

  var isAbsent: Bool { program == nil }

  /// The pairs that match, nil for all. `column` gives a column of the pairs: those of the left side, then of the right
  /// one.
  func matching(_ count: Int, now: Int64, reportsFailures: Bool = true, _ column: (Int) -> Column) -> Vector<Int32>? {
    guard let program, count > 0 else { return nil }
    let unread = Column(.bool(Vector(repeating: false, count: count)))
    let columns = (0..<width).map { columnsRead.contains($0) ? column($0) : unread }
    let (mask, errors) = program.evaluatePredicate(
      columns: columns, count: count, context: EvaluationContext(now: now))
    if !errors.isEmpty, reportsFailures {
      let failing = Vector(errors.list.map(\.row))
      let batch = Batch(columns: (0..<width).map { column($0).gather(failing) }, count: failing.count)
      let rows = errors.list.enumerated().map { place, error in
        FailedRow(RowError(row: Int32(truncatingIfNeeded: place), code: error.code, range: error.range))
      }
      failures.append(FailedPairs(rows: rows, batch: batch))
    }
    let passing = selection(where: mask.slice(0..<count))
    return passing.count == count ? nil : passing
  }

  func report(to output: any OperatorOutput) {
    guard !failures.isEmpty else { return }
    for failed in failures { output.fail(failed.rows, of: failed.batch) }
    failures = []
  }
}
