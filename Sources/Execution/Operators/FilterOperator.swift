// WHERE. In: rows. Out: those for which the predicate is TRUE; rows on which it fails go to the error stream. A retraction
// passes or not as its row did. Keeps nothing.

import Plan
import Values

final class FilterOperator: Operator {
  private let program: ExpressionProgram
  /// The columns that something downstream reads: of the others only the count is right.
  private let isRead: [Bool]

  init(_ predicate: Expression, isRead: [Bool], timeZone: TimeZoneRules) {
    program = ExpressionProgram(predicate, timeZone: timeZone)
    self.isRead = isRead
  }

  func process(_ batch: Batch, input: Int, step: StepContext, output: any OperatorOutput) {
    let (mask, errors) = program.evaluatePredicate(
      columns: batch.columns, count: batch.count, context: EvaluationContext(now: step.now))
    // Failing rows are never TRUE: reporting them is all there is to do.
    _ = batch.reporting(errors, to: output)
    let passing = selection(where: mask.slice(0..<batch.count))
    output.countFiltered(batch.count - passing.count - errors.list.count)
    if passing.count == 0 { return }
    output.emit(passing.count == batch.count ? batch : compacted(batch, passing))
  }

  private func compacted(_ batch: Batch, _ passing: Vector<Int32>) -> Batch {
    let columns = batch.columns.indices.map { index in
      isRead[index] ? batch.columns[index].gather(passing) : batch.columns[index].slice(0..<passing.count)
    }
    return Batch(
      columns: columns, count: passing.count, weights: batch.weights?.gather(passing),
      origin: batch.origin?.gather(passing), order: batch.order?.gather(passing))
  }
}
