// Expressions: a syntax tree and a scope to a typed expression. This file dispatches on the form; names, literals, calls
// and conditionals have files of their own. Implicit conversions become explicit casts here, so that the runner never
// converts. Never evaluates.

import Plan
import Syntax
import Values

/// Where an expression stands: what its names mean and what it may hold.
struct ExpressionContext {
  var scope: Scope
  /// The physical row of the input.
  var schema: Schema
  var environment: Environment
  /// The clause in the user's words, for messages.
  var clause: String
  /// Where aggregate calls are collected; nil where they are not allowed.
  var aggregates: AggregateCollector?
  /// Where subqueries are collected; nil where they are not allowed.
  var subqueries: SubqueryCollector?
  /// The rows that the expression is over; nil where there are none.
  var input: ResolvedQuery?
  /// Whether outer columns may be read: in a condition that becomes part of the join with the outer rows.
  var readsOuter = false

  init(_ input: ResolvedQuery, _ environment: Environment, clause: String, aggregates: AggregateCollector? = nil) {
    scope = input.scope
    schema = input.relation.schema
    self.input = input
    self.environment = environment
    self.clause = clause
    self.aggregates = aggregates
  }

  /// A place without columns.
  init(constantIn clause: String, _ environment: Environment) {
    scope = Scope()
    schema = Schema([])
    self.environment = environment
    self.clause = clause
  }
}

extension Resolver {
  func typed(_ expression: SyntaxExpression, in context: ExpressionContext) throws(CompileError) -> TypedExpression {
    depth += 1
    defer { depth -= 1 }
    guard depth < 1000 else {
      throw failure(
        Codes.recursion, "this expression nests too deeply once its functions are put in", at: expression.span)
    }
    let range = range(expression.span, context.environment)
    switch expression.kind {
    case .literal(let literal): return try self.literal(literal, context)
    case .interval(let interval): return try self.interval(interval, context)
    case .name(let name): return try column(name, in: context)
    case .parenthesized(let inner): return try typed(inner, in: context)
    case .tuple:
      throw notSupported("a tuple", at: expression.span, help: "write STRUCT(a, b), or compare the parts one by one")
    case .subquery(let query): return try subquery(query, .scalar, at: expression.span, in: context)
    case .exists(let query): return try subquery(query, .exists, at: expression.span, in: context)
    case .unary(let op, let operand): return try unary(op, operand, at: expression.span, in: context)
    case .binary(let op, let left, let right, let operatorSpan):
      return try binary(op, left, right, operatorSpan: operatorSpan, at: expression.span, in: context)
    case .isTest(let operand, let test, let negated):
      return try isTest(operand, test, negated: negated, at: expression.span, in: context)
    case .isDistinctFrom(let left, let right, let negated):
      return try isDistinct(left, right, negated: negated, at: expression.span, in: context)
    case .between(let operand, let low, let high, let negated):
      return try between(operand, low, high, negated: negated, at: expression.span, in: context)
    case .like(let operand, let pattern, let negated):
      let like = try call(
        "LIKE", [try typed(operand, in: context), try typed(pattern, in: context)],
        spans: [operand.span, pattern.span], at: expression.span, in: context)
      return negated ? try not(like, at: expression.span, in: context) : like
    case .membership(let operand, let set, let negated):
      return try membership(operand, set, negated: negated, at: expression.span, in: context)
    case .field(let base, let name): return try field(name, of: try typed(base, in: context), in: context)
    case .element(let base, let index): return try element(base, index, at: expression.span, in: context)
    case .call(let call): return try functionCall(call, at: expression.span, in: context)
    case .caseOf(let form): return try caseOf(form, at: expression.span, in: context)
    case .cast(let kind, let operand, let name):
      return try cast(try typed(operand, in: context), to: name, safe: kind != .cast, at: expression.span, in: context)
    case .extract(let part, let operand, let zone):
      return try extract(part, operand, zone, at: expression.span, in: context)
    case .array(let elements):
      let items = try collecting(elements) { (item) throws(CompileError) in try self.typed(item, in: context) }
      let (type, converted) = try unified(items, spans: elements.map(\.span), what: "the elements of the array")
      let nullable = converted.contains(where: \.nullable)
      return TypedExpression(
        .makeArray(converted), type: .array(element: type, elementNullable: nullable), nullable: false, range: range)
    case .map(let items): return try map(items, at: expression.span, in: context)
    case .structure(let items): return try structure(items, range: range, in: context)
    case .error: throw .reported
    }
  }

  /// An expression that must be a condition.
  func predicate(_ expression: SyntaxExpression, in context: ExpressionContext) throws(CompileError) -> TypedExpression
  {
    let result = try typed(expression, in: context)
    return try condition(result, at: expression.span, clause: context.clause)
  }

  func condition(
    _ expression: TypedExpression, at span: SourceSpan, clause: String
  ) throws(CompileError) -> TypedExpression {
    switch expression.type {
    case .boolean: return expression
    case .null: return expression.converted(to: .boolean)
    default:
      throw failure(
        Codes.notBoolean, "\(clause) needs a condition, and this is \(article(expression.type))", at: span,
        label: "\(expression.type)")
    }
  }

  func article(_ type: DataType) -> String {
    let text = type.description
    return "AEIO".contains(text.first ?? "x") ? "an \(text)" : "a \(text)"
  }

  private func unary(
    _ op: UnaryOperator, _ operand: SyntaxExpression, at span: SourceSpan, in context: ExpressionContext
  ) throws(CompileError) -> TypedExpression {
    switch op {
    case .plus:
      let value = try typed(operand, in: context)
      guard value.type.isNumeric else {
        throw failure(Codes.wrongTypes, "`+` needs a number, and this is \(article(value.type))", at: operand.span)
      }
      return value
    case .minus:
      // The smallest integer has no positive counterpart, so its sign belongs to the literal.
      if case .literal(let literal) = operand.kind, case .integer(let digits) = literal.kind {
        return try integer("-" + digits, at: span, context)
      }
      let value = try typed(operand, in: context)
      return try call("-", [value], spans: [operand.span], at: span, in: context)
    case .not:
      return try not(try predicate(operand, in: context), at: span, in: context)
    }
  }

  func not(
    _ operand: TypedExpression, at span: SourceSpan, in context: ExpressionContext
  ) throws(CompileError) -> TypedExpression {
    try call("NOT", [operand], spans: [span], at: span, in: context)
  }

  private func binary(
    _ op: BinaryOperator, _ left: SyntaxExpression, _ right: SyntaxExpression, operatorSpan: SourceSpan,
    at span: SourceSpan, in context: ExpressionContext
  ) throws(CompileError) -> TypedExpression {
    switch op {
    case .and, .or:
      let sides = try collecting([left, right]) { (side) throws(CompileError) in
        let value = try self.typed(side, in: context)
        return try self.condition(value, at: side.span, clause: op.rawValue)
      }
      let nullable = sides.contains(where: \.nullable)
      let kind: TypedExpression.Kind = op == .and ? .and(flattened(sides, op)) : .or(flattened(sides, op))
      return TypedExpression(kind, type: .boolean, nullable: nullable, range: range(span, context.environment))
    case .equal, .notEqual, .less, .lessOrEqual, .greater, .greaterOrEqual, .add, .subtract, .concatenate, .multiply,
      .divide, .remainder:
      let sides = try collecting([left, right]) { (side) throws(CompileError) in try self.typed(side, in: context) }
      return try call(
        op.rawValue, sides, spans: [left.span, right.span], at: span, named: operatorSpan, in: context)
    }
  }

  private func flattened(_ sides: [TypedExpression], _ op: BinaryOperator) -> [TypedExpression] {
    sides.flatMap { side -> [TypedExpression] in
      switch side.kind {
      case .and(let operands) where op == .and: operands
      case .or(let operands) where op == .or: operands
      default: [side]
      }
    }
  }

  private func structure(
    _ items: [StructItem], range: TextRange?, in context: ExpressionContext
  ) throws(CompileError) -> TypedExpression {
    let values = try collecting(items) { (item) throws(CompileError) in try self.typed(item.value, in: context) }
    var fields: [Field] = []
    for (position, (item, value)) in zip(items, values).enumerated() {
      let name = item.name?.text ?? impliedName(item.value) ?? "field\(position + 1)"
      fields.append(Field(name, value.type, nullable: value.nullable))
    }
    return TypedExpression(.makeRow(values), type: .row(fields), nullable: false, range: range)
  }

  /// The name that an item without an alias has: the last part of a name or field, as in GoogleSQL.
  func impliedName(_ expression: SyntaxExpression) -> String? {
    switch expression.kind {
    case .name(let name): name.parts.last?.text
    case .field(_, let name): name.text
    case .parenthesized(let inner): impliedName(inner)
    case .literal, .interval, .tuple, .subquery, .exists, .unary, .binary, .isTest, .isDistinctFrom, .between, .like,
      .membership, .element, .call, .caseOf, .cast, .extract, .array, .map, .structure, .error:
      nil
    }
  }
}
