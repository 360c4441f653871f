// TOP, and ROW_NUMBER, RANK and DENSE_RANK up to a bound; DEDUPLICATE KEEP LAST. In: rows, with weights where they change. Out:
// the first rows of each partition, with their rank where it is asked for: changes at the end of each step or period, or
// for each window once, when it closes. Keeps the first rows of each partition, or all where rows are taken back.

import Plan
import Values

final class RankOperator: Operator {
  private let ranking: Ranking
  private let input: RankInput
  private let table: RankTable
  /// The step clock when each group was last touched, for the time to live.
  private let touchedAt = StateVector<Int64>(empty: 0)
  private var period = EmissionPeriod()
  private var lastSweep: Int64?
  private let types: [DataType]
  /// The rows of this step that are taken back: they may come before those that they take back.
  private var takenBack: [Batch] = []

  init(
    _ ranking: Ranking, schema: Schema, inputIsAppendOnly: Bool, latestFirst: Bool = false, timeZone: TimeZoneRules
  ) {
    self.ranking = ranking
    types = schema.fields.map(\.type)
    input = RankInput(
      ranking, schema: schema, inputIsAppendOnly: inputIsAppendOnly, latestFirst: latestFirst, timeZone: timeZone)
    table = RankTable(ranking, schema: schema, isAppendOnly: inputIsAppendOnly)
  }

  var stateSize: StateSize {
    var size = table.size
    // What changes are said of is answered for; the rows that wait for the end are not.
    if ranking.emission != .final { size.rows = 0 }
    size.bytes += touchedAt.byteCount
    return size
  }

  func process(_ batch: Batch, input port: Int, step: StepContext, output: any OperatorOutput) {
    guard let weights = batch.weights else { return add(batch, step: step, output) }
    let added = VectorBuilder<Int32>()
    let removed = VectorBuilder<Int32>()
    for row in 0..<weights.count {
      (weights.base[row] > 0 ? added : removed).append(Int32(truncatingIfNeeded: row))
    }
    let (plus, minus) = (added.finish(), removed.finish())
    if plus.count > 0 { add(batch.gather(plus), step: step, output) }
    if minus.count > 0 { takenBack.append(batch.gather(minus)) }
  }

  private func add(_ batch: Batch, step: StepContext, _ output: any OperatorOutput) {
    let rows = input.rows(of: batch, step: step, output: output)
    guard rows.count > 0 else { return }
    let groups = table.groups(of: rows)
    touch(groups, now: step.now)
    table.insert(rows, groups: groups, notesChanges: ranking.emission != .final)
  }

  /// Starts groups anew that are touched after their time to live.
  private func touch(_ groups: Vector<Int32>, now: Int64) {
    guard let timeToLive = ranking.timeToLive else { return }
    let known = touchedAt.count
    touchedAt.resize(to: table.index.count)
    let limit = now.subtractingSaturating(timeToLive)
    let expired = VectorBuilder<Int32>()
    for row in 0..<groups.count {
      let group = Int(groups.base[row])
      if group < known, touchedAt.base[group] < limit { expired.append(groups.base[row]) }
      touchedAt.base[group] = now
    }
    // What was said of them and not revised yet stays said, as it does for groups that were swept out.
    let restarted = expired.finish()
    if restarted.count > 0 { table.clear(restarted) }
  }

  func endStep(isLast: Bool, step: StepContext, output: any OperatorOutput) {
    for batch in takenBack {
      let rows = input.rows(of: batch, step: step, output: output)
      guard rows.count > 0 else { continue }
      let groups = table.groups(of: rows)
      touch(groups, now: step.now)
      table.remove(rows, groups: groups, notesChanges: ranking.emission != .final)
    }
    takenBack = []
    switch ranking.emission {
    case .final:
      if isLast, let (columns, order) = table.allRanked() {
        output.emit(Batch(columns: columns, count: order.count, order: order))
        table.keep(Vector.indices(0))
      }
    case .changes: _ = emitChanges(output)
    case .every(let length, _):
      if table.hasChanges { period.change(at: step.now) }
      if isLast || period.isOver(length, at: step.now), emitChanges(output) { period.restart() }
    }
    if !table.hasChanges { sweep(now: step.now) }
  }

  /// Says whether there was anything to say.
  private func emitChanges(_ output: any OperatorOutput) -> Bool {
    guard let (columns, weights, order) = table.takeChanges() else { return false }
    output.emit(Batch(columns: columns, count: weights.count, weights: weights, order: order))
    return true
  }

  /// Gives back the memory of groups past their time to live, or without rows, now and then. Results do not depend on
  /// when: an expired group starts anew in any case.
  private func sweep(now: Int64) {
    let isDue: Bool
    if let timeToLive = ranking.timeToLive {
      isDue = lastSweep.map { now.subtractingSaturating($0) >= timeToLive / 4 } ?? true
    } else {
      isDue = table.index.count > 2 * table.size.rows + 1024
    }
    guard isDue else { return }
    lastSweep = now
    let limit = ranking.timeToLive.map { now.subtractingSaturating($0) } ?? .min
    touchedAt.resize(to: table.index.count)
    let kept = VectorBuilder<Int32>()
    for group in 0..<table.index.count where touchedAt.base[group] >= limit && table.rowCount(of: group) > 0 {
      kept.append(Int32(truncatingIfNeeded: group))
    }
    guard kept.count < table.index.count - table.index.count / 4 else { return }
    let groups = kept.finish()
    touchedAt.replace(with: touchedAt.gather(groups))
    table.keep(groups)
  }

  func writeState(to writer: ColumnWriter) {
    table.write(to: writer)
    writer.write(touchedAt.copy())
    period.write(to: writer)
    Batch.concatenate(takenBack, types: types).write(to: writer)
  }

  func readState(from reader: ColumnReader) throws(StateFormatError) {
    try table.read(from: reader)
    touchedAt.replace(with: try reader.ints())
    try period.read(from: reader)
    let rows = try Batch(from: reader, types: types)
    takenBack = rows.count > 0 ? [rows] : []
  }
}
