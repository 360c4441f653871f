// Exact decimal arithmetic on unscaled 128-bit integers: rescaling, rounding half away from zero, 256-bit products.
// In: unscaled values and scales. Out: unscaled values, or nil where 38 digits do not hold the result.

/// Operations on unscaled decimals.
enum Decimal {
  /// 10^0 ... 10^38.
  static let powers: [Int128] = {
    var powers: [Int128] = [1]
    for _ in 0..<38 { powers.append((powers.last ?? 1) &* 10) }
    return powers
  }()

  /// 10^exponent for 0...38, the nearest of these for others.
  static func power(_ exponent: Int) -> Int128 { powers[min(max(exponent, 0), 38)] }

  /// The greatest unscaled value of a precision.
  static func limit(_ precision: Int) -> Int128 { power(precision) &- 1 }

  @inline(__always)
  static func fits(_ value: Int128, _ limit: Int128) -> Bool { value <= limit && value >= 0 &- limit }

  /// value / divisor, rounded half away from zero; the divisor is positive.
  static func roundedQuotient(_ value: Int128, _ divisor: Int128) -> Int128 {
    let (quotient, rest) = quotientAndRemainder(value, divisor)
    let magnitude = rest < 0 ? 0 &- rest : rest
    if magnitude >= divisor &- magnitude { return value < 0 ? quotient &- 1 : quotient &+ 1 }
    return quotient
  }

  /// Division that takes the short way when both fit 64 bits.
  @inline(__always)
  static func quotientAndRemainder(_ value: Int128, _ divisor: Int128) -> (Int128, Int128) {
    if let x = Int64(exactly: value), let y = Int64(exactly: divisor), y > 0 {
      return (Int128(x / y), Int128(x % y))
    }
    let result = value.quotientAndRemainder(dividingBy: divisor)
    return (result.quotient, result.remainder)
  }

  /// `value` at scale `from` as one of scale `to` with at most `limit`; nil when it does not fit.
  static func rescale(_ value: Int128, from: Int, to: Int, limit: Int128) -> Int128? {
    if to >= from {
      guard to - from <= 38 else { return value == 0 ? 0 : nil }
      let (scaled, overflow) = value.multipliedReportingOverflow(by: power(to - from))
      return !overflow && fits(scaled, limit) ? scaled : nil
    }
    if from - to > 38 { return 0 }
    let rounded = roundedQuotient(value, power(from - to))
    return fits(rounded, limit) ? rounded : nil
  }

  /// a * b / 10^drop, rounded half away from zero, through a product of 256 bits.
  static func product(_ a: Int128, _ b: Int128, drop: Int, limit: Int128) -> Int128? {
    let (product, overflow) = a.multipliedReportingOverflow(by: b)
    if !overflow {
      let result = drop == 0 ? product : drop > 38 ? 0 : roundedQuotient(product, power(drop))
      return fits(result, limit) ? result : nil
    }
    return divide(
      a.magnitude.multipliedFullWidth(by: b.magnitude), by: power(drop).magnitude, (a < 0) != (b < 0), limit)
  }

  /// a * 10^raise / b, rounded half away from zero; `b` is not zero.
  static func quotient(_ a: Int128, _ b: Int128, raise: Int, limit: Int128) -> Int128? {
    var numerator = a
    var exponent = raise
    if exponent < 0 {
      // A coarser result than the operands' scales: the divisor grows instead.
      let (divisor, overflow) = b.multipliedReportingOverflow(by: power(-exponent))
      return overflow ? 0 : quotient(a, divisor, raise: 0, limit: limit)
    }
    if exponent > 38 {
      let (raised, overflow) = a.multipliedReportingOverflow(by: power(exponent - 38))
      if overflow { return nil }
      numerator = raised
      exponent = 38
    }
    let (raised, overflow) = numerator.multipliedReportingOverflow(by: power(exponent))
    if !overflow, b != .min, raised != .min {
      let rounded = roundedQuotient(b < 0 ? 0 &- raised : raised, b < 0 ? 0 &- b : b)
      return fits(rounded, limit) ? rounded : nil
    }
    let wide = numerator.magnitude.multipliedFullWidth(by: power(exponent).magnitude)
    return divide(wide, by: b.magnitude, (numerator < 0) != (b < 0), limit)
  }

  private static func divide(
    _ value: (high: UInt128, low: UInt128), by divisor: UInt128, _ negative: Bool, _ limit: Int128
  ) -> Int128? {
    guard value.high < divisor else { return nil }
    let (quotient, rest) = divisor.dividingFullWidth(value)
    guard quotient < limit.magnitude || (quotient == limit.magnitude && rest < divisor &- rest) else { return nil }
    let magnitude = Int128(truncatingIfNeeded: quotient) &+ (rest >= divisor &- rest ? 1 : 0)
    return negative ? 0 &- magnitude : magnitude
  }

  /// The double nearest to a decimal, or close to it beyond 2^53.
  @inline(__always)
  static func double(_ value: Int128, scale: Int) -> Double {
    scale <= 22 ? Double(value) / pow10(scale) : Double(value) / pow10(scale - 22) / 1e22
  }

  /// 10^exponent for 0...22, which a double holds exactly.
  @inline(__always)
  static func pow10(_ exponent: Int) -> Double { Double(power(min(exponent, 22))) }
}
