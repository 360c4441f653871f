// Scripts and the statements that are neither definitions nor tests.

extension Parser {
  /// script ::= (statement ';')* statement?
  func parseScript() -> Script {
    let start = current
    var statements: [Statement] = []
    while true {
      while accept(.semicolon) {}
      if atEnd { break }
      let before = index
      statements.append(parseStatement())
      if at(.semicolon) || atEnd { continue }
      endStatement()
      // A statement that reads nothing would be tried for ever.
      if index == before { advance() }
    }
    return Script(statements: statements, span: span(from: start))
  }

  /// Something follows a statement that is not `;`. A statement on a new line is read as one.
  private func endStatement() {
    if current.isFirstOnLine, at(anyOf: Self.statementStarts) {
      note(SyntaxMessages.missingSemicolon(before: current, after: tokens[max(0, index - 1)]))
      return
    }
    _ = report(SyntaxMessages.unexpectedAfterStatement(current))
    skipStatement()
  }

  /// Passes over the rest of a statement, its semicolon left to be read.
  private func skipStatement() {
    while !atEnd, !at(.semicolon) { advance() }
  }

  private static let statementStarts: Set<Keyword> = [
    .create, .insert, .execute, .explain, .describe, .desc, .show, .drop, .set, .test, .select, .from, .with, .values,
  ]

  /// statement ::= createType | createTopic | createStream | createTable | createView | createSink | createFunction
  ///     | createTableFunction | createPipeline | insertStmt | statementSet | explainStmt | describeStmt | showStmt |
  ///     dropStmt | setStmt | testStmt | query
  private func parseStatement() -> Statement {
    let start = current
    openBrackets = 0
    do throws(SyntaxFailure) {
      let kind = try parseStatementKind()
      return Statement(kind: kind, span: span(from: start))
    } catch {
      skipStatement()
      return Statement(kind: .error, span: span(from: start))
    }
  }

  private func parseStatementKind() throws(SyntaxFailure) -> Statement.Kind {
    if at(.leftParenthesis) || at(anyOf: Self.queryStarts) { return .query(try parseQuery()) }
    switch current.keyword {
    case .create: return try parseCreate()
    case .insert: return .insert(try parseInsert())
    case .execute: return .statementSet(try parseStatementSet())
    case .explain: return .explain(try parseExplain())
    case .describe, .desc: return .describe(try parseDescribe())
    case .show: return .show(try parseShow())
    case .drop: return .drop(try parseDrop())
    case .set: return .set(try parseSetStatement())
    case .test: return .test(try parseTest())
    default:
      if at(.pipe) { throw report(SyntaxMessages.pipeWithoutQuery(at: current)) }
      let starts = Self.statementStarts.map(\.rawValue).sorted()
      throw report(SyntaxMessages.unknownStatement(current, starts: starts))
    }
  }

  /// insertStmt ::= 'INSERT' 'INTO' name ('(' identList ')')? query onConflict?
  func parseInsert() throws(SyntaxFailure) -> InsertStatement {
    let start = current
    try expect(.insert)
    try expect(.into)
    let target = try parseName("the stream, table or sink to insert into")
    // `(` opens a column list or a query: what follows it decides.
    let columns = at(.leftParenthesis) && !opensQuery() ? try parseParenthesizedIdentifiers() : []
    let query = try parseQuery()
    let onConflict = try parseOnConflict()
    return InsertStatement(
      target: target, columns: columns, query: query, onConflict: onConflict, span: span(from: start))
  }

  /// onConflict ::= 'ON' 'CONFLICT' 'DO' ('ERROR' | 'NOTHING' | 'DEDUPLICATE')
  func parseOnConflict() throws(SyntaxFailure) -> ConflictAction? {
    guard accept(.on, .conflict) else { return nil }
    try expect(.do)
    if accept(.error) { return .error }
    if accept(.nothing) { return .nothing }
    if accept(.deduplicate) { return .deduplicate }
    throw failure(expected: "`ERROR`, `NOTHING` or `DEDUPLICATE` after `DO`")
  }

  /// statementSet ::= 'EXECUTE' 'STATEMENT' 'SET' 'BEGIN' (insertStmt ';')+ 'END'
  private func parseStatementSet() throws(SyntaxFailure) -> StatementSet {
    for word in [Keyword.execute, .statement, .set, .begin] { try expect(word) }
    var inserts: [InsertStatement] = []
    repeat {
      inserts.append(try parseInsert())
      try expect(.semicolon)
    } while at(.insert)
    guard accept(.end) else { throw failure(expected: "`INSERT INTO` or `END`") }
    return StatementSet(inserts: inserts)
  }

  /// explainStmt ::= 'EXPLAIN' ('AST' | 'PLAN' | 'STATE' | 'TYPE' | 'WATERMARK' | 'ANALYZE')? (query | insertStmt |
  ///     name)
  private func parseExplain() throws(SyntaxFailure) -> ExplainStatement {
    try expect(.explain)
    let next = peek()
    // AST, PLAN, … alone are names of what is explained; before a subject they say how.
    let isFollowed =
      next.isName || next.is(.leftParenthesis) || next.keyword == .insert
      || next.keyword.map(Self.queryStarts.contains) ?? false
    var kind: ExplainStatement.Kind?
    if isFollowed, let keyword = current.keyword, let named = ExplainStatement.Kind(rawValue: keyword.rawValue) {
      kind = named
      advance()
    }
    if at(.insert), !at(.dot, ahead: 1), at(.into, ahead: 1) {
      return ExplainStatement(kind: kind, subject: .insert(try parseInsert()))
    }
    if at(.leftParenthesis) || at(anyOf: Self.queryStarts) {
      return ExplainStatement(kind: kind, subject: .query(try parseQuery()))
    }
    return ExplainStatement(kind: kind, subject: .name(try parseName("a query or the name of a pipeline")))
  }

  /// describeStmt ::= ('DESCRIBE' | 'DESC') name
  private func parseDescribe() throws(SyntaxFailure) -> QualifiedName {
    advance()
    return try parseName("what to describe")
  }

  /// showStmt ::= 'SHOW' IDENT ('LIKE' STRING)?
  private func parseShow() throws(SyntaxFailure) -> ShowStatement {
    try expect(.show)
    let what = try parseIdentifier("what to show, such as `STREAMS`")
    let pattern = accept(.like) ? try parseString("a pattern in quotes") : nil
    return ShowStatement(what: what, pattern: pattern)
  }

  /// dropStmt ::= 'DROP' ('STREAM' | 'TABLE' | 'MATERIALIZED'? 'VIEW' | 'SINK' | 'PIPELINE' | 'TOPIC' | 'TYPE' |
  ///     'TABLE'? 'FUNCTION') ('IF' 'EXISTS')? (name | STRING)
  private func parseDrop() throws(SyntaxFailure) -> DropStatement {
    try expect(.drop)
    let kind = try parseDropKind()
    let ifExists = at(.if) && at(.exists, ahead: 1)
    if ifExists {
      advance()
      advance()
    }
    let target: DropStatement.Target =
      at(.string) ? .string(try parseString("a name")) : .name(try parseName("the name of what to drop"))
    return DropStatement(kind: kind, ifExists: ifExists, target: target)
  }

  private func parseDropKind() throws(SyntaxFailure) -> DropStatement.Kind {
    if accept(.stream) { return .stream }
    if accept(.table, .function) { return .tableFunction }
    if accept(.table) { return .table }
    if accept(.view) { return .view }
    if accept(.materialized, .view) { return .materializedView }
    if accept(.sink) { return .sink }
    if accept(.pipeline) { return .pipeline }
    if accept(.topic) { return .topic }
    if accept(.type) { return .type }
    if accept(.function) { return .function }
    throw failure(expected: "`STREAM`, `TABLE`, `VIEW`, `SINK`, `PIPELINE`, `TOPIC`, `TYPE` or `FUNCTION` after `DROP`")
  }

  /// setStmt ::= 'SET' (STRING | name) '=' literal
  private func parseSetStatement() throws(SyntaxFailure) -> SetStatement {
    try expect(.set)
    let key = try parseOptionKey()
    try expect(.equal)
    return SetStatement(key: key, value: try parseLiteral())
  }
}
