// Tokens: what the lexer makes of the bytes. A token carries its decoded text and its span; comments are kept aside as
// trivia for the formatter, so nothing that a user wrote is lost.

package struct Token: Hashable, Sendable {
  package var kind: Kind
  /// Words as written, names and strings decoded (no quotes, no doubled quotes), numbers and symbols as written.
  package var text: String
  /// For an unquoted word, the keyword it spells.
  package var keyword: Keyword?
  package var span: SourceSpan
  /// Whether a line break stands between this token and the one before it.
  package var isFirstOnLine: Bool

  package enum Kind: Hashable, Sendable {
    case word
    case quotedName
    case integer
    case decimal
    case string
    case hint
    case symbol(Symbol)
    case endOfFile
  }

  /// Whether the token can be a name: a word that is not reserved, or a quoted name.
  package var isName: Bool {
    switch kind {
    case .word: !(keyword?.isReserved ?? false)
    case .quotedName: true
    case .integer, .decimal, .string, .hint, .symbol, .endOfFile: false
    }
  }

  package func `is`(_ symbol: Symbol) -> Bool { kind == .symbol(symbol) }
}

package enum Symbol: String, Hashable, Sendable, CaseIterable {
  case leftParenthesis = "("
  case rightParenthesis = ")"
  case leftBracket = "["
  case rightBracket = "]"
  case leftBrace = "{"
  case rightBrace = "}"
  case leftExclusion = "{-"
  case rightExclusion = "-}"
  case comma = ","
  case semicolon = ";"
  case dot = "."
  case pipe = "|>"
  case concatenate = "||"
  case bar = "|"
  case arrow = "=>"
  case doubleEqual = "=="
  case equal = "="
  case notEqual = "<>"
  case bangEqual = "!="
  case lessOrEqual = "<="
  case greaterOrEqual = ">="
  case less = "<"
  case greater = ">"
  case plus = "+"
  case minus = "-"
  case star = "*"
  case slash = "/"
  case percent = "%"
  case question = "?"
  case caret = "^"
  case dollar = "$"

  /// Longer symbols first, so that the first match is the longest.
  static let byLength: [(symbol: Symbol, bytes: [UInt8])] = allCases.map { ($0, Array($0.rawValue.utf8)) }
    .sorted { $0.1.count > $1.1.count }
}

/// A comment with its delimiters.
package struct Comment: Hashable, Sendable {
  package var text: String
  package var span: SourceSpan
  /// `/* … */` rather than `-- …`.
  package var isBlock: Bool
  /// Whether nothing but space stands before it on its line.
  package var isOnOwnLine: Bool
}

/// The whole of a text as tokens; the last is always `endOfFile`.
package struct TokenStream: Sendable {
  package var tokens: [Token]
  package var comments: [Comment]
  package var diagnostics: [Diagnostic]
}
