// Queries: WITH, set expressions, SELECT and FROM, then pipe operators.

extension Parser {
  /// query ::= with? queryBody pipeOp*
  func parseQuery() throws(SyntaxFailure) -> Query {
    try nested { () throws(SyntaxFailure) in
      let with = at(.with) ? try parseWith() : nil
      return try parseQuery(with: with, startingWith: nil)
    }
  }

  /// The rest of a query whose WITH, or whose first term, was already read.
  func parseQuery(with: WithClause?, startingWith first: QueryTerm?) throws(SyntaxFailure) -> Query {
    let start = with?.span ?? first?.span ?? current.span
    let body = try parseQueryBody(startingWith: first)
    let operators = parsePipeOperators(after: body)
    return Query(with: with, body: body, operators: operators, span: span(from: start))
  }

  /// '(' query ')'
  func parseParenthesizedQuery() throws(SyntaxFailure) -> Query {
    let opening = current
    try expect(.leftParenthesis)
    let query = try parseQuery()
    try expectClosing(.rightParenthesis, of: opening)
    return query
  }

  /// Whether `(` at this distance opens a query: SELECT, FROM, WITH, VALUES or another parenthesis follows it.
  func opensQuery(ahead distance: Int = 0) -> Bool {
    guard at(.leftParenthesis, ahead: distance) else { return false }
    let next = peek(distance + 1)
    return next.is(.leftParenthesis) || next.keyword.map(Self.queryStarts.contains) ?? false
  }

  /// with ::= 'WITH' 'RECURSIVE'? cte (',' cte)* ','?
  func parseWith() throws(SyntaxFailure) -> WithClause {
    let start = current
    try expect(.with)
    let isRecursive = at(.recursive) && !at(.as, ahead: 1) && accept(.recursive)
    let tables = try listWithTrailingComma(startsWhere: { current.isName }, parseCommonTable)
    return WithClause(isRecursive: isRecursive, tables: tables, span: span(from: start))
  }

  /// cte ::= IDENT ('(' identList ')')? 'AS' '(' query ')'
  private func parseCommonTable() throws(SyntaxFailure) -> CommonTable {
    let start = current
    let name = try parseIdentifier("a name for the query")
    let columns = at(.leftParenthesis) ? try parseParenthesizedIdentifiers() : []
    try expect(.as)
    let query = try parseParenthesizedQuery()
    return CommonTable(name: name, columns: columns, query: query, span: span(from: start))
  }

  /// queryBody ::= setExpr orderBy? limit? emit?
  private func parseQueryBody(startingWith first: QueryTerm?) throws(SyntaxFailure) -> QueryBody {
    let start = first?.span ?? current.span
    let set = try parseSetExpression(startingWith: first)
    let orderBy = at(.order) ? try parseOrderBy() : []
    let limit = at(.limit) ? try parseLimit() : nil
    let emit = at(.emit) ? try parseEmit() : nil
    return QueryBody(set: set, orderBy: orderBy, limit: limit, emit: emit, span: span(from: start))
  }

  /// setExpr ::= setOperand (unionOp setOperand)*
  private func parseSetExpression(startingWith first: QueryTerm?) throws(SyntaxFailure) -> SetExpression {
    let left = try parseSetOperand(startingWith: first)
    var rest: [SetOperand] = []
    while at(.union) || at(.except) {
      let setOperator = try parseSetOperator()
      rest.append(SetOperand(operator: setOperator, operand: try parseSetOperand(startingWith: nil)))
    }
    return rest.isEmpty ? left : .chain(first: left, rest: rest)
  }

  /// setOperand ::= setTerm (intersectOp setTerm)*
  private func parseSetOperand(startingWith first: QueryTerm?) throws(SyntaxFailure) -> SetExpression {
    let term: QueryTerm
    if let first { term = first } else { term = try parseSetTerm() }
    let left = SetExpression.term(term)
    var rest: [SetOperand] = []
    while at(.intersect) {
      let setOperator = try parseSetOperator()
      rest.append(SetOperand(operator: setOperator, operand: .term(try parseSetTerm())))
    }
    return rest.isEmpty ? left : .chain(first: left, rest: rest)
  }

  /// setOp ::= unionOp | intersectOp
  /// unionOp ::= ('UNION' | 'EXCEPT') setMode
  /// intersectOp ::= 'INTERSECT' setMode
  /// setMode ::= ('ALL' | 'DISTINCT')? ('BY' 'NAME')?
  func parseSetOperator() throws(SyntaxFailure) -> SetOperator {
    let start = current
    let kind: SetOperator.Kind
    if accept(.union) {
      kind = .union
    } else if accept(.except) {
      kind = .except
    } else if accept(.intersect) {
      kind = .intersect
    } else {
      throw failure(expected: "`UNION`, `INTERSECT` or `EXCEPT`")
    }
    let quantifier: SetOperator.Quantifier? = accept(.all) ? .all : accept(.distinct) ? .distinct : nil
    let isByName = accept(.by, .name)
    return SetOperator(kind: kind, quantifier: quantifier, isByName: isByName, span: span(from: start))
  }

  /// setTerm ::= select | 'FROM' fromList | values | '(' query ')'
  private func parseSetTerm() throws(SyntaxFailure) -> QueryTerm {
    let start = current
    let kind: QueryTerm.Kind
    if at(.select) {
      kind = .select(try parseSelect())
    } else if accept(.from) {
      kind = .from(try parseFromList())
    } else if at(.values) {
      kind = .values(try parseValues())
    } else if at(.leftParenthesis) {
      kind = .parenthesized(try parseParenthesizedQuery())
    } else {
      throw failure(expected: "a query: `SELECT`, `FROM`, `VALUES` or `(`")
    }
    return QueryTerm(kind: kind, span: span(from: start))
  }

  /// values ::= 'VALUES' row (',' row)*
  func parseValues() throws(SyntaxFailure) -> [ValuesRow] {
    try expect(.values)
    return try list(parseRow)
  }

  /// row ::= '(' expr (',' expr)* ')'
  private func parseRow() throws(SyntaxFailure) -> ValuesRow {
    let start = current
    let values = try parenthesizedList(parseExpression)
    return ValuesRow(values: values, span: span(from: start))
  }
}
