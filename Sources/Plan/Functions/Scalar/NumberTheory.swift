// Whole numbers and further real functions: divisors, factorials, digits to base two, hyperbolic inverses and reciprocals
// of the trigonometric functions. In: numbers. Out: numbers. What does not fit 64 bits is a row error.

import Values

extension FunctionFamily {
  mutating func declareNumberTheory() {
    declare(
      "GCD", [], "The greatest common divisor.", examples: ["GCD(12, 18)": "6"],
      [
        FunctionSignature(
          ["x": .int, "y": .int], .int64,
          .zip(or: .failure(.overflow)) { (x: Int64, y: Int64) in Int64(exactly: commonDivisor(x, y)) })
      ])
    declare(
      "LCM", [], "The least common multiple.", examples: ["LCM(4, 6)": "12"],
      [
        FunctionSignature(
          ["x": .int, "y": .int], .int64,
          .zip(or: .failure(.overflow)) { (x: Int64, y: Int64) -> Int64? in
            if x == 0 || y == 0 { return 0 }
            let (product, overflow) = (x.magnitude / commonDivisor(x, y)).multipliedReportingOverflow(by: y.magnitude)
            return overflow ? nil : Int64(exactly: product)
          })
      ])
    declare(
      "FACTORIAL", [], "The product of the whole numbers from 1 to a number, at most 20.",
      examples: ["FACTORIAL(5)": "120"],
      [
        FunctionSignature(
          ["n": .int], .int64,
          .map(or: .failure(.overflow)) { (n: Int64) -> Int64? in
            n < 0 || n > 20 ? nil : (1...max(n, 1)).reduce(1, &*)
          })
      ])
    declare(
      "BIN", [], "The number in binary digits; negative ones as their 64 bits.", examples: ["BIN(5)": "101"],
      [
        FunctionSignature(
          ["x": .int], .text,
          .writing { (x: Int64, sink: TextSink) in
            sink.append(String(UInt64(bitPattern: x), radix: 2))
            return true
          })
      ])
    declareFurtherReal()
  }

  private mutating func declareFurtherReal() {
    let functions: [(String, String, String, @Sendable (Double) -> Double?)] = [
      ("LOG1P", "The natural logarithm of 1 + x, exact for small x.", "LOG1P(0)", { $0 <= -1 ? nil : Real.log1p($0) }),
      ("EXPM1", "e to a power, less 1, exact for small powers.", "EXPM1(0)", { inRange(Real.expm1($0), $0) }),
      ("ASINH", "The inverse of the hyperbolic sine.", "ASINH(0)", { Real.asinh($0) }),
      ("ACOSH", "The inverse of the hyperbolic cosine.", "ACOSH(1)", { $0 < 1 ? nil : Real.acosh($0) }),
      ("ATANH", "The inverse of the hyperbolic tangent.", "ATANH(0)", { $0.magnitude >= 1 ? nil : Real.atanh($0) }),
      ("SEC", "The secant of an angle in radians.", "SEC(0) - 1", { $0.isInfinite ? nil : 1 / Real.cos($0) }),
      ("CSC", "The cosecant of an angle in radians.", "CSC(PI() / 2) - 1", { reciprocal(Real.sin($0), $0) }),
      ("SECH", "The hyperbolic secant.", "SECH(0) - 1", { 1 / Real.cosh($0) }),
      ("CSCH", "The hyperbolic cosecant.", "ROUND(CSCH(1)) - 1", { $0 == 0 ? nil : 1 / Real.sinh($0) }),
      ("COTH", "The hyperbolic cotangent.", "ROUND(COTH(20)) - 1", { $0 == 0 ? nil : 1 / Real.tanh($0) }),
    ]
    for (name, summary, example, function) in functions {
      declare(
        name, [], summary, examples: [example: "0.0"],
        [FunctionSignature(["x": .double], .float64, .map(or: .failure(.invalidArgument), function))])
    }
    declare(
      "HYPOT", [], "The distance of the point (x, y) from the origin.", examples: ["HYPOT(3, 4)": "5.0"],
      [
        FunctionSignature(
          ["x": .double, "y": .double], .float64,
          .zip(or: .failure(.overflow)) { (x: Double, y: Double) -> Double? in
            let result = Real.hypotenuse(x, y)
            return result.isInfinite && x.isFinite && y.isFinite ? nil : result
          })
      ])
  }
}

private func commonDivisor(_ x: Int64, _ y: Int64) -> UInt64 {
  var (a, b) = (x.magnitude, y.magnitude)
  while b != 0 { (a, b) = (b, a % b) }
  return a
}

@Sendable private func inRange(_ result: Double, _ argument: Double) -> Double? {
  result.isInfinite && argument.isFinite ? nil : result
}

@Sendable private func reciprocal(_ value: Double, _ argument: Double) -> Double? {
  value == 0 || argument.isInfinite ? nil : 1 / value
}
