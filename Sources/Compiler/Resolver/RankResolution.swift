// TOP, and whatever else asks for the first rows of an order. In: the operator's tree. Out: a ranking, or one row for each key
// where the order is by the time attribute and only the first row counts (LANGUAGE §2.3).

import Plan
import Syntax
import Values

/// What a ranking is made of, however it was written.
struct RankRequest {
  var function: RankFunction = .rowNumber
  var partition: [TypedExpression]
  var order: [SortKey]
  var first: Int64 = 1
  var last: Int64
  var rankName: String?
  var window: WindowColumns?
  var timeToLive: Int64?
  var acceptsGrowth = false
  var range: TextRange?
}

extension Resolver {
  func top(
    _ input: ResolvedQuery, _ top: PipeTop, _ op: PipeOperator, _ environment: Environment
  ) throws(CompileError) -> ResolvedQuery {
    guard let count = top.count.value, count > 0 else {
      throw failure(Codes.invalidLiteral, "TOP takes a whole number from 1", at: top.count.span)
    }
    var request = RankRequest(
      function: top.withTies ? .rank : .rowNumber, partition: [],
      order: try sortKeys(top.orderBy, input, environment, clause: "ORDER BY of TOP"), last: count,
      rankName: top.rank?.text, range: range(op.span, environment))
    for item in top.per {
      switch item.kind {
      case .window: request.window = try window(of: input, at: item.span)
      case .expression(let expression):
        request.partition.append(try keyValue(expression, input, environment, clause: "PER"))
      }
    }
    try take(top.state, into: &request)
    return try ranked(input, request, keyword: op.keywordSpan, environment)
  }

  func take(_ state: StateClause?, into request: inout RankRequest) throws(CompileError) {
    guard let state else { return }
    if request.window != nil {
      throw failure(
        Codes.misplaced, "the state of PER WINDOW goes with its window: STATE does not apply", at: state.span)
    }
    switch state.kind {
    case .timeToLive(let duration): request.timeToLive = try self.duration(duration, clause: "STATE TTL")
    case .unbounded: request.acceptsGrowth = true
    }
  }

  func sortKeys(
    _ items: [OrderItem], _ input: ResolvedQuery, _ environment: Environment, clause: String
  ) throws(CompileError) -> [SortKey] {
    let context = ExpressionContext(input, environment, clause: clause)
    return try collecting(items) { (item) throws(CompileError) -> SortKey in
      self.sortKey(try self.orderValue(item.value, input, context), item.order)
    }
  }

  func keyValue(
    _ expression: SyntaxExpression, _ input: ResolvedQuery, _ environment: Environment, clause: String
  ) throws(CompileError) -> TypedExpression {
    try typed(expression, in: ExpressionContext(input, environment, clause: clause))
  }

  /// The relation of a ranking: the only place where one is made.
  func ranked(
    _ input: ResolvedQuery, _ request: RankRequest, keyword: SourceSpan, _ environment: Environment
  ) throws(CompileError) -> ResolvedQuery {
    if let deduplication = deduplication(for: request, input.relation) {
      return finished(
        input, .deduplicate(input.relation, deduplication), request.range, keyword: keyword, mayEmit: true, environment)
    }
    if request.window != nil, input.relation.properties.mode != .append {
      throw overUpdates("TOP PER WINDOW", input.relation, at: keyword)
    }
    let ranking = Ranking(
      request.function, partition: request.partition, order: request.order, first: request.first, last: request.last,
      rankField: request.rankName.map { Field($0, .int64, nullable: false) }, window: request.window,
      emission: request.window == nil ? .changes : .final, timeToLive: request.timeToLive,
      acceptsGrowth: request.acceptsGrowth)
    var output = finished(
      input, .rank(input.relation, ranking), request.range, keyword: keyword, mayEmit: true, environment)
    if let name = request.rankName {
      output.scope.columns.append(ScopeColumn(name: name, index: input.relation.schema.count))
    }
    return output
  }

  func finished(
    _ input: ResolvedQuery, _ node: Relation.Node, _ range: TextRange?, keyword: SourceSpan, mayEmit: Bool,
    _ environment: Environment
  ) -> ResolvedQuery {
    var output = input
    output.relation = Relation(node, owner: environment.owner, range: range)
    output.mayEmit = mayEmit
    output.isOrdered = false
    output.scope.producer = keyword
    if output.relation.properties.window == nil { output.scope.window = nil }
    if !output.relation.isBounded, StateRules.growsWithoutBound(output.relation) {
      report(
        Diagnostic(
          Codes.unboundedState, "the state of this operator grows for as long as the pipeline runs", at: keyword,
          label: output.relation.stateBound.reason
        ).help("say how long a key is kept, `STATE TTL 1 DAY`, or that this is meant, `STATE UNBOUNDED`"))
    }
    return output
  }

  /// The first row of each partition by the time attribute, without its rank: one row for each key.
  private func deduplication(for request: RankRequest, _ input: Relation) -> Deduplication? {
    guard request.function == .rowNumber, request.last == 1, request.rankName == nil, request.window == nil,
      input.properties.mode == .append, request.order.count == 1, let key = request.order.first,
      let time = input.properties.timeAttribute, case .column(time.column) = key.expression.kind,
      request.timeToLive == nil || key.descending
    else { return nil }
    return Deduplication(
      keys: request.partition, kept: key.descending ? .last : .first, order: key.expression,
      time: key.descending ? nil : time, timeToLive: request.timeToLive, acceptsGrowth: request.acceptsGrowth)
  }

  func overUpdates(_ what: String, _ input: Relation, at span: SourceSpan) -> CompileError {
    failure(Codes.needsAppend, "\(what) needs rows that are never changed, and these are", at: span) { diagnostic in
      let origin = self.updatingOperator(input).flatMap { self.span($0.range) }
      let labelled =
        origin.map { diagnostic.labelled($0, "this operator changes rows that it has given") } ?? diagnostic
      return labelled.help("EMIT FINAL after a windowed aggregate gives each row once; TOP can take rows back")
    }
  }
}
