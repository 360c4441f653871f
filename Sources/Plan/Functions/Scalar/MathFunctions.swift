// Mathematics: rounding, roots, logarithms, trigonometry, arithmetic that gives NULL instead of an error. In: numbers.
// Out: numbers. An argument outside a function's domain is a row error, never NaN out of numbers.

import Values

extension FunctionFamily {
  mutating func declareMath() {
    declare(
      "ABS", [], "The value without its sign.", examples: ["ABS(-3)": "3"],
      [
        FunctionSignature(
          ["x": .int], .int64, .checked { (x: Int64) in (x < 0 ? 0 &- x : x, x == .min ? RowErrorCode.overflow : nil) }),
        FunctionSignature(["x": .decimal], .generic(decimal: 0), .map { (x: Int128) in x < 0 ? 0 &- x : x }),
        FunctionSignature(["x": .double], .float64, .map { (x: Double) in x.magnitude }),
      ])
    declare(
      "SIGN", [], "-1, 0 or 1.", examples: ["SIGN(-2.5)": "-1"],
      [
        FunctionSignature(["x": .int], .int64, .map { (x: Int64) in x.signum() }),
        FunctionSignature(["x": .decimal], .int64, .map { (x: Int128) -> Int64 in x > 0 ? 1 : x < 0 ? -1 : 0 }),
        FunctionSignature(["x": .double], .float64, .map { (x: Double) in x > 0 ? 1 : x < 0 ? -1 : x }),
      ])
    declareRounding()
    declareReal()
    declareTrigonometry()
    declareSafeArithmetic()
    declareTests()
  }

  private mutating func declareReal() {
    real("SQRT", "The square root.", ["SQRT(16)": "4.0"]) { $0 < 0 ? nil : $0.squareRoot() }
    real("CBRT", "The cube root.", ["CBRT(27)": "3.0"]) { Real.cubeRoot($0) }
    real("EXP", "e to a power.", ["EXP(0)": "1.0"]) { finite(Real.exp($0), $0) }
    real("LN", "The natural logarithm.", ["LN(1)": "0.0"]) { $0 <= 0 ? nil : Real.log($0) }
    real("LOG10", "The logarithm to base 10.", ["LOG10(1000)": "3.0"]) { $0 <= 0 ? nil : Real.log10($0) }
    real("LOG2", "The logarithm to base 2.", ["LOG2(8)": "3.0"]) { $0 <= 0 ? nil : Real.log2($0) }
    declare(
      "LOG", [], "The natural logarithm, or that of the first argument to the base of the second.",
      examples: ["LOG(8, 2)": "3.0"],
      [
        FunctionSignature(
          ["x": .double], .float64,
          .map(or: .failure(.invalidArgument)) { (x: Double) in x <= 0 ? nil : Real.log(x) }),
        FunctionSignature(
          ["x": .double, "base": .double], .float64,
          .zip(or: .failure(.invalidArgument)) { (x: Double, base: Double) -> Double? in
            if x <= 0 || base <= 0 || base == 1 { return nil }
            return base == 2 ? Real.log2(x) : base == 10 ? Real.log10(x) : Real.log(x) / Real.log(base)
          }),
      ])
    declare(
      "POWER", ["POW"], "The first argument to the power of the second.", examples: ["POWER(2, 10)": "1024.0"],
      [
        FunctionSignature(
          ["x": .double, "y": .double], .float64,
          .zip(or: .failure(.invalidArgument)) { (x: Double, y: Double) in
            let result = Real.power(x, y)
            return (result.isNaN && !x.isNaN && !y.isNaN) || (result.isInfinite && x.isFinite && y.isFinite)
              ? nil : result
          })
      ])
    declare(
      "PI", [], "The number π.", examples: ["ROUND(PI(), 4)": "3.1416"],
      [FunctionSignature([:], .float64, .plain { _, _ in .scalar(.double(Double.pi)) })])
    declare(
      "E", [], "The number e.", examples: ["ROUND(E(), 4)": "2.7183"],
      [FunctionSignature([:], .float64, .plain { _, _ in .scalar(.double(Real.exp(1))) })])
  }

  private mutating func declareTrigonometry() {
    real("SIN", "The sine of an angle in radians.", ["SIN(0)": "0.0"]) { $0.isInfinite ? nil : Real.sin($0) }
    real("COS", "The cosine of an angle in radians.", ["COS(0)": "1.0"]) { $0.isInfinite ? nil : Real.cos($0) }
    real("TAN", "The tangent of an angle in radians.", ["TAN(0)": "0.0"]) { $0.isInfinite ? nil : Real.tan($0) }
    real("COT", "The cotangent of an angle in radians.", ["ROUND(COT(1), 4)": "0.6421"]) {
      $0.isInfinite || $0 == 0 ? nil : 1 / Real.tan($0)
    }
    real("ASIN", "The angle with a sine.", ["ASIN(0)": "0.0"]) { $0.magnitude > 1 ? nil : Real.asin($0) }
    real("ACOS", "The angle with a cosine.", ["ACOS(1)": "0.0"]) { $0.magnitude > 1 ? nil : Real.acos($0) }
    real("ATAN", "The angle with a tangent.", ["ATAN(0)": "0.0"]) { Real.atan($0) }
    real("SINH", "The hyperbolic sine.", ["SINH(0)": "0.0"]) { finite(Real.sinh($0), $0) }
    real("COSH", "The hyperbolic cosine.", ["COSH(0)": "1.0"]) { finite(Real.cosh($0), $0) }
    real("TANH", "The hyperbolic tangent.", ["TANH(0)": "0.0"]) { Real.tanh($0) }
    real("RADIANS", "Degrees as radians.", ["ROUND(RADIANS(180), 4)": "3.1416"]) { $0 * (Double.pi / 180) }
    real("DEGREES", "Radians as degrees.", ["DEGREES(PI())": "180.0"]) { $0 * (180 / Double.pi) }
    declare(
      "ATAN2", [], "The angle of the point (x, y), with y given first.", examples: ["ATAN2(0, 1)": "0.0"],
      [FunctionSignature(["y": .double, "x": .double], .float64, .zip { (y: Double, x: Double) in Real.atan2(y, x) })])
  }

  /// A function of one real number; nil outside its domain.
  private mutating func real(
    _ name: String, _ summary: String, _ examples: KeyValuePairs<String, String>,
    _ function: @escaping @Sendable (Double) -> Double?
  ) {
    declare(
      name, [], summary, examples: examples,
      [FunctionSignature(["x": .double], .float64, .map(or: .failure(.invalidArgument), function))])
  }

  private mutating func declareSafeArithmetic() {
    safe(
      "SAFE_ADD", "The sum, or NULL on overflow.", "1, 2", "3", DecimalRule.sum, DecimalKernel.sum(sign: 1),
      IntegerKernel.add,
      .zip { (x: Double, y: Double) in x + y })
    safe(
      "SAFE_SUBTRACT", "The difference, or NULL on overflow.", "1, 2", "-1", DecimalRule.sum,
      DecimalKernel.sum(sign: -1),
      IntegerKernel.subtract, .zip { (x: Double, y: Double) in x - y })
    safe(
      "SAFE_MULTIPLY", "The product, or NULL on overflow.", "2, 3", "6", DecimalRule.product, DecimalKernel.product,
      IntegerKernel.multiply, .zip { (x: Double, y: Double) in x * y })
    declare(
      "SAFE_DIVIDE", [], "The quotient, or NULL when the divisor is zero.", examples: ["SAFE_DIVIDE(1, 0)": "NULL"],
      [
        FunctionSignature(["x": .int, "y": .int], .float64, nulls: .strictOrMissing, IntegerKernel.ratio.safe),
        FunctionSignature(
          ["x": .decimal, "y": .decimal], .decimal(DecimalRule.quotient), nulls: .strictOrMissing,
          DecimalKernel.quotient.safe),
        FunctionSignature(["x": .double, "y": .double], .float64, nulls: .strictOrMissing, FloatKernel.quotient.safe),
      ])
    declare(
      "SAFE_NEGATE", [], "The negative, or NULL on overflow.", examples: ["SAFE_NEGATE(1)": "-1"],
      [
        FunctionSignature(["x": .int], .int64, nulls: .strictOrMissing, IntegerKernel.negate.safe),
        FunctionSignature(["x": .decimal], .generic(decimal: 0), .map { (x: Int128) in 0 &- x }),
        FunctionSignature(["x": .double], .float64, .map { (x: Double) in -x }),
      ])
    declare(
      "IEEE_DIVIDE", [], "The quotient of doubles, infinite or NaN when the divisor is zero.",
      examples: ["IS_INF(IEEE_DIVIDE(1, 0))": "true"],
      [FunctionSignature(["x": .double, "y": .double], .float64, .zip { (x: Double, y: Double) in x / y })])
  }

  private mutating func safe(
    _ name: String, _ summary: String, _ arguments: String, _ result: String,
    _ rule: @escaping @Sendable (DataType, DataType) -> DataType, _ decimal: Kernel, _ integer: Kernel, _ double: Kernel
  ) {
    declare(
      name, [], summary, examples: ["\(name)(\(arguments))": result],
      [
        FunctionSignature(["x": .int, "y": .int], .int64, nulls: .strictOrMissing, integer.safe),
        FunctionSignature(["x": .decimal, "y": .decimal], .decimal(rule), nulls: .strictOrMissing, decimal.safe),
        FunctionSignature(["x": .double, "y": .double], .float64, double),
      ])
  }

  private mutating func declareTests() {
    declare(
      "IS_NAN", [], "Whether a double is not a number.", examples: ["IS_NAN(1.5)": "false"],
      [FunctionSignature(["x": .double], .boolean, .map { (x: Double) in x.isNaN })])
    declare(
      "IS_INF", [], "Whether a double is infinite.", examples: ["IS_INF(1.5)": "false"],
      [FunctionSignature(["x": .double], .boolean, .map { (x: Double) in x.isInfinite })])
    for (name, least) in [("GREATEST", false), ("LEAST", true)] {
      declare(
        name, [], "The \(least ? "least" : "greatest") of the arguments; NULL if one is NULL.",
        examples: ["\(name)(3, 1, 2)": least ? "1" : "3"],
        [
          FunctionSignature(
            ["x": .generic(0, .comparable), "others": .variadic(.generic(0, .comparable))], .generic(0),
            Extreme.kernel(least: least))
        ])
    }
    declare(
      "WIDTH_BUCKET", [],
      "The number of the bucket, from 1, when a range is cut into equal buckets; 0 below the range.",
      examples: ["WIDTH_BUCKET(5, 0, 10, 5)": "3"],
      [
        FunctionSignature(
          ["x": .double, "low": .double, "high": .double, "buckets": .int], .int64,
          .plain { arguments, rows in
            let (x, low, high) = (Double.lane(arguments[0]), Double.lane(arguments[1]), Double.lane(arguments[2]))
            let buckets = Int64.lane(arguments[3])
            return Kernel.partial(&rows, .failure(.invalidArgument)) { row in
              widthBucket(
                Double.read(x, row), Double.read(low, row), Double.read(high, row), Int64.read(buckets, row))
            }
          })
      ])
    declare(
      "RANGE_BUCKET", [], "How many of the ascending bounds are at most a value.",
      examples: ["RANGE_BUCKET(20, ARRAY[0, 10, 20, 30])": "3"],
      [
        FunctionSignature(
          ["x": .generic(0, .comparable), "bounds": .array(of: 0)], .int64, Extreme.rangeBucket)
      ])
  }
}

/// The result unless it is infinite for a finite argument.
private func finite(_ result: Double, _ argument: Double) -> Double? {
  result.isInfinite && argument.isFinite ? nil : result
}

private func widthBucket(_ x: Double, _ low: Double, _ high: Double, _ buckets: Int64) -> Int64? {
  guard buckets > 0, buckets < 1 << 53, low.isFinite, high.isFinite, low != high, !x.isNaN else { return nil }
  let share = (x - low) / (high - low)
  if share < 0 { return 0 }
  if share >= 1 { return buckets + 1 }
  return Int64(share * Double(buckets)) + 1
}

extension Kernel {
  /// The kernel with NULL instead of failures.
  var safe: Kernel {
    Kernel { site throws(InvalidConstant) in Conversion.safe(try prepare(site)) }
  }
}

/// Least and greatest.
enum Extreme {
  static func kernel(least: Bool) -> Kernel {
    Kernel { site throws(InvalidConstant) in
      let type = site.result
      let storage = type.storage
      let compare = try Comparison.kernel(least ? .less : .greater, storage).prepare(
        CallSite(types: [type, type], result: .boolean, constants: [nil, nil], zone: site.zone))
      return { arguments, rows in
        var best = arguments[0]
        for candidate in arguments.dropFirst() {
          let better = compare([candidate, best], &rows).column(.boolean, count: rows.count)
          guard case .bool(let mask) = better.data else { continue }
          best = .column(
            Column.merge(
              mask: mask, then: candidate.column(type, count: rows.count),
              otherwise: best.column(type, count: rows.count)))
        }
        // The caller masks rows with a NULL argument.
        return best
      }
    }
  }

  static let rangeBucket = Kernel { site throws(InvalidConstant) in
    let type = site.type(0)
    let less = try Comparison.kernel(.lessOrEqual, type.storage).prepare(
      CallSite(types: [type, type], result: .boolean, constants: [nil, nil], zone: site.zone))
    return { arguments, rows in
      let arrays = ArrayRow.lane(arguments[1])
      let values = arguments[0].column(type, count: rows.count)
      let result = Vector<Int64>(uninitialized: rows.count)
      for row in 0..<rows.count {
        let array = ArrayRow.read(arrays, row)
        let bounds = arrays.array.elements.slice(array.start..<(array.start + array.count))
        var inner = Rows(count: array.count, now: rows.now)
        let below = less([.column(bounds), .scalar(values.value(at: row))], &inner).column(.boolean, count: array.count)
        var count: Int64 = 0
        if case .bool(let flags) = below.data {
          for index in 0..<array.count where flags.base[index] && !bounds.isNull(index) { count += 1 }
        }
        result.base[row] = count
      }
      return .column(Column(.int(result)))
    }
  }
}
