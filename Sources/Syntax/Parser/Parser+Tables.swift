// FROM lists, joins, tables and table functions.

extension Parser {
  /// fromList ::= fromItem (',' fromItem)*
  func parseFromList() throws(SyntaxFailure) -> [FromItem] {
    try list(parseFromItem)
  }

  /// fromItem ::= tableRef join*
  private func parseFromItem() throws(SyntaxFailure) -> FromItem {
    let start = current
    let table = try parseTableReference()
    var joins: [JoinClause] = []
    while startsJoin { joins.append(try parseJoin()) }
    return FromItem(table: table, joins: joins, span: span(from: start))
  }

  var startsJoin: Bool {
    if at(anyOf: [.join, .natural, .inner, .left, .right, .full, .cross]) { return true }
    return at(anyOf: [.semi, .anti, .asof]) && at(.join, ahead: 1)
  }

  /// join ::= 'NATURAL'? joinType? 'JOIN' tableRef joinCond? joinTime?
  func parseJoin() throws(SyntaxFailure) -> JoinClause {
    let start = current
    let isNatural = accept(.natural)
    let kind = try parseJoinKind()
    let table = try parseTableReference()
    let matchCondition = at(.matchCondition) ? try parseMatchCondition() : nil
    let condition = try parseJoinOn()
    let time = try parseJoinTime()
    return JoinClause(
      isNatural: isNatural, kind: kind, table: table, matchCondition: matchCondition, condition: condition,
      time: time, state: nil, span: span(from: start))
  }

  /// joinType ::= 'INNER' | ('LEFT' | 'RIGHT' | 'FULL') 'OUTER'? | 'CROSS' | ('LEFT' | 'RIGHT')? ('SEMI' | 'ANTI')
  ///     | 'LEFT'? 'ASOF'
  private func parseJoinKind() throws(SyntaxFailure) -> JoinKind {
    let kind: JoinKind
    if accept(.inner) {
      kind = .inner
    } else if accept(.cross) {
      kind = .cross
    } else if accept(.full) {
      _ = accept(.outer)
      kind = .full
    } else if accept(.left) {
      kind =
        accept(.semi) ? .leftSemi : accept(.anti) ? .leftAnti : accept(.asof) ? .leftAsOf : outer(.left)
    } else if accept(.right) {
      kind = accept(.semi) ? .rightSemi : accept(.anti) ? .rightAnti : outer(.right)
    } else {
      kind = accept(.semi) ? .semi : accept(.anti) ? .anti : accept(.asof) ? .asOf : .inner
    }
    try expect(.join)
    return kind
  }

  private func outer(_ kind: JoinKind) -> JoinKind {
    _ = accept(.outer)
    return kind
  }

  /// joinCond ::= matchCondition joinOn? | joinOn
  /// matchCondition ::= 'MATCH_CONDITION' '(' expr ')'
  private func parseMatchCondition() throws(SyntaxFailure) -> Expression {
    try expect(.matchCondition)
    let opening = current
    try expect(.leftParenthesis)
    let condition = try parseExpression()
    try expectClosing(.rightParenthesis, of: opening)
    return condition
  }

  /// joinOn ::= 'ON' expr | 'USING' '(' identList ')'
  private func parseJoinOn() throws(SyntaxFailure) -> JoinCondition? {
    // `JOIN t ON CONFLICT DO …`: the clause of the INSERT around this query.
    if at(.on), at(.conflict, ahead: 1), at(.do, ahead: 2) { return nil }
    if accept(.on) { return .on(try parseExpression()) }
    if accept(.using) { return .using(try parseParenthesizedIdentifiers()) }
    return nil
  }

  /// joinTime ::= 'WITHIN' joinRange | 'PER' 'WINDOW'
  private func parseJoinTime() throws(SyntaxFailure) -> JoinTime? {
    let start = current
    let kind: JoinTime.Kind
    if accept(.within) {
      kind = try parseJoinRange()
    } else if accept(.per, .window) {
      kind = .perWindow
    } else {
      return nil
    }
    return JoinTime(kind: kind, span: span(from: start))
  }

  /// joinRange ::= duration ('BEFORE' | 'AFTER')? | duration 'BEFORE' 'AND' duration 'AFTER'
  private func parseJoinRange() throws(SyntaxFailure) -> JoinTime.Kind {
    let first = try parseDuration()
    if accept(.after) { return .after(first) }
    guard accept(.before) else { return .within(first) }
    guard accept(.and) else { return .before(first) }
    let second = try parseDuration()
    try expect(.after)
    return .beforeAndAfter(first, second)
  }

  /// tableRef ::= (tablePrimary HINT? (tableAlias? systemTime? | systemTime tableAlias) | unnestOffset)
  ///     (tableSuffix tableAlias?)?
  func parseTableReference() throws(SyntaxFailure) -> TableReference {
    let start = current
    var primary = try parseTablePrimary()
    let hint = acceptHint()
    var alias = try parseTableAlias()
    try parseOffset(of: &primary)
    let systemTime = at(.for) ? try parseSystemTime() : nil
    if alias == nil, systemTime != nil { alias = try parseTableAlias() }
    let suffix = try parseTableSuffix()
    let suffixAlias = suffix == nil ? nil : try parseTableAlias()
    return TableReference(
      primary: primary, hint: hint, alias: alias, systemTime: systemTime, suffix: suffix,
      suffixAlias: suffixAlias, span: span(from: start))
  }

  /// unnestOffset ::= 'UNNEST' '(' expr ')' tableAlias? 'WITH' 'OFFSET' alias?
  ///
  /// The element's alias stands before WITH, the position's after it.
  private func parseOffset(of primary: inout TablePrimary) throws(SyntaxFailure) {
    guard case .unnest(let array, nil) = primary.kind, accept(.with, .offset) else { return }
    let hasAlias = accept(.as) || startsTableAlias
    primary.kind = .unnest(array, position: .offset(alias: hasAlias ? try parseIdentifier("an alias") : nil))
  }

  /// systemTime ::= 'FOR' 'SYSTEM_TIME' 'AS' 'OF' expr
  private func parseSystemTime() throws(SyntaxFailure) -> Expression {
    try expect(.for)
    try expect(.systemTime)
    try expect(.as)
    try expect(.of)
    return try parseExpression()
  }

  /// tableAlias ::= 'AS'? IDENT ('(' identList ')')?
  ///
  /// After a table these words win over an alias without AS.
  private func parseTableAlias() throws(SyntaxFailure) -> TableAlias? {
    let start = current
    guard accept(.as) || startsTableAlias else { return nil }
    let name = try parseIdentifier("an alias")
    let columns = at(.leftParenthesis) ? try parseParenthesizedIdentifiers() : []
    return TableAlias(name: name, columns: columns, span: span(from: start))
  }

  private var startsTableAlias: Bool {
    let words: Set<Keyword> = [.anti, .asof, .emit, .matchCondition, .per, .pivot, .semi, .state, .unpivot, .within]
    return current.isName && !at(anyOf: words) && !startsPipeOperatorOnNewLine
  }

  /// tableSuffix ::= matchRecognize | pivot | unpivot | sample
  private func parseTableSuffix() throws(SyntaxFailure) -> TableSuffix? {
    if at(.matchRecognize) { return .matchRecognize(try parseMatchRecognize()) }
    if at(.pivot), at(.leftParenthesis, ahead: 1) { return .pivot(try parsePivot()) }
    if at(.unpivot), at(.leftParenthesis, ahead: 1) { return .unpivot(try parseUnpivot()) }
    if at(.tablesample) { return .sample(try parseSample()) }
    return nil
  }

  /// tablePrimary ::= name | STRING | 'LATERAL'? '(' query ')' | 'LATERAL'? 'TABLE' '(' tvf ')' | tvf | 'UNNEST'
  ///     '(' expr ')' ('WITH' 'ORDINALITY')?
  private func parseTablePrimary() throws(SyntaxFailure) -> TablePrimary {
    let start = current
    let kind = try parseTablePrimaryKind()
    return TablePrimary(kind: kind, span: span(from: start))
  }

  private func parseTablePrimaryKind() throws(SyntaxFailure) -> TablePrimary.Kind {
    if at(.string) { return .file(try parseString("a file name")) }
    if at(.unnest) { return try parseUnnest() }
    let isLateral = accept(.lateral)
    if at(.leftParenthesis) { return .subquery(try parseParenthesizedQuery(), isLateral: isLateral) }
    if accept(.table) {
      let opening = current
      try expect(.leftParenthesis)
      let call = try parseTableFunction()
      try expectClosing(.rightParenthesis, of: opening)
      return .function(call, isWrapped: true, isLateral: isLateral)
    }
    if isLateral { throw failure(expected: "`(` or `TABLE(` after `LATERAL`") }
    let name = try parseName("a table")
    guard at(.leftParenthesis) else { return .name(name) }
    return .function(try parseTableFunction(name), isWrapped: false, isLateral: false)
  }

  private func parseUnnest() throws(SyntaxFailure) -> TablePrimary.Kind {
    try expect(.unnest)
    let opening = current
    try expect(.leftParenthesis)
    let array = try parseExpression()
    try expectClosing(.rightParenthesis, of: opening)
    return .unnest(array, position: accept(.with, .ordinality) ? .ordinality : nil)
  }

  /// tvf ::= name '(' (tvfArg (',' tvfArg)*)? ')'
  func parseTableFunction(_ known: QualifiedName? = nil) throws(SyntaxFailure) -> TableFunctionCall {
    let start = known?.span ?? current.span
    let name: QualifiedName
    if let known { name = known } else { name = try parseName("a table function") }
    let opening = current
    try expect(.leftParenthesis)
    let arguments = at(.rightParenthesis) ? [] : try list(parseTableArgument)
    try expectClosing(.rightParenthesis, of: opening)
    return TableFunctionCall(name: name, arguments: arguments, span: span(from: start))
  }

  /// tvfArg ::= (IDENT '=>')? (tableArg | 'DESCRIPTOR' '(' identList ')' | expr | '(' query ')')
  private func parseTableArgument() throws(SyntaxFailure) -> TableArgument {
    let start = current
    let name = try parseArgumentName()
    let kind: TableArgument.Kind
    if at(.table) || (at(.input) && at(.table, ahead: 1)) {
      kind = try parseTableInput()
    } else if at(.descriptor), at(.leftParenthesis, ahead: 1) {
      advance()
      kind = .descriptor(try parseParenthesizedIdentifiers())
    } else {
      kind = .expression(try parseExpression())
    }
    return TableArgument(name: name, kind: kind, span: span(from: start))
  }

  /// tableArg ::= 'TABLE' name ('PARTITION' 'BY' ('(' exprList ')' | expr))? | 'INPUT' 'TABLE'
  private func parseTableInput() throws(SyntaxFailure) -> TableArgument.Kind {
    if accept(.input, .table) { return .inputTable }
    try expect(.table)
    let table = try parseName("a table")
    let partitionBy = accept(.partition, .by) ? Self.flattened(try parseExpression()) : []
    return .table(table, partitionBy: partitionBy)
  }
}
