// Diagnostics for tools: one JSON object each, with byte offsets, lines and columns, edits and the rendered text. The
// JSON is written by hand because this target has no Foundation; keys come out in a fixed order.

package struct DiagnosticJSON: Sendable {
  private let renderer: DiagnosticRenderer

  package init(_ sources: [SourceText]) {
    renderer = DiagnosticRenderer(sources)
  }

  /// A JSON array, one diagnostic a line.
  package func render(_ diagnostics: [Diagnostic]) -> String {
    diagnostics.isEmpty ? "[]\n" : "[\n" + diagnostics.map { render($0) }.joined(separator: ",\n") + "\n]\n"
  }

  /// One JSON object on one line.
  package func render(_ diagnostic: Diagnostic) -> String {
    var fields: [(String, String)] = [
      ("code", quoted(diagnostic.code)), ("group", quoted(diagnostic.group)),
      ("severity", quoted(diagnostic.severity.rawValue)), ("message", quoted(diagnostic.message)),
    ]
    fields += place(diagnostic.primary.span)
    fields.append(("label", quoted(diagnostic.primary.text)))
    fields.append(
      ("labels", array(diagnostic.secondary.map { object(place($0.span) + [("text", quoted($0.text))]) })))
    fields.append(("helps", array(diagnostic.helps.map(quoted))))
    fields.append(("notes", array(diagnostic.notes.map(quoted))))
    fields.append(("fixes", array(diagnostic.fixes.map(fix))))
    fields.append(("rendered", quoted(renderer.render(diagnostic))))
    return object(fields)
  }

  private func fix(_ fix: FixIt) -> String {
    let edits = fix.edits.map { object(place($0.span) + [("replacement", quoted($0.replacement))]) }
    return object([
      ("message", quoted(fix.message)), ("applicability", quoted(fix.applicability.rawValue)),
      ("edits", array(edits)),
    ])
  }

  private func place(_ span: SourceSpan) -> [(String, String)] {
    guard let source = renderer.sources[span.source] else {
      return [("file", "null"), ("start", String(span.start)), ("end", String(span.end))]
    }
    let start = source.position(of: span.start)
    let end = source.position(of: span.end)
    return [
      ("file", quoted(source.name)), ("start", String(span.start)), ("end", String(span.end)),
      ("line", String(start.line)), ("column", String(start.column)),
      ("endLine", String(end.line)), ("endColumn", String(end.column)),
    ]
  }

  private func object(_ fields: [(String, String)]) -> String {
    "{" + fields.map { "\(quoted($0.0)):\($0.1)" }.joined(separator: ",") + "}"
  }

  private func array(_ items: [String]) -> String {
    "[" + items.joined(separator: ",") + "]"
  }

  private func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\r": result += "\\r"
      case "\t": result += "\\t"
      default:
        if scalar.value < 0x20 {
          let digits = String(scalar.value, radix: 16)
          result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
        } else {
          result.unicodeScalars.append(scalar)
        }
      }
    }
    return result + "\""
  }
}
