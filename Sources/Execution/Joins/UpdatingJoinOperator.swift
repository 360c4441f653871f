// Joins whose results may be taken back: outer and anti joins, and every join of rows that change. In: rows of both
// sides, with weights where they change. Out: at the end of a step's rows what the step changed, by key and then by
// arrival. Keeps every row of both sides, for ever or for the time to live.
//
// A step is first made net on each side. What goes meets what stood before it, what comes meets what stands after it,
// so no pair is both said and taken back: -L with R, -R with L, then +L with R, then +R with L.

import Plan
import Values

final class UpdatingJoinOperator: Operator {
  private let join: Join
  private let inputs: [JoinInput]
  private let sides: [UpdatingSide]
  private var index: GroupIndex
  private let residual: JoinResidual
  private var waiting: [[KeyedRows]] = [[], []]
  private let changes: JoinChanges
  /// When the rows were last searched for those to forget.
  private var lastSweep: Int64?
  private var hasEnded = false

  init(_ join: Join, left: Schema, right: Schema, mode: ChangelogMode, timeZone: TimeZoneRules) {
    self.join = join
    inputs = JoinInput.sides(of: join, timeZone: timeZone)
    let isSemi = join.kind == .semi
    sides = [
      UpdatingSide(
        types: left.fields.map(\.type), countsMatches: join.kind.keepsLeft || isSemi, saysMatched: isSemi),
      UpdatingSide(types: right.fields.map(\.type), countsMatches: join.kind.keepsRight, saysMatched: false),
    ]
    index = GroupIndex(types: inputs[0].keyTypes)
    residual = JoinResidual(join.residual, width: left.count + right.count, timeZone: timeZone)
    changes = JoinChanges(left: sides[0], right: sides[1], givesLeftOnly: join.kind.givesLeftOnly, mode: mode)
  }

  var stateSize: StateSize {
    var used = 0
    for key in 0..<index.count where sides.contains(where: { $0.rows.hasRows(of: key) }) { used += 1 }
    return StateSize(
      rows: hasEnded ? 0 : sides[0].liveCount + sides[1].liveCount, keys: used,
      bytes: index.memory + sides[0].byteCount + sides[1].byteCount)
  }

  func process(_ batch: Batch, input: Int, step: StepContext, output: any OperatorOutput) {
    let rows = inputs[input].rows(of: batch, step: step, output: output)
    if rows.batch.count > 0 { waiting[input].append(rows) }
  }

  func advance(to watermark: Watermark, step: StepContext, output: any OperatorOutput) -> Watermark {
    let limit = join.timeToLive.map { step.now.subtractingSaturating($0) } ?? .min
    let net = waiting.indices.map { side in
      NetChanges(waiting[side], types: sides[side].rows.types, keyTypes: index.types)
    }
    waiting = [[], []]
    for side in 0...1 { if let rows = net[side].removed { remove(rows, from: side, limit: limit, now: step.now) } }
    for side in 0...1 { if let rows = net[side].added { add(rows, to: side, limit: limit, now: step.now) } }
    sides[0].takeTransitions { changes.append($0, -1, $1) }
    sides[1].takeTransitions { changes.append(-1, $0, $1) }
    changes.emit(keys: index, output)
    residual.report(to: output)
    sweep(limit: limit, now: step.now)
    return watermark
  }

  func endStep(isLast: Bool, step: StepContext, output: any OperatorOutput) { hasEnded = isLast }

  /// Rows that can meet no other stand alone, or not at all: they are said, and nothing is kept of them.
  private func passAlone(_ rows: KeyedRows, _ side: Int, weight: Int64, now: Int64) -> KeyedRows {
    guard let meeting = rows.meeting else { return rows }
    if side == 0 ? join.kind.keepsLeft : join.kind.keepsRight {
      let alone = rows.gather(selection(where: meeting.inverted()))
      let keys = index.ids(for: alone.keys, count: alone.batch.count)
      let start = sides[side].append(
        alone.batch.columns, keys: keys, keyCount: index.count, now: now, links: false)
      for row in start..<start + keys.count {
        let number = Int32(truncatingIfNeeded: row)
        changes.append(side == 0 ? number : -1, side == 0 ? -1 : number, weight)
      }
    }
    return rows.gather(selection(where: meeting))
  }

  private func remove(_ all: KeyedRows, from side: Int, limit: Int64, now: Int64) {
    let rows = passAlone(all, side, weight: -1, now: now)
    guard rows.batch.count > 0 else { return }
    let keys = index.lookup(rows.keys, count: rows.batch.count)
    for side in sides { side.rows.chains.resize(to: index.count) }
    let gone = VectorBuilder<Int32>()
    for row in 0..<keys.count where keys.base[row] >= 0 {
      // What was forgotten, or failed when it came, is not there to be taken back.
      let number = sides[side].remove(rows.batch.columns, row, key: keys.base[row], limit: limit)
      if number >= 0 { gone.append(number) }
    }
    pair(gone.finish(), of: side, weight: -1, limit: limit, now: now)
  }

  private func add(_ all: KeyedRows, to side: Int, limit: Int64, now: Int64) {
    let rows = passAlone(all, side, weight: 1, now: now)
    guard rows.batch.count > 0 else { return }
    let keys = index.ids(for: rows.keys, count: rows.batch.count)
    for side in sides { side.rows.chains.resize(to: index.count) }
    let start = sides[side].append(
      rows.batch.columns, keys: keys, keyCount: index.count, now: now, links: true)
    let numbers = Vector<Int32>(uninitialized: keys.count)
    for row in 0..<keys.count { numbers.base[row] = Int32(truncatingIfNeeded: start + row) }
    pair(numbers, of: side, weight: 1, limit: limit, now: now)
  }

  /// Finds the pairs of the given rows with those of the other side.
  private func pair(_ rows: Vector<Int32>, of side: Int, weight: Int64, limit: Int64, now: Int64) {
    let (own, other) = (sides[side], sides[1 - side])
    let mine = VectorBuilder<Int32>()
    let theirs = VectorBuilder<Int32>()
    for i in 0..<rows.count {
      let row = rows.base[i]
      var match = other.rows.chains.base[Int(own.rows.keyOf.base[Int(row)])].first
      while match >= 0 {
        if other.isInUse(match, since: limit) {
          mine.append(row)
          theirs.append(match)
          if mine.count >= JoinOperator.pairLimit { settle(mine, theirs, of: side, weight: weight, now: now) }
        }
        match = other.rows.next.base[Int(match)]
      }
    }
    settle(mine, theirs, of: side, weight: weight, now: now)
  }

  private func settle(
    _ mine: VectorBuilder<Int32>, _ theirs: VectorBuilder<Int32>, of side: Int, weight: Int64, now: Int64
  ) {
    var (rows, matches) = (mine.copy(), theirs.copy())
    mine.truncate(to: 0)
    theirs.truncate(to: 0)
    let width = sides[0].rows.types.count
    let passing = residual.matching(rows.count, now: now, reportsFailures: weight > 0) { number in
      let isLeft = number < width
      return sides[isLeft ? 0 : 1].rows.column(isLeft ? number : number - width, isLeft == (side == 0) ? rows : matches)
    }
    if let passing { (rows, matches) = (rows.gather(passing), matches.gather(passing)) }
    let change = Int32(truncatingIfNeeded: weight)
    for i in 0..<rows.count {
      let (row, match) = (rows.base[i], matches.base[i])
      sides[side].addMatches(row, change)
      sides[1 - side].addMatches(match, change)
      if join.timeToLive != nil {
        sides[side].use(row, now: now)
        sides[1 - side].use(match, now: now)
      }
      if !join.kind.givesLeftOnly { changes.append(side == 0 ? row : match, side == 0 ? match : row, weight) }
    }
  }

  // MARK: Forgetting

  /// Gives memory back when most of it is of rows that are gone, and now and then that of rows past their time to live.
  /// Results do not depend on when.
  private func sweep(limit: Int64, now: Int64) {
    var isDue = sides.contains { $0.deadCount > 1024 && $0.deadCount > $0.liveCount }
    if let timeToLive = join.timeToLive {
      if let lastSweep, now.subtractingSaturating(lastSweep) < timeToLive / 4 {
      } else {
        lastSweep = now
        isDue = true
      }
    }
    if isDue { compact(limit: limit) }
  }

  private func compact(limit: Int64) {
    let kept = sides.map { $0.living(since: limit) }
    let isUsed = StateVector<Bool>(empty: false)
    isUsed.resize(to: index.count)
    for (side, rows) in zip(sides, kept) {
      for i in 0..<rows.count { isUsed.base[Int(side.rows.keyOf.base[Int(rows.base[i])])] = true }
    }
    let keys = selection(where: isUsed.copy())
    let keyMap = index.compact(keeping: keys)
    for (side, rows) in zip(sides, kept) { side.compact(keeping: rows, keyMap: keyMap, keyCount: index.count) }
  }

  func writeState(to writer: ColumnWriter) {
    precondition(waiting.allSatisfy(\.isEmpty), "a join is saved between steps")
    index.write(to: writer)
    for side in sides { side.write(to: writer) }
    writer.write(lastSweep ?? .min)
  }

  func readState(from reader: ColumnReader) throws(StateFormatError) {
    index = try GroupIndex.read(from: reader, types: index.types)
    for side in sides { try side.read(from: reader, keyCount: index.count) }
    let sweep = try reader.int()
    lastSweep = sweep == .min ? nil : sweep
  }
}
