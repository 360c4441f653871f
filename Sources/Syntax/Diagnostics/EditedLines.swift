// The lines of a source text as they would be after a fix: + under what is new, ~ under what replaces something. A fix
// that only deletes is shown as the old line and the new line.

struct EditedLines {
  private struct Cell {
    var byte: UInt8
    var mark: Character
  }

  private let firstLine: Int
  private let rows: [[Cell]]
  private let deleted: [String]

  init(fix: FixIt, source: SourceText) {
    let edits = fix.edits.filter { $0.span.source == source.id && $0.span.end <= source.bytes.count }
      .sorted { $0.span.start < $1.span.start }
    guard let first = edits.first, let last = edits.last else {
      (firstLine, rows, deleted) = (0, [], [])
      return
    }
    let line = source.lineIndex(of: first.span.start)
    let lastLine = source.lineIndex(of: last.span.end)
    firstLine = line
    rows = Self.apply(edits, to: source, from: line, through: lastLine)
    let onlyDeletes = edits.allSatisfy { $0.replacement.isEmpty }
    deleted = onlyDeletes ? (line...lastLine).map { TerminalText(source, line: $0).text } : []
  }

  private static func apply(
    _ edits: [SourceEdit], to source: SourceText, from line: Int, through lastLine: Int
  ) -> [[Cell]] {
    var cells: [Cell] = []
    var offset = source.lineRange(line).lowerBound
    for edit in edits where edit.span.start >= offset {
      cells += source.bytes[offset..<edit.span.start].map { Cell(byte: $0, mark: " ") }
      let mark: Character = edit.span.isEmpty ? "+" : "~"
      cells += edit.replacement.utf8.map { Cell(byte: $0, mark: mark) }
      offset = edit.span.end
    }
    let end = max(offset, source.lineRange(lastLine).upperBound)
    cells += source.bytes[offset..<end].map { Cell(byte: $0, mark: " ") }
    return cells.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false, by: \.byte)
  }

  func lines(gutter: Int, paint: Paint) -> [String] {
    var lines: [String] = []
    for (index, text) in deleted.enumerated() {
      lines.append(" \(paint.gutter("\(padded(firstLine + index + 1, gutter)) -")) \(text)")
    }
    for (index, row) in rows.enumerated() {
      let sign = deleted.isEmpty ? "|" : "+"
      let line = SourceText(name: "", bytes: row.map(\.byte))
      let shown = TerminalText(line, line: 0)
      lines.append(" \(paint.gutter("\(padded(firstLine + index + 1, gutter)) \(sign)")) \(shown.text)")
      let marks = marks(of: row, shown: shown)
      if !marks.isEmpty {
        lines.append(String(repeating: " ", count: gutter + 2) + paint.gutter("|") + " " + paint.help(marks))
      }
    }
    return lines
  }

  private func marks(of row: [Cell], shown: TerminalText) -> String {
    var marks: [Character] = []
    for (offset, cell) in row.enumerated() where cell.mark != " " {
      let end = shown.column(of: offset + 1)
      while marks.count < shown.column(of: offset) { marks.append(" ") }
      while marks.count < end { marks.append(cell.mark) }
    }
    while marks.last == " " { marks.removeLast() }
    return String(marks)
  }

  private func padded(_ number: Int, _ width: Int) -> String {
    let text = String(number)
    return String(repeating: " ", count: max(0, width - text.count)) + text
  }
}

extension Array {
  /// Splits where a byte equals the separator.
  fileprivate func split(
    separator: UInt8, omittingEmptySubsequences: Bool, by byte: (Element) -> UInt8
  ) -> [[Element]] {
    split(omittingEmptySubsequences: omittingEmptySubsequences) { byte($0) == separator }.map { [Element]($0) }
  }
}
