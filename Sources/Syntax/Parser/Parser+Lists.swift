// Lists, names and the small lexical nodes that every region of the grammar uses.

extension Parser {
  /// item (',' item)*
  func list<Item>(_ item: () throws(SyntaxFailure) -> Item) throws(SyntaxFailure) -> [Item] {
    var items = [try item()]
    while accept(.comma) { items.append(try item()) }
    return items
  }

  /// item (',' item)* ','?  After a comma the list ends where no item can begin.
  func listWithTrailingComma<Item>(
    startsWhere starts: () -> Bool, _ item: () throws(SyntaxFailure) -> Item
  ) throws(SyntaxFailure) -> [Item] {
    var items = [try item()]
    while accept(.comma) {
      guard starts() else { break }
      items.append(try item())
    }
    return items
  }

  /// '(' item (',' item)* ')'  Between two items of a parenthesised list only a comma can stand, so a missing one is
  /// reported and read as if it were there.
  func parenthesizedList<Item>(
    allowsTrailingComma: Bool = false, _ item: () throws(SyntaxFailure) -> Item
  ) throws(SyntaxFailure) -> [Item] {
    let opening = current
    try expect(.leftParenthesis)
    var items = [try item()]
    while !at(.rightParenthesis) {
      if accept(.comma) {
        if allowsTrailingComma, at(.rightParenthesis) { break }
      } else if startsListItem {
        note(SyntaxMessages.missingComma(before: current, after: tokens[index - 1]))
      } else {
        break
      }
      items.append(try item())
    }
    try expectClosing(.rightParenthesis, of: opening)
    return items
  }

  /// Whether the token could begin an item of a list of names, values or definitions.
  private var startsListItem: Bool {
    switch current.kind {
    case .integer, .decimal, .string, .quotedName: true
    case .word: current.isName
    case .hint, .symbol, .endOfFile: false
    }
  }

  /// Whether the token could begin an expression.
  var startsExpression: Bool {
    switch current.kind {
    case .integer, .decimal, .string, .quotedName: return true
    case .symbol(let symbol): return symbol == .leftParenthesis || symbol == .minus || symbol == .plus
    case .hint, .endOfFile: return false
    case .word:
      guard let keyword = current.keyword, keyword.isReserved else { return true }
      if keyword == .left || keyword == .right { return at(.leftParenthesis, ahead: 1) }
      return Self.reservedExpressionStarts.contains(keyword)
    }
  }

  private static let reservedExpressionStarts: Set<Keyword> = [
    .not, .null, .true, .false, .case, .cast, .exists, .interval, .array, .struct,
  ]

  // MARK: Names

  /// IDENT
  func parseIdentifier(_ what: String = "a name") throws(SyntaxFailure) -> Identifier {
    let token = current
    if token.isName {
      advance()
      return Identifier(text: token.text, isQuoted: token.kind == .quotedName, span: token.span)
    }
    if let keyword = token.keyword, keyword.isReserved {
      throw report(SyntaxMessages.reservedWord(token, what: what))
    }
    throw failure(expected: what)
  }

  /// identList ::= IDENT (',' IDENT)*
  func parseIdentifierList(_ what: String = "a column name") throws(SyntaxFailure) -> [Identifier] {
    try list { () throws(SyntaxFailure) in try parseIdentifier(what) }
  }

  /// '(' identList ')'
  func parseParenthesizedIdentifiers(_ what: String = "a column name") throws(SyntaxFailure) -> [Identifier] {
    try parenthesizedList { () throws(SyntaxFailure) in try parseIdentifier(what) }
  }

  /// name ::= IDENT ('.' IDENT)*
  func parseName(_ what: String = "a name") throws(SyntaxFailure) -> QualifiedName {
    let start = current
    var parts = [try parseIdentifier(what)]
    while at(.dot), !at(.star, ahead: 1) {
      advance()
      parts.append(try parseField())
    }
    return QualifiedName(parts: parts, span: span(from: start))
  }

  /// The name after a point, where a reserved word cannot be anything else and is still refused, to keep one rule.
  func parseField() throws(SyntaxFailure) -> Identifier {
    try parseIdentifier("a name after `.`")
  }

  /// exprList ::= expr (',' expr)*
  func parseExpressionList() throws(SyntaxFailure) -> [Expression] {
    try list(parseExpression)
  }

  // MARK: Lexical nodes

  func parseString(_ what: String) throws(SyntaxFailure) -> StringLiteral {
    let token = current
    guard token.kind == .string else { throw failure(expected: what) }
    advance()
    return StringLiteral(value: token.text, span: token.span)
  }

  func parseInteger(_ what: String) throws(SyntaxFailure) -> IntegerLiteral {
    let token = current
    guard token.kind == .integer else { throw failure(expected: what) }
    advance()
    return IntegerLiteral(digits: token.text, span: token.span)
  }

  func acceptHint() -> Hint? {
    let token = current
    guard token.kind == .hint else { return nil }
    advance()
    return Hint(text: token.text, span: token.span)
  }

  /// duration ::= INT IDENT | interval
  func parseDuration() throws(SyntaxFailure) -> DurationLiteral {
    let start = current
    if at(.interval) {
      let interval = try parseInterval()
      return DurationLiteral(kind: .interval(interval), span: interval.span)
    }
    guard at(.integer) else { throw failure(expected: "a duration such as `10 SECONDS`") }
    let digits = current.text
    advance()
    guard current.isName else {
      throw failure(expected: "a unit of time such as `SECONDS` after `\(digits)`")
    }
    let unit = try parseIdentifier("a unit of time")
    return DurationLiteral(kind: .count(digits: digits, unit: unit), span: span(from: start))
  }

  /// interval ::= 'INTERVAL' ('-')? (STRING | INT) IDENT ('TO' IDENT)?
  func parseInterval() throws(SyntaxFailure) -> IntervalLiteral {
    let start = current
    try expect(.interval)
    let isNegative = accept(.minus)
    let amount: IntervalLiteral.Amount
    if at(.string) {
      amount = .string(current.text)
    } else if at(.integer) {
      amount = .integer(current.text)
    } else {
      throw failure(expected: "an amount such as `'10'` after `INTERVAL`")
    }
    advance()
    let unit = try parseIdentifier("a unit of time")
    let endUnit = accept(.to) ? try parseIdentifier("a unit of time") : nil
    return IntervalLiteral(
      isNegative: isNegative, amount: amount, unit: unit, endUnit: endUnit, span: span(from: start))
  }
}
