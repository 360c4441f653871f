// Tokens to a syntax tree by recursive descent: one function for each production of `Grammar/grammar.ebnf`, the
// production quoted above it, one file for each region of the grammar. A text comes in; a whole tree and diagnostics go
// out, whatever the text holds. The parser resolves nothing: it knows no table, column, function or type.

/// The parser of one text. A class, because productions hand each other as functions; it lives only during one call.
package final class Parser {
  let source: SourceText
  let tokens: [Token]
  var index = 0
  var diagnostics: [Diagnostic]
  /// How many productions that can contain themselves are open.
  var depth = 0
  /// How many parentheses and brackets of this statement are open before the current token.
  var openBrackets = 0
  /// The height of the highest expression since the last reset; see `parseExpression`.
  var height = 0
  /// Where the last syntax error was reported: one message for one place.
  private var lastErrorIndex = -1

  /// Deeper nesting is refused, so that no later walk over the tree can exhaust the stack.
  package static let nestingLimit = 128
  /// The same for expressions that grow to the left: `a + b + c + …`.
  package static let chainLimit = 1000

  init(_ source: SourceText) {
    self.source = source
    let stream = Lexer.tokenize(source)
    tokens = stream.tokens
    diagnostics = stream.diagnostics
  }

  // MARK: Entry points

  /// Any text as statements. The tree is whole even after errors: what could not be parsed is an `error` node.
  package static func parseScript(_ source: SourceText) -> (Script, [Diagnostic]) {
    let parser = Parser(source)
    let script = parser.parseScript()
    return (script, parser.sortedDiagnostics())
  }

  /// A text that is one query.
  package static func parseQuery(_ source: SourceText) -> (Query?, [Diagnostic]) {
    let parser = Parser(source)
    return (parser.whole { () throws(SyntaxFailure) in try parser.parseQuery() }, parser.sortedDiagnostics())
  }

  /// A text that is one expression.
  package static func parseExpression(_ source: SourceText) -> (Expression?, [Diagnostic]) {
    let parser = Parser(source)
    return (parser.whole { () throws(SyntaxFailure) in try parser.parseExpression() }, parser.sortedDiagnostics())
  }

  private func whole<Node>(_ parse: () throws(SyntaxFailure) -> Node) -> Node? {
    do throws(SyntaxFailure) {
      let node = try parse()
      if !atEnd { _ = failure(expected: "the end of the text") }
      return node
    } catch {
      return nil
    }
  }

  private func sortedDiagnostics() -> [Diagnostic] {
    diagnostics.enumerated().sorted {
      ($0.element.primary.span.start, $0.offset) < ($1.element.primary.span.start, $1.offset)
    }.map(\.element)
  }

  // MARK: Reading tokens

  var current: Token { tokens[index] }
  var atEnd: Bool { current.kind == .endOfFile }

  /// The token `distance` places ahead; the end of the text repeats for ever.
  func peek(_ distance: Int = 1) -> Token { tokens[min(index + distance, tokens.count - 1)] }

  func advance() {
    if at(.leftParenthesis) || at(.leftBracket) {
      openBrackets += 1
    } else if at(.rightParenthesis) || at(.rightBracket) {
      openBrackets -= 1
    }
    if index < tokens.count - 1 { index += 1 }
  }

  func at(_ keyword: Keyword, ahead distance: Int = 0) -> Bool {
    peek(distance).keyword == keyword
  }

  func at(_ symbol: Symbol, ahead distance: Int = 0) -> Bool {
    peek(distance).is(symbol)
  }

  func at(_ kind: Token.Kind) -> Bool { current.kind == kind }

  func at(anyOf keywords: Set<Keyword>) -> Bool {
    current.keyword.map(keywords.contains) ?? false
  }

  func accept(_ keyword: Keyword) -> Bool {
    guard at(keyword) else { return false }
    advance()
    return true
  }

  func accept(_ symbol: Symbol) -> Bool {
    guard at(symbol) else { return false }
    advance()
    return true
  }

  /// Accepts two words in a row, or neither.
  func accept(_ first: Keyword, _ second: Keyword) -> Bool {
    guard at(first), at(second, ahead: 1) else { return false }
    advance()
    advance()
    return true
  }

  /// From the beginning of `start` to the end of the last token read.
  func span(from start: Token) -> SourceSpan {
    index == 0 ? start.span.startPoint : start.span.joined(with: tokens[index - 1].span)
  }

  func span(from start: SourceSpan) -> SourceSpan {
    index == 0 ? start : start.joined(with: tokens[index - 1].span)
  }

  // MARK: Failing

  /// Reports that something else was expected here. Thrown to the nearest place that can go on.
  func failure(expected: String) -> SyntaxFailure {
    report(SyntaxMessages.expected(expected, found: current))
  }

  /// Reports once for each place: what fails again at the same token is the same mistake.
  func report(_ diagnostic: Diagnostic) -> SyntaxFailure {
    if index > lastErrorIndex {
      lastErrorIndex = index
      diagnostics.append(diagnostic)
    }
    return SyntaxFailure()
  }

  /// Reports and goes on.
  func note(_ diagnostic: Diagnostic) {
    diagnostics.append(diagnostic)
  }

  func expect(_ keyword: Keyword) throws(SyntaxFailure) {
    guard accept(keyword) else { throw failure(expected: "`\(keyword.rawValue)`") }
  }

  func expect(_ symbol: Symbol) throws(SyntaxFailure) {
    guard accept(symbol) else { throw failure(expected: "`\(symbol.rawValue)`") }
  }

  /// The closing half of a pair; the message points at the opening half as well.
  func expectClosing(_ symbol: Symbol, of opening: Token) throws(SyntaxFailure) {
    if accept(symbol) { return }
    throw report(SyntaxMessages.unclosed(opening, closing: symbol, found: current))
  }

  /// Runs a production that can contain itself, one level deeper.
  func nested<Node>(_ parse: () throws(SyntaxFailure) -> Node) throws(SyntaxFailure) -> Node {
    guard depth < Self.nestingLimit else {
      let failure = report(SyntaxMessages.tooDeep(at: current.span, limit: Self.nestingLimit))
      throw failure
    }
    depth += 1
    defer { depth -= 1 }
    return try parse()
  }
}

/// A production could not go on. Its diagnostic was reported where it was thrown.
struct SyntaxFailure: Error {}
