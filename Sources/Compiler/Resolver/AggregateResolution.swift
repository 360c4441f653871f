// AGGREGATE and DISTINCT as pipe operators (LANGUAGE §1.3): keys first, then aggregates; neither sees the other's names.
// In: the operator's tree. Out: an aggregate relation, and a projection over it where an item is more than one call.

import Plan
import Syntax
import Values

extension Resolver {
  func aggregate(
    _ input: ResolvedQuery, _ aggregate: PipeAggregate, _ op: PipeOperator, _ environment: Environment
  ) throws(CompileError) -> ResolvedQuery {
    guard !aggregate.items.isEmpty || aggregate.groupBy != nil else {
      throw failure(Codes.misplaced, "AGGREGATE needs an aggregate, a GROUP BY, or both", at: op.span)
    }
    let (grouping, orders) = try pipeGrouping(input, aggregate.groupBy, op, environment)
    let collector = AggregateCollector()
    var context = ExpressionContext(input, environment, clause: "AGGREGATE", aggregates: collector)
    let subqueries = SubqueryCollector()
    context.subqueries = subqueries
    let items = try collecting(aggregate.items) { (item) throws(CompileError) -> NamedExpression in
      let before = collector.calls.count
      let value = try self.typed(item.value, in: context)
      guard collector.calls.count > before || self.readsCall(value) || Grouping.isCall(value)
      else {
        throw self.failure(
          Codes.notGrouped, "each item of AGGREGATE needs an aggregate such as SUM(…) or COUNT(*)", at: item.span
        ) { $0.help("a plain column belongs to GROUP BY") }
      }
      let name = item.alias?.text ?? self.impliedName(item.value) ?? self.generatedName(item.value)
      return NamedExpression(name, value)
    }
    let output = try self.output(
      of: grouping, named(items, after: grouping.keys.count), collector, subqueries, state: aggregate.state,
      at: op.span,
      keyword: op.keywordSpan, by: "AGGREGATE", keepsKeys: true, environment)
    let itemOrders = aggregate.items.enumerated().compactMap { position, item in
      item.order.map { (column: grouping.keyEnd + position, order: Optional($0)) }
    }
    return try ordered(output, orders + itemOrders, at: op.span, environment)
  }

  private func named(_ items: [NamedExpression], after keys: Int) -> [NamedExpression] {
    items.enumerated().map { position, item in
      item.name.isEmpty ? NamedExpression("column\(keys + position + 1)", item.expression) : item
    }
  }

  func readsCall(_ expression: TypedExpression) -> Bool {
    expression.columnsRead.contains { $0 >= AggregateCollector.firstPosition }
  }

  private func pipeGrouping(
    _ input: ResolvedQuery, _ clause: GroupByClause?, _ op: PipeOperator, _ environment: Environment
  ) throws(CompileError) -> (Grouping, [(column: Int, order: Ordering?)]) {
    var grouping = Grouping(input: input, span: clause?.span ?? op.keywordSpan)
    let context = ExpressionContext(input, environment, clause: "GROUP BY")
    try group(clause?.items ?? [], into: &grouping) { (expression, alias) throws(CompileError) -> NamedExpression in
      if case .literal = expression.kind {
        throw self.failure(
          Codes.misplaced, "GROUP BY of AGGREGATE takes expressions, not positions", at: expression.span)
      }
      let value = try self.typed(expression, in: context)
      return NamedExpression(
        alias?.text ?? self.impliedName(expression) ?? self.generatedName(expression), value)
    }
    var orders: [(key: Int, order: Ordering?)] = grouping.keys.enumerated().compactMap { position, key in
      key.order.map { (position, $0) }
    }
    let isAllOrdered = clause?.isOrdered ?? false
    if isAllOrdered {
      orders = grouping.keys.indices.map { index in (index, grouping.keys[index].order) }
    }
    return (grouping, orders.map { (grouping.keyStart + $0.key, $0.order) })
  }

  /// The window's columns of a relation whose rows are assigned to windows.
  func window(of input: ResolvedQuery, at span: SourceSpan) throws(CompileError) -> WindowColumns {
    if let window = input.scope.window { return window }
    if input.scope.isUncertain { throw .reported }
    throw failure(
      Codes.noWindow, "GROUP BY WINDOW needs rows that are assigned to windows, and these are not", at: span
    ) { $0.help("put `|> WINDOW TUMBLE(SIZE 1 MINUTE)` before") }
  }

  /// `window_start, window_end` written out among the keys is GROUP BY WINDOW.
  func groupByWindowColumns(_ grouping: inout Grouping) throws(CompileError) {
    guard let window = grouping.window ?? grouping.input.scope.window else { return }
    let columns = [window.start, window.end, window.time]
    func column(_ key: GroupKey) -> Int? {
      if case .column(let index) = key.item.expression.kind, columns.contains(index) { index } else { nil }
    }
    let named = Set(grouping.keys.compactMap(column))
    let isWhole = named.isSuperset(of: [window.start, window.end])
    if isWhole || grouping.window != nil {
      grouping.window = window
      grouping.keys.removeAll { column($0) != nil }
    }
  }

  /// The aggregate relation with its items in place.
  func output(
    of written: Grouping, _ items: [NamedExpression], _ collector: AggregateCollector,
    _ subqueries: SubqueryCollector, state: StateClause?,
    at span: SourceSpan, keyword: SourceSpan, by name: String, keepsKeys: Bool, _ environment: Environment
  ) throws(CompileError) -> ResolvedQuery {
    for item in items {
      if case .column(let index) = item.expression.kind, index >= AggregateCollector.firstPosition {
        collector.name(index - AggregateCollector.firstPosition, item.name)
      }
    }
    var grouping = written
    try groupByCorrelations(&grouping, at: span, environment)
    let relation = try self.relation(
      of: grouping, collector.calls, state: state, at: span, keyword: keyword, environment)
    var over: [NamedExpression] = []
    if keepsKeys { over = relation.identityExpressions.prefix(written.keyEnd).map { $0 } }
    for item in items {
      var expression = try overGroups(item.expression, grouping, at: span)
      // A call's nullability was settled with the grouping.
      if case .column(let index) = expression.kind, index >= 0 {
        expression.nullable = relation.schema[index].nullable
      }
      over.append(NamedExpression(item.name, expression))
    }
    var base = try correlated(
      ResolvedQuery(relation: relation, scope: Scope(relation, alias: nil, producer: nil)), grouping, collector.calls)
    (base, over) = try attached(subqueries, to: base, over, at: span, environment, grouping: grouping)
    var output = base.projected(to: over, owner: environment.owner, range: range(span, environment))
    output.scope.producer = span
    output.scope.isUncertain = grouping.input.scope.isUncertain
    output.scope.recordLost(from: grouping.input.scope, by: name, at: keyword)
    output.mayEmit = true
    return output
  }

  private func ordered(
    _ query: ResolvedQuery, _ orders: [(column: Int, order: Ordering?)], at span: SourceSpan, _ environment: Environment
  ) throws(CompileError) -> ResolvedQuery {
    guard let first = orders.first else { return query }
    try requireBounded(query.relation, "an order", at: first.order?.span ?? span)
    let keys = orders.map { sortKey(.column($0.column, query.relation.schema[$0.column]), $0.order) }
    var output = query
    output.relation = Relation(
      .sort(query.relation, keys, limit: nil, offset: 0), owner: environment.owner, range: range(span, environment))
    output.isOrdered = true
    return output
  }

  /// One row of those that are equal in all visible columns.
  func distinct(
    _ input: ResolvedQuery, state: StateClause?, name: String, at span: SourceSpan, _ environment: Environment
  ) throws(CompileError) -> ResolvedQuery {
    var base = input
    var items = input.visibleExpressions
    // The projection before it becomes the keys, so that every way of writing DISTINCT is one tree.
    if case .project(let below, let expressions) = input.relation.node {
      base = ResolvedQuery(relation: below, scope: Scope(below, alias: nil, producer: nil))
      base.correlations = input.correlations.map { condition in
        condition.substituting { column, reference in
          column < 0 ? reference : expressions[column].expression.standing(for: reference)
        }
      }
      items = input.scope.columns.map { NamedExpression($0.name, expressions[$0.index].expression) }
    }
    var grouping = Grouping(input: base, span: span)
    grouping.keys = items.map { GroupKey(item: $0, span: span) }
    if input.scope.isWindowVisible { try groupByWindowColumns(&grouping) } else { grouping.input.scope.window = nil }
    try groupByCorrelations(&grouping, at: span, environment)
    let relation = try self.relation(of: grouping, [], state: state, at: span, keyword: span, environment)
    let keys = grouping.keys.map(\.item)
    let over = try items.map { (item) throws(CompileError) -> NamedExpression in
      if let key = keys.firstIndex(where: { $0.name == item.name && $0.expression.isSame(as: item.expression) }) {
        let index = grouping.keyStart + key
        return NamedExpression(item.name, .column(index, relation.schema[index], range: item.expression.range))
      }
      return NamedExpression(item.name, try self.overGroups(item.expression, grouping, at: span))
    }
    let groups = try correlated(
      ResolvedQuery(relation: relation, scope: Scope(relation, alias: nil, producer: nil)), grouping, [])
    var output = groups.projected(to: over, owner: environment.owner, range: range(span, environment))
    output.scope.producer = span
    output.scope.variables = input.scope.variables.map { variable in
      let kept = variable.columns.compactMap { column in
        input.scope.columns.firstIndex { $0.index == column.index }.map { ScopeColumn(name: column.name, index: $0) }
      }
      return RangeVariable(name: variable.name, columns: kept)
    }
    output.scope.isUncertain = input.scope.isUncertain
    output.mayEmit = true
    return output
  }
}
