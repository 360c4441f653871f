// Rows kept in memory as they came: for tests, golden scripts and results that are printed as tables. In: rows. Out: the
// same, with their weights.

import Values

package final class CollectingSink: Sink {
  package let schema: Schema
  private var kept: [Batch] = []
  /// The rows so far.
  package private(set) var count = 0

  package init(schema: Schema) { self.schema = schema }

  package func write(_ piece: SinkPiece, step: SinkStep) throws(ExecutionError) {
    guard case .rows(var batch) = piece else { return }
    batch.origin = nil
    kept.append(batch)
    count += batch.count
  }

  /// The rows so far as one batch.
  package var rows: Batch {
    Batch.concatenate(kept, types: schema.fields.map(\.type))
  }

  /// Hands the rows over and forgets them.
  package func takeRows() -> Batch {
    defer {
      kept = []
      count = 0
    }
    return rows
  }

  package func writeState(to writer: ColumnWriter) {
    let all = rows
    writer.write(all.count)
    writer.write(all.columns)
    writer.write(all.weights ?? Vector(repeating: 1, count: all.count))
  }

  package func readState(from reader: ColumnReader) throws(StateFormatError) {
    count = Int(try reader.int())
    let columns = try reader.columns(schema.fields.map(\.type))
    let weights = try reader.ints()
    var batch = Batch(columns: columns, count: count)
    if weights.array.contains(where: { $0 != 1 }) { batch.weights = weights }
    kept = count > 0 ? [batch] : []
  }
}
