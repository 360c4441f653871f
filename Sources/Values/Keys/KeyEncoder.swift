// Rows of any columns as byte strings that compare like the rows do: for sorting, grouping and partitioning.
// In: columns. Out: one key per row, and back. Never depends on a batch: equal values give equal bytes everywhere.
//
// A column is a marker byte (NULL or not) and a payload: integers big-endian with the sign flipped, doubles so that
// their bits order them, strings with 0x00 escaped as 0x00 0xFF and ended by 0x00 0x00, arrays with 0x01 before each
// element and 0x00 after the last, structs field by field. NULLs of fixed width have a payload of zeros.

/// Where a sort column puts its greatest value and its NULLs.
public struct KeyOrder: Hashable, Sendable, Codable {
  /// Greatest first.
  public var descending: Bool
  /// NULLs before every value, whichever way the values go.
  public var nullsFirst: Bool

  /// Without `nullsFirst`, NULLs are the least value: first ascending, last descending.
  public init(descending: Bool = false, nullsFirst: Bool? = nil) {
    self.descending = descending
    self.nullsFirst = nullsFirst ?? !descending
  }

  /// Least first, NULLs before it.
  public static var ascending: KeyOrder { KeyOrder() }

  var nullMarker: UInt8 { nullsFirst ? 0 : 2 }
  /// What the bytes of a payload are xored with.
  var flip: UInt8 { descending ? 0xFF : 0 }
}

/// Encodes rows as memory-comparable keys and decodes them.
public struct KeyEncoder: Sendable {
  /// The types of the key's columns.
  public let types: [DataType]
  /// The order of each column.
  public let orders: [KeyOrder]

  /// Makes an encoder; columns without an order are ascending.
  public init(types: [DataType], orders: [KeyOrder] = []) {
    self.types = types
    self.orders = types.indices.map { $0 < orders.count ? orders[$0] : .ascending }
  }

  /// One key for each of the `count` rows of `columns`.
  public func encode(_ columns: [Column], count: Int) -> BytesVector {
    precondition(columns.count == types.count, "a key needs one column for each of its types")
    let fixed = columns.reduce(0) { $0 + (KeyWidth.fixed($1.data) ?? 0) }
    let views = Vector<ByteView>(uninitialized: count)
    let cursors = Vector<Int>(uninitialized: count)
    var total = 0
    var hasZeros = [Bool](repeating: false, count: columns.count)
    if columns.allSatisfy({ KeyWidth.fixed($0.data) != nil }) {
      for i in 0..<count {
        views.base[i] = ByteView(offset: total, length: fixed)
        cursors.base[i] = total
        total &+= fixed
      }
    } else {
      let lengths = Vector(repeating: fixed, count: count)
      for index in columns.indices { hasZeros[index] = KeyWidth.add(columns[index], to: lengths) }
      for i in 0..<count {
        views.base[i] = ByteView(offset: total, length: lengths.base[i])
        cursors.base[i] = total
        total &+= lengths.base[i]
      }
    }
    precondition(total <= Int(UInt32.max), "the keys of one batch cannot take more than 4 GiB")
    let blob = Blob(uninitialized: total)
    for (index, column) in columns.enumerated() {
      KeyWriter(base: blob.base, cursors: cursors, order: orders[index], hasZeros: hasZeros[index]).write(column)
    }
    return BytesVector(views: views, blob: blob)
  }

  /// The columns whose keys `keys` are; a key that no encoder made gives NULLs, never a trap.
  public func decode(_ keys: BytesVector) -> [Column] {
    let cursors = Vector<Int>(uninitialized: keys.count)
    let ends = Vector<Int>(uninitialized: keys.count)
    for i in 0..<keys.count {
      let view = keys.views.base[i]
      cursors.base[i] = Int(view.offset)
      ends.base[i] = Int(view.offset) + Int(view.length)
    }
    let reader = KeyReader(base: UnsafePointer(keys.blob.base), cursors: cursors, ends: ends)
    return withExtendedLifetime(keys) {
      zip(types, orders).map { type, order in reader.read(type, order: order) }
    }
  }
}

/// How many bytes columns take in a key.
enum KeyWidth {
  /// The width of every row, marker included; nil where it varies.
  static func fixed(_ data: ColumnData) -> Int? {
    switch data {
    case .bool: 2
    case .int, .double: 9
    case .decimal: 17
    case .bytes, .array, .row: nil
    }
  }

  /// Adds the width of each row of a column of varying width; tells whether its strings may have zero bytes.
  static func add(_ column: Column, to lengths: Vector<Int>) -> Bool {
    var zeros = 0
    switch column.data {
    case .bool, .int, .double, .decimal: break
    case .bytes(let vector):
      let base = UnsafePointer(vector.blob.base)
      let valid = column.validity?.base
      for i in 0..<lengths.count {
        if let valid, !valid[i] {
          lengths.base[i] &+= 1
        } else {
          let view = vector.views.base[i]
          let length = Int(view.length)
          let escaped = countZeros(base + Int(view.offset), count: length)
          lengths.base[i] &+= 3 &+ length &+ escaped
          zeros |= escaped
        }
      }
    case .array, .row:
      for i in 0..<lengths.count { lengths.base[i] &+= width(column, i) }
      zeros = 1
    }
    return withExtendedLifetime(column) { zeros != 0 }
  }

  /// The width of one value of any type.
  static func width(_ column: Column, _ row: Int) -> Int {
    if let fixed = fixed(column.data) { return fixed }
    if column.isNull(row) { return 1 }
    switch column.data {
    case .bool, .int, .double, .decimal: return 0
    case .bytes(let vector):
      let view = vector.views[row]
      return 3 + Int(view.length)
        + countZeros(UnsafePointer(vector.blob.base) + Int(view.offset), count: Int(view.length))
    case .array(let vector):
      let view = vector.views[row]
      return (0..<Int(view.length)).reduce(2) { $0 + 1 + width(vector.elements, Int(view.offset) + $1) }
    case .row(let fields, _):
      return fields.reduce(1) { $0 + width($1, row) }
    }
  }

  /// How many bytes are 0x00. Reads up to 7 bytes more.
  static func countZeros(_ bytes: UnsafePointer<UInt8>, count: Int) -> Int {
    let raw = UnsafeRawPointer(bytes)
    let low: UInt64 = 0x7F7F_7F7F_7F7F_7F7F
    var zeros = 0
    var offset = 0
    while offset < count {
      var word = UInt64(littleEndian: raw.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
      let rest = count &- offset
      if rest < 8 { word |= ~0 &<< UInt64(truncatingIfNeeded: rest &* 8) }
      // The high bit of each byte of `marks` is set exactly where the byte is zero.
      let marks = ~(((word & low) &+ low) | word | low)
      zeros &+= marks.nonzeroBitCount
      offset &+= 8
    }
    return zeros
  }

  /// The bits of a double, ordered as the language orders doubles: -0 is 0, NaN is last and one.
  @inline(__always)
  static func ordered(_ value: Double) -> UInt64 {
    if value.isNaN { return 0xFFF8_0000_0000_0000 }
    let bits = (value == 0 ? 0 : value).bitPattern
    return bits ^ (bits >> 63 == 1 ? ~0 : 1 << 63)
  }

  /// The double whose ordered bits these are.
  @inline(__always)
  static func double(_ ordered: UInt64) -> Double {
    Double(bitPattern: ordered ^ (ordered >> 63 == 1 ? 1 << 63 : ~0))
  }
}
