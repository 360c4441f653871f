// Rows by the span of time they lie in, so that those past a time are found without a look at the others. In: row
// numbers with times. Out: the numbers up to a time. Times may come in any order; nearly sorted ones cost least.

import Values

final class TimeBuckets {
  /// A bucket spans 2^shift microseconds.
  private let shift: Int64
  private var buckets: [Int64: VectorBuilder<Int32>] = [:]
  /// The buckets that hold rows, ascending.
  private var order: [Int64] = []
  private(set) var count = 0

  /// Buckets of about a 64th of the span in which rows are kept.
  init(span: Int64) {
    var shift: Int64 = 0
    while shift < 40, (Int64(1) << (shift + 1)) <= span / 64 { shift += 1 }
    self.shift = shift
  }

  var byteCount: Int { count * 4 + order.count * 96 }

  /// Adds the rows `first...` with the given times.
  func append(from first: Int, _ times: Vector<Int64>) {
    var last = Int64.min
    var bucket: VectorBuilder<Int32>?
    for row in 0..<times.count {
      let place = times.base[row] >> shift
      if bucket == nil || place != last {
        bucket = self.bucket(place)
        last = place
      }
      bucket?.append(Int32(truncatingIfNeeded: first &+ row))
    }
    count += times.count
  }

  private func bucket(_ place: Int64) -> VectorBuilder<Int32> {
    if let known = buckets[place] { return known }
    let made = VectorBuilder<Int32>(capacity: 16)
    buckets[place] = made
    order.insert(place, at: order.partitioningIndex { $0 > place })
    return made
  }

  /// Takes out the rows whose time is at most `limit`.
  func take(through limit: Int64, times: UnsafeMutablePointer<Int64>) -> Vector<Int32> {
    let taken = VectorBuilder<Int32>()
    var emptied = 0
    while emptied < order.count, order[emptied] < limit >> shift {
      if let rows = buckets.removeValue(forKey: order[emptied]) { taken.append(contentsOf: rows.finish()) }
      emptied += 1
    }
    if emptied < order.count, order[emptied] == limit >> shift, let rows = buckets[order[emptied]] {
      var kept = 0
      for i in 0..<rows.count {
        let row = rows.base[i]
        if times[Int(row)] <= limit {
          taken.append(row)
        } else {
          rows.base[kept] = row
          kept += 1
        }
      }
      rows.truncate(to: kept)
      if kept == 0 {
        buckets[order[emptied]] = nil
        emptied += 1
      }
    }
    order.removeFirst(emptied)
    count -= taken.count
    return taken.finish()
  }

  /// All rows, ascending.
  var rows: Vector<Int32> {
    var all: [Int32] = []
    all.reserveCapacity(count)
    for bucket in buckets.values { all += bucket.copy().array }
    return Vector(all.sorted())
  }

  func removeAll() {
    buckets = [:]
    order = []
    count = 0
  }
}
