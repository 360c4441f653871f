// Making relations: each operator's node with the properties and the state bound that follow from its inputs. The only
// way to make a `Relation`, so that no pass can leave properties that do not fit.

import Plan
import Values

extension Relation {
  package init(_ node: Node, owner: String, range: TextRange?) {
    let node = node.knowingChanges
    self.node = node
    self.owner = owner
    self.range = range
    properties = PropertyRules.properties(of: node)
    stateBound = StateRules.bound(of: node)
  }

  /// Rows of a filter, at the same place as this relation's operator unless another is given.
  func filtered(_ predicate: TypedExpression, owner: String? = nil, range: TextRange? = nil) -> Relation {
    Relation(.filter(self, predicate), owner: owner ?? self.owner, range: range ?? self.range)
  }

  func projected(_ expressions: [NamedExpression], owner: String? = nil, range: TextRange? = nil) -> Relation {
    Relation(.project(self, expressions), owner: owner ?? self.owner, range: range ?? self.range)
  }

  /// References to each column, named as they are.
  var identityExpressions: [NamedExpression] {
    schema.fields.enumerated().map { NamedExpression($1.name, .column($0, $1)) }
  }

  /// Whether the expressions are exactly this relation's columns under their own names.
  func isIdentity(_ expressions: [NamedExpression]) -> Bool {
    guard expressions.count == schema.count else { return false }
    return expressions.enumerated().allSatisfy { position, item in
      item.expression.kind == .column(position) && item.name == schema[position].name
        && item.expression.type == schema[position].type
    }
  }

  /// The operators of this tree, this one first.
  package var preorder: [Relation] { [self] + inputs.flatMap(\.preorder) }

  /// Whether all rows are known when the query is compiled: no source is followed.
  package var isBounded: Bool { properties.bounded }
}

extension Relation.Node {
  /// The node with every aggregate call told whether its input takes rows back: states that only add are chosen by it.
  fileprivate var knowingChanges: Relation.Node {
    func told(_ calls: [AggregateCall], _ input: Relation) -> [AggregateCall] {
      calls.map { call in
        var call = call
        call.takesRowsBack = input.properties.mode != .append
        return call
      }
    }
    switch self {
    case .aggregate(let input, var aggregation, let windowed):
      aggregation.calls = told(aggregation.calls, input)
      return .aggregate(input, aggregation, windowed: windowed)
    case .windowAggregate(let input, let window, let late, var aggregation):
      aggregation.calls = told(aggregation.calls, input)
      return .windowAggregate(input, window, late: late, aggregation)
    case .scan, .side, .values, .filter, .project, .watermark, .assignWindow, .union, .join, .temporalJoin, .unnest,
      .setOperation,
      .rank, .deduplicate, .over, .normalize, .sort, .limit, .sink:
      return self
    }
  }
}
