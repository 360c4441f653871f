// GROUPING SETS, ROLLUP and CUBE: several groupings in one GROUP BY, as the cross product of its items (SQL:2016, 7.13).
// In: items of GROUP BY. Out: the keys, each once, and which of them each set has. The rows are then given once for each
// set, with NULL for the keys that it lacks and the number of the set as one more key, to a single aggregate. A set without
// keys has a row only where there are rows.

import Plan
import Syntax
import Values

/// The sets of one GROUP BY.
struct GroupingSets {
  /// For each set, whether it has each key.
  var has: [[Bool]]
  /// What tells the sets apart in the hidden key: a bit for each key that the set lacks, the first key's the highest, as
  /// GROUPING_ID gives it; above them a count where a set is written twice.
  var numbers: [Int64]
  /// Whether no set is written twice, so that the hidden key is GROUPING_ID of all keys.
  var isUnique: Bool

  static let maximum = 256
  static let maximumKeys = 40

  init(_ has: [[Bool]]) {
    self.has = has
    var seen: [Int64: Int64] = [:]
    numbers = has.map { keys in
      let mask = keys.reduce(Int64(0)) { $0 << 1 | ($1 ? 0 : 1) }
      let repetition = seen[mask, default: 0]
      seen[mask] = repetition + 1
      return repetition << Int64(keys.count) | mask
    }
    isUnique = seen.values.allSatisfy { $0 == 1 }
  }

  /// Whether some set lacks the key, so that it may be NULL.
  func lacks(_ key: Int) -> Bool { has.contains { !$0[key] } }
}

extension Resolver {
  /// What the items say. `key` resolves one expression.
  func group(
    _ items: [GroupItem], into grouping: inout Grouping,
    key: (SyntaxExpression, Identifier?) throws(CompileError) -> NamedExpression
  ) throws(CompileError) {
    let hasSets = items.contains { item in
      switch item.kind {
      case .rollup, .cube, .groupingSets: true
      case .window, .empty, .expression: false
      }
    }
    var sets: [[Int]] = [[]]
    for item in items {
      var options: [[Int]] = [[]]
      switch item.kind {
      case .window: grouping.window = try window(of: grouping.input, at: item.span)
      case .empty: break
      case .expression(let expression, let alias, let order):
        let resolved = try key(expression, alias)
        let position = add(resolved, at: item.span, order, once: hasSets, to: &grouping)
        options = [[position]]
      case .rollup(let expressions):
        let units = try self.units(expressions, into: &grouping, key: key)
        options = (0...units.count).reversed().map { Array(units.prefix($0).joined()) }
      case .cube(let expressions):
        guard expressions.count <= 8 else { throw tooManySets(at: item.span) }
        let units = try self.units(expressions, into: &grouping, key: key)
        options = (0..<(1 << units.count)).map { absent in
          units.indices.filter { absent & (1 << (units.count - 1 - $0)) == 0 }.flatMap { units[$0] }
        }
      case .groupingSets(let written):
        options = try written.map { (set) throws(CompileError) in
          Array(try self.units(set.expressions, into: &grouping, key: key).joined())
        }
      }
      guard sets.count * options.count <= GroupingSets.maximum else { throw tooManySets(at: item.span) }
      sets = sets.flatMap { set in options.map { set + $0 } }
    }
    guard hasSets else { return try groupByWindowColumns(&grouping) }
    guard grouping.keys.count <= GroupingSets.maximumKeys else { throw tooManySets(at: grouping.span) }
    var has = sets.map { set in grouping.keys.indices.map { set.contains($0) } }
    try takeWindow(from: &has, &grouping)
    // One set of all keys is a plain GROUP BY.
    if has.count > 1 || has.contains(where: { $0.contains(false) }) { grouping.sets = GroupingSets(has) }
  }

  private func tooManySets(at span: SourceSpan) -> CompileError {
    failure(
      Codes.misplaced, "these are more than \(GroupingSets.maximum) grouping sets, and every row is counted in each",
      at: span
    ) { $0.help("write out the sets that are wanted: GROUPING SETS ((a, b), (a), ())") }
  }

  private func add(
    _ key: NamedExpression, at span: SourceSpan, _ order: Ordering?, once: Bool, to grouping: inout Grouping
  ) -> Int {
    if once, let known = grouping.keys.firstIndex(where: { $0.item.expression.isSame(as: key.expression) }) {
      return known
    }
    let name = key.name.isEmpty ? "column\(grouping.keys.count + 1)" : key.name
    grouping.keys.append(GroupKey(item: NamedExpression(name, key.expression), span: span, order: order))
    return grouping.keys.count - 1
  }

  /// The keys of each element; `(a, b)` within ROLLUP or CUBE is one.
  private func units(
    _ expressions: [SyntaxExpression], into grouping: inout Grouping,
    key: (SyntaxExpression, Identifier?) throws(CompileError) -> NamedExpression
  ) throws(CompileError) -> [[Int]] {
    var result: [[Int]] = []
    for expression in expressions {
      var parts = [expression]
      if case .tuple(let elements) = expression.kind { parts = elements }
      if case .parenthesized(let inner) = expression.kind { parts = [inner] }
      var unit: [Int] = []
      for part in parts {
        unit.append(add(try key(part, nil), at: part.span, nil, once: true, to: &grouping))
      }
      result.append(unit)
    }
    return result
  }

  /// The window's columns are no keys: each set has the window, which must be said by WINDOW or in each set.
  private func takeWindow(from has: inout [[Bool]], _ grouping: inout Grouping) throws(CompileError) {
    guard let window = grouping.window ?? grouping.input.scope.window else { return }
    func position(_ column: Int) -> Int? {
      grouping.keys.firstIndex { $0.item.expression.kind == .column(column) }
    }
    let named = [window.start, window.end, window.time].compactMap(position)
    guard !named.isEmpty else { return }
    if grouping.window == nil {
      let bounds = [window.start, window.end].map(position)
      let isWhole = has.allSatisfy { set in bounds.allSatisfy { $0.map { set[$0] } ?? false } }
      guard isWhole else {
        throw failure(
          Codes.windowIgnored, "each grouping set of rows in windows must have the window", at: grouping.span
        ) { $0.help("write GROUP BY WINDOW, and the sets without the window's columns after it") }
      }
      grouping.window = window
    }
    let kept = grouping.keys.indices.filter { !named.contains($0) }
    has = has.map { set in kept.map { set[$0] } }
    grouping.keys = kept.map { grouping.keys[$0] }
  }

  /// The rows once for each set, and the keys over them: those of the user, then the number of the set.
  func expanded(
    _ grouping: Grouping, _ sets: GroupingSets, at span: SourceSpan, _ environment: Environment
  ) -> (input: Relation, keys: [NamedExpression]) {
    let range = range(span, environment)
    var base = grouping.input.relation
    let width = base.schema.count
    let items = grouping.keys.map(\.item)
    var sources = items.map(\.expression)
    // What is computed is computed once, not once for each set.
    if !sources.allSatisfy({ if case .column = $0.kind { true } else { false } }) {
      base = base.projected(base.identityExpressions + items, owner: environment.owner, range: range)
      sources = items.indices.map { .column(width + $0, base.schema[width + $0]) }
    }
    let rows = Array(base.identityExpressions.prefix(width))
    let branches = zip(sets.has, sets.numbers).map { has, number in
      let keys = items.indices.map { key in
        NamedExpression(items[key].name, has[key] ? sources[key] : .literal(.null, sources[key].type))
      }
      let id = NamedExpression(Grouping.hiddenKey, .literal(.int(number), .int64))
      return base.projected(rows + keys + [id], owner: environment.owner, range: range)
    }
    let union = Relation(.union(branches), owner: environment.owner, range: range)
    let keys = (width...width + items.count).map { column in
      NamedExpression(union.schema[column].name, .column(column, union.schema[column]))
    }
    return (union, keys)
  }
}

// MARK: GROUPING and GROUPING_ID

extension Grouping {
  /// What the hidden key is called in EXPLAIN.
  static let hiddenKey = "grouping_id"
  /// Stands for GROUPING(…) until the keys are known.
  static let function = FunctionReference(name: "GROUPING", signature: 0)

  static func isCall(_ expression: TypedExpression) -> Bool {
    if case .call(function, _) = expression.kind { return true }
    return expression.children.contains(where: isCall)
  }

  /// The value of GROUPING(…) over the groups' row: a bit for each argument, 1 where the set of the row lacks it.
  func value(_ arguments: [TypedExpression], of call: TypedExpression) -> Result<TypedExpression, UngroupedColumn> {
    var positions: [Int] = []
    for argument in arguments {
      guard let key = keys.firstIndex(where: { $0.item.expression.isSame(as: argument) }) else {
        return .failure(UngroupedColumn(index: argument.columnsRead.min() ?? .max, range: argument.range))
      }
      positions.append(key)
    }
    if arguments.isEmpty { positions = Array(keys.indices) }
    let zero = TypedExpression.literal(.int(0), .int64, range: call.range)
    guard let sets else { return .success(zero) }
    let hidden = TypedExpression.column(callStart - 1, Field(Grouping.hiddenKey, .int64, nullable: false))
    if sets.isUnique, positions == Array(keys.indices) { return .success(hidden) }
    var numbers: [Int64: [Value]] = [:]
    for (has, number) in zip(sets.has, sets.numbers) {
      numbers[positions.reduce(0) { $0 << 1 | (has[$1] ? 0 : 1) }, default: []].append(.int(number))
    }
    func literal(_ value: Int64) -> TypedExpression { .literal(.int(value), .int64, range: call.range) }
    let values = numbers.keys.sorted()
    guard let last = values.last, values.count > 1 else { return .success(literal(values.first ?? 0)) }
    let branches = values.dropLast().map { value in
      let isIn = TypedExpression.Kind.inList(hidden, numbers[value] ?? [], containsNull: false)
      return ConditionalBranch(
        condition: TypedExpression(isIn, type: .boolean, nullable: false), result: literal(value))
    }
    return .success(
      TypedExpression(
        .conditional(branches, otherwise: literal(last)), type: .int64, nullable: false, range: call.range))
  }
}

extension Resolver {
  /// GROUPING(a, …) or GROUPING_ID(a, …) where aggregates may stand; nil for any other call.
  func groupingCall(
    _ call: FunctionCall, at span: SourceSpan, in context: ExpressionContext
  ) throws(CompileError) -> TypedExpression? {
    let name = call.name.text.uppercased()
    guard name == "GROUPING" || name == "GROUPING_ID" else { return nil }
    guard let collector = context.aggregates, !collector.isInsideCall else {
      throw failure(
        Codes.misplacedAggregate, "\(name) says which keys a group lacks: it stands beside aggregates, not here",
        at: span)
    }
    guard case .list(let list) = call.arguments, !list.isDistinct, call.filter == nil,
      !list.arguments.isEmpty || name == "GROUPING_ID"
    else { throw failure(Codes.wrongArgumentCount, "\(name) takes keys of GROUP BY", at: span) }
    let arguments = try collecting(list.arguments) { (argument) throws(CompileError) in
      try self.typed(argument.value, in: context)
    }
    return TypedExpression(
      .call(Grouping.function, arguments), type: .int64, nullable: false, range: range(span, context.environment))
  }
}
