// The first rows of each group, as rows come and go. In: rows with their keys, taken in or taken back. Out: the rows that have a
// rank that is asked for, and what changed about that since the table last spoke. Where rows are never taken back, a row that
// cannot be among the first any more is not kept.

import Plan
import Values

/// Rows of a batch with all that their ranking needs.
struct RankedBatch {
  var rows: [Column]
  var count: Int
  var groups: [Column]
  /// What the user orders by, as comparable bytes; then what breaks ties.
  var orders: BytesVector
  var ties: BytesVector

  func gather(_ selection: Vector<Int32>) -> RankedBatch {
    RankedBatch(
      rows: rows.map { $0.gather(selection) }, count: selection.count, groups: groups.map { $0.gather(selection) },
      orders: orders.gather(selection), ties: ties.gather(selection))
  }
}

/// A row with the rank that it has, and its place within the group.
struct RankedRow {
  var id: Int32
  var rank: Int64
  var place: Int
}

final class RankTable {
  let function: RankFunction
  private let first: Int64
  let last: Int64
  private let givesRank: Bool
  let isAppendOnly: Bool
  let groupTypes: [DataType]
  private let rowTypes: [DataType]
  var index: GroupIndex
  let rows: RowStore
  let keys = KeyArena()
  let order: OrderedRows
  let counts = StateVector<Int32>(empty: 0)
  /// The last row of each group that is full, -1 for others: what comes behind it can be let go at once.
  let worst = StateVector<Int32>(empty: -1)
  let marks = StateVector<Bool>(empty: false)
  let touched = VectorBuilder<Int32>()
  /// What was said of each touched group, one group after the other.
  var said: [RankedRow] = []
  let saidCounts = VectorBuilder<Int32>()
  private let difference: RankDifference

  init(_ ranking: Ranking, schema: Schema, isAppendOnly: Bool) {
    function = ranking.function
    first = ranking.first
    last = ranking.last
    givesRank = ranking.rankField != nil
    self.isAppendOnly = isAppendOnly
    groupTypes = ranking.partition.map(\.type)
    rowTypes = schema.fields.map(\.type)
    index = GroupIndex(types: groupTypes)
    rows = RowStore(types: rowTypes)
    order = OrderedRows(keys: keys)
    difference = RankDifference(comparesRanks: givesRank)
  }

  var hasChanges: Bool { touched.count > 0 }

  var size: StateSize {
    StateSize(
      rows: order.count, keys: index.count,
      bytes: index.memory + rows.byteCount + keys.byteCount + order.byteCount + index.count * 9)
  }

  // MARK: Rows in and out

  /// The numbers of the rows' groups, new ones included.
  func groups(of batch: RankedBatch) -> Vector<Int32> {
    let ids = index.ids(for: batch.groups, count: batch.count)
    makeRoom()
    return ids
  }

  func makeRoom() {
    counts.resize(to: index.count)
    worst.resize(to: index.count)
    marks.resize(to: index.count)
  }

  /// Takes rows in.
  func insert(_ batch: RankedBatch, groups: Vector<Int32>, notesChanges: Bool) {
    let candidates = isAppendOnly ? candidates(batch, groups) : Vector.indices(batch.count)
    guard candidates.count > 0 else { return }
    let theirs = groups.gather(candidates)
    if notesChanges { willTouch(theirs) }
    var id = Int32(truncatingIfNeeded: rows.count)
    rows.append(batch.rows, at: candidates)
    keys.append(batch.orders, ties: batch.ties, at: candidates)
    for i in 0..<theirs.count {
      let group = theirs.base[i]
      order.insert(id, group: group)
      counts.base[Int(group)] += 1
      id += 1
      if isAppendOnly, counts.base[Int(group)] >= last { trim(group) }
    }
  }

  /// Takes rows back that were taken in before.
  func remove(_ batch: RankedBatch, groups: Vector<Int32>, notesChanges: Bool) {
    if notesChanges { willTouch(groups) }
    var id = Int32(truncatingIfNeeded: rows.count)
    rows.append(batch.rows, at: Vector.indices(batch.count))
    keys.append(batch.orders, ties: batch.ties, at: Vector.indices(batch.count))
    for row in 0..<batch.count {
      let group = groups.base[row]
      if order.removeRow(equalTo: id, group: group) != nil { counts.base[Int(group)] -= 1 }
      id += 1
    }
  }

  /// The rows that may be among the first of their group.
  private func candidates(_ batch: RankedBatch, _ groups: Vector<Int32>) -> Vector<Int32> {
    let result = VectorBuilder<Int32>(capacity: batch.count)
    for row in 0..<batch.count {
      let worst = worst.base[Int(groups.base[row])]
      if worst < 0 || mayPrecede(batch, row, worst) { result.append(Int32(truncatingIfNeeded: row)) }
    }
    return result.finish()
  }

  private func mayPrecede(_ batch: RankedBatch, _ row: Int, _ worst: Int32) -> Bool {
    let view = batch.orders.views.base[row]
    let kept = keys.orderKey(worst)
    let comparison = compareBytes(
      UnsafePointer(batch.orders.blob.base) + Int(view.offset), Int(view.length), kept.base, kept.count)
    if comparison != 0 || function != .rowNumber { return comparison <= 0 }
    let tie = batch.ties.views.base[row]
    let whole = keys.key(worst)
    return compareBytes(
      UnsafePointer(batch.ties.blob.base) + Int(tie.offset), Int(tie.length), whole.base + kept.count,
      whole.count - kept.count) < 0
  }

  /// Lets go of a row too many, and notes which is the last one of a group that is full. Of rows with equal ranks, and of
  /// DENSE_RANK, what is too many is let go when the group is looked through.
  private func trim(_ group: Int32) {
    guard function != .denseRank, let last = order.last(of: group) else { return }
    guard function == .rowNumber, counts.base[Int(group)] > self.last else {
      worst.base[Int(group)] = last
      return
    }
    order.remove(last, group: group)
    counts.base[Int(group)] -= 1
    worst.base[Int(group)] = order.last(of: group) ?? -1
  }

  /// Makes the given groups empty, as if no row of theirs had ever come.
  func clear(_ groups: Vector<Int32>) {
    for i in 0..<groups.count {
      let group = groups.base[i]
      while let last = order.last(of: group) { order.remove(last, group: group) }
    }
    counts.clear(groups)
    worst.clear(groups)
  }

  // MARK: Ranks

  /// The rows of a group that have a rank which is asked for.
  private func ranked(_ group: Int32, into result: inout [RankedRow]) {
    var place = order.start(of: group)
    var rank: Int64 = 0
    var number: Int64 = 0
    var previous: Int32 = -1
    while let id = order.next(&place, of: group) {
      number += 1
      let isTied = previous >= 0 && function != .rowNumber && keys.isTied(previous, id)
      previous = id
      switch function {
      case .rowNumber: rank = number
      case .rank: if !isTied { rank = number }
      case .denseRank: if !isTied { rank += 1 }
      }
      if rank > last { return letGo(from: id, group) }
      if rank >= first { result.append(RankedRow(id: id, rank: rank, place: Int(number))) }
    }
  }

  /// Where no row is taken back, those from `id` on never come among the first any more.
  private func letGo(from id: Int32, _ group: Int32) {
    guard isAppendOnly else { return }
    while let last = order.last(of: group) {
      order.remove(last, group: group)
      counts.base[Int(group)] -= 1
      if last == id { break }
    }
    if function != .denseRank { worst.base[Int(group)] = order.last(of: group) ?? -1 }
  }

  /// Notes what was said of the groups, before they change.
  private func willTouch(_ groups: Vector<Int32>) {
    for i in 0..<groups.count {
      let group = groups.base[i]
      if marks.base[Int(group)] { continue }
      marks.base[Int(group)] = true
      touched.append(group)
      let before = said.count
      ranked(group, into: &said)
      saidCounts.append(Int32(truncatingIfNeeded: said.count - before))
    }
  }

  // MARK: Results

  /// All rows with a rank that is asked for, by group and place.
  func allRanked() -> (columns: [Column], order: BytesVector)? {
    let (groups, groupKeys) = ordered(Vector.indices(index.count))
    var all: [RankedRow] = []
    let owners = VectorBuilder<Int32>()
    for i in 0..<groups.count {
      let before = all.count
      ranked(groups.base[i], into: &all)
      owners.append(repeating: Int32(truncatingIfNeeded: i), count: all.count - before)
    }
    guard !all.isEmpty else { return nil }
    return (columns(all), groupKeys.gather(owners.finish()).followed(by: all))
  }

  /// What has changed since the last call, by group and place, old rows before new ones; nil when nothing has.
  func takeChanges() -> (columns: [Column], weights: Vector<Int64>, order: BytesVector)? {
    guard touched.count > 0 else { return nil }
    let groups = touched.copy()
    let starts = Vector<Int32>(uninitialized: groups.count + 1)
    starts.base[0] = 0
    for i in 0..<groups.count { starts.base[i + 1] = starts.base[i] + saidCounts.base[i] }
    let numbers = Vector<Int32>(uninitialized: index.count)
    for i in 0..<groups.count { numbers.base[Int(groups.base[i])] = Int32(truncatingIfNeeded: i) }
    let (sorted, groupKeys) = ordered(groups)
    difference.begin(ids: rows.count)
    let owners = VectorBuilder<Int32>()
    for i in 0..<sorted.count {
      let number = Int(numbers.base[Int(sorted.base[i])])
      var now: [RankedRow] = []
      ranked(sorted.base[i], into: &now)
      let old = said[Int(starts.base[number])..<Int(starts.base[number + 1])]
      difference.add(old: old, new: now) { left, right in
        guard keys.isTied(left, right) else { return false }
        let pair = rows.gather(Vector([left, right]))
        return Column.sameRow(pair, 0, pair, 1)
      }
      owners.append(repeating: Int32(truncatingIfNeeded: i), count: difference.rows.count - owners.count)
    }
    reset(groups)
    defer { compact() }
    let (changed, weights) = difference.take()
    guard !changed.isEmpty else { return nil }
    return (columns(changed), weights, groupKeys.gather(owners.finish()).followed(by: changed))
  }

  private func reset(_ groups: Vector<Int32>) {
    marks.clear(groups)
    touched.truncate(to: 0)
    saidCounts.truncate(to: 0)
    said = []
  }

  private func columns(_ ranked: [RankedRow]) -> [Column] {
    let columns = rows.gather(Vector(ranked.map(\.id)))
    return givesRank ? columns + [Column(.int(Vector(ranked.map(\.rank))))] : columns
  }

  /// The given groups in the order of their keys.
  private func ordered(_ groups: Vector<Int32>) -> (groups: Vector<Int32>, keys: BytesVector) {
    let keys = KeyEncoder(types: groupTypes).encode(index.keys(groups), count: groups.count)
    let order = keys.ascendingOrder()
    return (groups.gather(order), keys.gather(order))
  }
}
