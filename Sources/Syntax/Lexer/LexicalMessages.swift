// The words of the lexer's diagnostics, E00xx.

enum LexicalMessages {
  static func invalidUTF8(at span: SourceSpan) -> Diagnostic {
    Diagnostic(SyntaxDiagnostics.invalidUTF8, "these bytes are not UTF-8 text", at: span)
      .help("save the file as UTF-8")
  }

  static func unexpected(_ scalar: Unicode.Scalar, at span: SourceSpan) -> Diagnostic {
    let shown = TerminalText.cleaned(String(Character(scalar)))
    let base = Diagnostic(SyntaxDiagnostics.unexpectedCharacter, "unexpected character `\(shown)`", at: span)
    switch scalar {
    case "\u{2018}", "\u{2019}", "\u{201C}", "\u{201D}":
      return base.fix("write a plain quote", replacing: span, with: "'", .maybeIncorrect)
    case "\u{2013}", "\u{2014}", "\u{2212}":
      return base.fix("write a plain minus sign", replacing: span, with: "-", .maybeIncorrect)
    case "#":
      return base.help("a comment starts with `--`")
    default:
      return base
    }
  }

  static func unterminatedString(at span: SourceSpan) -> Diagnostic {
    Diagnostic(
      SyntaxDiagnostics.unterminatedString, "this string has no closing quote", at: span.firstByte,
      label: "the string starts here"
    ).help("close it with `'`; inside a string a quote is written twice: `'it''s'`")
  }

  static func unterminatedName(at span: SourceSpan) -> Diagnostic {
    Diagnostic(
      SyntaxDiagnostics.unterminatedName, "this quoted name has no closing backquote", at: span.firstByte,
      label: "the name starts here")
  }

  static func unterminatedComment(at span: SourceSpan) -> Diagnostic {
    Diagnostic(
      SyntaxDiagnostics.unterminatedComment, "this comment has no closing `*/`", at: span,
      label: "the comment starts here")
  }

  static func emptyName(at span: SourceSpan) -> Diagnostic {
    Diagnostic(SyntaxDiagnostics.emptyName, "a name cannot be empty", at: span)
  }

  static func doubleQuoted(_ text: String, at span: SourceSpan) -> Diagnostic {
    let escaped = text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "''")
    return Diagnostic(SyntaxDiagnostics.doubleQuotedString, "strings are written in single quotes", at: span)
      .fix("write a string", replacing: span, with: "'\(escaped)'", .maybeIncorrect)
      .help("if a name is meant, write it in backquotes: `` `\(text)` ``")
  }

  static func numberRunsOn(number: SourceSpan, rest: SourceSpan, in source: SourceText) -> Diagnostic {
    let digits = source.text(of: number)
    let word = source.text(of: rest)
    return Diagnostic(
      SyntaxDiagnostics.malformedNumber, "the number `\(digits)` runs into `\(word)`", at: number.joined(with: rest)
    ).fix("write a space between them", inserting: " ", before: rest, .maybeIncorrect)
  }
}

extension SourceSpan {
  /// The first byte alone, for marking where something long begins.
  var firstByte: SourceSpan { SourceSpan(start: start, end: min(start + 1, end), source: source) }
}
