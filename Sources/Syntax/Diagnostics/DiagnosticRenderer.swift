// Prints diagnostics for people: the user's own lines with carets under the place and dashes under what belongs to it,
// then proposed edits and notes. Diagnostics and their texts come in, plain or coloured text goes out.

package struct DiagnosticRenderer: Sendable {
  package var sources: [SourceID: SourceText]
  package var usesColour: Bool
  /// Whether the last note ends with how to read the rule.
  package var mentionsExplain: Bool

  package init(_ sources: [SourceText], usesColour: Bool = false, mentionsExplain: Bool = true) {
    self.sources = Dictionary(sources.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
    self.usesColour = usesColour
    self.mentionsExplain = mentionsExplain
  }

  package init(_ source: SourceText, usesColour: Bool = false, mentionsExplain: Bool = true) {
    self.init([source], usesColour: usesColour, mentionsExplain: mentionsExplain)
  }

  /// All diagnostics, with an empty line between two.
  package func render(_ diagnostics: [Diagnostic]) -> String {
    diagnostics.map { render($0) }.joined(separator: "\n")
  }

  /// One diagnostic; ends with a line break.
  package func render(_ diagnostic: Diagnostic) -> String {
    let paint = Paint(isOn: usesColour)
    let heading = "\(diagnostic.severity.rawValue)[\(diagnostic.code)]"
    var lines = [
      paint.severity(heading, diagnostic.severity) + paint.bold(": \(TerminalText.cleaned(diagnostic.message))")
        + "  [\(diagnostic.group)]"
    ]
    if let source = sources[diagnostic.primary.span.source] {
      let gutter = gutterWidth(of: diagnostic, in: source)
      lines += excerpt(of: diagnostic, in: source, gutter: gutter, paint: paint)
      lines += tail(of: diagnostic, in: source, gutter: gutter, paint: paint)
    } else {
      lines += diagnostic.helps.map { "\(paint.help("help")): \($0)" } + noteLines(diagnostic, paint: paint)
    }
    return lines.map { $0 + "\n" }.joined()
  }

  private func excerpt(
    of diagnostic: Diagnostic, in source: SourceText, gutter: Int, paint: Paint
  ) -> [String] {
    let place = source.position(of: diagnostic.primary.span.start)
    var lines = [
      String(repeating: " ", count: gutter + 1) + paint.gutter("-->")
        + " \(TerminalText.cleaned(source.name)):\(place.line):\(place.column)"
    ]
    lines.append(emptyGutter(gutter, paint))
    let labels = Self.labels(of: diagnostic).filter { $0.span.source == source.id }
    let byLine = Dictionary(grouping: labels) { source.lineIndex(of: $0.span.start) }
    var previous: Int?
    for line in byLine.keys.sorted() {
      if let previous, line > previous + 1 {
        if line == previous + 2 {
          lines += MarkedLine(source: source, line: line - 1, labels: []).lines(gutter: gutter, paint: paint)
        } else {
          lines.append(paint.gutter("..."))
        }
      }
      lines += MarkedLine(source: source, line: line, labels: byLine[line] ?? []).lines(gutter: gutter, paint: paint)
      previous = line
    }
    return lines
  }

  private func tail(of diagnostic: Diagnostic, in source: SourceText, gutter: Int, paint: Paint) -> [String] {
    var lines: [String] = []
    if !(diagnostic.helps.isEmpty && diagnostic.fixes.isEmpty && diagnostic.notes.isEmpty) {
      lines.append(emptyGutter(gutter, paint))
    }
    for fix in diagnostic.fixes {
      let heading = "help: \(fix.message)"
      let padding = String(repeating: " ", count: max(2, 68 - DisplayWidth.of(heading)))
      lines.append("\(paint.help("help")): \(fix.message)\(padding)(\(fix.applicability.rawValue))")
      lines.append(emptyGutter(gutter, paint))
      lines += EditedLines(fix: fix, source: source).lines(gutter: gutter, paint: paint)
    }
    lines += diagnostic.helps.map { "\(paint.help("help")): \($0)" }
    return lines + noteLines(diagnostic, paint: paint)
  }

  private func noteLines(_ diagnostic: Diagnostic, paint: Paint) -> [String] {
    var lines = diagnostic.notes.map { "\(paint.note("note")): \($0)" }
    if mentionsExplain, !lines.isEmpty { lines.append("      run `millrace explain \(diagnostic.code)` for the rule") }
    return lines
  }

  private func emptyGutter(_ width: Int, _ paint: Paint) -> String {
    String(repeating: " ", count: width + 2) + paint.gutter("|")
  }

  private func gutterWidth(of diagnostic: Diagnostic, in source: SourceText) -> Int {
    let spans = Self.labels(of: diagnostic).map(\.span) + diagnostic.fixes.flatMap { $0.edits.map(\.span) }
    let last = spans.filter { $0.source == source.id }.map { source.lineIndex(of: $0.start) + 1 }.max() ?? 1
    return String(last).count
  }

  private static func labels(of diagnostic: Diagnostic) -> [MarkedLine.Label] {
    [MarkedLine.Label(span: diagnostic.primary.span, text: diagnostic.primary.text, isPrimary: true)]
      + diagnostic.secondary.map { MarkedLine.Label(span: $0.span, text: $0.text, isPrimary: false) }
  }
}
