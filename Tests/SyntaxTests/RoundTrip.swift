// The rules that every script keeps: it parses, prints to a text that parses to the same tree, and formatting the
// formatted text changes nothing. Used by the tests over written, generated and mutated scripts.

import Testing

@testable import Syntax

enum RoundTrip {
  /// What a script breaks, in words; empty when it keeps all rules.
  static func violations(_ text: String) -> [String] {
    let source = SourceText(name: "test.pipe", text: text)
    let (script, diagnostics) = Parser.parseScript(source)
    if !diagnostics.isEmpty { return [DiagnosticRenderer(source).render(diagnostics)] }
    let outline = TreePrinter.dump(script)
    let printed = Formatter.print(script)
    var violations = difference("print and parse", outline, reparsed(printed), text: printed)
    let (formatted, _) = Formatter.format(source)
    guard let formatted else { return violations + ["a text that parses was not formatted"] }
    violations += difference("format and parse", outline, reparsed(formatted), text: formatted)
    let (again, _) = Formatter.format(SourceText(name: "again.pipe", text: formatted))
    if again != formatted { violations.append("not idempotent:\n\(formatted)\n--- then ---\n\(again ?? "nil")") }
    return violations + lostComments(source, formatted)
  }

  private static func reparsed(_ text: String) -> String {
    let source = SourceText(name: "printed.pipe", text: text)
    let (script, diagnostics) = Parser.parseScript(source)
    return diagnostics.isEmpty ? TreePrinter.dump(script) : DiagnosticRenderer(source).render(diagnostics)
  }

  private static func difference(_ step: String, _ left: String, _ right: String, text: String) -> [String] {
    if left == right { return [] }
    let leftLines = left.split(separator: "\n")
    let rightLines = right.split(separator: "\n")
    let index = zip(leftLines, rightLines).enumerated().first { $1.0 != $1.1 }?.offset ?? 0
    let around = rightLines.dropFirst(max(0, index - 3)).prefix(12).joined(separator: "\n")
    return ["\(step) gives another tree at line \(index):\n\(around)\nof\n\(text)"]
  }

  private static func lostComments(_ source: SourceText, _ formatted: String) -> [String] {
    let before = Lexer.tokenize(source).comments.map(\.text)
    let after = Lexer.tokenize(SourceText(name: "formatted.pipe", text: formatted)).comments.map(\.text)
    return before == after ? [] : ["comments changed from \(before) to \(after) in\n\(formatted)"]
  }
}
