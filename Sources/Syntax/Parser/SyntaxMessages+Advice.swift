// Messages for what people write out of habit: SQL's clauses after `|>`, `==`, a forgotten `|>`. The parser knows these
// forms only to say what to write instead.

extension SyntaxMessages {
  static func unknownOperator(_ token: Token) -> Diagnostic {
    let base: Diagnostic
    switch token.kind {
    case .endOfFile, .symbol:
      base = Diagnostic(
        SyntaxDiagnostics.unknownOperator, "expected a pipe operator after `|>`, found \(shown(token))",
        at: token.span)
    case .word, .quotedName, .integer, .decimal, .string, .hint:
      base = Diagnostic(
        SyntaxDiagnostics.unknownOperator, "there is no pipe operator \(shown(token))", at: token.span)
    }
    if token.keyword == .from {
      return base.help("`FROM` begins a query; another table is added with `|> JOIN` or `|> UNION ALL (FROM …)`")
    }
    if token.keyword == .over || token.keyword == .partition {
      return base.help("window functions stand in `|> EXTEND` or `|> SELECT`: `|> EXTEND SUM(x) OVER (…) AS total`")
    }
    guard token.kind == .word else { return base }
    let names = PipeKeywords.all.map(\.rawValue)
    if let near = aliases[token.text.uppercased()] ?? NameSuggestion.nearest(to: token.text, in: names) {
      return base.fix("did you mean `\(near)`?", replacing: token.span, with: near, .maybeIncorrect)
    }
    return base
  }

  /// What other systems call our operators.
  private static let aliases = [
    "FILTER": "WHERE", "PROJECT": "SELECT", "SUMMARIZE": "AGGREGATE", "TAKE": "LIMIT", "SORT": "ORDER BY",
    "DEDUP": "DEDUPLICATE", "MAP": "SELECT", "ADD": "EXTEND", "WITHCOLUMN": "EXTEND", "INTO": "INSERT INTO",
    "OFFSET": "LIMIT", "REDUCE": "AGGREGATE", "DERIVE": "EXTEND",
  ]

  static func missingPipe(before token: Token) -> Diagnostic {
    let word = token.text.uppercased()
    let description =
      token.keyword == .select ? SyntaxDiagnostics.selectAfterFrom : SyntaxDiagnostics.missingPipe
    return Diagnostic(description, "`\(word)` after a whole query needs `|>` before it", at: token.span)
      .fix("write it as a pipe operator", inserting: "|> ", before: token.span, .machineApplicable)
  }

  static func groupByAlone(at token: Token, hasPipe: Bool) -> Diagnostic {
    Diagnostic(
      SyntaxDiagnostics.groupByAlone, "`GROUP BY` belongs to `AGGREGATE`: it is no pipe operator of its own",
      at: token.span
    ).fix(
      "write `AGGREGATE` before it", inserting: hasPipe ? "AGGREGATE " : "|> AGGREGATE ", before: token.span,
      .maybeIncorrect
    )
    .help("what is computed for each group stands between: `|> AGGREGATE COUNT(*) AS n GROUP BY key`")
  }

  static func filterKeyword(at token: Token) -> Diagnostic {
    let word = token.text.uppercased()
    return Diagnostic(
      SyntaxDiagnostics.misplacedClause, "in a pipeline every filter is `WHERE`, also in place of `\(word)`",
      at: token.span
    ).fix("write `WHERE`", replacing: token.span, with: "WHERE", .machineApplicable)
  }

  static func doubleEqual(at token: Token) -> Diagnostic {
    Diagnostic(SyntaxDiagnostics.doubleEqual, "equality is written `=`", at: token.span)
      .fix("write one `=`", replacing: token.span, with: "=", .machineApplicable)
  }

  static func chainedComparison(at token: Token) -> Diagnostic {
    Diagnostic(
      SyntaxDiagnostics.chainedComparison, "comparisons do not chain: \(shown(token)) follows another comparison",
      at: token.span
    ).help("write `a < b AND b < c`, or parentheses around one of them")
  }

  static func legacyWindow(at token: Token) -> Diagnostic {
    Diagnostic(
      SyntaxDiagnostics.legacyWindow, "`|> WINDOW` assigns rows to windows of time; window functions stand in `EXTEND`",
      at: token.span
    ).fix("write `EXTEND`", replacing: token.span, with: "EXTEND", .machineApplicable)
  }

  static func unknownWindow(_ token: Token, nearest: String) -> Diagnostic {
    Diagnostic(SyntaxDiagnostics.unknownWindow, "there is no window \(shown(token))", at: token.span)
      .fix("did you mean `\(nearest)`?", replacing: token.span, with: nearest, .maybeIncorrect)
  }

  static func unlabelledWindowArgument(at token: Token) -> Diagnostic {
    Diagnostic(
      SyntaxDiagnostics.unlabelledWindowArgument, "a length in a window says what it is: `SIZE`, `EVERY`, `GAP` …",
      at: token.span
    ).fix("write `SIZE` before it", inserting: "SIZE ", before: token.span, .maybeIncorrect)
      .note("engines disagree on the order of these arguments, so each carries its name")
  }

  static func lateClause(_ token: Token) -> Diagnostic {
    let word = token.text.uppercased()
    let base = Diagnostic(
      SyntaxDiagnostics.misplacedClause, "`\(word)` comes too late in this `SELECT`", at: token.span
    ).help("the order is SELECT, FROM, WHERE, GROUP BY, HAVING, WINDOW, QUALIFY, ORDER BY, LIMIT")
    guard token.keyword == .where || token.keyword == .having || token.keyword == .qualify else { return base }
    return base.fix("filter the result", replacing: token.span, with: "|> WHERE", .maybeIncorrect)
  }

  /// A token after a query or operator that is already whole.
  static func unexpectedAfterQueryPart(_ token: Token, previous: Token) -> Diagnostic {
    switch token.keyword {
    case .group:
      return groupByAlone(at: token, hasPipe: false)
    case .having, .qualify:
      return Diagnostic(
        SyntaxDiagnostics.misplacedClause, "`\(token.text.uppercased())` cannot stand here", at: token.span
      ).fix("filter with a pipe operator", replacing: token.span, with: "|> WHERE", .maybeIncorrect)
    case .from:
      return Diagnostic(SyntaxDiagnostics.misplacedClause, "`FROM` cannot stand here", at: token.span)
        .help("`FROM` follows the list of `SELECT`, or begins a query: a pipeline starts with `FROM`, then `|> SELECT`")
    default:
      break
    }
    let startsValue = token.isName || token.kind == .integer || token.kind == .string || token.kind == .decimal
    let endsValue = previous.kind != .hint && (previous.isName || previous.is(.rightParenthesis))
    if startsValue, endsValue || previous.kind == .integer || previous.kind == .string, !token.isFirstOnLine {
      return missingComma(before: token, after: previous)
    }
    return expected("`|>`, `;` or the end of the query", found: token)
  }
}
