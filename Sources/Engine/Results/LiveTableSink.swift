// Rows of a query that never ends, drawn as they come: the head of the table once, then a line for each row. In: rows.
// Out: lines on the console. Widths are those of the first rows: later cells are cut to them.

import Execution
import Schemas
import Values

final class LiveTableSink: Sink {
  private let schema: Schema
  private let changeKey: [Int]?
  private let console: Console
  private var writer: TextWriter
  private var widths: [Int] = []
  private let toRight: [Bool]

  init(_ schema: Schema, changesOf key: [Int]?, zone: TimeZoneRules, console: Console) {
    self.schema = schema
    changeKey = key
    self.console = console
    writer = TextWriter(TextOptions(zone: zone))
    toRight = (key == nil ? [] : [false]) + schema.fields.map(\.type.isNumeric)
  }

  func write(_ piece: SinkPiece, step: SinkStep) throws(ExecutionError) {
    guard case .rows(let batch) = piece, !step.isReplay, batch.count > 0 else { return }
    let kinds = changeKey.map { ChangeKinds.of(batch, keyColumns: $0, types: schema.fields.map(\.type)) }
    let lines = (0..<batch.count).map { row in
      (kinds.map { [$0[row].rawValue] } ?? [])
        + zip(batch.columns, schema.fields).map { writer.cell($0, row: row, type: $1.type) }
    }
    if widths.isEmpty { drawHead(lines) }
    for line in lines { console.output(TableText.line(line, widths, toRight: toRight)) }
    console.flush()
    if console.isOutputClosed { throw .brokenPipe }
  }

  private func drawHead(_ lines: [[String]]) {
    let names = (changeKey == nil ? [] : ["op"]) + schema.fields.map(\.name)
    let types = (changeKey == nil ? [] : [""]) + schema.fields.map(\.type.description)
    let natural = names.indices.map { column in
      lines.reduce(max(TableText.width(names[column]), TableText.width(types[column]), 4)) {
        max($0, TableText.width($1[column]))
      }
    }
    widths = TableText.fit(natural, into: console.width)
    console.output(
      TableText.rule(widths, "┌", "┬", "┐") + TableText.line(names, widths, toRight: toRight)
        + TableText.line(types, widths, toRight: toRight) + TableText.rule(widths, "├", "┼", "┤"))
  }

  func close() throws(ExecutionError) {
    if !widths.isEmpty { console.output(TableText.rule(widths, "└", "┴", "┘")) }
    console.flush()
  }
}
