// Calls: the library's scalar functions, the conditional forms that are no functions, and functions with an SQL body. In:
// a call's tree. Out: a typed expression with every conversion explicit, or a diagnostic that shows the signatures.

import Plan
import Syntax
import Values

extension Resolver {
  func functionCall(
    _ call: FunctionCall, at span: SourceSpan, in context: ExpressionContext
  ) throws(CompileError) -> TypedExpression {
    if let over = call.over {
      _ = over
      throw notSupported("OVER", at: span)
    }
    if call.name.parts.count == 2, call.name.parts[0].text.uppercased() == "SAFE" {
      return try safeCall(call, at: span, in: context)
    }
    let name = call.name.text
    if let function = catalog.function(named: name) {
      return try inlined(function, call, at: span, in: context)
    }
    if let grouping = try groupingCall(call, at: span, in: context) { return grouping }
    if let aggregate = AggregateLibrary.function(named: name) {
      return try aggregateCall(aggregate, call, at: span, in: context)
    }
    guard call.filter == nil else {
      throw failure(Codes.misplacedAggregate, "FILTER belongs to an aggregate, and `\(name)` is none", at: span)
    }
    let list = try plainArguments(call, at: span)
    if let form = try conditionalForm(name.uppercased(), list, at: span, in: context) { return form }
    if name.uppercased() == "MAP" { return try map(list, at: span, in: context) }
    if ["GENERATE_UUID", "GEN_RANDOM_UUID", "UUID"].contains(name.uppercased()) { throw randomUUID(name, at: span) }
    let parts = FunctionLibrary.scalar.function(name)?.partPositions ?? []
    var arguments: [TypedExpression] = []
    var failed = false
    for (position, argument) in list.enumerated() {
      do throws(CompileError) {
        arguments.append(
          parts.contains(position)
            ? try partOrValue(argument, in: context) : try typed(argument, in: context))
      } catch {
        report(error)
        failed = true
      }
    }
    if failed { throw .reported }
    let result = try self.call(
      name, arguments, spans: list.map(\.span), at: span, named: call.name.span, in: context)
    return result
  }

  /// The arguments of a call that takes values only.
  private func plainArguments(_ call: FunctionCall, at span: SourceSpan) throws(CompileError) -> [SyntaxExpression] {
    guard case .list(let list) = call.arguments else {
      throw failure(Codes.wrongArgumentCount, "`*` stands for all rows in COUNT(*) only", at: span)
    }
    if list.isDistinct || list.nullHandling != nil || !list.orderBy.isEmpty || list.limit != nil {
      throw failure(
        Codes.misplacedAggregate,
        "DISTINCT, ORDER BY, LIMIT and IGNORE NULLS belong to aggregates, and `\(call.name.text)` is none", at: span)
    }
    if let named = list.arguments.first(where: { $0.name != nil }) {
      throw notSupported("a named argument", at: named.span, help: "give the arguments in order, without names")
    }
    return list.arguments.map(\.value)
  }

  /// A unit of time written as a bare word; anything else is an ordinary value.
  private func partOrValue(
    _ argument: SyntaxExpression, in context: ExpressionContext
  ) throws(CompileError) -> TypedExpression {
    if case .name(let name) = argument.kind, name.parts.count == 1, let word = name.parts.first, !word.isQuoted {
      return .literal(.string(word.text.uppercased()), .text, range: range(argument.span, context.environment))
    }
    // WEEK(MONDAY) is one word of the library.
    if case .call(let call) = argument.kind, case .list(let list) = call.arguments, list.arguments.count == 1,
      case .name(let inner) = list.arguments[0].value.kind
    {
      let text = "\(call.name.text.uppercased())(\(inner.text.uppercased()))"
      return .literal(.string(text), .text, range: range(argument.span, context.environment))
    }
    return try typed(argument, in: context)
  }

  private func safeCall(
    _ call: FunctionCall, at span: SourceSpan, in context: ExpressionContext
  ) throws(CompileError) -> TypedExpression {
    var plain = call
    plain.name.parts.removeFirst()
    let result = try functionCall(plain, at: span, in: context)
    return TypedExpression(.safe(result), type: result.type, nullable: true, range: result.range)
  }

  /// IF, COALESCE and their kin: their operands are evaluated only where needed, so they are no functions.
  private func conditionalForm(
    _ name: String, _ arguments: [SyntaxExpression], at span: SourceSpan, in context: ExpressionContext
  ) throws(CompileError) -> TypedExpression? {
    let expected: ClosedRange<Int>
    switch name {
    case "IF", "IIF": expected = 3...3
    case "COALESCE": expected = 1...Int.max
    case "IFNULL", "NVL": expected = 2...2
    default: return nil
    }
    guard expected.contains(arguments.count) else {
      let wanted = expected.upperBound == .max ? "at least 1" : "\(expected.lowerBound)"
      throw failure(
        Codes.wrongArgumentCount, "\(name) takes \(wanted) arguments, and \(arguments.count) are given", at: span)
    }
    let values = try collecting(arguments) { (part) throws(CompileError) in try self.typed(part, in: context) }
    let spans = arguments.map(\.span)
    let range = range(span, context.environment)
    switch name {
    case "IF", "IIF":
      let test = try condition(values[0], at: spans[0], clause: name)
      return try conditional(
        [test], Array(values.dropFirst()), spans: Array(spans.dropFirst()), at: span, what: "the results of \(name)",
        in: context)
    default:
      let (type, converted) = try unified(values, spans: spans, what: "the arguments of \(name)")
      return TypedExpression(
        .coalesce(converted), type: type, nullable: converted.allSatisfy(\.nullable), range: range)
    }
  }

  /// A call of a library function or operator over typed arguments.
  func call(
    _ name: String, _ arguments: [TypedExpression], spans: [SourceSpan], at span: SourceSpan,
    named nameSpan: SourceSpan? = nil, in context: ExpressionContext
  ) throws(CompileError) -> TypedExpression {
    let range = range(span, context.environment)
    switch FunctionLibrary.scalar.makeCall(name, arguments, range: range, timeZone: zone) {
    case .success(let call):
      guard call.type == .null, !call.nullable else { return call }
      // Bare NULLs left the type open, and yet there is a value: they are integers then.
      let settled = arguments.map { $0.type == .null ? $0.widened(to: .int64) : $0 }
      return try self.call(name, settled, spans: spans, at: span, named: nameSpan, in: context)
    case .failure(let problem):
      throw described(problem, arguments, spans: spans, at: span, named: nameSpan ?? span)
    }
  }

  private func described(
    _ problem: ResolutionFailure, _ arguments: [TypedExpression], spans: [SourceSpan], at span: SourceSpan,
    named nameSpan: SourceSpan
  ) -> CompileError {
    switch problem {
    case .unknownFunction(let name, let near):
      let own = catalog.functions.keys.sorted() + AggregateLibrary.names
      let nearest = near.first ?? NameSuggestion.nearest(to: name, in: own)
      let hint = nearest.map { "; did you mean `\($0)`?" } ?? ""
      return failure(Codes.unknownFunction, "there is no function `\(name)`\(hint)", at: nameSpan) { diagnostic in
        nearest.map { diagnostic.fix("a similar name exists", replacing: nameSpan, with: $0, .maybeIncorrect) }
          ?? diagnostic
      }
    case .wrongCount(let name, let given, let candidates):
      return failure(
        Codes.wrongArgumentCount, "`\(name)` does not take \(given) argument\(given == 1 ? "" : "s")", at: span
      ) { diagnostic in candidates.prefix(6).reduce(diagnostic) { $0.note("there is \($1)") } }
    case .wrongTypes(let name, let given, let argument, let candidates):
      return wrongTypes(name, given, argument, candidates, spans: spans, at: span, named: nameSpan)
    case .invalidConstant(let name, let argument, let message):
      let place = spans.indices.contains(argument) ? spans[argument] : span
      return failure(Codes.invalidLiteral, "`\(name)`: \(message)", at: place)
    }
  }

  private func wrongTypes(
    _ name: String, _ given: [DataType], _ argument: Int?, _ candidates: [String], spans: [SourceSpan],
    at span: SourceSpan, named nameSpan: SourceSpan
  ) -> CompileError {
    let isOperator = !(name.first?.isLetter ?? false) || ["LIKE", "NOT"].contains(name)
    let types = given.map(\.description).joined(separator: isOperator ? " and " : ", ")
    let place = argument.flatMap { spans.indices.contains($0) ? spans[$0] : nil } ?? nameSpan
    let message =
      isOperator ? "`\(name)` does not go with \(types)" : "`\(name)` does not take (\(types))"
    return failure(Codes.wrongTypes, message, at: isOperator ? nameSpan : place) { diagnostic in
      var result = diagnostic
      for (span, type) in zip(spans, given) where span != result.primary.span {
        result = result.labelled(span, "\(type)")
      }
      if isOperator, given.contains(where: \.isString), given.contains(where: \.isNumeric) {
        return result.help("text and numbers are never converted unasked: write CAST(… AS …)")
      }
      return candidates.prefix(isOperator ? 0 : 6).reduce(result) { $0.note("there is \($1)") }
    }
  }
}
