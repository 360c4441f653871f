// Rows that wait for the watermark to pass their time, so that they can be taken in the order of time, whatever their disorder
// was. In: rows as they come. Out: late ones at once; the others, once nothing can come before them any more, by time and
// then in the order of their arrival.

import Plan
import Values

final class HeldRows {
  private let timeColumn: Int
  /// How far the column trails the watermark: what is at or before watermark - delay is complete.
  private let delay: Int64
  private let types: [DataType]
  private var batches: [Batch] = []
  private(set) var count = 0
  private var earliest = Int64.max

  init(timeColumn: Int, delay: Int64, schema: Schema) {
    self.timeColumn = timeColumn
    self.delay = delay
    types = schema.fields.map(\.type)
  }

  var byteCount: Int { batches.reduce(0) { $0 + $1.byteCount } }

  /// Takes rows in. Those that come behind the watermark of their own partition go to the late stream; those without a time
  /// belong nowhere.
  func hold(_ batch: Batch, output: any OperatorOutput) {
    guard case .int(let times) = batch.columns[timeColumn].data else {
      preconditionFailure("a time must be stored as an integer")
    }
    let validity = batch.columns[timeColumn].validity
    let watermarks = batch.origin?.watermarks
    let kept = VectorBuilder<Int32>()
    let late = VectorBuilder<Int32>()
    for row in 0..<batch.count {
      if let validity, !validity.base[row] { continue }
      let time = times.base[row]
      if let watermarks, time <= watermarks.base[row].subtractingSaturating(delay) {
        late.append(Int32(truncatingIfNeeded: row))
      } else {
        kept.append(Int32(truncatingIfNeeded: row))
        earliest = min(earliest, time)
      }
    }
    let (waiting, behind) = (kept.finish(), late.finish())
    output.countFiltered(batch.count - waiting.count - behind.count)
    if behind.count > 0 { output.emitLate(batch.gather(behind)) }
    guard waiting.count > 0 else { return }
    var rows = waiting.count == batch.count ? batch : batch.gather(waiting)
    rows.order = rows.order ?? rows.arrivalKeys ?? BytesVector.ascendingNumbers(count: rows.count)
    rows.origin = nil
    batches.append(rows)
    count += rows.count
    // Copying the rows together lets go of the input buffers that their strings look into.
    if batches.count > 256 { batches = [Batch.concatenate(batches, types: types)] }
  }

  /// The time up to which rows are complete at `watermark`.
  func complete(at watermark: Watermark) -> Int64 {
    watermark == .max || watermark == .min ? watermark : watermark.subtractingSaturating(delay)
  }

  /// The rows whose time has passed, in the order of time and arrival; nil when there is none.
  func release(at watermark: Watermark) -> Batch? {
    let end = complete(at: watermark)
    guard end >= earliest else { return nil }
    let all = Batch.concatenate(batches, types: types)
    guard case .int(let times) = all.columns[timeColumn].data, let arrival = all.order else { return nil }
    let passed = VectorBuilder<Int32>()
    let waiting = VectorBuilder<Int32>()
    earliest = .max
    for row in 0..<all.count {
      if times.base[row] <= end {
        passed.append(Int32(truncatingIfNeeded: row))
      } else {
        waiting.append(Int32(truncatingIfNeeded: row))
        earliest = min(earliest, times.base[row])
      }
    }
    let rest = waiting.finish()
    batches = rest.count > 0 ? [Batch.concatenate([all.gather(rest), all.slice(0..<0)], types: types)] : []
    count = rest.count
    let taken = passed.finish()
    let keys = KeyEncoder(types: [.timestamp]).encode([all.columns[timeColumn].gather(taken)], count: taken.count)
    let sorted = keys.ascendingOrder(thenBy: arrival.gather(taken))
    var rows = all.gather(taken.gather(sorted))
    rows.order = keys.gather(sorted).joined(with: arrival.gather(taken).gather(sorted))
    return rows
  }

  func write(to writer: ColumnWriter) {
    Batch.concatenate(batches, types: types).write(to: writer)
  }

  func read(from reader: ColumnReader) throws(StateFormatError) {
    let rows = try Batch(from: reader, types: types)
    batches = rows.count > 0 ? [rows] : []
    count = rows.count
    earliest = .max
    guard case .int(let times) = rows.columns[timeColumn].data, rows.count == 0 || rows.order != nil else {
      throw reader.failure("rows that wait for the watermark have no time or no order")
    }
    for row in 0..<rows.count { earliest = min(earliest, times.base[row]) }
  }
}
