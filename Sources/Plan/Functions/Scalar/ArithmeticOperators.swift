// + - * / % and the sign on numbers. Integers overflow to a row error, doubles follow IEEE 754 but for division by
// zero, decimals are exact in the type that the compiler computed. In: two operands. Out: kernels.

import Values

extension FunctionFamily {
  mutating func declareArithmetic() {
    declare(
      "+", [], "The sum; a time and an interval give a time.", examples: ["1 + 2": "3", "1.5 + 2": "3.5"],
      [
        FunctionSignature(["x": .int, "y": .int], .int64, IntegerKernel.add),
        FunctionSignature(["x": .decimal, "y": .decimal], .decimal(DecimalRule.sum), DecimalKernel.sum(sign: 1)),
        FunctionSignature(["x": .double, "y": .double], .float64, .zip { (x: Double, y: Double) in x + y }),
      ] + TimeArithmetic.additions)
    declare(
      "-", [], "The difference, or the negative of one operand; two times give an interval.",
      examples: ["3 - 5": "-2", "-(2)": "-2"],
      [
        FunctionSignature(["x": .int, "y": .int], .int64, IntegerKernel.subtract),
        FunctionSignature(["x": .decimal, "y": .decimal], .decimal(DecimalRule.sum), DecimalKernel.sum(sign: -1)),
        FunctionSignature(["x": .double, "y": .double], .float64, .zip { (x: Double, y: Double) in x - y }),
      ] + TimeArithmetic.subtractions + Self.negations)
    declare(
      "*", [], "The product.", examples: ["6 * 7": "42"],
      [
        FunctionSignature(["x": .int, "y": .int], .int64, IntegerKernel.multiply),
        FunctionSignature(["x": .decimal, "y": .decimal], .decimal(DecimalRule.product), DecimalKernel.product),
        FunctionSignature(["x": .double, "y": .double], .float64, .zip { (x: Double, y: Double) in x * y }),
        FunctionSignature(["x": .interval, "n": .int], .intervalDaySecond, IntegerKernel.multiply),
        FunctionSignature(["n": .int, "x": .interval], .intervalDaySecond, IntegerKernel.multiply),
        FunctionSignature(["x": .months, "n": .int], .intervalYearMonth, IntegerKernel.multiply),
        FunctionSignature(["n": .int, "x": .months], .intervalYearMonth, IntegerKernel.multiply),
      ])
    declare(
      "/", [], "The quotient: DOUBLE for integers, exact for decimals.", examples: ["7 / 2": "3.5"],
      [
        FunctionSignature(["x": .int, "y": .int], .float64, IntegerKernel.ratio),
        FunctionSignature(["x": .decimal, "y": .decimal], .decimal(DecimalRule.quotient), DecimalKernel.quotient),
        FunctionSignature(["x": .double, "y": .double], .float64, FloatKernel.quotient),
        FunctionSignature(["x": .interval, "n": .int], .intervalDaySecond, IntegerKernel.quotient),
        FunctionSignature(["x": .months, "n": .int], .intervalYearMonth, IntegerKernel.quotient),
      ])
    declare(
      "DIV", [], "The quotient of integers, cut towards zero.", examples: ["DIV(7, 2)": "3", "DIV(-7, 2)": "-3"],
      [FunctionSignature(["x": .int, "y": .int], .int64, IntegerKernel.quotient)])
    declare(
      "%", ["MOD"], "The remainder of division, with the sign of the first operand.",
      examples: ["7 % 3": "1", "MOD(-7, 3)": "-1"],
      [
        FunctionSignature(["x": .int, "y": .int], .int64, IntegerKernel.remainder),
        FunctionSignature(["x": .decimal, "y": .decimal], .decimal(DecimalRule.remainder), DecimalKernel.remainder),
        FunctionSignature(["x": .double, "y": .double], .float64, FloatKernel.remainder),
      ])
  }

  static let negations: [FunctionSignature] = [
    FunctionSignature(["x": .int], .int64, IntegerKernel.negate),
    FunctionSignature(["x": .decimal], .generic(decimal: 0), .map { (x: Int128) in 0 &- x }),
    FunctionSignature(["x": .double], .float64, .map { (x: Double) in -x }),
    FunctionSignature(["x": .interval], .intervalDaySecond, IntegerKernel.negate),
    FunctionSignature(["x": .months], .intervalYearMonth, IntegerKernel.negate),
  ]
}

extension ResultRule {
  /// The decimal that a rule of two shapes gives.
  static func decimal(_ rule: @escaping @Sendable (DataType, DataType) -> DataType) -> ResultRule {
    .computed("DECIMAL") { types in rule(types[0], types[1]) }
  }

  /// The type of the argument at `index`.
  static func generic(decimal index: Int) -> ResultRule {
    .computed("DECIMAL") { types in types[index] }
  }
}

/// Arithmetic on 64-bit integers.
enum IntegerKernel {
  static let add = Kernel.checked { (x: Int64, y: Int64) in
    let sum = x &+ y
    return (sum, (x ^ sum) & (y ^ sum) < 0 ? .overflow : nil)
  }
  static let subtract = Kernel.checked { (x: Int64, y: Int64) in
    let difference = x &- y
    return (difference, (x ^ y) & (x ^ difference) < 0 ? .overflow : nil)
  }
  static let multiply = Kernel.checked { (x: Int64, y: Int64) in
    let (product, overflow) = x.multipliedReportingOverflow(by: y)
    return (product, overflow ? .overflow : nil)
  }
  static let negate = Kernel.checked { (x: Int64) in (0 &- x, x == .min ? RowErrorCode.overflow : nil) }
  static let ratio = Kernel.checked { (x: Int64, y: Int64) in
    (Double(x) / Double(y), y == 0 ? RowErrorCode.divisionByZero : nil)
  }
  static let quotient = Kernel.checked { (x: Int64, y: Int64) in divide(x, y) }
  static let remainder = Kernel.checked { (x: Int64, y: Int64) in modulo(x, y) }

  @inline(__always)
  static func divide(_ x: Int64, _ y: Int64) -> (Int64, RowErrorCode?) {
    if y == 0 { return (0, .divisionByZero) }
    if y == -1 { return (0 &- x, x == .min ? .overflow : nil) }
    return (x / y, nil)
  }

  @inline(__always)
  static func modulo(_ x: Int64, _ y: Int64) -> (Int64, RowErrorCode?) {
    if y == 0 { return (0, .divisionByZero) }
    if y == -1 { return (0, nil) }
    return (x % y, nil)
  }
}

/// Arithmetic on doubles that can fail.
enum FloatKernel {
  static let quotient = Kernel.checked { (x: Double, y: Double) in
    (x / y, y == 0 ? RowErrorCode.divisionByZero : nil)
  }
  static let remainder = Kernel.checked { (x: Double, y: Double) in
    (x.truncatingRemainder(dividingBy: y), y == 0 ? RowErrorCode.divisionByZero : nil)
  }
}
