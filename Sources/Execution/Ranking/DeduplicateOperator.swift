// DEDUPLICATE KEEP FIRST by arrival. In: rows that are never taken back. Out: the first row of each key, at once; with WITHIN,
// the first one that comes that long after the one before that was let through. Keeps the keys and no row. A key is
// forgotten by the step clock: after WITHIN, or after the time to live since it was last met.

import Plan
import Values

final class DeduplicateOperator: Operator {
  private let program: ExpressionProgram
  private let timeToLive: Int64?
  private let within: Int64?
  private var index: GroupIndex
  /// The step clock when each key was let through (WITHIN), or last met (time to live).
  private let metAt = StateVector<Int64>(empty: 0)
  private var lastSweep: Int64?

  init(_ deduplication: Deduplication, timeZone: TimeZoneRules) {
    program = ExpressionProgram(deduplication.keys, timeZone: timeZone)
    timeToLive = deduplication.timeToLive
    within = deduplication.within
    index = GroupIndex(types: deduplication.keys.map(\.type))
  }

  var stateSize: StateSize {
    StateSize(rows: 0, keys: index.count, bytes: index.memory + metAt.byteCount)
  }

  func process(_ batch: Batch, input: Int, step: StepContext, output: any OperatorOutput) {
    guard let (batch, keys) = batch.keyed(by: program, now: step.now, output: output) else { return }
    let known = index.count
    let ids = index.ids(for: keys, count: batch.count)
    metAt.resize(to: index.count)
    let passing = VectorBuilder<Int32>()
    var next = Int32(truncatingIfNeeded: known)
    for row in 0..<batch.count {
      let id = ids.base[row]
      var passes = id == next
      if passes { next += 1 } else { passes = isForgotten(metAt.base[Int(id)], now: step.now) }
      if passes || within == nil { metAt.base[Int(id)] = step.now }
      if passes { passing.append(Int32(truncatingIfNeeded: row)) }
    }
    let selection = passing.finish()
    output.countFiltered(batch.count - selection.count)
    if selection.count > 0 { output.emit(batch.gather(selection)) }
  }

  private func isForgotten(_ met: Int64, now: Int64) -> Bool {
    if let within { return now.subtractingSaturating(met) >= within }
    return timeToLive.map { now.subtractingSaturating(met) > $0 } ?? false
  }

  func endStep(isLast: Bool, step: StepContext, output: any OperatorOutput) {
    guard let length = within ?? timeToLive else { return }
    if let lastSweep, step.now.subtractingSaturating(lastSweep) < length / 4 { return }
    lastSweep = step.now
    let kept = VectorBuilder<Int32>()
    for id in 0..<metAt.count where !isForgotten(metAt.base[id], now: step.now) {
      kept.append(Int32(truncatingIfNeeded: id))
    }
    guard kept.count < metAt.count - metAt.count / 4 else { return }
    let ids = kept.finish()
    index.compact(keeping: ids)
    metAt.replace(with: metAt.gather(ids))
  }

  func writeState(to writer: ColumnWriter) {
    index.write(to: writer)
    writer.write(metAt.copy())
  }

  func readState(from reader: ColumnReader) throws(StateFormatError) {
    index = try GroupIndex.read(from: reader, types: index.types)
    metAt.replace(with: try reader.ints())
    guard metAt.count == index.count else {
      throw reader.failure("there are \(metAt.count) times for \(index.count) keys")
    }
  }
}

extension Batch {
  /// The rows on which the keys do not fail, with their keys; nil when none is left.
  func keyed(
    by program: ExpressionProgram, now: Int64, output: any OperatorOutput
  ) -> (batch: Batch, keys: [Column])? {
    let (columns, errors) = program.rows(of: self, now: now)
    guard !errors.isEmpty else { return count > 0 ? (self, columns) : nil }
    output.fail(errors.list.map { FailedRow($0) }, of: self)
    let good = errors.goodRows(of: count)
    return good.count > 0 ? (gather(good), columns.map { $0.gather(good) }) : nil
  }
}
