// The leaves and brackets of expressions: literals, names, calls, CASE, casts, constructors.

extension Parser {
  /// primary ::= literal | interval | call | name | '(' exprList ')' | '(' query ')' | 'EXISTS' '(' query ')' |
  ///     caseExpr | ('CAST' | 'TRY_CAST' | 'SAFE_CAST') '(' expr 'AS' type ')' | 'EXTRACT' '(' IDENT 'FROM' expr ('AT'
  ///     'TIME' 'ZONE' expr)? ')' | ('ARRAY' | 'MAP') '[' exprList? ']' | 'STRUCT' '(' structItem (',' structItem)* ')'
  func parsePrimary() throws(SyntaxFailure) -> Expression {
    let start = current
    switch start.kind {
    case .integer, .decimal, .string: return try literalExpression()
    case .quotedName: return try parseNameOrCall()
    case .symbol(.leftParenthesis): return try parseParenthesized()
    case .word: return try parseWordPrimary(start)
    case .hint, .symbol, .endOfFile: throw failure(expected: "an expression")
    }
  }

  private func parseWordPrimary(_ start: Token) throws(SyntaxFailure) -> Expression {
    switch start.keyword {
    case .true, .false, .null: return try literalExpression()
    case .interval:
      let interval = try parseInterval()
      return Expression(kind: .interval(interval), span: interval.span)
    case .case: return try parseCase()
    case .exists: return try parseExists()
    case .cast: return try parseCast(.cast)
    case .tryCast where at(.leftParenthesis, ahead: 1): return try parseCast(.tryCast)
    case .safeCast where at(.leftParenthesis, ahead: 1): return try parseCast(.safeCast)
    case .extract where at(.leftParenthesis, ahead: 1) && at(.from, ahead: 3): return try parseExtract()
    case .array: return try parseArray()
    case .map where at(.leftBracket, ahead: 1): return try parseMap()
    case .struct: return try parseStruct()
    case .timestamp where peek().kind == .string, .date where peek().kind == .string,
      .time where peek().kind == .string:
      return try literalExpression()
    case .left where at(.leftParenthesis, ahead: 1), .right where at(.leftParenthesis, ahead: 1):
      return try parseReservedCall(start)
    default:
      // Every other word is a name, or refused as one.
      guard start.isName else { throw report(SyntaxMessages.reservedWord(start, what: "an expression")) }
      return try parseNameOrCall()
    }
  }

  private func literalExpression() throws(SyntaxFailure) -> Expression {
    let literal = try parseLiteral()
    return Expression(kind: .literal(literal), span: literal.span)
  }

  /// literal ::= INT | DECIMAL | STRING | 'TRUE' | 'FALSE' | 'NULL' | ('TIMESTAMP' | 'DATE' | 'TIME') STRING
  func parseLiteral() throws(SyntaxFailure) -> Literal {
    let start = current
    let kind: Literal.Kind
    switch start.kind {
    case .integer: kind = .integer(start.text)
    case .decimal: kind = .decimal(start.text)
    case .string: kind = .string(start.text)
    case .word: kind = try parseWordLiteral()
    case .quotedName, .hint, .symbol, .endOfFile: throw failure(expected: "a literal value")
    }
    advance()
    return Literal(kind: kind, span: span(from: start))
  }

  /// Leaves the literal's last token to be read.
  private func parseWordLiteral() throws(SyntaxFailure) -> Literal.Kind {
    let word = current.keyword
    if word == .true { return .boolean(true) }
    if word == .false { return .boolean(false) }
    if word == .null { return .null }
    guard peek().kind == .string, word == .timestamp || word == .date || word == .time else {
      throw failure(expected: "a literal value")
    }
    advance()
    if word == .timestamp { return .timestamp(current.text) }
    return word == .date ? .date(current.text) : .time(current.text)
  }

  private func parseParenthesized() throws(SyntaxFailure) -> Expression {
    let start = current
    switch try parseQueryOrExpressions() {
    case .query(let query): return Expression(kind: .subquery(query), span: span(from: start))
    case .expressions(let expressions):
      let kind: Expression.Kind = expressions.count == 1 ? .parenthesized(expressions[0]) : .tuple(expressions)
      return Expression(kind: kind, span: span(from: start))
    }
  }

  private func parseNameOrCall() throws(SyntaxFailure) -> Expression {
    let start = current
    let name = try parseName("an expression")
    guard at(.leftParenthesis) else { return Expression(kind: .name(name), span: name.span) }
    let call = try parseCall(name)
    return Expression(kind: .call(call), span: span(from: start))
  }

  /// LEFT and RIGHT are reserved for joins, but no join can begin an expression.
  private func parseReservedCall(_ start: Token) throws(SyntaxFailure) -> Expression {
    advance()
    let name = QualifiedName(parts: [Identifier(text: start.text, span: start.span)], span: start.span)
    let call = try parseCall(name)
    return Expression(kind: .call(call), span: span(from: start))
  }

  private func parseExists() throws(SyntaxFailure) -> Expression {
    let start = current
    try expect(.exists)
    let query = try parseParenthesizedQuery()
    return Expression(kind: .exists(query), span: span(from: start))
  }

  /// caseExpr ::= 'CASE' expr? ('WHEN' expr 'THEN' expr)+ ('ELSE' expr)? 'END'
  private func parseCase() throws(SyntaxFailure) -> Expression {
    let start = current
    try expect(.case)
    let operand = at(.when) ? nil : try parseExpression()
    var branches: [CaseExpression.Branch] = []
    repeat {
      let branchStart = current
      try expect(.when)
      let condition = try parseExpression()
      try expect(.then)
      let result = try parseExpression()
      branches.append(CaseExpression.Branch(condition: condition, result: result, span: span(from: branchStart)))
    } while at(.when)
    let otherwise = accept(.else) ? try parseExpression() : nil
    guard accept(.end) else { throw failure(expected: "`WHEN`, `ELSE` or `END` in this `CASE`") }
    let expression = CaseExpression(operand: operand, branches: branches, otherwise: otherwise)
    return Expression(kind: .caseOf(expression), span: span(from: start))
  }

  private func parseCast(_ kind: CastKind) throws(SyntaxFailure) -> Expression {
    let start = current
    advance()
    let opening = current
    try expect(.leftParenthesis)
    let value = try parseExpression()
    try expect(.as)
    let type = try parseType()
    try expectClosing(.rightParenthesis, of: opening)
    return Expression(kind: .cast(kind, value, type), span: span(from: start))
  }

  private func parseExtract() throws(SyntaxFailure) -> Expression {
    let start = current
    advance()
    let opening = current
    try expect(.leftParenthesis)
    let part = try parseIdentifier("a part of a time such as `HOUR`")
    try expect(.from)
    let value = try parseExpression()
    var timeZone: Expression?
    if accept(.at) {
      try expect(.time)
      try expect(.zone)
      timeZone = try parseExpression()
    }
    try expectClosing(.rightParenthesis, of: opening)
    return Expression(kind: .extract(part: part, from: value, timeZone: timeZone), span: span(from: start))
  }

  private func parseArray() throws(SyntaxFailure) -> Expression {
    let start = current
    try expect(.array)
    let opening = current
    try expect(.leftBracket)
    let elements = at(.rightBracket) ? [] : try parseExpressionList()
    try expectClosing(.rightBracket, of: opening)
    return Expression(kind: .array(elements), span: span(from: start))
  }

  /// MAP[key, value, …]. One expression alone is no entry: `map['k']` looks into a column called `map`.
  private func parseMap() throws(SyntaxFailure) -> Expression {
    let start = current
    try expect(.map)
    let opening = current
    try expect(.leftBracket)
    let items = at(.rightBracket) ? [] : try parseExpressionList()
    try expectClosing(.rightBracket, of: opening)
    if items.count == 1, let index = items.first {
      let name = Identifier(text: start.text, isQuoted: false, span: start.span)
      let base = Expression(kind: .name(QualifiedName(parts: [name], span: start.span)), span: start.span)
      return Expression(kind: .element(base, index: index), span: span(from: start))
    }
    return Expression(kind: .map(items), span: span(from: start))
  }

  private func parseStruct() throws(SyntaxFailure) -> Expression {
    let start = current
    try expect(.struct)
    let items = try parenthesizedList(parseStructItem)
    return Expression(kind: .structure(items), span: span(from: start))
  }

  /// structItem ::= expr ('AS' IDENT)?
  private func parseStructItem() throws(SyntaxFailure) -> StructItem {
    let start = current
    let value = try parseExpression()
    let name = accept(.as) ? try parseIdentifier("a field name") : nil
    return StructItem(value: value, name: name, span: span(from: start))
  }
}
