// Columns of plain text that line up, for listings: no frames, so that they can be read, searched and cut. In: cells.
// Out: text. On a terminal the columns are padded; elsewhere tabs stand between them, for `cut` and spreadsheets.

import Syntax

/// A listing with a heading.
struct AlignedTable {
  enum Side {
    case left, right
  }

  private let columns: [(name: String, side: Side)]
  private var rows: [[String]] = []

  init(_ columns: [(name: String, side: Side)]) { self.columns = columns }

  var isEmpty: Bool { rows.isEmpty }

  mutating func append(_ cells: [String]) { rows.append(cells) }

  func text(isForTerminal: Bool) -> String {
    let lines = [columns.map { $0.name.uppercased() }] + rows
    guard isForTerminal else { return lines.map { $0.joined(separator: "\t") + "\n" }.joined() }
    let widths = columns.indices.map { column in lines.map { DisplayWidth.of($0[column]) }.max() ?? 0 }
    return lines.map { line in
      var text = ""
      for (column, cell) in line.enumerated() {
        let padding = String(repeating: " ", count: widths[column] - DisplayWidth.of(cell))
        text += columns[column].side == .right ? padding + cell : cell + padding
        text += column + 1 < line.count ? "  " : ""
      }
      while text.last == " " { text.removeLast() }
      return text + "\n"
    }.joined()
  }
}
