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
  var relation: Relation
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

  var width: Int { relation.schema.count }

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
  mutating func sides(
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
  func found(_ inner: Relation, _ subquery: Subquery) -> Relation {
    grouped(inner, by: [.literal(.bool(true), .boolean)], [], subquery)
  }

  /// Conditions over the rows here followed by the subquery's.
  mutating func conditions(_ conditions: [TypedExpression]) throws(CompileError) -> [TypedExpression] {
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

  func joined(
    _ kind: Plan.JoinKind, _ inner: Relation, _ conditions: [TypedExpression], _ subquery: Subquery
  ) -> Relation {
    JoinConditions.joined(
      relation, inner, Join(kind, keys: []), on: conditions, owner: environment.owner, range: subquery.range)
  }

  func grouped(
    _ inner: Relation, by keys: [TypedExpression], _ calls: [AggregateCall], _ subquery: Subquery
  ) -> Relation {
    let items = keys.enumerated().map { NamedExpression("$key\($0 + 1)", $1) }
    return Relation(
      .aggregate(inner, Aggregation(keys: items, calls: calls, emission: .changes), windowed: false),
      owner: environment.owner, range: subquery.range)
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
