// ORDER BY: which row comes when. In: columns. Out: a permutation; the caller gathers with it.
// Stable: rows that compare equal keep their order, so the same rows always come out the same.

/// The columns by which rows are sorted, the most significant first.
public struct SortOrder: Hashable, Sendable, Codable {
  /// One column of an order.
  public struct Part: Hashable, Sendable, Codable {
    /// Its place among the columns of the batch.
    public var index: Int
    public var type: DataType
    public var order: KeyOrder

    /// Sorts by the column at `index`.
    public init(index: Int, type: DataType, order: KeyOrder = .ascending) {
      self.index = index
      self.type = type
      self.order = order
    }
  }

  public var parts: [Part]

  /// An order by the given columns.
  public init(_ parts: [Part]) { self.parts = parts }

  /// An order by the given columns.
  public init(columns: [(index: Int, type: DataType, descending: Bool, nullsFirst: Bool)]) {
    parts = columns.map {
      Part(index: $0.index, type: $0.type, order: KeyOrder(descending: $0.descending, nullsFirst: $0.nullsFirst))
    }
  }

  /// The rows of a batch in this order.
  public func permutation(_ batch: Batch) -> Vector<Int32> { permutation(batch.columns, count: batch.count) }

  /// The rows of some columns in this order.
  public func permutation(_ columns: [Column], count: Int) -> Vector<Int32> {
    if parts.count == 1, let part = parts.first, case .int(let vector) = columns[part.index].data {
      return Self.permutation(vector, columns[part.index].validity, count: count, order: part.order)
    }
    return Self.permutation(keys: keys(columns, count: count))
  }

  /// Byte strings whose order is that of the rows.
  public func keys(_ columns: [Column], count: Int) -> BytesVector {
    KeyEncoder(types: parts.map(\.type), orders: parts.map(\.order))
      .encode(parts.map { columns[$0.index] }, count: count)
  }

  /// A row and the first eight bytes of its key, which decide most comparisons.
  private struct Entry {
    var prefix: UInt64
    var row: Int32
  }

  private static func sorted(_ count: Int, by precedes: (Entry, Entry) -> Bool, _ fill: (Int) -> Entry) -> [Int32] {
    var entries = (0..<count).map(fill)
    entries.sort(by: precedes)
    return entries.map(\.row)
  }

  private static func permutation(
    _ vector: Vector<Int64>, _ validity: Vector<Bool>?, count: Int, order: KeyOrder
  ) -> Vector<Int32> {
    let flip: UInt64 = (order.descending ? ~0 : 0) ^ (1 << 63)
    var rows = Vector.indices(count)
    var nulls: [Int32] = []
    if let validity {
      rows = selection(where: validity)
      nulls = (0..<count).filter { !validity[$0] }.map(Int32.init)
    }
    let valid = sorted(
      rows.count, by: { $0.prefix != $1.prefix ? $0.prefix < $1.prefix : $0.row < $1.row },
      { Entry(prefix: UInt64(bitPattern: vector.base[Int(rows.base[$0])]) ^ flip, row: rows.base[$0]) })
    return withExtendedLifetime(vector) { Vector(order.nullsFirst ? nulls + valid : valid + nulls) }
  }

  /// The rows of byte keys in their order.
  public static func permutation(keys: BytesVector) -> Vector<Int32> {
    let base = UnsafePointer(keys.blob.base)
    let views = keys.views.base
    // What all keys begin with decides nothing: the eight bytes that an entry holds begin after it.
    let shared = sharedPrefix(keys)
    return withExtendedLifetime(keys) {
      let rows = sorted(
        keys.count,
        by: { a, b in
          if a.prefix != b.prefix { return a.prefix < b.prefix }
          let left = views[Int(a.row)]
          let right = views[Int(b.row)]
          let order = compareBytes(
            base + Int(left.offset) + shared, Int(left.length) - shared, base + Int(right.offset) + shared,
            Int(right.length) - shared)
          return order != 0 ? order < 0 : a.row < b.row
        },
        { row in
          let view = views[row]
          let start = base + Int(view.offset) + shared
          return Entry(prefix: word(start, Int(view.length) - shared), row: Int32(truncatingIfNeeded: row))
        })
      return Vector(rows)
    }
  }

  /// The first bytes of a key as a number of the same order; bytes that are not there count as zero.
  @inline(__always)
  private static func word(_ start: UnsafePointer<UInt8>, _ length: Int) -> UInt64 {
    let word = UInt64(bigEndian: UnsafeRawPointer(start).loadUnaligned(as: UInt64.self))
    // Smart shifts: a key without bytes keeps none.
    let kept: UInt64 = ~0 << UInt64(truncatingIfNeeded: (8 &- min(length, 8)) &* 8)
    return word & kept
  }

  /// How many bytes all keys have in common at their beginning.
  private static func sharedPrefix(_ keys: BytesVector) -> Int {
    guard keys.count > 0 else { return 0 }
    let base = UnsafePointer(keys.blob.base)
    let first = keys.views.base[0]
    let model = base + Int(first.offset)
    var shared = Int(first.length)
    for row in 1..<max(keys.count, 1) {
      let view = keys.views.base[row]
      let key = base + Int(view.offset)
      shared = min(shared, Int(view.length))
      if equalBytes(model, key, count: shared) { continue }
      var common = 0
      while common < shared, model[common] == key[common] { common += 1 }
      shared = common
      if shared == 0 { break }
    }
    return withExtendedLifetime(keys) { shared }
  }
}
