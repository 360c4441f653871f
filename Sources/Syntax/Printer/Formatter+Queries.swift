// The layout of queries, SELECT clauses and tables.

extension Formatter {
  /// `breaks` stands between the parts: a hard line in a statement, a line that may stay a space in parentheses.
  func query(_ query: Query, breaks: Layout) -> Layout {
    var parts: [Layout] = []
    if let with = query.with {
      parts += [self.with(with), breakBefore(query.body.span, .hardLine)]
    }
    parts.append(body(query.body))
    for pipeOperator in query.operators {
      parts += [breakBefore(pipeOperator.span, breaks), self.pipeOperator(pipeOperator)]
    }
    return .sequence(parts)
  }

  func parenthesized(_ query: Query) -> Layout {
    let content = self.query(query, breaks: .line)
    return bracketed([content, commentsBefore(query.span.end)])
  }

  func with(_ with: WithClause) -> Layout {
    let tables = list(with.tables, at: \.span, separator: .hardLine) { table in
      let columns = table.columns.isEmpty ? Layout.nothing : [" ", parenthesized(table.columns)]
      return [.text(Self.spelling(table.name)), columns, " AS ", parenthesized(table.query)]
    }
    return [.text(with.isRecursive ? "WITH RECURSIVE " : "WITH "), .nested(2, tables)]
  }

  private func body(_ body: QueryBody) -> Layout {
    var parts: [Layout] = [set(body.set)]
    if let first = body.orderBy.first { parts += [breakBefore(first.span, .line), orderBy(body.orderBy)] }
    if let limit = body.limit { parts += [breakBefore(limit.span, .line), self.limit(limit)] }
    if let emit = body.emit { parts += [breakBefore(emit.span, .line), self.emit(emit)] }
    return .group(.sequence(parts))
  }

  private func set(_ set: SetExpression) -> Layout {
    switch set {
    case .term(let term): return self.term(term)
    case .chain(let first, let rest):
      var parts: [Layout] = [self.set(first)]
      for operand in rest {
        parts += [
          breakBefore(operand.operator.span, .line), .text(Self.spelling(operand.operator)), .line,
          self.set(operand.operand),
        ]
      }
      return .group(.sequence(parts))
    }
  }

  static func spelling(_ setOperator: SetOperator) -> String {
    let quantifier = setOperator.quantifier.map { " " + $0.rawValue } ?? ""
    return setOperator.kind.rawValue + quantifier + (setOperator.isByName ? " BY NAME" : "")
  }

  private func term(_ term: QueryTerm) -> Layout {
    switch term.kind {
    case .select(let select): self.select(select)
    case .from(let items): ["FROM ", hanging(items, at: \.span, fromItem)]
    case .values(let rows): values(rows)
    case .parenthesized(let query): parenthesized(query)
    case .error: "<error>"
    }
  }

  func values(_ rows: [ValuesRow]) -> Layout {
    .group(["VALUES", .nested(2, [.line, list(rows, at: \.span) { bracketed(expressions($0.values)) }])])
  }

  private func select(_ select: SelectClause) -> Layout {
    var parts: [Layout] = ["SELECT "]
    if let hint = select.hint { parts.append(.text(Self.spelling(hint) + " ")) }
    switch select.quantifier {
    case .all: parts.append("ALL ")
    case .distinct: parts.append("DISTINCT ")
    case .distinctOn(let keys): parts += ["DISTINCT ON ", bracketed(expressions(keys)), " "]
    case nil: break
    }
    parts.append(hanging(select.items, at: \.span, selectItem))
    if let first = select.from.first {
      parts += [breakBefore(first.span, .line), "FROM ", hanging(select.from, at: \.span, fromItem)]
    }
    if let condition = select.where { parts += [breakBefore(condition.span, .line), filter("WHERE ", condition)] }
    if let groupBy = select.groupBy { parts += [breakBefore(groupBy.span, .line), self.groupBy(groupBy)] }
    if let having = select.having { parts += [breakBefore(having.span, .line), filter("HAVING ", having)] }
    if let first = select.windows.first { parts += [breakBefore(first.span, .line), windows(select.windows)] }
    if let qualify = select.qualify { parts += [breakBefore(qualify.span, .line), filter("QUALIFY ", qualify)] }
    return .group(.sequence(parts))
  }

  func filter(_ keyword: String, _ condition: Expression) -> Layout {
    [.text(keyword), .group(.aligned(expression(condition)))]
  }

  static func spelling(_ hint: Hint) -> String { "/*+\(hint.text)*/" }

  func selectItem(_ item: SelectItem) -> Layout {
    switch item.kind {
    case .star(let star): self.star(star)
    case .expression(let value, let alias): [expression(value), Self.alias(alias)]
    }
  }

  static func alias(_ name: Identifier?) -> Layout {
    name.map { .text(" AS " + spelling($0)) } ?? .nothing
  }

  private func star(_ star: Star) -> Layout {
    var parts: [Layout] = [.text(star.qualifier.map { Self.spelling($0) + ".*" } ?? "*")]
    if !star.excluded.isEmpty { parts += [" EXCLUDE ", parenthesized(star.excluded)] }
    if !star.replaced.isEmpty {
      let items = list(star.replaced, at: \.span) { [expression($0.value), Self.alias($0.name)] }
      parts += [" REPLACE ", bracketed(items)]
    }
    return .sequence(parts)
  }

  // MARK: Grouping and ordering

  func groupBy(_ clause: GroupByClause) -> Layout {
    [.text(clause.isOrdered ? "GROUP AND ORDER BY " : "GROUP BY "), hanging(clause.items, at: \.span, groupItem)]
  }

  private func groupItem(_ item: GroupItem) -> Layout {
    switch item.kind {
    case .window: "WINDOW"
    case .rollup(let items): ["ROLLUP ", bracketed(expressions(items))]
    case .cube(let items): ["CUBE ", bracketed(expressions(items))]
    case .groupingSets(let sets):
      ["GROUPING SETS ", bracketed(list(sets, at: \.span) { bracketed(expressions($0.expressions)) })]
    case .empty: "()"
    case .expression(let value, let alias, let order):
      [expression(value), Self.alias(alias), Self.ordering(order)]
    }
  }

  static func ordering(_ order: Ordering?) -> Layout {
    guard let order else { return .nothing }
    let direction = order.direction.map { " " + $0.rawValue } ?? ""
    return .text(direction + (order.nulls.map { " " + $0.rawValue } ?? ""))
  }

  func orderBy(_ items: [OrderItem]) -> Layout {
    ["ORDER BY ", hanging(items, at: \.span) { [expression($0.value), Self.ordering($0.order)] }]
  }

  func windows(_ windows: [NamedWindow]) -> Layout {
    [
      "WINDOW ",
      hanging(windows, at: \.span) { [.text(Self.spelling($0.name) + " AS "), window($0.definition)] },
    ]
  }

  func limit(_ limit: LimitClause) -> Layout {
    ["LIMIT ", expression(limit.count), limit.offset.map { [" OFFSET ", expression($0)] } ?? .nothing]
  }

  func emit(_ emit: EmitClause) -> Layout {
    switch emit.kind {
    case .changes: "EMIT CHANGES"
    case .final: "EMIT FINAL"
    case .every(let period, let andFinal):
      .text("EMIT EVERY " + Self.spelling(period) + (andFinal ? " AND FINAL" : ""))
    }
  }
}
