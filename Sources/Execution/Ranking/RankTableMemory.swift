// What a ranking holds, over time: the memory of rows that were let go, groups that are forgotten, and snapshots. In: a table. Out:
// the same table, smaller, or as bytes. Never changes what it says.

import Plan
import Values

extension RankTable {
  // MARK: Memory

  /// Gives back the memory of rows that were let go, once they are most of it.
  func compact() {
    guard touched.count == 0, rows.count > 2 * order.count + 1024 else { return }
    let (ids, groups) = order.all()
    renumber(ids, groups)
  }

  private func renumber(_ ids: Vector<Int32>, _ groups: Vector<Int32>) {
    rows.keep(ids)
    keys.keep(ids)
    order.fill(groups: groups)
    noteWorst()
  }

  /// Finds the last rows of full groups anew, after rows got other numbers.
  private func noteWorst() {
    for group in 0..<index.count {
      let isFull = isAppendOnly && function != .denseRank && counts.base[group] >= last
      worst.base[group] = isFull ? order.last(of: Int32(truncatingIfNeeded: group)) ?? -1 : -1
    }
  }

  /// Forgets all groups but these ascending ones. Nothing may be left to say.
  func keep(_ kept: Vector<Int32>) {
    let remap = index.compact(keeping: kept)
    let (ids, groups) = order.all()
    let keptIDs = VectorBuilder<Int32>()
    let keptGroups = VectorBuilder<Int32>()
    for row in 0..<ids.count where remap.base[Int(groups.base[row])] >= 0 {
      keptIDs.append(ids.base[row])
      keptGroups.append(remap.base[Int(groups.base[row])])
    }
    counts.replace(with: counts.gather(kept))
    worst.replace(with: worst.gather(kept))
    marks.replace(with: marks.gather(kept))
    renumber(keptIDs.finish(), keptGroups.finish())
  }

  func rowCount(of group: Int) -> Int { Int(counts.base[group]) }

  // MARK: Snapshots

  func write(to writer: ColumnWriter) {
    index.write(to: writer)
    let (ids, groups) = order.all()
    // Rows that were said and let go since follow those that are there.
    let written = VectorBuilder<Int32>(capacity: ids.count + said.count)
    written.append(contentsOf: ids)
    let numbers = Vector<Int32>(repeating: -1, count: rows.count)
    for row in 0..<ids.count { numbers.base[Int(ids.base[row])] = Int32(truncatingIfNeeded: row) }
    for row in said where numbers.base[Int(row.id)] < 0 {
      numbers.base[Int(row.id)] = Int32(truncatingIfNeeded: written.count)
      written.append(row.id)
    }
    let all = written.finish()
    writer.write(groups)
    writer.write(all.count)
    rows.write(all, to: writer)
    keys.write(all, to: writer)
    writer.write(touched.copy())
    writer.write(saidCounts.copy())
    writer.write(Vector(said.map { numbers.base[Int($0.id)] }))
    writer.write(Vector(said.map(\.rank)))
    writer.write(Vector(said.map { Int64($0.place) }))
  }

  func read(from reader: ColumnReader) throws(StateFormatError) {
    index = try GroupIndex.read(from: reader, types: groupTypes)
    makeRoom()
    let groups = try reader.rowNumbers(below: index.count)
    let count = Int(clamping: try reader.int())
    guard count >= groups.count else { throw reader.failure("a ranking keeps fewer rows than it has ranked") }
    try rows.read(from: reader, count: count)
    try keys.read(from: reader, count: count)
    for row in 0..<groups.count { counts.base[Int(groups.base[row])] += 1 }
    order.fill(groups: groups)
    noteWorst()
    let changed = try reader.rowNumbers(below: index.count)
    let lengths = try reader.rowNumbers(below: Int(Int32.max))
    let ids = try reader.rowNumbers(below: count)
    let ranks = try reader.ints()
    let places = try reader.ints()
    let total = (0..<lengths.count).reduce(0) { $0 + Int(lengths.base[$1]) }
    guard lengths.count == changed.count, total == ids.count, ranks.count == total, places.count == total else {
      throw reader.failure("the noted changes of a ranking do not fit together")
    }
    touched.append(contentsOf: changed)
    for i in 0..<changed.count { marks.base[Int(changed.base[i])] = true }
    saidCounts.append(contentsOf: lengths)
    said = (0..<total).map { RankedRow(id: ids.base[$0], rank: ranks.base[$0], place: Int(places.base[$0])) }
  }
}
