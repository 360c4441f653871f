// Which groups have changed since their table last spoke, and what it said of them then: the difference is what an
// updating aggregate emits. In: groups about to be touched. Out: -1 rows for the old, +1 rows for the new.

import Plan
import Values

final class ChangeTracker {
  /// Whether a group is in `touched` already.
  private let marks = StateVector<Bool>(empty: false)
  private let touched = VectorBuilder<Int32>()
  /// The old rows of those touched groups that were present, in pieces, and which of `touched` they belong to.
  private var oldRows: [[Column]] = []
  private let oldPositions = VectorBuilder<Int32>()

  var isEmpty: Bool { touched.count == 0 }

  var byteCount: Int { marks.byteCount + touched.count * 8 }

  /// Notes the groups of a batch before it is folded in.
  func willTouch(_ groups: Vector<Int32>, of table: AggregateTable) {
    marks.resize(to: table.groupCount)
    let present = VectorBuilder<Int32>()
    let positions = VectorBuilder<Int32>()
    for row in 0..<groups.count {
      let group = groups.base[row]
      if marks.base[Int(group)] { continue }
      marks.base[Int(group)] = true
      if table.isPresent(group) {
        present.append(group)
        positions.append(Int32(truncatingIfNeeded: touched.count))
      }
      touched.append(group)
    }
    let old = present.finish()
    guard old.count > 0 else { return }
    // A group whose result failed was not spoken of.
    let (columns, errors) = table.rows(of: old)
    let said = errors.goodRows(of: old.count)
    oldPositions.append(contentsOf: positions.finish().gather(said))
    oldRows.append(errors.isEmpty ? columns : columns.map { $0.gather(said) })
  }

  /// The changes since the last call, ordered by key, the old row of a group before the new one; nil when there is none.
  func takeChanges(
    of table: AggregateTable, types: [DataType]
  ) -> (columns: [Column], weights: Vector<Int64>, order: BytesVector, errors: RowErrors)? {
    guard touched.count > 0 else { return nil }
    let groups = touched.copy()
    defer { reset(groups) }
    let before = types.indices.map { column in Column.concatenate(oldRows.map { $0[column] }, type: types[column]) }
    let after = table.rows(of: groups)
    let failed = Set(after.errors.list.map(\.row))
    let (ordered, keys) = table.ordered(groups)
    let positions = positionOf(groups)
    let oldRowOf = oldRowOfTouched(groups.count)
    let picks = VectorBuilder<Int32>(capacity: groups.count * 2)
    let weights = VectorBuilder<Int64>(capacity: groups.count * 2)
    let keyRows = VectorBuilder<Int32>(capacity: groups.count * 2)
    let newBase = Int32(truncatingIfNeeded: oldPositions.count)
    for i in 0..<ordered.count {
      let position = positions.base[Int(ordered.base[i])]
      let old = oldRowOf.base[Int(position)]
      let isPresent = table.isPresent(ordered.base[i]) && !failed.contains(position)
      if old >= 0, isPresent, Column.sameRow(before, Int(old), after.columns, Int(position)) { continue }
      if old >= 0 {
        picks.append(old)
        weights.append(-1)
        keyRows.append(Int32(truncatingIfNeeded: i))
      }
      if isPresent {
        picks.append(newBase + position)
        weights.append(1)
        keyRows.append(Int32(truncatingIfNeeded: i))
      }
    }
    let selection = picks.finish()
    let columns = types.indices.map { column in
      Column.concatenate([before[column], after.columns[column]], type: types[column]).gather(selection)
    }
    return (columns, weights.finish(), keys.gather(keyRows.finish()), after.errors)
  }

  /// For each group id its place in `touched`.
  private func positionOf(_ groups: Vector<Int32>) -> Vector<Int32> {
    let result = Vector<Int32>(uninitialized: marks.count)
    for i in 0..<groups.count { result.base[Int(groups.base[i])] = Int32(truncatingIfNeeded: i) }
    return result
  }

  /// For each touched group the number of its old row, -1 where it had none.
  private func oldRowOfTouched(_ count: Int) -> Vector<Int32> {
    let result = Vector<Int32>(repeating: -1, count: count)
    let positions = oldPositions.copy()
    for i in 0..<positions.count { result.base[Int(positions.base[i])] = Int32(truncatingIfNeeded: i) }
    return result
  }

  private func reset(_ groups: Vector<Int32>) {
    marks.clear(groups)
    touched.truncate(to: 0)
    oldPositions.truncate(to: 0)
    oldRows = []
  }

  func write(to writer: ColumnWriter, types: [DataType]) {
    writer.write(touched.copy())
    writer.write(oldPositions.copy())
    for (column, type) in types.enumerated() {
      writer.write(Column.concatenate(oldRows.map { $0[column] }, type: type))
    }
  }

  func read(from reader: ColumnReader, types: [DataType], groups: Int) throws(StateFormatError) {
    let changed = try reader.rowNumbers(below: groups)
    let positions = try reader.rowNumbers(below: changed.count)
    var old: [Column] = []
    for type in types { old.append(try reader.column(type)) }
    guard old.allSatisfy({ $0.count == positions.count }) else {
      throw reader.failure("the noted changes of an aggregate do not fit together")
    }
    reset(touched.copy())
    marks.resize(to: groups)
    for i in 0..<changed.count { marks.base[Int(changed.base[i])] = true }
    touched.append(contentsOf: changed)
    oldPositions.append(contentsOf: positions)
    if positions.count > 0 { oldRows = [old] }
  }
}
