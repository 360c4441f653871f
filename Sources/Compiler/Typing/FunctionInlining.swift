// Functions with an SQL body: the body is typed again at each call, with the arguments in place of the parameters. In:
// a definition and a call. Out: the body's expression. A function that calls itself, directly or not, is refused.

import Plan
import Syntax
import Values

extension Resolver {
  func inlined(
    _ function: ScalarFunctionDefinition, _ call: FunctionCall, at span: SourceSpan, in context: ExpressionContext
  ) throws(CompileError) -> TypedExpression {
    guard case .list(let list) = call.arguments, !list.isDistinct, call.filter == nil || function.isAggregate
    else {
      throw failure(Codes.wrongArgumentCount, "`\(function.name)` takes plain arguments", at: span)
    }
    guard list.arguments.count == function.parameters.count else {
      throw failure(
        Codes.wrongArgumentCount,
        "`\(function.name)` takes \(function.parameters.count) arguments, and \(list.arguments.count) are given",
        at: span
      ) { $0.note("there is \(function.name)(\(function.parameters.map(\.description).joined(separator: ", ")))") }
    }
    guard !context.environment.expanding.contains(function.name) else {
      throw failure(Codes.recursion, "`\(function.name)` calls itself", at: span)
    }
    if function.isAggregate { return try inlinedAggregate(function, call, list, at: span, in: context) }
    var environment = context.environment
    environment.parameters = [:]
    environment.tables = [:]
    environment.expanding.append(function.name)
    if environment.callSite == nil || span.source == source.id { environment.callSite = span }
    for (argument, parameter) in zip(list.arguments, function.parameters) {
      let value = try typed(argument.value, in: context)
      environment.parameters[Scope.folded(parameter.name)] = try argumentValue(
        value, for: parameter, of: function.name, at: argument.span)
    }
    var inner = ExpressionContext(constantIn: "the body of \(function.name)", environment)
    inner.schema = context.schema
    let body = try typed(function.body, in: inner)
    return try assigned(
      body, to: Field(function.name, function.returns), verb: "RETURNS", at: function.body.span)
  }

  func argumentValue(
    _ value: TypedExpression, for parameter: Field, of function: String, at span: SourceSpan
  ) throws(CompileError) -> TypedExpression {
    guard ImplicitConversion.cost(from: value.type, to: parameter.type) != nil else {
      throw failure(
        Codes.wrongTypes,
        "`\(function)` takes \(parameter.type) as `\(parameter.name)`, and this is \(article(value.type))", at: span)
    }
    return value.widened(to: parameter.type)
  }
}
