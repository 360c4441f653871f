// Computes what reads no column. In: a tree. Out: the same with literals. What fails stays, to fail for each row.

import Plan
import Values

struct ConstantPass {
  var timeZone: TimeZoneRules

  func apply(_ relation: Relation) -> Relation {
    let rebuilt = relation.replacingInputs(apply)
    switch rebuilt.node {
    case .filter(let input, let predicate):
      let folded = fold(predicate)
      if folded.kind == .literal(.bool(true)) { return input }
      return remade(rebuilt, .filter(input, folded))
    case .project(let input, let items): return remade(rebuilt, .project(input, items.map(fold)))
    case .aggregate(let input, let aggregation, let windowed):
      return remade(rebuilt, .aggregate(input, fold(aggregation), windowed: windowed))
    case .watermark(let input, let column, let expression, let idle):
      return remade(rebuilt, .watermark(input, column: column, expression: fold(expression), idleAfter: idle))
    case .sort(let input, let keys, let limit, let offset):
      let folded = keys.map { SortKey(fold($0.expression), descending: $0.descending, nullsFirst: $0.nullsFirst) }
      return remade(rebuilt, .sort(input, folded, limit: limit, offset: offset))
    case .scan, .side, .values, .assignWindow, .windowAggregate, .union, .limit, .sink: return rebuilt
    }
  }

  private func remade(_ relation: Relation, _ node: Relation.Node) -> Relation {
    Relation(node, owner: relation.owner, range: relation.range)
  }

  private func fold(_ expression: TypedExpression) -> TypedExpression { expression.folded(timeZone: timeZone) }

  private func fold(_ item: NamedExpression) -> NamedExpression { NamedExpression(item.name, fold(item.expression)) }

  private func fold(_ aggregation: Aggregation) -> Aggregation {
    var copy = aggregation
    copy.keys = copy.keys.map(fold)
    copy.calls = copy.calls.map { call in
      var folded = call
      folded.arguments = call.arguments.map(fold)
      folded.filter = call.filter.map(fold)
      return folded
    }
    return copy
  }
}
