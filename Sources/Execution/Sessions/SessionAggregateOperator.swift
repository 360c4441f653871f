// GROUP BY WINDOW, k of sessions of each k. In: append-only rows with a time. Out: window_start, window_end, window_time,
// keys, results: one row for each session when no row can join it any more, or (EMIT CHANGES, EMIT EVERY) an upsert stream
// that takes back the rows of sessions that have grown or merged. Late rows on their own port.
//
// Rows join sessions as they come, in any order, and sessions that one bridges are merged: accumulators are all that is
// kept. With MAX, START WHEN or END WHEN a row may move the cuts after it, so rows wait until the watermark has passed them
// and are folded in the order of their times.

import Plan
import Values

final class SessionAggregateOperator: Operator {
  private let assignment: WindowAssignment
  private let session: SessionWindow
  private let aggregation: Aggregation
  private let input: AggregateInput
  private let waiting: WaitingRows
  private let table: SessionTable
  private let conditions = SessionConditions()
  private let changes: SessionChanges?
  private let speaksAtClose: Bool
  private var period = EmissionPeriod()
  private var closedThrough = Int64.min

  init(_ assignment: WindowAssignment, _ session: SessionWindow, _ aggregation: Aggregation, timeZone: TimeZoneRules) {
    self.assignment = assignment
    self.session = session
    self.aggregation = aggregation
    let conditions = [session.start, session.end].compactMap { $0 }
    input = AggregateInput(aggregation, timeZone: timeZone, conditions: conditions)
    waiting = WaitingRows(aggregation, conditions: conditions.count)
    table = SessionTable(aggregation, session)
    if case .every(_, andFinal: false) = aggregation.emission { speaksAtClose = false } else { speaksAtClose = true }
    let types = aggregation.keys.map(\.expression.type) + aggregation.calls.map(\.result.type)
    changes = aggregation.emission == .final ? nil : SessionChanges(types: types)
  }

  var stateSize: StateSize {
    StateSize(
      rows: table.rowCount + waiting.count, keys: table.slots.liveCount,
      bytes: table.byteCount + waiting.byteCount + (changes?.byteCount ?? 0))
  }

  func process(_ batch: Batch, input port: Int, step: StepContext, output: any OperatorOutput) {
    let sorted = SessionRows(
      batch.columns[assignment.timeColumn], watermarks: batch.origin?.watermarks, grace: assignment.grace)
    if sorted.late.count > 0 { output.emitLate(batch.gather(sorted.late)) }
    output.countFiltered(sorted.outside.count)
    let rows = input.rows(of: sorted.timely.map { batch.gather($0) } ?? batch, step: step, output: output)
    guard rows.batch.count > 0, case .int(let times) = rows.batch.columns[assignment.timeColumn].data else { return }
    if session.isCutInOrder {
      waiting.append(rows, times: times)
    } else {
      join(rows, times, now: step.now)
    }
  }

  /// Rows in any order to their sessions.
  private func join(_ rows: AggregateRows, _ times: Vector<Int64>, now: Int64) {
    let keys = table.keys(of: rows.keys, count: times.count)
    let joined = Vector<Int32>(uninitialized: times.count)
    var absorbed: [(slot: Int32, into: Int32)] = []
    for row in 0..<times.count {
      joined.base[row] = table.slots.join(key: keys.base[row], time: times.base[row], absorbed: &absorbed)
    }
    table.makeRoom()
    var pairs: (sources: Vector<Int32>, targets: Vector<Int32>)?
    if !absorbed.isEmpty {
      let survivors = Self.survivors(absorbed)
      for row in 0..<joined.count { joined.base[row] = survivors[joined.base[row]] ?? joined.base[row] }
      let sources = absorbed.map(\.slot)
      pairs = (Vector(sources), Vector(sources.map { survivors[$0] ?? $0 }))
    }
    if let changes {
      period.change(at: now)
      if let pairs { changes.willTouch(pairs.sources, of: table) }
      changes.willTouch(joined, of: table)
      if let pairs { changes.absorb(pairs.sources, into: pairs.targets) }
    }
    if let pairs { table.absorb(pairs.sources, into: pairs.targets) }
    table.accumulate(rows, slots: joined)
  }

  /// For each absorbed session the one that stands for it in the end.
  private static func survivors(_ absorbed: [(slot: Int32, into: Int32)]) -> [Int32: Int32] {
    var result: [Int32: Int32] = [:]
    // A session that absorbs may be absorbed later, never before.
    for (slot, into) in absorbed.reversed() { result[slot] = result[into] ?? into }
    return result
  }

  /// Folds in the waiting rows up to a time, which none can precede any more.
  private func cut(through time: Int64, now: Int64, _ output: any OperatorOutput) {
    guard let ready = waiting.take(through: time) else { return }
    let keys = table.keys(of: ready.rows.keys, count: ready.times.count)
    let joined = Vector<Int32>(uninitialized: ready.times.count)
    let starting = session.start == nil ? nil : ready.conditions[0]
    let ending = session.end == nil ? nil : ready.conditions[ready.conditions.count - 1]
    conditions.forEachRow(keys: keys, times: ready.times, starting: starting, ending: ending) { row, begins, ends in
      joined.base[row] = table.slots.append(
        key: keys.base[row], time: ready.times.base[row], begins: begins, ends: ends)
    }
    table.makeRoom()
    let counted = VectorBuilder<Int32>(capacity: joined.count)
    for row in 0..<joined.count where joined.base[row] >= 0 { counted.append(Int32(truncatingIfNeeded: row)) }
    output.countFiltered(joined.count - counted.count)
    guard counted.count > 0 else { return }
    let isWhole = counted.count == joined.count
    let selection = counted.finish()
    let slots = isWhole ? joined : joined.gather(selection)
    if let changes {
      period.change(at: now)
      changes.willTouch(slots, of: table)
    }
    table.accumulate(isWhole ? ready.rows : ready.rows.gather(selection), slots: slots)
  }

  func advance(to watermark: Watermark, step: StepContext, output: any OperatorOutput) -> Watermark {
    let through = watermark == Int64.max ? Int64.max : watermark.subtractingSaturating(assignment.grace)
    closedThrough = max(closedThrough, through)
    if session.isCutInOrder { cut(through: through, now: step.now, output) }
    let ending = table.slots.ending(through: through)
    guard ending.count > 0 else { return through }
    if changes == nil {
      emit(ending, output)
      table.remove(ending)
    } else {
      if speaksAtClose { emitChanges(output) { self.table.slots.end($0) <= through } }
      release(ending)
    }
    return through
  }

  private func emit(_ slots: Vector<Int32>, _ output: any OperatorOutput) {
    let (results, errors) = table.rows(of: slots)
    let columns = table.bounds(of: slots) + results
    let keys = table.order(of: columns, count: slots.count)
    let order = keys.ascendingOrder()
    var failed: [RowError] = []
    if !errors.isEmpty {
      let places = Vector<Int32>(uninitialized: order.count)
      for i in 0..<order.count { places.base[Int(order.base[i])] = Int32(truncatingIfNeeded: i) }
      failed = errors.list.map { RowError(row: places.base[Int($0.row)], code: $0.code, range: $0.range) }
    }
    output.emitResults(
      columns.map { $0.gather(order) }, order: keys.gather(order), errors: RowErrors.firstOfEachRow(failed))
  }

  /// Forgets sessions that are over and have said all.
  private func release(_ ending: Vector<Int32>) {
    let gone = VectorBuilder<Int32>(capacity: ending.count)
    for i in 0..<ending.count {
      if changes?.hasChanged(ending.base[i]) == true {
        table.slots.keepEnding(from: table.slots.end(ending.base[i]))
      } else {
        gone.append(ending.base[i])
      }
    }
    let slots = gone.finish()
    changes?.forget(slots)
    table.remove(slots)
  }

  func endStep(isLast: Bool, step: StepContext, output: any OperatorOutput) {
    guard let changes, !changes.isEmpty else { return }
    if case .every(let length, _) = aggregation.emission {
      guard isLast || period.isOver(length, at: step.now) else { return }
    }
    emitChanges(output) { _ in true }
    release(table.slots.ending(through: closedThrough))
  }

  private func emitChanges(_ output: any OperatorOutput, where speaks: (Int32) -> Bool) {
    guard let changes, let (batch, columns, errors) = changes.take(of: table, where: speaks) else { return }
    if !errors.isEmpty { output.failResults(columns, errors) }
    if batch.count > 0 { output.emit(batch) }
    if changes.isEmpty, batch.count > 0 || !errors.isEmpty { period.restart() }
  }

  func writeState(to writer: ColumnWriter) {
    writer.write(closedThrough)
    period.write(to: writer)
    table.write(to: writer)
    waiting.write(to: writer)
    changes?.write(to: writer)
  }

  func readState(from reader: ColumnReader) throws(StateFormatError) {
    closedThrough = try reader.int()
    try period.read(from: reader)
    try table.read(from: reader)
    try waiting.read(from: reader)
    try changes?.read(from: reader, slots: table.slots.count)
  }
}
