// UNPIVOT: columns become rows, each with the name of the column that its value was in (GoogleSQL). In: columns of one type.
// Out: a union with one projection for each; NULLs give no row.

import Plan
import Syntax
import Values

extension Resolver {
  func unpivot(
    _ input: ResolvedQuery, _ unpivot: Unpivot, alias: Identifier?, at span: SourceSpan, _ environment: Environment
  ) throws(CompileError) -> ResolvedQuery {
    let context = ExpressionContext(input, environment, clause: "UNPIVOT")
    let columns = try collecting(unpivot.columns) { (item) throws(CompileError) in
      try self.column(QualifiedName(parts: [item.column], span: item.column.span), in: context)
    }
    let (_, values) = try unified(columns, spans: unpivot.columns.map(\.column.span), what: "the columns of UNPIVOT")
    let used = columns.reduce(into: Set<Int>()) { $0.formUnion($1.columnsRead) }
    let kept = input.scope.columns.filter { !used.contains($0.index) }
    for name in [unpivot.valueColumn, unpivot.nameColumn]
    where !Scope.matches(name.text, in: kept).isEmpty
      || name != unpivot.valueColumn && Scope.folded(name.text) == Scope.folded(unpivot.valueColumn.text)
    {
      throw failure(Codes.duplicateName, "UNPIVOT gives two columns `\(name.text)`", at: name.span)
    }
    let range = range(span, environment)
    var branches: [Relation] = []
    for (item, value) in zip(unpivot.columns, values) {
      var source = input.relation
      if value.nullable {
        let isNull = TypedExpression(.isNull(value), type: .boolean, nullable: false)
        source = source.filtered(
          try not(isNull, at: item.span, in: context), owner: environment.owner, range: range)
      }
      var present = value
      present.nullable = false
      let label = TypedExpression.literal(.string(item.label?.value ?? item.column.text), .text)
      let items =
        kept.map { NamedExpression($0.name, .column($0.index, source.schema[$0.index])) }
        + [NamedExpression(unpivot.valueColumn.text, present), NamedExpression(unpivot.nameColumn.text, label)]
      branches.append(source.projected(items, owner: environment.owner, range: range))
    }
    let relation =
      branches.count == 1 ? branches[0] : Relation(.union(branches), owner: environment.owner, range: range)
    var scope = Scope(relation, alias: alias?.text, producer: span)
    if input.scope.window == nil { scope.window = nil }
    scope.recordLost(from: input.scope, by: "UNPIVOT", at: unpivot.span)
    return ResolvedQuery(relation: relation, scope: scope)
  }
}
