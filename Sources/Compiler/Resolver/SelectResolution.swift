// SELECT in the standard surface: FROM, WHERE, GROUP BY, HAVING, the list, DISTINCT, in the order in which they mean
// something. In: the clause's tree. Out: the same relations as the pipe operators make.

import Plan
import Syntax
import Values

extension Resolver {
  func select(
    _ select: SelectClause, orderBy: [OrderItem], at span: SourceSpan, _ environment: Environment
  ) throws(CompileError) -> ResolvedQuery {
    if let window = select.windows.first { throw notSupported("WINDOW … AS with OVER", at: window.span) }
    if let qualify = select.qualify { throw notSupported("QUALIFY", at: qualify.span) }
    var input = try select.from.isEmpty ? oneRow(at: span, environment) : from(select.from, at: span, environment)
    if let predicate = select.where {
      do throws(CompileError) {
        input = try filter(input, predicate, clause: "WHERE", at: predicate.span, environment)
      } catch {
        report(error)
        input.scope.isUncertain = true
      }
    }
    if let span = input.scope.unjoinedWindows, !input.scope.isUncertain {
      throw unjoinedWindows(input.relation, at: span)
    }
    if case .distinctOn(let keys)? = select.quantifier {
      if let groupBy = select.groupBy { throw notSupported("GROUP BY with DISTINCT ON", at: groupBy.span) }
      input = try distinctOn(input, keys, orderBy: orderBy, at: span, environment)
    }
    let collector = AggregateCollector()
    var context = ExpressionContext(input, environment, clause: "SELECT", aggregates: collector)
    let subqueries = SubqueryCollector()
    context.subqueries = subqueries
    var items = try self.items(select.items, in: context, input: input)
    let isGrouped = select.groupBy != nil || select.having != nil || !collector.calls.isEmpty
    if !isGrouped { (input, items) = try attached(subqueries, to: input, items, at: span, environment) }
    var output: ResolvedQuery
    if isGrouped {
      output = try grouped(input, select, items, collector, subqueries, at: span, environment)
    } else if case .distinct? = select.quantifier {
      output = projected(input, to: items, by: "SELECT", at: span, environment)
    } else if case .distinctOn? = select.quantifier {
      output = projected(input, to: items, by: "SELECT", at: span, environment)
    } else {
      output = try plain(input, items, orderBy: orderBy, at: span, environment)
    }
    if case .distinct? = select.quantifier {
      output = try distinct(output, state: nil, name: "SELECT DISTINCT", at: span, environment)
    }
    return output
  }

  /// The input of a SELECT without FROM.
  func oneRow(at span: SourceSpan, _ environment: Environment) throws(CompileError) -> ResolvedQuery {
    if let values = try outerValues(at: span, environment) { return values }
    let relation = Relation(.values(rows: [[]]), owner: environment.owner, range: range(span, environment))
    return ResolvedQuery(relation: relation, scope: Scope(relation, alias: nil, producer: nil))
  }

  /// Without grouping. Where ORDER BY names columns that the list does not give, they are kept until it is done.
  private func plain(
    _ input: ResolvedQuery, _ items: [NamedExpression], orderBy: [OrderItem], at span: SourceSpan,
    _ environment: Environment
  ) throws(CompileError) -> ResolvedQuery {
    let output = projected(input, to: items, by: "SELECT", at: span, environment)
    let reported = diagnostics.count
    let needsInput = orderBy.contains { item in
      if case .literal = item.value.kind { return false }
      do throws(CompileError) {
        _ = try typed(item.value, in: ExpressionContext(output, environment, clause: "ORDER BY"))
        return false
      } catch {
        return true
      }
    }
    forget(diagnosticsAfter: reported)
    guard needsInput else { return output }
    let kept = input.scope.columns.filter { column in !items.contains { $0.name == column.name } }
    let extra = kept.map { NamedExpression($0.name, .column($0.index, input.relation.schema[$0.index])) }
    var wide = projected(input, to: items + extra, by: "SELECT", at: span, environment)
    wide.scope.variables = input.scope.variables.map { variable in
      let columns = variable.columns.compactMap { column -> ScopeColumn? in
        let position = (items + extra).firstIndex { $0.expression.kind == .column(column.index) }
        return position.map { ScopeColumn(name: column.name, index: $0) }
      }
      return RangeVariable(name: variable.name, columns: columns)
    }
    wide.hiddenAfterOrdering = items.count
    return wide
  }

  private func grouped(
    _ input: ResolvedQuery, _ select: SelectClause, _ items: [NamedExpression], _ collector: AggregateCollector,
    _ subqueries: SubqueryCollector, at span: SourceSpan, _ environment: Environment
  ) throws(CompileError) -> ResolvedQuery {
    var grouping = try selectGrouping(input, select, items, at: span, environment)
    let keyword = select.groupBy?.span ?? span
    var having: TypedExpression?
    if let condition = select.having {
      var context = havingContext(input, items, collector, environment)
      context.subqueries = subqueries
      having = try predicate(condition, in: context)
    }
    for (item, written) in zip(items, select.items) {
      guard case .expression(_, let alias?) = written.kind, items.count == select.items.count else { continue }
      if case .column(let index) = item.expression.kind, index >= AggregateCollector.firstPosition {
        collector.name(index - AggregateCollector.firstPosition, alias.text)
      }
    }
    nameCalls(items, collector)
    try groupByCorrelations(&grouping, at: span, environment)
    let relation = try self.relation(
      of: grouping, collector.calls, state: nil, at: keyword, keyword: keyword, environment)
    var base = try correlated(
      ResolvedQuery(relation: relation, scope: Scope(relation, alias: nil, producer: nil)), grouping, collector.calls)
    if let having, let written = select.having {
      let condition = try overGroups(having, grouping, at: written.span)
      base = try restricted(
        base, to: condition, subqueries, at: written.span, environment, grouping: grouping)
    }
    var over = try items.map { (item) throws(CompileError) -> NamedExpression in
      var expression = try self.overGroups(item.expression, grouping, at: span)
      if case .column(let index) = expression.kind, index >= 0 {
        expression.nullable = base.relation.schema[index].nullable
      }
      return NamedExpression(item.name, expression)
    }
    (base, over) = try attached(subqueries, to: base, over, at: span, environment, grouping: grouping)
    var output = projected(base, to: over, by: "GROUP BY", at: span, environment)
    output.scope.recordLost(from: input.scope, by: "GROUP BY", at: keyword)
    output.mayEmit = true
    return output
  }

  /// HAVING sees the aliases of the list too.
  private func havingContext(
    _ input: ResolvedQuery, _ items: [NamedExpression], _ collector: AggregateCollector, _ environment: Environment
  ) -> ExpressionContext {
    var context = ExpressionContext(input, environment, clause: "HAVING", aggregates: collector)
    for item in items where context.scope.matches(item.name).isEmpty {
      context.environment.parameters[Scope.folded(item.name)] = item.expression
    }
    return context
  }

  private func nameCalls(_ items: [NamedExpression], _ collector: AggregateCollector) {
    for item in items {
      if case .column(let index) = item.expression.kind, index >= AggregateCollector.firstPosition {
        collector.name(index - AggregateCollector.firstPosition, item.name)
      }
    }
  }

  /// GROUP BY of a SELECT: expressions, positions in the list, aliases of the list, WINDOW.
  private func selectGrouping(
    _ input: ResolvedQuery, _ select: SelectClause, _ items: [NamedExpression], at span: SourceSpan,
    _ environment: Environment
  ) throws(CompileError) -> Grouping {
    var grouping = Grouping(input: input, span: select.groupBy?.span ?? span)
    let context = ExpressionContext(input, environment, clause: "GROUP BY")
    for item in select.groupBy?.items ?? [] {
      guard case .expression(_, _, let order?) = item.kind else { continue }
      throw notSupported("an order within GROUP BY of SELECT", at: order.span, help: "use ORDER BY")
    }
    if select.groupBy?.isOrdered == true {
      throw notSupported("GROUP AND ORDER BY of SELECT", at: grouping.span, help: "use ORDER BY")
    }
    try group(select.groupBy?.items ?? [], into: &grouping) { (expression, alias) throws(CompileError) in
      try self.selectKey(expression, alias, items, context)
    }
    return grouping
  }

  private func selectKey(
    _ expression: SyntaxExpression, _ alias: Identifier?, _ items: [NamedExpression], _ context: ExpressionContext
  ) throws(CompileError) -> NamedExpression {
    if case .literal(let literal) = expression.kind, case .integer(let digits) = literal.kind {
      guard let position = Int(digits), items.indices.contains(position - 1), !readsCall(items[position - 1].expression)
      else {
        throw failure(
          Codes.misplaced, "GROUP BY \(digits): the list has no plain item at that position", at: expression.span)
      }
      return items[position - 1]
    }
    if case .name(let name) = expression.kind, name.parts.count == 1, context.scope.matches(name.text).isEmpty,
      let item = items.first(where: { Scope.folded($0.name) == Scope.folded(name.text) }), !readsCall(item.expression)
    {
      return item
    }
    let value = try typed(expression, in: context)
    // The key carries the name that the list gives to the same expression.
    let listed = items.first { $0.expression.isSame(as: value) }?.name
    let name = alias?.text ?? listed ?? impliedName(expression) ?? generatedName(expression)
    return NamedExpression(name.isEmpty ? "column" : name, value)
  }
}
