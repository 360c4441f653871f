// What was said of each session and has changed since: an updating session aggregate takes back the row of a session that
// has grown, and those of all sessions that it has absorbed, when it says the new one. In: sessions about to be touched.
// Out: -1 rows for the old, +1 rows for the new.

import Plan
import Values

final class SessionChanges {
  private let types: [DataType]
  /// What was said of each session: the bounds then; an end of `Int64.min` for nothing.
  private let saidStarts = StateVector<Int64>(empty: 0)
  private let saidEnds = StateVector<Int64>(empty: .min)
  private let marks = StateVector<Bool>(empty: false)
  private var touched: [Int32] = []
  /// The said rows that no longer hold: bounds, keys, results; and the session that stands for each now.
  private var old: [Batch] = []
  private var owners: [Int32] = []

  /// `types` are those of keys and results.
  init(types: [DataType]) { self.types = [.timestamp, .timestamp, .timestamp] + types }

  var isEmpty: Bool { touched.isEmpty }
  var byteCount: Int {
    saidStarts.byteCount * 2 + marks.byteCount + touched.count * 4 + old.reduce(0) { $0 + $1.byteCount }
  }

  func hasChanged(_ slot: Int32) -> Bool { Int(slot) < marks.count && marks.base[Int(slot)] }

  /// Notes sessions before rows are folded into them. Their bounds may have grown already; their results have not.
  func willTouch(_ slots: Vector<Int32>, of table: SessionTable) {
    saidStarts.resize(to: table.slots.count)
    saidEnds.resize(to: table.slots.count)
    marks.resize(to: table.slots.count)
    let said = VectorBuilder<Int32>()
    for row in 0..<slots.count {
      let slot = slots.base[row]
      if marks.base[Int(slot)] { continue }
      marks.base[Int(slot)] = true
      touched.append(slot)
      if saidEnds.base[Int(slot)] > .min { said.append(slot) }
    }
    let spoken = said.finish()
    guard spoken.count > 0 else { return }
    let ends = saidEnds.gather(spoken)
    let times = Vector<Int64>(uninitialized: ends.count)
    for i in 0..<ends.count { times.base[i] = ends.base[i].subtractingSaturating(1) }
    let bounds = [saidStarts.gather(spoken), ends, times].map { Column(.int($0)) }
    old.append(Batch(columns: bounds + table.rows(of: spoken).columns, count: spoken.count))
    owners += spoken.array
    saidEnds.clear(spoken)
  }

  /// The sessions at `sources`, touched before, live on in those at `targets`.
  func absorb(_ sources: Vector<Int32>, into targets: Vector<Int32>) {
    var into: [Int32: Int32] = [:]
    for i in 0..<sources.count {
      into[sources.base[i]] = targets.base[i]
      marks.base[Int(sources.base[i])] = false
    }
    for i in owners.indices { owners[i] = into[owners[i]] ?? owners[i] }
  }

  /// The changes of the sessions for which `speaks` holds, in canonical order; nil when there is none.
  func take(
    of table: SessionTable, where speaks: (Int32) -> Bool
  ) -> (batch: Batch, failed: [Column], errors: RowErrors)? {
    let speaking = VectorBuilder<Int32>()
    var waiting: [Int32] = []
    for slot in touched where marks.base[Int(slot)] {
      if speaks(slot) {
        marks.base[Int(slot)] = false
        speaking.append(slot)
      } else {
        waiting.append(slot)
        // A slot that was given out again is in the list twice.
        marks.base[Int(slot)] = false
      }
    }
    for slot in waiting { marks.base[Int(slot)] = true }
    touched = waiting
    let slots = speaking.finish()
    guard slots.count > 0 else { return nil }
    let (results, errors) = table.rows(of: slots)
    let columns = table.bounds(of: slots) + results
    let batch = difference(slots, columns, errors, table)
    return (batch, columns, errors)
  }

  /// The old rows of these sessions taken back and the new ones added, less those that are the same.
  private func difference(
    _ slots: Vector<Int32>, _ columns: [Column], _ errors: RowErrors, _ table: SessionTable
  ) -> Batch {
    let all = old.isEmpty ? Batch.empty(types) : Batch.concatenate(old, types: types)
    var entries: [Int32: [Int]] = [:]
    for (entry, owner) in owners.enumerated() { entries[owner, default: []].append(entry) }
    let oldRows = VectorBuilder<Int32>()
    let newRows = VectorBuilder<Int32>()
    var failed = Set(errors.list.map(\.row))
    for i in 0..<slots.count {
      let slot = slots.base[i]
      let mine = entries.removeValue(forKey: slot) ?? []
      let isGood = failed.remove(Int32(truncatingIfNeeded: i)) == nil
      if isGood {
        saidStarts.base[Int(slot)] = table.slots.start(slot)
        saidEnds.base[Int(slot)] = table.slots.end(slot)
      }
      if isGood, mine.count == 1, Column.sameRow(all.columns, mine[0], columns, i) { continue }
      for entry in mine { oldRows.append(Int32(truncatingIfNeeded: entry)) }
      if isGood { newRows.append(Int32(truncatingIfNeeded: i)) }
    }
    keep(entries.values.flatMap { $0 }.sorted(), of: all)
    return Self.merged(all, oldRows.finish(), columns, newRows.finish(), types: types, table)
  }

  /// Keeps the old rows of sessions that did not speak.
  private func keep(_ entries: [Int], of all: Batch) {
    owners = entries.map { owners[$0] }
    old = entries.isEmpty ? [] : [all.gather(Vector(entries.map { Int32(truncatingIfNeeded: $0) }))]
  }

  private static func merged(
    _ all: Batch, _ oldRows: Vector<Int32>, _ columns: [Column], _ newRows: Vector<Int32>, types: [DataType],
    _ table: SessionTable
  ) -> Batch {
    let added = Batch(
      columns: columns.map { $0.gather(newRows) }, count: newRows.count,
      weights: Vector(repeating: 1, count: newRows.count))
    var parts = [added]
    if oldRows.count > 0 {
      var removed = all.gather(oldRows)
      removed.weights = Vector(repeating: -1, count: oldRows.count)
      parts.insert(removed, at: 0)
    }
    var batch = Batch.concatenate(parts, types: types)
    let order = table.order(of: batch.columns, count: batch.count)
    batch.order = order
    // Of equal bounds and keys the old row stands first.
    return batch.gather(order.ascendingOrder())
  }

  /// Forgets what was said of sessions that are gone.
  func forget(_ slots: Vector<Int32>) { saidEnds.clear(slots) }

  func write(to writer: ColumnWriter) {
    writer.write(saidStarts.copy())
    writer.write(saidEnds.copy())
    writer.write(Vector(touched.filter { marks.base[Int($0)] }))
    writer.write(Vector(owners))
    Batch.concatenate(old.isEmpty ? [Batch.empty(types)] : old, types: types).write(to: writer)
  }

  func read(from reader: ColumnReader, slots: Int) throws(StateFormatError) {
    saidStarts.replace(with: try reader.ints())
    saidEnds.replace(with: try reader.ints())
    touched = try reader.rowNumbers(below: slots).array
    owners = try reader.rowNumbers(below: slots).array
    let rows = try Batch(from: reader, types: types)
    guard rows.count == owners.count, saidStarts.count == saidEnds.count, saidEnds.count <= slots else {
      throw reader.failure("the noted changes of sessions do not fit together")
    }
    old = rows.count > 0 ? [rows] : []
    saidStarts.resize(to: slots)
    saidEnds.resize(to: slots)
    marks.replace(with: Vector(repeating: false, count: slots))
    for slot in touched { marks.base[Int(slot)] = true }
  }
}
