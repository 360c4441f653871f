// The pipe operators of streams: windows, watermarks, deduplication, ranking, throttling; and the clauses they share.

extension Parser {
  /// pipeWindow ::= 'WINDOW' windowFn ('PER' perList)? grace? late?
  func parsePipeWindow() throws(SyntaxFailure) -> PipeOperator.Kind {
    guard let function = windowFunction else { return try parseMistakenWindow() }
    advance()
    advance()
    let opening = current
    try expect(.leftParenthesis)
    let arguments = try list(parseWindowArgument)
    try expectClosing(.rightParenthesis, of: opening)
    let per = accept(.per) ? try parsePerList() : []
    let grace = at(.grace) ? try parseGrace() : nil
    let late = at(.late) ? try parseLate() : nil
    return .window(
      PipeWindow(function: function, arguments: arguments, per: per, grace: grace, late: late))
  }

  /// windowFn ::= ('TUMBLE' | 'HOP' | 'CUMULATE' | 'SESSION') '(' windowArg (',' windowArg)* ')'
  private var windowFunction: PipeWindow.Function? {
    guard at(.leftParenthesis, ahead: 2), let keyword = peek().keyword else { return nil }
    return PipeWindow.Function(rawValue: keyword.rawValue)
  }

  /// GoogleSQL's old `WINDOW expr OVER …`, or a window kind that does not exist.
  private func parseMistakenWindow() throws(SyntaxFailure) -> PipeOperator.Kind {
    let keyword = current
    let name = peek()
    let kinds = PipeWindow.Function.allCases.map(\.rawValue)
    if name.isName, at(.leftParenthesis, ahead: 2), let kind = NameSuggestion.nearest(to: name.text, in: kinds) {
      throw report(SyntaxMessages.unknownWindow(name, nearest: kind))
    }
    advance()
    guard startsExpression else {
      throw failure(expected: "a window: `TUMBLE`, `HOP`, `CUMULATE` or `SESSION`")
    }
    note(SyntaxMessages.legacyWindow(at: keyword))
    return .extend(PipeExtend(items: try parseSelectList(), windows: [], state: try parseState()))
  }

  /// windowArg ::= name | ('SIZE' | 'EVERY' | 'STEP' | 'GAP' | 'MAX' | 'OFFSET') duration | 'ZONE' STRING |
  ///     ('START' | 'END') 'WHEN' expr
  private func parseWindowArgument() throws(SyntaxFailure) -> WindowArgument {
    let start = current
    let kind: WindowArgument.Kind
    if let label = windowLabel {
      advance()
      kind = .duration(label, try parseDuration())
    } else if at(.zone), peek().kind == .string {
      advance()
      kind = .zone(try parseString("a time zone in quotes"))
    } else if accept(.start, .when) {
      kind = .startWhen(try parseExpression())
    } else if accept(.end, .when) {
      kind = .endWhen(try parseExpression())
    } else if at(.integer) || at(.interval) {
      throw report(SyntaxMessages.unlabelledWindowArgument(at: current))
    } else {
      kind = .timeColumn(try parseName("a time column or a labelled length such as `SIZE 1 MINUTE`"))
    }
    return WindowArgument(kind: kind, span: span(from: start))
  }

  /// SIZE, EVERY and the others are labels when a duration follows, and column names otherwise.
  private var windowLabel: WindowArgument.Label? {
    guard peek().kind == .integer || at(.interval, ahead: 1), let keyword = current.keyword else { return nil }
    return WindowArgument.Label(rawValue: keyword.rawValue)
  }

  /// grace ::= 'GRACE' duration
  private func parseGrace() throws(SyntaxFailure) -> DurationLiteral {
    try expect(.grace)
    return try parseDuration()
  }

  /// late ::= 'LATE' ('DROP' | 'INTO' name)
  private func parseLate() throws(SyntaxFailure) -> LateTarget {
    try expect(.late)
    if accept(.drop) { return .drop }
    guard accept(.into) else { throw failure(expected: "`DROP` or `INTO` after `LATE`") }
    return .into(try parseName("where late rows go"))
  }

  /// perList ::= perItem (',' perItem)*
  func parsePerList() throws(SyntaxFailure) -> [PerItem] {
    try list(parsePerItem)
  }

  /// perItem ::= 'WINDOW' | expr
  private func parsePerItem() throws(SyntaxFailure) -> PerItem {
    let start = current
    if accept(.window) { return PerItem(kind: .window, span: start.span) }
    let value = try parseExpression()
    return PerItem(kind: .expression(value), span: value.span)
  }

  /// stateClause ::= 'STATE' ('TTL' duration | 'UNBOUNDED')
  func parseState() throws(SyntaxFailure) -> StateClause? {
    let start = current
    guard accept(.state) else { return nil }
    if accept(.ttl) {
      let duration = try parseDuration()
      return StateClause(kind: .timeToLive(duration), span: span(from: start))
    }
    guard accept(.unbounded) else { throw failure(expected: "`TTL` or `UNBOUNDED` after `STATE`") }
    return StateClause(kind: .unbounded, span: span(from: start))
  }

  /// pipeDedup ::= 'DEDUPLICATE' 'ON' exprList keep? ('WITHIN' duration)? stateClause?
  func parsePipeDeduplicate() throws(SyntaxFailure) -> PipeDeduplicate {
    try expect(.deduplicate)
    try expect(.on)
    let keys = try parseExpressionList()
    let keep = at(.keep) ? try parseKeep() : nil
    let within = accept(.within) ? try parseDuration() : nil
    return PipeDeduplicate(keys: keys, keep: keep, within: within, state: try parseState())
  }

  /// keep ::= 'KEEP' ('FIRST' | 'LAST') ('BY' expr)?
  private func parseKeep() throws(SyntaxFailure) -> KeepClause {
    let start = current
    try expect(.keep)
    let which: KeepClause.Which
    if accept(.first) {
      which = .first
    } else if accept(.last) {
      which = .last
    } else {
      throw failure(expected: "`FIRST` or `LAST` after `KEEP`")
    }
    let by = accept(.by) ? try parseExpression() : nil
    return KeepClause(which: which, by: by, span: span(from: start))
  }

  /// pipeTop ::= 'TOP' INT ('WITH' 'TIES')? ('PER' perList)? orderBy ('RANK' 'AS' IDENT)? stateClause?
  func parsePipeTop() throws(SyntaxFailure) -> PipeTop {
    try expect(.top)
    let count = try parseInteger("how many rows to keep")
    let withTies = accept(.with, .ties)
    let per = accept(.per) ? try parsePerList() : []
    guard at(.order) else { throw failure(expected: "`ORDER BY`: `TOP` needs to know which rows come first") }
    let orderBy = try parseOrderBy()
    var rank: Identifier?
    if accept(.rank) {
      try expect(.as)
      rank = try parseIdentifier("a column name for the rank")
    }
    return PipeTop(
      count: count, withTies: withTies, per: per, orderBy: orderBy, rank: rank, state: try parseState())
  }

  /// pipeThrottle ::= 'THROTTLE' 'TO' INT 'EVERY' duration ('PER' perList)? ('SUPPRESSED' 'AS' IDENT)?
  func parsePipeThrottle() throws(SyntaxFailure) -> PipeThrottle {
    try expect(.throttle)
    try expect(.to)
    let count = try parseInteger("how many rows may pass")
    try expect(.every)
    let every = try parseDuration()
    let per = accept(.per) ? try parsePerList() : []
    var suppressed: Identifier?
    if accept(.suppressed) {
      try expect(.as)
      suppressed = try parseIdentifier("a column name for the number suppressed")
    }
    return PipeThrottle(count: count, every: every, per: per, suppressed: suppressed)
  }
}
