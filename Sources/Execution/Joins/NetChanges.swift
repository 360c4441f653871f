// What a step changes in a bag of rows: additions and removals of equal rows cancel. In: batches in the order they
// came. Out: the removals that remain, then the additions. Equal rows are alike, so which of them cancel does not
// matter.

import Plan
import Values

struct NetChanges {
  var removed: KeyedRows?
  var added: KeyedRows?

  init(_ batches: [KeyedRows], types: [DataType], keyTypes: [DataType]) {
    guard !batches.isEmpty else { return }
    let rows = Self.concatenate(batches, types: types, keyTypes: keyTypes)
    guard let weights = rows.batch.weights else {
      added = rows
      return
    }
    let index = GroupIndex(types: types)
    let ids = index.ids(for: rows.batch.columns, count: rows.batch.count)
    let totals = StateVector<Int64>(empty: 0)
    totals.resize(to: index.count)
    for row in 0..<rows.batch.count { totals.base[Int(ids.base[row])] &+= weights.base[row] }
    let less = VectorBuilder<Int32>()
    let more = VectorBuilder<Int32>()
    for row in 0..<rows.batch.count {
      let id = Int(ids.base[row])
      let number = Int32(truncatingIfNeeded: row)
      while weights.base[row] < 0, totals.base[id] < 0 {
        less.append(number)
        totals.base[id] += 1
        if weights.base[row] == -1 { break }
      }
      while weights.base[row] > 0, totals.base[id] > 0 {
        more.append(number)
        totals.base[id] -= 1
        if weights.base[row] == 1 { break }
      }
    }
    if less.count > 0 { removed = rows.gather(less.finish()) }
    if more.count > 0 { added = rows.gather(more.finish()) }
  }

  private static func concatenate(_ batches: [KeyedRows], types: [DataType], keyTypes: [DataType]) -> KeyedRows {
    if batches.count == 1 { return batches[0] }
    let batch = Batch.concatenate(batches.map(\.batch), types: types)
    let keys = keyTypes.indices.map { key in Column.concatenate(batches.map { $0.keys[key] }, type: keyTypes[key]) }
    var meeting: Vector<Bool>?
    if batches.contains(where: { $0.meeting != nil }) {
      meeting = Vector.concatenate(batches.map { $0.meeting ?? Vector(repeating: true, count: $0.batch.count) })
    }
    return KeyedRows(batch: batch, keys: keys, meeting: meeting)
  }
}
