// Whether what was typed so far is a whole statement: what an interactive prompt asks before it runs or reads on.

extension Parser {
  package enum Completeness: Hashable, Sendable {
    case complete
    /// More is needed: the text says what for, as in "a closing quote".
    case needs(String)
  }

  /// Whether the text ends with a semicolon and leaves nothing open. Empty text and comments alone are complete. A text
  /// with mistakes is complete when it ends with `;`: running it shows them.
  package static func isComplete(_ source: SourceText) -> Completeness {
    let stream = Lexer.tokenize(source)
    for diagnostic in stream.diagnostics {
      switch diagnostic.code {
      case SyntaxDiagnostics.unterminatedString.code: return .needs("a closing quote")
      case SyntaxDiagnostics.unterminatedName.code: return .needs("a closing backquote")
      case SyntaxDiagnostics.unterminatedComment.code: return .needs("`*/`")
      default: continue
      }
    }
    let tokens = stream.tokens.dropLast()
    guard let last = tokens.last else { return .complete }
    var open = 0
    for token in tokens {
      if token.is(.leftParenthesis) { open += 1 }
      if token.is(.rightParenthesis) { open -= 1 }
    }
    if !last.is(.semicolon) { return .needs(open > 0 ? "a closing parenthesis" : "a semicolon") }
    let begins = tokens.contains { $0.keyword == .begin } && tokens.first?.keyword == .execute
    let ends = tokens.dropLast().last?.keyword == .end
    return begins && !ends ? .needs("`END;`") : .complete
  }
}
