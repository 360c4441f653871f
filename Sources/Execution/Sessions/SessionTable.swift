// Sessions of each key and the accumulators of each session. In: evaluated rows with the session that each joins. Out:
// results by session. States are columns indexed by the slots of `SessionSlots`; a session that another absorbs is merged
// into it.

import Plan
import Values

final class SessionTable {
  private let aggregation: Aggregation
  private let keyTypes: [DataType]
  private var index: GroupIndex
  private let states: [any AccumulatorState]
  /// The rows folded into each session.
  private let rowCounts = StateVector<Int64>(empty: 0)
  let slots: SessionSlots
  private let order: KeyEncoder

  init(_ aggregation: Aggregation, _ session: SessionWindow) {
    self.aggregation = aggregation
    keyTypes = aggregation.keys.map(\.expression.type)
    index = GroupIndex(types: keyTypes)
    states = aggregation.calls.map { AggregateLibrary.makeStates(for: $0) }
    slots = SessionSlots(gap: session.gap, maximum: session.maximum)
    order = KeyEncoder(types: [.timestamp, .timestamp] + keyTypes)
  }

  var byteCount: Int {
    states.reduce(index.memory + rowCounts.byteCount + slots.byteCount) { $0 + $1.byteCount }
  }

  var rowCount: Int {
    var total: Int64 = 0
    for slot in 0..<rowCounts.count { total &+= rowCounts.base[slot] }
    return Int(total)
  }

  /// The ids of the rows' keys.
  func keys(of columns: [Column], count: Int) -> Vector<Int32> {
    let ids = index.ids(for: columns, count: count)
    slots.resize(toKeys: index.count)
    return ids
  }

  /// Makes room for the slots given out; call it before their states are touched.
  func makeRoom() {
    rowCounts.resize(to: slots.count)
    for state in states { state.resize(to: slots.count) }
  }

  func accumulate(_ rows: AggregateRows, slots: Vector<Int32>) {
    let counts = rowCounts.base
    for row in 0..<slots.count { counts[Int(slots.base[row])] &+= 1 }
    for (call, state) in states.enumerated() {
      state.accumulate(groups: slots, arguments: rows.arguments[call], mask: rows.filters[call], weights: nil)
    }
  }

  /// Merges sessions into those that absorbed them, and gives up their slots.
  func absorb(_ sources: Vector<Int32>, into targets: Vector<Int32>) {
    for i in 0..<sources.count { rowCounts.base[Int(targets.base[i])] &+= rowCounts.base[Int(sources.base[i])] }
    for (call, state) in zip(aggregation.calls, states) {
      // By way of other states: what is read must not move while it is written.
      let moved = AggregateLibrary.makeStates(for: call)
      let places = Vector<Int32>.indices(sources.count)
      moved.resize(to: sources.count)
      moved.merge(state, sources: sources, targets: places)
      state.merge(moved, sources: places, targets: targets)
    }
    clear(sources)
    slots.release(sources)
  }

  private func clear(_ slots: Vector<Int32>) {
    rowCounts.clear(slots)
    for state in states { state.clear(slots) }
  }

  /// Forgets sessions that have said all.
  func remove(_ gone: Vector<Int32>) {
    guard gone.count > 0 else { return }
    slots.remove(gone)
    clear(gone)
    guard slots.liveCount * 2 < index.count else { return }
    let kept = slots.liveKeys()
    slots.renumber(index.compact(keeping: kept), keeping: kept)
  }

  /// Keys and results of sessions, and those whose result fails.
  func rows(of slots: Vector<Int32>) -> (columns: [Column], errors: RowErrors) {
    let keys = Vector<Int32>(uninitialized: slots.count)
    for i in 0..<slots.count { keys.base[i] = self.slots.key(slots.base[i]) }
    var columns = index.keys(keys)
    var errors: [RowError] = []
    for state in states {
      let (column, failed) = state.results(of: slots)
      columns.append(column)
      errors += failed.list
    }
    return (columns, RowErrors.firstOfEachRow(errors))
  }

  /// The bounds of sessions as the columns of their windows.
  func bounds(of slots: Vector<Int32>) -> [Column] {
    let starts = Vector<Int64>(uninitialized: slots.count)
    let ends = Vector<Int64>(uninitialized: slots.count)
    let times = Vector<Int64>(uninitialized: slots.count)
    for i in 0..<slots.count {
      starts.base[i] = self.slots.start(slots.base[i])
      ends.base[i] = self.slots.end(slots.base[i])
      times.base[i] = ends.base[i].subtractingSaturating(1)
    }
    return [starts, ends, times].map { Column(.int($0)) }
  }

  /// The canonical order of rows of bounds, keys and results: by the window's end and start, then by key.
  func order(of columns: [Column], count: Int) -> BytesVector {
    order.encode([columns[1], columns[0]] + columns[3..<3 + keyTypes.count], count: count)
  }

  func write(to writer: ColumnWriter) {
    index.write(to: writer)
    slots.write(to: writer)
    writer.write(rowCounts.copy())
    for state in states { state.write(to: writer) }
  }

  func read(from reader: ColumnReader) throws(StateFormatError) {
    index = try GroupIndex.read(from: reader, types: keyTypes)
    try slots.read(from: reader, keyCount: index.count)
    rowCounts.replace(with: try reader.ints())
    guard rowCounts.count == slots.count else {
      throw reader.failure("sessions have \(rowCounts.count) row counts for \(slots.count) sessions")
    }
    for state in states { try state.read(from: reader) }
    makeRoom()
  }
}
