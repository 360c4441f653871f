// Subqueries found while the expressions of one operator are typed. The expression around one reads its value as a column at a
// position below zero, until the joins that bring the values are made (`SubqueryAttachment`).

import Plan
import Syntax
import Values

struct Subquery {
  enum Form {
    /// The only column of the only row; NULL for no row.
    case scalar
    /// Whether there is a row.
    case exists
    /// IN: whether the value, over the outer row, equals one of the only column.
    case membership(TypedExpression)
  }

  var form: Form
  /// The visible columns, and behind them those that the correlations read.
  var query: ResolvedQuery
  var result: Field
  var span: SourceSpan
  var range: TextRange?

  /// What holds between an outer row and a row that counts for it, positions of the outer row wrapped.
  var conditions: [TypedExpression] {
    if let equality { query.correlations + [equality] } else { query.correlations }
  }
  /// For IN: that the values are equal.
  var equality: TypedExpression?

  /// Whether IN may be neither TRUE nor FALSE.
  var mayBeUnknown: Bool {
    guard case .membership(let operand) = form else { return false }
    return operand.nullable || query.relation.schema[0].nullable
  }
}

final class SubqueryCollector {
  private(set) var subqueries: [Subquery] = []

  var isEmpty: Bool { subqueries.isEmpty }

  /// The expression that reads the value of the subquery.
  func reference(to subquery: Subquery) -> TypedExpression {
    subqueries.append(subquery)
    return .column(-subqueries.count, subquery.result, range: subquery.range)
  }

  /// The position in `subqueries` of the one that this column stands for.
  static func position(of column: Int) -> Int? { column < 0 && !OuterColumns.contains(column) ? -1 - column : nil }
}

extension Plan.Expression {
  /// Whether the value of a subquery is read.
  var readsSubquery: Bool { columnsRead.contains { SubqueryCollector.position(of: $0) != nil } }
}
