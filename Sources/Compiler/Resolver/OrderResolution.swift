// ORDER BY, LIMIT and EMIT: when and in which order rows come out. In: the clauses' trees. Out: sorts and limits of
// bounded relations, and aggregates that speak when they were told to.

import Plan
import Syntax
import Values

extension Resolver {
  func requireBounded(_ relation: Relation, _ what: String, at span: SourceSpan) throws(CompileError) {
    guard !relation.isBounded else { return }
    let source = relation.preorder.last { relation in
      if case .scan = relation.node { true } else { false }
    }.flatMap { self.span($0.range) }
    throw failure(Codes.unboundedOrder, "\(what) needs an end of the input, and this stream has none", at: span) {
      diagnostic in
      let labelled = source.map { diagnostic.labelled($0, "this is read for ever") } ?? diagnostic
      return labelled.help("run it over what is there now (without --follow), or aggregate within windows")
    }
  }

  func order(
    _ input: ResolvedQuery, by items: [OrderItem], at span: SourceSpan, _ environment: Environment
  ) throws(CompileError) -> ResolvedQuery {
    try requireBounded(input.relation, "ORDER BY", at: items.first?.span ?? span)
    let context = ExpressionContext(input, environment, clause: "ORDER BY")
    let keys = try collecting(items) { (item) throws(CompileError) -> SortKey in
      self.sortKey(try self.orderValue(item.value, input, context), item.order)
    }
    var output = input
    output.relation = Relation(
      .sort(input.relation, keys, limit: nil, offset: 0), owner: environment.owner, range: range(span, environment))
    output.isOrdered = true
    output.mayEmit = false
    return output
  }

  func orderValue(
    _ expression: SyntaxExpression, _ input: ResolvedQuery, _ context: ExpressionContext
  ) throws(CompileError) -> TypedExpression {
    guard case .literal(let literal) = expression.kind, case .integer(let digits) = literal.kind else {
      let value = try typed(expression, in: context)
      switch value.type {
      case .array, .row, .map, .json:
        throw failure(Codes.wrongTypes, "\(article(value.type)) has no order", at: expression.span)
      default: return value
      }
    }
    guard let position = Int(digits), input.scope.columns.indices.contains(position - 1) else {
      throw failure(
        Codes.misplaced, "ORDER BY \(digits): the last column is \(input.scope.columns.count)", at: expression.span)
    }
    let column = input.scope.columns[position - 1]
    return .column(column.index, input.relation.schema[column.index])
  }

  /// NULLs sort first ascending and last descending (DESIGN §8).
  func sortKey(_ expression: TypedExpression, _ order: Ordering?) -> SortKey {
    let descending = order?.direction == .descending
    let nullsFirst = order?.nulls.map { $0 == .first } ?? !descending
    return SortKey(expression, descending: descending, nullsFirst: nullsFirst)
  }

  func limit(
    _ input: ResolvedQuery, _ limit: LimitClause, at span: SourceSpan, _ environment: Environment
  ) throws(CompileError) -> ResolvedQuery {
    try requireBounded(input.relation, "LIMIT", at: span)
    let count = try rowCount(limit.count, "LIMIT", environment)
    let offset =
      try limit.offset.map { (value) throws(CompileError) in try self.rowCount(value, "OFFSET", environment) } ?? 0
    var output = input
    output.emptyRow = nil
    output.mayEmit = false
    if case .sort(let below, let keys, nil, 0) = input.relation.node {
      output.relation = Relation(
        .sort(below, keys, limit: count, offset: offset), owner: environment.owner, range: input.relation.range)
    } else if input.relation.properties.mode == .append {
      output.relation = Relation(
        .limit(input.relation, count, offset: offset), owner: environment.owner, range: range(span, environment))
    } else {
      // Rows that change have no order of arrival: the first ones are those with the least keys.
      output.relation = Relation(
        .sort(input.relation, keyOrder(of: input.relation.properties), limit: count, offset: offset),
        owner: environment.owner, range: range(span, environment))
    }
    return output
  }

  private func keyOrder(of properties: RelationProperties) -> [SortKey] {
    let columns: [Int] =
      if case .upsert(let key) = properties.mode, !key.isEmpty { key } else { Array(properties.schema.fields.indices) }
    return columns.map { SortKey(.column($0, properties.schema[$0]), descending: false, nullsFirst: true) }
  }

  private func rowCount(
    _ expression: SyntaxExpression, _ clause: String, _ environment: Environment
  ) throws(CompileError) -> Int64 {
    let value = try typed(expression, in: ExpressionContext(constantIn: clause, environment)).folded(timeZone: zone)
    guard value.type.isInteger, case .literal(.int(let count)) = value.kind, count >= 0 else {
      throw failure(Codes.invalidLiteral, "\(clause) takes a whole number from 0", at: expression.span)
    }
    return count
  }

  /// Sets when the aggregate just before speaks. `throughFilter`: an EMIT of a SELECT may stand after HAVING.
  func emit(
    _ clause: EmitClause, on input: ResolvedQuery, throughFilter: Bool
  ) throws(CompileError) -> ResolvedQuery {
    let emission: Emission
    switch clause.kind {
    case .changes: emission = .changes
    case .final: emission = .final
    case .every(let duration, let andFinal):
      let period = try self.duration(duration, clause: "EMIT EVERY")
      guard period > 0 else {
        throw failure(Codes.invalidLiteral, "EMIT EVERY needs a length of time above zero", at: duration.span)
      }
      emission = .every(period, andFinal: andFinal)
    }
    guard input.mayEmit else {
      throw failure(
        Codes.misplaced, "EMIT belongs directly after the operator that keeps state: an AGGREGATE, DISTINCT or TOP",
        at: clause.span)
    }
    var output = input
    output.relation = try emitting(input.relation, emission, at: clause.span, throughFilter: throughFilter)
    output.mayEmit = false
    return output
  }

  private func incomplete(_ what: String, _ relation: Relation, at span: SourceSpan) -> CompileError {
    failure(Codes.noCompleteness, "EMIT FINAL: nothing says when \(what) is settled", at: span) { diagnostic in
      let labelled = self.span(relation.range).map { diagnostic.labelled($0, "ranks without a window") } ?? diagnostic
      return labelled.help("rank within windows: `|> WINDOW TUMBLE(SIZE 1 MINUTE)` before, and PER WINDOW")
    }
  }

  private func emitting(
    _ relation: Relation, _ emission: Emission, at span: SourceSpan, throughFilter: Bool
  ) throws(CompileError) -> Relation {
    switch relation.node {
    case .aggregate(let input, var aggregation, let windowed):
      if emission == .final, !windowed {
        throw failure(
          Codes.noCompleteness, "EMIT FINAL: nothing says when a group is complete", at: span
        ) { diagnostic in
          let labelled =
            self.span(relation.range).map { diagnostic.labelled($0, "groups without a window") } ?? diagnostic
          return labelled.help("group by a window: `|> WINDOW TUMBLE(SIZE 1 MINUTE)` before, and GROUP BY WINDOW")
        }
      }
      if emission != .final { try checkEarlySessions(relation, at: span) }
      aggregation.emission = emission
      return Relation(.aggregate(input, aggregation, windowed: windowed), owner: relation.owner, range: relation.range)
    case .rank(let input, var ranking):
      if emission == .final, ranking.window == nil { throw incomplete("a rank", relation, at: span) }
      ranking.emission = emission
      return Relation(.rank(input, ranking), owner: relation.owner, range: relation.range)
    case .deduplicate(let input, var deduplication) where deduplication.kept == .last:
      if emission == .final { throw incomplete("the last row of a key", relation, at: span) }
      deduplication.emission = emission
      return Relation(.deduplicate(input, deduplication), owner: relation.owner, range: relation.range)
    case .project(let input, let items):
      return try emitting(input, emission, at: span, throughFilter: throughFilter)
        .projected(items, owner: relation.owner, range: relation.range)
    case .filter(let input, let predicate) where throughFilter:
      return try emitting(input, emission, at: span, throughFilter: true)
        .filtered(predicate, owner: relation.owner, range: relation.range)
    case .scan, .side, .values, .filter, .watermark, .assignWindow, .windowAggregate, .union, .join, .temporalJoin,
      .unnest,
      .setOperation, .deduplicate, .over, .normalize, .sort, .limit, .sink:
      throw failure(Codes.misplaced, "EMIT belongs directly after the operator that keeps state", at: span)
    }
  }
}
