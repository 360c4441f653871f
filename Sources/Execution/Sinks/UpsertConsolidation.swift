// What a step says of each key of an upsert sink: the row that stands at its end, or that there is none. In: the changes of a
// step, in canonical order, in which a new row may come before the old one is taken back. Out: one row for each key that
// changed, those of deletions with weight -1, in the order in which keys were first met. A row that came and went is not
// spoken of.

import Values

enum UpsertConsolidation {
  static func rows(_ batches: [Batch], keyColumns: [Int], types: [DataType]) -> Batch {
    var given = batches
    for index in given.indices {
      given[index].origin = nil
      given[index].order = nil
      if given[index].weights == nil { given[index].weights = Vector(repeating: 1, count: given[index].count) }
    }
    let batch = Batch.concatenate(given, types: types)
    guard batch.count > 0, let weights = batch.weights else { return batch }
    let index = GroupIndex(types: keyColumns.map { types[$0] })
    let ids = index.ids(for: keyColumns.map { batch.columns[$0] }, count: batch.count)
    /// By key: the row that was put last and not taken back, the last row at all, and what its weights add up to.
    let standing = Vector<Int32>(repeating: -1, count: index.count)
    let last = Vector<Int32>(repeating: 0, count: index.count)
    let balance = Vector<Int64>(repeating: 0, count: index.count)
    for row in 0..<batch.count {
      let id = Int(ids.base[row])
      balance.base[id] &+= weights.base[row]
      last.base[id] = Int32(truncatingIfNeeded: row)
      if weights.base[row] > 0 {
        standing.base[id] = Int32(truncatingIfNeeded: row)
      } else if standing.base[id] >= 0,
        Column.sameRow(batch.columns, Int(standing.base[id]), batch.columns, row)
      {
        standing.base[id] = -1
      }
    }
    let rows = VectorBuilder<Int32>(capacity: index.count)
    let signs = VectorBuilder<Int64>(capacity: index.count)
    for id in 0..<index.count {
      if standing.base[id] >= 0 {
        rows.append(standing.base[id])
        signs.append(1)
      } else if balance.base[id] < 0 {
        rows.append(last.base[id])
        signs.append(-1)
      }
    }
    var result = batch.gather(rows.finish())
    result.weights = signs.finish()
    return result
  }
}
