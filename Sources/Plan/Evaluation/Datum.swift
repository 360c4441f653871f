// What an expression gives for a batch: a column, or one value for all rows. A literal stays a scalar through every
// kernel; it becomes a column only where the batch is handed on.

import Values

/// The result of a part of an expression over one batch.
enum Datum {
  case column(Column)
  case scalar(Value)

  /// As a column of `count` rows.
  func column(_ type: DataType, count: Int) -> Column {
    switch self {
    case .column(let column): column
    case .scalar(let value): Column.repeating(value, type: type, count: count)
    }
  }

  /// Which rows are not NULL; nil when all are not.
  func validity(count: Int) -> Vector<Bool>? {
    switch self {
    case .column(let column): column.validity
    case .scalar(.null): Vector(repeating: false, count: count)
    case .scalar: nil
    }
  }

  var isScalar: Bool { if case .scalar = self { true } else { false } }

  var isNullScalar: Bool { if case .scalar(.null) = self { true } else { false } }
}

/// Row masks, a byte for each row; nil means every row.
enum RowMask {
  /// Rows that are in both.
  static func and(_ a: Vector<Bool>?, _ b: Vector<Bool>?) -> Vector<Bool>? {
    guard let a else { return b }
    guard let b, a !== b else { return a }
    let result = Vector<Bool>(uninitialized: a.count)
    let (x, y, z) = (a.base, b.base, result.base)
    for i in 0..<a.count { z[i] = unsafeBitCast(byte(x[i]) & byte(y[i]), to: Bool.self) }
    return withExtendedLifetime((a, b)) { result }
  }

  /// Whether no row, or every row, is in the mask: nil when neither.
  static func uniform(_ mask: Vector<Bool>) -> Bool? {
    var count = 0
    for i in 0..<mask.count { count &+= Int(byte(mask.base[i])) }
    return withExtendedLifetime(mask) { count == 0 ? false : count == mask.count ? true : nil }
  }

  @inline(__always) static func byte(_ flag: Bool) -> UInt8 { unsafeBitCast(flag, to: UInt8.self) }
}
