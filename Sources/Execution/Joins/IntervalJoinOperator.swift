// Joins of rows that are near in event time: lower <= left time - right time <= upper. In: rows that are never taken
// back. Out: pairs as they are found; rows without a match once the watermark says that none can come, by time and key;
// late rows on their own port. Keeps rows until no match can come.
//
// As in other joins, left rows of a step meet the right rows of steps before as they come, and right rows wait for the
// end of the step's rows, so that neither batches nor workers show.

import Plan
import Values

package final class IntervalJoinOperator: Operator {
  private let kind: JoinKind
  private let interval: JoinInterval
  private let inputs: [JoinInput]
  private let sides: [IntervalSide]
  private var index: GroupIndex
  private let pairs: PairOutput
  private let isOrdered: Bool
  /// How far the output's time may lie behind the watermark of the input.
  private let delay: Int64
  private var waiting: [KeyedRows] = []
  /// Rows of the step that have no time: they meet nothing.
  private var timeless: [[Int32]] = [[], []]

  /// `timeColumn` is the time attribute of the output; nil when it has none, where all times must be waited for.
  package init(
    _ join: Join, _ interval: JoinInterval, left: Schema, right: Schema, timeColumn: Int?, isOrdered: Bool,
    timeZone: TimeZoneRules
  ) {
    kind = join.kind
    self.interval = interval
    inputs = JoinInput.sides(of: join, timeZone: timeZone)
    let span = interval.upper.subtractingSaturating(interval.lower)
    sides = [left, right].map { IntervalSide(types: $0.fields.map(\.type), span: span) }
    index = GroupIndex(types: inputs[0].keyTypes)
    pairs = PairOutput(join, sides: sides.map(\.rows), timeZone: timeZone)
    self.isOrdered = isOrdered
    let leftDelay = max(0, Int64(0).subtractingSaturating(interval.lower))
    let rightDelay = max(0, interval.upper)
    delay = timeColumn.map { $0 < left.count ? leftDelay : rightDelay } ?? max(leftDelay, rightDelay)
  }

  package var stateSize: StateSize {
    StateSize(
      rows: sides[0].liveCount + sides[1].liveCount, keys: usedKeys(sides.map(\.living)).count,
      bytes: index.memory + sides[0].byteCount + sides[1].byteCount)
  }

  private func keeps(_ side: Int) -> Bool { side == 0 ? kind.keepsLeft : kind.keepsRight }

  // MARK: Rows

  package func process(_ batch: Batch, input: Int, step: StepContext, output: any OperatorOutput) {
    let inTime = withoutLate(batch, input: input, output)
    guard inTime.count > 0 else { return }
    var rows = inputs[input].rows(of: inTime, step: step, output: output)
    guard rows.batch.count > 0 else { return }
    if input == 1 { return waiting.append(rows) }
    rows.keepPlace()
    join(rows, from: 0, step: step, output: output)
  }

  private func timeColumn(_ side: Int) -> Int { side == 0 ? interval.leftTime : interval.rightTime }

  /// The rows that are not behind the watermark of their own partition.
  private func withoutLate(_ batch: Batch, input: Int, _ output: any OperatorOutput) -> Batch {
    let column = batch.columns[timeColumn(input)]
    guard let watermarks = batch.origin?.watermarks, case .int(let times) = column.data else { return batch }
    let late = VectorBuilder<Int32>()
    let good = VectorBuilder<Int32>(capacity: batch.count)
    for row in 0..<batch.count {
      let isLate = times.base[row] <= watermarks.base[row] && column.validity?.base[row] ?? true
      (isLate ? late : good).append(Int32(truncatingIfNeeded: row))
    }
    guard late.count > 0 else { return batch }
    output.emitLate(widened(batch.gather(late.finish()), input))
    return batch.gather(good.finish())
  }

  /// A late row as the port has it: the columns of both sides, NULL for those of the other.
  private func widened(_ batch: Batch, _ input: Int) -> Batch {
    let nulls = sides[1 - input].rows.types.map { Column.nulls($0, count: batch.count) }
    return batch.replacing(columns: input == 0 ? batch.columns + nulls : nulls + batch.columns)
  }

  private func join(_ all: KeyedRows, from side: Int, step: StepContext, output: any OperatorOutput) {
    let rows = withTimes(all, side)
    let arrived = rows.batch
    guard arrived.count > 0, case .int(let times) = arrived.columns[timeColumn(side)].data else { return }
    let keys = index.ids(for: rows.keys, count: arrived.count)
    for side in sides { side.rows.chains.resize(to: index.count) }
    let start = sides[side].append(arrived.columns, times: times, keys: keys, keyCount: index.count)
    let other = sides[1 - side]
    let mine = VectorBuilder<Int32>(capacity: arrived.count * 2)
    let theirs = VectorBuilder<Int32>(capacity: arrived.count * 2)
    for row in 0..<arrived.count where rows.meeting?.base[row] ?? true {
      let (least, most) = reach(of: times.base[row], side)
      var match = other.first(of: Int(keys.base[row]))
      let (next, their) = (other.rows.next.base, other.times.base)
      while match >= 0 {
        let time = their[Int(match)]
        if least <= time, time <= most {
          mine.append(Int32(truncatingIfNeeded: row))
          theirs.append(match)
        }
        match = next[Int(match)]
        if mine.count >= JoinOperator.pairLimit {
          settle(arrived, mine, theirs, start: start, from: side, step: step, output: output)
        }
      }
    }
    settle(arrived, mine, theirs, start: start, from: side, step: step, output: output)
  }

  /// The times of the other side that a row of this time may meet.
  private func reach(of time: Int64, _ side: Int) -> (least: Int64, most: Int64) {
    side == 0
      ? (time.subtractingSaturating(interval.upper), time.subtractingSaturating(interval.lower))
      : (time.addingSaturating(interval.lower), time.addingSaturating(interval.upper))
  }

  private func settle(
    _ arrived: Batch, _ mine: VectorBuilder<Int32>, _ theirs: VectorBuilder<Int32>, start: Int, from side: Int,
    step: StepContext, output: any OperatorOutput
  ) {
    let found = pairs.emit(arrived, mine.finish(), theirs.finish(), from: side, now: step.now, output: output)
    if kind == .inner { return }
    let firsts = VectorBuilder<Int32>()
    for i in 0..<found.rows.count {
      let isFirst = sides[side].match(start + Int(found.rows.base[i]))
      let isOthersFirst = sides[1 - side].match(Int(found.matches.base[i]))
      if kind == .semi, side == 0 ? isFirst : isOthersFirst { firsts.append(Int32(truncatingIfNeeded: i)) }
    }
    guard firsts.count > 0 else { return }
    let said = firsts.finish()
    let rows = found.rows.gather(said)
    let columns =
      side == 0
      ? arrived.columns.map { $0.gather(rows) }
      : sides[0].rows.types.indices.map { sides[0].rows.column($0, found.matches.gather(said)) }
    output.emit(
      Batch(
        columns: columns, count: rows.count, origin: arrived.origin?.gather(rows), order: arrived.order?.gather(rows)))
  }

  /// The rows that have a time. Those without meet nothing: they leave alone at the end of the step, or not at all.
  private func withTimes(_ rows: KeyedRows, _ side: Int) -> KeyedRows {
    guard let validity = rows.batch.columns[timeColumn(side)].validity else { return rows }
    if keeps(side) {
      let lonely = rows.gather(selection(where: validity.inverted()))
      let keys = index.ids(for: lonely.keys, count: lonely.batch.count)
      let start = sides[side].appendUnlinked(lonely.batch.columns, keys: keys, keyCount: index.count)
      for row in start..<start + keys.count { timeless[side].append(Int32(truncatingIfNeeded: row)) }
    }
    return rows.gather(selection(where: validity))
  }

  // MARK: Time

  package func advance(to watermark: Watermark, step: StepContext, output: any OperatorOutput) -> Watermark {
    for var rows in waiting {
      rows.moveBehind(isOrdered: isOrdered)
      join(rows, from: 1, step: step, output: output)
    }
    waiting = []
    pairs.reportFailures(to: output)
    var lonely: [Vector<Int32>] = []
    for side in 0...1 {
      let forgotten = sides[side].forget(through: deadline(watermark, side))
      let rows = VectorBuilder<Int32>()
      for i in 0..<forgotten.count where keeps(side) && sides[side].isLonely(forgotten.base[i]) {
        rows.append(forgotten.base[i])
      }
      rows.append(contentsOf: Vector(timeless[side]))
      timeless[side] = []
      lonely.append(rows.finish())
    }
    emitLonely(lonely, output)
    if sides.contains(where: \.isSparse) { compact() }
    return watermark == .max || watermark == .min ? watermark : watermark.subtractingSaturating(delay)
  }

  /// The time of a side up to which rows can meet nothing that is still to come: all that comes is after the watermark.
  private func deadline(_ watermark: Watermark, _ side: Int) -> Int64 {
    if watermark == .max || watermark == .min { return watermark }
    return side == 0
      ? watermark.addingSaturating(interval.lower) : watermark.subtractingSaturating(interval.upper)
  }

  private func emitLonely(_ rows: [Vector<Int32>], _ output: any OperatorOutput) {
    let count = rows[0].count + rows[1].count
    guard count > 0 else { return }
    func padded(_ side: Int) -> Vector<Int32> {
      let none = Vector<Int32>(repeating: -1, count: rows[1 - side].count)
      return Vector.concatenate(side == 0 ? [rows[0], none] : [none, rows[1]])
    }
    let numbers = [padded(0), padded(1)]
    let times = Vector.concatenate([0, 1].map { sides[$0].times.gather(rows[$0]) })
    let isRight = Vector.concatenate([0, 1].map { Vector(repeating: $0 == 1, count: rows[$0].count) })
    let keys = Vector.concatenate([0, 1].map { sides[$0].rows.keyOf.gather(rows[$0]) })
    let arrival = Vector<Int64>(uninitialized: count)
    for i in 0..<count { arrival.base[i] = Int64(max(numbers[0].base[i], numbers[1].base[i])) }
    let order = KeyEncoder(types: [.timestamp, .boolean] + index.types + [.int64]).encode(
      [Column(.int(times)), Column(.bool(isRight))] + index.keys(keys) + [Column(.int(arrival))], count: count)
    let sorted = order.ascendingOrder()
    let columns = (0...(kind.givesLeftOnly ? 0 : 1)).flatMap { side in
      sides[side].rows.types.indices.map { sides[side].rows.column($0, numbers[side].gather(sorted), padded: true) }
    }
    output.emit(Batch(columns: columns, count: count, order: order.gather(sorted)))
  }

  private func usedKeys(_ rows: [Vector<Int32>]) -> Vector<Int32> {
    let isUsed = StateVector<Bool>(empty: false)
    isUsed.resize(to: index.count)
    for (side, rows) in zip(sides, rows) {
      for i in 0..<rows.count { isUsed.base[Int(side.rows.keyOf.base[Int(rows.base[i])])] = true }
    }
    return selection(where: isUsed.copy())
  }

  private func compact() {
    let kept = sides.map(\.living)
    let keyMap = index.compact(keeping: usedKeys(kept))
    for (side, rows) in zip(sides, kept) { side.compact(keeping: rows, keyMap: keyMap, keyCount: index.count) }
  }

  package func writeState(to writer: ColumnWriter) {
    precondition(waiting.isEmpty, "a join is saved between steps")
    index.write(to: writer)
    for side in sides { side.write(to: writer) }
  }

  package func readState(from reader: ColumnReader) throws(StateFormatError) {
    index = try GroupIndex.read(from: reader, types: index.types)
    for side in sides { try side.read(from: reader, keyCount: index.count) }
  }
}
