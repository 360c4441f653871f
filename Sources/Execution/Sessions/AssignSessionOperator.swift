// Rows to sessions, each held until no row can join its session any more. In: append-only rows with a time. Out: the same
// columns and window_start, window_end, window_time, ordered by session, key, time and arrival; late rows on their own
// port. Keeps all rows of open sessions: an aggregate over them keeps its accumulators alone (`SessionAggregateOperator`).

import Plan
import Values

final class AssignSessionOperator: Operator {
  /// Rows with a session, and how many of them were not given yet.
  private struct Held {
    var batch: Batch
    var slots: Vector<Int32>
    var count: Int
  }

  private let assignment: WindowAssignment
  private let session: SessionWindow
  private let keyTypes: [DataType]
  private let inputTypes: [DataType]
  /// The types of rows that wait: the input's, keys, conditions.
  private let types: [DataType]
  private let program: ExpressionProgram
  private let order: KeyEncoder
  private var index: GroupIndex
  private let slots: SessionSlots
  private let conditions = SessionConditions()
  private var waiting: [Batch] = []
  private var held: [Held] = []

  init(_ assignment: WindowAssignment, _ session: SessionWindow, schema: Schema, timeZone: TimeZoneRules) {
    self.assignment = assignment
    self.session = session
    let extra = session.partition + [session.start, session.end].compactMap { $0 }
    keyTypes = session.partition.map(\.type)
    inputTypes = schema.fields.map(\.type)
    types = inputTypes + extra.map(\.type)
    program = ExpressionProgram(extra, timeZone: timeZone)
    order = KeyEncoder(types: [.timestamp, .timestamp] + keyTypes + [.timestamp, .bytes()])
    index = GroupIndex(types: keyTypes)
    slots = SessionSlots(gap: session.gap, maximum: session.maximum)
  }

  private var rowCount: Int { waiting.reduce(0) { $0 + $1.count } + held.reduce(0) { $0 + $1.count } }

  var stateSize: StateSize {
    let rows = waiting.reduce(0) { $0 + $1.byteCount } + held.reduce(0) { $0 + $1.batch.byteCount }
    return StateSize(rows: rowCount, keys: slots.liveCount, bytes: rows + index.memory + slots.byteCount)
  }

  func process(_ batch: Batch, input: Int, step: StepContext, output: any OperatorOutput) {
    let sorted = SessionRows(
      batch.columns[assignment.timeColumn], watermarks: batch.origin?.watermarks, grace: assignment.grace)
    if sorted.late.count > 0 { output.emitLate(batch.gather(sorted.late)) }
    output.countFiltered(sorted.outside.count)
    var timely = sorted.timely.map { batch.gather($0) } ?? batch
    var (extra, errors) = program.rows(of: timely, now: step.now)
    if !errors.isEmpty {
      output.fail(errors.list.map { FailedRow($0) }, of: timely)
      let good = errors.goodRows(of: timely.count)
      extra = extra.map { $0.gather(good) }
      timely = timely.gather(good)
    }
    guard timely.count > 0 else { return }
    let arrival = timely.order ?? timely.arrivalKeys ?? BytesVector.ascendingNumbers(count: timely.count)
    let kept = Batch(columns: timely.columns + extra, count: timely.count, order: arrival)
    // A copy lets go of the input buffers that strings look into.
    waiting.append(Batch.concatenate([kept, none(types)], types: types))
    if waiting.count > 256 { waiting = [Batch.concatenate(waiting, types: types)] }
  }

  private func none(_ types: [DataType]) -> Batch {
    var batch = Batch.empty(types)
    batch.order = BytesVector.ascendingNumbers(count: 0)
    return batch
  }

  func advance(to watermark: Watermark, step: StepContext, output: any OperatorOutput) -> Watermark {
    let through = watermark == Int64.max ? Int64.max : watermark.subtractingSaturating(assignment.grace)
    cut(through: through, output)
    let ending = slots.ending(through: through)
    if ending.count > 0 {
      emit(ending, output)
      slots.remove(ending)
      if slots.liveCount * 2 < index.count {
        let kept = slots.liveKeys()
        slots.renumber(index.compact(keeping: kept), keeping: kept)
      }
    }
    return through
  }

  /// Gives the waiting rows up to a time, which none can precede any more, to their sessions.
  private func cut(through time: Int64, _ output: any OperatorOutput) {
    guard !waiting.isEmpty else { return }
    let all = Batch.concatenate(waiting, types: types)
    let times = times(of: all)
    let ready = VectorBuilder<Int32>(capacity: all.count)
    let rest = VectorBuilder<Int32>(capacity: 0)
    for row in 0..<all.count {
      if times.base[row] <= time {
        ready.append(Int32(truncatingIfNeeded: row))
      } else {
        rest.append(Int32(truncatingIfNeeded: row))
      }
    }
    let kept = rest.finish()
    waiting = kept.count == all.count ? [all] : kept.count > 0 ? [all.gather(kept)] : []
    guard ready.count > 0 else { return }
    join(all.gather(WaitingRows.sorted(ready.finish(), by: times)), output)
  }

  private func times(of batch: Batch) -> Vector<Int64> {
    guard case .int(let times) = batch.columns[assignment.timeColumn].data else {
      preconditionFailure("a time attribute must be stored as an integer")
    }
    return times
  }

  /// Rows in the order of their times to their sessions.
  private func join(_ rows: Batch, _ output: any OperatorOutput) {
    let extra = rows.columns[inputTypes.count...]
    let keys = index.ids(for: Array(extra.prefix(keyTypes.count)), count: rows.count)
    slots.resize(toKeys: index.count)
    let times = times(of: rows)
    let starting = session.start == nil ? nil : extra[inputTypes.count + keyTypes.count].truth
    let ending = session.end == nil ? nil : extra[types.count - 1].truth
    let joined = Vector<Int32>(uninitialized: rows.count)
    let inside = VectorBuilder<Int32>(capacity: rows.count)
    conditions.forEachRow(keys: keys, times: times, starting: starting, ending: ending) { row, begins, ends in
      joined.base[row] = slots.append(key: keys.base[row], time: times.base[row], begins: begins, ends: ends)
      if joined.base[row] >= 0 { inside.append(Int32(truncatingIfNeeded: row)) }
    }
    output.countFiltered(rows.count - inside.count)
    let selection = inside.finish()
    guard selection.count > 0 else { return }
    var batch = Batch(columns: Array(rows.columns[..<inputTypes.count]), count: rows.count, order: rows.order)
    batch = batch.gather(selection)
    held.append(Held(batch: batch, slots: joined.gather(selection), count: selection.count))
  }

  private func emit(_ ending: Vector<Int32>, _ output: any OperatorOutput) {
    let closes = Vector<Bool>(repeating: false, count: slots.count)
    for i in 0..<ending.count { closes.base[Int(ending.base[i])] = true }
    var parts: [Batch] = []
    let owners = VectorBuilder<Int32>()
    for part in held.indices {
      let rows = VectorBuilder<Int32>(capacity: 0)
      let theirs = held[part].slots
      for row in 0..<theirs.count where theirs.base[row] >= 0 && closes.base[Int(theirs.base[row])] {
        rows.append(Int32(truncatingIfNeeded: row))
        owners.append(theirs.base[row])
        // Given: its slot may be another session's soon.
        theirs.base[row] = -1
      }
      guard rows.count > 0 else { continue }
      held[part].count -= rows.count
      parts.append(held[part].batch.gather(rows.finish()))
    }
    compact()
    let rows = windowed(Batch.concatenate(parts, types: inputTypes), owners.finish())
    if rows.count > 0 { output.emit(rows) }
  }

  /// Rows with the bounds of their sessions, in canonical order.
  private func windowed(_ rows: Batch, _ owners: Vector<Int32>) -> Batch {
    let starts = Vector<Int64>(uninitialized: rows.count)
    let ends = Vector<Int64>(uninitialized: rows.count)
    let windowTimes = Vector<Int64>(uninitialized: rows.count)
    let keys = Vector<Int32>(uninitialized: rows.count)
    for row in 0..<rows.count {
      starts.base[row] = slots.start(owners.base[row])
      ends.base[row] = slots.end(owners.base[row])
      windowTimes.base[row] = ends.base[row].subtractingSaturating(1)
      keys.base[row] = slots.key(owners.base[row])
    }
    let bounds = [starts, ends, windowTimes].map { Column(.int($0)) }
    let arrival = Column(.bytes(rows.order ?? BytesVector.ascendingNumbers(count: rows.count)))
    let keyed = order.encode(
      [bounds[1], bounds[0]] + index.keys(keys) + [rows.columns[assignment.timeColumn], arrival], count: rows.count)
    let sorted = keyed.ascendingOrder()
    return Batch(
      columns: (rows.columns + bounds).map { $0.gather(sorted) }, count: rows.count, order: keyed.gather(sorted))
  }

  /// Lets go of parts that were given, and of those mostly given.
  private func compact() {
    held.removeAll { $0.count == 0 }
    for part in held.indices where held[part].count * 2 < held[part].slots.count {
      let rest = VectorBuilder<Int32>(capacity: held[part].count)
      for row in 0..<held[part].slots.count where held[part].slots.base[row] >= 0 {
        rest.append(Int32(truncatingIfNeeded: row))
      }
      let rows = rest.finish()
      held[part] = Held(
        batch: held[part].batch.gather(rows), slots: held[part].slots.gather(rows), count: rows.count)
    }
    guard held.count > 256 else { return }
    let batch = Batch.concatenate(held.map(\.batch), types: inputTypes)
    held = [
      Held(batch: batch, slots: Vector.concatenate(held.map(\.slots)), count: held.reduce(0) { $0 + $1.count })
    ]
  }

  func writeState(to writer: ColumnWriter) {
    index.write(to: writer)
    slots.write(to: writer)
    Batch.concatenate([none(types)] + waiting, types: types).write(to: writer)
    writer.write(held.count)
    for part in held {
      part.batch.write(to: writer)
      writer.write(part.slots)
    }
  }

  func readState(from reader: ColumnReader) throws(StateFormatError) {
    index = try GroupIndex.read(from: reader, types: keyTypes)
    try slots.read(from: reader, keyCount: index.count)
    let rows = try Batch(from: reader, types: types)
    waiting = rows.count > 0 ? [rows] : []
    held = []
    for _ in 0..<max(try reader.int(), 0) {
      let batch = try Batch(from: reader, types: inputTypes)
      let theirs = try reader.ints32()
      guard theirs.count == batch.count else { throw reader.failure("held rows and their sessions differ in number") }
      var count = 0
      for row in 0..<theirs.count {
        guard theirs.base[row] < 0 || (Int(theirs.base[row]) < slots.count && slots.isLive(theirs.base[row])) else {
          throw reader.failure("a held row names a session that is not there")
        }
        if theirs.base[row] >= 0 { count += 1 }
      }
      held.append(Held(batch: batch, slots: theirs, count: count))
    }
  }
}
