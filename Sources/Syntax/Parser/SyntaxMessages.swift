// The words of the parser's diagnostics, E01xx: what was found, what would be right, and where possible the edit.

enum SyntaxMessages {
  /// What a token is called in a message.
  static func shown(_ token: Token) -> String {
    switch token.kind {
    case .endOfFile: "the end of the text"
    case .word: token.keyword.map { $0.isReserved ? "`\($0.rawValue)`" : "`\(token.text)`" } ?? "`\(token.text)`"
    case .quotedName: "the name `\(token.text)`"
    case .integer, .decimal: "the number `\(token.text)`"
    case .string: "a string"
    case .hint: "a hint"
    case .symbol: "`\(token.text)`"
    }
  }

  // MARK: Expectations

  static func expected(_ what: String, found token: Token) -> Diagnostic {
    Diagnostic(
      SyntaxDiagnostics.unexpectedToken, "expected \(what), found \(shown(token))", at: token.span,
      label: "expected \(what)")
  }

  static func unclosed(_ opening: Token, closing: Symbol, found token: Token) -> Diagnostic {
    Diagnostic(
      SyntaxDiagnostics.unclosedBracket, "expected `\(closing.rawValue)`, found \(shown(token))", at: token.span,
      label: "expected `\(closing.rawValue)`"
    ).labelled(opening.span, "this `\(opening.text)` is still open")
  }

  static func reservedWord(_ token: Token, what: String) -> Diagnostic {
    let word = token.text
    // These words are hardly ever meant as names: something before them is missing.
    let connecting: Set<Keyword> = [
      .from, .where, .having, .select, .union, .as, .on, .then, .else, .end, .when, .into, .and, .or, .in, .is, .using,
    ]
    if let keyword = token.keyword, connecting.contains(keyword) { return expected(what, found: token) }
    return Diagnostic(
      SyntaxDiagnostics.reservedWord, "expected \(what), found the reserved word `\(word)`", at: token.span
    ).fix("if it is meant as a name, quote it", replacing: token.span, with: "`\(word)`", .maybeIncorrect)
  }

  static func missingComma(before token: Token, after previous: Token) -> Diagnostic {
    Diagnostic(
      SyntaxDiagnostics.missingComma, "a comma is missing before \(shown(token))", at: token.span
    ).fix("write a comma", inserting: ",", after: previous.span, .maybeIncorrect)
  }

  static func missingSemicolon(before token: Token, after previous: Token) -> Diagnostic {
    Diagnostic(
      SyntaxDiagnostics.missingSemicolon, "a semicolon is missing before this statement", at: token.span
    ).fix("end the statement above", inserting: ";", after: previous.span, .machineApplicable)
  }

  static func unexpectedAfterStatement(_ token: Token) -> Diagnostic {
    if token.is(.rightParenthesis) { return unopened(token) }
    return Diagnostic(
      SyntaxDiagnostics.unexpectedToken, "expected `;` after the statement, found \(shown(token))", at: token.span)
  }

  private static func unopened(_ token: Token) -> Diagnostic {
    Diagnostic(SyntaxDiagnostics.unclosedBracket, "this `\(token.text)` closes nothing", at: token.span)
  }

  // MARK: Statements

  static func unknownStatement(_ token: Token, starts: [String]) -> Diagnostic {
    let base = Diagnostic(
      SyntaxDiagnostics.unknownStatement, "no statement begins with \(shown(token))", at: token.span)
    if token.kind == .word, let near = NameSuggestion.nearest(to: token.text, in: starts) {
      return base.fix("did you mean `\(near)`?", replacing: token.span, with: near, .maybeIncorrect)
    }
    return base.help("a statement begins with \(list(starts))")
  }

  static func unknownDefinition(_ token: Token, starts: [String]) -> Diagnostic {
    let base = Diagnostic(
      SyntaxDiagnostics.unknownStatement, "cannot create \(shown(token))", at: token.span)
    if token.kind == .word, let near = NameSuggestion.nearest(to: token.text, in: starts) {
      return base.fix("did you mean `\(near)`?", replacing: token.span, with: near, .maybeIncorrect)
    }
    return base.help("what can be created: \(list(starts))")
  }

  static func pipeWithoutQuery(at token: Token) -> Diagnostic {
    Diagnostic(SyntaxDiagnostics.unknownStatement, "`|>` needs a query before it", at: token.span)
      .help("begin with `FROM` and the name of a stream; a `;` ends the query before it")
  }

  // MARK: Limits

  static func tooDeep(at span: SourceSpan, limit: Int) -> Diagnostic {
    Diagnostic(SyntaxDiagnostics.nestingLimit, "this is nested more than \(limit) levels deep", at: span)
      .help("name a part of it: with `WITH`, `|> EXTEND` or a view")
  }

  static func tooLong(at span: SourceSpan, limit: Int) -> Diagnostic {
    Diagnostic(
      SyntaxDiagnostics.nestingLimit, "this expression has more than \(limit) operators in a row", at: span
    ).help("many alternatives of one value are better written with `IN (…)`")
  }

  static func tooManyTypeParameters(at span: SourceSpan) -> Diagnostic {
    Diagnostic(SyntaxDiagnostics.unexpectedToken, "a type has at most two parameters", at: span)
  }

  static func list(_ words: [String]) -> String {
    let quoted = words.map { "`\($0)`" }
    guard quoted.count > 1, let last = quoted.last else { return quoted.joined() }
    return quoted.dropLast().joined(separator: ", ") + " or " + last
  }
}
