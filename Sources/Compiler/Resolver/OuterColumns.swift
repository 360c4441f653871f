// The columns of the rows around a subquery, as positions apart from those of its own rows: while a subquery is resolved, its
// conditions may read both. In: an expression over the outer row. Out: the same under positions below zero, and back. No
// relation ever holds such a position: what reads outer columns waits in `ResolvedQuery.correlations` for its join.

import Plan
import Values

enum OuterColumns {
  /// The distance between the positions of one query and those of the query around it.
  static let level = 1 << 44

  /// An expression over the outer row, as the inner query sees it.
  static func wrapped(_ expression: TypedExpression) -> TypedExpression {
    expression.remappingColumns { $0 - level }
  }

  static func contains(_ column: Int) -> Bool { column < -(level / 2) }
}

extension Plan.Expression {
  /// Whether a column of an outer row is read.
  var readsOuter: Bool { columnsRead.contains(where: OuterColumns.contains) }
  /// Whether a column of the row itself is read.
  var readsOwn: Bool { columnsRead.contains { !OuterColumns.contains($0) } }
}

/// The row around a subquery: what its names mean there.
final class OuterRow {
  let context: ExpressionContext
  /// The rows of the outer query; nil where it has none.
  let relation: Relation?
  /// Columns of the outer row that the subquery reads, ascending by their first use.
  private(set) var columnsUsed: [Int] = []
  /// A column was read where only columns of the subquery's own rows can be.
  var needsValues = false
  /// The distinct values of the columns used, once they have to stand beside the subquery's own rows: the domain of
  /// Neumann and Kemper, Unnesting Arbitrary Queries (BTW 2015).
  var domain: OuterDomain?

  init(_ context: ExpressionContext, relation: Relation?) {
    self.context = context
    self.relation = relation
  }

  func use(_ expression: TypedExpression) {
    for column in expression.columnsRead.sorted() where column >= 0 && !columnsUsed.contains(column) {
      columnsUsed.append(column)
    }
  }

  /// Notes that `value`, over this row and those around it, has to become a column.
  func needValues(of value: TypedExpression) {
    let above = value.remappingColumns { OuterColumns.contains($0) ? $0 + OuterColumns.level : 0 }
    if above.columnsRead != [0] || value.columnsRead.allSatisfy({ !OuterColumns.contains($0 + OuterColumns.level) }) {
      needsValues = true
    }
    if above.readsOuter { context.environment.outer?.needValues(of: above) }
  }
}

/// The values of outer columns as a relation.
struct OuterDomain {
  var relation: Relation
  /// The outer column that each column of the relation holds.
  var columns: [Int]
}

extension ResolvedQuery {
  /// The query with its visible columns first and behind them those that the correlations read; nothing else.
  var closed: ResolvedQuery {
    guard !correlations.isEmpty || emptyRow != nil else {
      let finished = finished
      return ResolvedQuery(relation: finished, scope: Scope(finished, alias: nil, producer: scope.producer))
    }
    return projected(to: visibleExpressions)
  }

  /// A projection that keeps what the correlations read behind its items.
  func projected(to items: [NamedExpression], owner: String? = nil, range: TextRange? = nil) -> ResolvedQuery {
    var all = items
    let carried = correlations.map { condition in
      condition.substituting { column, reference in
        guard !OuterColumns.contains(column) else { return reference }
        var copy = reference
        if let known = all.firstIndex(where: {
          $0.expression.kind == .column(column) && $0.expression.type == reference.type
        }) {
          copy.kind = .column(known)
        } else {
          copy.kind = .column(all.count)
          all.append(NamedExpression("$\(all.count)", .column(column, relation.schema[column])))
        }
        return copy
      }
    }
    let output =
      relation.isIdentity(all) ? relation : relation.projected(all, owner: owner, range: range)
    var result = ResolvedQuery(relation: output, scope: Scope(output, alias: nil, producer: scope.producer))
    result.scope.columns = Array(result.scope.columns.prefix(items.count))
    result.correlations = carried
    result.emptyRow = emptyRow.map { _ in all.map { $0.expression.overEmpty(emptyRow) } }
    return result
  }

  /// The expression with outer columns replaced by the row's own ones that equal them.
  func localised(_ expression: TypedExpression) -> TypedExpression {
    OuterEqualities(correlations).localised(expression)
  }
}

extension Plan.Expression {
  /// The expression in the row that an aggregate of everything gives for no rows.
  func overEmpty(_ row: [TypedExpression]?) -> TypedExpression {
    guard let row else { return self }
    return substituting { column, reference in
      row.indices.contains(column) ? row[column].standing(for: reference) : reference
    }
  }
}

/// Outer columns that equal expressions over the row itself.
struct OuterEqualities {
  private var known: [(outer: Int, type: DataType, own: TypedExpression)] = []

  init(_ correlations: [TypedExpression]) {
    for condition in correlations {
      guard let (first, second, _) = JoinConditions.equality(condition) else { continue }
      for (outer, own) in [(first, second), (second, first)] {
        guard case .column(let column) = outer.kind, OuterColumns.contains(column), !own.readsOuter,
          own.type == outer.type, !own.canFail, !own.type.isFloating
        else { continue }
        known.append((column, outer.type, own))
      }
    }
  }

  func localised(_ expression: TypedExpression) -> TypedExpression {
    guard !known.isEmpty else { return expression }
    return expression.substituting { column, reference in
      guard let found = known.first(where: { $0.outer == column && $0.type == reference.type }) else {
        return reference
      }
      var copy = found.own
      copy.range = reference.range
      return copy
    }
  }
}
