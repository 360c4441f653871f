// Subqueries in expressions: `(SELECT …)`, EXISTS, IN. In: the query's tree and the context of the expression, whose row the
// query may read. Out: an expression that reads the subquery's value; the subquery itself goes to the collector, with what
// must hold between its rows and the outer row. A subquery that reads outer columns other than in such conditions is resolved
// anew over the distinct values of those columns, set beside its own rows (Neumann and Kemper, BTW 2015).

import Plan
import Syntax
import Values

extension Resolver {
  func subquery(
    _ query: Query, _ form: Subquery.Form, at span: SourceSpan, in context: ExpressionContext
  ) throws(CompileError) -> TypedExpression {
    let collector = try subqueryCollector(of: context, at: span)
    let needsEquality: Bool
    if case .exists = form { needsEquality = false } else { needsEquality = true }
    let resolved = try within(query, separable: needsEquality, in: context)
    var result = Field("$subquery\(collector.subqueries.count + 1)", .boolean, nullable: false)
    switch form {
    case .exists:
      // An aggregate of everything gives a row for no rows, too.
      if resolved.emptyRow != nil { return .literal(.bool(true), .boolean, range: range(span, context.environment)) }
    case .scalar:
      let column = try onlyColumn(of: resolved, "a subquery that stands for a value", at: query.span)
      let isNeverMissing = resolved.emptyRow?.first?.nullable == false
      result = Field(result.name, column.type, nullable: column.nullable || !isNeverMissing)
    case .membership: break
    }
    return collector.reference(
      to: Subquery(form: form, query: resolved, result: result, span: span, range: range(span, context.environment)))
  }

  /// `operand IN (query)`.
  func membership(
    _ operand: SyntaxExpression, _ query: Query, negated: Bool, at span: SourceSpan, in context: ExpressionContext
  ) throws(CompileError) -> TypedExpression {
    let collector = try subqueryCollector(of: context, at: span)
    let value = try typed(operand, in: context)
    var resolved = try within(query, separable: false, in: context)
    var column = try onlyColumn(of: resolved, "the query of IN", at: query.span)
    if value.nullable || column.nullable, !areSeparable(resolved.correlations) {
      resolved = try within(query, separable: true, in: context)
      column = try onlyColumn(of: resolved, "the query of IN", at: query.span)
    }
    let range = range(span, context.environment)
    if resolved.emptyRow != nil {
      // One row whatever happens: IN compares with its value.
      let only = try subquery(query, .scalar, at: query.span, in: context)
      return try call("=", [value, only], spans: [operand.span, query.span], at: span, in: context)
    }
    let element = TypedExpression.column(0, column)
    let (_, sides) = try unified([value, element], spans: [operand.span, query.span], what: "IN and its query")
    if sides[1].kind != element.kind {
      let items = [NamedExpression(column.name, sides[1])] + resolved.relation.identityExpressions.dropFirst()
      resolved.relation = resolved.relation.projected(items)
    }
    let converted = TypedExpression(.column(0), type: sides[1].type, nullable: column.nullable, range: range)
    var subquery = Subquery(
      form: .membership(sides[0]), query: resolved,
      result: Field(
        "$subquery\(collector.subqueries.count + 1)", .boolean, nullable: value.nullable || column.nullable),
      span: span, range: range)
    subquery.equality = try call(
      "=", [OuterColumns.wrapped(sides[0]), converted], spans: [operand.span, query.span], at: span, in: context)
    if negated, column.nullable { warnAboutNullIn(operand, query, column, at: span) }
    return collector.reference(to: subquery)
  }

  private func subqueryCollector(
    of context: ExpressionContext, at span: SourceSpan
  ) throws(CompileError) -> SubqueryCollector {
    if context.aggregates?.isInsideCall == true {
      throw notSupported(
        "a subquery within an aggregate", at: span, help: "give its value a name before: `|> EXTEND (…) AS x`")
    }
    guard let collector = context.subqueries else {
      throw notSupported(
        "a subquery in \(context.clause)", at: span, help: "give its value a name before: `|> EXTEND (…) AS x`")
    }
    return collector
  }

  private func onlyColumn(
    of query: ResolvedQuery, _ what: String, at span: SourceSpan
  ) throws(CompileError) -> Field {
    guard query.scope.columns.count == 1 else {
      throw failure(
        Codes.columnCount, "\(what) has one column, and this has \(query.scope.columns.count)", at: span
      ) { $0.note("the columns are \(self.listing(query.scope.columns.map(\.name)))") }
    }
    return query.relation.schema[0]
  }

  /// NULL among the values makes NOT IN unknown for every row that equals none of them.
  private func warnAboutNullIn(_ operand: SyntaxExpression, _ query: Query, _ column: Field, at span: SourceSpan) {
    let text = source.text(of: query.span)
    let equal = "\(column.name) = \(source.text(of: operand.span))"
    report(
      Diagnostic(
        Codes.nullInSet, "`\(column.name)` may be NULL, and a single NULL lets NOT IN keep no row", at: span,
        label: "never TRUE once the query gives NULL"
      ).fix(
        "keep the rows without a match", replacing: span, with: "NOT EXISTS (FROM (\(text)) |> WHERE \(equal))",
        .maybeIncorrect
      ).help("or leave NULL out: `WHERE \(column.name) IS NOT NULL` in the query"))
  }

  /// A query that may read the row of `context`; `separable`: only equalities may tie it to that row.
  func within(
    _ query: Query, separable: Bool, in context: ExpressionContext
  ) throws(CompileError) -> ResolvedQuery {
    let outer = OuterRow(context, relation: context.input?.relation)
    var environment = context.environment
    environment.parameters = environment.parameters.mapValues(OuterColumns.wrapped)
    environment.allowsTerminal = false
    environment.outer = outer
    let reported = diagnostics.count
    while true {
      do throws(CompileError) {
        let resolved = try resolve(query, environment)
        if resolved.scope.isUncertain { throw .reported }
        let closed = resolved.closed
        try requireOneLevel(closed.correlations, at: query.span, in: context)
        if separable, !areSeparable(closed.correlations) {
          outer.needsValues = true
          throw notSupported(
            "a comparison with an outer column other than `=`, where the subquery's value is needed,", at: query.span)
        }
        return closed
      } catch {
        guard outer.needsValues, let domain = domain(of: outer, environment) else { throw error }
        forget(diagnosticsAfter: reported)
        outer.needsValues = false
        outer.domain = domain
      }
    }
  }

  /// What a subquery in a subquery reads of the outermost row has become a column of the row between; if not, that row has
  /// to be given the outermost's values.
  private func requireOneLevel(
    _ correlations: [TypedExpression], at span: SourceSpan, in context: ExpressionContext
  ) throws(CompileError) {
    let isDeeper = correlations.contains { condition in
      condition.remappingColumns { OuterColumns.contains($0) ? $0 + OuterColumns.level : 0 }.readsOuter
    }
    guard isDeeper else { return }
    context.environment.outer?.needsValues = true
    throw notSupported("a subquery that reads a row two queries out", at: span)
  }

  /// The distinct values of the outer columns that the subquery reads; nil when they are there already or cannot be.
  private func domain(of outer: OuterRow, _ environment: Environment) -> OuterDomain? {
    guard let relation = outer.relation, outer.columnsUsed.count > (outer.domain?.columns.count ?? 0),
      outer.columnsUsed.allSatisfy({ relation.schema.fields.indices.contains($0) })
    else { return nil }
    let keys = outer.columnsUsed.map { column in
      NamedExpression(relation.schema[column].name, .column(column, relation.schema[column]))
    }
    let values = Relation(
      .aggregate(relation, Aggregation(keys: keys, calls: [], emission: .changes), windowed: false),
      owner: environment.owner, range: nil)
    return OuterDomain(relation: values, columns: outer.columnsUsed)
  }

  /// The values of the outer columns as rows to which FROM adds its own; nil where none are needed.
  func outerValues(at span: SourceSpan, _ environment: Environment) throws(CompileError) -> ResolvedQuery? {
    guard let outer = environment.outer, let domain = outer.domain, let relation = outer.relation else { return nil }
    var query = ResolvedQuery(relation: domain.relation, scope: Scope())
    query.scope.producer = span
    let context = ExpressionContext(constantIn: "a subquery", environment)
    for (position, column) in domain.columns.enumerated() {
      let sides = [
        OuterColumns.wrapped(.column(column, relation.schema[column])),
        TypedExpression.column(position, domain.relation.schema[position]),
      ]
      let distinct = try call("IS_DISTINCT_FROM", sides, spans: [span, span], at: span, in: context)
      query.correlations.append(try not(distinct, at: span, in: context))
    }
    return query
  }

  /// Whether every condition is an equality of a value of the outer row and one of the row itself, or reads the outer row
  /// alone.
  func areSeparable(_ conditions: [TypedExpression]) -> Bool {
    conditions.allSatisfy { !$0.readsOwn || CorrelationKey($0) != nil }
  }
}

/// An equality between the outer row and the row itself.
struct CorrelationKey {
  var outer: TypedExpression
  var own: TypedExpression
  var matchesNulls: Bool

  init?(_ condition: TypedExpression) {
    guard let (first, second, matchesNulls) = JoinConditions.equality(condition) else { return nil }
    let isOrdered = first.readsOuter
    (outer, own) = isOrdered ? (first, second) : (second, first)
    self.matchesNulls = matchesNulls
    guard outer.readsOuter, !outer.readsOwn, own.readsOwn, !own.readsOuter else { return nil }
  }
}
