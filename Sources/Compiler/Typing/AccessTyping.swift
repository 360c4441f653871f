// Parts of values: EXTRACT, elements of arrays, values of maps, steps into JSON; and MAP[…], which makes what is looked into.
// In: a tree and typed operands. Out: calls of the library. Never names of columns: `NameTyping` has those.

import Plan
import Syntax
import Values

extension Resolver {
  func extract(
    _ part: Identifier, _ operand: SyntaxExpression, _ zone: SyntaxExpression?, at span: SourceSpan,
    in context: ExpressionContext
  ) throws(CompileError) -> TypedExpression {
    let word = TypedExpression.literal(
      .string(part.text.uppercased()), .text, range: range(part.span, context.environment))
    var arguments = [word, try typed(operand, in: context)]
    var spans = [part.span, operand.span]
    if let zone {
      arguments.append(try typed(zone, in: context))
      spans.append(zone.span)
    }
    return try call("EXTRACT", arguments, spans: spans, at: span, in: context)
  }

  /// `a[OFFSET(0)]`, `a[ORDINAL(1)]` and their SAFE_ forms.
  func element(
    _ base: SyntaxExpression, _ index: SyntaxExpression, at span: SourceSpan, in context: ExpressionContext
  ) throws(CompileError) -> TypedExpression {
    let array = try typed(base, in: context)
    if array.type == .json { return try jsonElement(of: array, index, base: base, at: span, in: context) }
    if case .map = array.type {
      return try self.call(
        "MAP_GET", [array, try typed(index, in: context)], spans: [base.span, index.span], at: span, in: context)
    }
    guard case .array = array.type else {
      throw failure(
        Codes.wrongTypes, "`[…]` needs an ARRAY, MAP or JSON, and this is \(article(array.type))", at: base.span)
    }
    guard case .call(let call) = index.kind, case .list(let list) = call.arguments, list.arguments.count == 1,
      ["OFFSET", "ORDINAL", "SAFE_OFFSET", "SAFE_ORDINAL"].contains(call.name.text.uppercased())
    else {
      throw failure(Codes.wrongTypes, "say how the index counts", at: index.span) {
        $0.help("write [OFFSET(0)] to count from 0, or [ORDINAL(1)] to count from 1")
      }
    }
    let position = list.arguments[0].value
    let word = call.name.text.uppercased()
    let name = word.hasPrefix("SAFE_") ? "SAFE_ARRAY_AT_\(word.dropFirst(5))" : "ARRAY_AT_\(word)"
    return try self.call(
      name, [array, try typed(position, in: context)], spans: [base.span, position.span], at: span,
      named: call.name.span, in: context)
  }

  /// `json.name`.
  func jsonField(
    _ name: String, of base: TypedExpression, at span: SourceSpan, in context: ExpressionContext
  ) throws(CompileError) -> TypedExpression {
    let word = TypedExpression.literal(.string(name), .text, range: range(span, context.environment))
    var result = try call("JSON_FIELD", [base, word], spans: [span, span], at: span, in: context)
    if let start = base.range?.start, let own = result.range, span.source == source.id {
      result.range = TextRange(start: min(start, own.start), end: own.end)
    }
    return result
  }

  /// `json['name']` and `json[0]`.
  private func jsonElement(
    of json: TypedExpression, _ index: SyntaxExpression, base: SyntaxExpression, at span: SourceSpan,
    in context: ExpressionContext
  ) throws(CompileError) -> TypedExpression {
    let step = try typed(index, in: context)
    guard step.type.isString || step.type.isInteger else {
      throw failure(
        Codes.wrongTypes, "`[…]` of JSON takes a name or a number, and this is \(article(step.type))", at: index.span)
    }
    return try call(
      step.type.isString ? "JSON_FIELD" : "JSON_ELEMENT", [json, step], spans: [base.span, index.span], at: span,
      in: context)
  }

  /// `MAP[key, value, …]`, and `MAP(key, value, …)`.
  func map(
    _ items: [SyntaxExpression], at span: SourceSpan, in context: ExpressionContext
  ) throws(CompileError) -> TypedExpression {
    guard items.count.isMultiple(of: 2) else {
      throw failure(Codes.wrongArgumentCount, "MAP takes keys and values in turn, and a key has no value", at: span)
    }
    let parts = try collecting(items) { (item) throws(CompileError) in try self.typed(item, in: context) }
    let keys = stride(from: 0, to: items.count, by: 2).map { $0 }
    let (keyType, keyParts) = try unified(
      keys.map { parts[$0] }, spans: keys.map { items[$0].span }, what: "the keys of the map")
    let (valueType, valueParts) = try unified(
      keys.map { parts[$0 + 1] }, spans: keys.map { items[$0 + 1].span }, what: "the values of the map")
    let entry = DataType.row([
      Field("key", keyType, nullable: keyParts.contains(where: \.nullable)),
      Field("value", valueType, nullable: valueParts.contains(where: \.nullable)),
    ])
    let entries = zip(keyParts, valueParts).map {
      TypedExpression(.makeRow([$0, $1]), type: entry, nullable: false, range: $0.range)
    }
    let list = TypedExpression(
      .makeArray(entries), type: .array(element: entry, elementNullable: false), nullable: false,
      range: range(span, context.environment))
    return try call("MAP_FROM_ENTRIES", [list], spans: [span], at: span, in: context)
  }

  func randomUUID(_ name: String, at span: SourceSpan) -> CompileError {
    notSupported(
      "\(name.uppercased())()", at: span,
      help: "a run that is repeated would give other rows: make the UUID of what the row is, UUID_V5(namespace, name)")
  }
}
