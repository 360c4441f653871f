// Types of columns, casts and parameters.

extension Parser {
  /// type ::= 'ARRAY' '<' type '>' | 'MAP' '<' type ',' type '>' | ('STRUCT' | 'ROW') '<' field (',' field)* '>' |
  ///     'INTERVAL' ('YEAR' 'TO' 'MONTH' | 'DAY' 'TO' 'SECOND')? | name ('(' INT (',' INT)? ')')?
  func parseType() throws(SyntaxFailure) -> TypeName {
    try nested { () throws(SyntaxFailure) in
      let start = current
      let kind = try parseTypeKind()
      return TypeName(kind: kind, span: span(from: start))
    }
  }

  private func parseTypeKind() throws(SyntaxFailure) -> TypeName.Kind {
    if accept(.array) {
      let opening = current
      try expect(.less)
      let element = try parseType()
      try expectClosing(.greater, of: opening)
      return .array(element)
    }
    if at(.map), at(.less, ahead: 1) {
      advance()
      let opening = current
      advance()
      let key = try parseType()
      try expect(.comma)
      let value = try parseType()
      try expectClosing(.greater, of: opening)
      return .map(key: key, value: value)
    }
    if at(.struct) || (at(.row) && at(.less, ahead: 1)) {
      advance()
      return .structure(try parseAngleFields())
    }
    if accept(.interval) { return .interval(try parseIntervalRange()) }
    let name = try parseName("a type")
    let parameters =
      at(.leftParenthesis)
      ? try parenthesizedList { () throws(SyntaxFailure) in try parseInteger("a number") } : []
    if parameters.count > 2 {
      throw report(SyntaxMessages.tooManyTypeParameters(at: parameters[2].span))
    }
    return .named(name, parameters: parameters)
  }

  /// '<' field (',' field)* '>'
  func parseAngleFields() throws(SyntaxFailure) -> [StructField] {
    let opening = current
    try expect(.less)
    let fields = try list(parseStructField)
    try expectClosing(.greater, of: opening)
    return fields
  }

  /// field ::= IDENT type notNull?
  private func parseStructField() throws(SyntaxFailure) -> StructField {
    let start = current
    let name = try parseIdentifier("a field name")
    let type = try parseType()
    let isNotNull = try parseNotNull()
    return StructField(name: name, type: type, isNotNull: isNotNull, span: span(from: start))
  }

  /// notNull ::= 'NOT' 'NULL'
  func parseNotNull() throws(SyntaxFailure) -> Bool {
    guard at(.not), at(.null, ahead: 1) else { return false }
    advance()
    advance()
    return true
  }

  private func parseIntervalRange() throws(SyntaxFailure) -> TypeName.IntervalRange? {
    if at(.year), accept(.year, .to) {
      try expect(.month)
      return .yearToMonth
    }
    if at(.day), accept(.day, .to) {
      try expect(.second)
      return .dayToSecond
    }
    return nil
  }
}
