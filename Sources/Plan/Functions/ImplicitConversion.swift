// Which conversions happen without being asked for: widening numbers, and NULL to anything. In: types. Out: costs and
// common types. Never text to number or back, never DATE to TIMESTAMP: those are written as CAST (DESIGN §8).

import Values

/// The implicit conversions of the language.
package enum ImplicitConversion {
  /// How far `to` is from `from`, 0 when no conversion is needed; nil when only a CAST converts.
  package static func cost(from: DataType, to: DataType) -> Int? {
    if from == to || from == .null { return 0 }
    switch (from, to) {
    case (.string, .string(maximumLength: nil)), (.bytes, .bytes(maximumLength: nil)): return 0
    case (_, _) where from.isInteger && to.isInteger: return integerCost(from, to)
    case (_, .decimal(let precision, let scale)) where from.isInteger:
      return precision - scale >= from.integerDigits ? 10 : nil
    case (.decimal(let p1, let s1), .decimal(let p2, let s2)): return s2 >= s1 && p2 - s2 >= p1 - s1 ? 1 : nil
    case (_, .float64) where from.isInteger: return 20
    case (.int8, .float32), (.int16, .float32): return 20
    case (.decimal, .float64): return 10
    case (.float32, .float64): return 5
    case (.array(let a, _), .array(let b, _)): return cost(from: a, to: b)
    case (.row(let a), .row(let b)) where a.count == b.count:
      return zip(a, b).reduce(Optional(0)) { sum, pair in
        guard let sum, let one = cost(from: pair.0.type, to: pair.1.type) else { return nil }
        return sum + one
      }
    case (.map(let k1, let v1, _), .map(let k2, let v2, _)):
      guard let keys = cost(from: k1, to: k2), let values = cost(from: v1, to: v2) else { return nil }
      return keys + values
    default: return nil
    }
  }

  private static func integerCost(_ from: DataType, _ to: DataType) -> Int? {
    let steps = to.integerDigits - from.integerDigits
    return steps >= 0 ? steps / 2 : nil
  }

  /// The narrowest type to which all of `types` convert implicitly, as for CASE, COALESCE, IN and UNION; nil when there
  /// is none. `NULL` when all are.
  package static func commonType(_ types: [DataType]) -> DataType? {
    var result = DataType.null
    for type in types {
      guard let common = commonType(result, type) else { return nil }
      result = common
    }
    return result
  }

  /// The narrowest type to which both convert implicitly.
  package static func commonType(_ a: DataType, _ b: DataType) -> DataType? {
    if a == b || b == .null { return a }
    if a == .null { return b }
    switch (a, b) {
    case (.string(let n), .string(let m)): return .string(maximumLength: longer(n, m))
    case (.bytes(let n), .bytes(let m)): return .bytes(maximumLength: longer(n, m))
    case (_, _) where a.isInteger && b.isInteger: return a.integerDigits >= b.integerDigits ? a : b
    case (_, _) where a.isNumeric && b.isNumeric: return commonNumber(a, b)
    case (.array(let x, let m), .array(let y, let n)):
      return commonType(x, y).map { .array(element: $0, elementNullable: m || n) }
    case (.row(let x), .row(let y)) where x.count == y.count:
      var fields: [Field] = []
      for (left, right) in zip(x, y) {
        guard let type = commonType(left.type, right.type) else { return nil }
        fields.append(Field(left.name, type, nullable: left.nullable || right.nullable))
      }
      return .row(fields)
    case (.map(let k1, let v1, let m), .map(let k2, let v2, let n)):
      guard let key = commonType(k1, k2), let value = commonType(v1, v2) else { return nil }
      return .map(key: key, value: value, valueNullable: m || n)
    default: return nil
    }
  }

  private static func longer(_ n: Int?, _ m: Int?) -> Int? {
    if let n, let m { max(n, m) } else { nil }
  }

  private static func commonNumber(_ a: DataType, _ b: DataType) -> DataType? {
    guard let (p1, s1) = a.decimalShape, let (p2, s2) = b.decimalShape else { return .float64 }
    let scale = max(s1, s2)
    return DecimalRule.bounded(precision: max(p1 - s1, p2 - s2) + scale, scale: scale)
  }
}

extension DataType {
  /// Decimal digits that hold every value of an integer type; 0 for other types.
  var integerDigits: Int {
    switch self {
    case .int8: 3
    case .int16: 5
    case .int32: 10
    case .int64: 19
    case .null, .boolean, .decimal, .float32, .float64, .string, .bytes, .timestamp, .date, .time,
      .intervalYearMonth, .intervalDaySecond, .json, .uuid, .array, .row, .map:
      0
    }
  }

  /// Precision and scale of a decimal, or of the decimal that holds an integer type exactly; nil for other types.
  package var decimalShape: (precision: Int, scale: Int)? {
    if case .decimal(let precision, let scale) = self { return (precision, scale) }
    return isInteger ? (integerDigits, 0) : nil
  }
}

/// Result types of exact arithmetic, at compile time. Where 38 digits do not hold all that the operands could make, the
/// scale gives way, but not below 6 digits: the rule of SQL Server and of Flink.
package enum DecimalRule {
  package static let maximumPrecision = 38

  /// The type with this shape, or the nearest with at most 38 digits.
  package static func bounded(precision: Int, scale: Int) -> DataType {
    if precision <= maximumPrecision { return .decimal(precision: max(precision, 1), scale: scale) }
    let kept = max(min(scale, 6), maximumPrecision - (precision - scale))
    return .decimal(precision: maximumPrecision, scale: kept)
  }

  package static func sum(_ a: DataType, _ b: DataType) -> DataType {
    guard let (p1, s1) = a.decimalShape, let (p2, s2) = b.decimalShape else { return .float64 }
    let scale = max(s1, s2)
    return bounded(precision: max(p1 - s1, p2 - s2) + scale + 1, scale: scale)
  }

  package static func product(_ a: DataType, _ b: DataType) -> DataType {
    guard let (p1, s1) = a.decimalShape, let (p2, s2) = b.decimalShape else { return .float64 }
    return bounded(precision: p1 + p2, scale: s1 + s2)
  }

  package static func quotient(_ a: DataType, _ b: DataType) -> DataType {
    guard let (p1, s1) = a.decimalShape, let (p2, s2) = b.decimalShape else { return .float64 }
    let scale = max(6, s1 + p2 + 1)
    return bounded(precision: p1 - s1 + s2 + scale, scale: scale)
  }

  package static func remainder(_ a: DataType, _ b: DataType) -> DataType {
    guard let (p1, s1) = a.decimalShape, let (p2, s2) = b.decimalShape else { return .float64 }
    let scale = max(s1, s2)
    return bounded(precision: min(p1 - s1, p2 - s2) + scale, scale: scale)
  }
}
