// CAST between all types: which pairs are allowed, and the evaluator for each. In: a pair of types. Out: an evaluator,
// or nil where the language has no such conversion. What does not convert is a failure of its row.

import Values

/// Explicit conversions.
package enum Conversion {
  /// Whether CAST converts `from` to `to`.
  package static func isAllowed(from: DataType, to: DataType) -> Bool {
    evaluator(from: from, to: to, zone: .utc) != nil
  }

  /// The evaluator of a conversion; nil when the language has none.
  static func evaluator(from: DataType, to: DataType, zone: TimeZoneRules) -> Evaluator? {
    if from == .null { return { _, _ in .scalar(.null) } }
    if from.isSameStorage(as: to) { return { arguments, _ in arguments[0] } }
    if to == .null { return nil }
    if case .string(let limit) = to { return toText(from, limit: limit, zone: zone) }
    if from.isString { return fromText(to, zone: zone) }
    switch (from, to) {
    case (_, .json): return toJSON(from, zone: zone)
    case (.bytes, .uuid), (.uuid, .bytes): return uuid(from, to)
    case (.json, _): return fromJSON(to, zone: zone)
    case (_, .bytes(let limit)): return from.isBytes ? bytes(limit: limit) : nil
    case (.array(let inner, _), .array(let outer, _)): return array(inner, outer, zone)
    case (.row(let inner), .row(let outer)): return row(inner, outer, zone)
    case (.map, .map): return map(from, to, zone)
    case (_, _) where from.isNumeric || from == .boolean: return number(from, to)
    case (.date, .timestamp), (.timestamp, .date), (.timestamp, .time): return time(from, to, zone)
    default: return nil
    }
  }

  /// The evaluator with NULL instead of failures.
  static func safe(_ evaluator: @escaping Evaluator) -> Evaluator {
    { arguments, rows in
      var inner = Rows(count: rows.count, now: rows.now)
      let result = evaluator(arguments, &inner)
      guard !inner.failures.isEmpty, case .column(var column) = result else {
        return inner.failures.isEmpty ? result : .scalar(.null)
      }
      let validity = column.validity?.copy() ?? Vector(repeating: true, count: rows.count)
      for failure in inner.failures { validity.base[Int(failure.row)] = false }
      column.validity = validity
      return .column(column)
    }
  }

  private static func run(_ kernel: Kernel, _ from: DataType, _ to: DataType) -> Evaluator? {
    do throws(InvalidConstant) {
      return try kernel.prepare(CallSite(types: [from], result: to, constants: [nil], zone: .utc))
    } catch {
      return nil
    }
  }

  private static func number(_ from: DataType, _ to: DataType) -> Evaluator? {
    switch (from.storage, to) {
    case (.int, _) where !from.isInteger: nil
    case (.bool, _) where to.isInteger: run(.map { (x: Bool) -> Int64 in x ? 1 : 0 }, from, to)
    case (.int, .boolean): run(.map { (x: Int64) in x != 0 }, from, to)
    case (.int, .float64): run(.map { (x: Int64) in Double(x) }, from, to)
    case (.int, .float32): run(.map { (x: Int64) in Double(Float(x)) }, from, to)
    case (.int, .decimal(let precision, let scale)):
      run(NumberConversion.integerToDecimal(from, precision, scale), from, to)
    case (.double, .float32): run(NumberConversion.doubleToFloat, from, to)
    case (.double, .decimal(let precision, let scale)):
      run(NumberConversion.doubleToDecimal(precision, scale), from, to)
    case (.decimal, .float64): run(NumberConversion.decimalToDouble(from.scale), from, to)
    case (.decimal, .float32):
      run(.map { (x: Int128) in Double(Float(Decimal.double(x, scale: from.scale))) }, from, to)
    case (.decimal, .decimal(let precision, let scale)):
      run(NumberConversion.rescale(from, precision, scale), from, to)
    default:
      to.integerRange.flatMap { run(NumberConversion.toInteger(from, $0), from, to) }
    }
  }

  private static func time(_ from: DataType, _ to: DataType, _ zone: TimeZoneRules) -> Evaluator {
    { arguments, rows in
      let x = Int64.lane(arguments[0])
      let result = Vector<Int64>(uninitialized: rows.count)
      var cursor = ZoneCursor(zone)
      let day = CivilCalendar.microsecondsPerDay
      for row in 0..<rows.count {
        let value = Int64.read(x, row)
        switch to {
        case .timestamp:
          if !TimeArithmetic.days.contains(value) { rows.fail(row, .invalidCast) }
          result.base[row] = cursor.instant(value &* day)
        case .date: result.base[row] = CivilCalendar.floorDivide(cursor.local(value), day)
        default: result.base[row] = CivilCalendar.floorModulo(cursor.local(value), day)
        }
      }
      return .column(Column(.int(result)))
    }
  }
}

/// Kernels between numbers.
enum NumberConversion {
  static func toInteger(_ from: DataType, _ range: ClosedRange<Int64>) -> Kernel {
    let (low, high) = (range.lowerBound, range.upperBound)
    switch from.storage {
    case .int:
      return .checked { (x: Int64) in (x, x < low || x > high ? RowErrorCode.invalidCast : nil) }
    case .double:
      return .map(or: .failure(.invalidCast)) { (x: Double) in
        Int64(exactly: x.rounded(.toNearestOrAwayFromZero)).flatMap { $0 < low || $0 > high ? nil : $0 }
      }
    case .decimal, .bool, .bytes, .array, .row:
      let scale = Decimal.power(from.scale)
      return .map(or: .failure(.invalidCast)) { (x: Int128) in
        Int64(exactly: Decimal.roundedQuotient(x, scale)).flatMap { $0 < low || $0 > high ? nil : $0 }
      }
    }
  }

  static func integerToDecimal(_ from: DataType, _ precision: Int, _ scale: Int) -> Kernel {
    let power = Decimal.power(scale)
    if precision - scale >= from.integerDigits { return .map { (x: Int64) in Int128(x) &* power } }
    let limit = Decimal.limit(precision)
    return .map(or: .failure(.invalidCast)) { (x: Int64) in
      Decimal.rescale(Int128(x), from: 0, to: scale, limit: limit)
    }
  }

  static let doubleToFloat = Kernel.map(or: .failure(.invalidCast)) { (x: Double) -> Double? in
    let rounded = Double(Float(x))
    return rounded.isInfinite && x.isFinite ? nil : rounded
  }

  /// Through a product of doubles: digits beyond the double's 17 are those of the product, not zeros.
  static func doubleToDecimal(_ precision: Int, _ scale: Int) -> Kernel {
    let limit = Decimal.limit(precision)
    let power = Double(Decimal.power(scale))
    return .map(or: .failure(.invalidCast)) { (x: Double) -> Int128? in
      let scaled = (x * power).rounded(.toNearestOrAwayFromZero)
      guard let value = Int128(exactly: scaled), Decimal.fits(value, limit) else { return nil }
      return value
    }
  }

  static func decimalToDouble(_ scale: Int) -> Kernel {
    if scale <= 22 {
      let divisor = Decimal.pow10(scale)
      return .map { (x: Int128) in (Int64(exactly: x).map { Double($0) } ?? Double(x)) / divisor }
    }
    return .map { (x: Int128) in Decimal.double(x, scale: scale) }
  }

  static func rescale(_ from: DataType, _ precision: Int, _ scale: Int) -> Kernel {
    let (p, s) = (from.precision, from.scale)
    if scale >= s && precision - scale >= p - s {
      let power = Decimal.power(scale - s)
      return .map { (x: Int128) in x &* power }
    }
    let limit = Decimal.limit(precision)
    return .map(or: .failure(.invalidCast)) { (x: Int128) in Decimal.rescale(x, from: s, to: scale, limit: limit) }
  }
}
