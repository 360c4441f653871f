// Joins with what was true at a row's own time: the newest version of its key at or before it. In: rows of both sides, in any
// disorder that the watermark allows. Out: each left row once, with its version, in the order of time and then of arrival;
// late rows of either side on the late port.
//
// Rows of both sides wait until the watermark has passed their time. Then they are taken in the order of time, versions
// before or after the rows of the same instant as the condition says, so that one version for each key is all that is kept
// of the past. What steps and batches were does not show: all that is up to one time is there before any of it is taken.

import Plan
import Values

final class TemporalJoinOperator: Operator {
  private let join: TemporalJoin
  private let inputs: [JoinInput]
  private let types: [[DataType]]
  private let waiting: [HeldRows]
  private let versions: TemporalVersions
  private let residual: JoinResidual
  /// How far the slower side trails the watermark.
  private let delay: Int64
  /// Left rows of the step that have no time: they meet nothing.
  private var timeless: [Batch] = []

  /// `delay` is how far the times of either side may trail the watermark.
  init(_ join: TemporalJoin, left: Schema, right: Schema, delay: Int64, timeZone: TimeZoneRules) {
    self.join = join
    self.delay = delay
    let nulls = join.keys.map(\.matchesNulls)
    inputs = [join.keys.map(\.left), join.keys.map(\.right)].map {
      JoinInput($0, matchesNulls: nulls, timeZone: timeZone)
    }
    types = [left.fields.map(\.type), right.fields.map(\.type)].enumerated().map { side, types in
      side == 1 && join.deletion != nil ? types.dropLast() : types
    }
    waiting = [
      HeldRows(timeColumn: join.leftTime, delay: delay, schema: left),
      HeldRows(timeColumn: join.rightTime, delay: delay, schema: right),
    ]
    versions = TemporalVersions(types: types[1], keyTypes: inputs[1].keyTypes, timeToLive: join.timeToLive)
    residual = JoinResidual(join.residual, width: types[0].count + types[1].count, timeZone: timeZone)
  }

  var stateSize: StateSize {
    StateSize(
      rows: waiting[0].count + waiting[1].count, keys: versions.liveCount,
      bytes: waiting[0].byteCount + waiting[1].byteCount + versions.byteCount)
  }

  // MARK: Rows

  func process(_ batch: Batch, input: Int, step: StepContext, output: any OperatorOutput) {
    let inTime = withoutLate(batch, input: input, output)
    guard inTime.count > 0 else { return }
    // Keys are computed here for the rows on which they fail, and again when the rows are taken.
    let rows = inputs[input].rows(of: inTime, step: step, output: output)
    guard rows.batch.count > 0 else { return }
    if input == 0 { return hold(left: rows.batch, output) }
    guard let meeting = rows.meeting else { return hold(version: rows.batch, output) }
    // A version without a key is of nothing.
    let found = selection(where: meeting)
    output.countFiltered(rows.batch.count - found.count)
    if found.count > 0 { hold(version: rows.batch.gather(found), output) }
  }

  /// A deletion that does not say when it was fails: left out, a row would stand that was gone.
  private func hold(version batch: Batch, _ output: any OperatorOutput) {
    guard let deletion = join.deletion, case .bool(let marks) = batch.columns[deletion].data,
      let validity = batch.columns[join.rightTime].validity
    else { return waiting[1].hold(batch, output: output) }
    var failed: [FailedRow] = []
    let good = VectorBuilder<Int32>(capacity: batch.count)
    for row in 0..<batch.count {
      let number = Int32(truncatingIfNeeded: row)
      if marks.base[row], !validity.base[row] {
        failed.append(
          FailedRow(row: number, code: .nullInNotNull, message: "the deletion has no time, so no version ends with it"))
      } else {
        good.append(number)
      }
    }
    output.fail(failed, of: batch)
    let rest = good.finish()
    if rest.count > 0 { waiting[1].hold(batch.gather(rest), output: output) }
  }

  private func hold(left batch: Batch, _ output: any OperatorOutput) {
    guard join.keepsLeft, let validity = batch.columns[join.leftTime].validity else {
      return waiting[0].hold(batch, output: output)
    }
    let absent = selection(where: validity.inverted())
    guard absent.count > 0 else { return waiting[0].hold(batch, output: output) }
    var alone = batch.gather(absent)
    alone.order = alone.order ?? alone.arrivalKeys ?? BytesVector.ascendingNumbers(count: alone.count)
    alone.origin = nil
    timeless.append(alone)
    let timed = selection(where: validity)
    if timed.count > 0 { waiting[0].hold(batch.gather(timed), output: output) }
  }

  /// The rows that are not behind the watermark of their own partition.
  private func withoutLate(_ batch: Batch, input: Int, _ output: any OperatorOutput) -> Batch {
    let column = batch.columns[input == 0 ? join.leftTime : join.rightTime]
    guard let watermarks = batch.origin?.watermarks, case .int(let times) = column.data else { return batch }
    let late = VectorBuilder<Int32>()
    let good = VectorBuilder<Int32>(capacity: batch.count)
    for row in 0..<batch.count {
      let complete = watermarks.base[row].subtractingSaturating(delay)
      let isLate = times.base[row] <= complete && column.validity?.base[row] ?? true
      (isLate ? late : good).append(Int32(truncatingIfNeeded: row))
    }
    guard late.count > 0 else { return batch }
    output.emitLate(widened(batch.gather(late.finish()), input))
    return batch.gather(good.finish())
  }

  /// A late row as the port has it: the columns of both sides, NULL for those of the other.
  private func widened(_ batch: Batch, _ input: Int) -> Batch {
    let nulls = types[1 - input].map { Column.nulls($0, count: batch.count) }
    return batch.replacing(columns: input == 0 ? batch.columns + nulls : nulls + batch.columns.prefix(types[1].count))
  }

  // MARK: Time

  func advance(to watermark: Watermark, step: StepContext, output: any OperatorOutput) -> Watermark {
    emitTimeless(output)
    let taken = waiting.map { $0.release(at: watermark) }
    let arrived = taken[1].map { rows in
      let keyed = inputs[1].rows(of: rows, step: step, output: output)
      let columns = keyed.batch.columns
      var deletions: Vector<Bool>?
      if let deletion = join.deletion, case .bool(let marks) = columns[deletion].data { deletions = marks }
      return versions.add(
        Array(columns.prefix(types[1].count)), keys: keyed.keys, times: times(of: keyed.batch, join.rightTime),
        deletions: deletions, count: keyed.batch.count)
    }
    if let rows = taken[0] {
      let asking = inputs[0].rows(of: rows, step: step, output: output)
      let found = newest(for: asking, arrived, now: step.now)
      emit(asking.batch, found, step, output)
    } else if let arrived {
      versions.put(arrived, 0..<arrived.count, now: step.now)
    }
    residual.report(to: output)
    versions.sweep(now: step.now)
    return watermark
  }

  private func times(of batch: Batch, _ column: Int) -> Vector<Int64> {
    guard case .int(let times) = batch.columns[column].data else {
      preconditionFailure("a time must be stored as an integer")
    }
    return times
  }

  /// Goes through both sides in the order of time. Gives the version that stands for each row, -1 for none; afterwards all
  /// that arrived stand.
  private func newest(
    for asking: KeyedRows, _ arrived: TemporalVersions.Arrived?, now: Int64
  ) -> Vector<Int32> {
    let rowTimes = times(of: asking.batch, join.leftTime)
    let keys = versions.lookup(asking.keys, count: asking.batch.count)
    let found = Vector<Int32>(repeating: -1, count: asking.batch.count)
    var next = 0
    let count = arrived?.count ?? 0
    for row in 0..<found.count {
      if let arrived, next < count {
        let end = arrived.end(after: next, upTo: rowTimes.base[row], isInclusive: join.isInclusive)
        if end > next { versions.put(arrived, next..<end, now: now) }
        next = end
      }
      if keys.base[row] >= 0, asking.meeting?.base[row] ?? true {
        found.base[row] = versions.newest(of: keys.base[row], now: now)
      }
    }
    if let arrived { versions.put(arrived, next..<count, now: now) }
    return found
  }

  private func emit(_ rows: Batch, _ found: Vector<Int32>, _ step: StepContext, _ output: any OperatorOutput) {
    var start = 0
    while start < rows.count {
      let range = start..<min(start + JoinOperator.pairLimit, rows.count)
      emitSome(rows.slice(range), found.slice(range), step, output)
      start = range.upperBound
    }
  }

  private func emitSome(
    _ rows: Batch, _ found: Vector<Int32>, _ step: StepContext, _ output: any OperatorOutput
  ) {
    let matched = matching(rows, found, step)
    var (some, numbers) = (rows, matched)
    if !join.keepsLeft {
      let kept = selection(where: matched.isRow)
      output.countFiltered(rows.count - kept.count)
      guard kept.count > 0 else { return }
      if kept.count < rows.count { (some, numbers) = (rows.gather(kept), matched.gather(kept)) }
    }
    let right = types[1].indices.map { versions.column($0, numbers, padded: join.keepsLeft) }
    output.emit(some.replacing(columns: some.columns + right))
  }

  /// The version of each row, -1 where the condition does not hold.
  private func matching(_ rows: Batch, _ found: Vector<Int32>, _ step: StepContext) -> Vector<Int32> {
    if residual.isAbsent { return found }
    let candidates = selection(where: found.isRow)
    guard candidates.count > 0 else { return found }
    let numbers = found.gather(candidates)
    let width = types[0].count
    let passing = residual.matching(candidates.count, now: step.now) { column in
      column < width ? rows.columns[column].gather(candidates) : versions.column(column - width, numbers)
    }
    guard let passing else { return found }
    let result = Vector<Int32>(repeating: -1, count: found.count)
    for i in 0..<passing.count {
      let row = Int(candidates.base[Int(passing.base[i])])
      result.base[row] = found.base[row]
    }
    return result
  }

  private func emitTimeless(_ output: any OperatorOutput) {
    guard !timeless.isEmpty else { return }
    let rows = Batch.concatenate(timeless, types: types[0])
    timeless = []
    guard let arrival = rows.order else { return }
    var sorted = rows.gather(arrival.ascendingOrder())
    // NULL stands before every time.
    let keys = KeyEncoder(types: [.timestamp]).encode([sorted.columns[join.leftTime]], count: sorted.count)
    sorted.order = sorted.order.map { keys.joined(with: $0) }
    output.emit(sorted.replacing(columns: sorted.columns + types[1].map { Column.nulls($0, count: sorted.count) }))
  }

  // MARK: Snapshots

  func writeState(to writer: ColumnWriter) {
    precondition(timeless.isEmpty, "a join is saved between steps")
    for rows in waiting { rows.write(to: writer) }
    versions.write(to: writer)
  }

  func readState(from reader: ColumnReader) throws(StateFormatError) {
    for rows in waiting { try rows.read(from: reader) }
    try versions.read(from: reader)
  }
}

extension Vector where Element == Int32 {
  /// Which of the numbers are of rows, rather than -1.
  fileprivate var isRow: Vector<Bool> {
    let result = Vector<Bool>(uninitialized: count)
    for row in 0..<count { result.base[row] = base[row] >= 0 }
    return withExtendedLifetime(self) { result }
  }
}
