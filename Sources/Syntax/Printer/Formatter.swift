// The canonical layout of a script (`fmt`): one pipe operator a line, keywords in upper case, at most 100 columns where
// the text can be broken. A text or a tree comes in, text goes out. It changes no meaning: printing and parsing again
// gives the same tree, formatting twice gives the same text, and no comment is lost.

package final class Formatter {
  package static let width = 100

  private let comments: [Comment]
  private var nextComment = 0
  private let source: SourceText?

  private init(comments: [Comment] = [], source: SourceText? = nil) {
    self.comments = comments
    self.source = source
  }

  // MARK: Entry points

  /// The text in canonical layout with its comments, or nil and the diagnostics when it does not parse.
  package static func format(_ source: SourceText) -> (String?, [Diagnostic]) {
    let (script, diagnostics) = Parser.parseScript(source)
    if diagnostics.contains(where: \.isError) { return (nil, diagnostics) }
    let formatter = Formatter(comments: Lexer.tokenize(source).comments, source: source)
    return (formatter.script(script), diagnostics)
  }

  /// A tree as text. The tree must come from the parser: parentheses are printed where it has them.
  package static func print(_ script: Script) -> String {
    Formatter().script(script)
  }

  package static func print(_ query: Query) -> String {
    Formatter().query(query, breaks: .hardLine).rendered(width: width)
  }

  package static func print(_ expression: Expression) -> String {
    Formatter().expression(expression).rendered(width: width)
  }

  package static func print(_ type: TypeName) -> String {
    Formatter().type(type).rendered(width: width)
  }

  // MARK: Scripts

  /// Blank lines between statements are the user's: one stays one, several become one.
  private func script(_ script: Script) -> String {
    var text = ""
    var previousEnd: Int?
    for statement in script.statements {
      let (trailing, leading) = takeComments(before: statement.span.start)
      text += trailingText(trailing, &previousEnd)
      for comment in leading {
        text += gap(from: previousEnd, to: comment.span.start) + comment.text
        previousEnd = comment.span.end
      }
      text += gap(from: previousEnd, to: statement.span.start)
      text += self.statement(statement).rendered(width: Self.width) + ";"
      previousEnd = statement.span.end
    }
    let (trailing, leading) = takeComments(before: Int.max)
    text += trailingText(trailing, &previousEnd)
    for comment in leading {
      text += gap(from: previousEnd, to: comment.span.start) + comment.text
      previousEnd = comment.span.end
    }
    return text.isEmpty ? "" : text + "\n"
  }

  private func trailingText(_ comments: [Comment], _ previousEnd: inout Int?) -> String {
    var text = ""
    for comment in comments {
      text += previousEnd == nil ? "" : " "
      text += comment.text
      previousEnd = comment.span.end
    }
    return text
  }

  private func gap(from previousEnd: Int?, to start: Int) -> String {
    guard let previousEnd else { return "" }
    guard let source else { return "\n\n" }
    let between = source.bytes[min(previousEnd, start)..<start]
    // Counts empty lines, not breaks: a comment in between was printed on its own and ended the count.
    let breaks = between.reduce(0) { $0 + ($1 == UInt8(ascii: "\n") ? 1 : 0) }
    return breaks > 1 ? "\n\n" : "\n"
  }

  // MARK: Comments

  /// The comments before a place that were not printed yet: those at the end of a line of text, then those on lines of
  /// their own.
  func takeComments(before offset: Int) -> (trailing: [Comment], leading: [Comment]) {
    let start = nextComment
    while nextComment < comments.count, comments[nextComment].span.start < offset { nextComment += 1 }
    let taken = comments[start..<nextComment]
    let trailing = taken.prefix { !$0.isOnOwnLine }
    return (Array(trailing), Array(taken.dropFirst(trailing.count)))
  }

  /// A break before a part that begins at `span`, with the comments that belong there.
  func breakBefore(_ span: SourceSpan, _ separator: Layout) -> Layout {
    let (trailing, leading) = takeComments(before: span.start)
    if trailing.isEmpty, leading.isEmpty { return separator }
    return [Self.layout(trailing), separator, Self.leadingLayout(leading)]
  }

  /// Comments before a closing bracket.
  func commentsBefore(_ end: Int) -> Layout {
    let (trailing, leading) = takeComments(before: end)
    if trailing.isEmpty, leading.isEmpty { return .nothing }
    return [Self.layout(trailing), .sequence(leading.flatMap { [.hardLine, Self.layout([$0])] })]
  }

  /// The comments on the line on which `span` ends.
  func trailingComments(after span: SourceSpan) -> Layout {
    guard let source else { return .nothing }
    let end = source.lineRange(source.lineIndex(of: span.end)).upperBound
    var taken: [Comment] = []
    while nextComment < comments.count, comments[nextComment].span.start < end, !comments[nextComment].isOnOwnLine {
      // A bracket may close on this line before the comment: then it belongs further on.
      let between = source.bytes[min(span.end, comments[nextComment].span.start)..<comments[nextComment].span.start]
      if between.contains(UInt8(ascii: ")")) { break }
      taken.append(comments[nextComment])
      nextComment += 1
    }
    return Self.layout(taken)
  }

  private static func layout(_ comments: [Comment]) -> Layout {
    .sequence(comments.map { .comment($0.text, isBlock: $0.isBlock) })
  }

  private static func leadingLayout(_ comments: [Comment]) -> Layout {
    .sequence(comments.flatMap { [.comment($0.text, isBlock: $0.isBlock), .hardLine] })
  }

  // MARK: Lists

  /// Items with commas between them, with comments kept at the item they stand before.
  func list<Node>(
    _ nodes: [Node], at span: (Node) -> SourceSpan, separator: Layout = .line, _ layout: (Node) -> Layout
  ) -> Layout {
    var parts: [Layout] = []
    for (index, node) in nodes.enumerated() {
      if index > 0 { parts.append(",") }
      parts.append(breakBefore(span(node), index > 0 ? separator : .nothing))
      parts.append(layout(node))
    }
    return .sequence(parts)
  }

  /// A list that hangs under its first item when it does not fit.
  func hanging<Node>(_ nodes: [Node], at span: (Node) -> SourceSpan, _ layout: (Node) -> Layout) -> Layout {
    .group(.aligned(list(nodes, at: span, layout)))
  }

  /// `(item, item)`, broken after the opening parenthesis when it does not fit.
  func bracketed(_ content: Layout, open: String = "(", close: String = ")") -> Layout {
    .group([.text(open), .nested(2, [.softLine, content]), .softLine, .text(close)])
  }

  func identifiers(_ names: [Identifier]) -> Layout {
    list(names, at: \.span) { .text(Self.spelling($0)) }
  }

  func parenthesized(_ names: [Identifier]) -> Layout { bracketed(identifiers(names)) }

  // MARK: Names and literals

  static func spelling(_ name: Identifier) -> String {
    guard name.isQuoted else { return name.text }
    return "`" + doubled(name.text, "`") + "`"
  }

  static func spelling(_ name: QualifiedName) -> String {
    name.parts.map { spelling($0) }.joined(separator: ".")
  }

  static func quoted(_ text: String) -> String { "'" + doubled(text, "'") + "'" }

  private static func doubled(_ text: String, _ quote: Character) -> String {
    String(text.flatMap { $0 == quote ? [$0, $0] : [$0] })
  }

  static func spelling(_ literal: Literal) -> String {
    switch literal.kind {
    case .integer(let digits), .decimal(let digits): digits
    case .string(let text): quoted(text)
    case .boolean(let value): value ? "TRUE" : "FALSE"
    case .null: "NULL"
    case .timestamp(let text): "TIMESTAMP " + quoted(text)
    case .date(let text): "DATE " + quoted(text)
    case .time(let text): "TIME " + quoted(text)
    }
  }

  static func spelling(_ interval: IntervalLiteral) -> String {
    let amount =
      switch interval.amount {
      case .integer(let digits): digits
      case .string(let text): quoted(text)
      }
    let end = interval.endUnit.map { " TO " + spelling($0) } ?? ""
    return "INTERVAL \(interval.isNegative ? "-" : "")\(amount) \(spelling(interval.unit))\(end)"
  }

  static func spelling(_ duration: DurationLiteral) -> String {
    switch duration.kind {
    case .count(let digits, let unit): "\(digits) \(spelling(unit))"
    case .interval(let interval): spelling(interval)
    }
  }
}
