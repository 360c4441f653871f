// Arithmetic at its edges, against plain Swift arithmetic with wider numbers.

import Testing
import Values

@testable import Plan

@Suite("Arithmetic")
struct ArithmeticTests {
  static let edges: [Int64] = [.min, .min + 1, -123, -1, 0, 1, 2, 123, .max - 1, .max]

  /// What an operator must give, through 128 bits.
  static func expected(_ name: String, _ x: Int64, _ y: Int64) -> Outcome {
    let (a, b) = (Int128(x), Int128(y))
    if y == 0 && (name == "DIV" || name == "%") { return .failure(.divisionByZero) }
    let exact: Int128 =
      switch name {
      case "+": a + b
      case "-": a - b
      case "*": a * b
      case "DIV": a / b
      default: a % b
      }
    return Int64(exactly: exact).map { .value(.int($0)) } ?? .failure(.overflow)
  }

  @Test("integers are exact or an overflow", arguments: ["+", "-", "*", "DIV", "%"])
  func integers(name: String) {
    var (xs, ys): ([Value], [Value]) = ([], [])
    for x in Self.edges {
      for y in Self.edges {
        xs.append(.int(x))
        ys.append(.int(y))
      }
    }
    let columns = [Column(xs, type: .int64), Column(ys, type: .int64)]
    let results = outcomes(call(name, column(0, .int64), column(1, .int64)), columns, count: xs.count)
    for (index, result) in results.enumerated() {
      guard case .int(let x) = xs[index], case .int(let y) = ys[index] else { continue }
      #expect(result == Self.expected(name, x, y), "\(x) \(name) \(y)")
      #expect(outcome(call(name, int(x), int(y))) == result, "\(x) \(name) \(y) as constants")
    }
  }

  @Test("a row that fails does not fail others, and a NULL row never fails")
  func nullsDoNotFail() {
    let columns = [
      Column([.int(1), .null, .int(7)], type: .int64), Column([.int(0), .int(0), .int(2)], type: .int64),
    ]
    let results = outcomes(call("%", column(0, .int64), column(1, .int64)), columns, count: 3)
    #expect(results == [.failure(.divisionByZero), .value(.null), .value(.int(1))])
  }

  @Test("division of integers is a double, and by zero an error")
  func division() {
    #expect(outcome(call("/", int(7), int(2))) == .value(.double(3.5)))
    #expect(outcome(call("/", int(7), int(0))) == .failure(.divisionByZero))
    #expect(outcome(call("/", double(1), double(0))) == .failure(.divisionByZero))
    #expect(outcome(call("-", int(.min))) == .failure(.overflow))
    #expect(outcome(call("ABS", int(.min))) == .failure(.overflow))
  }

  @Test("decimal types follow the rule")
  func decimalTypes() {
    let (a, b) = (decimal(1, 10, 2), decimal(1, 8, 4))
    #expect(call("+", a, b).type == .decimal(precision: 13, scale: 4))
    #expect(call("*", a, b).type == .decimal(precision: 18, scale: 6))
    #expect(call("/", a, b).type == .decimal(precision: 23, scale: 11))
    #expect(call("*", decimal(1, 38, 20), decimal(1, 38, 20)).type == .decimal(precision: 38, scale: 6))
    #expect(call("+", a, int(1)).type == .decimal(precision: 22, scale: 2))
    #expect(call("+", a, double(1)).type == .float64)
  }

  @Test("decimals are exact")
  func decimals() {
    #expect(show(call("+", decimal(10, 3, 1), decimal(225, 4, 2))) == "3.25")
    #expect(show(call("*", decimal(908, 4, 3), int(1000))) == "908.000")
    #expect(show(call("/", decimal(2, 1, 0), decimal(3, 1, 0))) == "0.666667")
    #expect(show(call("/", decimal(-2, 1, 0), decimal(3, 1, 0))) == "-0.666667")
    #expect(show(call("%", decimal(75, 2, 1), decimal(2, 1, 0))) == "1.5")
    #expect(outcome(call("/", decimal(1, 1, 0), decimal(0, 1, 0))) == .failure(.divisionByZero))
    let largest = Decimal.limit(38)
    #expect(outcome(call("+", decimal(largest, 38, 0), decimal(1, 38, 0))) == .failure(.overflow))
    #expect(outcome(call("*", decimal(largest, 38, 0), decimal(10, 2, 0))) == .failure(.overflow))
    #expect(show(call("-", decimal(largest, 38, 0), decimal(1, 38, 0))) == "99999999999999999999999999999999999998")
  }

  @Test("products of 256 bits round as exact ones do")
  func wideProducts() {
    var draws = Draws(seed: 7)
    for _ in 0..<500 {
      let a = Int128(Int64(bitPattern: draws.next())) * Int128(draws.below(1000))
      let b = Int128(Int64(bitPattern: draws.next()))
      let drop = draws.below(12)
      let limit = Decimal.limit(38)
      guard let product = Decimal.product(a, b, drop: drop + 10, limit: limit) else { continue }
      // Undoing the product leaves less than one unit of the last place.
      let back = Decimal.quotient(product, b == 0 ? 1 : b, raise: drop + 10, limit: .max)
      if b != 0, let back { #expect((back - a).magnitude <= Decimal.power(drop + 10).magnitude / b.magnitude + 1) }
    }
    let big = Decimal.power(30)
    #expect(Decimal.product(big, big, drop: 30, limit: Decimal.limit(38)) == big)
    #expect(Decimal.product(big + 5, 1_000_000_000_000, drop: 12, limit: Decimal.limit(38)) == big + 5)
    #expect(Decimal.quotient(1, 3, raise: 38, limit: Decimal.limit(38)) == Decimal.power(38) / 3)
    #expect(Decimal.roundedQuotient(25, 10) == 3)
    #expect(Decimal.roundedQuotient(-25, 10) == -3)
  }

  @Test("rounding goes away from zero at halves")
  func rounding() {
    #expect(show(call("ROUND", double(2.5))) == show(double(3)))
    #expect(show(call("ROUND", double(-2.5))) == show(double(-3)))
    #expect(show(call("ROUND", decimal(12345, 5, 2), int(1))) == "123.50")
    #expect(show(call("ROUND", decimal(995, 3, 1))) == "100")
    #expect(show(call("ROUND", int(1250), int(-2))) == "1300")
    #expect(outcome(call("ROUND", int(.max), int(-1))) == .failure(.overflow))
    #expect(show(call("TRUNC", decimal(-129, 3, 1))) == "-12")
    #expect(show(call("FLOOR", decimal(-129, 3, 1))) == "-13")
    #expect(show(call("CEIL", decimal(121, 3, 1))) == "13")
  }

  @Test("NaN equals NaN and is the greatest double")
  func nan() {
    let (nan, infinity) = (double(.nan), double(.infinity))
    #expect(outcome(call("=", nan, nan)) == .value(.bool(true)))
    #expect(outcome(call("<", infinity, nan)) == .value(.bool(true)))
    #expect(outcome(call(">=", nan, infinity)) == .value(.bool(true)))
    #expect(outcome(call("<", nan, nan)) == .value(.bool(false)))
    #expect(outcome(call("<=", nan, nan)) == .value(.bool(true)))
  }

  @Test("safe forms give NULL instead of an error")
  func safeForms() {
    #expect(outcome(call("SAFE_ADD", int(.max), int(1))) == .value(.null))
    #expect(outcome(call("SAFE_DIVIDE", int(1), int(0))) == .value(.null))
    #expect(outcome(call("SAFE_NEGATE", int(.min))) == .value(.null))
    #expect(outcome(call("SAFE_MULTIPLY", int(6), int(7))) == .value(.int(42)))
    let failing = Expression(.safe(call("LN", double(0))), type: .float64, nullable: true)
    #expect(outcome(failing) == .value(.null))
  }
}
