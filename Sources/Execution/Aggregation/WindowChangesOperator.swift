// GROUP BY WINDOW that speaks before the window closes (EMIT CHANGES, EMIT EVERY). In: append-only rows with a time, or
// rows that carry their window. Out: an upsert stream on window and key: at the end of a step, or of a period, what has
// changed. A closed window says what it has not said yet: with EMIT EVERY ... AND FINAL at once, else when its period
// ends. State is one table for each such window; windows share nothing here, since each must know what it said.

import Plan
import Values

final class WindowChangesOperator: Operator {
  /// A window by its bounds, ordered as windows are emitted.
  private struct Window: Hashable, Comparable {
    var end: Int64
    var start: Int64

    static func < (left: Window, right: Window) -> Bool { (left.end, left.start) < (right.end, right.start) }
  }

  private struct Pane {
    var table: AggregateTable
    var changes = ChangeTracker()
  }

  private let source: WindowSource
  private let aggregation: Aggregation
  private let input: AggregateInput
  private let resultTypes: [DataType]
  private let slicing: WindowSlicing?
  private let grace: Int64
  private var panes: [Window: Pane] = [:]
  /// The windows that have something to say.
  private var changed: Set<Window> = []
  private var period = EmissionPeriod()
  private var closedThrough = Int64.min
  private let speaksAtClose: Bool

  init(_ source: WindowSource, _ aggregation: Aggregation, timeZone: TimeZoneRules) {
    self.source = source
    self.aggregation = aggregation
    if case .every(_, andFinal: false) = aggregation.emission { speaksAtClose = false } else { speaksAtClose = true }
    input = AggregateInput(aggregation, timeZone: timeZone)
    resultTypes = aggregation.keys.map(\.expression.type) + aggregation.calls.map(\.result.type)
    switch source {
    case .assign(let assignment):
      slicing = WindowSlicing(assignment)
      grace = assignment.grace
    case .columns:
      slicing = nil
      grace = 0
    }
  }

  var stateSize: StateSize {
    panes.values.reduce(into: StateSize()) { size, pane in
      size.rows += pane.table.rowCount
      size.keys += pane.table.groupCount
      size.bytes += pane.table.byteCount + pane.changes.byteCount
    }
  }

  func process(_ batch: Batch, input port: Int, step: StepContext, output: any OperatorOutput) {
    switch source {
    case .assign(let assignment):
      guard let slicing else { preconditionFailure("a window is assigned without its arithmetic") }
      let sliced = slicing.slice(batch.columns[assignment.timeColumn], watermarks: batch.origin?.watermarks)
      if sliced.late.count > 0 { output.emitLate(batch.gather(sliced.late)) }
      output.countFiltered(sliced.outside.count)
      for (key, selected) in sliced.slices {
        let rows = input.rows(of: selected.map { batch.gather($0) } ?? batch, step: step, output: output)
        for window in windows(of: key, slicing.arithmetic) { fold(rows, into: window, now: step.now) }
      }
    case .columns(let columns):
      for (window, selected) in batch.rowsByWindow(columns) {
        let rows = input.rows(of: batch.gather(selected), step: step, output: output)
        fold(rows, into: Window(end: window.end, start: window.start), now: step.now)
      }
    }
  }

  /// The windows that count the rows of a slice.
  private func windows(of key: SliceKey, _ arithmetic: WindowArithmetic) -> [Window] {
    var result: [Window] = []
    var end = max(arithmetic.firstEnd(of: key.start), key.firstEnd)
    let last = arithmetic.lastEnd(of: key.start)
    while end <= last {
      let bounds = arithmetic.bounds(ofEnd: end)
      result.append(Window(end: bounds.end, start: bounds.start))
      guard end < Int64.max else { break }
      end = end.addingSaturating(arithmetic.step)
    }
    return result
  }

  private func fold(_ rows: AggregateRows, into window: Window, now: Int64) {
    guard rows.batch.count > 0 else { return }
    let pane = panes[window] ?? Pane(table: AggregateTable(aggregation))
    panes[window] = pane
    changed.insert(window)
    period.change(at: now)
    let groups = pane.table.groups(of: rows)
    pane.changes.willTouch(groups, of: pane.table)
    pane.table.accumulate(rows, groups: groups)
  }

  func advance(to watermark: Watermark, step: StepContext, output: any OperatorOutput) -> Watermark {
    let through = watermark == Int64.max ? Int64.max : watermark.subtractingSaturating(grace)
    closedThrough = max(closedThrough, through)
    if speaksAtClose {
      emitChanges(of: changed.filter { $0.end <= through }, output)
    }
    release()
    return through
  }

  /// Forgets closed windows that have said all.
  private func release() {
    for window in panes.keys where window.end <= closedThrough && !changed.contains(window) { panes[window] = nil }
  }

  func endStep(isLast: Bool, step: StepContext, output: any OperatorOutput) {
    if case .every(let length, _) = aggregation.emission {
      guard isLast || period.isOver(length, at: step.now) else { return }
    }
    guard !changed.isEmpty else { return }
    let hasClosed = changed.contains { $0.end <= closedThrough }
    emitChanges(of: changed, output)
    if hasClosed { release() }
  }

  private func emitChanges(of windows: Set<Window>, _ output: any OperatorOutput) {
    var hasSpoken = false
    for window in windows.sorted() { hasSpoken = emitChanges(of: window, output) || hasSpoken }
    if hasSpoken, changed.isEmpty { period.restart() }
  }

  /// Says whether there was anything to say.
  private func emitChanges(of window: Window, _ output: any OperatorOutput) -> Bool {
    guard changed.remove(window) != nil, let pane = panes[window],
      let (columns, weights, order, errors) = pane.changes.takeChanges(of: pane.table, types: resultTypes)
    else { return false }
    if !errors.isEmpty { output.failResults(columns, errors) }
    guard weights.count > 0 else { return !errors.isEmpty }
    let bounds = [window.start, window.end, window.end.subtractingSaturating(1)].map {
      Column(.int(Vector(repeating: $0, count: weights.count)))
    }
    output.emit(
      Batch(
        columns: bounds + columns, count: weights.count, weights: weights,
        order: order.prefixed(byWindowEnd: window.end, start: window.start)))
    return true
  }

  func writeState(to writer: ColumnWriter) {
    period.write(to: writer)
    writer.write(closedThrough)
    writer.write(Int64(panes.count))
    for window in panes.keys.sorted() {
      guard let pane = panes[window] else { continue }
      writer.write(window.end)
      writer.write(window.start)
      pane.table.write(to: writer)
      pane.changes.write(to: writer, types: resultTypes)
    }
  }

  func readState(from reader: ColumnReader) throws(StateFormatError) {
    try period.read(from: reader)
    closedThrough = try reader.int()
    panes = [:]
    changed = []
    let count = try reader.int()
    for _ in 0..<max(count, 0) {
      let window = Window(end: try reader.int(), start: try reader.int())
      let pane = Pane(table: AggregateTable(aggregation))
      try pane.table.read(from: reader)
      try pane.changes.read(from: reader, types: resultTypes, groups: pane.table.groupCount)
      panes[window] = pane
      if !pane.changes.isEmpty { changed.insert(window) }
    }
  }
}
