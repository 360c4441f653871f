// What a datum may be: the logical types of the language and how each is stored.
// In: nothing. Out: `DataType`, `Field`, `Schema` as plain data. Never holds a value.

/// A logical type of the language (LANGUAGE §2.2).
public indirect enum DataType: Hashable, Sendable, Codable {
  /// The type of a bare NULL, before a context gives it one.
  case null
  case boolean
  /// Integers of 8, 16, 32 and 64 bits; all are stored in 64 and checked against their range when made.
  case int8
  case int16
  case int32
  case int64
  /// Exact decimal: `precision` digits in all (1...38), `scale` of them after the point (0...precision).
  case decimal(precision: Int, scale: Int)
  /// IEEE 754 binary32, stored as a binary64 that holds a binary32 value.
  case float32
  case float64
  /// UTF-8 text, measured in code points. `maximumLength` is that of VARCHAR(n), in code points.
  case string(maximumLength: Int? = nil)
  case bytes(maximumLength: Int? = nil)
  /// An instant: microseconds since 1970-01-01 00:00 UTC.
  case timestamp
  /// Days since 1970-01-01.
  case date
  /// Microseconds since midnight.
  case time
  /// Months.
  case intervalYearMonth
  /// Microseconds.
  case intervalDaySecond
  case json
  /// 16 bytes (RFC 9562), stored as they are; the text form has hyphens.
  case uuid
  case array(element: DataType, elementNullable: Bool = true)
  case row([Field])
  /// Different keys, none of them NULL, with a value each: stored as an array of (key, value) structs in ascending order
  /// of the keys, so that equal maps are equal arrays.
  case map(key: DataType, value: DataType, valueNullable: Bool = true)

  /// How values of a type lie in memory: which case of `ColumnData` holds them.
  public enum Storage: Hashable, Sendable {
    case bool
    case int
    case double
    case decimal
    case bytes
    case array
    case row
  }

  /// The storage class of this type. A bare NULL is stored as a Boolean column without a valid row.
  public var storage: Storage {
    switch self {
    case .null, .boolean: .bool
    case .int8, .int16, .int32, .int64, .timestamp, .date, .time, .intervalYearMonth, .intervalDaySecond: .int
    case .decimal: .decimal
    case .float32, .float64: .double
    case .string, .bytes, .json, .uuid: .bytes
    case .array, .map: .array
    case .row: .row
    }
  }

  /// Text without a length limit, the type of most strings.
  public static var text: DataType { .string() }

  public var isInteger: Bool {
    switch self {
    case .int8, .int16, .int32, .int64: true
    case .null, .boolean, .decimal, .float32, .float64, .string, .bytes, .timestamp, .date, .time,
      .intervalYearMonth, .intervalDaySecond, .json, .uuid, .array, .row, .map:
      false
    }
  }

  public var isFloating: Bool { self == .float32 || self == .float64 }

  public var isDecimal: Bool { if case .decimal = self { true } else { false } }

  public var isNumeric: Bool { isInteger || isFloating || isDecimal }

  public var isString: Bool { if case .string = self { true } else { false } }

  public var isBytes: Bool { if case .bytes = self { true } else { false } }

  /// The inclusive range of an integer type; nil for every other type.
  public var integerRange: ClosedRange<Int64>? {
    switch self {
    case .int8: -128...127
    case .int16: -32768...32767
    case .int32: -2_147_483_648...2_147_483_647
    case .int64: Int64.min...Int64.max
    case .null, .boolean, .decimal, .float32, .float64, .string, .bytes, .timestamp, .date, .time,
      .intervalYearMonth, .intervalDaySecond, .json, .uuid, .array, .row, .map:
      nil
    }
  }
}

extension DataType: CustomStringConvertible {
  /// The type as the language writes it.
  public var description: String {
    switch self {
    case .null: "NULL"
    case .boolean: "BOOLEAN"
    case .int8: "TINYINT"
    case .int16: "SMALLINT"
    case .int32: "INT"
    case .int64: "BIGINT"
    case .decimal(let precision, let scale): "DECIMAL(\(precision), \(scale))"
    case .float32: "FLOAT"
    case .float64: "DOUBLE"
    case .string(let length): length.map { "VARCHAR(\($0))" } ?? "STRING"
    case .bytes(let length): length.map { "VARBINARY(\($0))" } ?? "BYTES"
    case .timestamp: "TIMESTAMP"
    case .date: "DATE"
    case .time: "TIME"
    case .intervalYearMonth: "INTERVAL YEAR TO MONTH"
    case .intervalDaySecond: "INTERVAL DAY TO SECOND"
    case .json: "JSON"
    case .uuid: "UUID"
    case .array(let element, _): "ARRAY<\(element)>"
    case .row(let fields): "STRUCT<\(fields.map(\.description).joined(separator: ", "))>"
    case .map(let key, let value, _): "MAP<\(key), \(value)>"
    }
  }
}

extension DataType {
  /// The type of what lies in array storage: the elements of an ARRAY, the entries of a MAP; nil for other types.
  public var elementType: DataType? {
    switch self {
    case .array(let element, _): element
    case .map(let key, let value, let nullable):
      .row([Field("key", key, nullable: false), Field("value", value, nullable: nullable)])
    default: nil
    }
  }
}

/// A named, typed slot of a row.
public struct Field: Hashable, Sendable, Codable, CustomStringConvertible {
  public var name: String
  public var type: DataType
  public var nullable: Bool

  public init(_ name: String, _ type: DataType, nullable: Bool = true) {
    self.name = name
    self.type = type
    self.nullable = nullable
  }

  public var description: String { "\(name) \(type)\(nullable ? "" : " NOT NULL")" }
}

/// The columns of a relation, in order. Names need not be unique: a reference by name may be ambiguous.
public struct Schema: Hashable, Sendable, Codable, CustomStringConvertible {
  public var fields: [Field]

  public init(_ fields: [Field]) { self.fields = fields }

  public var count: Int { fields.count }

  public subscript(index: Int) -> Field { fields[index] }

  /// The position of the first column called exactly `name`.
  public func index(of name: String) -> Int? { fields.firstIndex { $0.name == name } }

  public var description: String { "(\(fields.map(\.description).joined(separator: ", ")))" }
}
