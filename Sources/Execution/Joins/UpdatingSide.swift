// The rows of one side of a join whose results may be taken back: besides the rows, how many matches each has, when it
// was last of use, and which rows a step changed. In: rows to add and remove. Out: rows by number; what a step changed
// in who stands alone.

import Values

final class UpdatingSide {
  let rows: JoinSide
  /// Whether the result depends on how many matches a row has.
  private let countsMatches: Bool
  /// Whether the result has a row of its own for rows with a match, rather than for those without.
  private let saysMatched: Bool
  /// By row: the order of arrival, which compaction does not change.
  private let arrival = StateVector<Int64>(empty: 0)
  private let matches = StateVector<Int32>(empty: 0)
  /// The step clock when the row came or met another.
  private let usedAt = StateVector<Int64>(empty: 0)
  private let isAlive = StateVector<Bool>(empty: false)
  /// By row: 0 while the step has not touched it, else 1, or 2 where the result had its row.
  private let marks = StateVector<UInt8>(empty: 0)
  private let touched = VectorBuilder<Int32>()
  private var arrivals: Int64 = 0
  private(set) var liveCount = 0

  init(types: [DataType], countsMatches: Bool, saysMatched: Bool) {
    rows = JoinSide(types: types)
    self.countsMatches = countsMatches
    self.saysMatched = saysMatched
  }

  var byteCount: Int {
    rows.byteCount + arrival.byteCount + matches.byteCount + usedAt.byteCount + isAlive.byteCount + marks.byteCount
  }

  var deadCount: Int { rows.count - liveCount }

  /// Adds rows; those that can meet no other (`links` is false) are there only until the next compaction.
  func append(_ columns: [Column], keys: Vector<Int32>, keyCount: Int, now: Int64, links: Bool) -> Int {
    let start = rows.append(columns, keys: keys, keyCount: keyCount, links: links)
    arrival.resize(to: rows.count)
    matches.resize(to: rows.count)
    usedAt.resize(to: rows.count)
    isAlive.resize(to: rows.count)
    marks.resize(to: rows.count)
    for row in start..<rows.count {
      arrival.base[row] = arrivals
      arrivals &+= 1
      usedAt.base[row] = now
      isAlive.base[row] = links
    }
    guard links else { return start }
    liveCount += keys.count
    for row in start..<rows.count { touch(Int32(truncatingIfNeeded: row), isNew: true) }
    return start
  }

  /// Takes out a row that equals row `number` of `columns` and was of use since `limit`; -1 when there is none.
  func remove(_ columns: [Column], _ number: Int, key: Int32, limit: Int64) -> Int32 {
    var previous: Int32 = -1
    var row = rows.chains.base[Int(key)].first
    while row >= 0 {
      if usedAt.base[Int(row)] >= limit, rows.isRow(Int(row), equalTo: columns, number) {
        touch(row)
        rows.unlink(row, after: previous)
        isAlive.base[Int(row)] = false
        liveCount -= 1
        return row
      }
      previous = row
      row = rows.next.base[Int(row)]
    }
    return -1
  }

  /// Whether a row was of use since `limit`.
  func isInUse(_ row: Int32, since limit: Int64) -> Bool { usedAt.base[Int(row)] >= limit }

  func use(_ row: Int32, now: Int64) { usedAt.base[Int(row)] = now }

  /// Whether the result has a row of its own for this one.
  private func isSaid(_ row: Int32) -> Bool {
    isAlive.base[Int(row)] && (matches.base[Int(row)] > 0) == saysMatched
  }

  /// Notes a row before its first change in a step; `isNew` when it was not there before.
  private func touch(_ row: Int32, isNew: Bool = false) {
    guard countsMatches, marks.base[Int(row)] == 0 else { return }
    marks.base[Int(row)] = !isNew && isSaid(row) ? 2 : 1
    touched.append(row)
  }

  func addMatches(_ row: Int32, _ change: Int32) {
    guard countsMatches else { return }
    touch(row)
    matches.base[Int(row)] &+= change
  }

  /// The rows whose own row of the result comes (+1) or goes (-1) with this step.
  func takeTransitions(_ body: (Int32, Int64) -> Void) {
    for i in 0..<touched.count {
      let row = touched.base[i]
      let had = marks.base[Int(row)] == 2
      let has = isSaid(row)
      marks.base[Int(row)] = 0
      if had != has { body(row, has ? 1 : -1) }
    }
    touched.truncate(to: 0)
  }

  /// The place of each row in the order of arrival, -1 for no row.
  func arrivals(_ numbers: Vector<Int32>) -> Column {
    let result = Vector<Int64>(uninitialized: numbers.count)
    for i in 0..<numbers.count {
      let row = numbers.base[i]
      result.base[i] = row < 0 ? -1 : arrival.base[Int(row)]
    }
    return Column(.int(result))
  }

  /// The rows that are there and were of use since `limit`, ascending.
  func living(since limit: Int64) -> Vector<Int32> {
    let result = VectorBuilder<Int32>(capacity: liveCount)
    for row in 0..<rows.count where isAlive.base[row] && usedAt.base[row] >= limit {
      result.append(Int32(truncatingIfNeeded: row))
    }
    return result.finish()
  }

  func compact(keeping kept: Vector<Int32>, keyMap: Vector<Int32>, keyCount: Int) {
    arrival.replace(with: arrival.gather(kept))
    matches.replace(with: matches.gather(kept))
    usedAt.replace(with: usedAt.gather(kept))
    rows.compact(keeping: kept, keyMap: keyMap, keyCount: keyCount)
    markAllAlive()
  }

  private func markAllAlive() {
    liveCount = rows.count
    isAlive.replace(with: Vector(repeating: true, count: liveCount))
    marks.replace(with: Vector(repeating: 0, count: liveCount))
  }

  func write(to writer: ColumnWriter) {
    let living = living(since: .min)
    rows.write(living, to: writer)
    writer.write(arrivals)
    writer.write(arrival.gather(living))
    writer.write(matches.gather(living))
    writer.write(usedAt.gather(living))
  }

  func read(from reader: ColumnReader, keyCount: Int) throws(StateFormatError) {
    try rows.read(from: reader, keyCount: keyCount)
    arrivals = try reader.int()
    arrival.replace(with: try reader.ints())
    matches.replace(with: try reader.ints32())
    usedAt.replace(with: try reader.ints())
    guard [arrival.count, matches.count, usedAt.count].allSatisfy({ $0 == rows.count }) else {
      throw reader.failure("a join has other counts than rows")
    }
    markAllAlive()
  }
}
