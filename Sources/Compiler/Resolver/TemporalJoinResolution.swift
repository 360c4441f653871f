// Joins with what was true at a row's own time: ASOF JOIN with the newest row of the right at or before it, and JOIN … FOR
// SYSTEM_TIME AS OF with the row that a table had for its key then (LANGUAGE §2.5; E2002, E2004, E2011, W2001). In: a join's
// tree and what stands on its left. Out: one node for both ways of writing it. Both sides need a time by which they are
// complete; only an equality of keys chooses the version, what else is asked of it is asked afterwards.

import Plan
import Syntax
import Values

extension Resolver {
  /// The join of a clause that asks for a version; nil for any other clause.
  func temporal(
    _ left: ResolvedQuery, _ clause: JoinClause, at span: SourceSpan, _ environment: Environment
  ) throws(CompileError) -> ResolvedQuery? {
    let isAsOf = clause.kind == .asOf || clause.kind == .leftAsOf
    guard isAsOf || clause.table.systemTime != nil else {
      guard let condition = clause.matchCondition else { return nil }
      throw failure(
        Codes.misplaced, "MATCH_CONDITION says which of the rows of one key an ASOF JOIN takes", at: condition.span
      ) { $0.help("write ASOF JOIN or LEFT ASOF JOIN, or move the condition to ON") }
    }
    try checkForm(clause, isAsOf: isAsOf)
    if left.scope.isUncertain { throw .reported }
    return try isAsOf
      ? asOf(left, clause, at: span, environment) : ofSystemTime(left, clause, at: span, environment)
  }

  private func checkForm(_ clause: JoinClause, isAsOf: Bool) throws(CompileError) {
    let name = isAsOf ? clause.kind.rawValue : "FOR SYSTEM_TIME AS OF"
    if isAsOf, let time = clause.table.systemTime {
      throw failure(
        Codes.misplaced, "\(name) compares times in its MATCH_CONDITION: FOR SYSTEM_TIME AS OF does not apply",
        at: time.span)
    }
    if !isAsOf, clause.kind != .inner, clause.kind != .left {
      throw notSupported(
        "\(clause.kind.rawValue) with FOR SYSTEM_TIME AS OF", at: clause.span, help: "JOIN and LEFT JOIN are there")
    }
    if !isAsOf, let condition = clause.matchCondition {
      throw failure(Codes.misplaced, "FOR SYSTEM_TIME AS OF says which version is taken already", at: condition.span)
    }
    if let time = clause.time {
      throw failure(
        Codes.misplaced, "\(name) takes one version however old it is: WITHIN and PER WINDOW do not apply",
        at: time.span
      ) { $0.help("ask for its age afterwards: |> WHERE …") }
    }
    if clause.isNatural {
      throw failure(Codes.misplaced, "NATURAL does not say what \(name) takes versions by", at: clause.span) {
        $0.help("name the keys: USING (…)")
      }
    }
  }

  // MARK: ASOF JOIN

  private func asOf(
    _ left: ResolvedQuery, _ clause: JoinClause, at span: SourceSpan, _ environment: Environment
  ) throws(CompileError) -> ResolvedQuery {
    let name = clause.kind.rawValue
    guard let match = clause.matchCondition else {
      throw failure(
        Codes.misplaced, "\(name) needs a MATCH_CONDITION that compares the times of both sides", at: clause.span
      ) { $0.help("write MATCH_CONDITION (left_time >= right_time) before ON") }
    }
    let right = try table(clause.table, environment)
    let times = try self.times(left, right, name, at: match.span)
    var join = TemporalJoin(
      keys: [], leftTime: times.left, rightTime: times.right, keepsLeft: clause.kind == .leftAsOf)
    let pairs = try self.pairs(left, right, at: span, environment)
    if pairs.scope.isUncertain { throw .reported }
    let condition = try predicate(match, in: ExpressionContext(pairs, environment, clause: "MATCH_CONDITION"))
    join.isInclusive = try isInclusive(condition, match, join, width: left.relation.schema.count, pairs)
    let (conditions, merged) = try keyConditions(clause, left, right, pairs, environment)
    for (condition, span) in conditions {
      guard let key = VersionKeys.key(condition, width: left.relation.schema.count) else {
        throw failure(
          Codes.misplaced, "ON of \(name) holds equalities between the two sides, by which versions are told apart",
          at: span
        ) { $0.help("ask for other things of the result: |> WHERE …, or of the right side before the join") }
      }
      if !join.keys.contains(where: { $0.isSame(as: key) }) { join.keys.append(key) }
    }
    return try joined(left, right, pairs, join, clause, merged, at: span, environment)
  }

  /// Whether a version counts at its own instant: `>=` between the time attributes, in either order.
  private func isInclusive(
    _ condition: TypedExpression, _ match: SyntaxExpression, _ join: TemporalJoin, width: Int, _ pairs: ResolvedQuery
  ) throws(CompileError) -> Bool {
    let (own, other) = (join.leftTime, join.rightTime + width)
    let flipped = ["<=": ">=", "<": ">", ">=": "<=", ">": "<"]
    if case .call(let function, let operands) = condition.kind, operands.count == 2,
      let opposite = flipped[function.name], case .column(let first) = operands[0].kind,
      case .column(let second) = operands[1].kind, [own, other].sorted() == [first, second].sorted()
    {
      switch first == own ? function.name : opposite {
      case ">=": return true
      case ">": return false
      default:
        throw notSupported(
          "MATCH_CONDITION for the first row after", at: match.span,
          help: "the newest row at or before is there: the left time >= the right one")
      }
    }
    let names = [own, other].map { pairs.relation.schema[$0].name }
    throw failure(
      Codes.noWatermark, "MATCH_CONDITION compares the time attributes of both sides, by >= or >", at: match.span
    ) { $0.note("they are \(names[0]) on the left and \(names[1]) on the right") }
  }

  // MARK: FOR SYSTEM_TIME AS OF

  private func ofSystemTime(
    _ left: ResolvedQuery, _ clause: JoinClause, at span: SourceSpan, _ environment: Environment
  ) throws(CompileError) -> ResolvedQuery {
    guard let instant = clause.table.systemTime else { throw .reported }
    let name = "FOR SYSTEM_TIME AS OF"
    try checkInstant(instant, left, environment)
    var reference = clause.table
    reference.systemTime = nil
    var right = try table(reference, environment)
    let versioned = try versions(right.relation, at: clause.table.span)
    right.relation = versioned.relation
    let times = try self.times(left, right, name, at: instant.span)
    var join = TemporalJoin(
      keys: [], leftTime: times.left, rightTime: times.right, deletion: versioned.deletion,
      keepsLeft: clause.kind == .left,
      acceptsGrowth: true)
    let pairs = try self.pairs(left, right, at: span, environment)
    if pairs.scope.isUncertain { throw .reported }
    guard clause.condition != nil else {
      throw failure(Codes.misplaced, "\(clause.kind.rawValue) needs a condition: ON or USING", at: clause.span)
    }
    let (conditions, merged) = try keyConditions(clause, left, right, pairs, environment)
    let sorted = VersionKeys(conditions.map(\.condition), width: left.relation.schema.count, versioned.keys)
    guard let keys = sorted.keys else {
      let key = versioned.keys[0].map { right.relation.schema[$0].name }
      throw failure(
        Codes.temporalKey,
        "the join does not say which row of the table is meant: its key is (\(key.joined(separator: ", ")))",
        at: clause.span
      ) { $0.help("compare each column of the key by = in ON") }
    }
    join.keys = keys
    join.residual = JoinConditions.conjunction(sorted.residual)
    return try joined(left, right, pairs, join, clause, merged, at: span, environment)
  }

  /// The instant is the time attribute of the left row.
  private func checkInstant(
    _ instant: SyntaxExpression, _ left: ResolvedQuery, _ environment: Environment
  ) throws(CompileError) {
    let name = "FOR SYSTEM_TIME AS OF"
    let value = try typed(instant, in: ExpressionContext(left, environment, clause: name))
    guard !value.columnsRead.isEmpty else {
      throw notSupported(
        value.isDeterministic ? "\(name) a fixed time" : "\(name) the clock", at: instant.span,
        help: value.isDeterministic
          ? "name the time attribute of the left rows"
          : "what a clock reads is not in the log: name the time attribute of the left rows, or JOIN the table itself, which takes rows back when they change"
      )
    }
    guard left.relation.properties.mode == .append else {
      throw changing(left.relation, name, "left", at: instant.span)
    }
    guard let time = left.relation.properties.timeAttribute else {
      throw timeless(left, name, "left", at: instant.span)
    }
    guard value.kind == .column(time.column) else {
      throw failure(Codes.noWatermark, "\(name) needs the time attribute of the left rows", at: instant.span) {
        $0.note("it is \(left.relation.schema[time.column].name)")
      }
    }
  }

  // MARK: Both

  private func joined(
    _ left: ResolvedQuery, _ right: ResolvedQuery, _ pairs: ResolvedQuery, _ join: TemporalJoin, _ clause: JoinClause,
    _ merged: [MergedColumn], at span: SourceSpan, _ environment: Environment
  ) throws(CompileError) -> ResolvedQuery {
    guard left.correlations.isEmpty, right.correlations.isEmpty else {
      throw notSupported("a join with versions of rows that depend on the outer row of a subquery", at: clause.span)
    }
    var join = join
    var settings = Join(join.kind, keys: [])
    try readState(clause.state, into: &settings)
    join.timeToLive = settings.timeToLive
    join.acceptsGrowth = join.acceptsGrowth || settings.acceptsGrowth
    var output = ResolvedQuery(
      relation: Relation(
        .temporalJoin(left.relation, right.relation, join), owner: environment.owner,
        range: range(span, environment)),
      scope: pairs.scope)
    output.scope.unjoinedWindows = nil
    output.scope.window = left.scope.window
    return narrowed(output, left, right, join.kind, merged: merged, environment)
  }

  /// The conditions of ON or USING one by one, with where they stand.
  private func keyConditions(
    _ clause: JoinClause, _ left: ResolvedQuery, _ right: ResolvedQuery, _ pairs: ResolvedQuery,
    _ environment: Environment
  ) throws(CompileError) -> (conditions: [(condition: TypedExpression, span: SourceSpan)], merged: [MergedColumn]) {
    let using = try usingColumns(clause, left, right)
    var conditions = try equalities(using, left, right, at: clause.span, environment)
      .map { (condition: $0, span: clause.span) }
    if case .on(let expression)? = clause.condition {
      let condition = try predicate(expression, in: ExpressionContext(pairs, environment, clause: "ON"))
      conditions += JoinConditions.conjuncts(condition).map { ($0, span($0.range) ?? expression.span) }
    }
    return (conditions, using)
  }

  /// The time attributes of both sides, whose rows are never changed.
  private func times(
    _ left: ResolvedQuery, _ right: ResolvedQuery, _ clause: String, at span: SourceSpan
  ) throws(CompileError) -> (left: Int, right: Int) {
    for (side, name) in [(left, "left"), (right, "right")] where side.relation.properties.mode != .append {
      throw changing(side.relation, clause, name, at: span)
    }
    guard let own = left.relation.properties.timeAttribute else { throw timeless(left, clause, "left", at: span) }
    guard let other = right.relation.properties.timeAttribute else { throw timeless(right, clause, "right", at: span) }
    return (own.column, other.column)
  }

  private func changing(_ side: Relation, _ clause: String, _ which: String, at span: SourceSpan) -> CompileError {
    failure(
      Codes.needsAppend, "\(clause) needs rows that are never changed, and those of the \(which) side are", at: span
    ) { diagnostic in
      let origin = self.updatingOperator(side).flatMap { self.span($0.range) }
      let labelled =
        origin.map { diagnostic.labelled($0, "this operator changes rows that it has given") } ?? diagnostic
      return labelled.help("write EMIT FINAL after a windowed aggregate")
    }
  }

  private func timeless(
    _ side: ResolvedQuery, _ clause: String, _ which: String, at span: SourceSpan
  ) -> CompileError {
    let candidates = side.scope.columns.filter { side.relation.schema[$0.index].type == .timestamp }.map(\.name)
    return failure(
      Codes.noWatermark, "\(clause) waits for the watermark of both sides, and the \(which) side has none", at: span
    ) { diagnostic in
      guard let first = candidates.first else {
        return diagnostic.help("declare a TIMESTAMP column with WATERMARK FOR in CREATE STREAM")
      }
      return diagnostic.help(
        "declare one in CREATE STREAM or put `|> WATERMARK FOR \(first) AS \(first) - INTERVAL '5' SECOND` before"
      ).note("TIMESTAMP columns there: \(candidates.joined(separator: ", "))")
    }
  }

  /// An as-of join that keeps the newest version of every key for ever though nothing says that it may.
  func warnAboutVersions(_ join: Relation) {
    guard case .temporalJoin = join.node, !join.isBounded, StateRules.growsWithoutBound(join),
      let span = span(join.range)
    else { return }
    let warning = Diagnostic(
      Codes.unboundedState, "the state of this join grows for as long as the pipeline runs", at: span,
      label: join.stateBound.reason)
    report(
      source.text(of: span).hasPrefix("|>")
        ? warning.fix(
          "forget versions that are not used for a time", inserting: " STATE TTL 1 DAY", after: span, .maybeIncorrect)
        : warning.help("a join written |> ASOF JOIN … STATE TTL 1 DAY forgets versions that are not used for that time")
    )
  }
}
