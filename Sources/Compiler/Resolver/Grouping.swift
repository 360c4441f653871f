// The shape of one grouping: window, keys, calls; and the rewriting of expressions from the input's row to the groups'
// row. In: typed keys and expressions over the input. Out: an aggregate relation and expressions over it.

import Plan
import Syntax
import Values

/// A key of GROUP BY.
struct GroupKey {
  var item: NamedExpression
  var span: SourceSpan
  var order: Ordering?
}

struct Grouping {
  var input: ResolvedQuery
  var window: WindowColumns?
  var keys: [GroupKey] = []
  /// Set when rows are grouped by several sets of the keys.
  var sets: GroupingSets?
  /// Where GROUP BY stands, for messages.
  var span: SourceSpan
  /// How many of the last keys are there only because conditions on the outer row of a subquery read them.
  var correlationKeys = 0

  /// Output positions: the window's three, then keys, then the number of the grouping set if there are several, then calls.
  var keyStart: Int { window == nil ? 0 : PropertyRules.windowFields.count }
  var keyEnd: Int { keyStart + keys.count }
  var callStart: Int { keyEnd + (sets == nil ? 0 : 1) }
  /// One group of everything: it exists without rows.
  var isGlobal: Bool { keys.count == correlationKeys && window == nil && sets == nil }

  /// The expression over the groups' row, or the column that is neither grouped nor aggregated.
  func overGroups(_ expression: TypedExpression) -> Result<TypedExpression, UngroupedColumn> {
    if let position = position(of: expression) {
      var copy = expression
      copy.kind = .column(position)
      if let sets, position >= keyStart, position < keyEnd, sets.lacks(position - keyStart) { copy.nullable = true }
      return .success(copy)
    }
    if case .call(Grouping.function, let arguments) = expression.kind { return value(arguments, of: expression) }
    if case .column(let index) = expression.kind {
      // Subqueries are put beside the groups later; outer columns are no columns of the groups.
      if index < 0 { return .success(expression) }
      return .failure(UngroupedColumn(index: index, range: expression.range))
    }
    var problem: UngroupedColumn?
    let rewritten = expression.mapChildren { child in
      switch overGroups(child) {
      case .success(let replaced): return replaced
      case .failure(let found):
        problem = problem ?? found
        return child
      }
    }
    return problem.map { .failure($0) } ?? .success(rewritten)
  }

  private func position(of expression: TypedExpression) -> Int? {
    if let index = keys.firstIndex(where: { $0.item.expression.isSame(as: expression) }) { return keyStart + index }
    guard case .column(let index) = expression.kind else { return nil }
    if index >= AggregateCollector.firstPosition { return callStart + index - AggregateCollector.firstPosition }
    guard let window else { return nil }
    return switch index {
    case window.start: 0
    case window.end: 1
    case window.time: 2
    default: nil
    }
  }
}

struct UngroupedColumn: Error {
  var index: Int
  var range: TextRange?
}

extension Resolver {
  /// The aggregate relation of a grouping. Its emission is what the language has as default.
  func relation(
    of grouping: Grouping, _ calls: [AggregateCall], state: StateClause?, at span: SourceSpan,
    keyword: SourceSpan, _ environment: Environment
  ) throws(CompileError) -> Relation {
    var input = grouping.input.relation
    var keys = grouping.keys.map(\.item)
    if let sets = grouping.sets { (input, keys) = expanded(grouping, sets, at: span, environment) }
    try checkWindow(grouping, at: keyword)
    try checkSessionKeys(grouping, at: keyword)
    try checkRetraction(input, calls, windowed: grouping.window != nil, at: span)
    var ttl: Int64?
    if let state {
      guard grouping.window == nil else {
        throw failure(
          Codes.misplaced, "the state of a windowed aggregate goes with its window: STATE does not apply",
          at: state.span)
      }
      if case .timeToLive(let duration) = state.kind { ttl = try self.duration(duration, clause: "STATE TTL") }
    }
    // One group of everything exists without rows, so what has no value for no rows may be NULL.
    let isGlobal = grouping.isGlobal
    let results = calls.map { call -> AggregateCall in
      var call = call
      guard isGlobal, let function = AggregateLibrary.function(named: call.function.name),
        function.resolve(call.arguments.dropLast(call.ordering.count).map(\.type))?.nullableWhenEmpty == true
      else { return call }
      call.result.nullable = true
      return call
    }
    let aggregation = Aggregation(
      keys: keys, calls: results, emission: grouping.window == nil ? .changes : .final,
      timeToLive: ttl)
    let relation = Relation(
      .aggregate(input, aggregation, windowed: grouping.window != nil), owner: environment.owner,
      range: range(span, environment))
    if state == nil { warnAboutState(relation, at: keyword, grouping) }
    warnAboutFloatingKeys(grouping)
    return relation
  }

  private func warnAboutState(_ relation: Relation, at keyword: SourceSpan, _ grouping: Grouping) {
    guard !relation.isBounded, StateRules.growsWithoutBound(relation) else { return }
    report(
      Diagnostic(
        Codes.unboundedState, "the state of this operator grows for as long as the pipeline runs", at: keyword,
        label: relation.stateBound.reason
      )
      .help("count within windows: `|> WINDOW TUMBLE(SIZE 1 MINUTE)` before, and GROUP BY WINDOW")
      .help("or say how long a group is kept, `STATE TTL 1 DAY`, or that this is meant, `STATE UNBOUNDED`"))
  }

  private func warnAboutFloatingKeys(_ grouping: Grouping) {
    for key in grouping.keys where key.item.expression.type.isFloating {
      report(
        Diagnostic(
          Codes.floatingKey, "grouping by \(key.item.expression.type) puts nearly equal numbers into different groups",
          at: key.span
        ).help("round it, or CAST it to DECIMAL"))
    }
  }

  /// An aggregate over a windowed relation must group by the window: its state would never be released otherwise.
  private func checkWindow(_ grouping: Grouping, at keyword: SourceSpan) throws(CompileError) {
    guard grouping.window == nil, grouping.input.scope.isWindowVisible else { return }
    let windowSpan = grouping.input.relation.preorder.first { relation in
      if case .assignWindow = relation.node { true } else { false }
    }.flatMap { span($0.range) }
    throw failure(Codes.windowIgnored, "aggregate ignores the window", at: keyword) { diagnostic in
      var result = diagnostic
      if let windowSpan { result = result.labelled(windowSpan, "rows are assigned to windows here") }
      if let first = grouping.keys.first, let last = grouping.keys.last {
        let names = grouping.keys.map(\.item.name).joined(separator: ", ")
        result = result.labelled(
          first.span.joined(with: last.span), "groups by \(names) only: state would never be released")
        result = result.fix(
          "group by the window as well", inserting: "WINDOW, ", before: first.span, .machineApplicable)
      } else {
        result = result.help("group by the window: GROUP BY WINDOW")
      }
      return result.note(
        "to count over all time on purpose, write `|> DROP window_start, window_end, window_time` first and add `STATE UNBOUNDED`"
      )
    }
  }

  private func checkRetraction(
    _ input: Relation, _ calls: [AggregateCall], windowed: Bool, at span: SourceSpan
  ) throws(CompileError) {
    guard input.properties.mode != .append else { return }
    let culprit = calls.first { AggregateLibrary.function(named: $0.function.name)?.supportsRetraction != true }
    guard windowed || culprit != nil else { return }
    let what =
      windowed ? "a windowed aggregate" : "\(culprit?.function.name ?? "this aggregate")"
    throw failure(
      Codes.needsAppend, "\(what) cannot take rows back, and its input takes rows back", at: span
    ) { diagnostic in
      let origin = self.updatingOperator(input).flatMap { self.span($0.range) }
      let labelled =
        origin.map { diagnostic.labelled($0, "this operator changes rows that it has given") } ?? diagnostic
      return labelled.help(
        "EMIT FINAL after a windowed aggregate gives each row once")
    }
  }

  /// The operator, nearest the source, from which on rows are changed after they were given.
  func updatingOperator(_ relation: Relation) -> Relation? {
    guard relation.properties.mode != .append else { return nil }
    for input in relation.inputs {
      if let found = updatingOperator(input) { return found }
    }
    return relation
  }

  /// The expression over the groups, or the error that names the column.
  func overGroups(
    _ expression: TypedExpression, _ grouping: Grouping, at place: SourceSpan
  ) throws(CompileError) -> TypedExpression {
    switch grouping.overGroups(expression) {
    case .success(let rewritten): return rewritten
    case .failure(let column):
      let name =
        grouping.input.relation.schema.fields.indices.contains(column.index)
        ? grouping.input.relation.schema[column.index].name : "this column"
      throw failure(
        Codes.notGrouped, "`\(name)` is neither in GROUP BY nor within an aggregate", at: span(column.range) ?? place
      ) {
        $0.help("add `\(name)` to GROUP BY, or say which of its values: MIN(\(name)), ANY_VALUE(\(name))")
      }
    }
  }
}
