// Conditions and conditionals: IS tests, BETWEEN, IN, CASE, IF and the NULL-handling forms. All become the few kinds that
// the plan has. In: the forms' trees. Out: typed expressions with a common result type.

import Plan
import Syntax
import Values

extension Resolver {
  func isTest(
    _ operand: SyntaxExpression, _ test: IsTest, negated: Bool, at span: SourceSpan, in context: ExpressionContext
  ) throws(CompileError) -> TypedExpression {
    let range = range(span, context.environment)
    switch test {
    case .null:
      let value = try typed(operand, in: context)
      let isNull = TypedExpression(.isNull(value), type: .boolean, nullable: false, range: range)
      return negated ? try not(isNull, at: span, in: context) : isNull
    case .true, .false:
      let value = try typed(operand, in: context)
      let checked = try condition(value, at: operand.span, clause: "IS \(test.rawValue)")
      let known = try call(
        test == .true ? "IS_TRUE" : "IS_FALSE", [checked], spans: [operand.span], at: span, in: context)
      return negated ? try not(known, at: span, in: context) : known
    }
  }

  func isDistinct(
    _ left: SyntaxExpression, _ right: SyntaxExpression, negated: Bool, at span: SourceSpan,
    in context: ExpressionContext
  ) throws(CompileError) -> TypedExpression {
    let sides = try collecting([left, right]) { (side) throws(CompileError) in try self.typed(side, in: context) }
    let distinct = try call("IS_DISTINCT_FROM", sides, spans: [left.span, right.span], at: span, in: context)
    return negated ? try not(distinct, at: span, in: context) : distinct
  }

  func between(
    _ operand: SyntaxExpression, _ low: SyntaxExpression, _ high: SyntaxExpression, negated: Bool, at span: SourceSpan,
    in context: ExpressionContext
  ) throws(CompileError) -> TypedExpression {
    let values = try collecting([operand, low, high]) { (part) throws(CompileError) in try self.typed(part, in: context)
    }
    let above = try call(">=", [values[0], values[1]], spans: [operand.span, low.span], at: span, in: context)
    let below = try call("<=", [values[0], values[2]], spans: [operand.span, high.span], at: span, in: context)
    let both = TypedExpression(
      .and([above, below]), type: .boolean, nullable: above.nullable || below.nullable,
      range: range(span, context.environment))
    return negated ? try not(both, at: span, in: context) : both
  }

  func membership(
    _ operand: SyntaxExpression, _ set: MembershipSet, negated: Bool, at span: SourceSpan, in context: ExpressionContext
  ) throws(CompileError) -> TypedExpression {
    switch set {
    case .subquery(let query):
      let found = try membership(operand, query, negated: negated, at: span, in: context)
      return negated ? try not(found, at: span, in: context) : found
    case .unnest(let array):
      let values = try collecting([array, operand]) { (part) throws(CompileError) in try self.typed(part, in: context) }
      let found = try call(
        "ARRAY_CONTAINS", values, spans: [array.span, operand.span], at: span, in: context)
      return negated ? try not(found, at: span, in: context) : found
    case .list(let items):
      let parts = [operand] + items
      let values = try collecting(parts) { (part) throws(CompileError) in try self.typed(part, in: context) }
      let (_, converted) = try unified(values, spans: parts.map(\.span), what: "IN and its list")
      let result = inList(converted[0], Array(converted.dropFirst()), spans: parts.map(\.span), at: span, in: context)
      let found = try result.get()
      return negated ? try not(found, at: span, in: context) : found
    }
  }

  /// A list of constants is a set to look into; any other is a disjunction of equalities.
  private func inList(
    _ operand: TypedExpression, _ items: [TypedExpression], spans: [SourceSpan], at span: SourceSpan,
    in context: ExpressionContext
  ) -> Result<TypedExpression, CompileError> {
    let range = range(span, context.environment)
    let constants = items.compactMap { item -> Value? in
      if case .literal(let value) = item.folded(timeZone: zone).kind { value } else { nil }
    }
    if constants.count == items.count {
      let present = constants.filter { !$0.isNull }
      let hasNull = present.count < constants.count
      return .success(
        TypedExpression(
          .inList(operand, present, containsNull: hasNull), type: .boolean, nullable: operand.nullable || hasNull,
          range: range))
    }
    do throws(CompileError) {
      var equalities: [TypedExpression] = []
      for (position, item) in items.enumerated() {
        equalities.append(
          try call("=", [operand, item], spans: [spans[0], spans[position + 1]], at: span, in: context))
      }
      return .success(
        TypedExpression(
          .or(equalities), type: .boolean, nullable: equalities.contains(where: \.nullable), range: range))
    } catch {
      return .failure(error)
    }
  }

  func caseOf(
    _ form: CaseExpression, at span: SourceSpan, in context: ExpressionContext
  ) throws(CompileError) -> TypedExpression {
    let operand = try form.operand.map { (part) throws(CompileError) in try self.typed(part, in: context) }
    var conditions: [TypedExpression] = []
    for branch in form.branches {
      if let operand, let written = form.operand {
        let value = try typed(branch.condition, in: context)
        conditions.append(
          try call("=", [operand, value], spans: [written.span, branch.condition.span], at: branch.span, in: context))
      } else {
        let value = try typed(branch.condition, in: context)
        conditions.append(try condition(value, at: branch.condition.span, clause: "WHEN"))
      }
    }
    let parts = form.branches.map(\.result) + (form.otherwise.map { [$0] } ?? [])
    let results = try collecting(parts) { (part) throws(CompileError) in try self.typed(part, in: context) }
    return try conditional(
      conditions, results, spans: parts.map(\.span), at: span, what: "the results of CASE", in: context)
  }

  /// Results beyond the conditions are the ELSE; without one it is NULL.
  func conditional(
    _ conditions: [TypedExpression], _ results: [TypedExpression], spans: [SourceSpan], at span: SourceSpan,
    what: String, in context: ExpressionContext
  ) throws(CompileError) -> TypedExpression {
    let (type, converted) = try unified(results, spans: spans, what: what)
    let otherwise = converted.count > conditions.count ? converted[conditions.count] : .literal(.null, type)
    let branches = zip(conditions, converted).map { ConditionalBranch(condition: $0, result: $1) }
    let nullable = otherwise.nullable || branches.contains { $0.result.nullable }
    return TypedExpression(
      .conditional(branches, otherwise: otherwise), type: type, nullable: nullable,
      range: range(span, context.environment))
  }

  /// The expressions converted to their common type.
  func unified(
    _ values: [TypedExpression], spans: [SourceSpan], what: String
  ) throws(CompileError) -> (DataType, [TypedExpression]) {
    var common = DataType.null
    for (position, value) in values.enumerated() {
      guard let next = ImplicitConversion.commonType(common, value.type) else {
        throw failure(
          Codes.noCommonType, "\(what) have no common type: \(common) before, \(value.type) here",
          at: spans[position], label: "\(value.type)"
        ) { diagnostic in
          let before =
            position > 0 ? diagnostic.labelled(spans[position - 1], "\(values[position - 1].type)") : diagnostic
          return before.help("convert one with CAST(… AS …)")
        }
      }
      common = next
    }
    return (common, values.map { $0.widened(to: common) })
  }
}
