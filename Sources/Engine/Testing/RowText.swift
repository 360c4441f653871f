// Rows as lines of text, and two sets of rows compared as lines: what a failing test shows. In: batches. Out: lines.

import Values

struct RowText {
  private let schema: Schema

  init(_ schema: Schema) { self.schema = schema }

  func rows(_ batch: Batch) -> [String] {
    var writer = TextWriter()
    return (0..<batch.count).map { row in
      zip(batch.columns, schema.fields).map { column, field in
        writer.cell(column, row: row, type: field.type)
      }.joined(separator: " | ")
    }
  }

  func lines(_ batch: Batch, mark: String) -> String {
    let all = rows(batch)
    let shown = all.prefix(20).map { "    \(mark) \($0)\n" }.joined()
    return all.count > 20 ? shown + "    ... and \(all.count - 20) more\n" : shown
  }

  /// The lines that only one side has, or nil when both are the same; in order, or as multisets.
  func difference(expected: Batch, actual: Batch, inOrder: Bool) -> String? {
    let wanted = rows(expected)
    let came = rows(actual)
    if inOrder ? wanted == came : wanted.sorted() == came.sorted() { return nil }
    let head = "      \(schema.fields.map(\.name).joined(separator: " | "))\n"
    if wanted.sorted() == came.sorted() {
      return head + came.prefix(40).map { "    + \($0)\n" }.joined() + "    the rows are right, their order is not\n"
    }
    return head + listed(wanted, without: came, mark: "-") + listed(came, without: wanted, mark: "+")
  }

  private func listed(_ rows: [String], without others: [String], mark: String) -> String {
    var remaining = others.reduce(into: [String: Int]()) { $0[$1, default: 0] += 1 }
    var text = ""
    for row in rows.prefix(60) {
      if let count = remaining[row], count > 0 {
        remaining[row] = count - 1
        text += mark == "-" ? "      \(row)\n" : ""
      } else {
        text += "    \(mark) \(row)\n"
      }
    }
    return text
  }
}
