// The text of values of any type: CAST to STRING, CSV, printing. In: columns with their types. Out: text.
// Never quotes or escapes a plain value: formats do. Arrays and structs, which have no SQL text, are written as JSON.

/// How values are written and read as text.
public struct TextOptions: Hashable, Sendable {
  /// How BYTES are written.
  public enum Binary: Hashable, Sendable { case base64, hex }

  /// The zone in which instants are written, and that of read text without an offset.
  public var zone: TimeZoneRules
  public var timestamps: TimestampStyle
  public var binary: Binary

  /// The forms of SQL, unless told otherwise.
  public init(zone: TimeZoneRules = .utc, timestamps: TimestampStyle = .sql, binary: Binary = .base64) {
    self.zone = zone
    self.timestamps = timestamps
    self.binary = binary
  }
}

/// Writes values as text. A loop's own, never shared: it remembers the last date it wrote.
public struct TextWriter {
  private let options: TextOptions
  private var timestamps: TimestampWriter

  /// A writer with the given forms.
  public init(_ options: TextOptions = TextOptions()) {
    self.options = options
    timestamps = TimestampWriter(zone: options.zone, style: options.timestamps)
  }

  /// Adds the text of one row to `buffer`; nothing for NULL.
  public mutating func write(_ column: Column, row: Int, type: DataType, into buffer: ByteBuffer) {
    if column.isNull(row) { return }
    switch column.data {
    case .bool(let vector):
      if vector.base[row] { buffer.append("true") } else { buffer.append("false") }
    case .int(let vector):
      buffer.commit(write(int: vector.base[row], type: type, to: buffer.reserve(TimestampWriter.maximumLength)))
    case .double(let vector):
      buffer.commit(Self.write(vector.base[row], type: type, to: buffer.reserve(DoubleText.maximumLength)))
    case .decimal(let vector):
      let target = buffer.reserve(DecimalText.maximumLength)
      buffer.commit(DecimalText.write(vector.base[row], scale: type.scale, to: target))
    case .bytes(let vector): write(vector, row: row, type: type, into: buffer)
    case .array, .row: writeNested(column, row: row, type: type, into: buffer)
    }
  }

  private mutating func write(int value: Int64, type: DataType, to target: UnsafeMutablePointer<UInt8>) -> Int {
    switch type {
    case .timestamp: timestamps.write(value, to: target)
    case .date: DateText.write(date: value, to: target)
    case .time: DateText.write(time: value, to: target)
    case .intervalYearMonth: IntervalText.write(months: value, to: target)
    case .intervalDaySecond: IntervalText.write(microseconds: value, to: target)
    case .null, .boolean, .int8, .int16, .int32, .int64, .decimal, .float32, .float64, .string, .bytes, .json, .uuid,
      .array, .row, .map:
      IntText.write(value, to: target)
    }
  }

  private static func write(_ value: Double, type: DataType, to target: UnsafeMutablePointer<UInt8>) -> Int {
    type == .float32 ? DoubleText.write(float: value, to: target) : DoubleText.write(value, to: target)
  }

  private func write(_ vector: BytesVector, row: Int, type: DataType, into buffer: ByteBuffer) {
    guard type.isBytes || type == .uuid else { return buffer.append(vector, row: row) }
    let view = vector.views.base[row]
    let start = UnsafePointer(vector.blob.base) + Int(view.offset)
    if type == .uuid { return UUIDText.write(start, count: Int(view.length), into: buffer) }
    switch options.binary {
    case .base64: BinaryText.write(base64: start, count: Int(view.length), into: buffer)
    case .hex: BinaryText.write(hex: start, count: Int(view.length), into: buffer)
    }
  }

  private mutating func writeNested(_ column: Column, row: Int, type: DataType, into buffer: ByteBuffer) {
    switch (column.data, type) {
    case (.array(let vector), .array(let element, _)):
      buffer.append(UInt8(ascii: "["))
      let view = vector.views.base[row]
      for index in 0..<Int(view.length) {
        if index > 0 { buffer.append(", ") }
        writeJSON(vector.elements, row: Int(view.offset) + index, type: element, into: buffer)
      }
      buffer.append(UInt8(ascii: "]"))
    case (.row(let columns, _), .row(let fields)):
      buffer.append(UInt8(ascii: "{"))
      for (index, (column, field)) in zip(columns, fields).enumerated() {
        if index > 0 { buffer.append(", ") }
        JSONText.write(string: Array(field.name.utf8), into: buffer)
        buffer.append(": ")
        writeJSON(column, row: row, type: field.type, into: buffer)
      }
      buffer.append(UInt8(ascii: "}"))
    case (.array(let vector), .map(let key, let value, _)):
      writeMap(vector, row: row, key: key, value: value, into: buffer)
    default: break
    }
  }

  /// A map is a JSON object whose names are the texts of its keys.
  private mutating func writeMap(
    _ maps: ArrayVector, row: Int, key: DataType, value: DataType, into buffer: ByteBuffer
  ) {
    guard case .row(let parts, _) = maps.elements.data, parts.count == 2 else { return }
    buffer.append(UInt8(ascii: "{"))
    let view = maps.views.base[row]
    for index in 0..<Int(view.length) {
      if index > 0 { buffer.append(", ") }
      let entry = Int(view.offset) + index
      if key.isString {
        writeJSON(parts[0], row: entry, type: key, into: buffer)
      } else {
        let name = ByteBuffer()
        write(parts[0], row: entry, type: key, into: name)
        JSONText.write(string: name.array, into: buffer)
      }
      buffer.append(": ")
      writeJSON(parts[1], row: entry, type: value, into: buffer)
    }
    buffer.append(UInt8(ascii: "}"))
  }

  /// Adds one row as JSON: numbers, Booleans and JSON plain, NULL as `null`, everything else in quotes.
  public mutating func writeJSON(_ column: Column, row: Int, type: DataType, into buffer: ByteBuffer) {
    if column.isNull(row) { return buffer.append("null") }
    switch type {
    case .null, .boolean, .int8, .int16, .int32, .int64, .decimal, .json, .array, .row, .map:
      write(column, row: row, type: type, into: buffer)
    case .float32, .float64:
      guard case .double(let vector) = column.data, !vector.base[row].isFinite else {
        return write(column, row: row, type: type, into: buffer)
      }
      quote(column, row: row, type: type, into: buffer)
    case .bytes, .uuid, .timestamp, .date, .time, .intervalYearMonth, .intervalDaySecond:
      quote(column, row: row, type: type, into: buffer)
    case .string:
      if case .bytes(let vector) = column.data { JSONText.write(string: vector, row: row, into: buffer) }
    }
  }

  private mutating func quote(_ column: Column, row: Int, type: DataType, into buffer: ByteBuffer) {
    buffer.append(UInt8(ascii: "\""))
    write(column, row: row, type: type, into: buffer)
    buffer.append(UInt8(ascii: "\""))
  }

  /// The text of every row; NULL stays NULL. Strings are the column's own, not copies.
  public mutating func format(_ column: Column, type: DataType) -> Column {
    if case .bytes = column.data, !type.isBytes, type != .uuid { return column }
    let count = column.count
    let buffer = ByteBuffer(capacity: count * 16)
    let views = Vector<ByteView>(uninitialized: count)
    for row in 0..<count {
      let start = buffer.count
      write(column, row: row, type: type, into: buffer)
      let length = buffer.count - start
      views.base[row] = ByteView(offset: length == 0 ? 0 : start, length: length)
    }
    precondition(buffer.count <= Int(UInt32.max), "one column cannot hold more than 4 GiB of strings")
    return Column(.bytes(BytesVector(views: views, blob: buffer.finish())), validity: column.validity)
  }

  /// The text of one value, on the cold path.
  public mutating func text(_ value: Value, type: DataType) -> String {
    if value.isNull { return "NULL" }
    let buffer = ByteBuffer()
    write(Column([value], type: type), row: 0, type: type, into: buffer)
    return String(decoding: buffer.array, as: UTF8.self)
  }
}

extension DataType {
  /// The digits after the point of a DECIMAL, 0 for other types.
  public var scale: Int { if case .decimal(_, let scale) = self { scale } else { 0 } }

  /// The digits of a DECIMAL, 0 for other types.
  public var precision: Int { if case .decimal(let precision, _) = self { precision } else { 0 } }
}
