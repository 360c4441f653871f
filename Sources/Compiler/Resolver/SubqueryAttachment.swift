// The joins that bring the values of subqueries beside the rows that ask for them: EXISTS and IN as conditions are semi joins, NOT
// EXISTS and NOT IN anti joins, everything else a left join with at most one row for each outer row. In: collected subqueries and
// the rows. Out: the rows with columns behind theirs, and for each subquery the expression that reads its value. Incremental as
// joins are: a change on either side changes the result.

import Plan
import Syntax
import Values

struct SubqueryAttachment {
  let resolver: Resolver
  let collector: SubqueryCollector
  /// The rows, with what was attached so far.
  private(set) var relation: Relation
  let environment: Environment
  /// For subqueries over groups: what outer columns have become.
  var grouping: Grouping?
  private var values: [Int: TypedExpression] = [:]

  init(
    _ collector: SubqueryCollector, to relation: Relation, _ resolver: Resolver, _ environment: Environment,
    grouping: Grouping? = nil
  ) {
    self.resolver = resolver
    self.collector = collector
    self.relation = relation
    self.environment = environment
    self.grouping = grouping
  }

  private var width: Int { relation.schema.count }

  // MARK: Conditions and expressions

  /// The rows for which the condition is TRUE. Returns what reads outer columns and so cannot be decided here.
  mutating func restrict(_ condition: TypedExpression, range: TextRange?) throws(CompileError) -> [TypedExpression] {
    let conjuncts = JoinConditions.conjuncts(condition)
    keep(conjuncts.filter { !$0.readsSubquery && !$0.readsOuter }, range: range)
    var correlated: [TypedExpression] = []
    for conjunct in conjuncts where conjunct.readsSubquery {
      if let (position, negated) = Self.test(conjunct), try joinOnly(position, negated: negated) { continue }
      let value = try evaluated(conjunct)
      if value.readsOuter { correlated.append(value) } else { keep([value], range: range) }
    }
    let equalities = OuterEqualities(conjuncts.filter { $0.readsOuter && !$0.readsSubquery })
    for conjunct in conjuncts where conjunct.readsOuter && !conjunct.readsSubquery {
      // An equality itself stays; what it says of the outer row holds in the other conditions.
      let local = CorrelationKey(conjunct) == nil ? equalities.localised(conjunct) : conjunct
      if local.readsOuter { correlated.append(local) } else { keep([local], range: range) }
    }
    return correlated
  }

  private mutating func keep(_ conditions: [TypedExpression], range: TextRange?) {
    guard !conditions.isEmpty else { return }
    relation = JoinConditions.filtered(relation, conditions, owner: environment.owner, range: range)
  }

  /// The expression with the values of its subqueries, which are attached if they are not yet.
  mutating func evaluated(_ expression: TypedExpression) throws(CompileError) -> TypedExpression {
    for column in expression.columnsRead.sorted(by: >) {
      guard let position = SubqueryCollector.position(of: column), values[position] == nil else { continue }
      values[position] = try attach(collector.subqueries[position])
    }
    let values = values
    return expression.substituting { column, reference in
      guard let value = SubqueryCollector.position(of: column).flatMap({ values[$0] }) else { return reference }
      var copy = value.standing(for: reference)
      copy.range = reference.range
      return copy
    }
  }

  /// A subquery that is a condition by itself, or the negation of one.
  private static func test(_ condition: TypedExpression) -> (position: Int, negated: Bool)? {
    if case .column(let column) = condition.kind {
      return SubqueryCollector.position(of: column).map { ($0, false) }
    }
    guard case .call(let function, let operands) = condition.kind, function.name == "NOT", operands.count == 1,
      let (position, negated) = test(operands[0])
    else { return nil }
    return (position, !negated)
  }

  /// A semi or anti join, where one says the same as the condition.
  private mutating func joinOnly(_ position: Int, negated: Bool) throws(CompileError) -> Bool {
    let subquery = collector.subqueries[position]
    if case .scalar = subquery.form { return false }
    if negated, subquery.mayBeUnknown { return false }
    let (inner, conditions) = try sides(subquery, subquery.conditions)
    relation = joined(negated ? .anti : .semi, inner, conditions, subquery)
    return true
  }

  // MARK: Sides

  /// The subquery's rows and its conditions, neither with more columns than the conditions need.
  private mutating func sides(
    _ subquery: Subquery, _ conditions: [TypedExpression]
  ) throws(CompileError) -> (Relation, [TypedExpression]) {
    var conditions = conditions
    var inner = subquery.query.relation
    while case .project(let below, let items) = inner.node {
      let read = conditions.reduce(into: Set<Int>()) { $0.formUnion($1.columnsRead) }.filter { $0 >= 0 }
      guard read.allSatisfy({ items[$0].expression.isMovable }) else { break }
      conditions = conditions.map { condition in
        condition.substituting { column, reference in
          column < 0 ? reference : items[column].expression.standing(for: reference)
        }
      }
      inner = below
    }
    if !conditions.contains(where: \.readsOwn) { inner = found(inner, subquery) }
    return (inner, try self.conditions(conditions))
  }

  /// One row, if there is any.
  private func found(_ inner: Relation, _ subquery: Subquery) -> Relation {
    grouped(inner, by: [.literal(.bool(true), .boolean)], [], subquery)
  }

  /// Conditions over the rows here followed by the subquery's.
  private mutating func conditions(_ conditions: [TypedExpression]) throws(CompileError) -> [TypedExpression] {
    var outer: [Int: TypedExpression] = [:]
    for condition in conditions {
      outer.merge(try outerParts(condition)) { first, _ in first }
    }
    let width = width
    return conditions.map { condition in
      condition.substituting { column, reference in
        if let own = outer[column] { return own.standing(for: reference) }
        var copy = reference
        copy.kind = .column(column + width)
        return copy
      }
    }
  }

  /// What each outer column that the condition reads is in the rows here.
  private mutating func outerParts(_ condition: TypedExpression) throws(CompileError) -> [Int: TypedExpression] {
    var parts: [Int: TypedExpression] = [:]
    for reference in condition.columnReferences {
      guard case .column(let column) = reference.kind, OuterColumns.contains(column), parts[column] == nil else {
        continue
      }
      var own = reference
      own.kind = .column(column + OuterColumns.level)
      if let grouping { own = try resolver.overGroups(own, grouping, at: grouping.span) }
      own = try evaluated(own)
      if case .column(let index) = own.kind, relation.schema.fields.indices.contains(index) {
        own.nullable = relation.schema[index].nullable
      }
      parts[column] = own
    }
    return parts
  }

  private func joined(
    _ kind: Plan.JoinKind, _ inner: Relation, _ conditions: [TypedExpression], _ subquery: Subquery
  ) -> Relation {
    JoinConditions.joined(
      relation, inner, Join(kind, keys: []), on: conditions, owner: environment.owner, range: subquery.range)
  }

  private func grouped(
    _ inner: Relation, by keys: [TypedExpression], _ calls: [AggregateCall], _ subquery: Subquery
  ) -> Relation {
    let items = keys.enumerated().map { NamedExpression("$key\($0 + 1)", $1) }
    return Relation(
      .aggregate(inner, Aggregation(keys: items, calls: calls, emission: .changes), windowed: false),
      owner: environment.owner, range: subquery.range)
  }

  // MARK: Values

  private mutating func attach(_ subquery: Subquery) throws(CompileError) -> TypedExpression {
    switch subquery.form {
    case .exists: return try attachFound(subquery, subquery.conditions)
    case .membership(let operand):
      guard subquery.mayBeUnknown else { return try attachFound(subquery, subquery.conditions) }
      return try attachMembership(subquery, operand)
    case .scalar: return try attachScalar(subquery)
    }
  }

  /// Whether there is a row: a column that is TRUE or missing beside each row, or, for conditions that are no equalities,
  /// the rows with one and those without.
  private mutating func attachFound(
    _ subquery: Subquery, _ conditions: [TypedExpression]
  ) throws(CompileError) -> TypedExpression {
    guard resolver.areSeparable(conditions) else {
      let (inner, over) = try sides(subquery, conditions)
      let halves = [(Plan.JoinKind.semi, true), (.anti, false)].map { kind, value in
        let half = joined(kind, inner, over, subquery)
        let flag = TypedExpression.literal(.bool(value), .boolean)
        return half.projected(half.identityExpressions + [NamedExpression("$found", flag)])
      }
      let column = width
      relation = Relation(.union(halves), owner: environment.owner, range: subquery.range)
      return .column(column, relation.schema[column], range: subquery.range)
    }
    var (keys, over) = try keyed(conditions)
    if keys.isEmpty { keys = [.literal(.bool(true), .boolean)] }
    let distinct = grouped(subquery.query.relation, by: keys, [], subquery)
    let flag = NamedExpression("$found", .literal(.bool(true), .boolean))
    let column = width + distinct.schema.count
    relation = joined(.left, distinct.projected(distinct.identityExpressions + [flag]), over, subquery)
    return isPresent(column, range: subquery.range)
  }

  private func isPresent(_ column: Int, range: TextRange?) -> TypedExpression {
    let missing = TypedExpression(
      .isNull(.column(column, relation.schema[column])), type: .boolean, nullable: false, range: range)
    let present = FunctionLibrary.scalar.makeCall("NOT", [missing], range: range, timeZone: resolver.zone)
    if case .success(let call) = present { return call }
    return missing
  }

  /// The subquery's sides of the equalities, as keys of groups in that order, and the conditions over the groups' row.
  private mutating func keyed(
    _ conditions: [TypedExpression]
  ) throws(CompileError) -> (keys: [TypedExpression], conditions: [TypedExpression]) {
    var keys: [TypedExpression] = []
    let over = conditions.map { condition -> TypedExpression in
      guard let key = CorrelationKey(condition) else { return condition }
      var position = keys.firstIndex { $0.isSame(as: key.own) }
      if position == nil {
        position = keys.count
        keys.append(key.own)
      }
      var column = key.own
      column.kind = .column(position ?? 0)
      return condition.replacing(key.own, with: column)
    }
    return (keys, try self.conditions(over))
  }

  /// IN where NULL is about: TRUE for a match, FALSE where the query has no row, else unknown if a NULL could be the match.
  private mutating func attachMembership(
    _ subquery: Subquery, _ operand: TypedExpression
  ) throws(CompileError) -> TypedExpression {
    let found = try attachFound(subquery, subquery.conditions)
    var (keys, over) = try keyed(subquery.query.correlations)
    if keys.isEmpty { keys = [.literal(.bool(true), .boolean)] }
    let element = TypedExpression.column(0, subquery.query.relation.schema[0])
    let counts = grouped(
      subquery.query.relation, by: keys, [Self.count("$rows", []), Self.count("$values", [element])], subquery)
    let first = width + keys.count
    relation = joined(.left, counts, over, subquery)
    let rows = TypedExpression.column(first, relation.schema[first])
    let values = TypedExpression.column(first + 1, relation.schema[first + 1])
    let own = try outerValue(operand)
    let isEmpty = TypedExpression(.isNull(rows), type: .boolean, nullable: false)
    let isOpen = TypedExpression(
      .or([
        TypedExpression(.isNull(own), type: .boolean, nullable: false), try call(">", [rows, values], subquery),
      ]), type: .boolean, nullable: true)
    func result(_ value: Value) -> TypedExpression { .literal(value, .boolean) }
    return TypedExpression(
      .conditional(
        [
          ConditionalBranch(condition: found, result: result(.bool(true))),
          ConditionalBranch(condition: isEmpty, result: result(.bool(false))),
          ConditionalBranch(condition: isOpen, result: result(.null)),
        ], otherwise: result(.bool(false))), type: .boolean, nullable: true, range: subquery.range)
  }

  private func call(
    _ name: String, _ operands: [TypedExpression], _ subquery: Subquery
  ) throws(CompileError) -> TypedExpression {
    let context = ExpressionContext(constantIn: "a subquery", environment)
    return try resolver.call(
      name, operands, spans: operands.map { _ in subquery.span }, at: subquery.span, in: context)
  }

  private mutating func outerValue(_ operand: TypedExpression) throws(CompileError) -> TypedExpression {
    var own = operand
    if let grouping { own = try resolver.overGroups(own, grouping, at: grouping.span) }
    return try evaluated(own)
  }

  private static func count(_ name: String, _ arguments: [TypedExpression]) -> AggregateCall {
    AggregateCall(
      function: FunctionReference(name: "COUNT", signature: 0), arguments: arguments, filter: nil, distinct: false,
      result: Field(name, .int64, nullable: false))
  }

  // MARK: One row

  /// The value of the only row. Where nothing proves that there is at most one, more are an error of the outer row.
  private mutating func attachScalar(_ subquery: Subquery) throws(CompileError) -> TypedExpression {
    let inner = subquery.query.relation
    if isSingle(inner, by: subquery.query.correlations) {
      let conditions = try self.conditions(subquery.query.correlations)
      let column = width
      relation = joined(.left, inner, conditions, subquery)
      return valueOrDefault(.column(column, relation.schema[column], range: subquery.range), subquery)
    }
    var (keys, over) = try keyed(subquery.query.correlations)
    if keys.isEmpty { keys = [.literal(.bool(true), .boolean)] }
    let element = TypedExpression.column(0, inner.schema[0])
    let one = anyValue(element, of: inner)
    let rows = width + keys.count
    relation = joined(.left, grouped(inner, by: keys, [Self.count("$rows", []), one.call], subquery), over, subquery)
    let count = TypedExpression.column(rows, relation.schema[rows])
    var value = TypedExpression.column(rows + 1, relation.schema[rows + 1])
    if one.isArray {
      value = try call("SAFE_ARRAY_AT_OFFSET", [value, .literal(.int(0), .int64)], subquery)
    }
    var single = try call("AT_MOST_ONE", [count], subquery)
    single.range = subquery.range
    let branch = ConditionalBranch(condition: single, result: value)
    return TypedExpression(
      .conditional([branch], otherwise: .literal(.null, value.type)), type: value.type, nullable: true,
      range: subquery.range)
  }

  /// Some value of the group: of rows that are taken back, all have to be remembered.
  private func anyValue(_ element: TypedExpression, of inner: Relation) -> (call: AggregateCall, isArray: Bool) {
    let mayForget =
      inner.properties.mode == .append || AggregateLibrary.function(named: "ANY_VALUE")?.supportsRetraction == true
    let type = mayForget ? element.type : .array(element: element.type)
    let name = mayForget ? "ANY_VALUE" : "ARRAY_AGG"
    let call = AggregateCall(
      function: FunctionReference(name: name, signature: 0), arguments: [element], filter: nil, distinct: false,
      result: Field("$value", type, nullable: true))
    return (call, !mayForget)
  }

  /// For an outer row without a row: NULL, or what the aggregate gives for no rows.
  private func valueOrDefault(_ value: TypedExpression, _ subquery: Subquery) -> TypedExpression {
    guard let missing = subquery.query.emptyRow?.first, missing.kind != .literal(.null) else { return value }
    return TypedExpression(
      .coalesce([value, missing]), type: value.type, nullable: missing.nullable, range: value.range)
  }

  /// Whether there is at most one row for each outer row.
  private func isSingle(_ inner: Relation, by correlations: [TypedExpression]) -> Bool {
    if inner.givesOneRowAtMost { return true }
    let columns = correlations.compactMap { condition -> Int? in
      if case .column(let column)? = CorrelationKey(condition)?.own.kind { column } else { nil }
    }
    return inner.properties.keys.contains { Set(columns).isSuperset(of: $0) }
  }
}

extension Relation {
  /// Whether the operators say that there is never more than one row.
  fileprivate var givesOneRowAtMost: Bool {
    if properties.keys.contains([]) { return true }
    switch node {
    case .limit(_, let count, _): return count <= 1
    case .sort(_, _, let limit?, _) where limit <= 1: return true
    case .values(let rows): return rows.count <= 1
    case .project(let input, _), .filter(let input, _), .sort(let input, _, _, _): return input.givesOneRowAtMost
    case .scan, .side, .watermark, .assignWindow, .aggregate, .windowAggregate, .union, .join, .unnest, .setOperation,
      .rank, .deduplicate, .over, .normalize, .sink:
      return false
    }
  }
}

extension Plan.Expression {
  /// The references to columns, in order of evaluation.
  var columnReferences: [TypedExpression] {
    if case .column = kind { return [self] }
    return children.flatMap(\.columnReferences)
  }

  /// With each part that is the same as `part` replaced.
  func replacing(_ part: TypedExpression, with other: TypedExpression) -> TypedExpression {
    isSame(as: part) ? other : mapChildren { $0.replacing(part, with: other) }
  }
}
