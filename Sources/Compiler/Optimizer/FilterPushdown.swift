// Filters move towards the sources: through projections, unions, windows and other filters. Never below a watermark,
// which must see every row; never below a projection or before a condition that could fail, for a row that fails is
// accounted for as failed; never below a window whose late rows are read.

import Plan
import Values

struct FilterPushdown {
  var keepsLateRows: Set<String>

  func apply(_ relation: Relation) -> Relation {
    let rebuilt = relation.replacingInputs(apply)
    guard case .filter(let input, let predicate) = rebuilt.node else { return rebuilt }
    return pushed(predicate, into: input, rebuilt)
  }

  /// The filter over `input`, as far down as it may go.
  private func pushed(_ predicate: TypedExpression, into input: Relation, _ filter: Relation) -> Relation {
    func remade(_ relation: Relation, _ node: Relation.Node) -> Relation {
      Relation(node, owner: relation.owner, range: relation.range)
    }
    func here() -> Relation { input.filtered(predicate, owner: filter.owner, range: filter.range) }
    switch input.node {
    case .filter(let below, let first):
      // A row that fails is its owner's, so only what cannot fail changes owner.
      guard input.owner == filter.owner || !first.canFail, !first.nullable || !predicate.canFail else { return here() }
      let parts = conjuncts(first) + conjuncts(predicate)
      let both = TypedExpression(
        .and(parts), type: .boolean, nullable: parts.contains(where: \.nullable), range: predicate.range)
      return pushed(both, into: below, filter)
    case .project(let below, let items):
      guard !items.contains(where: { $0.expression.canFail || !$0.expression.isDeterministic }) else { return here() }
      let moved = predicate.substituting { index, reference in
        items[index].expression.standing(for: reference)
      }
      return remade(input, .project(pushed(moved, into: below, filter), items))
    case .union(let inputs):
      return remade(input, .union(inputs.map { pushed(predicate, into: $0, filter) }))
    case .assignWindow(let below, let window, let late):
      let isFree = predicate.columnsRead.allSatisfy { $0 < below.schema.count }
      // A row that is not there might have held two sessions together.
      guard isFree, window.session == nil, !LateReaders.areRead(late, of: input.owner, keepsLateRows) else {
        return here()
      }
      return remade(input, .assignWindow(pushed(predicate, into: below, filter), window, late: late))
    case .scan, .side, .values, .watermark, .aggregate, .windowAggregate, .join, .temporalJoin, .unnest, .setOperation,
      .rank,
      .deduplicate, .over, .normalize, .sort, .limit, .sink:
      return here()
    }
  }

  private func conjuncts(_ predicate: TypedExpression) -> [TypedExpression] {
    if case .and(let operands) = predicate.kind { operands } else { [predicate] }
  }
}
