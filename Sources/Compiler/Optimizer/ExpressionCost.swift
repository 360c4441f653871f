// What may be done with an expression: whether it can fail on a row, whether it is a mere access, how often it is read.
// In: expressions. Out: answers. Passes that move expressions ask here, so that no row fails or passes that did not before.

import Plan

extension Plan.Expression {
  /// A column or a field of one: reading it twice costs nothing.
  var isAccess: Bool {
    switch kind {
    case .column: true
    case .field(let base, _): base.isAccess
    case .literal, .call, .cast, .and, .or, .conditional, .coalesce, .isNull, .inList, .makeRow, .makeArray, .safe:
      false
    }
  }

  /// Whether evaluation may fail for some row.
  var canFail: Bool {
    switch kind {
    case .column, .literal: return false
    case .safe: return false
    case .cast(let operand, let safe): return safe ? operand.canFail : true
    case .call(let function, let arguments):
      return !Self.neverFailing.contains(function.name) || arguments.contains(where: \.canFail)
    case .and, .or, .conditional, .coalesce, .isNull, .inList, .field, .makeRow, .makeArray:
      return children.contains(where: \.canFail)
    }
  }

  private static let neverFailing: Set<String> = ["=", "<>", "<", "<=", ">", ">=", "NOT"]

  /// Whether evaluation always gives the same for the same row.
  var isDeterministic: Bool {
    if case .call(let function, _) = kind, FunctionLibrary.scalar.function(function.name)?.isDeterministic != true {
      return false
    }
    return children.allSatisfy(\.isDeterministic)
  }

  /// How often the expression reads the column.
  func count(of column: Int) -> Int {
    if case .column(let index) = kind { return index == column ? 1 : 0 }
    return children.reduce(0) { $0 + $1.count(of: column) }
  }

  /// Whether the column is read for every row, so that an expression in its place fails exactly when it would have.
  func readsStrictly(_ column: Int) -> Bool {
    switch kind {
    case .column(let index): return index == column
    case .call, .field, .isNull, .makeRow, .makeArray, .inList: return children.contains { $0.readsStrictly(column) }
    case .cast(let operand, let safe): return !safe && operand.readsStrictly(column)
    case .literal, .and, .or, .conditional, .coalesce, .safe: return false
    }
  }
}
