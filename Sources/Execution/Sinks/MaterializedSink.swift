// The current rows of an updating stream: changes folded by the key that identifies a row, or by the whole row. In: rows
// with weights. Out: when asked, the rows that are left, in the order of their key.

import Values

package final class MaterializedSink: Sink {
  private let types: [DataType]
  /// The columns that identify a row; all of them where the stream has no key.
  private let keyColumns: [Int]
  private let isKeyed: Bool
  private var index: GroupIndex
  /// By key: how many times the row is there, and where its latest values lie.
  private var multiplicity = VectorBuilder<Int64>()
  private var latest = VectorBuilder<Int64>()
  private var batches: [Batch] = []
  /// Rows in `batches`; when most of them are outdated they are copied together.
  private var storedRows = 0

  package init(schema: Schema, keyColumns: [Int]) {
    types = schema.fields.map(\.type)
    isKeyed = !keyColumns.isEmpty
    self.keyColumns = isKeyed ? keyColumns : Array(types.indices)
    index = GroupIndex(types: self.keyColumns.map { [types] in types[$0] })
  }

  package func write(_ piece: SinkPiece, step: SinkStep) throws(ExecutionError) {
    guard case .rows(var batch) = piece, batch.count > 0 else { return }
    batch.origin = nil
    batch.order = nil
    fold(batch)
    if storedRows > 65_536 && storedRows > index.count * 4 { compact() }
  }

  private func fold(_ batch: Batch) {
    let ids = index.ids(for: keyColumns.map { batch.columns[$0] }, count: batch.count)
    let missing = index.count - multiplicity.count
    if missing > 0 {
      multiplicity.append(repeating: 0, count: missing)
      latest.append(repeating: 0, count: missing)
    }
    let counts = multiplicity.base
    let places = latest.base
    let block = Int64(batches.count) << 32
    for row in 0..<batch.count {
      let id = Int(ids.base[row])
      let weight = batch.weights?.base[row] ?? 1
      if isKeyed {
        // An upsert may come without the row it replaces being taken back first.
        counts[id] = weight > 0 ? 1 : 0
      } else {
        counts[id] &+= weight
      }
      if weight > 0 { places[id] = block | Int64(row) }
    }
    var kept = batch
    kept.weights = nil
    batches.append(kept)
    storedRows += batch.count
  }

  /// The ids of rows that are there, and their values in that order.
  private func current() -> (ids: [Int], rows: Batch) {
    let ids = (0..<multiplicity.count).filter { multiplicity.base[$0] > 0 }
    var parts: [Batch] = []
    let byPlace = ids.sorted { latest.base[$0] < latest.base[$1] }
    var start = 0
    while start < byPlace.count {
      let block = Int(latest.base[byPlace[start]] >> 32)
      var rows: [Int32] = []
      var end = start
      while end < byPlace.count && Int(latest.base[byPlace[end]] >> 32) == block {
        rows.append(Int32(truncatingIfNeeded: latest.base[byPlace[end]] & 0xFFFF_FFFF))
        end += 1
      }
      parts.append(batches[block].gather(Vector(rows)))
      start = end
    }
    // Concatenating one part would keep looking into the batch that it is cut from.
    let columns = types.indices.map { column in
      Column.concatenate(parts.map { $0.columns[column] }, type: types[column])
    }
    return (byPlace, Batch(columns: columns, count: byPlace.count))
  }

  private func compact() {
    let (ids, rows) = current()
    let counts = ids.map { multiplicity.base[$0] }
    index = GroupIndex(types: keyColumns.map { types[$0] })
    multiplicity = VectorBuilder()
    latest = VectorBuilder()
    batches = []
    storedRows = 0
    load(rows, counts: counts)
  }

  private func load(_ rows: Batch, counts: [Int64]) {
    guard rows.count > 0 else { return }
    fold(rows)
    // A fresh index gives ids in the order of the rows.
    for (row, count) in counts.enumerated() { multiplicity.base[row] = count }
  }

  /// The rows that are there now, by ascending key; a row that is there several times comes several times.
  package var rows: Batch {
    let (ids, rows) = current()
    let keys = KeyEncoder(types: keyColumns.map { types[$0] })
      .encode(keyColumns.map { rows.columns[$0] }, count: rows.count)
    let selection = VectorBuilder<Int32>()
    for row in keys.ascendingOrder().array {
      selection.append(repeating: row, count: Int(multiplicity.base[ids[Int(row)]]))
    }
    return rows.gather(selection.finish())
  }

  package func writeState(to writer: ColumnWriter) {
    let (ids, rows) = current()
    writer.write(rows.columns)
    writer.write(Vector(ids.map { multiplicity.base[$0] }))
  }

  package func readState(from reader: ColumnReader) throws(StateFormatError) {
    let columns = try reader.columns(types)
    let counts = try reader.ints().array
    guard columns.allSatisfy({ $0.count == counts.count }) else { throw reader.failure("rows and counts disagree") }
    load(Batch(columns: columns, count: counts.count), counts: counts)
  }
}
