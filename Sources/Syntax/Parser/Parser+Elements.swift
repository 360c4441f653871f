// The parts of definitions: columns and constraints, sources, formats, options.

extension Parser {
  /// elements ::= '(' element (',' element)* ','? ')'
  func parseElements() throws(SyntaxFailure) -> [TableElement] {
    try parenthesizedList(allowsTrailingComma: true, parseElement)
  }

  /// element ::= column | watermark | primaryKey | check
  private func parseElement() throws(SyntaxFailure) -> TableElement {
    let start = current
    let kind: TableElement.Kind
    if at(.watermark), at(.for, ahead: 1) {
      kind = .watermark(try parseWatermark())
    } else if at(.primary), at(.key, ahead: 1) {
      kind = try parsePrimaryKey()
    } else if at(.constraint) || (at(.check) && at(.leftParenthesis, ahead: 1)) {
      kind = .check(try parseCheck())
    } else {
      kind = try parseColumn()
    }
    return TableElement(kind: kind, span: span(from: start))
  }

  /// column ::= IDENT type notNull? metadata? ('COMMENT' STRING)? | IDENT 'AS' expr
  private func parseColumn() throws(SyntaxFailure) -> TableElement.Kind {
    let name = try parseIdentifier("a column name")
    if accept(.as) { return .computedColumn(name, try parseExpression()) }
    let type = try parseType()
    let isNotNull = try parseNotNull()
    let metadata = at(.metadata) ? try parseMetadata() : nil
    let comment = accept(.comment) ? try parseString("a comment in quotes") : nil
    return .column(
      ColumnDefinition(name: name, type: type, isNotNull: isNotNull, metadata: metadata, comment: comment))
  }

  /// metadata ::= 'METADATA' ('FROM' STRING)? 'VIRTUAL'?
  private func parseMetadata() throws(SyntaxFailure) -> ColumnDefinition.Metadata {
    try expect(.metadata)
    let key = accept(.from) ? try parseString("a metadata key in quotes") : nil
    return ColumnDefinition.Metadata(key: key, isVirtual: accept(.virtual))
  }

  /// watermark ::= 'WATERMARK' 'FOR' IDENT 'AS' expr idle?
  func parseWatermark() throws(SyntaxFailure) -> WatermarkDeclaration {
    let start = current
    try expect(.watermark)
    try expect(.for)
    let column = try parseIdentifier("the time column")
    try expect(.as)
    let value = try parseExpression()
    let idleAfter = at(.idle) ? try parseIdle() : nil
    return WatermarkDeclaration(column: column, value: value, idleAfter: idleAfter, span: span(from: start))
  }

  /// idle ::= 'IDLE' 'AFTER' duration
  private func parseIdle() throws(SyntaxFailure) -> DurationLiteral {
    try expect(.idle)
    try expect(.after)
    return try parseDuration()
  }

  /// primaryKey ::= 'PRIMARY' 'KEY' '(' identList ')' ('NOT' 'ENFORCED')?
  private func parsePrimaryKey() throws(SyntaxFailure) -> TableElement.Kind {
    try expect(.primary)
    try expect(.key)
    let columns = try parseParenthesizedIdentifiers()
    return .primaryKey(columns, isEnforced: !acceptNotEnforced())
  }

  /// check ::= ('CONSTRAINT' IDENT)? 'CHECK' '(' expr ')' ('NOT' 'ENFORCED')?
  private func parseCheck() throws(SyntaxFailure) -> CheckConstraint {
    let name = accept(.constraint) ? try parseIdentifier("a name for the constraint") : nil
    try expect(.check)
    let opening = current
    try expect(.leftParenthesis)
    let condition = try parseExpression()
    try expectClosing(.rightParenthesis, of: opening)
    return CheckConstraint(name: name, condition: condition, isEnforced: !acceptNotEnforced())
  }

  private func acceptNotEnforced() -> Bool { accept(.not, .enforced) }

  /// source ::= 'FROM' ('TOPIC' | 'FILE') STRING keyClause? formatClause?
  func parseSource() throws(SyntaxFailure) -> SourceClause {
    let start = current
    try expect(.from)
    let kind: SourceClause.Kind
    if accept(.topic) {
      kind = .topic
    } else if accept(.file) {
      kind = .file
    } else {
      throw failure(expected: "`TOPIC` or `FILE` after `FROM`")
    }
    let location = try parseString("its name in quotes")
    let key = at(.key) ? try parseKey() : []
    let format = at(.format) ? try parseFormat() : nil
    return SourceClause(kind: kind, location: location, key: key, format: format, span: span(from: start))
  }

  /// keyClause ::= 'KEY' '(' identList ')'
  func parseKey() throws(SyntaxFailure) -> [Identifier] {
    try expect(.key)
    return try parseParenthesizedIdentifiers()
  }

  /// formatClause ::= 'FORMAT' IDENT IDENT?
  func parseFormat() throws(SyntaxFailure) -> FormatClause {
    let start = current
    try expect(.format)
    let name = try parseIdentifier("a format such as `JSON`")
    let payload = current.isName ? try parseIdentifier() : nil
    return FormatClause(name: name, payload: payload, span: span(from: start))
  }

  /// onError ::= 'ON' 'ERROR' errorTarget
  func parseOnError() throws(SyntaxFailure) -> ErrorTarget {
    try expect(.on)
    try expect(.error)
    return try parseErrorTarget()
  }

  /// options ::= 'WITH' '(' option (',' option)* ')'
  func parseOptions() throws(SyntaxFailure) -> [Option] {
    try expect(.with)
    return try parenthesizedList(parseOption)
  }

  /// option ::= (STRING | name) '=' literal
  private func parseOption() throws(SyntaxFailure) -> Option {
    let start = current
    let key = try parseOptionKey()
    try expect(.equal)
    let value = try parseLiteral()
    return Option(key: key, value: value, span: span(from: start))
  }

  /// STRING | name
  func parseOptionKey() throws(SyntaxFailure) -> OptionKey {
    at(.string) ? .string(try parseString("an option")) : .name(try parseName("an option"))
  }
}
