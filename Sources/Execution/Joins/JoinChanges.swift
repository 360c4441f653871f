// What a step changes in the result of a join: pairs and lonely rows, each once. In: row numbers of both sides, -1 for
// none. Out: batches in canonical order: by the result's own key, the old row before the new one; without such a key by
// the join's key, then by the arrival of the left and of the right row.

import Plan
import Values

final class JoinChanges {
  private let left: UpdatingSide
  private let right: UpdatingSide
  private let givesLeftOnly: Bool
  private let mode: ChangelogMode
  private let types: [DataType]
  private let lefts = VectorBuilder<Int32>()
  private let rights = VectorBuilder<Int32>()
  private let weights = VectorBuilder<Int64>()

  init(left: UpdatingSide, right: UpdatingSide, givesLeftOnly: Bool, mode: ChangelogMode) {
    self.left = left
    self.right = right
    self.givesLeftOnly = givesLeftOnly
    self.mode = mode
    types = left.rows.types + (givesLeftOnly ? [] : right.rows.types)
  }

  func append(_ leftRow: Int32, _ rightRow: Int32, _ weight: Int64) {
    lefts.append(leftRow)
    rights.append(rightRow)
    weights.append(weight)
  }

  func emit(keys index: GroupIndex, _ output: any OperatorOutput) {
    guard weights.count > 0 else { return }
    let (lefts, rights, weights) = (lefts.finish(), rights.finish(), weights.finish())
    let arrival = arrival(lefts, rights, index)
    guard case .upsert(let key) = mode else {
      let sorted = arrival.ascendingOrder()
      var start = 0
      while start < sorted.count {
        let end = min(start + JoinOperator.pairLimit, sorted.count)
        let some = sorted.slice(start..<end)
        output.emit(
          Batch(
            columns: columns(lefts.gather(some), rights.gather(some)), count: some.count,
            weights: mode == .append ? nil : weights.gather(some), order: arrival.gather(some)))
        start = end
      }
      return
    }
    emitUpdates(columns(lefts, rights), weights, arrival, key: key, output)
  }

  private func columns(_ leftRows: Vector<Int32>, _ rightRows: Vector<Int32>) -> [Column] {
    let own = left.rows.types.indices.map { left.rows.column($0, leftRows, padded: true) }
    if givesLeftOnly { return own }
    return own + right.rows.types.indices.map { right.rows.column($0, rightRows, padded: true) }
  }

  /// Rows of one key stand together: what goes, then what comes. A row that comes as it went is not said.
  private func emitUpdates(
    _ columns: [Column], _ weights: Vector<Int64>, _ arrival: BytesVector, key: [Int], _ output: any OperatorOutput
  ) {
    let keyed = KeyEncoder(types: key.map { types[$0] } + [.int64])
    let sorted = keyed.encode(key.map { columns[$0] } + [Column(.int(weights))], count: weights.count)
      .ascendingOrder(thenBy: arrival)
    let order = KeyEncoder(types: key.map { types[$0] }).encode(key.map { columns[$0] }, count: weights.count)
    let said = VectorBuilder<Int32>(capacity: sorted.count)
    for i in 0..<sorted.count {
      let row = sorted.base[i]
      if weights.base[Int(row)] > 0, said.count > 0 {
        let last = said.base[said.count - 1]
        if weights.base[Int(last)] < 0, Column.sameRow(columns, Int(last), columns, Int(row)) {
          said.truncate(to: said.count - 1)
          continue
        }
      }
      said.append(row)
    }
    guard said.count > 0 else { return }
    let rows = said.finish()
    output.emit(
      Batch(
        columns: columns.map { $0.gather(rows) }, count: rows.count, weights: weights.gather(rows),
        order: order.gather(rows)))
  }

  private func arrival(_ lefts: Vector<Int32>, _ rights: Vector<Int32>, _ index: GroupIndex) -> BytesVector {
    let keys = Vector<Int32>(uninitialized: lefts.count)
    for i in 0..<lefts.count {
      let (l, r) = (lefts.base[i], rights.base[i])
      keys.base[i] = l >= 0 ? left.rows.keyOf.base[Int(l)] : right.rows.keyOf.base[Int(r)]
    }
    return KeyEncoder(types: index.types + [.int64, .int64]).encode(
      index.keys(keys) + [left.arrivals(lefts), right.arrivals(rights)], count: lefts.count)
  }
}
