// DEDUPLICATE KEEP FIRST BY the time attribute. In: rows that are never taken back. Out: the first row of each key in the order
// of time, when the watermark has passed it; with WITHIN, the next one that is that much later than the one before. Late
// rows leave on their own port. Keeps the rows that wait, and the keys: with WITHIN until the watermark is past it.

import Plan
import Values

final class DeduplicateByTimeOperator: Operator {
  private let program: ExpressionProgram
  private let timeColumn: Int
  private let within: Int64?
  private let held: HeldRows
  private var index: GroupIndex
  /// The time of the row of each key that was let through.
  private let keptAt = StateVector<Int64>(empty: .min)
  /// Of the rows let through, in the order of time, the key and the time at which it is forgotten.
  private var expiries: [(id: Int32, at: Int64)] = []
  private var expired = 0
  /// The time through which keys were forgotten.
  private var forgottenThrough = Int64.min

  init(
    _ deduplication: Deduplication, time: TimeAttribute, schema: Schema, timeZone: TimeZoneRules
  ) {
    program = ExpressionProgram(deduplication.keys, timeZone: timeZone)
    timeColumn = time.column
    within = deduplication.within
    held = HeldRows(timeColumn: time.column, delay: time.delay, schema: schema)
    index = GroupIndex(types: deduplication.keys.map(\.type))
  }

  var stateSize: StateSize {
    StateSize(
      rows: held.count, keys: index.count - expired,
      bytes: held.byteCount + index.memory + keptAt.byteCount + expiries.count * 16)
  }

  func process(_ batch: Batch, input: Int, step: StepContext, output: any OperatorOutput) {
    guard let (batch, _) = batch.keyed(by: program, now: step.now, output: output) else { return }
    held.hold(batch, output: output)
  }

  func advance(to watermark: Watermark, step: StepContext, output: any OperatorOutput) -> Watermark {
    if let rows = held.release(at: watermark) { pass(rows, now: step.now, output) }
    forget(through: held.complete(at: watermark))
    return watermark
  }

  private func pass(_ rows: Batch, now: Int64, _ output: any OperatorOutput) {
    guard case .int(let times) = rows.columns[timeColumn].data else {
      preconditionFailure("a time must be stored as an integer")
    }
    let (keys, _) = program.rows(of: rows, now: now)
    let ids = index.ids(for: keys, count: rows.count)
    let known = keptAt.count
    keptAt.resize(to: index.count)
    var next = Int32(truncatingIfNeeded: known)
    let passing = VectorBuilder<Int32>()
    for row in 0..<rows.count {
      let id = ids.base[row]
      let time = times.base[row]
      if id == next {
        next += 1
      } else if let within, time.subtractingSaturating(keptAt.base[Int(id)]) >= within {
        if isOver(id, at: forgottenThrough) { expired -= 1 }
      } else {
        continue
      }
      keptAt.base[Int(id)] = time
      if let within { expiries.append((id, time.addingSaturating(within))) }
      passing.append(Int32(truncatingIfNeeded: row))
    }
    let selection = passing.finish()
    output.countFiltered(rows.count - selection.count)
    guard selection.count > 0 else { return }
    output.emit(rows.gather(selection))
  }

  /// Forgets the keys whose time is over: every row to come is later than `end`.
  private func forget(through end: Int64) {
    guard within != nil else { return }
    defer { forgottenThrough = max(forgottenThrough, end) }
    // The rows let through are in the order of time, so those that are over come first.
    let over = expiries.partitioningIndex { $0.at.subtractingSaturating(1) > end }
    guard over > 0 else { return }
    for (id, _) in expiries[..<over] where isOver(id, at: end) && !isOver(id, at: forgottenThrough) { expired += 1 }
    expiries.removeFirst(over)
    guard 2 * expired >= index.count else { return }
    let live = VectorBuilder<Int32>()
    for id in 0..<Int32(truncatingIfNeeded: index.count) where !isOver(id, at: end) { live.append(id) }
    let kept = live.finish()
    let remap = index.compact(keeping: kept)
    keptAt.replace(with: keptAt.gather(kept))
    expiries = expiries.map { (remap.base[Int($0.id)], $0.at) }.filter { $0.0 >= 0 }
    expired = 0
  }

  /// Whether no row after `end` can be a duplicate of the one that the key let through.
  private func isOver(_ id: Int32, at end: Int64) -> Bool {
    keptAt.base[Int(id)].addingSaturating(within ?? .max).subtractingSaturating(1) <= end
  }

  func writeState(to writer: ColumnWriter) {
    held.write(to: writer)
    index.write(to: writer)
    writer.write(keptAt.copy())
    writer.write(expired)
    writer.write(forgottenThrough)
    writer.write(Vector(expiries.map(\.id)))
    writer.write(Vector(expiries.map(\.at)))
  }

  func readState(from reader: ColumnReader) throws(StateFormatError) {
    try held.read(from: reader)
    index = try GroupIndex.read(from: reader, types: index.types)
    keptAt.replace(with: try reader.ints())
    expired = Int(clamping: try reader.int())
    forgottenThrough = try reader.int()
    let ids = try reader.rowNumbers(below: index.count)
    let times = try reader.ints()
    guard keptAt.count == index.count, ids.count == times.count, expired >= 0, expired <= index.count else {
      throw reader.failure("the keys of a deduplication and their times do not fit together")
    }
    expiries = (0..<ids.count).map { (ids.base[$0], times.base[$0]) }
  }
}
