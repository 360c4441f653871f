// Evaluated rows that wait until the watermark has passed their time. In: rows in any order. Out: those up to a time, in the
// order of their times; rows of one time in no particular order.

import Plan
import Values

final class WaitingRows {
  private let aggregation: Aggregation
  private let conditions: Int
  private let types: [DataType]
  private var parts: [Batch] = []
  private var earliest = Int64.max

  /// `conditions` is the number of Boolean columns that come with the arguments of the calls.
  init(_ aggregation: Aggregation, conditions: Int) {
    self.aggregation = aggregation
    self.conditions = conditions
    types =
      aggregation.keys.map(\.expression.type) + aggregation.calls.flatMap { $0.arguments.map(\.type) }
      + Array(repeating: .boolean, count: conditions + aggregation.calls.filter { $0.filter != nil }.count)
      + [.timestamp]
  }

  var count: Int { parts.reduce(0) { $0 + $1.count } }
  var byteCount: Int { parts.reduce(0) { $0 + $1.byteCount } }

  func append(_ rows: AggregateRows, times: Vector<Int64>) {
    let filters = rows.filters.compactMap { $0.map { Column(.bool($0)) } }
    let columns = rows.keys + rows.arguments.flatMap { $0 } + filters + [Column(.int(times))]
    let count = rows.batch.count
    // A copy lets go of the input buffers that strings look into.
    parts.append(Batch.concatenate([Batch(columns: columns, count: count), .empty(types)], types: types))
    for row in 0..<times.count { earliest = min(earliest, times.base[row]) }
    if parts.count > 256 { parts = [Batch.concatenate(parts, types: types)] }
  }

  /// The rows with times up to `time`, and no longer kept; nil when there are none.
  func take(through time: Int64) -> (rows: AggregateRows, times: Vector<Int64>, conditions: [Vector<Bool>])? {
    guard earliest <= time, !parts.isEmpty else { return nil }
    let all = Batch.concatenate(parts, types: types)
    guard case .int(let times) = all.columns[types.count - 1].data else {
      preconditionFailure("a time must be stored as an integer")
    }
    let ready = VectorBuilder<Int32>(capacity: all.count)
    let rest = VectorBuilder<Int32>(capacity: 0)
    earliest = .max
    for row in 0..<all.count {
      if times.base[row] <= time {
        ready.append(Int32(truncatingIfNeeded: row))
      } else {
        rest.append(Int32(truncatingIfNeeded: row))
        earliest = min(earliest, times.base[row])
      }
    }
    let kept = rest.finish()
    if ready.count == 0 {
      parts = [all]
      return nil
    }
    parts = kept.count > 0 ? [all.gather(kept)] : []
    return rows(all.gather(Self.sorted(ready.finish(), by: times)))
  }

  static func sorted(_ rows: Vector<Int32>, by times: Vector<Int64>) -> Vector<Int32> {
    var isAscending = true
    for i in 1..<max(rows.count, 1) {
      isAscending = isAscending && times.base[Int(rows.base[i - 1])] <= times.base[Int(rows.base[i])]
    }
    if isAscending { return rows }
    let result = Vector<Int32>(uninitialized: rows.count)
    result.base.update(from: rows.base, count: rows.count)
    var order = UnsafeMutableBufferPointer(start: result.base, count: result.count)
    order.sort { (times.base[Int($0)], $0) < (times.base[Int($1)], $1) }
    return withExtendedLifetime(times) { result }
  }

  /// The columns of kept rows as what aggregates fold in.
  private func rows(_ batch: Batch) -> (rows: AggregateRows, times: Vector<Int64>, conditions: [Vector<Bool>]) {
    var next = aggregation.keys.count
    let keys = Array(batch.columns[..<next])
    let arguments = aggregation.calls.map { call in
      defer { next += call.arguments.count }
      return Array(batch.columns[next..<next + call.arguments.count])
    }
    let flags = batch.columns[next..<next + conditions].map(\.truth)
    next += conditions
    let filters: [Vector<Bool>?] = aggregation.calls.map { call in
      guard call.filter != nil else { return nil }
      defer { next += 1 }
      return batch.columns[next].truth
    }
    guard case .int(let times) = batch.columns[next].data else {
      preconditionFailure("a time must be stored as an integer")
    }
    let rows = AggregateRows(
      batch: Batch(columns: [], count: batch.count), keys: keys, arguments: arguments, filters: filters)
    return (rows, times, flags)
  }

  func write(to writer: ColumnWriter) {
    Batch.concatenate(parts.isEmpty ? [.empty(types)] : parts, types: types).write(to: writer)
  }

  func read(from reader: ColumnReader) throws(StateFormatError) {
    let rows = try Batch(from: reader, types: types)
    parts = rows.count > 0 ? [rows] : []
    earliest = rows.count > 0 ? .min : .max
  }
}

extension Batch {
  /// No rows of columns of the given types.
  static func empty(_ types: [DataType]) -> Batch {
    Batch(columns: types.map { Column.nulls($0, count: 0) }, count: 0)
  }
}
