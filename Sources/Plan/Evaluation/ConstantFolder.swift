// Parts of an expression that read no column become literals, by the same kernels that would compute them for rows.
// In: an expression. Out: an expression with the same values and errors. What fails, or reads the clock, stays as it is.

import Values

/// Folds constants.
package enum ConstantFolder {
  package static func fold(_ expression: Expression, timeZone: TimeZoneRules = .utc) -> Expression {
    let folded = expression.mapChildren { fold($0, timeZone: timeZone) }
    guard isFoldable(folded) else { return folded }
    let program = ExpressionProgram(folded: [folded], timeZone: timeZone)
    let (column, errors) = program.evaluate(columns: [], count: 1, context: EvaluationContext(now: 0))
    guard errors.isEmpty else { return folded }
    return Expression(
      .literal(column.value(at: 0)), type: folded.type, nullable: column.isNull(0), range: folded.range)
  }

  /// Whether all operands are literals and the operation gives the same result every time.
  private static func isFoldable(_ expression: Expression) -> Bool {
    switch expression.kind {
    case .column, .literal: return false
    case .call(let reference, _):
      guard FunctionLibrary.scalar.function(reference.name)?.isDeterministic ?? false else { return false }
    case .cast, .and, .or, .conditional, .coalesce, .isNull, .inList, .field, .makeRow, .makeArray, .safe: break
    }
    return expression.children.allSatisfy { $0.constant != nil }
  }
}
