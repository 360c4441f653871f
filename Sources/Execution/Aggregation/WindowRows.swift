// Rows by the window that they carry. In: a batch with window columns. Out: row numbers for each window.

import Plan
import Values

extension Batch {
  /// The rows of each window, in the order of windows; rows in order of arrival.
  func rowsByWindow(_ columns: WindowColumns) -> [(window: (start: Int64, end: Int64), rows: Vector<Int32>)] {
    guard case .int(let starts) = self.columns[columns.start].data, case .int(let ends) = self.columns[columns.end].data
    else {
      preconditionFailure("the bounds of a window must be stored as integers")
    }
    var builders: [SliceKey: VectorBuilder<Int32>] = [:]
    for row in 0..<count {
      let key = SliceKey(start: starts.base[row], firstEnd: ends.base[row])
      let builder = builders[key] ?? VectorBuilder<Int32>()
      builder.append(Int32(truncatingIfNeeded: row))
      builders[key] = builder
    }
    return builders.sorted { ($0.key.firstEnd, $0.key.start) < ($1.key.firstEnd, $1.key.start) }
      .map { ((start: $0.key.start, end: $0.key.firstEnd), $0.value.finish()) }
  }
}
