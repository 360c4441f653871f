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
      return remade(rebuilt, .aggregate(input, aggregation.mapExpressions(fold), windowed: windowed))
    case .watermark(let input, let column, let expression, let idle):
      return remade(rebuilt, .watermark(input, column: column, expression: fold(expression), idleAfter: idle))
    case .sort(let input, let keys, let limit, let offset):
      let folded = keys.map { SortKey(fold($0.expression), descending: $0.descending, nullsFirst: $0.nullsFirst) }
      return remade(rebuilt, .sort(input, folded, limit: limit, offset: offset))
    case .join(let left, let right, let join):
      return remade(rebuilt, .join(left, right, join.mapExpressions(fold)))
    case .temporalJoin(let left, let right, let join):
      return remade(rebuilt, .temporalJoin(left, right, join.mapExpressions(fold)))
    case .unnest(let input, var unnest):
      unnest.array = fold(unnest.array)
      return remade(rebuilt, .unnest(input, unnest))
    case .rank(let input, let ranking): return remade(rebuilt, .rank(input, ranking.mapExpressions(fold)))
    case .deduplicate(let input, let deduplication):
      return remade(rebuilt, .deduplicate(input, deduplication.mapExpressions(fold)))
    case .over(let input, let over): return remade(rebuilt, .over(input, over.mapExpressions(fold)))
    case .assignWindow(let input, let window, let late):
      return remade(rebuilt, .assignWindow(input, window.mapExpressions(fold), late: late))
    case .scan, .side, .values, .windowAggregate, .union, .setOperation, .normalize, .limit, .sink:
      return rebuilt
    }
  }

  private func remade(_ relation: Relation, _ node: Relation.Node) -> Relation {
    Relation(node, owner: relation.owner, range: relation.range)
  }

  private func fold(_ expression: TypedExpression) -> TypedExpression { expression.folded(timeZone: timeZone) }

  private func fold(_ item: NamedExpression) -> NamedExpression { NamedExpression(item.name, fold(item.expression)) }
}
