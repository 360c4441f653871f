// The sort keys of kept rows, by the numbers of a `RowStore`. In: the encoded keys of a batch. Out: bytes to compare. A key is
// what the user orders by and then a tie breaker, so that no two rows are equal unless they are the same in all respects.

import Values

final class KeyArena {
  private var bytes = VectorBuilder<UInt8>()
  /// Where each key begins; the last is the arena's end.
  private var starts = VectorBuilder<Int>()
  /// How many bytes of each key are the user's order: rows whose keys agree so far are of equal rank.
  private var orderLengths = VectorBuilder<Int32>()

  init() { starts.append(0) }

  var count: Int { orderLengths.count }

  var byteCount: Int { bytes.count + count * 12 }

  @inline(__always)
  func key(_ id: Int32) -> (base: UnsafePointer<UInt8>, count: Int) {
    let start = starts.base[Int(id)]
    return (UnsafePointer(bytes.base + start), starts.base[Int(id) + 1] - start)
  }

  func orderKey(_ id: Int32) -> (base: UnsafePointer<UInt8>, count: Int) {
    (UnsafePointer(bytes.base + starts.base[Int(id)]), Int(orderLengths.base[Int(id)]))
  }

  /// Adds the keys of the rows at `selection`, which get the next numbers.
  func append(_ orders: BytesVector, ties: BytesVector, at selection: Vector<Int32>) {
    for i in 0..<selection.count {
      let row = Int(selection.base[i])
      let order = orders.views.base[row]
      let tie = ties.views.base[row]
      append(orders.blob.base + Int(order.offset), Int(order.length))
      append(ties.blob.base + Int(tie.offset), Int(tie.length))
      orderLengths.append(Int32(truncatingIfNeeded: order.length))
      starts.append(bytes.count)
    }
    withExtendedLifetime((orders, ties, selection)) {}
  }

  private func append(_ source: UnsafeMutablePointer<UInt8>, _ count: Int) {
    bytes.append(contentsOf: UnsafePointer(source), count: count)
  }

  /// The first eight bytes of a key as a number of the same order; bytes that are not there count as zero.
  static func prefix(_ key: (base: UnsafePointer<UInt8>, count: Int)) -> UInt64 {
    let word = UInt64(bigEndian: UnsafeRawPointer(key.base).loadUnaligned(as: UInt64.self))
    // Smart shifts: a key without bytes keeps none.
    return word & (~0 << UInt64(truncatingIfNeeded: (8 &- min(key.count, 8)) &* 8))
  }

  func prefix(_ id: Int32) -> UInt64 { Self.prefix(key(id)) }

  /// Whether two rows are of equal rank.
  func isTied(_ left: Int32, _ right: Int32) -> Bool {
    let (a, b) = (orderKey(left), orderKey(right))
    return a.count == b.count && compareBytes(a.base, a.count, b.base, b.count) == 0
  }

  func precedes(_ left: Int32, _ right: Int32) -> Bool {
    let (a, b) = (key(left), key(right))
    return compareBytes(a.base, a.count, b.base, b.count) < 0
  }

  /// Forgets all keys but these, which get the numbers 0, 1, ... in that order.
  func keep(_ ids: Vector<Int32>) {
    let (oldBytes, oldStarts, oldLengths) = (bytes, starts, orderLengths)
    bytes = VectorBuilder(capacity: ids.count * 32)
    starts = VectorBuilder(capacity: ids.count + 1)
    orderLengths = VectorBuilder(capacity: ids.count)
    starts.append(0)
    for i in 0..<ids.count {
      let id = Int(ids.base[i])
      append(oldBytes.base + oldStarts.base[id], oldStarts.base[id + 1] - oldStarts.base[id])
      orderLengths.append(oldLengths.base[id])
      starts.append(bytes.count)
    }
  }

  func write(_ ids: Vector<Int32>, to writer: ColumnWriter) {
    let builder = BytesBuilder(rows: ids.count)
    let lengths = VectorBuilder<Int32>(capacity: ids.count)
    for i in 0..<ids.count {
      let key = key(ids.base[i])
      let isAdded = builder.append(key.base, count: key.count)
      precondition(isAdded, "the keys of one operator cannot take more than 4 GiB in a snapshot")
      lengths.append(orderLengths.base[Int(ids.base[i])])
    }
    writer.write(Column(.bytes(builder.finish())))
    writer.write(lengths.finish())
  }

  func read(from reader: ColumnReader, count wanted: Int) throws(StateFormatError) {
    guard case .bytes(let keys) = try reader.column(.bytes()).data else {
      throw reader.failure("the keys of kept rows are no strings")
    }
    let lengths = try reader.ints32()
    guard keys.count == wanted, lengths.count == wanted else {
      throw reader.failure("there are \(wanted) kept rows and \(keys.count) keys")
    }
    bytes = VectorBuilder()
    starts = VectorBuilder()
    orderLengths = VectorBuilder()
    starts.append(0)
    for row in 0..<wanted {
      let view = keys.views.base[row]
      guard lengths.base[row] >= 0, Int(lengths.base[row]) <= Int(view.length) else {
        throw reader.failure("the key of a kept row is shorter than its order")
      }
      append(keys.blob.base + Int(view.offset), Int(view.length))
      orderLengths.append(lengths.base[row])
      starts.append(bytes.count)
    }
    withExtendedLifetime(keys) {}
  }
}
