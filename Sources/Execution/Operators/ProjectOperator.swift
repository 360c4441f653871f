// SELECT: one column for each expression. In: rows. Out: as many, of other columns; rows on which an expression fails go to
// the error stream. Columns that are passed on as they are cost nothing. Keeps nothing.

import Plan
import Values

final class ProjectOperator: Operator {
  private enum Output {
    case input(Int)
    case computed(Int)
  }

  private let outputs: [Output]
  /// The expressions that compute something; nil when none does.
  private let program: ExpressionProgram?

  init(_ columns: [NamedExpression], timeZone: TimeZoneRules) {
    var computed: [Expression] = []
    outputs = columns.map { column in
      if case .column(let index) = column.expression.kind { return .input(index) }
      computed.append(column.expression)
      return .computed(computed.count - 1)
    }
    program = computed.isEmpty ? nil : ExpressionProgram(computed, timeZone: timeZone)
  }

  func process(_ batch: Batch, input: Int, step: StepContext, output: any OperatorOutput) {
    var results: [Column] = []
    var errors = RowErrors()
    if let program {
      (results, errors) = program.evaluateAll(
        columns: batch.columns, count: batch.count, context: EvaluationContext(now: step.now))
    }
    let columns = outputs.map { made in
      switch made {
      case .input(let index): batch.columns[index]
      case .computed(let index): results[index]
      }
    }
    let projected = batch.replacing(columns: columns)
    output.emit(batch.reporting(errors, to: output).map { projected.gather($0) } ?? projected)
  }
}
