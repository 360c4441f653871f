// What a step changes in the result of a join: pairs and lonely rows, each once. In: row numbers of both sides, -1 for
// none. Out: batches by key, then by the arrival of the left and of the right row.

import Plan
import Values

final class JoinChanges {
  private let left: UpdatingSide
  private let right: UpdatingSide
  private let givesLeftOnly: Bool
  /// Whether nothing is ever taken back.
  private let isAppendOnly: Bool
  private let lefts = VectorBuilder<Int32>()
  private let rights = VectorBuilder<Int32>()
  private let weights = VectorBuilder<Int64>()

  init(left: UpdatingSide, right: UpdatingSide, givesLeftOnly: Bool, _ isAppendOnly: Bool) {
    self.left = left
    self.right = right
    self.givesLeftOnly = givesLeftOnly
    self.isAppendOnly = isAppendOnly
  }

  func append(_ leftRow: Int32, _ rightRow: Int32, _ weight: Int64) {
    lefts.append(leftRow)
    rights.append(rightRow)
    weights.append(weight)
  }

  func emit(keys index: GroupIndex, _ output: any OperatorOutput) {
    guard weights.count > 0 else { return }
    let (lefts, rights, weights) = (lefts.finish(), rights.finish(), weights.finish())
    let order = order(lefts, rights, index)
    let sorted = order.ascendingOrder()
    var start = 0
    while start < sorted.count {
      let end = min(start + JoinOperator.pairLimit, sorted.count)
      let some = sorted.slice(start..<end)
      let (leftRows, rightRows) = (lefts.gather(some), rights.gather(some))
      var columns = left.rows.types.indices.map { left.rows.column($0, leftRows, padded: true) }
      if !givesLeftOnly {
        columns += right.rows.types.indices.map { right.rows.column($0, rightRows, padded: true) }
      }
      output.emit(
        Batch(
          columns: columns, count: some.count, weights: isAppendOnly ? nil : weights.gather(some),
          order: order.gather(some)))
      start = end
    }
  }

  private func order(_ lefts: Vector<Int32>, _ rights: Vector<Int32>, _ index: GroupIndex) -> BytesVector {
    let keys = Vector<Int32>(uninitialized: lefts.count)
    for i in 0..<lefts.count {
      let (l, r) = (lefts.base[i], rights.base[i])
      keys.base[i] = l >= 0 ? left.rows.keyOf.base[Int(l)] : right.rows.keyOf.base[Int(r)]
    }
    return KeyEncoder(types: index.types + [.int64, .int64]).encode(
      index.keys(keys) + [left.arrivals(lefts), right.arrivals(rights)], count: lefts.count)
  }
}
