// Lists of failing rows: joined in order of evaluation, narrowed to the rows that count. In: ascending lists. Out: the
// same. Empty nearly always, and then free.

import Values

extension RowErrors {
  /// The rows of both; where both have one, the error of this list, which came first.
  func merging(_ later: RowErrors) -> RowErrors {
    if later.list.isEmpty { return self }
    if list.isEmpty { return later }
    var result: [RowError] = []
    result.reserveCapacity(list.count + later.list.count)
    var (i, j) = (0, 0)
    while i < list.count || j < later.list.count {
      if j == later.list.count || (i < list.count && list[i].row <= later.list[j].row) {
        if j < later.list.count && list[i].row == later.list[j].row { j += 1 }
        result.append(list[i])
        i += 1
      } else {
        result.append(later.list[j])
        j += 1
      }
    }
    return RowErrors(result)
  }

  /// The errors of rows in `mask`; all when it is nil.
  func masked(by mask: Vector<Bool>?) -> RowErrors {
    guard let mask, !list.isEmpty else { return self }
    return RowErrors(list.filter { mask[Int($0.row)] })
  }

  /// The same failure on every row.
  static func everywhere(_ code: RowErrorCode, range: TextRange?, count: Int) -> RowErrors {
    RowErrors((0..<count).map { RowError(row: Int32(truncatingIfNeeded: $0), code: code, range: range) })
  }
}
