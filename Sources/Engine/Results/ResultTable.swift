// Rows as a drawn table for a terminal: names, types, numbers to the right, cells cut to what the terminal is wide.
// In: a schema and batches. Out: text. Keeps the first rows only: a table is for reading, other formats are for piping.

import Execution
import Schemas
import Syntax
import Values

/// Collects rows and draws them once.
package struct ResultTable {
  private let schema: Schema
  /// The columns that identify a row, where rows change; nil where they are only added.
  private let changeKey: [Int]?
  private var writer: TextWriter
  private var cells: [[String]] = []
  /// Rows drawn at most.
  private let limit: Int
  private(set) package var rowCount = 0

  /// A table of rows of `schema`. With a key, a first column `op` says how each row changes the result.
  package init(_ schema: Schema, changesOf key: [Int]? = nil, zone: TimeZoneRules, limit: Int = 1000) {
    self.schema = schema
    changeKey = key
    self.limit = limit
    writer = TextWriter(TextOptions(zone: zone))
  }

  package mutating func append(_ batch: Batch) {
    let kinds = changeKey.map { ChangeKinds.of(batch, keyColumns: $0, types: schema.fields.map(\.type)) }
    for row in 0..<batch.count where rowCount + row < limit {
      var line = zip(batch.columns, schema.fields).map { column, field in text(column, row, field.type) }
      if let kinds { line.insert("\(kinds[row].text)", at: 0) }
      cells.append(line)
    }
    rowCount += batch.count
  }

  private mutating func text(_ column: Column, _ row: Int, _ type: DataType) -> String {
    writer.cell(column, row: row, type: type)
  }

  /// The table, fit to `width` columns.
  package func drawn(width: Int) -> String {
    var names = schema.fields.map(\.name)
    var types = schema.fields.map(\.type.description)
    var toRight = schema.fields.map(\.type.isNumeric)
    if changeKey != nil {
      names.insert("op", at: 0)
      types.insert("", at: 0)
      toRight.insert(false, at: 0)
    }
    guard !names.isEmpty else { return footer }
    let widths = TableText.fit(naturalWidths(names, types), into: width)
    var text = TableText.rule(widths, "┌", "┬", "┐")
    text += TableText.line(names, widths, toRight: toRight)
    text += TableText.line(types, widths, toRight: toRight)
    text += TableText.rule(widths, "├", "┼", "┤")
    for line in cells { text += TableText.line(line, widths, toRight: toRight) }
    return text + TableText.rule(widths, "└", "┴", "┘") + footer
  }

  private func naturalWidths(_ names: [String], _ types: [String]) -> [Int] {
    names.indices.map { column in
      let heads = max(TableText.width(names[column]), TableText.width(types[column]))
      return cells.reduce(heads) { max($0, TableText.width($1[column])) }
    }
  }

  private var footer: String {
    let rows = rowCount == 1 ? "1 row" : "\(rowCount) rows"
    guard rowCount > cells.count else { return rows + "\n" }
    return "\(rows); the first \(cells.count) are shown (--format jsonl or csv prints all)\n"
  }
}

/// The drawing of cells and rules.
enum TableText {
  static func width(_ text: String) -> Int { DisplayWidth.of(text) }

  /// Control characters as escapes, so that data cannot move the cursor.
  static func printable(_ text: String) -> String {
    guard text.unicodeScalars.contains(where: { $0.value < 32 || ($0.value >= 127 && $0.value < 160) }) else {
      return text
    }
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\n": result += "\\n"
      case "\r": result += "\\r"
      case "\t": result += "\\t"
      case _ where scalar.value < 32 || (scalar.value >= 127 && scalar.value < 160):
        result += "\\x" + String(scalar.value, radix: 16)
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }

  /// Narrows the widest columns until a line fits, none below 6.
  static func fit(_ widths: [Int], into total: Int) -> [Int] {
    var widths = widths
    var excess = widths.reduce(1) { $0 + $1 + 3 } - total
    while excess > 0, let widest = widths.max(), widest > 6, let place = widths.firstIndex(of: widest) {
      let next = widths.filter { $0 < widest }.max() ?? 6
      let cut = min(excess, max(1, widest - max(next, 6)))
      widths[place] -= cut
      excess -= cut
    }
    return widths
  }

  static func rule(_ widths: [Int], _ left: String, _ middle: String, _ right: String) -> String {
    left + widths.map { String(repeating: "─", count: $0 + 2) }.joined(separator: middle) + right + "\n"
  }

  static func line(_ cells: [String], _ widths: [Int], toRight: [Bool]) -> String {
    var text = "│"
    for (column, cell) in cells.enumerated() {
      let shown = cut(cell, to: widths[column])
      let padding = String(repeating: " ", count: max(0, widths[column] - width(shown)))
      text += toRight[column] ? " \(padding)\(shown) │" : " \(shown)\(padding) │"
    }
    return text + "\n"
  }

  private static func cut(_ text: String, to limit: Int) -> String {
    guard width(text) > limit else { return text }
    var result = ""
    var used = 0
    for character in text {
      let next = width(String(character))
      if used + next > limit - 1 { break }
      result.append(character)
      used += next
    }
    return result + "…"
  }
}

extension TextWriter {
  /// The text of one datum for people: NULL in words, bytes as text where they are text, nothing that moves a cursor.
  mutating func cell(_ column: Column, row: Int, type: DataType) -> String {
    if column.isNull(row) { return "NULL" }
    if type.isBytes, let text = column.value(at: row).text { return TableText.printable(text) }
    let buffer = ByteBuffer()
    write(column, row: row, type: type, into: buffer)
    return TableText.printable(String(decoding: buffer.array, as: UTF8.self))
  }
}
