// Rows that an operator keeps, by number. In: rows of batches, copied, so that they pin no input. Out: columns of any of
// them. Numbers are given in the order in which rows come, until `keep` gives new ones; a row that is not needed any more
// stays until then.

import Values

/// Columns in pieces, each at least twice as long as the next one: a row is copied a logarithmic number of times, as in a
/// log-structured merge tree (O'Neil et al., 1996), and few pieces are ever looked through.
final class RowStore {
  private struct Piece {
    var first: Int
    var count: Int
    var columns: [Column]
    var bytes: Int
  }

  private let types: [DataType]
  private var pieces: [Piece] = []
  private(set) var count = 0
  /// A piece of strings cannot grow beyond what the views into it reach.
  private static let largestPiece = 1 << 30

  init(types: [DataType]) { self.types = types }

  var byteCount: Int { pieces.reduce(0) { $0 + $1.bytes } }

  /// Adds the rows at `selection`, which get the next numbers.
  func append(_ columns: [Column], at selection: Vector<Int32>) {
    guard selection.count > 0 else { return }
    let copies = types.indices.map { index in
      let builder = ColumnBuilder(types[index], capacity: selection.count)
      builder.append(gathering: columns[index], at: selection)
      return builder.finish()
    }
    add(copies, count: selection.count)
    while pieces.count > 1 {
      let (older, newer) = (pieces[pieces.count - 2], pieces[pieces.count - 1])
      guard older.count < 2 * newer.count, older.bytes + newer.bytes < Self.largestPiece else { return }
      pieces.removeLast(2)
      count = older.first
      let merged = types.indices.map { Column.concatenate([older.columns[$0], newer.columns[$0]], type: types[$0]) }
      add(merged, count: older.count + newer.count)
    }
  }

  private func add(_ columns: [Column], count added: Int) {
    let bytes = columns.reduce(0) { $0 + $1.byteCount }
    pieces.append(Piece(first: count, count: added, columns: columns, bytes: bytes))
    count += added
  }

  /// The rows of the given numbers, in that order.
  func gather(_ ids: Vector<Int32>) -> [Column] {
    if pieces.isEmpty { return types.map { Column.nulls($0, count: 0) } }
    if pieces.count == 1 { return pieces[0].columns.map { $0.gather(ids) } }
    let starts = pieces.map { Int32(truncatingIfNeeded: $0.first) }
    let rows = pieces.map { _ in VectorBuilder<Int32>() }
    let places = pieces.map { _ in VectorBuilder<Int32>() }
    for i in 0..<ids.count {
      let id = ids.base[i]
      let piece = starts.partitioningIndex { $0 > id } - 1
      rows[piece].append(id - starts[piece])
      places[piece].append(Int32(truncatingIfNeeded: i))
    }
    // Piece after piece, then each row where it was asked for.
    let order = Vector<Int32>(uninitialized: ids.count)
    var next: Int32 = 0
    for piece in places {
      let wanted = piece.finish()
      for i in 0..<wanted.count {
        order.base[Int(wanted.base[i])] = next
        next += 1
      }
    }
    let selections = rows.map { $0.finish() }
    return types.indices.map { column in
      let parts = pieces.indices.filter { selections[$0].count > 0 }
        .map { pieces[$0].columns[column].gather(selections[$0]) }
      return Column.concatenate(parts, type: types[column]).gather(order)
    }
  }

  /// Forgets all rows but these, which get the numbers 0, 1, ... in that order.
  func keep(_ ids: Vector<Int32>) {
    let kept = gather(ids)
    pieces = []
    count = 0
    append(kept, at: Vector.indices(ids.count))
  }

  func write(_ ids: Vector<Int32>, to writer: ColumnWriter) { writer.write(gather(ids)) }

  func read(from reader: ColumnReader, count wanted: Int) throws(StateFormatError) {
    let columns = try reader.columns(types)
    guard columns.allSatisfy({ $0.count == wanted }) else {
      throw reader.failure("kept rows have columns of different lengths")
    }
    pieces = []
    count = 0
    if wanted > 0 { add(columns, count: wanted) }
  }
}
