// Expressions by Pratt's method over `OperatorTable`; the productions from `expr` to `unary` are its levels.

extension Parser {
  /// expr ::= andExpr ('OR' andExpr)*
  func parseExpression() throws(SyntaxFailure) -> Expression {
    try nested { () throws(SyntaxFailure) in try parseExpression(at: .or) }
  }

  /// andExpr ::= notExpr ('AND' notExpr)*
  /// notExpr ::= 'NOT' notExpr | cmpExpr
  /// cmpExpr ::= addExpr cmpTail?
  /// addExpr ::= mulExpr (('+' | '-' | '||') mulExpr)*
  /// mulExpr ::= unary (('*' | '/' | '%') unary)*
  ///
  /// `height` is the height of the tree just built, over-estimated: it lets a chain of operators be refused before a
  /// walk over its tree could exhaust the stack.
  func parseExpression(at minimum: Precedence) throws(SyntaxFailure) -> Expression {
    let outerHeight = height
    height = 0
    defer { height = max(outerHeight, height) }
    let start = current.span
    var left = try parsePrefix(at: minimum)
    var hasCompared = false
    while true {
      let leftHeight = height
      height = 0
      guard let grown = try parseOperator(after: left, start: start, at: minimum, hasCompared: &hasCompared) else {
        height = leftHeight
        return left
      }
      height = max(leftHeight, height) + 1
      if height > Self.chainLimit {
        throw report(SyntaxMessages.tooLong(at: current.span, limit: Self.chainLimit))
      }
      left = grown
    }
  }

  /// NOT and signs. NOT binds looser than comparison, so `1 + NOT a` needs parentheses.
  /// unary ::= ('-' | '+') unary | postfix
  private func parsePrefix(at minimum: Precedence) throws(SyntaxFailure) -> Expression {
    let start = current
    if at(.not), minimum <= .not {
      advance()
      let operand = try nested { () throws(SyntaxFailure) in try parseExpression(at: .not) }
      height += 1
      return Expression(kind: .unary(.not, operand), span: span(from: start))
    }
    if at(.minus) || at(.plus) {
      let sign: UnaryOperator = at(.minus) ? .minus : .plus
      advance()
      let operand = try nested { () throws(SyntaxFailure) in try parsePrefix(at: .sign) }
      height += 1
      return Expression(kind: .unary(sign, operand), span: span(from: start))
    }
    return try parsePostfix()
  }

  /// One more operator after `left`, or nil where the expression ends.
  private func parseOperator(
    after left: Expression, start: SourceSpan, at minimum: Precedence, hasCompared: inout Bool
  ) throws(SyntaxFailure) -> Expression? {
    let token = current
    if let (binary, precedence) = OperatorTable.binary(token) {
      guard precedence >= minimum else { return nil }
      if precedence == .comparison {
        if hasCompared { throw report(SyntaxMessages.chainedComparison(at: token)) }
        hasCompared = true
        if token.is(.doubleEqual) { note(SyntaxMessages.doubleEqual(at: token)) }
      } else {
        hasCompared = false
      }
      advance()
      let right = try parseExpression(at: precedence.next)
      return Expression(kind: .binary(binary, left, right, operatorSpan: token.span), span: span(from: start))
    }
    guard minimum <= .comparison, startsPredicate else { return nil }
    if hasCompared { throw report(SyntaxMessages.chainedComparison(at: token)) }
    hasCompared = true
    return Expression(kind: try parsePredicate(on: left), span: span(from: start))
  }

  private var startsPredicate: Bool {
    if at(.not) { return at(.between, ahead: 1) || at(.like, ahead: 1) || at(.in, ahead: 1) }
    return at(.is) || at(.between) || at(.like) || at(.in)
  }

  /// cmpTail ::= ('=' | '<>' | '!=' | '<' | '<=' | '>' | '>=') addExpr | 'IS' 'NOT'? ('NULL' | 'TRUE' | 'FALSE' |
  ///     'DISTINCT' 'FROM' addExpr) | 'NOT'? 'BETWEEN' addExpr 'AND' addExpr | 'NOT'? 'LIKE' addExpr | 'NOT'? 'IN' ('('
  ///     exprList ')' | '(' query ')' | 'UNNEST' '(' expr ')')
  private func parsePredicate(on left: Expression) throws(SyntaxFailure) -> Expression.Kind {
    if accept(.is) { return try parseIs(left) }
    let negated = accept(.not)
    if accept(.between) {
      let low = try parseExpression(at: .sum)
      try expect(.and)
      let high = try parseExpression(at: .sum)
      return .between(left, low: low, high: high, negated: negated)
    }
    if accept(.like) {
      return .like(left, pattern: try parseExpression(at: .sum), negated: negated)
    }
    try expect(.in)
    if accept(.unnest) {
      let opening = current
      try expect(.leftParenthesis)
      let array = try parseExpression()
      try expectClosing(.rightParenthesis, of: opening)
      return .membership(left, .unnest(array), negated: negated)
    }
    guard at(.leftParenthesis) else { throw failure(expected: "a list `(…)`, a query or `UNNEST` after `IN`") }
    switch try parseQueryOrExpressions() {
    case .query(let query): return .membership(left, .subquery(query), negated: negated)
    case .expressions(let expressions): return .membership(left, .list(expressions), negated: negated)
    }
  }

  private func parseIs(_ left: Expression) throws(SyntaxFailure) -> Expression.Kind {
    let negated = accept(.not)
    if accept(.null) { return .isTest(left, .null, negated: negated) }
    if accept(.true) { return .isTest(left, .true, negated: negated) }
    if accept(.false) { return .isTest(left, .false, negated: negated) }
    if accept(.distinct) {
      try expect(.from)
      return .isDistinctFrom(left, try parseExpression(at: .sum), negated: negated)
    }
    throw failure(expected: "`NULL`, `TRUE`, `FALSE` or `DISTINCT FROM` after `IS`")
  }

  /// postfix ::= primary ('.' IDENT | '[' expr ']')*
  private func parsePostfix() throws(SyntaxFailure) -> Expression {
    let start = current
    var value = try parsePrimary()
    height += 1
    while true {
      if at(.dot), !at(.star, ahead: 1) {
        advance()
        value = Expression(kind: .field(value, try parseField()), span: span(from: start))
      } else if at(.leftBracket) {
        let opening = current
        advance()
        let position = try parseExpression()
        try expectClosing(.rightBracket, of: opening)
        value = Expression(kind: .element(value, index: position), span: span(from: start))
      } else {
        return value
      }
      height += 1
      if height > Self.chainLimit {
        throw report(SyntaxMessages.tooLong(at: current.span, limit: Self.chainLimit))
      }
    }
  }

  enum QueryOrExpressions {
    case query(Query)
    case expressions([Expression])
  }

  /// '(' query ')' | '(' exprList ')'
  ///
  /// The one place that no fixed lookahead decides: `((SELECT 1) + 2)` is an expression, `((SELECT 1) UNION ALL …)` a
  /// query. What begins with a parenthesis is read as an expression; if it was a query in parentheses and a query's
  /// continuation follows, it becomes the first term of that query. So nothing is read twice.
  func parseQueryOrExpressions() throws(SyntaxFailure) -> QueryOrExpressions {
    let opening = current
    try expect(.leftParenthesis)
    if at(anyOf: Self.queryStarts) {
      let query = try parseQuery()
      try expectClosing(.rightParenthesis, of: opening)
      return .query(query)
    }
    let first = try parseExpression()
    if case .subquery(let inner) = first.kind, at(anyOf: Self.queryContinuations) || at(.pipe) {
      let term = QueryTerm(kind: .parenthesized(inner), span: first.span)
      let query = try parseQuery(with: nil, startingWith: term)
      try expectClosing(.rightParenthesis, of: opening)
      return .query(query)
    }
    var expressions = [first]
    while accept(.comma) { expressions.append(try parseExpression()) }
    try expectClosing(.rightParenthesis, of: opening)
    return .expressions(expressions)
  }

  static let queryStarts: Set<Keyword> = [.select, .from, .values, .with]
  static let queryContinuations: Set<Keyword> = [.union, .intersect, .except, .order, .limit, .emit]
}
