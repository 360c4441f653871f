// GROUP BY without a window, and DISTINCT. In: rows, with weights where they change. Out: keys and results; at the end of
// each step (or of bounded input) what has changed. A watermark passes through: it ends nothing here. Keeps one entry for
// each key, for ever or for the time to live.

import Plan
import Values

final class GroupAggregateOperator: Operator {
  private let aggregation: Aggregation
  private let input: AggregateInput
  private let resultTypes: [DataType]
  /// DISTINCT over rows that are never taken back: a new key is emitted as it comes, and nothing is ever revised.
  private let passesNewKeys: Bool
  private var table: AggregateTable
  private let changes = ChangeTracker()
  /// The step clock when each group was last touched, for the time to live.
  private var touchedAt = StateVector<Int64>(empty: 0)
  private var period = EmissionPeriod()
  /// When the table was last searched for groups to forget.
  private var lastSweep: Int64?
  private let ownsGlobalGroup: Bool
  /// Rows folded in of which nothing was said yet, where results come at the end.
  private var unanswered = 0

  /// Makes the operator of one worker. `isAppendOnly` says whether the input never takes rows back.
  init(
    _ aggregation: Aggregation, inputIsAppendOnly: Bool, worker: Int, timeZone: TimeZoneRules
  ) {
    self.aggregation = aggregation
    input = AggregateInput(aggregation, timeZone: timeZone)
    resultTypes = aggregation.keys.map(\.expression.type) + aggregation.calls.map(\.result.type)
    passesNewKeys = aggregation.calls.isEmpty && inputIsAppendOnly && aggregation.emission != .final
    table = AggregateTable(aggregation, keepsGlobalGroup: true)
    ownsGlobalGroup = aggregation.keys.isEmpty && worker == 0
  }

  var stateSize: StateSize {
    StateSize(
      rows: unanswered, keys: table.groupCount, bytes: table.byteCount + changes.byteCount + touchedAt.byteCount)
  }

  func process(_ batch: Batch, input port: Int, step: StepContext, output: any OperatorOutput) {
    let rows = input.rows(of: batch, step: step, output: output)
    guard rows.batch.count > 0 else { return }
    let known = table.groupCount
    let groups = table.groups(of: rows)
    var expired: [Int32] = []
    if let timeToLive = aggregation.timeToLive { expired = touch(groups, timeToLive, now: step.now) }
    if passesNewKeys {
      emitNewKeys(rows, groups: groups, known: known, expired: expired, output: output)
    } else if aggregation.emission != .final {
      changes.willTouch(groups, of: table)
    }
    table.accumulate(rows, groups: groups)
    if aggregation.emission == .final { unanswered += rows.batch.count }
  }

  /// Starts groups anew that are touched after their time to live, whether or not they were swept out meanwhile.
  /// Returns them.
  private func touch(_ groups: Vector<Int32>, _ timeToLive: Int64, now: Int64) -> [Int32] {
    let known = touchedAt.count
    touchedAt.resize(to: table.groupCount)
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
    return restarted.array
  }

  /// Emits the first row of each group that is new, or that starts anew: ids are given in order of arrival.
  private func emitNewKeys(
    _ rows: AggregateRows, groups: Vector<Int32>, known: Int, expired: [Int32], output: any OperatorOutput
  ) {
    let first = VectorBuilder<Int32>()
    var next = Int32(truncatingIfNeeded: known)
    var waiting = Set(expired)
    for row in 0..<groups.count {
      let group = groups.base[row]
      if group == next {
        next += 1
      } else if waiting.isEmpty || waiting.remove(group) == nil {
        continue
      }
      first.append(Int32(truncatingIfNeeded: row))
    }
    let selection = first.finish()
    output.countFiltered(rows.batch.count - selection.count)
    guard selection.count > 0 else { return }
    var batch = Batch(columns: rows.keys.map { $0.gather(selection) }, count: selection.count)
    batch.origin = rows.batch.origin?.gather(selection)
    batch.order = rows.batch.order?.gather(selection)
    output.emit(batch)
  }

  func endStep(isLast: Bool, step: StepContext, output: any OperatorOutput) {
    if isLast, ownsGlobalGroup, table.groupCount == 0, !aggregation.calls.isEmpty { addEmptyGroup() }
    switch aggregation.emission {
    case .final:
      if isLast { emitAll(now: step.now, output) }
    case .changes:
      _ = emitChanges(output)
    case .every(let length, _):
      if !changes.isEmpty { period.change(at: step.now) }
      if isLast || period.isOver(length, at: step.now), emitChanges(output) { period.restart() }
    }
    if let timeToLive = aggregation.timeToLive, changes.isEmpty { sweep(timeToLive, now: step.now) }
  }

  /// An aggregate over nothing still has one row: COUNT is 0, the others NULL.
  private func addEmptyGroup() {
    let one = AggregateRows(
      batch: Batch(columns: [], count: 1), keys: [],
      arguments: aggregation.calls.map { $0.arguments.map { Column.nulls($0.type, count: 1) } },
      filters: aggregation.calls.map { _ in Vector(repeating: false, count: 1) })
    let groups = table.groups(of: one)
    if aggregation.emission != .final { changes.willTouch(groups, of: table) }
    table.accumulate(one, groups: groups)
  }

  private func emitAll(now: Int64, _ output: any OperatorOutput) {
    unanswered = 0
    if let timeToLive = aggregation.timeToLive { table.clear(groups(before: now.subtractingSaturating(timeToLive))) }
    let (groups, keys) = table.presentGroups()
    guard groups.count > 0 else { return }
    let (columns, errors) = table.rows(of: groups)
    output.emitResults(columns, order: keys, errors: errors)
  }

  /// Says whether there was anything to say.
  private func emitChanges(_ output: any OperatorOutput) -> Bool {
    guard let (columns, weights, order, errors) = changes.takeChanges(of: table, types: resultTypes) else {
      return false
    }
    if !errors.isEmpty { output.failResults(columns, errors) }
    guard weights.count > 0 else { return !errors.isEmpty }
    output.emit(Batch(columns: columns, count: weights.count, weights: weights, order: order))
    return true
  }

  private func groups(before time: Int64) -> Vector<Int32> {
    touchedAt.resize(to: table.groupCount)
    let expired = VectorBuilder<Int32>()
    for group in 0..<table.groupCount where touchedAt.base[group] < time {
      expired.append(Int32(truncatingIfNeeded: group))
    }
    return expired.finish()
  }

  /// Gives back the memory of groups past their time to live, now and then, and once they are worth the copy of the
  /// others. Results do not depend on when: an expired group starts anew in any case.
  private func sweep(_ timeToLive: Int64, now: Int64) {
    if let lastSweep, now.subtractingSaturating(lastSweep) < timeToLive / 4 { return }
    lastSweep = now
    let limit = now.subtractingSaturating(timeToLive)
    touchedAt.resize(to: table.groupCount)
    let kept = VectorBuilder<Int32>()
    for group in 0..<table.groupCount where touchedAt.base[group] >= limit {
      kept.append(Int32(truncatingIfNeeded: group))
    }
    guard kept.count < table.groupCount - table.groupCount / 4 else { return }
    let groups = kept.finish()
    let times = touchedAt.gather(groups)
    table = table.keep(groups)
    touchedAt = StateVector(empty: 0)
    touchedAt.replace(with: times)
  }

  func writeState(to writer: ColumnWriter) {
    table.write(to: writer)
    changes.write(to: writer, types: resultTypes)
    writer.write(touchedAt.copy())
    period.write(to: writer)
    writer.write(unanswered)
  }

  func readState(from reader: ColumnReader) throws(StateFormatError) {
    try table.read(from: reader)
    try changes.read(from: reader, types: resultTypes, groups: table.groupCount)
    touchedAt.replace(with: try reader.ints())
    try period.read(from: reader)
    unanswered = Int(try reader.int())
  }
}
