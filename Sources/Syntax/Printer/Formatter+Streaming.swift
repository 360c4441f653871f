// The layout of the streaming operators and of row patterns.

extension Formatter {
  func state(_ state: StateClause?) -> Layout {
    guard let state else { return .nothing }
    return [breakBefore(state.span, .line), .text(Self.spelling(state))]
  }

  static func spelling(_ state: StateClause) -> String {
    switch state.kind {
    case .timeToLive(let duration): "STATE TTL " + spelling(duration)
    case .unbounded: "STATE UNBOUNDED"
    }
  }

  static func spelling(_ target: ErrorTarget) -> String {
    switch target {
    case .into(let name): "INTO " + spelling(name)
    case .drop: "DROP"
    case .fail: "FAIL"
    }
  }

  func window(_ window: PipeWindow) -> Layout {
    let arguments = list(window.arguments, at: \.span, windowArgument)
    var parts: [Layout] = [.text("WINDOW " + window.function.rawValue), bracketed(arguments)]
    parts.append(per(window.per))
    if let grace = window.grace { parts += [.line, .text("GRACE " + Self.spelling(grace))] }
    switch window.late {
    case .drop: parts += [.line, "LATE DROP"]
    case .into(let name): parts += [.line, .text("LATE INTO " + Self.spelling(name))]
    case nil: break
    }
    return .sequence(parts)
  }

  private func windowArgument(_ argument: WindowArgument) -> Layout {
    switch argument.kind {
    case .timeColumn(let name): .text(Self.spelling(name))
    case .duration(let label, let duration): .text(label.rawValue + " " + Self.spelling(duration))
    case .zone(let zone): .text("ZONE " + Self.quoted(zone.value))
    case .startWhen(let condition): ["START WHEN ", expression(condition)]
    case .endWhen(let condition): ["END WHEN ", expression(condition)]
    }
  }

  private func per(_ items: [PerItem]) -> Layout {
    if items.isEmpty { return .nothing }
    let list = hanging(items, at: \.span) { item in
      switch item.kind {
      case .window: "WINDOW"
      case .expression(let value): expression(value)
      }
    }
    return [.line, "PER ", list]
  }

  func deduplicate(_ deduplicate: PipeDeduplicate) -> Layout {
    var parts: [Layout] = ["DEDUPLICATE ON ", hanging(deduplicate.keys, at: \.span, expression)]
    if let keep = deduplicate.keep {
      parts += [.line, .text("KEEP " + keep.which.rawValue)]
      if let by = keep.by { parts += [" BY ", expression(by)] }
    }
    if let within = deduplicate.within { parts += [.line, .text("WITHIN " + Self.spelling(within))] }
    return .sequence(parts + [state(deduplicate.state)])
  }

  func top(_ top: PipeTop) -> Layout {
    var parts: [Layout] = [.text("TOP " + top.count.digits + (top.withTies ? " WITH TIES" : "")), per(top.per)]
    parts += [.line, orderBy(top.orderBy)]
    if let rank = top.rank { parts += [.line, .text("RANK AS " + Self.spelling(rank))] }
    return .sequence(parts + [state(top.state)])
  }

  func throttle(_ throttle: PipeThrottle) -> Layout {
    var parts: [Layout] = [.text("THROTTLE TO \(throttle.count.digits) EVERY \(Self.spelling(throttle.every))")]
    parts.append(per(throttle.per))
    if let column = throttle.suppressed { parts += [.line, .text("SUPPRESSED AS " + Self.spelling(column))] }
    return .sequence(parts)
  }

  func validate(_ validate: PipeValidate) -> Layout {
    let rules = hanging(validate.rules, at: \.span) { rule in
      [expression(rule.condition), .text(" AS " + Self.quoted(rule.reason.value))]
    }
    return ["VALIDATE ", rules, .line, .text("ELSE " + Self.spelling(validate.onFailure))]
  }

  func watermark(_ watermark: WatermarkDeclaration) -> Layout {
    let idle = watermark.idleAfter.map { " IDLE AFTER " + Self.spelling($0) } ?? ""
    return [.text("WATERMARK FOR \(Self.spelling(watermark.column)) AS "), expression(watermark.value), .text(idle)]
  }

  // MARK: Row patterns

  /// One clause a line.
  func matchRecognize(_ match: MatchRecognize) -> Layout {
    var clauses: [Layout] = []
    func add(_ span: SourceSpan?, _ clause: Layout) {
      clauses += [span.map { breakBefore($0, .hardLine) } ?? .hardLine, clause]
    }
    if let first = match.partitionBy.first {
      add(first.span, ["PARTITION BY ", hanging(match.partitionBy, at: \.span, expression)])
    }
    if let first = match.orderBy.first { add(first.span, orderBy(match.orderBy)) }
    if let first = match.measures.first {
      add(first.span, ["MEASURES ", hanging(match.measures, at: \.span, measure)])
    }
    if let rows = match.rows { add(nil, .text(rows.rawValue)) }
    if let skip = match.skip { add(skip.span, .text("AFTER MATCH SKIP " + Self.spelling(skip))) }
    add(match.pattern.span, ["PATTERN (", pattern(match.pattern), ")"])
    if let within = match.within { clauses.append(.text(" WITHIN " + Self.spelling(within))) }
    if let first = match.subsets.first {
      add(
        first.span,
        [
          "SUBSET ",
          hanging(match.subsets, at: \.span) { [.text(Self.spelling($0.name) + " = "), parenthesized($0.variables)] },
        ])
    }
    if let first = match.definitions.first {
      add(first.span, ["DEFINE ", .aligned(list(match.definitions, at: \.span, separator: .hardLine, definition))])
    }
    return ["MATCH_RECOGNIZE (", .nested(2, .sequence(clauses + [commentsBefore(match.span.end)])), .hardLine, ")"]
  }

  private func measure(_ measure: Measure) -> Layout {
    [.text(measure.semantics.map { $0.rawValue + " " } ?? ""), expression(measure.value), Self.alias(measure.name)]
  }

  private func definition(_ definition: PatternDefinition) -> Layout {
    [.text(Self.spelling(definition.variable) + " AS "), expression(definition.condition)]
  }

  private static func spelling(_ skip: AfterMatchSkip) -> String {
    switch skip.kind {
    case .pastLastRow: "PAST LAST ROW"
    case .toNextRow: "TO NEXT ROW"
    case .toFirst(let name): "TO FIRST " + spelling(name)
    case .toLast(let name): "TO LAST " + spelling(name)
    }
  }

  private func pattern(_ pattern: RowPattern) -> Layout {
    switch pattern.kind {
    case .variable(let name): .text(Self.spelling(name))
    case .alternation(let choices): joined(choices, " | ")
    case .sequence(let factors): joined(factors, " ")
    case .quantified(let inner, let quantifier): [self.pattern(inner), .text(Self.spelling(quantifier))]
    case .group(let inner): ["(", self.pattern(inner), ")"]
    case .empty: "()"
    case .excluded(let inner): ["{- ", self.pattern(inner), " -}"]
    case .partitionStart: "^"
    case .partitionEnd: "$"
    case .permute(let items): ["PERMUTE(", joined(items, ", "), ")"]
    case .error: "<error>"
    }
  }

  private func joined(_ patterns: [RowPattern], _ separator: String) -> Layout {
    .sequence(patterns.enumerated().flatMap { [$0 == 0 ? .nothing : .text(separator), pattern($1)] })
  }

  private static func spelling(_ quantifier: PatternQuantifier) -> String {
    let range =
      switch quantifier.range {
      case .zeroOrMore: "*"
      case .oneOrMore: "+"
      case .optional: "?"
      case .exactly(let count): "{\(count.digits)}"
      case .between(let low, let high): "{\(low?.digits ?? ""),\(high?.digits ?? "")}"
      }
    return range + (quantifier.isReluctant ? "?" : "")
  }
}
