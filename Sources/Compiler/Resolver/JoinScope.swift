// What names mean after a join (LANGUAGE §1.2, §1.4): the columns of both sides and all their range variables; USING and PER
// WINDOW make two columns one, the left's, the right's for RIGHT JOIN, either for FULL JOIN. Equal names of other columns stand
// side by side and are an error only where one is used alone. In: two resolved sides. Out: a scope over their pairs.

import Plan
import Syntax
import Values

extension Resolver {
  /// The names of both sides over the pairs of their rows.
  func combined(
    _ left: ResolvedQuery, _ right: ResolvedQuery, at span: SourceSpan
  ) throws(CompileError) -> Scope {
    let width = left.relation.schema.count
    func moved(_ columns: [ScopeColumn]) -> [ScopeColumn] {
      columns.map { ScopeColumn(name: $0.name, index: $0.index + width) }
    }
    for variable in right.scope.variables
    where left.scope.variables.contains(where: { Scope.folded($0.name) == Scope.folded(variable.name) }) {
      throw failure(
        Codes.duplicateName, "both sides of the join are called `\(variable.name)`", at: span
      ) { $0.help("name one of them: `JOIN … AS other`, or `|> AS other` before the join") }
    }
    var scope = Scope()
    scope.columns = left.scope.columns + moved(right.scope.columns)
    scope.variables =
      left.scope.variables + right.scope.variables.map { RangeVariable(name: $0.name, columns: moved($0.columns)) }
    scope.lost = left.scope.lost + right.scope.lost
    scope.replaced = left.scope.replaced.filter { right.scope.matches($0.key).isEmpty }
    scope.producer = span
    scope.isUncertain = left.scope.isUncertain || right.scope.isUncertain
    return scope
  }

  /// The columns that the kind of join gives, those made one first.
  func narrowed(
    _ joined: ResolvedQuery, _ left: ResolvedQuery, _ right: ResolvedQuery, _ kind: Plan.JoinKind,
    merged: [MergedColumn], _ environment: Environment
  ) -> ResolvedQuery {
    var output = joined
    let width = left.relation.schema.count
    if kind.givesLeftOnly {
      output.scope.columns = left.scope.columns
      output.scope.variables = left.scope.variables
      output.scope.replaced = left.scope.replaced
      return output
    }
    guard !merged.isEmpty else { return output }
    var common: [ScopeColumn] = []
    var added: [NamedExpression] = []
    let schema = joined.relation.schema
    for column in merged {
      let own = ScopeColumn(name: column.left.name, index: column.left.index)
      let other = ScopeColumn(name: column.left.name, index: column.right.index + width)
      switch kind {
      case .right: common.append(other)
      case .full:
        common.append(ScopeColumn(name: own.name, index: schema.count + added.count))
        added.append(NamedExpression(own.name, either(own.index, other.index, schema)))
      case .inner, .left, .semi, .anti: common.append(own)
      }
    }
    let gone = Set(merged.flatMap { [$0.left.index, $0.right.index + width] })
    output.scope.columns = common + joined.scope.columns.filter { !gone.contains($0.index) }
    if !added.isEmpty {
      output.relation = joined.relation.projected(joined.relation.identityExpressions + added)
    }
    return output
  }

  /// The column of the side that is there, under the type of both.
  private func either(_ left: Int, _ right: Int, _ schema: Schema) -> TypedExpression {
    let type = ImplicitConversion.commonType(schema[left].type, schema[right].type) ?? schema[left].type
    let sides = [left, right].map { TypedExpression.column($0, schema[$0]).widened(to: type) }
    return TypedExpression(.coalesce(sides), type: type, nullable: sides.allSatisfy(\.nullable))
  }

  /// The window of the pairs, while its bounds are visible.
  func window(of relation: Relation, _ left: ResolvedQuery, _ right: ResolvedQuery) -> WindowColumns? {
    let isVisible = left.scope.window != nil && right.scope.window != nil
    return isVisible ? relation.properties.window : nil
  }
}
