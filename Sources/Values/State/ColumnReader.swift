// Reads saved state back. In: bytes, which may be anything. Out: columns, values, numbers, or an error that says what
// and where. Never traps, never allocates more than the bytes at hand can fill.

/// Reads saved state in the order in which it was written.
public final class ColumnReader {
  private let blob: Blob
  private let end: Int
  private var position: Int

  /// Opens saved state; refuses another format, version or checksum.
  public init(_ blob: Blob) throws(StateFormatError) {
    self.blob = blob
    let size = blob.capacity
    position = StateFormat.magic.count + 1
    end = size - 8
    guard size >= position + 8 else { throw StateFormatError("saved state is cut short", offset: size) }
    for (index, byte) in StateFormat.magic.enumerated() where blob.base[index] != byte {
      throw StateFormatError("this is not saved state", offset: index)
    }
    guard blob.base[position - 1] == StateFormat.version else {
      throw StateFormatError(
        "saved state has version \(blob.base[position - 1]), this program reads \(StateFormat.version)",
        offset: position - 1)
    }
    let stored = UnsafeRawPointer(blob.base).loadUnaligned(fromByteOffset: end, as: UInt64.self)
    guard UInt64(littleEndian: stored) == Hash.bytes(UnsafePointer(blob.base), count: end) else {
      throw StateFormatError("the checksum does not fit: the saved state is damaged", offset: end)
    }
  }

  /// Opens saved state that lies in an array.
  public convenience init(_ bytes: [UInt8]) throws(StateFormatError) { try self.init(Blob(bytes)) }

  /// Whether everything was read.
  public var isAtEnd: Bool { position >= end }

  /// An error at the byte that is read next.
  public func failure(_ what: String) -> StateFormatError { StateFormatError(what, offset: position) }

  private func demand(_ count: Int, of width: Int = 1) throws(StateFormatError) -> Int {
    let (bytes, overflow) = count.multipliedReportingOverflow(by: width)
    guard count >= 0, !overflow, bytes <= end - position else { throw failure("saved state is cut short") }
    return bytes
  }

  private func number<T: FixedWidthInteger & BitwiseCopyable>(_: T.Type) throws(StateFormatError) -> T {
    let width = try demand(MemoryLayout<T>.size)
    defer { position += width }
    return T(littleEndian: UnsafeRawPointer(blob.base).loadUnaligned(fromByteOffset: position, as: T.self))
  }

  private func count() throws(StateFormatError) -> Int {
    let value = try number(UInt64.self)
    guard value <= UInt64(Int32.max) else { throw failure("a count of \(value) is too large") }
    return Int(value)
  }

  private func tag() throws(StateFormatError) -> StateTag {
    let byte = try number(UInt8.self)
    guard let tag = StateTag(rawValue: byte) else { throw failure("unknown item \(byte)") }
    return tag
  }

  private func demand(_ wanted: StateTag) throws(StateFormatError) {
    let found = try tag()
    guard found == wanted else { throw failure("expected \(wanted.name), found \(found.name)") }
  }

  /// Reads an integer.
  public func int() throws(StateFormatError) -> Int64 {
    try demand(.int)
    return try number(Int64.self)
  }

  /// Reads a number.
  public func double() throws(StateFormatError) -> Double {
    try demand(.double)
    return Double(bitPattern: try number(UInt64.self))
  }

  /// Reads a Boolean.
  public func bool() throws(StateFormatError) -> Bool {
    try demand(.bool)
    return try number(UInt8.self) != 0
  }

  /// Reads bytes.
  public func bytes() throws(StateFormatError) -> [UInt8] {
    try demand(.bytes)
    return try rest()
  }

  private func rest() throws(StateFormatError) -> [UInt8] {
    let count = try demand(try self.count())
    defer { position += count }
    return Array(UnsafeBufferPointer(start: blob.base + position, count: count))
  }

  /// Reads a string.
  public func string() throws(StateFormatError) -> String {
    guard let text = String(validating: try bytes(), as: UTF8.self) else { throw failure("a string is not UTF-8") }
    return text
  }

  /// Reads one value of any type.
  public func value() throws(StateFormatError) -> Value { try value(depth: 0) }

  private func value(depth: Int) throws(StateFormatError) -> Value {
    guard depth < StateFormat.maximumDepth else { throw failure("values nest too deeply") }
    switch try tag() {
    case .null: return .null
    case .int: return .int(try number(Int64.self))
    case .double: return .double(Double(bitPattern: try number(UInt64.self)))
    case .bool: return .bool(try number(UInt8.self) != 0)
    case .bytes: return .bytes(try rest())
    case .decimal: return .decimal(try number(Int128.self))
    case .array: return .array(try values(depth: depth + 1))
    case .row: return .row(try values(depth: depth + 1))
    case .column, .ints: throw failure("expected a value, found a column")
    }
  }

  private func values(depth: Int) throws(StateFormatError) -> [Value] {
    // Every value takes a byte at least.
    let count = try demand(try self.count())
    var values: [Value] = []
    for _ in 0..<count { values.append(try value(depth: depth)) }
    return values
  }

  /// Reads a list of integers.
  public func ints() throws(StateFormatError) -> Vector<Int64> {
    try demand(.ints)
    return try raw(try count())
  }

  /// Reads a list of 32-bit integers.
  public func ints32() throws(StateFormatError) -> Vector<Int32> {
    let wide = try ints()
    let result = Vector<Int32>(uninitialized: wide.count)
    for i in 0..<wide.count {
      guard let value = Int32(exactly: wide.base[i]) else { throw failure("\(wide.base[i]) is too large") }
      result.base[i] = value
    }
    return result
  }

  private func raw<T: BitwiseCopyable>(_ count: Int) throws(StateFormatError) -> Vector<T> {
    let bytes = try demand(count, of: MemoryLayout<T>.stride)
    let result = Vector<T>(uninitialized: count)
    UnsafeMutableRawPointer(result.base).copyMemory(from: blob.base + position, byteCount: bytes)
    position += bytes
    return result
  }

  /// Bytes as Booleans: only the lowest bit of each counts, for a Boolean of another bit pattern is none.
  private func bools(_ count: Int) throws(StateFormatError) -> Vector<Bool> {
    let bytes: Vector<UInt8> = try raw(count)
    let result = Vector<Bool>(uninitialized: count)
    for i in 0..<count { result.base[i] = bytes.base[i] & 1 == 1 }
    return result
  }

  /// Reads columns of the given types, neither more nor fewer.
  public func columns(_ types: [DataType]) throws(StateFormatError) -> [Column] {
    let count = try int()
    guard count == types.count else { throw failure("expected \(types.count) columns, found \(count)") }
    var columns: [Column] = []
    for type in types { columns.append(try column(type)) }
    return columns
  }

  /// Reads a column, which must be stored as `type` is.
  public func column(_ type: DataType) throws(StateFormatError) -> Column {
    try demand(.column)
    return try body(type, depth: 0)
  }

  private func body(_ type: DataType, depth: Int) throws(StateFormatError) -> Column {
    guard depth < StateFormat.maximumDepth else { throw failure("a type nests too deeply") }
    let code = try number(UInt8.self)
    let count = try count()
    let flag = try number(UInt8.self)
    let validity = flag == 0 ? nil : try bools(count)
    let data: ColumnData
    switch (type, type.storage, code) {
    case (_, .bool, 0): data = .bool(try bools(count))
    case (_, .int, 1): data = .int(try raw(count))
    case (_, .double, 2): data = .double(try raw(count))
    case (_, .decimal, 3): data = .decimal(try raw(count))
    case (_, .bytes, 4): data = .bytes(try strings(count))
    case (_, .array, 5): data = .array(try arrays(count, type.elementType ?? .null, depth: depth + 1))
    case (.row(let fields), _, 6): data = .row(try self.fields(count, fields, depth: depth + 1), count: count)
    default: throw failure("expected a column of \(type), found storage \(code)")
    }
    return Column(data, validity: validity)
  }

  /// The lengths of rows as views that lie end to end, and the total.
  private func views(_ count: Int) throws(StateFormatError) -> (Vector<ByteView>, Int) {
    let lengths: Vector<UInt32> = try raw(count)
    let views = Vector<ByteView>(uninitialized: count)
    var total = 0
    for i in 0..<count {
      let length = Int(UInt32(littleEndian: lengths.base[i]))
      views.base[i] = length == 0 ? ByteView(offset: 0, length: 0) : ByteView(offset: total, length: length)
      total += length
    }
    guard total <= Int(UInt32.max) else { throw failure("a column of \(total) bytes is too large") }
    return (views, total)
  }

  private func strings(_ count: Int) throws(StateFormatError) -> BytesVector {
    let (views, total) = try views(count)
    let bytes = try demand(total)
    let copied = Blob(uninitialized: bytes)
    copied.base.update(from: blob.base + position, count: bytes)
    position += bytes
    return BytesVector(views: views, blob: copied)
  }

  private func arrays(_ count: Int, _ element: DataType, depth: Int) throws(StateFormatError) -> ArrayVector {
    let (views, total) = try views(count)
    let elements = try body(element, depth: depth)
    guard elements.count == total else {
      throw failure("arrays of \(total) elements have \(elements.count)")
    }
    return ArrayVector(views: views, elements: elements)
  }

  private func fields(_ count: Int, _ fields: [Field], depth: Int) throws(StateFormatError) -> [Column] {
    let found = try number(UInt64.self)
    guard found == UInt64(fields.count) else { throw failure("expected \(fields.count) fields, found \(found)") }
    var columns: [Column] = []
    for field in fields {
      let column = try body(field.type, depth: depth)
      guard column.count == count else {
        throw failure("the field \(field.name) has \(column.count) rows, its struct \(count)")
      }
      columns.append(column)
    }
    return columns
  }
}
