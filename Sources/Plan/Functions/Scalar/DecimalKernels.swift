// The kernels of decimal operators. Scales are known when a kernel is prepared; where the result's type holds all that
// the operands can make, nothing is checked. In: a call site. Out: evaluators over unscaled values.

import Values

/// Arithmetic on decimals.
enum DecimalKernel {
  /// x + sign * y.
  static func sum(sign: Int128) -> Kernel {
    Kernel { site in
      guard let (p1, s1) = site.type(0).decimalShape, let (p2, s2) = site.type(1).decimalShape,
        case .decimal(let precision, let scale) = site.result
      else { return { _, rows in .column(Column.nulls(site.result, count: rows.count)) } }
      let exact = scale == max(s1, s2) && max(p1 - s1, p2 - s2) + scale < precision
      if exact {
        let (raise1, raise2) = (Decimal.power(scale - s1), Decimal.power(scale - s2) &* sign)
        return evaluator { x, y in (x &* raise1 &+ y &* raise2, nil) }
      }
      let limit = Decimal.limit(precision)
      let fine = max(s1, s2)
      return evaluator { x, y in
        let wide = Decimal.power(38)
        guard let a = Decimal.rescale(x, from: s1, to: fine, limit: wide),
          let b = Decimal.rescale(y, from: s2, to: fine, limit: wide)
        else {
          // Too large at the finer scale: round first.
          guard let a = Decimal.rescale(x, from: s1, to: scale, limit: wide),
            let b = Decimal.rescale(y, from: s2, to: scale, limit: wide)
          else { return (0, .overflow) }
          let total = a &+ b &* sign
          return (total, Decimal.fits(total, limit) ? nil : .overflow)
        }
        guard let total = Decimal.rescale(a &+ b &* sign, from: fine, to: scale, limit: limit) else {
          return (0, .overflow)
        }
        return (total, nil)
      }
    }
  }

  static let product = Kernel { site in
    guard let (p1, s1) = site.type(0).decimalShape, let (p2, s2) = site.type(1).decimalShape,
      case .decimal(let precision, let scale) = site.result
    else { return { _, rows in .column(Column.nulls(site.result, count: rows.count)) } }
    if p1 + p2 <= 38 && scale == s1 + s2 { return evaluator { x, y in (x &* y, nil) } }
    let limit = Decimal.limit(precision)
    let drop = s1 + s2 - scale
    return evaluator { x, y in
      guard let result = Decimal.product(x, y, drop: drop, limit: limit) else { return (0, .overflow) }
      return (result, nil)
    }
  }

  static let quotient = Kernel { site in
    guard let (_, s1) = site.type(0).decimalShape, let (_, s2) = site.type(1).decimalShape,
      case .decimal(let precision, let scale) = site.result
    else { return { _, rows in .column(Column.nulls(site.result, count: rows.count)) } }
    let limit = Decimal.limit(precision)
    let raise = scale + s2 - s1
    return evaluator { x, y in
      if y == 0 { return (0, .divisionByZero) }
      guard let result = Decimal.quotient(x, y, raise: raise, limit: limit) else { return (0, .overflow) }
      return (result, nil)
    }
  }

  static let remainder = Kernel { site in
    guard let (_, s1) = site.type(0).decimalShape, let (_, s2) = site.type(1).decimalShape else {
      return { _, rows in .column(Column.nulls(site.result, count: rows.count)) }
    }
    let scale = max(s1, s2)
    return evaluator { x, y in
      if y == 0 { return (0, .divisionByZero) }
      guard let a = Decimal.rescale(x, from: s1, to: scale, limit: .max),
        let b = Decimal.rescale(y, from: s2, to: scale, limit: .max)
      else { return (0, .overflow) }
      return (b == -1 ? 0 : a % b, nil)
    }
  }

  /// The loop over operands of either storage.
  @inline(__always)
  private static func evaluator(
    _ function: @escaping @Sendable (Int128, Int128) -> (Int128, RowErrorCode?)
  ) -> Evaluator {
    { arguments, rows in
      let result = Vector<Int128>(uninitialized: rows.count)
      switch (arguments[0].isInteger, arguments[1].isInteger) {
      case (false, false): loop(Int128.lane(arguments[0]), Int128.lane(arguments[1]), result, &rows, function)
      case (false, true): loop(Int128.lane(arguments[0]), Int64.lane(arguments[1]), result, &rows, function)
      case (true, false): loop(Int64.lane(arguments[0]), Int128.lane(arguments[1]), result, &rows, function)
      case (true, true): loop(Int64.lane(arguments[0]), Int64.lane(arguments[1]), result, &rows, function)
      }
      return .column(Column(.decimal(result)))
    }
  }

  @inline(__always)
  private static func loop<A: Cell & BinaryInteger, B: Cell & BinaryInteger>(
    _ a: CellLane<A>, _ b: CellLane<B>, _ result: Vector<Int128>, _ rows: inout Rows,
    _ function: (Int128, Int128) -> (Int128, RowErrorCode?)
  ) {
    let target = result.base
    for row in 0..<rows.count {
      let (value, code) = function(
        Int128(truncatingIfNeeded: a.base[row &* a.step]), Int128(truncatingIfNeeded: b.base[row &* b.step]))
      target[row] = value
      if let code { rows.fail(row, code) }
    }
    withExtendedLifetime((a, b)) {}
  }
}

extension Datum {
  /// Whether it holds integers of 64 bits.
  fileprivate var isInteger: Bool {
    switch self {
    case .column(let column): if case .int = column.data { true } else { false }
    case .scalar(.int): true
    case .scalar: false
    }
  }
}
