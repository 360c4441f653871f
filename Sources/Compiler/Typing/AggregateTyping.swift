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
    let (arguments, spans, list) = try aggregateArguments(function, call, at: span, in: context)
    let order = try aggregateOrder(function, list, arguments, in: context)
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
      function: FunctionReference(name: function.name, signature: 0), arguments: converted + order.keys, filter: filter,
      distinct: list?.isDistinct ?? false, result: result, ordering: order.orders, limit: order.limit,
      keepsNulls: list?.nullHandling == .respect)
    return collector.reference(to: aggregate, at: span, range: range(span, context.environment))
  }

  private func aggregateArguments(
    _ function: AggregateFunction, _ call: FunctionCall, at span: SourceSpan, in context: ExpressionContext
  ) throws(CompileError) -> ([TypedExpression], [SourceSpan], ArgumentList?) {
    switch call.arguments {
    case .star:
      guard function.name == "COUNT" else {
        throw failure(Codes.wrongArgumentCount, "`*` stands for all rows in COUNT(*) only", at: span)
      }
      return ([], [], nil)
    case .qualifiedStar: throw notSupported("\(function.name)(t.*)", at: span, help: "write COUNT(*)")
    case .list(let list):
      if list.nullHandling == .respect, !AggregateCall.takesOrder(function.name) || function.name == "STRING_AGG" {
        throw notSupported("RESPECT NULLS in \(function.name)", at: span, help: "ARRAY_AGG takes it")
      }
      if let named = list.arguments.first(where: { $0.name != nil }) {
        throw notSupported("a named argument", at: named.span)
      }
      let values = try collecting(list.arguments) { (argument) throws(CompileError) in
        try self.typed(argument.value, in: context)
      }
      return (values, list.arguments.map(\.span), list)
    }
  }

  /// ORDER BY and LIMIT within the parentheses of ARRAY_AGG and STRING_AGG.
  private func aggregateOrder(
    _ function: AggregateFunction, _ list: ArgumentList?, _ arguments: [TypedExpression], in context: ExpressionContext
  ) throws(CompileError) -> (keys: [TypedExpression], orders: [KeyOrder], limit: Int64?) {
    guard let list else { return ([], [], nil) }
    let help = "ARRAY_AGG and STRING_AGG take it"
    if let first = list.orderBy.first, !AggregateCall.takesOrder(function.name) {
      throw notSupported("ORDER BY within \(function.name)", at: first.span, help: help)
    }
    if let limit = list.limit, !AggregateCall.takesOrder(function.name) {
      throw notSupported("LIMIT within \(function.name)", at: limit.span, help: help)
    }
    var keys: [TypedExpression] = []
    var orders: [KeyOrder] = []
    for item in list.orderBy {
      let key = try typed(item.value, in: context)
      if [.array, .row].contains(key.type.storage) || key.type == .json {
        throw failure(Codes.wrongTypes, "\(article(key.type)) has no order", at: item.span)
      }
      // Otherwise one value could come in two places.
      if list.isDistinct, !(arguments.first.map { $0.isSame(as: key) } ?? false) {
        throw notSupported(
          "ORDER BY another value than the DISTINCT one", at: item.span, help: "order by the argument itself")
      }
      let descending = item.order?.direction == .descending
      keys.append(key)
      orders.append(KeyOrder(descending: descending, nullsFirst: item.order?.nulls.map { $0 == .first }))
    }
    guard let written = list.limit else { return (keys, orders, nil) }
    guard let limit = written.value, limit > 0 else {
      throw failure(Codes.invalidLiteral, "LIMIT needs a whole number above 0", at: written.span)
    }
    return (keys, orders, limit)
  }
}
