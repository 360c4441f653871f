// What is settled when the query is compiled: IF chooses one of several subpipelines by a constant, DESCRIBE says what a
// relation is instead of reading it. In: the operators' trees. Out: the relation of the branch that is taken, or constant text.

import Plan
import Syntax
import Values

extension Resolver {
  /// The branches that are not taken are not even resolved.
  func choose(
    _ input: ResolvedQuery, _ conditional: PipeIf, _ op: PipeOperator, _ environment: inout Environment, isLast: Bool
  ) throws(CompileError) -> ResolvedQuery {
    for branch in conditional.branches {
      let context = ExpressionContext(constantIn: "IF", environment)
      let condition = try predicate(branch.condition, in: context).folded(timeZone: zone)
      guard case .literal(let value) = condition.kind else {
        throw failure(
          Codes.notBoolean, "IF takes a condition that is known when the query is compiled", at: branch.condition.span
        ) { $0.help("to treat rows differently, use `|> ROUTE WHEN … THEN (…) ELSE (…)`") }
      }
      if value == .bool(true) { return try run(branch.body, on: input, &environment, isLast: isLast) }
    }
    guard let otherwise = conditional.otherwise else { return input }
    return try run(otherwise, on: input, &environment, isLast: isLast)
  }

  /// The operators of a subpipeline from left to right.
  func run(
    _ subpipeline: Subpipeline, on input: ResolvedQuery, _ environment: inout Environment, isLast: Bool
  ) throws(CompileError) -> ResolvedQuery {
    var current = input
    for (position, op) in subpipeline.operators.enumerated() {
      let isLast = isLast && position == subpipeline.operators.count - 1
      current = try apply(op, to: current, &environment, isLast: isLast)
    }
    return current
  }

  /// One row for each column, then what is known of the rows.
  func describe(_ input: ResolvedQuery, at span: SourceSpan, _ environment: Environment) -> ResolvedQuery {
    let schema = input.relation.schema
    var lines = input.scope.columns.map { column in
      let field = schema[column.index]
      return Field(column.name, field.type, nullable: field.nullable).description
    }
    let finished = input.finished
    lines.append("rows: \(PropertiesText.text(finished.properties))\(input.isOrdered ? ", ordered" : "")")
    let variables = input.scope.variables.map(\.name)
    if !variables.isEmpty { lines.append("tables: \(variables.joined(separator: ", "))") }
    let common = environment.tables.values.compactMap { $0.scope.variables.first?.name }.sorted()
    if !common.isEmpty { lines.append("with: \(common.joined(separator: ", "))") }
    let rows = lines.map { [TypedExpression.literal(.string($0), .text)] }
    let values = Relation(.values(rows: rows), owner: environment.owner, range: range(span, environment))
    let relation = values.projected([NamedExpression("description", .column(0, values.schema[0]))])
    return ResolvedQuery(relation: relation, scope: Scope(relation, alias: nil, producer: span))
  }
}
