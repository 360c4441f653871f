// CREATE statements.

extension Parser {
  /// Decides by two or three words which definition follows.
  func parseCreate() throws(SyntaxFailure) -> Statement.Kind {
    try expect(.create)
    if accept(.type) { return .createType(try parseCreateType()) }
    if accept(.topic) { return .createTopic(try parseCreateTopic()) }
    let orReplace = try parseOrReplace()
    if accept(.stream) { return .createRelation(try parseCreateStream(.stream, orReplace: orReplace)) }
    if accept(.table, .function) { return .createTableFunction(try parseCreateTableFunction(orReplace)) }
    if accept(.table) { return .createRelation(try parseCreateStream(.table, orReplace: orReplace)) }
    if accept(.view) { return .createView(try parseCreateView(orReplace, isMaterialized: false)) }
    if accept(.materialized, .view) { return .createView(try parseCreateView(orReplace, isMaterialized: true)) }
    if accept(.sink) { return .createSink(try parseCreateSink(orReplace)) }
    if accept(.function) { return .createFunction(try parseCreateFunction(orReplace, isAggregate: false)) }
    if accept(.aggregate, .function) { return .createFunction(try parseCreateFunction(orReplace, isAggregate: true)) }
    if accept(.pipeline) { return .createPipeline(try parseCreatePipeline(orReplace)) }
    throw report(SyntaxMessages.unknownDefinition(current, starts: Self.definable))
  }

  private static let definable = [
    "TYPE", "TOPIC", "STREAM", "TABLE", "VIEW", "MATERIALIZED VIEW", "SINK", "FUNCTION", "AGGREGATE FUNCTION",
    "TABLE FUNCTION", "PIPELINE",
  ]

  /// orReplace ::= 'OR' 'REPLACE'
  func parseOrReplace() throws(SyntaxFailure) -> Bool {
    guard accept(.or) else { return false }
    try expect(.replace)
    return true
  }

  /// createType ::= 'CREATE' 'TYPE' name 'AS' type
  private func parseCreateType() throws(SyntaxFailure) -> CreateType {
    let name = try parseName("a name for the type")
    try expect(.as)
    return CreateType(name: name, type: try parseType())
  }

  /// createTopic ::= 'CREATE' 'TOPIC' STRING ('PARTITIONS' INT)? ('RETENTION' duration)? options?
  private func parseCreateTopic() throws(SyntaxFailure) -> CreateTopic {
    let topic = try parseString("the topic's name in quotes")
    let partitions = accept(.partitions) ? try parseInteger("a number of partitions") : nil
    let retention = accept(.retention) ? try parseDuration() : nil
    let options = at(.with) ? try parseOptions() : []
    return CreateTopic(topic: topic, partitions: partitions, retention: retention, options: options)
  }

  /// createStream ::= 'CREATE' orReplace? 'STREAM' name elements? source? onError? options? ('AS' query)?
  /// createTable ::= 'CREATE' orReplace? 'TABLE' name elements? source? onError? options? ('AS' query)?
  private func parseCreateStream(
    _ kind: CreateRelation.Kind, orReplace: Bool
  ) throws(SyntaxFailure) -> CreateRelation {
    let name = try parseName("a name for the \(kind.rawValue.lowercased())")
    let elements = at(.leftParenthesis) ? try parseElements() : []
    let source = at(.from) ? try parseSource() : nil
    let onError = at(.on) ? try parseOnError() : nil
    let options = at(.with) ? try parseOptions() : []
    let query = accept(.as) ? try parseQuery() : nil
    return CreateRelation(
      kind: kind, orReplace: orReplace, name: name, elements: elements, source: source, onError: onError,
      options: options, query: query)
  }

  /// createView ::= 'CREATE' orReplace? 'MATERIALIZED'? 'VIEW' name ('(' identList ')')? 'AS' query
  private func parseCreateView(_ orReplace: Bool, isMaterialized: Bool) throws(SyntaxFailure) -> CreateView {
    let name = try parseName("a name for the view")
    let columns = at(.leftParenthesis) ? try parseParenthesizedIdentifiers() : []
    try expect(.as)
    let query = try parseQuery()
    return CreateView(
      orReplace: orReplace, isMaterialized: isMaterialized, name: name, columns: columns, query: query)
  }

  /// createSink ::= 'CREATE' orReplace? 'SINK' name elements? 'TO' (('TOPIC' | 'FILE') STRING | 'STDOUT')
  ///     keyClause? formatClause? options?
  private func parseCreateSink(_ orReplace: Bool) throws(SyntaxFailure) -> CreateSink {
    let name = try parseName("a name for the sink")
    let elements = at(.leftParenthesis) ? try parseElements() : []
    try expect(.to)
    let target: SinkTarget
    if accept(.topic) {
      target = .topic(try parseString("the topic's name in quotes"))
    } else if accept(.file) {
      target = .file(try parseString("the file's name in quotes"))
    } else if accept(.stdout) {
      target = .standardOutput
    } else {
      throw failure(expected: "`TOPIC`, `FILE` or `STDOUT` after `TO`")
    }
    let key = at(.key) ? try parseKey() : []
    let format = at(.format) ? try parseFormat() : nil
    let options = at(.with) ? try parseOptions() : []
    return CreateSink(
      orReplace: orReplace, name: name, elements: elements, target: target, key: key, format: format,
      options: options)
  }

  /// createFunction ::= 'CREATE' orReplace? 'AGGREGATE'? 'FUNCTION' name '(' params? ')' 'RETURNS' type
  ///     ('DETERMINISTIC' | 'NOT' 'DETERMINISTIC')? 'AS' '(' expr ')'
  private func parseCreateFunction(_ orReplace: Bool, isAggregate: Bool) throws(SyntaxFailure) -> CreateFunction {
    let name = try parseName("a name for the function")
    let parameters = try parseParameters()
    try expect(.returns)
    let returns = try parseType()
    var isDeterministic: Bool?
    if accept(.deterministic) {
      isDeterministic = true
    } else if accept(.not, .deterministic) {
      isDeterministic = false
    }
    try expect(.as)
    let opening = current
    try expect(.leftParenthesis)
    let body = try parseExpression()
    try expectClosing(.rightParenthesis, of: opening)
    return CreateFunction(
      orReplace: orReplace, isAggregate: isAggregate, name: name, parameters: parameters, returns: returns,
      isDeterministic: isDeterministic, body: body)
  }

  /// createTableFunction ::= 'CREATE' orReplace? 'TABLE' 'FUNCTION' name '(' params? ')' 'AS' '(' query ')'
  private func parseCreateTableFunction(_ orReplace: Bool) throws(SyntaxFailure) -> CreateTableFunction {
    let name = try parseName("a name for the table function")
    let parameters = try parseParameters()
    try expect(.as)
    let body = try parseParenthesizedQuery()
    return CreateTableFunction(orReplace: orReplace, name: name, parameters: parameters, body: body)
  }

  /// createPipeline ::= 'CREATE' orReplace? 'PIPELINE' name options? 'AS' query
  private func parseCreatePipeline(_ orReplace: Bool) throws(SyntaxFailure) -> CreatePipeline {
    let name = try parseName("a name for the pipeline")
    let options = at(.with) ? try parseOptions() : []
    try expect(.as)
    return CreatePipeline(orReplace: orReplace, name: name, options: options, query: try parseQuery())
  }

  /// params ::= param (',' param)*
  private func parseParameters() throws(SyntaxFailure) -> [Parameter] {
    let opening = current
    if at(.leftParenthesis), at(.rightParenthesis, ahead: 1) {
      advance()
      try expectClosing(.rightParenthesis, of: opening)
      return []
    }
    return try parenthesizedList(parseParameter)
  }

  /// param ::= IDENT (type | 'TABLE' ('<' field (',' field)* '>')?)
  private func parseParameter() throws(SyntaxFailure) -> Parameter {
    let start = current
    let name = try parseIdentifier("a parameter name")
    let kind: Parameter.Kind
    if accept(.table) {
      kind = .table(at(.less) ? try parseAngleFields() : [])
    } else {
      kind = .scalar(try parseType())
    }
    return Parameter(name: name, kind: kind, span: span(from: start))
  }
}
