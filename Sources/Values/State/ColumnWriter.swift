// Saves columns and values as bytes: the snapshots of operators. In: columns, values, numbers, in an order that the
// reader repeats. Out: bytes with a checksum at the end. Never saves bytes that no row looks at.

/// Writes saved state.
public final class ColumnWriter {
  /// What was written so far.
  public let buffer: ByteBuffer

  /// Starts saved state.
  public init(capacity: Int = 4096) {
    buffer = ByteBuffer(capacity: capacity)
    buffer.append(StateFormat.magic)
    buffer.append(StateFormat.version)
  }

  /// Ends the state with its checksum and hands it over.
  public func finish() -> Blob {
    let hash = Hash.bytes(UnsafePointer(buffer.base), count: buffer.count)
    number(hash)
    return buffer.finish()
  }

  private func number<T: FixedWidthInteger>(_ value: T) {
    let width = MemoryLayout<T>.size
    UnsafeMutableRawPointer(buffer.reserve(width)).storeBytes(of: value.littleEndian, as: T.self)
    buffer.commit(width)
  }

  private func tag(_ tag: StateTag) { buffer.append(tag.rawValue) }

  /// Writes an integer.
  public func write(_ value: Int64) {
    tag(.int)
    number(value)
  }

  /// Writes an integer.
  public func write(_ value: Int) { write(Int64(value)) }

  /// Writes a number.
  public func write(_ value: Double) {
    tag(.double)
    number(value.bitPattern)
  }

  /// Writes a Boolean.
  public func write(_ value: Bool) {
    tag(.bool)
    buffer.append(value ? 1 : 0)
  }

  /// Writes bytes.
  public func write(_ value: [UInt8]) {
    tag(.bytes)
    number(UInt64(value.count))
    buffer.append(value)
  }

  /// Writes a string.
  public func write(_ value: String) { write(Array(value.utf8)) }

  /// Writes one value of any type.
  public func write(_ value: Value) {
    switch value {
    case .null: tag(.null)
    case .bool(let value): write(value)
    case .int(let value): write(value)
    case .double(let value): write(value)
    case .decimal(let value):
      tag(.decimal)
      number(value)
    case .bytes(let value): write(value)
    case .array(let values): write(values, .array)
    case .row(let values): write(values, .row)
    }
  }

  private func write(_ values: [Value], _ kind: StateTag) {
    tag(kind)
    number(UInt64(values.count))
    for value in values { write(value) }
  }

  /// Writes a list of integers.
  public func write(_ vector: Vector<Int64>) {
    tag(.ints)
    number(UInt64(vector.count))
    raw(vector)
  }

  /// Writes a list of integers.
  public func write(_ vector: Vector<Int32>) {
    let wide = Vector<Int64>(uninitialized: vector.count)
    for i in 0..<vector.count { wide.base[i] = Int64(vector.base[i]) }
    withExtendedLifetime(vector) { write(wide) }
  }

  /// Writes columns and how many there are.
  public func write(_ columns: [Column]) {
    write(columns.count)
    for column in columns { write(column) }
  }

  /// Writes a column.
  public func write(_ column: Column) {
    tag(.column)
    body(column)
  }

  private func body(_ column: Column) {
    buffer.append(StateFormat.code(column.data))
    number(UInt64(column.count))
    buffer.append(column.validity == nil ? 0 : 1)
    if let validity = column.validity { raw(validity) }
    switch column.data {
    case .bool(let vector): raw(vector)
    case .int(let vector): raw(vector)
    case .double(let vector): raw(vector)
    case .decimal(let vector): raw(vector)
    case .bytes(let vector): body(vector)
    case .array(let vector): body(vector)
    case .row(let fields, _):
      number(UInt64(fields.count))
      for field in fields { body(field) }
    }
  }

  private func body(_ vector: BytesVector) {
    lengths(vector.views)
    for row in 0..<vector.count { buffer.append(vector, row: row) }
    withExtendedLifetime(vector) {}
  }

  private func body(_ vector: ArrayVector) {
    lengths(vector.views)
    let used = VectorBuilder<Int32>()
    for row in 0..<vector.views.count {
      let view = vector.views.base[row]
      for index in 0..<view.length { used.append(Int32(truncatingIfNeeded: view.offset &+ index)) }
    }
    body(vector.elements.gather(used.finish()))
  }

  private func lengths(_ views: Vector<ByteView>) {
    for row in 0..<views.count { number(views.base[row].length) }
    withExtendedLifetime(views) {}
  }

  /// The memory of a vector; the machines this runs on are little-endian.
  private func raw<T>(_ vector: Vector<T>) {
    let bytes = vector.count * MemoryLayout<T>.stride
    UnsafeMutableRawPointer(buffer.reserve(bytes)).copyMemory(from: vector.base, byteCount: bytes)
    buffer.commit(bytes)
    withExtendedLifetime(vector) {}
  }
}
