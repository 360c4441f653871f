// Two projections in a row become one, and a projection that gives its input as it is goes away. An expression is moved
// only where it is then evaluated for the same rows and no more often, so that nothing fails or costs that did not before.

import Plan
import Values

struct ProjectionMerging {
  func apply(_ relation: Relation) -> Relation {
    let rebuilt = relation.replacingInputs(apply)
    guard case .project(let input, let items) = rebuilt.node else { return rebuilt }
    if input.isIdentity(items), !losesKnowledge(rebuilt, input) { return input }
    guard case .project(let below, let inner) = input.node, canJoin(input, rebuilt, inner), canMerge(inner, into: items)
    else { return rebuilt }
    let merged = items.map { item in
      NamedExpression(
        item.name, item.expression.substituting { index, reference in inner[index].expression.standing(for: reference) }
      )
    }
    let result = below.projected(merged, owner: rebuilt.owner, range: rebuilt.range)
    return below.isIdentity(merged) ? below : result
  }

  /// A row that fails is its owner's, so only what cannot fail changes owner.
  private func canJoin(_ input: Relation, _ outer: Relation, _ inner: [NamedExpression]) -> Bool {
    input.owner == outer.owner || !inner.contains { $0.expression.canFail }
  }

  /// An identity may still have settled types or nullability that the input's schema does not show.
  private func losesKnowledge(_ projection: Relation, _ input: Relation) -> Bool {
    projection.schema.fields.map(\.type) != input.schema.fields.map(\.type)
  }

  private func canMerge(_ inner: [NamedExpression], into outer: [NamedExpression]) -> Bool {
    inner.indices.allSatisfy { index in
      let expression = inner[index].expression
      if expression.isAccess { return true }
      if case .literal = expression.kind { return true }
      let reads = outer.reduce(0) { $0 + $1.expression.count(of: index) }
      if reads == 0 { return !expression.canFail }
      guard reads == 1 else { return false }
      let reader = outer.first { $0.expression.count(of: index) == 1 }
      // The type that the reader sees must be the expression's own.
      let isExact = reader.map { typeRead($0.expression, index) == expression.type } ?? false
      return isExact && (!expression.canFail || (reader?.expression.readsStrictly(index) ?? false))
    }
  }

  private func typeRead(_ expression: TypedExpression, _ column: Int) -> DataType? {
    if case .column(let index) = expression.kind { return index == column ? expression.type : nil }
    return expression.children.lazy.compactMap { typeRead($0, column) }.first
  }
}
