// One datum on the cold path: literals, constants of a plan, rows of tests, printing.
// Never on the way of a row through an operator: there, data lies in columns.

/// A single datum in its storage form. The logical type beside it says what an integer means (a TIMESTAMP, a DATE)
/// and what scale a decimal has.
public indirect enum Value: Hashable, Sendable {
  case null
  case bool(Bool)
  case int(Int64)
  /// NaN equals NaN here, as in the language.
  case double(Double)
  /// The unscaled integer of a decimal.
  case decimal(Int128)
  /// UTF-8 of a STRING or JSON, or the raw content of BYTES.
  case bytes([UInt8])
  case array([Value])
  case row([Value])

  public static func string(_ text: String) -> Value { .bytes(Array(text.utf8)) }

  public var isNull: Bool { if case .null = self { true } else { false } }

  /// The text of a STRING value; nil when this is none, or not UTF-8.
  public var text: String? {
    guard case .bytes(let bytes) = self else { return nil }
    return String(validating: bytes, as: UTF8.self)
  }

  public static func == (left: Value, right: Value) -> Bool {
    switch (left, right) {
    case (.null, .null): true
    case (.bool(let a), .bool(let b)): a == b
    case (.int(let a), .int(let b)): a == b
    case (.double(let a), .double(let b)): a == b || (a.isNaN && b.isNaN)
    case (.decimal(let a), .decimal(let b)): a == b
    case (.bytes(let a), .bytes(let b)): a == b
    case (.array(let a), .array(let b)): a == b
    case (.row(let a), .row(let b)): a == b
    default: false
    }
  }

  public func hash(into hasher: inout Hasher) {
    switch self {
    case .null: hasher.combine(0)
    case .bool(let value): hasher.combine(value)
    case .int(let value): hasher.combine(value)
    case .double(let value): hasher.combine(value.isNaN ? Double.nan.bitPattern : (value == 0 ? 0 : value.bitPattern))
    case .decimal(let value): hasher.combine(value)
    case .bytes(let value): hasher.combine(value)
    case .array(let values), .row(let values): hasher.combine(values)
    }
  }
}

extension Value: Codable {
  private enum Key: String, CodingKey {
    case bool, int, double, special, decimal, text, bytes, array, row
  }

  /// Reads the form that `encode(to:)` writes. Decimals are text, for JSON numbers do not hold 38 digits; so are the
  /// three doubles that JSON cannot write.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: Key.self)
    guard let key = container.allKeys.first else {
      self = .null
      return
    }
    switch key {
    case .bool: self = .bool(try container.decode(Bool.self, forKey: key))
    case .int: self = .int(try container.decode(Int64.self, forKey: key))
    case .double: self = .double(try container.decode(Double.self, forKey: key))
    case .special:
      self = .double(Double(try container.decode(String.self, forKey: key)) ?? .nan)
    case .decimal:
      let text = try container.decode(String.self, forKey: key)
      guard let value = Int128(text) else {
        throw DecodingError.dataCorruptedError(forKey: key, in: container, debugDescription: "not an integer: \(text)")
      }
      self = .decimal(value)
    case .text: self = .string(try container.decode(String.self, forKey: key))
    case .bytes: self = .bytes(try container.decode([UInt8].self, forKey: key))
    case .array: self = .array(try container.decode([Value].self, forKey: key))
    case .row: self = .row(try container.decode([Value].self, forKey: key))
    }
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    switch self {
    case .null: break
    case .bool(let value): try container.encode(value, forKey: .bool)
    case .int(let value): try container.encode(value, forKey: .int)
    case .double(let value) where value.isFinite: try container.encode(value, forKey: .double)
    case .double(let value): try container.encode("\(value)", forKey: .special)
    case .decimal(let value): try container.encode("\(value)", forKey: .decimal)
    case .bytes(let value):
      if let text {
        try container.encode(text, forKey: .text)
      } else {
        try container.encode(value, forKey: .bytes)
      }
    case .array(let values): try container.encode(values, forKey: .array)
    case .row(let values): try container.encode(values, forKey: .row)
    }
  }
}
