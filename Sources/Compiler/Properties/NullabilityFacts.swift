// Flow facts: the columns that cannot be NULL in a row for which a predicate is TRUE (LANGUAGE §5.4, Nullability).
// In: a typed predicate. Out: column positions. Sound and incomplete: an unknown form yields nothing.

import Plan

enum NullabilityFacts {
  static func nonNullColumns(when predicate: TypedExpression) -> Set<Int> {
    switch predicate.kind {
    case .and(let operands):
      operands.reduce(into: []) { $0.formUnion(nonNullColumns(when: $1)) }
    case .or(let operands):
      operands.dropFirst().reduce(operands.first.map(nonNullColumns) ?? []) {
        $0.intersection(nonNullColumns(when: $1))
      }
    case .call(let function, let arguments) where function.name == "NOT":
      arguments.first.map(nonNullColumnsWhenFalse) ?? []
    case .call(let function, let arguments) where strictOperators.contains(function.name):
      arguments.reduce(into: []) { $0.formUnion(columnsThatMustBePresent($1)) }
    case .inList(let operand, _, _): columnsThatMustBePresent(operand)
    case .column(let column): [column]
    case .literal, .call, .cast, .conditional, .coalesce, .isNull, .field, .makeRow, .makeArray, .safe: []
    }
  }

  private static func nonNullColumnsWhenFalse(_ predicate: TypedExpression) -> Set<Int> {
    switch predicate.kind {
    case .isNull(let operand): columnsThatMustBePresent(operand)
    case .column(let column): [column]
    case .call(let function, let arguments) where strictOperators.contains(function.name):
      arguments.reduce(into: []) { $0.formUnion(columnsThatMustBePresent($1)) }
    case .or(let operands):
      operands.reduce(into: []) { $0.formUnion(nonNullColumnsWhenFalse($1)) }
    case .inList(let operand, _, _): columnsThatMustBePresent(operand)
    case .literal, .call, .cast, .and, .conditional, .coalesce, .field, .makeRow, .makeArray, .safe: []
    }
  }

  /// Comparisons and arithmetic give NULL for any NULL operand, so a TRUE or FALSE result needs all of them.
  private static let strictOperators: Set<String> = [
    "=", "<>", "<", "<=", ">", ">=", "+", "-", "*", "/", "%", "||", "LIKE",
  ]

  static func columnsThatMustBePresent(_ expression: TypedExpression) -> Set<Int> {
    switch expression.kind {
    case .column(let column): [column]
    case .cast(let operand, safe: false): columnsThatMustBePresent(operand)
    case .call(let function, let arguments) where strictOperators.contains(function.name):
      arguments.reduce(into: []) { $0.formUnion(columnsThatMustBePresent($1)) }
    case .field(let operand, _): columnsThatMustBePresent(operand)
    case .literal, .call, .cast, .and, .or, .conditional, .coalesce, .isNull, .inList, .makeRow, .makeArray, .safe: []
    }
  }
}
