// The rows of one side of a join: columns that grow, and for each key the chain of its rows in the order they came. In:
// rows with the ids of their keys. Out: rows by number. Numbers ascend in order of arrival; `compact` renumbers and
// keeps that order.

import Values

/// Where the rows of one key begin and end; -1 for none.
struct RowChain: BitwiseCopyable {
  var first: Int32 = -1
  var last: Int32 = -1
}

final class JoinSide {
  let types: [DataType]
  private var columns: [ColumnBuilder]
  /// By key.
  let chains = StateVector<RowChain>(empty: RowChain())
  /// By row: the next of its chain, and its key.
  let next = StateVector<Int32>(empty: -1)
  let keyOf = StateVector<Int32>(empty: -1)
  private(set) var count = 0

  init(types: [DataType]) {
    self.types = types
    columns = types.map { ColumnBuilder($0) }
  }

  var byteCount: Int {
    columns.reduce(chains.byteCount + next.byteCount + keyOf.byteCount) { $0 + $1.byteCount }
  }

  /// Adds rows; each goes to the end of its key's chain where `links` is true. Gives the number of the first.
  @discardableResult
  func append(_ rows: [Column], keys: Vector<Int32>, keyCount: Int, links: Bool = true) -> Int {
    precondition(count + keys.count < Int(Int32.max), "one side of a join cannot hold more than 2^31 rows at a worker")
    let start = count
    for (builder, column) in zip(columns, rows) { builder.append(contentsOf: column) }
    count += keys.count
    chains.resize(to: keyCount)
    next.resize(to: count)
    keyOf.resize(to: count)
    let (chains, next, keyOf) = (chains.base, next.base, keyOf.base)
    for row in 0..<keys.count {
      let key = Int(keys.base[row])
      let number = Int32(truncatingIfNeeded: start &+ row)
      keyOf[Int(number)] = keys.base[row]
      if !links { continue }
      let last = chains[key].last
      if last < 0 { chains[key].first = number } else { next[Int(last)] = number }
      chains[key].last = number
    }
    return start
  }

  func hasRows(of key: Int) -> Bool { key < chains.count && chains.base[key].first >= 0 }

  /// The values of one column at the rows.
  func column(_ index: Int, _ rows: Vector<Int32>, padded: Bool = false) -> Column {
    columns[index].gathered(rows, padded: padded)
  }

  func isRow(_ row: Int, equalTo other: [Column], _ number: Int) -> Bool {
    for (builder, column) in zip(columns, other) where !builder.isRow(row, equalTo: column, number) { return false }
    return true
  }

  /// Takes a row out of its key's chain; its values stay until `compact`. `previous` is the row before it, -1 for none.
  func unlink(_ row: Int32, after previous: Int32) {
    let key = Int(keyOf.base[Int(row)])
    let following = next.base[Int(row)]
    if previous < 0 { chains.base[key].first = following } else { next.base[Int(previous)] = following }
    if following < 0 { chains.base[key].last = previous }
    next.base[Int(row)] = -1
  }

  /// Keeps only the given rows, ascending, and gives keys the numbers of `keyMap`, all chained again.
  func compact(keeping rows: Vector<Int32>, keyMap: Vector<Int32>?, keyCount: Int) {
    let kept = columns.map { $0.gathered(rows) }
    let keys = keyOf.gather(rows)
    if let keyMap { for row in 0..<keys.count { keys.base[row] = keyMap.base[Int(keys.base[row])] } }
    replace(kept, keys: keys, keyCount: keyCount)
  }

  private func replace(_ rows: [Column], keys: Vector<Int32>, keyCount: Int) {
    columns = types.map { ColumnBuilder($0) }
    count = 0
    let none = Vector<Int32>(uninitialized: 0)
    next.replace(with: none)
    keyOf.replace(with: none)
    chains.replace(with: Vector<RowChain>(uninitialized: 0))
    append(rows, keys: keys, keyCount: keyCount)
  }

  /// Writes the given rows, ascending.
  func write(_ rows: Vector<Int32>, to writer: ColumnWriter) {
    writer.write(rows.count)
    writer.write(columns.map { $0.gathered(rows) })
    writer.write(keyOf.gather(rows))
  }

  func read(from reader: ColumnReader, keyCount: Int) throws(StateFormatError) {
    let count = Int(clamping: try reader.int())
    let rows = try reader.columns(types)
    let keys = try reader.rowNumbers(below: keyCount)
    guard keys.count == count, rows.allSatisfy({ $0.count == count }) else {
      throw reader.failure("the rows of a join have columns of different lengths")
    }
    replace(rows, keys: keys, keyCount: keyCount)
  }
}
