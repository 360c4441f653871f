// The values of subqueries: whether there is a row, whether a value is among them, the only row's value. In: a subquery and the
// rows that ask. Out: a left join with at most one row for each of them, and the expression that reads the value. NULLs mean what
// the standard says: an empty query makes IN FALSE, a NULL among the values makes it unknown.

import Plan
import Syntax
import Values

extension SubqueryAttachment {
  mutating func attach(_ subquery: Subquery) throws(CompileError) -> TypedExpression {
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
    case .scan, .side, .watermark, .assignWindow, .aggregate, .windowAggregate, .union, .join, .temporalJoin, .unnest,
      .setOperation,
      .rank, .deduplicate, .over, .normalize, .sink:
      return false
    }
  }
}
