// ORDER BY with LIMIT and OFFSET over bounded input, at one worker. In: rows, with weights where they change. Out: at the
// end of input, the rows in order; ties in canonical order of arrival. Keeps all rows, or with a limit no more than a few
// times as many.

import Plan
import Values

final class SortOperator: Operator {
  private let keys: [SortKey]
  private let limit: Int64?
  private let offset: Int64
  private let types: [DataType]
  private let program: ExpressionProgram
  private let encoder: KeyEncoder
  private var pending: [Batch] = []
  private var pendingRows = 0
  /// Rows kept so far beyond which a limited sort drops what cannot be among the first.
  private static let pruneAt = 65_536

  init(_ keys: [SortKey], limit: Int64?, offset: Int64, schema: Schema, timeZone: TimeZoneRules) {
    self.keys = keys
    self.limit = limit
    self.offset = offset
    types = schema.fields.map(\.type)
    program = ExpressionProgram(keys.map(\.expression), timeZone: timeZone)
    encoder = KeyEncoder(
      types: keys.map(\.expression.type),
      orders: keys.map { KeyOrder(descending: $0.descending, nullsFirst: $0.nullsFirst) })
  }

  var stateSize: StateSize {
    StateSize(rows: pendingRows, keys: 0, bytes: pending.reduce(0) { $0 + $1.byteCount })
  }

  func process(_ batch: Batch, input: Int, step: StepContext, output: any OperatorOutput) {
    let (_, errors) = program.rows(of: batch, now: step.now)
    var good = batch
    if !errors.isEmpty {
      output.fail(errors.list.map { FailedRow($0) }, of: batch)
      good = batch.gather(errors.goodRows(of: batch.count))
    }
    guard good.count > 0 else { return }
    good.order = good.order ?? good.arrivalKeys
    good.origin = nil
    pending.append(good)
    pendingRows += good.count
    if let limit, batch.weights == nil,
      pendingRows > max(Self.pruneAt, Int(clamping: limit.multipliedSaturating(by: 4).addingSaturating(offset)))
    {
      let before = pendingRows
      keepFirst(Int(clamping: limit.addingSaturating(offset)), now: step.now)
      output.countFiltered(before - pendingRows)
    } else if pending.count > 256 {
      // Copying the rows together lets go of the input buffers that their strings look into.
      pending = [Batch.concatenate(pending, types: types)]
    }
  }

  private func sorted(now: Int64) -> Batch {
    let all = Batch.concatenate(pending, types: types).consolidated(types: types)
    let keyed = encoder.encode(program.rows(of: all, now: now).columns, count: all.count)
    return all.gather(keyed.ascendingOrder(thenBy: all.order))
  }

  private func keepFirst(_ count: Int, now: Int64) {
    let rows = sorted(now: now)
    pending = [Batch.concatenate([rows.slice(0..<min(count, rows.count))], types: types)]
    pendingRows = pending[0].count
  }

  func endStep(isLast: Bool, step: StepContext, output: any OperatorOutput) {
    guard isLast, pendingRows > 0 else { return }
    let rows = sorted(now: step.now)
    let first = min(Int(clamping: offset), rows.count)
    let end = first + min(rows.count - first, limit.map { Int(clamping: $0) } ?? rows.count)
    output.countFiltered(rows.count - (end - first))
    pending = []
    pendingRows = 0
    guard end > first else { return }
    // The place in the order becomes the canonical order, so that nothing downstream reorders the rows.
    var result = rows.slice(first..<end)
    result.origin = nil
    result.weights = nil
    result.order = BytesVector.ascendingNumbers(count: result.count)
    output.emit(result)
  }

  func writeState(to writer: ColumnWriter) {
    Batch.concatenate(pending, types: types).write(to: writer)
  }

  func readState(from reader: ColumnReader) throws(StateFormatError) {
    let rows = try Batch(from: reader, types: types)
    pending = rows.count > 0 ? [rows] : []
    pendingRows = rows.count
  }
}
