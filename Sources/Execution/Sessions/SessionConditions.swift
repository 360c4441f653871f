// START WHEN and END WHEN for rows of equal time: they hold for all rows of a key and time when they hold for one, so that
// the order among such rows, which no clock gives, decides nothing. In: keys, times ascending, and the conditions of each
// row. Out: for each row whether a session may begin with it, and whether it ends its session.

import Values

final class SessionConditions {
  /// By key: the last run of equal times in which a condition held.
  private let started = StateVector<Int64>(empty: 0)
  private let finished = StateVector<Int64>(empty: 0)
  private var run: Int64 = 0

  /// Calls `body` for each row in turn. Without a condition to begin, every row may.
  func forEachRow(
    keys: Vector<Int32>, times: Vector<Int64>, starting: Vector<Bool>?, ending: Vector<Bool>?,
    _ body: (_ row: Int, _ begins: Bool, _ ends: Bool) -> Void
  ) {
    guard starting != nil || ending != nil else {
      for row in 0..<times.count { body(row, true, false) }
      return
    }
    var greatest: Int32 = -1
    for row in 0..<keys.count { greatest = max(greatest, keys.base[row]) }
    started.resize(to: Int(greatest) + 1)
    finished.resize(to: Int(greatest) + 1)
    var row = 0
    while row < times.count {
      run += 1
      var end = row
      while end < times.count, times.base[end] == times.base[row] {
        let key = Int(keys.base[end])
        if starting?.base[end] ?? true { started.base[key] = run }
        if ending?.base[end] ?? false { finished.base[key] = run }
        end += 1
      }
      while row < end {
        let key = Int(keys.base[row])
        body(row, started.base[key] == run, finished.base[key] == run)
        row += 1
      }
    }
  }
}
