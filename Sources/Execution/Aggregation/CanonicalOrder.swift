// The order in which rows count as having come, whatever threads and steps did: by partition and offset for rows of a
// source, by window and key for rows that fired (DESIGN §4, §5). In: batches. Out: comparable bytes and row numbers.

import Values

extension Batch {
  /// (source, partition, offset) of each row as comparable bytes; nil for rows without a known place in a source.
  var arrivalKeys: BytesVector? {
    guard let origin, let offsets = origin.offsets else { return nil }
    let places = [Int64(origin.source), Int64(origin.partition)].map {
      Column(.int(Vector(repeating: $0, count: count)))
    }
    return KeyEncoder(types: [.int64, .int64, .int64]).encode(places + [Column(.int(offsets))], count: count)
  }
}

extension BytesVector {
  /// The numbers of the rows in ascending order of their bytes; ties by `then`, or in the order they stand.
  func ascendingOrder(thenBy tie: BytesVector? = nil) -> Vector<Int32> {
    let order = Vector<Int32>.indices(count)
    let base = blob.base
    let views = self.views.base
    var rows = UnsafeMutableBufferPointer(start: order.base, count: order.count)
    rows.sort { left, right in
      let a = views[Int(left)]
      let b = views[Int(right)]
      let comparison = compareBytes(base + Int(a.offset), Int(a.length), base + Int(b.offset), Int(b.length))
      if comparison != 0 { return comparison < 0 }
      guard let tie else { return left < right }
      let c = tie.views.base[Int(left)]
      let d = tie.views.base[Int(right)]
      let arrival = compareBytes(
        tie.blob.base + Int(c.offset), Int(c.length), tie.blob.base + Int(d.offset), Int(d.length))
      return arrival != 0 ? arrival < 0 : left < right
    }
    return withExtendedLifetime((self, tie)) { order }
  }

  /// 0, 1, ... as comparable bytes.
  static func ascendingNumbers(count: Int) -> BytesVector {
    let numbers = Vector<Int64>(uninitialized: count)
    for row in 0..<count { numbers.base[row] = Int64(row) }
    return KeyEncoder(types: [.int64]).encode([Column(.int(numbers))], count: count)
  }

  /// The keys with the bounds of their window before them, so that rows of several windows order by window first.
  func prefixed(byWindowEnd end: Int64, start: Int64) -> BytesVector {
    let bounds = [end, start].map { Column(.int(Vector(repeating: $0, count: 1))) }
    let prefix = KeyEncoder(types: [.timestamp, .timestamp]).encode(bounds, count: 1)
    let width = Int(prefix.views.base[0].length)
    let builder = BytesBuilder(rows: count, bytes: blob.capacity + count * width)
    for row in 0..<count {
      let view = views.base[row]
      guard let target = builder.reserve(width + Int(view.length)) else {
        preconditionFailure("the keys of one window cannot take more than 4 GiB")
      }
      target.update(from: prefix.blob.base, count: width)
      (target + width).update(from: blob.base + Int(view.offset), count: Int(view.length))
      builder.commit(width + Int(view.length))
    }
    return withExtendedLifetime((self, prefix)) { builder.finish() }
  }
}
