// Text to values of any type: CAST from STRING, CSV cells, GIVEN rows. In: strings. Out: a column, and for each row that
// is no such value the reason. Never traps on any text, never turns a bad row into NULL silently.

/// Why a text is no value of a type.
public enum TextFailure: UInt8, Hashable, Sendable, CaseIterable {
  /// Not the form of the type.
  case malformed = 1
  /// The right form, but more than the type holds.
  case outOfRange
  /// More characters or bytes than the type's length.
  case tooLong
  /// A type that has no text to read: arrays and structs.
  case unsupported

  /// The reason in words, for the type.
  public func message(_ type: DataType) -> String {
    switch self {
    case .malformed: "the text is not a \(type)"
    case .outOfRange: "the number does not fit in \(type)"
    case .tooLong: "the text is longer than \(type) allows"
    case .unsupported: "\(type) cannot be read from plain text"
    }
  }
}

/// What reading a column of text gave.
public struct ParsedText: Sendable {
  /// The values; rows that failed are NULL.
  public var column: Column
  /// For each row 0, or the raw value of its failure; nil when no row failed.
  public var failures: Vector<UInt8>?

  /// Why a row failed; nil when it did not.
  public func failure(_ row: Int) -> TextFailure? { failures.flatMap { TextFailure(rawValue: $0[row]) } }
}

/// Reads values from text. A loop's own, never shared: it remembers the last date it read.
public struct TextReader {
  private let options: TextOptions
  private var timestamps: TimestampReader

  /// A reader with the given forms.
  public init(_ options: TextOptions = TextOptions()) {
    self.options = options
    timestamps = TimestampReader(zone: options.zone)
  }

  /// The values of a column of strings; NULL stays NULL. Spaces around numbers, dates and Booleans do not count.
  public mutating func parse(_ text: BytesVector, validity: Vector<Bool>? = nil, type: DataType) -> ParsedText {
    if type.isString || type == .json { return checkLengths(text, validity, type) }
    let count = text.count
    let builder = ColumnBuilder(type, capacity: count)
    var failures: Vector<UInt8>?
    let base = UnsafePointer(text.blob.base)
    for row in 0..<count {
      if let validity, !validity.base[row] {
        builder.appendNull()
        continue
      }
      let view = text.views.base[row]
      let start = base + Int(view.offset)
      if let failure = parse(start, count: Int(view.length), type: type, into: builder) {
        builder.appendNull()
        let mask = failures ?? Vector(repeating: 0, count: count)
        mask.base[row] = failure.rawValue
        failures = mask
      }
    }
    return withExtendedLifetime((text, validity)) { ParsedText(column: builder.finish(), failures: failures) }
  }

  /// Reads one text, which has slack after its end, and adds its value; when it is none, adds nothing.
  public mutating func parse(
    _ source: UnsafePointer<UInt8>, count: Int, type: DataType, into builder: ColumnBuilder
  ) -> TextFailure? {
    var start = source
    var length = count
    while length > 0, start[0] <= 32 {
      start += 1
      length -= 1
    }
    while length > 0, start[length - 1] <= 32 { length -= 1 }
    switch builder.storage {
    case .int(let values):
      let value = parseInt(start, length, type)
      if value == nil, type.isInteger, Self.isDigits(start, length) { return .outOfRange }
      return Self.append(value, type.integerRange, to: values, builder)
    case .double(let values):
      guard let value = DoubleText.parse(start, count: length) else { return .malformed }
      values.append(type == .float32 ? Double(Float(value)) : value)
    case .bool(let values):
      guard let value = Self.parseBool(start, length) else { return .malformed }
      values.append(value)
    case .decimal(let values):
      switch DecimalText.parse(start, count: length, precision: type.precision, scale: type.scale) {
      case .exact(let value), .rounded(let value): values.append(value)
      case .outOfRange: return .outOfRange
      case .malformed: return .malformed
      }
    case .bytes(let values):
      if type == .uuid {
        guard let target = values.reserve(UUIDText.byteCount) else { return .tooLong }
        guard UUIDText.parse(start, count: length, to: target) else { return .malformed }
        values.commit(UUIDText.byteCount)
      } else if type.isBytes {
        if let failure = parseBinary(start, length, type, into: values) { return failure }
      } else if !values.append(padded: source, count: count) {
        return .tooLong
      }
    case .array, .row: return .unsupported
    }
    builder.validity.append(true)
    return nil
  }

  private static func isDigits(_ start: UnsafePointer<UInt8>, _ length: Int) -> Bool {
    let sign = length > 0 && (start[0] == 45 || start[0] == 43) ? 1 : 0
    return length > sign && (sign..<length).allSatisfy { start[$0] &- 48 <= 9 }
  }

  private static func append(
    _ value: Int64?, _ range: ClosedRange<Int64>?, to values: VectorBuilder<Int64>, _ builder: ColumnBuilder
  ) -> TextFailure? {
    guard let value else { return .malformed }
    if let range, !range.contains(value) { return .outOfRange }
    values.append(value)
    builder.validity.append(true)
    return nil
  }

  private mutating func parseInt(_ start: UnsafePointer<UInt8>, _ length: Int, _ type: DataType) -> Int64? {
    switch type {
    case .timestamp: timestamps.parse(start, count: length)
    case .date: DateText.parse(date: start, count: length)
    case .time: DateText.parse(time: start, count: length)
    case .intervalYearMonth: IntervalText.parse(months: start, count: length)
    case .intervalDaySecond: IntervalText.parse(microseconds: start, count: length)
    case .null, .boolean, .int8, .int16, .int32, .int64, .decimal, .float32, .float64, .string, .bytes, .json, .uuid,
      .array, .row, .map:
      IntText.parse(start, count: length)
    }
  }

  /// `true` or `false` in any case.
  public static func parseBool(_ start: UnsafePointer<UInt8>, _ length: Int) -> Bool? {
    func matches(_ word: StaticString) -> Bool {
      length == word.utf8CodeUnitCount && (0..<length).allSatisfy { start[$0] | 0x20 == word.utf8Start[$0] }
    }
    return matches("true") ? true : matches("false") ? false : nil
  }

  private func parseBinary(
    _ start: UnsafePointer<UInt8>, _ length: Int, _ type: DataType, into values: BytesBuilder
  ) -> TextFailure? {
    guard let target = values.reserve(length) else { return .tooLong }
    let parsed =
      switch options.binary {
      case .base64: BinaryText.parse(base64: start, count: length, to: target)
      case .hex: BinaryText.parse(hex: start, count: length, to: target)
      }
    guard let parsed else { return .malformed }
    if case .bytes(let limit?) = type, parsed > limit { return .tooLong }
    values.commit(parsed)
    return nil
  }

  /// Strings are themselves, if they are short enough.
  private func checkLengths(_ text: BytesVector, _ validity: Vector<Bool>?, _ type: DataType) -> ParsedText {
    guard case .string(let limit?) = type else { return ParsedText(column: Column(.bytes(text), validity: validity)) }
    var failures: Vector<UInt8>?
    let valid = ValidityBuilder()
    let views = VectorBuilder<ByteView>(capacity: text.count)
    for row in 0..<text.count {
      let view = text.views.base[row]
      let isValid = validity?.base[row] ?? true
      let isShort =
        Int(view.length) <= limit
        || codePoints(UnsafePointer(text.blob.base) + Int(view.offset), count: Int(view.length)) <= limit
      if isValid && !isShort {
        let mask = failures ?? Vector(repeating: 0, count: text.count)
        mask.base[row] = TextFailure.tooLong.rawValue
        failures = mask
      }
      valid.append(isValid && isShort)
      views.append(isValid && isShort ? view : ByteView(offset: 0, length: 0))
    }
    let kept = BytesVector(views: views.finish(), blob: text.blob)
    return ParsedText(column: Column(.bytes(kept), validity: valid.finish()), failures: failures)
  }
}

/// The number of code points of UTF-8: the bytes that do not continue one.
@inlinable
public func codePoints(_ source: UnsafePointer<UInt8>, count: Int) -> Int {
  var points = 0
  for i in 0..<count { points &+= source[i] & 0xC0 == 0x80 ? 0 : 1 }
  return points
}
