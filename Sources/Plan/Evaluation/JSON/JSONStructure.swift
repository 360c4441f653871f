// Arrays, structs and maps out of JSON. In: JSON text and a type. Out: a value; a member that an object lacks is NULL, one
// that the type lacks is passed over. Row by row over single values: a CAST of whole documents is not a hot path.

import Values

struct JSONStructure {
  private let zone: TimeZoneRules
  private var reader: TextReader

  private init(zone: TimeZoneRules) {
    self.zone = zone
    reader = TextReader(TextOptions(zone: zone))
  }

  /// The CAST of JSON to a nested type; nil where it holds a type that JSON cannot give.
  static func evaluator(_ type: DataType, zone: TimeZoneRules) -> Evaluator? {
    guard isReadable(type) else { return nil }
    return { arguments, rows in
      let lane = Text.lane(arguments[0])
      let builder = ColumnBuilder(type, capacity: rows.count)
      var structure = JSONStructure(zone: zone)
      for row in 0..<rows.count {
        var scanner = JSONScanner(Text.read(lane, row))
        if let value = structure.read(&scanner, type) {
          builder.append(value)
        } else {
          builder.appendNull()
          rows.fail(row, .invalidCast)
        }
      }
      return .column(builder.finish())
    }
  }

  private static func isReadable(_ type: DataType) -> Bool {
    switch type {
    case .array(let element, _): isReadable(element)
    case .row(let fields): fields.allSatisfy { isReadable($0.type) }
    case .map(let key, let value, _): key.storage != .array && key.storage != .row && isReadable(value)
    case .null, .boolean, .int8, .int16, .int32, .int64, .decimal, .float32, .float64, .string, .bytes, .timestamp,
      .date, .time, .intervalYearMonth, .intervalDaySecond, .json, .uuid:
      true
    }
  }

  /// The next value; nil when it is none of the type.
  private mutating func read(_ scanner: inout JSONScanner, _ type: DataType) -> Value? {
    scanner.skipSpace()
    if scanner.peek == UInt8(ascii: "n"), type != .json { return scanner.skipValue() ? .null : nil }
    switch type {
    case .array(let element, _): return array(&scanner, element)
    case .row(let fields): return row(&scanner, fields)
    case .map(let key, let value, _): return map(&scanner, key, value)
    case .null, .boolean, .int8, .int16, .int32, .int64, .decimal, .float32, .float64, .string, .bytes, .timestamp,
      .date, .time, .intervalYearMonth, .intervalDaySecond, .json, .uuid:
      return scalar(&scanner, type)
    }
  }

  private mutating func scalar(_ scanner: inout JSONScanner, _ type: DataType) -> Value? {
    let start = scanner.position
    guard scanner.skipValue() else { return nil }
    let json = scanner.text.part(start, scanner.position)
    if type == .json { return .bytes(json.array) }
    switch json[0] {
    case UInt8(ascii: "{"), UInt8(ascii: "["): return nil
    case UInt8(ascii: "\""): return value(Self.unquoted(json), type)
    default: return value(json.array, type)
    }
  }

  private static func unquoted(_ json: Text) -> [UInt8] {
    let sink = TextSink(rows: 1, bytes: json.count)
    var scanner = JSONScanner(json)
    scanner.unquote(into: sink)
    return sink.pending.array
  }

  private mutating func value(_ text: [UInt8], _ type: DataType) -> Value? {
    let parsed = reader.parse(BytesVector([text]), type: type)
    return parsed.failures == nil ? parsed.column.value(at: 0) : nil
  }

  private mutating func array(_ scanner: inout JSONScanner, _ element: DataType) -> Value? {
    guard scanner.take("[") else { return nil }
    var values: [Value] = []
    if scanner.take("]") { return .array(values) }
    repeat {
      guard let value = read(&scanner, element) else { return nil }
      values.append(value)
    } while scanner.take(",")
    return scanner.take("]") ? .array(values) : nil
  }

  /// The members of an object, each handed on with the scanner at its value.
  private mutating func members(
    _ scanner: inout JSONScanner, _ body: (inout JSONStructure, inout JSONScanner, [UInt8]) -> Bool
  ) -> Bool {
    guard scanner.take("{") else { return false }
    if scanner.take("}") { return true }
    repeat {
      scanner.skipSpace()
      let start = scanner.position
      guard scanner.peek == UInt8(ascii: "\""), scanner.skipString() else { return false }
      let name = Self.unquoted(scanner.text.part(start, scanner.position))
      guard scanner.take(":"), body(&self, &scanner, name) else { return false }
    } while scanner.take(",")
    return scanner.take("}")
  }

  private mutating func row(_ scanner: inout JSONScanner, _ fields: [Field]) -> Value? {
    var values = [Value](repeating: .null, count: fields.count)
    let names = fields.map { Array($0.name.utf8) }
    let isRead = members(&scanner) { reading, scanner, name in
      guard let index = names.firstIndex(of: name) else { return scanner.skipValue() }
      guard let value = reading.read(&scanner, fields[index].type) else { return false }
      values[index] = value
      return true
    }
    return isRead ? .row(values) : nil
  }

  private mutating func map(_ scanner: inout JSONScanner, _ key: DataType, _ type: DataType) -> Value? {
    var entries: [Value] = []
    let isRead = members(&scanner) { reading, scanner, name in
      guard let own = reading.value(name, key), let value = reading.read(&scanner, type) else { return false }
      entries.append(.row([own, value]))
      return true
    }
    return isRead ? MapForm.canonical(entries, key: key, value: type) : nil
  }
}
