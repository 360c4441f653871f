// The conditions of a join sorted by what they are good for: equalities between the sides become keys, bounds on the
// distance of the time attributes an interval, conditions on one side filters below, the rest the residual (LANGUAGE §2.3).
// In: conditions over the left columns followed by the right ones. Out: one tree for every way of writing them. Moves only
// what cannot fail, and never a condition that would drop rows of a side that leaves without a match.

import Plan
import Values

struct JoinConditions {
  private let left: Relation
  private let right: Relation
  private var join: Join
  private var leftFilters: [TypedExpression] = []
  private var rightFilters: [TypedExpression] = []
  private var residual: [TypedExpression] = []
  private let owner: String
  private let range: TextRange?

  private var width: Int { left.schema.count }

  /// The join of two relations on `conditions`, beside the keys, the interval and the rest that `join` has already.
  static func joined(
    _ left: Relation, _ right: Relation, _ join: Join, on conditions: [TypedExpression], owner: String,
    range: TextRange?
  ) -> Relation {
    var sorting = JoinConditions(left, right, join, owner: owner, range: range)
    for condition in (join.residual.map(conjuncts) ?? []) + conditions { sorting.add(condition) }
    sorting.findInterval()
    return sorting.result
  }

  /// A filter's conditions over a relation: those that a join below takes in, and those that stay above it.
  static func absorbed(
    _ conditions: [TypedExpression], by relation: Relation, owner: String, range: TextRange?
  ) -> (relation: Relation, remaining: [TypedExpression]) {
    guard case .join(let left, let right, let join) = relation.node else { return (relation, conditions) }
    let width = left.schema.count
    func isTaken(_ condition: TypedExpression) -> Bool {
      let columns = condition.columnsRead
      switch join.kind {
      case .inner: return condition.isDeterministic
      case .left: return condition.isMovable && columns.allSatisfy { $0 < width }
      case .right: return condition.isMovable && columns.allSatisfy { $0 >= width }
      case .semi, .anti: return condition.isMovable
      case .full: return false
      }
    }
    let taken = conditions.filter(isTaken)
    guard !taken.isEmpty else { return (relation, conditions) }
    let remaining = conditions.filter { !isTaken($0) }
    if join.kind == .inner {
      let joined = joined(left, right, join, on: taken, owner: relation.owner, range: relation.range)
      return (joined, remaining)
    }
    let isLeft = join.kind != .right
    let moved = isLeft ? taken : taken.map { $0.remappingColumns { $0 - width } }
    let side = filtered(isLeft ? left : right, moved, owner: owner, range: range)
    let node = Relation.Node.join(isLeft ? side : left, isLeft ? right : side, join)
    return (Relation(node, owner: relation.owner, range: relation.range), remaining)
  }

  /// The relation's rows for which all conditions are TRUE; a join takes in what it can.
  static func filtered(
    _ relation: Relation, _ conditions: [TypedExpression], owner: String, range: TextRange?
  ) -> Relation {
    let (absorbed, remaining) = absorbed(conditions, by: relation, owner: owner, range: range)
    return conjunction(remaining).map { absorbed.filtered($0, owner: owner, range: range) } ?? absorbed
  }

  static func conjuncts(_ condition: TypedExpression) -> [TypedExpression] {
    if case .and(let operands) = condition.kind { operands.flatMap(conjuncts) } else { [condition] }
  }

  static func conjunction(_ conditions: [TypedExpression]) -> TypedExpression? {
    guard let first = conditions.first else { return nil }
    if conditions.count == 1 { return first }
    return TypedExpression(
      .and(conditions), type: .boolean, nullable: conditions.contains(where: \.nullable), range: first.range)
  }

  private init(_ left: Relation, _ right: Relation, _ join: Join, owner: String, range: TextRange?) {
    self.left = left
    self.right = right
    self.join = join
    self.join.residual = nil
    self.owner = owner
    self.range = range
  }

  // MARK: One condition

  private mutating func add(_ condition: TypedExpression) {
    if condition.kind == .literal(.bool(true)) { return }
    let columns = condition.columnsRead
    if condition.isMovable, !columns.isEmpty {
      if columns.allSatisfy({ $0 < width }), !join.kind.keepsLeft {
        leftFilters.append(condition)
        return
      }
      if columns.allSatisfy({ $0 >= width }), !join.kind.keepsRight {
        rightFilters.append(overRight(condition))
        return
      }
    }
    guard let key = key(condition) else {
      if !residual.contains(condition) { residual.append(condition) }
      return
    }
    if !join.keys.contains(where: { $0.isSame(as: key) }) { join.keys.append(key) }
  }

  private func overRight(_ expression: TypedExpression) -> TypedExpression {
    expression.remappingColumns { $0 - width }
  }

  /// `left = right` and `left IS NOT DISTINCT FROM right`, in either order.
  private func key(_ condition: TypedExpression) -> JoinKey? {
    guard let (first, second, matchesNulls) = Self.equality(condition), condition.isDeterministic else { return nil }
    let isOrdered = first.columnsRead.contains { $0 < width }
    let (own, other) = isOrdered ? (first, second) : (second, first)
    guard !own.columnsRead.isEmpty, own.columnsRead.allSatisfy({ $0 < width }), !other.columnsRead.isEmpty,
      other.columnsRead.allSatisfy({ $0 >= width }), own.type.isAlike(other.type), own.type.isKey
    else { return nil }
    // A key is computed for every row of its side: what can fail must not run before a condition that guards it.
    guard residual.isEmpty || (Self.isSafe(own) && Self.isSafe(other)) else { return nil }
    return JoinKey(own, overRight(other), matchesNulls: matchesNulls)
  }

  /// The sides of an equality, and whether NULL equals NULL in it.
  static func equality(
    _ condition: TypedExpression
  ) -> (first: TypedExpression, second: TypedExpression, matchesNulls: Bool)? {
    guard case .call(let function, let operands) = condition.kind else { return nil }
    if function.name == "=", operands.count == 2 { return (operands[0], operands[1], false) }
    guard function.name == "NOT", operands.count == 1, case .call(let inner, let sides) = operands[0].kind,
      inner.name == "IS_DISTINCT_FROM", sides.count == 2
    else { return nil }
    return (sides[0], sides[1], true)
  }

  /// Widening a column never fails.
  private static func isSafe(_ expression: TypedExpression) -> Bool {
    if case .cast(let operand, _) = expression.kind, operand.isAccess { return true }
    return !expression.canFail
  }

  // MARK: Time

  /// Rows that are never taken back and meet only within a span of event time need not be kept for ever.
  private mutating func findInterval() {
    guard left.properties.mode == .append, right.properties.mode == .append,
      let own = left.properties.timeAttribute, let other = right.properties.timeAttribute
    else { return }
    var span = TimeDistance(left: own.column, right: other.column + width, join.interval)
    let bounding = residual.filter { span.narrow(by: $0) }
    let exact = join.keys.map { TimeDistance.equality($0, width: width) }
    for condition in exact { _ = span.narrow(by: condition) }
    if joinsWindows { span.narrow(to: 0) }
    guard let (lower, upper) = span.bounds else { return }
    join.interval = JoinInterval(leftTime: own.column, rightTime: other.column, lower: lower, upper: upper)
    residual.removeAll { bounding.contains($0) }
  }

  /// Equal bounds of both sides' windows: rows then have one window_time.
  private var joinsWindows: Bool {
    guard let own = left.properties.window, let other = right.properties.window,
      own.time == left.properties.timeAttribute?.column, other.time == right.properties.timeAttribute?.column
    else { return false }
    return join.equates(own.start, other.start) && join.equates(own.end, other.end)
  }

  private var result: Relation {
    var join = join
    join.residual = Self.conjunction(residual)
    return Relation(
      .join(
        Self.filtered(left, leftFilters, owner: owner, range: range),
        Self.filtered(right, rightFilters, owner: owner, range: range), join), owner: owner, range: range)
  }
}

extension Join {
  /// Whether a key says that this column of the left equals that one of the right.
  func equates(_ left: Int, _ right: Int) -> Bool {
    keys.contains { $0.left.kind == .column(left) && $0.right.kind == .column(right) }
  }
}

extension JoinKey {
  /// Equal but for where the user wrote them.
  func isSame(as other: JoinKey) -> Bool {
    left.isSame(as: other.left) && right.isSame(as: other.right) && matchesNulls == other.matchesNulls
  }
}

extension Plan.Expression {
  /// Whether it may be evaluated for other rows than the user wrote it for.
  var isMovable: Bool { !canFail && isDeterministic }
}

extension DataType {
  /// Whether equal values of the type have equal encodings: within ARRAY and STRUCT a NULL makes equality unknown.
  var isKey: Bool {
    switch self {
    case .array, .row, .map, .json, .null: false
    case .boolean, .int8, .int16, .int32, .int64, .decimal, .float32, .float64, .string, .bytes, .timestamp, .date,
      .time, .intervalYearMonth, .intervalDaySecond, .uuid:
      true
    }
  }
}
