// GROUP BY WINDOW with one row for each window and key when the window closes. In: append-only rows with a time, or rows
// that carry their window. Out: window_start, window_end, window_time, keys, results, ordered by window and key; late rows
// on their own port. A watermark closes windows; state is one table for each open slice of time.

import Plan
import Values

final class WindowAggregateOperator: Operator {
  private let source: WindowSource
  private let aggregation: Aggregation
  private let input: AggregateInput
  private let slicing: WindowSlicing?
  private let totals: WindowTotals?
  private let grace: Int64
  private var slices: [SliceKey: AggregateTable] = [:]
  /// The keys of `slices` in order, made when windows close; nil after a slice was added or dropped.
  private var sortedKeys: [SliceKey]?
  /// A time (local, for windows in a zone, as are the keys of slices) before which no window closes that holds rows.
  private var nextEnd = Int64.max
  /// Windows that ended at or before this were emitted.
  private var closedThrough = Int64.min

  init(_ source: WindowSource, _ aggregation: Aggregation, timeZone: TimeZoneRules) {
    self.source = source
    self.aggregation = aggregation
    input = AggregateInput(aggregation, timeZone: timeZone)
    switch source {
    case .assign(let assignment):
      let slicing = WindowSlicing(assignment)
      self.slicing = slicing
      totals = slicing.arithmetic.slice < slicing.arithmetic.size ? WindowTotals(aggregation, slicing.arithmetic) : nil
      grace = assignment.grace
    case .columns:
      slicing = nil
      totals = nil
      grace = 0
    }
  }

  var stateSize: StateSize {
    slices.values.reduce(into: StateSize(bytes: totals?.byteCount ?? 0)) { size, table in
      size.rows += table.rowCount
      size.keys += table.groupCount
      size.bytes += table.byteCount
    }
  }

  func process(_ batch: Batch, input port: Int, step: StepContext, output: any OperatorOutput) {
    let sliced = sortOut(batch)
    if sliced.late.count > 0 { output.emitLate(batch.gather(sliced.late)) }
    output.countFiltered(sliced.outside.count)
    for (key, rows) in sliced.slices {
      let part = rows.map { batch.gather($0) } ?? batch
      fold(input.rows(of: part, step: step, output: output), into: key)
    }
  }

  private func sortOut(_ batch: Batch) -> SlicedRows {
    switch source {
    case .assign(let assignment):
      guard let slicing else { preconditionFailure("a window is assigned without its arithmetic") }
      return slicing.slice(batch.columns[assignment.timeColumn], watermarks: batch.origin?.watermarks)
    case .columns(let columns):
      let windows = batch.rowsByWindow(columns)
      let none = Vector<Int32>(uninitialized: 0)
      return SlicedRows(
        slices: windows.map { (SliceKey(start: $0.window.start, firstEnd: $0.window.end), $0.rows) }, late: none,
        outside: none)
    }
  }

  private func fold(_ rows: AggregateRows, into key: SliceKey) {
    guard rows.batch.count > 0 else { return }
    totals?.willChange(key)
    let table = slices[key] ?? addSlice(key)
    table.accumulate(rows, groups: table.groups(of: rows))
  }

  private func addSlice(_ key: SliceKey) -> AggregateTable {
    let table = AggregateTable(aggregation)
    slices[key] = table
    sortedKeys = nil
    nextEnd = min(nextEnd, firstPendingEnd(key))
    return table
  }

  /// The ends of the first and last window that counts the rows of a slice.
  private func ends(of key: SliceKey) -> ClosedRange<Int64> {
    guard let arithmetic = slicing?.arithmetic else { return key.firstEnd...key.firstEnd }
    let last = arithmetic.lastEnd(of: key.start)
    return min(last, max(arithmetic.firstEnd(of: key.start), key.firstEnd))...last
  }

  /// The end of the first window of a slice that was not emitted yet.
  private func firstPendingEnd(_ key: SliceKey) -> Int64 {
    let first = ends(of: key).lowerBound
    return slicing?.arithmetic.end(after: closedThrough, from: first) ?? first
  }

  func advance(to watermark: Watermark, step: StepContext, output: any OperatorOutput) -> Watermark {
    let passed = watermark == Int64.max ? Int64.max : watermark.subtractingSaturating(grace)
    let through = slicing?.localProgress(watermark) ?? passed
    guard through >= nextEnd else {
      closedThrough = max(closedThrough, through)
      return passed
    }
    let keys = sortedKeys ?? slices.keys.sorted()
    sortedKeys = keys
    if slicing == nil { emitCarriedWindows(through: through, output) } else { emitWindows(through, keys, output) }
    closedThrough = max(closedThrough, through)
    release(through: through)
    return passed
  }

  private func emitCarriedWindows(through: Int64, _ output: any OperatorOutput) {
    let closing = slices.filter { $0.key.firstEnd <= through }
    for (key, table) in closing.sorted(by: { ($0.key.firstEnd, $0.key.start) < ($1.key.firstEnd, $1.key.start) }) {
      emit(table, start: key.start, end: key.firstEnd, output)
    }
  }

  /// Emits the windows that hold rows, end at or before `through` and were not emitted, in order.
  private func emitWindows(_ through: Int64, _ keys: [SliceKey], _ output: any OperatorOutput) {
    guard let arithmetic = slicing?.arithmetic else { return }
    var pending = keys.map { (first: firstPendingEnd($0), last: min(ends(of: $0).upperBound, through)) }
    pending.sort { $0.first < $1.first }
    // Slices overlap in the windows they share: each window is met once, in the first slice that has it.
    var covered = Int64.min
    for (first, last) in pending where last > covered {
      var end = arithmetic.end(after: covered, from: first)
      while end <= last {
        let start = arithmetic.start(ofEnd: end)
        if let table = table(start: start, end: end, keys) {
          let bounds = arithmetic.bounds(ofEnd: end)
          emit(table, start: bounds.start, end: bounds.end, output)
        }
        covered = end
        guard end < Int64.max else { break }
        end = end.addingSaturating(arithmetic.step)
      }
    }
  }

  private func emit(_ table: AggregateTable, start: Int64, end: Int64, _ output: any OperatorOutput) {
    let (groups, keys) = table.presentGroups()
    guard groups.count > 0 else { return }
    let (columns, errors) = table.rows(of: groups)
    let bounds = [start, end, end.subtractingSaturating(1)].map {
      Column(.int(Vector(repeating: $0, count: groups.count)))
    }
    output.emitResults(bounds + columns, order: keys.prefixed(byWindowEnd: end, start: start), errors: errors)
  }

  /// The groups of a window: its only slice as it is, or its slices merged.
  private func table(start: Int64, end: Int64, _ keys: [SliceKey]) -> AggregateTable? {
    let first = keys.partitioningIndex { $0.start >= start }
    let parts = keys[first..<max(first, keys.partitioningIndex { $0.start >= end })]
    if let totals { return totals.table(start: start, end: end, parts: parts, slices) }
    return parts.lazy.filter { $0.firstEnd <= end }.compactMap { self.slices[$0] }.first
  }

  /// Forgets slices whose last window was emitted.
  private func release(through: Int64) {
    for key in slices.keys where ends(of: key).upperBound <= through { slices[key] = nil }
    if slices.count != sortedKeys?.count { sortedKeys = nil }
    nextEnd = slices.keys.reduce(Int64.max) { min($0, firstPendingEnd($1)) }
  }

  func writeState(to writer: ColumnWriter) {
    writer.write(closedThrough)
    writer.write(Int64(slices.count))
    for key in slices.keys.sorted() {
      writer.write(key.start)
      writer.write(key.firstEnd)
      slices[key]?.write(to: writer)
    }
  }

  func readState(from reader: ColumnReader) throws(StateFormatError) {
    slices = [:]
    totals?.reset()
    sortedKeys = nil
    nextEnd = Int64.max
    closedThrough = try reader.int()
    let count = try reader.int()
    for _ in 0..<max(count, 0) {
      let key = SliceKey(start: try reader.int(), firstEnd: try reader.int())
      try addSlice(key).read(from: reader)
    }
  }
}

extension Array {
  /// The first index at which the predicate holds, which must be false and then true over the array.
  func partitioningIndex(where predicate: (Element) -> Bool) -> Int {
    var low = 0
    var high = count
    while low < high {
      let middle = (low + high) / 2
      if predicate(self[middle]) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}
