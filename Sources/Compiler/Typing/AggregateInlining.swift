// Aggregates with an SQL body: the body is typed at each call, with the arguments in place of the parameters, and its calls
// join those of the query. In: a definition and a call where aggregates may stand. Out: the body's expression over them.

import Plan
import Syntax
import Values

extension Resolver {
  func inlinedAggregate(
    _ function: ScalarFunctionDefinition, _ call: FunctionCall, _ list: ArgumentList, at span: SourceSpan,
    in context: ExpressionContext
  ) throws(CompileError) -> TypedExpression {
    guard let collector = context.aggregates else {
      throw failure(
        Codes.misplacedAggregate, "`\(function.name)` is an aggregate, and \(context.clause) works on single rows",
        at: span, label: "an aggregate")
    }
    guard !collector.isInsideCall else {
      throw failure(Codes.misplacedAggregate, "an aggregate cannot stand within another", at: span)
    }
    let arguments = try aggregateArguments(function, list, call, collector, in: context)
    var environment = context.environment
    environment.parameters = arguments.parameters
    environment.tables = [:]
    environment.expanding.append(function.name)
    if environment.callSite == nil || span.source == source.id { environment.callSite = span }
    let own = AggregateCollector()
    var inner = ExpressionContext(constantIn: "the body of \(function.name)", environment)
    inner.schema = context.schema
    inner.aggregates = own
    let typed = try self.typed(function.body, in: inner)
    let body = try assigned(
      typed, to: Field(function.name, function.returns), verb: "RETURNS", at: function.body.span)
    return body.substituting { index, reference in
      guard index >= AggregateCollector.firstPosition else { return reference }
      let position = index - AggregateCollector.firstPosition
      var part = own.calls[position]
      if let filter = arguments.filter { part = part.filtered(by: filter) }
      part.result.name = "$\(collector.calls.count + 1)"
      var moved = collector.reference(to: part, at: span, range: reference.range)
      moved.type = reference.type
      return moved
    }
  }

  /// The arguments by folded name of their parameter, and FILTER. Aggregates do not nest.
  private func aggregateArguments(
    _ function: ScalarFunctionDefinition, _ list: ArgumentList, _ call: FunctionCall, _ collector: AggregateCollector,
    in context: ExpressionContext
  ) throws(CompileError) -> (parameters: [String: TypedExpression], filter: TypedExpression?) {
    collector.isInsideCall = true
    defer { collector.isInsideCall = false }
    var parameters: [String: TypedExpression] = [:]
    for (argument, parameter) in zip(list.arguments, function.parameters) {
      let value = try typed(argument.value, in: context)
      parameters[Scope.folded(parameter.name)] = try argumentValue(
        value, for: parameter, of: function.name, at: argument.span)
    }
    var inner = context
    inner.clause = "FILTER"
    let filter = try call.filter.map { (written) throws(CompileError) in try self.predicate(written, in: inner) }
    return (parameters, filter)
  }

  /// The body of a definition: each parameter stands within an aggregate.
  func checkedAggregateBody(
    _ body: SyntaxExpression, named name: String, _ environment: Environment
  ) throws(CompileError) -> TypedExpression {
    var context = ExpressionContext(constantIn: "the body of an aggregate", environment)
    context.aggregates = AggregateCollector()
    let typed = try self.typed(body, in: context)
    guard readsCall(typed) else {
      throw failure(
        Codes.invalidDeclaration, "the body of `\(name)` has no aggregate such as SUM(…)", at: body.span
      ) { $0.help("a function of single rows is CREATE FUNCTION") }
    }
    guard typed.columnsRead.allSatisfy({ $0 >= AggregateCollector.firstPosition }) else {
      throw failure(
        Codes.invalidDeclaration, "a parameter of an aggregate stands for the values of many rows", at: body.span
      ) { $0.help("use it within SUM, COUNT, ANY_VALUE or another aggregate") }
    }
    return typed
  }
}
