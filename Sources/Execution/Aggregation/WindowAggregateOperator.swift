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
  private let size: Int64
  private let grace: Int64
  private var slices: [SliceKey: AggregateTable] = [:]
  /// Windows that ended at or before this were emitted.
  private var closedThrough = Int64.min

  init(_ source: WindowSource, _ aggregation: Aggregation, timeZone: TimeZoneRules) {
    self.source = source
    self.aggregation = aggregation
    input = AggregateInput(aggregation, timeZone: timeZone)
    switch source {
    case .assign(let assignment):
      let arithmetic = WindowArithmetic(assignment)
      slicing = WindowSlicing(arithmetic: arithmetic)
      size = arithmetic.size
      grace = arithmetic.grace
    case .columns:
      slicing = nil
      size = 0
      grace = 0
    }
  }

  var stateSize: StateSize {
    slices.values.reduce(into: StateSize()) { size, table in
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
    let table = slices[key] ?? AggregateTable(aggregation)
    slices[key] = table
    table.accumulate(rows, groups: table.groups(of: rows))
  }

  func advance(to watermark: Watermark, step: StepContext, output: any OperatorOutput) -> Watermark {
    let through = watermark == Int64.max ? Int64.max : watermark.subtractingSaturating(grace)
    for window in windowsClosing(through: through) { emit(window, output) }
    closedThrough = max(closedThrough, through)
    release(through: through)
    return through
  }

  /// The windows with rows that end at or before `through` and were not emitted, in order.
  private func windowsClosing(through: Int64) -> [(start: Int64, end: Int64)] {
    guard let slicing else {
      return slices.keys.filter { $0.firstEnd <= through }.map { ($0.start, $0.firstEnd) }
        .sorted { ($0.1, $0.0) < ($1.1, $1.0) }
    }
    let arithmetic = slicing.arithmetic
    var ends: Set<Int64> = []
    for key in slices.keys {
      var end = max(arithmetic.firstEnd(of: key.start), key.firstEnd)
      let last = min(arithmetic.lastEnd(of: key.start), through)
      if end <= closedThrough { end += ((closedThrough - end) / arithmetic.step + 1) * arithmetic.step }
      while end <= last {
        ends.insert(end)
        end = end.addingSaturating(arithmetic.step)
      }
    }
    return ends.sorted().map { ($0.subtractingSaturating(size), $0) }
  }

  private func emit(_ window: (start: Int64, end: Int64), _ output: any OperatorOutput) {
    guard let table = table(of: window) else { return }
    let (groups, keys) = table.presentGroups()
    guard groups.count > 0 else { return }
    let (columns, errors) = table.rows(of: groups)
    let count = groups.count
    let bounds = [window.start, window.end, window.end.subtractingSaturating(1)].map {
      Column(.int(Vector(repeating: $0, count: count)))
    }
    output.emitResults(
      bounds + columns, order: keys.prefixed(byWindowEnd: window.end, start: window.start), errors: errors)
  }

  /// The groups of a window: its only slice as it is, or its slices merged.
  private func table(of window: (start: Int64, end: Int64)) -> AggregateTable? {
    guard slicing != nil else { return slices[SliceKey(start: window.start, firstEnd: window.end)] }
    let parts = slices.keys.filter {
      $0.start >= window.start && $0.start < window.end && $0.firstEnd <= window.end
    }.sorted().compactMap { slices[$0] }
    guard parts.count > 1 else { return parts.first }
    let merged = AggregateTable(aggregation)
    for part in parts { merged.merge(part) }
    return merged
  }

  /// Forgets slices whose last window was emitted.
  private func release(through: Int64) {
    for key in slices.keys {
      let last = slicing.map { $0.arithmetic.lastEnd(of: key.start) } ?? key.firstEnd
      if last <= through { slices[key] = nil }
    }
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
    closedThrough = try reader.int()
    let count = try reader.int()
    for _ in 0..<max(count, 0) {
      let key = SliceKey(start: try reader.int(), firstEnd: try reader.int())
      let table = AggregateTable(aggregation)
      try table.read(from: reader)
      slices[key] = table
    }
  }
}
