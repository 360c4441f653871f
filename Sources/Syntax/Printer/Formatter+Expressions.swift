// The layout of expressions and types.

extension Formatter {
  func expression(_ expression: Expression) -> Layout {
    switch expression.kind {
    case .literal(let literal): .text(Self.spelling(literal))
    case .interval(let interval): .text(Self.spelling(interval))
    case .name(let name): .text(Self.spelling(name))
    case .parenthesized(let inner): bracketed(self.expression(inner))
    case .tuple(let items): bracketed(expressions(items))
    case .subquery(let query): parenthesized(query)
    case .exists(let query): ["EXISTS ", parenthesized(query)]
    case .unary(let sign, let operand): unary(sign, operand)
    case .binary(let binary, let left, let right, _): self.binary(binary, left, right)
    case .isTest(let operand, let test, let negated):
      predicate(operand, negated ? "IS NOT" : "IS", .text(test.rawValue))
    case .isDistinctFrom(let left, let right, let negated):
      predicate(left, negated ? "IS NOT DISTINCT FROM" : "IS DISTINCT FROM", self.expression(right))
    case .between(let operand, let low, let high, let negated):
      predicate(
        operand, negated ? "NOT BETWEEN" : "BETWEEN", [self.expression(low), " AND ", self.expression(high)])
    case .like(let operand, let pattern, let negated):
      predicate(operand, negated ? "NOT LIKE" : "LIKE", self.expression(pattern))
    case .membership(let operand, let set, let negated):
      predicate(operand, negated ? "NOT IN" : "IN", membership(set))
    case .field(let value, let name): [self.expression(value), ".", .text(Self.spelling(name))]
    case .element(let value, let index):
      [self.expression(value), bracketed(self.expression(index), open: "[", close: "]")]
    case .call(let call): self.call(call)
    case .caseOf(let value): caseExpression(value)
    case .cast(let kind, let value, let type):
      [.text(kind.rawValue), bracketed([self.expression(value), " AS ", self.type(type)])]
    case .extract(let part, let value, let zone):
      [
        "EXTRACT(", .text(Self.spelling(part)), " FROM ", self.expression(value),
        zone.map { [" AT TIME ZONE ", self.expression($0)] } ?? .nothing, ")",
      ]
    case .array(let items): ["ARRAY", bracketed(expressions(items), open: "[", close: "]")]
    case .map(let items): ["MAP", bracketed(expressions(items), open: "[", close: "]")]
    case .structure(let items): ["STRUCT", bracketed(list(items, at: \.span, structItem))]
    case .error: "<error>"
    }
  }

  func expressions(_ items: [Expression]) -> Layout {
    list(items, at: \.span, expression)
  }

  private func structItem(_ item: StructItem) -> Layout {
    [expression(item.value), item.name.map { .text(" AS " + Self.spelling($0)) } ?? .nothing]
  }

  private func unary(_ sign: UnaryOperator, _ operand: Expression) -> Layout {
    switch sign {
    case .not: return ["NOT ", expression(operand)]
    case .plus, .minus:
      // Two minus signs in a row would be a comment.
      if case .unary = operand.kind { return [.text(sign.rawValue), " ", expression(operand)] }
      return [.text(sign.rawValue), expression(operand)]
    }
  }

  /// A chain of one operator breaks at all of its operators or at none.
  private func binary(_ binary: BinaryOperator, _ left: Expression, _ right: Expression) -> Layout {
    var operands = [right]
    var first = left
    while case .binary(let inner, let innerLeft, let innerRight, _) = first.kind, inner == binary {
      operands.append(innerRight)
      first = innerLeft
    }
    var parts: [Layout] = [expression(first)]
    for operand in operands.reversed() {
      switch binary {
      case .and, .or:
        parts += [breakBefore(operand.span, .line), .text(binary.rawValue + " "), expression(operand)]
      case .equal, .notEqual, .less, .lessOrEqual, .greater, .greaterOrEqual, .add, .subtract, .concatenate,
        .multiply, .divide, .remainder:
        parts += [.text(" " + binary.rawValue), .line, expression(operand)]
      }
    }
    return .group(.nested(2, .sequence(parts)))
  }

  /// `operand IS NOT NULL`, `operand NOT LIKE pattern`: an operator that NOT may precede or follow.
  private func predicate(_ operand: Expression, _ words: String, _ rest: Layout) -> Layout {
    [expression(operand), .text(" \(words) "), rest]
  }

  private func membership(_ set: MembershipSet) -> Layout {
    switch set {
    case .list(let items): bracketed(expressions(items))
    case .subquery(let query): parenthesized(query)
    case .unnest(let array): ["UNNEST", bracketed(expression(array))]
    }
  }

  private func caseExpression(_ value: CaseExpression) -> Layout {
    var parts: [Layout] = ["CASE"]
    if let operand = value.operand { parts += [" ", expression(operand)] }
    var branches: [Layout] = []
    for branch in value.branches {
      branches.append(breakBefore(branch.span, .line))
      branches.append(["WHEN ", expression(branch.condition), " THEN ", expression(branch.result)])
    }
    if let otherwise = value.otherwise { branches += [.line, "ELSE ", expression(otherwise)] }
    parts += [.nested(2, .sequence(branches)), .line, "END"]
    return .group(.sequence(parts))
  }

  // MARK: Calls and windows

  private func call(_ call: FunctionCall) -> Layout {
    var parts: [Layout] = [.text(Self.spelling(call.name))]
    switch call.arguments {
    case .star: parts.append("(*)")
    case .qualifiedStar(let name): parts.append(.text("(\(Self.spelling(name)).*)"))
    case .list(let list):
      parts.append(list.arguments.isEmpty ? "()" : bracketed(arguments(list)))
    }
    if let filter = call.filter { parts += [" FILTER (WHERE ", expression(filter), ")"] }
    switch call.over {
    case .named(let name): parts.append(.text(" OVER " + Self.spelling(name)))
    case .definition(let definition): parts += [" OVER ", window(definition)]
    case nil: break
    }
    return .sequence(parts)
  }

  private func arguments(_ list: ArgumentList) -> Layout {
    var parts: [Layout] = [.text(list.isDistinct ? "DISTINCT " : "")]
    parts.append(
      self.list(list.arguments, at: \.span) { argument in
        [.text(argument.name.map { Self.spelling($0) + " => " } ?? ""), expression(argument.value)]
      })
    if let handling = list.nullHandling { parts.append(.text(" " + handling.rawValue)) }
    if !list.orderBy.isEmpty { parts += [.line, orderBy(list.orderBy)] }
    if let limit = list.limit { parts.append(.text(" LIMIT " + limit.digits)) }
    return .sequence(parts)
  }

  func window(_ definition: WindowDefinition) -> Layout {
    var parts: [Layout] = []
    if let base = definition.base { parts.append(.text(Self.spelling(base))) }
    if !definition.partitionBy.isEmpty {
      parts.append(["PARTITION BY ", hanging(definition.partitionBy, at: \.span, expression)])
    }
    if !definition.orderBy.isEmpty { parts.append(orderBy(definition.orderBy)) }
    if let frame = definition.frame { parts.append(self.frame(frame)) }
    var separated: [Layout] = []
    for (index, part) in parts.enumerated() { separated += index == 0 ? [part] : [.line, part] }
    return bracketed(.sequence(separated))
  }

  private func frame(_ frame: WindowFrame) -> Layout {
    guard let end = frame.end else { return [.text(frame.unit.rawValue + " "), bound(frame.start)] }
    return [.text(frame.unit.rawValue + " BETWEEN "), bound(frame.start), " AND ", bound(end)]
  }

  private func bound(_ bound: FrameBound) -> Layout {
    switch bound.kind {
    case .currentRow: "CURRENT ROW"
    case .unbounded(let direction): .text("UNBOUNDED " + direction.rawValue)
    case .offset(let value, let direction): [expression(value), .text(" " + direction.rawValue)]
    case .duration(let duration, let direction): .text(Self.spelling(duration) + " " + direction.rawValue)
    }
  }

  // MARK: Types

  func type(_ type: TypeName) -> Layout {
    switch type.kind {
    case .named(let name, let parameters):
      let list = parameters.map(\.digits).joined(separator: ", ")
      return .text(Self.spelling(name) + (parameters.isEmpty ? "" : "(\(list))"))
    case .array(let element): return ["ARRAY<", self.type(element), ">"]
    case .map(let key, let value): return ["MAP<", self.type(key), ", ", self.type(value), ">"]
    case .structure(let fields): return ["STRUCT", self.fields(fields)]
    case .interval(let range): return .text("INTERVAL" + (range.map { " " + $0.rawValue } ?? ""))
    }
  }

  func fields(_ fields: [StructField]) -> Layout {
    let content = list(fields, at: \.span) { field in
      [.text(Self.spelling(field.name) + " "), type(field.type), .text(field.isNotNull ? " NOT NULL" : "")]
    }
    return bracketed(content, open: "<", close: ">")
  }
}
