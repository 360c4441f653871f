// Function calls, OVER, window definitions and frames.

extension Parser {
  /// call ::= (name | 'LEFT' | 'RIGHT') '(' callArgs? ')' ('FILTER' '(' 'WHERE' expr ')')? over?
  func parseCall(_ name: QualifiedName) throws(SyntaxFailure) -> FunctionCall {
    let opening = current
    try expect(.leftParenthesis)
    let arguments = try parseCallArguments()
    try expectClosing(.rightParenthesis, of: opening)
    var filter: Expression?
    if at(.filter), at(.leftParenthesis, ahead: 1) {
      advance()
      let opening = current
      advance()
      try expect(.where)
      filter = try parseExpression()
      try expectClosing(.rightParenthesis, of: opening)
    }
    let over = at(.over) ? try parseOver() : nil
    return FunctionCall(name: name, arguments: arguments, filter: filter, over: over)
  }

  /// callArgs ::= '*' | name '.' '*' | 'DISTINCT'? callArg (',' callArg)* (('IGNORE' | 'RESPECT') 'NULLS')?
  ///     orderBy? ('LIMIT' INT)?
  private func parseCallArguments() throws(SyntaxFailure) -> CallArguments {
    if accept(.star) { return .star }
    if at(.rightParenthesis) { return .list(ArgumentList()) }
    if startsQualifiedStar {
      let name = try parseName()
      advance()
      advance()
      return .qualifiedStar(name)
    }
    var list = ArgumentList()
    list.isDistinct = accept(.distinct)
    list.arguments = try self.list(parseCallArgument)
    if accept(.ignore, .nulls) {
      list.nullHandling = .ignore
    } else if accept(.respect, .nulls) {
      list.nullHandling = .respect
    }
    if at(.order) { list.orderBy = try parseOrderBy() }
    if accept(.limit) { list.limit = try parseInteger("a number after `LIMIT`") }
    return .list(list)
  }

  /// Whether `a.b.*` stands here.
  var startsQualifiedStar: Bool {
    var distance = 0
    while peek(distance).isName, at(.dot, ahead: distance + 1) {
      if at(.star, ahead: distance + 2) { return true }
      distance += 2
    }
    return false
  }

  /// callArg ::= (IDENT '=>')? expr
  private func parseCallArgument() throws(SyntaxFailure) -> CallArgument {
    let start = current
    let name = try parseArgumentName()
    let value = try parseExpression()
    return CallArgument(name: name, value: value, span: span(from: start))
  }

  /// (IDENT '=>')?
  func parseArgumentName() throws(SyntaxFailure) -> Identifier? {
    guard current.isName, at(.arrow, ahead: 1) else { return nil }
    let name = try parseIdentifier()
    advance()
    return name
  }

  /// over ::= 'OVER' (IDENT | '(' windowDef ')')
  private func parseOver() throws(SyntaxFailure) -> OverClause {
    try expect(.over)
    guard at(.leftParenthesis) else {
      return .named(try parseIdentifier("a window name or `(` after `OVER`"))
    }
    return .definition(try parseParenthesizedWindow())
  }

  /// '(' windowDef ')'
  private func parseParenthesizedWindow() throws(SyntaxFailure) -> WindowDefinition {
    let opening = current
    try expect(.leftParenthesis)
    var definition = try parseWindowDefinition()
    try expectClosing(.rightParenthesis, of: opening)
    definition.span = span(from: opening)
    return definition
  }

  /// windowDef ::= IDENT? ('PARTITION' 'BY' exprList)? orderBy? frame?
  private func parseWindowDefinition() throws(SyntaxFailure) -> WindowDefinition {
    let start = current
    let startsFrame = at(.rows) || at(.range)
    let base = current.isName && !startsFrame ? try parseIdentifier() : nil
    let partitionBy = at(.partition) ? try parsePartitionBy() : []
    let orderBy = at(.order) ? try parseOrderBy() : []
    let frame = at(.rows) || at(.range) ? try parseFrame() : nil
    return WindowDefinition(
      base: base, partitionBy: partitionBy, orderBy: orderBy, frame: frame, span: span(from: start))
  }

  /// 'PARTITION' 'BY' exprList
  func parsePartitionBy() throws(SyntaxFailure) -> [Expression] {
    try expect(.partition)
    try expect(.by)
    return try parseExpressionList()
  }

  /// namedWindows ::= 'WINDOW' namedWindow (',' namedWindow)*
  func parseNamedWindows() throws(SyntaxFailure) -> [NamedWindow] {
    try expect(.window)
    return try list(parseNamedWindow)
  }

  /// namedWindow ::= IDENT 'AS' '(' windowDef ')'
  private func parseNamedWindow() throws(SyntaxFailure) -> NamedWindow {
    let start = current
    let name = try parseIdentifier("a window name")
    try expect(.as)
    let definition = try parseParenthesizedWindow()
    return NamedWindow(name: name, definition: definition, span: span(from: start))
  }

  /// frame ::= ('ROWS' | 'RANGE') (bound | 'BETWEEN' bound 'AND' bound)
  private func parseFrame() throws(SyntaxFailure) -> WindowFrame {
    let start = current
    let unit: WindowFrame.Unit = at(.rows) ? .rows : .range
    advance()
    guard accept(.between) else {
      let bound = try parseBound()
      return WindowFrame(unit: unit, start: bound, end: nil, span: span(from: start))
    }
    let low = try parseBound()
    try expect(.and)
    let high = try parseBound()
    return WindowFrame(unit: unit, start: low, end: high, span: span(from: start))
  }

  /// bound ::= 'UNBOUNDED' ('PRECEDING' | 'FOLLOWING') | 'CURRENT' 'ROW' | (expr | duration) ('PRECEDING' |
  ///     'FOLLOWING')
  private func parseBound() throws(SyntaxFailure) -> FrameBound {
    let start = current
    if accept(.current, .row) { return FrameBound(kind: .currentRow, span: span(from: start)) }
    let kind: FrameBound.Kind
    if at(.unbounded), at(.preceding, ahead: 1) || at(.following, ahead: 1) {
      advance()
      kind = .unbounded(try parseDirection())
    } else if at(.integer), peek().isName, !at(.preceding, ahead: 1), !at(.following, ahead: 1) {
      let duration = try parseDuration()
      kind = .duration(duration, try parseDirection())
    } else {
      let offset = try parseExpression()
      kind = .offset(offset, try parseDirection())
    }
    return FrameBound(kind: kind, span: span(from: start))
  }

  private func parseDirection() throws(SyntaxFailure) -> FrameDirection {
    if accept(.preceding) { return .preceding }
    if accept(.following) { return .following }
    throw failure(expected: "`PRECEDING` or `FOLLOWING`")
  }
}
