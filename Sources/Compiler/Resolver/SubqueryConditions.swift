// Where the conditions and values of subqueries enter an operator, and how the conditions that tie a subquery to its outer row
// pass through the operators of the subquery: groupings take what they compare among their keys, joins those of both sides.
// In: what was typed, and a relation. Out: the relation with the values beside it. What cannot pass is refused.

import Plan
import Syntax
import Values

extension Resolver {
  /// The rows for which a condition is TRUE; what it says of the outer row of a subquery waits for the join with that row.
  func restricted(
    _ input: ResolvedQuery, to condition: TypedExpression, _ subqueries: SubqueryCollector, at span: SourceSpan,
    _ environment: Environment, grouping: Grouping? = nil
  ) throws(CompileError) -> ResolvedQuery {
    var output = input
    if input.emptyRow != nil, !input.correlations.isEmpty {
      let forNone = condition.overEmpty(input.emptyRow).folded(timeZone: zone)
      guard [.literal(.bool(false)), .literal(.null)].contains(forNone.kind) else {
        throw notSupported(
          "a condition on an aggregate that may hold for no rows, in a subquery on the outer row,", at: span)
      }
    }
    output.emptyRow = nil
    var attachment = SubqueryAttachment(subqueries, to: input.relation, self, environment, grouping: grouping)
    output.correlations += try attachment.restrict(condition, range: range(span, environment))
    output.relation = attachment.relation
    if !subqueries.isEmpty { output.forgetLostWindow() }
    return output
  }

  /// The rows with the values of the subqueries beside them, and the items over these.
  func attached(
    _ subqueries: SubqueryCollector, to input: ResolvedQuery, _ items: [NamedExpression], at span: SourceSpan,
    _ environment: Environment, grouping: Grouping? = nil
  ) throws(CompileError) -> (ResolvedQuery, [NamedExpression]) {
    guard !subqueries.isEmpty else { return (input, items) }
    if input.emptyRow != nil, !input.correlations.isEmpty {
      throw notSupported("a subquery beside an aggregate in a subquery on the outer row", at: span)
    }
    var attachment = SubqueryAttachment(subqueries, to: input.relation, self, environment, grouping: grouping)
    var values: [NamedExpression] = []
    for item in items { values.append(NamedExpression(item.name, try attachment.evaluated(item.expression))) }
    var output = input
    output.emptyRow = nil
    output.relation = attachment.relation
    output.forgetLostWindow()
    return (output, values)
  }

  /// Groups by what conditions on the outer row compare: each outer row has groups of its own.
  func groupByCorrelations(
    _ grouping: inout Grouping, at span: SourceSpan, _ environment: Environment
  ) throws(CompileError) {
    for condition in grouping.input.correlations where condition.readsOwn {
      guard let key = CorrelationKey(condition) else {
        environment.outer?.needsValues = true
        throw notSupported("a comparison with the outer row other than `=` below an aggregate", at: span)
      }
      guard grouping.sets == nil else {
        throw notSupported("several grouping sets in a subquery with a condition on the outer row", at: grouping.span)
      }
      guard !grouping.keys.contains(where: { $0.item.expression.isSame(as: key.own) }) else { continue }
      grouping.correlationKeys += 1
      grouping.keys.append(GroupKey(item: NamedExpression("$key\(grouping.correlationKeys)", key.own), span: span))
    }
  }

  /// The groups with the conditions over them, and the row that there is without rows.
  func correlated(
    _ groups: ResolvedQuery, _ grouping: Grouping, _ calls: [AggregateCall]
  ) throws(CompileError) -> ResolvedQuery {
    var output = groups
    for condition in grouping.input.correlations {
      output.correlations.append(try overGroups(condition, grouping, at: grouping.span))
    }
    guard grouping.isGlobal, !calls.isEmpty else { return output }
    let keys = grouping.keys.map { TypedExpression.literal(.null, $0.item.expression.type) }
    output.emptyRow = keys + calls.map(Self.valueForNoRows)
    return output
  }

  private static func valueForNoRows(_ call: AggregateCall) -> TypedExpression {
    let function = AggregateLibrary.function(named: call.function.name)
    let counts = function?.resolve(call.arguments.map(\.type))?.nullableWhenEmpty == false
    guard counts else { return .literal(.null, call.result.type) }
    switch call.result.type.storage {
    case .double: return .literal(.double(0), call.result.type)
    case .decimal: return .literal(.decimal(0), call.result.type)
    case .bool, .int, .bytes, .array, .row: return .literal(.int(0), call.result.type)
    }
  }

  /// The conditions on the outer row that two joined sides have, over their pairs; and what holds between the sides because
  /// both are tied to one column of the outer row.
  func joinedCorrelations(
    _ left: ResolvedQuery, _ right: ResolvedQuery, _ kind: Plan.JoinKind, at span: SourceSpan,
    _ environment: Environment
  ) throws(CompileError) -> (correlations: [TypedExpression], between: [TypedExpression]) {
    let mayCarryLeft = !kind.keepsRight
    let mayCarryRight = kind == .inner
    guard mayCarryLeft || left.correlations.isEmpty, mayCarryRight || right.correlations.isEmpty else {
      throw notSupported(
        "\(kind.rawValue.uppercased()) JOIN of rows that depend on the outer row of a subquery", at: span)
    }
    let width = left.relation.schema.count
    let known = OuterEqualities(left.correlations)
    var correlations = left.correlations
    var between: [TypedExpression] = []
    for condition in right.correlations {
      let moved = condition.remappingColumns { $0 < 0 ? $0 : $0 + width }
      let local = known.localised(moved)
      if local.readsOuter { correlations.append(moved) } else { between.append(local) }
    }
    return (correlations, between)
  }
}

extension ResolvedQuery {
  /// Forgets the window if the joins of subqueries have made rows of any age.
  mutating func forgetLostWindow() {
    if relation.properties.window == nil { scope.window = nil }
  }
}
