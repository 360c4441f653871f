// LATERAL: a query in FROM that may read the rows on its left; the pairs are of each of these with the rows that the query gives
// for it. In: the rows on the left and the query. Out: a join on the conditions by which the query reads the left row, as for
// subqueries in expressions.

import Plan
import Syntax
import Values

extension Resolver {
  /// `left JOIN LATERAL (query) AS name ON condition`.
  func lateral(
    _ left: ResolvedQuery, _ query: Query, _ table: TableReference, _ kind: Plan.JoinKind,
    on condition: SyntaxExpression?,
    at span: SourceSpan, _ environment: Environment
  ) throws(CompileError) -> ResolvedQuery {
    guard kind == .inner || kind == .left else {
      throw notSupported("\(kind.rawValue.uppercased()) JOIN LATERAL", at: span)
    }
    if left.scope.isUncertain { throw .reported }
    if !left.correlations.isEmpty {
      throw notSupported("LATERAL in a subquery with a condition on the outer row", at: span)
    }
    let context = ExpressionContext(left, environment, clause: "LATERAL")
    let inner = try within(query, separable: false, in: context)
    let width = left.relation.schema.count
    var right = ResolvedQuery(relation: inner.relation, scope: Scope())
    right.scope.columns = try columns(of: inner, table.alias)
    if let name = table.alias?.name.text {
      right.scope.variables = [RangeVariable(name: name, columns: right.scope.columns)]
    }
    let scope = try combined(left, right, at: span)
    var conditions = inner.correlations.map { condition in
      condition.remappingColumns { OuterColumns.contains($0) ? $0 + OuterColumns.level : $0 + width }
    }
    let place = range(span, environment)
    if let row = inner.emptyRow {
      if let condition, !isTrue(condition) {
        throw notSupported("a condition of JOIN LATERAL with an aggregate other than TRUE", at: condition.span)
      }
      let present = NamedExpression("$found", .literal(.bool(true), .boolean))
      let marked = inner.relation.projected(inner.relation.identityExpressions + [present])
      let relation = JoinConditions.joined(
        left.relation, marked, Join(.left, keys: []), on: conditions, owner: environment.owner, range: place)
      return withDefaults(
        ResolvedQuery(relation: relation, scope: scope), row, inner.relation.schema, after: width, environment)
    }
    if let condition {
      let all = JoinConditions.joined(
        left.relation, right.relation, Join(.inner, keys: []), on: [], owner: environment.owner, range: place)
      let pairs = ResolvedQuery(relation: all, scope: scope)
      let written = try predicate(condition, in: ExpressionContext(pairs, environment, clause: "ON"))
      conditions += JoinConditions.conjuncts(written)
    }
    let relation = JoinConditions.joined(
      left.relation, right.relation, Join(kind, keys: []), on: conditions, owner: environment.owner, range: place)
    var output = ResolvedQuery(relation: relation, scope: scope)
    output.forgetLostWindow()
    return output
  }

  private func isTrue(_ expression: SyntaxExpression) -> Bool {
    if case .literal(let literal) = expression.kind, case .boolean(true) = literal.kind { true } else { false }
  }

  private func columns(of query: ResolvedQuery, _ alias: TableAlias?) throws(CompileError) -> [ScopeColumn] {
    guard let alias, !alias.columns.isEmpty else { return query.scope.columns }
    guard alias.columns.count == query.scope.columns.count else {
      throw failure(
        Codes.columnCount, "\(alias.columns.count) names are given for \(query.scope.columns.count) columns",
        at: alias.span)
    }
    return zip(query.scope.columns, alias.columns).map { ScopeColumn(name: $1.text, index: $0.index) }
  }

  /// The pairs with what the aggregate gives for no rows where a left row has none.
  private func withDefaults(
    _ pairs: ResolvedQuery, _ row: [TypedExpression], _ inner: Schema, after width: Int, _ environment: Environment
  ) -> ResolvedQuery {
    let relation = pairs.relation
    let flag = relation.schema.count - 1
    let isMissing = TypedExpression(
      .isNull(.column(flag, relation.schema[flag])), type: .boolean, nullable: false)
    var items = relation.identityExpressions
    for (position, value) in row.enumerated() where value.folded(timeZone: zone).kind != .literal(.null) {
      let column = width + position
      let own = TypedExpression.column(column, relation.schema[column])
      let branch = ConditionalBranch(condition: isMissing, result: value.standing(for: own))
      let nullable = value.nullable || inner[position].nullable
      items[column].expression = TypedExpression(
        .conditional([branch], otherwise: own), type: own.type, nullable: nullable)
    }
    var output = pairs
    output.relation = relation.projected(items, owner: environment.owner)
    output.forgetLostWindow()
    return output
  }
}
