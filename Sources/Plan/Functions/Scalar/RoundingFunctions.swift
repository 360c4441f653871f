// ROUND, TRUNC, CEIL and FLOOR of numbers to digits, and of times to units. In: numbers or times. Out: the same type.
// Halves go away from zero.

import Values

extension FunctionFamily {
  mutating func declareRounding() {
    rounding(
      "ROUND", [], "The nearest number with so many digits after the point; halves go away from zero.",
      ["ROUND(2.5)": "3", "ROUND(1234.567, -2)": "1200.000"], .toNearestOrAwayFromZero)
    rounding(
      "TRUNC", ["TRUNCATE"], "The number cut to so many digits after the point.", ["TRUNC(-2.7)": "-2"], .towardZero)
    whole(
      "CEIL", ["CEILING"], "The least whole number not below, or the end of a unit of time.", ["CEIL(1.2)": "2"], .up)
    whole(
      "FLOOR", [], "The greatest whole number not above, or the beginning of a unit of time.", ["FLOOR(-1.2)": "-2"],
      .down)
  }

  private mutating func rounding(
    _ name: String, _ aliases: [String], _ summary: String, _ examples: KeyValuePairs<String, String>,
    _ rule: FloatingPointRoundingRule
  ) {
    declare(
      name, aliases, summary, examples: examples,
      [
        FunctionSignature(["x": .int], .int64, .map { (x: Int64) in x }),
        FunctionSignature(["x": .decimal], Rounding.wholeType, Rounding.decimal(rule)),
        FunctionSignature(["x": .double], .float64, .map { (x: Double) in x.rounded(rule) }),
        FunctionSignature(
          ["x": .int, "digits": .int], .int64,
          .zip(or: .failure(.overflow)) { (x: Int64, digits: Int64) in Rounding.integer(x, digits, rule) }),
        FunctionSignature(["x": .decimal, "digits": .int], .generic(decimal: 0), Rounding.decimalDigits(rule)),
        FunctionSignature(
          ["x": .double, "digits": .int], .float64,
          .zip { (x: Double, digits: Int64) in Rounding.double(x, digits, rule) }),
      ])
  }

  private mutating func whole(
    _ name: String, _ aliases: [String], _ summary: String, _ examples: KeyValuePairs<String, String>,
    _ rule: FloatingPointRoundingRule
  ) {
    declare(
      name, aliases, summary, examples: examples,
      [
        FunctionSignature(["x": .int], .int64, .map { (x: Int64) in x }),
        FunctionSignature(["x": .decimal], Rounding.wholeType, Rounding.decimal(rule)),
        FunctionSignature(["x": .double], .float64, .map { (x: Double) in x.rounded(rule) }),
        FunctionSignature(
          ["time": .timestamp, "unit": .part, "zone": .optional(.text)], .timestamp,
          TimeKernel.truncate(up: rule == .up)),
      ])
  }
}

/// Rounding to digits.
enum Rounding {
  /// A decimal without digits after the point: one more before it, for what rounds up.
  static let wholeType = ResultRule.computed("DECIMAL") { types in
    guard case .decimal(let precision, let scale) = types[0] else { return types[0] }
    return .decimal(precision: min(max(precision - scale, 0) + 1, 38), scale: 0)
  }

  /// value / divisor * divisor by a rule; the divisor is positive.
  static func round(_ value: Int128, to divisor: Int128, _ rule: FloatingPointRoundingRule) -> Int128 {
    let (quotient, rest) = Decimal.quotientAndRemainder(value, divisor)
    if rest == 0 { return value }
    switch rule {
    case .up: return rest > 0 ? (quotient &+ 1) &* divisor : quotient &* divisor
    case .down: return rest < 0 ? (quotient &- 1) &* divisor : quotient &* divisor
    case .toNearestOrAwayFromZero: return Decimal.roundedQuotient(value, divisor) &* divisor
    default: return quotient &* divisor
    }
  }

  static func decimal(_ rule: FloatingPointRoundingRule) -> Kernel {
    Kernel { site throws(InvalidConstant) in
      let power = Decimal.power(site.type(0).scale)
      return try Kernel.map { (x: Int128) in round(x, to: power, rule) / power }.prepare(site)
    }
  }

  /// To digits after the point, the type unchanged: what rounds up beyond its precision fails.
  static func decimalDigits(_ rule: FloatingPointRoundingRule) -> Kernel {
    Kernel { site throws(InvalidConstant) in
      let scale = site.type(0).scale
      let limit = Decimal.limit(site.type(0).precision)
      return try Kernel.zip(or: .failure(.overflow)) { (x: Int128, digits: Int64) -> Int128? in
        let drop = Int64(scale) - min(max(digits, -100), 100)
        if drop <= 0 { return x }
        if drop > 38 { return 0 }
        // Half of 10^38 is within 128 bits; a product that is not means the result is not within 38 digits.
        let rounded = round(x, to: Decimal.power(Int(drop)), rule)
        return Decimal.fits(rounded, limit) ? rounded : nil
      }.prepare(site)
    }
  }

  static func integer(_ x: Int64, _ digits: Int64, _ rule: FloatingPointRoundingRule) -> Int64? {
    if digits >= 0 { return x }
    if digits < -19 { return 0 }
    return Int64(exactly: round(Int128(x), to: Decimal.power(Int(-digits)), rule))
  }

  /// Through the scaled value, unless that is not finite.
  static func double(_ x: Double, _ digits: Int64, _ rule: FloatingPointRoundingRule) -> Double {
    if digits > 300 || !x.isFinite { return x }
    if digits < -308 { return 0 }
    let power = Real.power(10, Double(digits.magnitude))
    let scaled = digits >= 0 ? x * power : x / power
    if !scaled.isFinite { return x }
    // A value such as 1.005 lies just below the half that people see: take the half when the decimal form has it.
    let rounded = scaled.rounded(rule)
    let result = digits >= 0 ? rounded / power : rounded * power
    return result.isFinite ? result : x
  }
}
