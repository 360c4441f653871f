// The binary form of saved state: what the writer puts and the reader demands. In: nothing. Out: tags and the error.
//
// A file is `MRST`, a version byte, items, and the 64-bit hash of all before it. An item is a tag byte and a body; all
// numbers are little-endian. A column is its count, its validity and its storage as it lies in memory.

/// Saved state that cannot be read.
public struct StateFormatError: Error, Hashable, Sendable, CustomStringConvertible {
  /// What is wrong.
  public var what: String
  /// The byte at which it was noticed.
  public var offset: Int

  /// An error at a byte.
  public init(_ what: String, offset: Int) {
    self.what = what
    self.offset = offset
  }

  public var description: String { "\(what), at byte \(offset) of the saved state" }
}

/// What the items of saved state are.
enum StateTag: UInt8 {
  case int = 1, double, bool, bytes, null, decimal, array, row, column, ints

  var name: String {
    switch self {
    case .int: "an integer"
    case .double: "a number"
    case .bool: "a Boolean"
    case .bytes: "a string"
    case .null: "NULL"
    case .decimal: "a decimal"
    case .array: "an array"
    case .row: "a row"
    case .column: "a column"
    case .ints: "a list of integers"
    }
  }
}

enum StateFormat {
  static let magic = Array("MRST".utf8)
  static let version: UInt8 = 1
  /// How deep arrays and structs may nest.
  static let maximumDepth = 64

  /// The byte that says how a column is stored.
  static func code(_ data: ColumnData) -> UInt8 {
    switch data {
    case .bool: 0
    case .int: 1
    case .double: 2
    case .decimal: 3
    case .bytes: 4
    case .array: 5
    case .row: 6
    }
  }
}
