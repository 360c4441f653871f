// SELECT and its clauses. A clause that fails is passed over to the next clause keyword, so that one mistake in the
// list does not hide another in WHERE.

extension Parser {
  /// select ::= 'SELECT' HINT? quantifier? selectList ('FROM' fromList)? where? groupBy? ('HAVING' expr)?
  ///     namedWindows? ('QUALIFY' expr)?
  func parseSelect() throws(SyntaxFailure) -> SelectClause {
    try expect(.select)
    let hint = acceptHint()
    let quantifier = try parseQuantifier()
    let items = recover([]) { () throws(SyntaxFailure) in try parseSelectList() }
    let from = recover([]) { () throws(SyntaxFailure) in accept(.from) ? try parseFromList() : [] }
    let condition: Expression? = recover(nil) { () throws(SyntaxFailure) in at(.where) ? try parseWhere() : nil }
    let groupBy: GroupByClause? = recover(nil) { () throws(SyntaxFailure) in at(.group) ? try parseGroupBy() : nil }
    let having: Expression? = recover(nil) { () throws(SyntaxFailure) in
      accept(.having) ? try parseExpression() : nil
    }
    let windows = recover([]) { () throws(SyntaxFailure) in at(.window) ? try parseNamedWindows() : [] }
    let qualify = accept(.qualify) ? try parseExpression() : nil
    return SelectClause(
      hint: hint, quantifier: quantifier, items: items, from: from, where: condition, groupBy: groupBy,
      having: having, windows: windows, qualify: qualify)
  }

  /// Runs one clause; after a failure goes on at the next clause of the same query, if there is one.
  private func recover<Node>(_ fallback: Node, _ parse: () throws(SyntaxFailure) -> Node) -> Node {
    let brackets = openBrackets
    do throws(SyntaxFailure) {
      return try parse()
    } catch {
      skip(outOf: brackets) { at(anyOf: Self.clauseStarts) }
      return fallback
    }
  }

  private static let clauseStarts: Set<Keyword> = [
    .from, .where, .group, .having, .window, .qualify, .order, .limit, .union, .intersect, .except,
  ]

  /// quantifier ::= 'ALL' | 'DISTINCT' ('ON' '(' exprList ')')?
  private func parseQuantifier() throws(SyntaxFailure) -> SelectQuantifier? {
    if accept(.all) { return .all }
    guard accept(.distinct) else { return nil }
    guard at(.on), at(.leftParenthesis, ahead: 1) else { return .distinct }
    advance()
    return .distinctOn(try parenthesizedList(parseExpression))
  }

  /// selectList ::= selectItem (',' selectItem)* ','?
  func parseSelectList() throws(SyntaxFailure) -> [SelectItem] {
    try listWithTrailingComma(startsWhere: { startsSelectItem }, parseSelectItem)
  }

  /// Whether an item can begin here: after a trailing comma, STATE TTL and EMIT CHANGES are clauses.
  var startsSelectItem: Bool {
    if at(.state), at(.ttl, ahead: 1) || at(.unbounded, ahead: 1) { return false }
    if at(.emit), at(.changes, ahead: 1) || at(.final, ahead: 1) || at(.every, ahead: 1) { return false }
    return at(.star) || startsExpression
  }

  /// selectItem ::= star | expr alias?
  private func parseSelectItem() throws(SyntaxFailure) -> SelectItem {
    let start = current
    if at(.star) || startsQualifiedStar {
      let star = try parseStar()
      return SelectItem(kind: .star(star), span: span(from: start))
    }
    let value = try parseExpression()
    let alias = try parseItemAlias()
    return SelectItem(kind: .expression(value, alias: alias), span: span(from: start))
  }

  /// star ::= (name '.')? '*' (('EXCEPT' | 'EXCLUDE') '(' identList ')')? ('REPLACE' '(' replaceItem (','
  ///     replaceItem)* ')')?
  private func parseStar() throws(SyntaxFailure) -> Star {
    var qualifier: QualifiedName?
    if !at(.star) {
      qualifier = try parseName()
      try expect(.dot)
    }
    try expect(.star)
    var excluded: [Identifier] = []
    // EXCEPT may also be the set operation: then a query follows its parenthesis.
    if at(.exclude) || (at(.except) && at(.leftParenthesis, ahead: 1) && !opensQuery(ahead: 1)) {
      advance()
      excluded = try parseParenthesizedIdentifiers()
    }
    var replaced: [Star.ReplaceItem] = []
    if at(.replace), at(.leftParenthesis, ahead: 1) {
      advance()
      replaced = try parenthesizedList(parseReplaceItem)
    }
    return Star(qualifier: qualifier, excluded: excluded, replaced: replaced)
  }

  /// replaceItem ::= expr 'AS' IDENT
  private func parseReplaceItem() throws(SyntaxFailure) -> Star.ReplaceItem {
    let start = current
    let value = try parseExpression()
    try expect(.as)
    let name = try parseIdentifier("a column name")
    return Star.ReplaceItem(value: value, name: name, span: span(from: start))
  }

  /// alias ::= 'AS'? IDENT
  ///
  /// After a select or aggregate item EMIT, NULLS and STATE win over an alias without AS.
  func parseItemAlias() throws(SyntaxFailure) -> Identifier? {
    if accept(.as) { return try parseIdentifier("an alias") }
    guard current.isName, !at(anyOf: [.emit, .nulls, .state]), !startsPipeOperatorOnNewLine else { return nil }
    return try parseIdentifier("an alias")
  }

  /// where ::= 'WHERE' expr
  func parseWhere() throws(SyntaxFailure) -> Expression {
    try expect(.where)
    return try parseExpression()
  }

  /// groupBy ::= 'GROUP' ('AND' 'ORDER')? 'BY' groupItem (',' groupItem)*
  func parseGroupBy() throws(SyntaxFailure) -> GroupByClause {
    let start = current
    try expect(.group)
    let isOrdered = accept(.and, .order)
    try expect(.by)
    let items = try list(parseGroupItem)
    return GroupByClause(isOrdered: isOrdered, items: items, span: span(from: start))
  }

  /// groupItem ::= 'WINDOW' | ('ROLLUP' | 'CUBE') '(' exprList ')' | 'GROUPING' 'SETS' '(' groupSet (',' groupSet)*
  ///     ')' | '(' ')' | expr alias? order?
  private func parseGroupItem() throws(SyntaxFailure) -> GroupItem {
    let start = current
    let kind = try parseGroupItemKind()
    return GroupItem(kind: kind, span: span(from: start))
  }

  private func parseGroupItemKind() throws(SyntaxFailure) -> GroupItem.Kind {
    if accept(.window) { return .window }
    if at(.leftParenthesis, ahead: 1), accept(.rollup) { return .rollup(try parenthesizedList(parseExpression)) }
    if at(.leftParenthesis, ahead: 1), accept(.cube) { return .cube(try parenthesizedList(parseExpression)) }
    if accept(.grouping, .sets) { return .groupingSets(try parenthesizedList(parseGroupSet)) }
    if at(.leftParenthesis), at(.rightParenthesis, ahead: 1) {
      advance()
      advance()
      return .empty
    }
    let value = try parseExpression()
    let alias = try parseItemAlias()
    let order = try parseOrdering()
    return .expression(value, alias: alias, order: order)
  }

  /// groupSet ::= '(' exprList? ')' | expr
  private func parseGroupSet() throws(SyntaxFailure) -> GroupSet {
    let start = current
    if at(.leftParenthesis), at(.rightParenthesis, ahead: 1) {
      advance()
      advance()
      return GroupSet(expressions: [], span: span(from: start))
    }
    let expressions = Self.flattened(try parseExpression())
    return GroupSet(expressions: expressions, span: span(from: start))
  }

  /// `(a, b)` and `(a)` where the parentheses are the list's own.
  static func flattened(_ expression: Expression) -> [Expression] {
    if case .tuple(let items) = expression.kind { return items }
    if case .parenthesized(let item) = expression.kind { return [item] }
    return [expression]
  }

  /// orderBy ::= 'ORDER' 'BY' orderItem (',' orderItem)*
  func parseOrderBy() throws(SyntaxFailure) -> [OrderItem] {
    try expect(.order)
    try expect(.by)
    return try list(parseOrderItem)
  }

  /// orderItem ::= expr order?
  private func parseOrderItem() throws(SyntaxFailure) -> OrderItem {
    let start = current
    let value = try parseExpression()
    let order = try parseOrdering()
    return OrderItem(value: value, order: order, span: span(from: start))
  }

  /// order ::= ('ASC' | 'DESC') ('NULLS' ('FIRST' | 'LAST'))? | 'NULLS' ('FIRST' | 'LAST')
  func parseOrdering() throws(SyntaxFailure) -> Ordering? {
    let start = current
    let direction: Ordering.Direction? = accept(.asc) ? .ascending : accept(.desc) ? .descending : nil
    var nulls: Ordering.NullPlacement?
    if accept(.nulls) {
      if accept(.first) {
        nulls = .first
      } else if accept(.last) {
        nulls = .last
      } else {
        throw failure(expected: "`FIRST` or `LAST` after `NULLS`")
      }
    }
    if direction == nil, nulls == nil { return nil }
    return Ordering(direction: direction, nulls: nulls, span: span(from: start))
  }

  /// limit ::= 'LIMIT' expr ('OFFSET' expr)?
  func parseLimit() throws(SyntaxFailure) -> LimitClause {
    let start = current
    try expect(.limit)
    let count = try parseExpression()
    let offset = accept(.offset) ? try parseExpression() : nil
    return LimitClause(count: count, offset: offset, span: span(from: start))
  }

  /// emit ::= 'EMIT' ('CHANGES' | 'FINAL' | 'EVERY' duration ('AND' 'FINAL')?)
  func parseEmit() throws(SyntaxFailure) -> EmitClause {
    let start = current
    try expect(.emit)
    let kind: EmitClause.Kind
    if accept(.changes) {
      kind = .changes
    } else if accept(.final) {
      kind = .final
    } else if accept(.every) {
      let period = try parseDuration()
      kind = .every(period, andFinal: accept(.and, .final))
    } else {
      throw failure(expected: "`CHANGES`, `FINAL` or `EVERY` after `EMIT`")
    }
    return EmitClause(kind: kind, span: span(from: start))
  }
}
