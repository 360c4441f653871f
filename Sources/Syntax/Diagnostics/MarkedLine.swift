// One source line with its marks: carets under the primary span, dashes under the others, and their remarks. The
// rightmost remark stands on the marks' own line, the others hang below on bars, so that no two overlap. A span over
// several lines is marked to the end of its first line (a shortcut: the end is rarely what a message is about).

struct MarkedLine {
  struct Label {
    var span: SourceSpan
    var text: String
    var isPrimary: Bool
  }

  private struct Mark {
    var column: Int
    var width: Int
    var text: String
    var isPrimary: Bool
  }

  let number: Int
  private let shown: TerminalText
  private let marks: [Mark]

  init(source: SourceText, line: Int, labels: [Label]) {
    let shown = TerminalText(source, line: line)
    let lineEnd = source.lineRange(line).upperBound
    number = line + 1
    self.shown = shown
    marks = labels.map { label in
      let start = shown.column(of: label.span.start)
      let end = shown.column(of: min(label.span.end, lineEnd))
      return Mark(column: start, width: max(1, end - start), text: label.text, isPrimary: label.isPrimary)
    }.sorted { ($0.column, $0.isPrimary ? 0 : 1) < ($1.column, $1.isPrimary ? 0 : 1) }
  }

  func lines(gutter: Int, paint: Paint) -> [String] {
    let label = String(number)
    let padding = String(repeating: " ", count: max(0, gutter - label.count))
    var lines = [Self.trimmed(" \(paint.gutter("\(padding)\(label) |")) \(shown.text)")]
    let margin = String(repeating: " ", count: gutter + 2) + paint.gutter("|") + " "
    for row in markRows() { lines.append(Self.trimmed(margin + row.painted(paint))) }
    return lines
  }

  private func markRows() -> [Row] {
    guard !marks.isEmpty else { return [] }
    var underline = Row()
    // Secondary first, so that carets win where marks overlap.
    for mark in marks.filter({ !$0.isPrimary }) + marks.filter(\.isPrimary) {
      underline.fill(mark.column, count: mark.width, with: mark.isPrimary ? "^" : "-", isPrimary: mark.isPrimary)
    }
    var rows: [Row] = []
    var hanging = marks.filter { !$0.text.isEmpty }
    let end = marks.map { $0.column + $0.width }.max() ?? 0
    if let last = hanging.last, last.column + last.width == end {
      hanging.removeLast()
      let texts = last.text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
      for (index, text) in texts.enumerated() {
        var row = index == 0 ? underline : Row()
        row.write(text, at: end + 1, isPrimary: last.isPrimary)
        rows.append(row)
      }
    } else {
      rows.append(underline)
    }
    return rows + hangingRows(hanging)
  }

  private func hangingRows(_ marks: [Mark]) -> [Row] {
    guard !marks.isEmpty else { return [] }
    var rows = [Row()]
    for mark in marks { rows[0].fill(mark.column, count: 1, with: "|", isPrimary: mark.isPrimary) }
    for (index, mark) in marks.enumerated().reversed() {
      for text in mark.text.split(separator: "\n", omittingEmptySubsequences: false) {
        var row = Row()
        for other in marks[..<index] { row.fill(other.column, count: 1, with: "|", isPrimary: other.isPrimary) }
        row.write(String(text), at: mark.column, isPrimary: mark.isPrimary)
        rows.append(row)
      }
    }
    return rows
  }

  private static func trimmed(_ line: String) -> String {
    var line = line
    while line.last == " " { line.removeLast() }
    return line
  }
}

/// A row of marks: cells by display column, with text at its end.
private struct Row {
  private var cells: [(character: Character, isPrimary: Bool)] = []
  private var text = ""
  private var textIsPrimary = false

  mutating func fill(_ column: Int, count: Int, with character: Character, isPrimary: Bool) {
    while cells.count < column + count { cells.append((" ", false)) }
    for index in column..<(column + count) { cells[index] = (character, isPrimary) }
  }

  mutating func write(_ text: String, at column: Int, isPrimary: Bool) {
    while cells.count < column { cells.append((" ", false)) }
    if cells.count > column { cells.removeLast(cells.count - column) }
    self.text = TerminalText.cleaned(text)
    textIsPrimary = isPrimary
  }

  func painted(_ paint: Paint) -> String {
    guard paint.isOn else { return String(cells.map(\.character)) + text }
    var result = ""
    for cell in cells {
      let character = String(cell.character)
      let isBlank = cell.character == " "
      result += isBlank ? character : cell.isPrimary ? paint.severity(character, .error) : paint.secondary(character)
    }
    return result + (textIsPrimary ? paint.severity(text, .error) : paint.secondary(text))
  }
}
