// The rows of one side of an interval join that may still meet others, with their times and whether they have met any.
// In: rows; a time up to which they are forgotten. Out: rows by number.

import Values

final class IntervalSide {
  let rows: JoinSide
  let times = StateVector<Int64>(empty: 0)
  private let isMatched = StateVector<Bool>(empty: false)
  private let buckets: TimeBuckets
  /// Rows up to this time are forgotten; their values stay until the next compaction.
  private(set) var forgottenThrough = Int64.min

  init(types: [DataType], span: Int64) {
    rows = JoinSide(types: types)
    buckets = TimeBuckets(span: span)
  }

  var liveCount: Int { buckets.count }

  var byteCount: Int { rows.byteCount + times.byteCount + isMatched.byteCount + buckets.byteCount }

  /// Adds rows; gives the number of the first.
  func append(_ columns: [Column], times added: Vector<Int64>, keys: Vector<Int32>, keyCount: Int) -> Int {
    let start = rows.append(columns, keys: keys, keyCount: keyCount)
    times.resize(to: rows.count)
    isMatched.resize(to: rows.count)
    (times.base + start).update(from: added.base, count: added.count)
    buckets.append(from: start, added)
    return start
  }

  /// Adds rows without a time, which meet nothing and are there only until the next compaction.
  func appendUnlinked(_ columns: [Column], keys: Vector<Int32>, keyCount: Int) -> Int {
    let start = rows.append(columns, keys: keys, keyCount: keyCount, links: false)
    times.resize(to: rows.count)
    isMatched.resize(to: rows.count)
    for row in start..<rows.count { times.base[row] = .min }
    return start
  }

  /// Marks a row as having met another; true the first time.
  func match(_ row: Int) -> Bool {
    defer { isMatched.base[row] = true }
    return !isMatched.base[row]
  }

  func isLonely(_ row: Int32) -> Bool { !isMatched.base[Int(row)] }

  /// The first row of a key's chain that is not forgotten, which becomes the chain's first.
  @inline(__always)
  func first(of key: Int) -> Int32 {
    let chain = rows.chains.base + key
    var row = chain.pointee.first
    if row < 0 || times.base[Int(row)] > forgottenThrough { return row }
    while row >= 0, times.base[Int(row)] <= forgottenThrough { row = rows.next.base[Int(row)] }
    chain.pointee.first = row
    if row < 0 { chain.pointee.last = -1 }
    return row
  }

  /// Forgets the rows up to a time, and gives them.
  func forget(through limit: Int64) -> Vector<Int32> {
    guard limit > forgottenThrough else { return Vector(uninitialized: 0) }
    forgottenThrough = limit
    return buckets.take(through: limit, times: times.base)
  }

  /// Whether most of the memory is of forgotten rows.
  var isSparse: Bool { rows.count > 1024 && rows.count > liveCount * 2 }

  var living: Vector<Int32> { buckets.rows }

  func compact(keeping kept: Vector<Int32>, keyMap: Vector<Int32>, keyCount: Int) {
    rows.compact(keeping: kept, keyMap: keyMap, keyCount: keyCount)
    replace(times.gather(kept), isMatched.gather(kept))
  }

  private func replace(_ times: Vector<Int64>, _ matched: Vector<Bool>) {
    self.times.replace(with: times)
    isMatched.replace(with: matched)
    buckets.removeAll()
    buckets.append(from: 0, times)
  }

  func write(to writer: ColumnWriter) {
    let living = living
    rows.write(living, to: writer)
    writer.write(times.gather(living))
    writer.write(Column(.bool(isMatched.gather(living))))
    writer.write(forgottenThrough)
  }

  func read(from reader: ColumnReader, keyCount: Int) throws(StateFormatError) {
    try rows.read(from: reader, keyCount: keyCount)
    let times = try reader.ints()
    guard case .bool(let matched) = try reader.column(.boolean).data, times.count == rows.count,
      matched.count == rows.count
    else { throw reader.failure("an interval join has other times than rows") }
    replace(times, matched)
    forgottenThrough = try reader.int()
  }
}
