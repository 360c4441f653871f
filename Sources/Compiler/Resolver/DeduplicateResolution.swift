// DEDUPLICATE and DISTINCT ON: one row for each key. In: the operator's or the clause's tree. Out: a deduplication; a ranking
// where rows are kept by another order than that of their arrival or of the time attribute.

import Plan
import Syntax
import Values

extension Resolver {
  func deduplicate(
    _ input: ResolvedQuery, _ written: PipeDeduplicate, _ op: PipeOperator, _ environment: Environment
  ) throws(CompileError) -> ResolvedQuery {
    var request = RankRequest(
      partition: try collecting(written.keys) { (key) throws(CompileError) in
        try self.keyValue(key, input, environment, clause: "DEDUPLICATE ON")
      }, order: [], last: 1, range: range(op.span, environment))
    try take(written.state, into: &request)
    let by = try written.keep?.by.map { (expression) throws(CompileError) in
      try self.orderValue(expression, input, ExpressionContext(input, environment, clause: "BY of DEDUPLICATE"))
    }
    let keyword = op.keywordSpan
    if written.keep?.which == .last {
      if let within = written.within {
        throw failure(
          Codes.misplaced, "WITHIN goes with KEEP FIRST: it is measured from the row that was kept", at: within.span
        ) { $0.help("to forget keys that are not met any more, write STATE TTL") }
      }
      return try keepLast(input, &request, by: by, keyword: keyword, environment)
    }
    let within = try written.within.map { (length) throws(CompileError) in
      try self.within(length, state: written.state)
    }
    return try keepFirst(input, &request, by: by, within: within, keyword: keyword, environment)
  }

  private func within(_ length: DurationLiteral, state: StateClause?) throws(CompileError) -> Int64 {
    let value = try duration(length, clause: "WITHIN")
    guard value > 0 else {
      throw failure(Codes.invalidLiteral, "WITHIN needs a length of time above zero", at: length.span)
    }
    if let state {
      throw failure(Codes.misplaced, "a key is kept for WITHIN: STATE does not apply", at: state.span)
    }
    return value
  }

  /// Rows that change have no order of arrival, but they have an order by a value: the last is the first the other way.
  private func keepLast(
    _ input: ResolvedQuery, _ request: inout RankRequest, by: TypedExpression?, keyword: SourceSpan,
    _ environment: Environment
  ) throws(CompileError) -> ResolvedQuery {
    if input.relation.properties.mode != .append {
      guard let by else { throw overUpdates("KEEP LAST without BY", input.relation, at: keyword) }
      request.order = [SortKey(by, descending: true, nullsFirst: false)]
      return try ranked(input, request, keyword: keyword, environment)
    }
    let deduplication = Deduplication(
      keys: request.partition, kept: .last, order: by, timeToLive: request.timeToLive,
      acceptsGrowth: request.acceptsGrowth)
    return finished(
      input, .deduplicate(input.relation, deduplication), request.range, keyword: keyword, mayEmit: true, environment)
  }

  /// The first row is said once, so it must be known when it is: by arrival at once, by the time attribute when the
  /// watermark has passed, by anything else at the end of the input.
  private func keepFirst(
    _ input: ResolvedQuery, _ request: inout RankRequest, by: TypedExpression?, within: Int64?, keyword: SourceSpan,
    _ environment: Environment
  ) throws(CompileError) -> ResolvedQuery {
    let relation = input.relation
    guard relation.properties.mode == .append else { throw overUpdates("KEEP FIRST", relation, at: keyword) }
    let attribute = relation.properties.timeAttribute
    var time: TimeAttribute?
    if let by {
      if let attribute, case .column(attribute.column) = by.kind { time = attribute }
    } else if within != nil {
      time = attribute
    }
    if let by, time == nil {
      guard relation.isBounded, within == nil else { throw firstByOther(by, attribute, input, keyword) }
      request.order = [SortKey(by, descending: false, nullsFirst: false)]
      var output = try ranked(input, request, keyword: keyword, environment)
      if case .rank(let below, var ranking) = output.relation.node {
        ranking.emission = .final
        output.relation = Relation(.rank(below, ranking), owner: environment.owner, range: request.range)
      }
      output.mayEmit = false
      return output
    }
    if time != nil, request.timeToLive != nil {
      throw notSupported(
        "STATE TTL with KEEP FIRST by the time attribute", at: keyword, help: "write WITHIN: keys are then forgotten")
    }
    let order = time.map { TypedExpression.column($0.column, relation.schema[$0.column]) }
    let deduplication = Deduplication(
      keys: request.partition, kept: .first, order: order, time: time, within: within, timeToLive: request.timeToLive,
      acceptsGrowth: request.acceptsGrowth)
    return finished(
      input, .deduplicate(relation, deduplication), request.range, keyword: keyword, mayEmit: false, environment)
  }

  private func firstByOther(
    _ by: TypedExpression, _ attribute: TimeAttribute?, _ input: ResolvedQuery, _ keyword: SourceSpan
  ) -> CompileError {
    failure(
      Codes.noWatermark, "nothing says when the first row by this order is known: it has no watermark",
      at: span(by.range) ?? keyword
    ) { diagnostic in
      let column = attribute.flatMap { known in input.scope.columns.first { $0.index == known.column } }
      let helped = column.map { diagnostic.help("the time attribute here is `\($0.name)`") } ?? diagnostic
      return helped.help("TOP 1 PER … ORDER BY … gives the first row so far, and revises it")
    }
  }

  // MARK: DISTINCT ON

  /// `SELECT DISTINCT ON (k) … ORDER BY k, e`: for each k the first row by e. The order says which row stays and, as a
  /// stream has no last row, nothing more.
  func distinctOn(
    _ input: ResolvedQuery, _ keys: [SyntaxExpression], orderBy: [OrderItem], at span: SourceSpan,
    _ environment: Environment
  ) throws(CompileError) -> ResolvedQuery {
    var request = RankRequest(
      partition: try collecting(keys) { (key) throws(CompileError) in
        try self.keyValue(key, input, environment, clause: "DISTINCT ON")
      }, order: [], last: 1, range: range(span, environment))
    let keyword = keys.first?.span ?? span
    let order = try sortKeys(orderBy, input, environment, clause: "ORDER BY")
    let leading = order.prefix(request.partition.count)
    guard
      orderBy.isEmpty
        || request.partition.allSatisfy({ key in leading.contains { $0.expression.isSame(as: key) } })
          && leading.count == request.partition.count
    else {
      throw failure(
        Codes.misplaced, "with DISTINCT ON, ORDER BY begins with the same expressions",
        at: orderBy.first?.span ?? span
      ) { $0.labelled(keyword, "one row for each value of these") }
    }
    request.order = Array(order.dropFirst(request.partition.count))
    if request.order.isEmpty {
      return try keepFirst(input, &request, by: nil, within: nil, keyword: keyword, environment)
    }
    return try ranked(input, request, keyword: keyword, environment)
  }
}
