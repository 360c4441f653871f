// Aggregate calls: COUNT(*), SUM(DISTINCT x) FILTER (WHERE p). In: a call's tree where aggregates may stand. Out: the
// expression that reads its result; the call itself goes to the collector. Never says how it is computed.

import Plan
import Syntax
import Values

extension Resolver {
  func aggregateCall(
    _ function: AggregateFunction, _ call: FunctionCall, at span: SourceSpan, in context: ExpressionContext
  ) throws(CompileError) -> TypedExpression {
    let name = call.name.text.uppercased()
    guard let collector = context.aggregates else {
      throw failure(
        Codes.misplacedAggregate, "\(context.clause) works on single rows, and `\(name)` needs many", at: span,
        label: "an aggregate"
      ) { $0.help("compute it before: `|> AGGREGATE \(self.source.text(of: span)) AS x GROUP BY …`") }
    }
    guard !collector.isInsideCall else {
      throw failure(
        Codes.misplacedAggregate, "an aggregate cannot stand within another", at: span
      ) { $0.help("use two AGGREGATE operators, one after the other") }
    }
    collector.isInsideCall = true
    defer { collector.isInsideCall = false }
    let (arguments, spans, isDistinct) = try aggregateArguments(function, call, at: span, in: context)
    var filter: TypedExpression?
    if let written = call.filter {
      var inner = context
      inner.clause = "FILTER"
      filter = try predicate(written, in: inner)
    }
    guard let resolution = function.resolve(arguments.map(\.type)) else {
      throw failure(
        Codes.wrongTypes,
        "`\(name)` does not take (\(arguments.map(\.type.description).joined(separator: ", ")))",
        at: spans.first ?? span
      ) { $0.note("there is \(name)(\(function.parameters))") }
    }
    let converted = zip(arguments, resolution.parameterTypes).map { $0.widened(to: $1) }
    // Over NOT NULL arguments a group that exists has a value; a global group may be empty, and `Grouping` says so.
    let mayBeEmpty = filter != nil || arguments.contains(where: \.nullable)
    let result = Field(
      "$\(collector.calls.count + 1)", resolution.type, nullable: resolution.nullableWhenEmpty && mayBeEmpty)
    let aggregate = AggregateCall(
      function: FunctionReference(name: function.name, signature: 0), arguments: converted, filter: filter,
      distinct: isDistinct, result: result)
    return collector.reference(to: aggregate, at: span, range: range(span, context.environment))
  }

  private func aggregateArguments(
    _ function: AggregateFunction, _ call: FunctionCall, at span: SourceSpan, in context: ExpressionContext
  ) throws(CompileError) -> ([TypedExpression], [SourceSpan], distinct: Bool) {
    switch call.arguments {
    case .star:
      guard function.name == "COUNT" else {
        throw failure(Codes.wrongArgumentCount, "`*` stands for all rows in COUNT(*) only", at: span)
      }
      return ([], [], false)
    case .qualifiedStar: throw notSupported("\(function.name)(t.*)", at: span, help: "write COUNT(*)")
    case .list(let list):
      if !list.orderBy.isEmpty { throw notSupported("ORDER BY within an aggregate", at: list.orderBy[0].span) }
      if let limit = list.limit { throw notSupported("LIMIT within an aggregate", at: limit.span) }
      if list.nullHandling != nil { throw notSupported("IGNORE NULLS and RESPECT NULLS", at: span) }
      if let named = list.arguments.first(where: { $0.name != nil }) {
        throw notSupported("a named argument", at: named.span)
      }
      let values = try collecting(list.arguments) { (argument) throws(CompileError) in
        try self.typed(argument.value, in: context)
      }
      return (values, list.arguments.map(\.span), list.isDistinct)
    }
  }
}
