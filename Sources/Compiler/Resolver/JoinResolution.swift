// Joins in both surfaces: which rows of two relations meet, and what can then be named. In: a join's tree and what stands on
// its left. Out: one join node for every way of writing it, with the range variables of both sides in scope. A join that
// would never release what it keeps is warned about when the whole query is known: a WHERE may still bound it.

import Plan
import Syntax
import Values

/// Two columns that a join makes one.
struct MergedColumn {
  var left: ScopeColumn
  var right: ScopeColumn
}

extension Resolver {
  func join(
    _ left: ResolvedQuery, _ clause: JoinClause, at span: SourceSpan, _ environment: Environment
  ) throws(CompileError) -> ResolvedQuery {
    if let joined = try temporal(left, clause, at: span, environment) { return joined }
    let form = try self.form(of: clause.kind, at: clause.span)
    if case .unnest = clause.table.primary.kind { return try joinedUnnest(left, clause, form.kind, environment) }
    if case .subquery(let query, isLateral: true) = clause.table.primary.kind {
      return try lateral(left, query, clause, form.kind, environment)
    }
    let right = try table(clause.table, environment)
    return try form.isSwapped
      ? joined(right, left, .init(clause, form.kind, span: span, isSwapped: true), environment)
      : joined(left, right, .init(clause, form.kind, span: span, isSwapped: false), environment)
  }

  private func lateral(
    _ left: ResolvedQuery, _ query: Query, _ clause: JoinClause, _ kind: Plan.JoinKind, _ environment: Environment
  ) throws(CompileError) -> ResolvedQuery {
    if clause.time != nil || clause.isNatural || clause.state != nil {
      throw notSupported("NATURAL, WITHIN, PER WINDOW and STATE of JOIN LATERAL", at: clause.span)
    }
    var condition: SyntaxExpression?
    switch clause.condition {
    case .using(let names): throw notSupported("USING with LATERAL", at: names.first?.span ?? clause.span)
    case .on(let expression): condition = expression
    case nil: break
    }
    return try self.lateral(left, query, clause.table, kind, on: condition, at: clause.span, environment)
  }

  /// What a kind of the grammar does, and whether its sides are exchanged: RIGHT SEMI JOIN keeps the right rows.
  private func form(
    of kind: Syntax.JoinKind, at span: SourceSpan
  ) throws(CompileError) -> (kind: Plan.JoinKind, isSwapped: Bool) {
    switch kind {
    case .inner, .cross: (.inner, false)
    case .left: (.left, false)
    case .right: (.right, false)
    case .full: (.full, false)
    case .semi, .leftSemi: (.semi, false)
    case .rightSemi: (.semi, true)
    case .anti, .leftAnti: (.anti, false)
    case .rightAnti: (.anti, true)
    case .asOf, .leftAsOf: throw notSupported(kind.rawValue, at: span)
    }
  }

  /// A join's clause with what was found out about it.
  struct JoinRequest {
    var clause: JoinClause
    var kind: Plan.JoinKind
    /// The whole operator or clause.
    var span: SourceSpan
    /// The sides stand the other way round than in the text.
    var isSwapped: Bool

    init(_ clause: JoinClause, _ kind: Plan.JoinKind, span: SourceSpan, isSwapped: Bool) {
      self.clause = clause
      self.kind = kind
      self.span = span
      self.isSwapped = isSwapped
    }
  }

  /// All pairs, with the names of both sides.
  func pairs(
    _ left: ResolvedQuery, _ right: ResolvedQuery, at span: SourceSpan, _ environment: Environment
  ) throws(CompileError) -> ResolvedQuery {
    let scope = try combined(left, right, at: span)
    let (correlations, equal) = try joinedCorrelations(left, right, .inner, at: span, environment)
    let relation = JoinConditions.joined(
      left.relation, right.relation, Join(.inner, keys: []), on: equal, owner: environment.owner,
      range: range(span, environment))
    var output = ResolvedQuery(relation: relation, scope: scope)
    output.correlations = correlations
    if left.scope.window != nil, right.scope.window != nil { output.scope.unjoinedWindows = span }
    return output
  }

  private func joined(
    _ left: ResolvedQuery, _ right: ResolvedQuery, _ request: JoinRequest, _ environment: Environment
  ) throws(CompileError) -> ResolvedQuery {
    let clause = request.clause
    try requireCondition(clause)
    var pairs = try self.pairs(left, right, at: request.span, environment)
    if pairs.scope.isUncertain { throw .reported }
    if clause.kind == .cross {
      if let state = clause.state { pairs = try kept(pairs, state) }
      return pairs
    }
    var join = Join(request.kind, keys: [])
    var (correlations, conditions) = try joinedCorrelations(left, right, request.kind, at: clause.span, environment)
    var merged: [MergedColumn] = []
    if case .perWindow? = clause.time?.kind {
      merged += try windowColumns(left, right, at: clause.time?.span ?? clause.span)
      conditions += try equalities(
        Array(merged.prefix(2)), left, right, at: clause.time?.span ?? clause.span, environment)
    } else if let time = clause.time {
      join.interval = try interval(time, left, right, isSwapped: request.isSwapped)
    }
    let using = try usingColumns(clause, left, right)
    conditions += try equalities(using, left, right, at: clause.span, environment)
    if case .on(let expression)? = clause.condition {
      let condition = try predicate(expression, in: ExpressionContext(pairs, environment, clause: "ON"))
      conditions += JoinConditions.conjuncts(condition)
    }
    try readState(clause.state, into: &join)
    let relation = JoinConditions.joined(
      left.relation, right.relation, join, on: conditions, owner: environment.owner,
      range: range(request.span, environment))
    var output = ResolvedQuery(relation: relation, scope: pairs.scope)
    output.correlations = correlations
    output.scope.unjoinedWindows = nil
    output.scope.window = window(of: relation, left, right)
    try checkJoin(output, left, right, request)
    return narrowed(output, left, right, request.kind, merged: merged + using, environment)
  }

  private func requireCondition(_ clause: JoinClause) throws(CompileError) {
    let hasCondition = clause.condition != nil || clause.isNatural || clause.time != nil
    if clause.kind == .cross, hasCondition {
      throw failure(Codes.misplaced, "CROSS JOIN gives all pairs: it has no condition", at: clause.span) {
        $0.help("write JOIN … ON, or leave the condition to WHERE")
      }
    }
    if clause.isNatural, clause.condition != nil {
      throw failure(
        Codes.misplaced, "NATURAL says that columns of equal names are equal: ON and USING do not apply",
        at: clause.span)
    }
    guard clause.kind == .cross || hasCondition else {
      throw failure(Codes.misplaced, "\(clause.kind.rawValue) needs a condition: ON or USING", at: clause.span) {
        $0.help("CROSS JOIN gives all pairs")
      }
    }
  }

  /// The columns of both windows: equal, and each visible once afterwards.
  private func windowColumns(
    _ left: ResolvedQuery, _ right: ResolvedQuery, at span: SourceSpan
  ) throws(CompileError) -> [MergedColumn] {
    guard let own = left.scope.window, let other = right.scope.window else {
      let side = left.scope.window == nil ? "left" : "right"
      throw failure(Codes.noWindow, "PER WINDOW: the rows of the \(side) side are in no windows", at: span) {
        $0.help("put `|> WINDOW TUMBLE(SIZE 1 MINUTE)` before the join on both sides")
      }
    }
    if let sizes = differingWindows(left.relation, right.relation) {
      throw failure(
        Codes.nestedWindow, "windows of \(sizes.0) are never the same as windows of \(sizes.1)", at: span)
    }
    for side in [left, right] where side.relation.properties.mode != .append {
      throw changingSide("PER WINDOW", side.relation, at: span)
    }
    return zip(PropertyRules.windowFields, zip([own.start, own.end, own.time], [other.start, other.end, other.time]))
      .map { field, places in
        MergedColumn(
          left: ScopeColumn(name: field.name, index: places.0), right: ScopeColumn(name: field.name, index: places.1))
      }
  }

  /// The sizes of the windows of both sides, where the text gives each side one and they differ.
  private func differingWindows(_ left: Relation, _ right: Relation) -> (String, String)? {
    func window(_ relation: Relation) -> AlignedWindow? {
      relation.preorder.lazy.compactMap { relation -> AlignedWindow? in
        if case .assignWindow(_, let assignment, _) = relation.node { assignment.aligned } else { nil }
      }.first
    }
    guard let own = window(left), let other = window(right), own.size != other.size else { return nil }
    return (DurationText.text(own.size), DurationText.text(other.size))
  }

  /// USING (…), and for NATURAL all names that both sides have.
  func usingColumns(
    _ clause: JoinClause, _ left: ResolvedQuery, _ right: ResolvedQuery
  ) throws(CompileError) -> [MergedColumn] {
    var names: [Identifier] = []
    if case .using(let written)? = clause.condition { names = written }
    if clause.isNatural {
      names = left.scope.columns.filter { !right.scope.matches($0.name).isEmpty }
        .map { Identifier(text: $0.name, span: clause.span) }
      guard !names.isEmpty else {
        throw failure(Codes.unknownColumn, "NATURAL JOIN: the sides have no column name in common", at: clause.span) {
          $0.note("left: \(self.listing(left.scope.columns.map(\.name)))")
            .note("right: \(self.listing(right.scope.columns.map(\.name)))")
        }
      }
    }
    return try collecting(names) { (name) throws(CompileError) in
      MergedColumn(left: try self.only(name, in: left, "left"), right: try self.only(name, in: right, "right"))
    }
  }

  private func only(
    _ name: Identifier, in side: ResolvedQuery, _ which: String
  ) throws(CompileError) -> ScopeColumn {
    let matches = side.scope.matches(name.text)
    guard let match = matches.first else {
      let names = side.scope.columns.map(\.name)
      throw failure(
        Codes.unknownColumn,
        "USING: the \(which) side has no column `\(name.text)`\(suggestion(for: name.text, in: names))", at: name.span
      ) { $0.note("its columns are \(self.listing(names))").suggesting(name, from: names) }
    }
    guard matches.count == 1 else {
      throw failure(
        Codes.ambiguousColumn, "USING: the \(which) side has \(matches.count) columns `\(name.text)`", at: name.span
      ) { $0.help("write ON and say whose each is") }
    }
    return match
  }

  func equalities(
    _ columns: [MergedColumn], _ left: ResolvedQuery, _ right: ResolvedQuery, at span: SourceSpan,
    _ environment: Environment
  ) throws(CompileError) -> [TypedExpression] {
    let width = left.relation.schema.count
    let context = ExpressionContext(constantIn: "USING", environment)
    return try collecting(columns) { (column) throws(CompileError) in
      let sides = [
        TypedExpression.column(column.left.index, left.relation.schema[column.left.index]),
        TypedExpression.column(column.right.index + width, right.relation.schema[column.right.index]),
      ]
      return try self.call("=", sides, spans: [span, span], at: span, in: context)
    }
  }

  func readState(_ state: StateClause?, into join: inout Join) throws(CompileError) {
    guard let state else { return }
    if join.interval != nil {
      throw failure(
        Codes.misplaced, "what a join within a time keeps goes with the time: STATE does not apply", at: state.span)
    }
    switch state.kind {
    case .timeToLive(let duration): join.timeToLive = try self.duration(duration, clause: "STATE TTL")
    case .unbounded: join.acceptsGrowth = true
    }
  }

  /// All pairs with a STATE clause.
  private func kept(_ pairs: ResolvedQuery, _ state: StateClause) throws(CompileError) -> ResolvedQuery {
    guard case .join(let left, let right, var join) = pairs.relation.node else { return pairs }
    try readState(state, into: &join)
    var output = pairs
    output.relation = Relation(
      .join(left, right, join), owner: pairs.relation.owner, range: pairs.relation.range)
    return output
  }
}
