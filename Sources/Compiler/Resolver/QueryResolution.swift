// Queries: WITH, a body in either surface, then pipe operators from left to right. In: a query's tree and the names it
// may see. Out: a relation with its scope. An operator that fails is reported and stands for its input, so that the rest
// is still read.

import Plan
import Syntax
import Values

extension Resolver {
  func resolve(_ query: Query, _ outer: Environment) throws(CompileError) -> ResolvedQuery {
    depth += 1
    defer { depth -= 1 }
    guard depth <= Resolver.maximumDepth else {
      throw failure(Codes.recursion, "queries nest too deeply here once views are put in", at: query.span)
    }
    var environment = outer
    if let with = query.with { try define(with, in: &environment) }
    var inner = environment
    inner.allowsTerminal = false
    var current = try resolve(query.body, inner)
    for (position, op) in query.operators.enumerated() {
      let isLast = position == query.operators.count - 1
      do throws(CompileError) {
        current = try apply(op, to: current, &environment, isLast: isLast)
      } catch {
        report(error)
        current.scope.isUncertain = true
        current.mayEmit = false
      }
    }
    return current
  }

  /// A query in parentheses, a view's or a CTE's: its visible columns and nothing else.
  func resolveSubquery(_ query: Query, _ environment: Environment) throws(CompileError) -> Relation {
    var inner = environment
    inner.allowsTerminal = false
    inner.outer = nil
    let resolved = try resolve(query, inner)
    if resolved.scope.isUncertain { throw .reported }
    return resolved.finished
  }

  /// A query in FROM or in parentheses of its own: within a subquery it may read the outer row as that does.
  func resolveDerived(_ query: Query, _ environment: Environment) throws(CompileError) -> ResolvedQuery {
    var inner = environment
    inner.allowsTerminal = false
    let resolved = try resolve(query, inner)
    if resolved.scope.isUncertain { throw .reported }
    var closed = resolved.closed
    closed.emptyRow = nil
    if resolved.emptyRow != nil, !closed.correlations.isEmpty {
      throw notSupported("an aggregate over rows that depend on the outer row, in FROM of a subquery,", at: query.span)
    }
    return closed
  }

  func define(_ with: WithClause, in environment: inout Environment) throws(CompileError) {
    if with.isRecursive { throw notSupported("WITH RECURSIVE", at: with.span) }
    var seen: Set<String> = []
    for table in with.tables {
      let key = Scope.folded(table.name.text)
      guard seen.insert(key).inserted else {
        throw failure(Codes.duplicateName, "WITH defines `\(table.name.text)` twice", at: table.name.span)
      }
      var relation = try resolveSubquery(table.query, environment)
      if !table.columns.isEmpty { relation = try renamed(relation, to: table.columns, at: table.span) }
      environment.tables[key] = ResolvedQuery(
        relation: relation, scope: Scope(relation, alias: table.name.text, producer: table.span))
    }
  }

  /// The relation with its columns called otherwise.
  func renamed(
    _ relation: Relation, to names: [Identifier], at span: SourceSpan
  ) throws(CompileError) -> Relation {
    guard names.count == relation.schema.count else {
      throw failure(
        Codes.columnCount, "\(names.count) names are given for \(relation.schema.count) columns", at: span
      ) { $0.note("the columns are \(self.listing(relation.schema.fields.map(\.name)))") }
    }
    var seen: Set<String> = []
    for name in names where !seen.insert(Scope.folded(name.text)).inserted {
      throw failure(Codes.duplicateName, "two columns are called `\(name.text)`", at: name.span)
    }
    let items = zip(relation.identityExpressions, names).map { NamedExpression($1.text, $0.expression) }
    return relation.isIdentity(items) ? relation : relation.projected(items)
  }

  private func resolve(_ body: QueryBody, _ environment: Environment) throws(CompileError) -> ResolvedQuery {
    var current: ResolvedQuery
    var orderBy = body.orderBy
    if case .term(let term) = body.set, case .select(let select) = term.kind {
      // The order says which row DISTINCT ON keeps.
      if case .distinctOn? = select.quantifier { orderBy = [] }
      current = try self.select(select, orderBy: body.orderBy, at: term.span, environment)
    } else {
      current = try resolve(body.set, environment)
    }
    if let emit = body.emit { current = try self.emit(emit, on: current, throughFilter: true) }
    if !orderBy.isEmpty { current = try order(current, by: orderBy, at: body.span, environment) }
    if let limit = body.limit {
      if !current.correlations.isEmpty {
        throw notSupported("LIMIT in a subquery with a condition on the outer row", at: limit.span)
      }
      current = try self.limit(current, limit, at: limit.span, environment)
    }
    if let visible = current.hiddenAfterOrdering {
      current.scope.columns = Array(current.scope.columns.prefix(visible))
      current.hiddenAfterOrdering = nil
      current = current.closed
      current.scope.producer = body.span
    }
    return current
  }

  func resolve(_ set: SetExpression, _ environment: Environment) throws(CompileError) -> ResolvedQuery {
    switch set {
    case .term(let term): return try resolve(term, environment)
    case .chain(let first, let rest):
      var current = try resolve(first, environment)
      for operand in rest {
        let right = try resolve(operand.operand, environment)
        current = try combine(current, with: [(right, operand.operator.span)], operand.operator, environment)
      }
      return current
    }
  }

  private func resolve(_ term: QueryTerm, _ environment: Environment) throws(CompileError) -> ResolvedQuery {
    switch term.kind {
    case .select(let select): return try self.select(select, orderBy: [], at: term.span, environment)
    case .from(let items): return try from(items, at: term.span, environment)
    case .values(let rows): return try values(rows, at: term.span, environment)
    case .parenthesized(let query):
      var derived = try resolveDerived(query, environment)
      derived.scope.producer = query.span
      return derived
    case .error: throw .reported
    }
  }

  /// VALUES: rows of constants under one type for each column.
  private func values(
    _ rows: [ValuesRow], at span: SourceSpan, _ environment: Environment
  ) throws(CompileError) -> ResolvedQuery {
    let context = ExpressionContext(constantIn: "VALUES", environment)
    let width = rows.first?.values.count ?? 0
    if let odd = rows.first(where: { $0.values.count != width }) {
      throw failure(
        Codes.columnCount, "this row has \(odd.values.count) values, and the first has \(width)", at: odd.span)
    }
    var typedRows = try collecting(rows) { (row) throws(CompileError) in
      try self.collecting(row.values) { (value) throws(CompileError) in
        try self.typed(value, in: context).folded(timeZone: self.zone)
      }
    }
    for column in 0..<width {
      let (type, converted) = try unified(
        typedRows.map { $0[column] }, spans: rows.map { $0.values[column].span },
        what: "the values of column \(column + 1)")
      for row in typedRows.indices {
        var value = converted[row].folded(timeZone: zone)
        value.type = type
        typedRows[row][column] = value
      }
    }
    let relation = valuesRelation(typedRows, owner: environment.owner, range: range(span, environment))
    return ResolvedQuery(relation: relation, scope: Scope(relation, alias: nil, producer: span))
  }

  /// Rows as constants. What does not fold (a reading of the clock, a division by zero) is evaluated when the query runs,
  /// so that an error is the row's.
  private func valuesRelation(_ rows: [[TypedExpression]], owner: String, range: TextRange?) -> Relation {
    let isConstant = rows.allSatisfy { row in
      row.allSatisfy { if case .literal = $0.kind { true } else { false } }
    }
    if isConstant { return Relation(.values(rows: rows), owner: owner, range: range) }
    let single = Relation(.values(rows: [[]]), owner: owner, range: range)
    let projected = rows.map { row in
      single.projected(row.enumerated().map { NamedExpression("column\($0 + 1)", $1) })
    }
    return projected.count == 1 ? projected[0] : Relation(.union(projected), owner: owner, range: range)
  }
}
