// The first stages alone: tokens and trees as text, and the rule that a printed text parses to the tree it was printed
// from. In: the body of a command. Out: lines.

import Syntax

enum StageText {
  static func lex(_ body: String) -> (String, Bool) {
    let source = SourceText(name: "lex", text: body)
    let stream = Lexer.tokenize(source)
    var text = ""
    for token in stream.tokens {
      let kind: String =
        switch token.kind {
        case .word: token.keyword.map { $0.isReserved ? "reserved" : "keyword" } ?? "word"
        case .quotedName: "quoted name"
        case .integer: "integer"
        case .decimal: "decimal"
        case .string: "string"
        case .hint: "hint"
        case .symbol: "symbol"
        case .endOfFile: "end"
        }
      text += "\(token.span.start)..\(token.span.end) \(kind) \(token.text)".trimmed + "\n"
    }
    for comment in stream.comments { text += "\(comment.span.start)..\(comment.span.end) comment \(comment.text)\n" }
    let rendered = DiagnosticRenderer(source, mentionsExplain: false).render(stream.diagnostics)
    if !rendered.isEmpty { text += rendered.hasSuffix("\n") ? rendered : rendered + "\n" }
    return (text, stream.diagnostics.contains(where: \.isError))
  }

  static func parse(_ body: String) -> (String, Bool) {
    let source = SourceText(name: "parse", text: body)
    let (script, diagnostics) = Parser.parseScript(source)
    if diagnostics.contains(where: \.isError) {
      let rendered = DiagnosticRenderer(source, mentionsExplain: false).render(diagnostics)
      return (rendered.hasSuffix("\n") ? rendered : rendered + "\n", true)
    }
    let tree = TreePrinter.dump(script)
    return (tree.hasSuffix("\n") ? tree : tree + "\n", false)
  }

  /// What is wrong with the printed form of a text that parses; nil when it gives the same tree.
  static func roundTrip(_ text: String) -> String? {
    let (script, diagnostics) = Parser.parseScript(SourceText(name: "text", text: text))
    guard diagnostics.isEmpty else { return nil }
    let printed = Formatter.print(script)
    let (again, mistakes) = Parser.parseScript(SourceText(name: "printed", text: printed))
    if mistakes.isEmpty, TreePrinter.dump(again) == TreePrinter.dump(script) { return nil }
    return "printed and parsed again, the text gives another tree:\n\(printed)"
  }
}

extension String {
  /// Without spaces at the end.
  var trimmed: String { String(reversed().drop { $0 == " " }.reversed()) }
}
