// A batch of n rows gives what n batches of one row give, value for value and error for error, for random expressions
// over random columns; and what every function of the library gives does not depend on the batch either.

import Testing
import Values

@testable import Plan

@Suite("Batches")
struct RandomExpressionTests {
  static let types: [DataType] = [
    .int64, .float64, .text, .boolean, .decimal(precision: 12, scale: 3), .timestamp, .date,
    .array(element: .int64), .intervalDaySecond, .json, .bytes(), .time, .intervalYearMonth,
  ]

  static func value(_ type: DataType, _ draws: inout Draws) -> Value {
    if draws.below(6) == 0 { return .null }
    switch type {
    case .float64: return .double(draws.pick([0, -1.5, 2.5, 1e300, .nan, .infinity, 0.1]))
    case .text, .bytes: return .string(draws.pick(["", "a", "größe", "a/b", "12", "%", "2024-01-01", "(x"]))
    case .json: return .string(draws.pick(["1", "[1, 2]", "{\"a\": \"b\"}"]))
    case .boolean: return .bool(draws.below(2) == 0)
    case .decimal: return .decimal(Int128(draws.below(2_000_000)) - 1_000_000)
    case .array: return .array((0..<draws.below(3)).map { _ in value(.int64, &draws) })
    case .date: return .int(Int64(draws.below(40_000)) - 10_000)
    case .timestamp: return .int(Int64(draws.below(4_000_000)) * 1_000_000_000 - 1_000_000_000_000_000)
    case .time: return .int(Int64(draws.below(86_400)) * 1_000_000)
    case .intervalDaySecond: return .int(Int64(draws.below(20)) * 43_200_000_000)
    case .intervalYearMonth: return .int(Int64(draws.below(40)) - 20)
    default: return .int(draws.pick([0, 1, -1, 2, 7, 123, .max, .min, 1 << 40]))
    }
  }

  static func leaf(_ draws: inout Draws) -> Expression {
    let index = draws.below(types.count)
    return draws.below(4) == 0 ? .literal(value(types[index], &draws), types[index]) : column(index, types[index])
  }

  static func tree(_ depth: Int, _ draws: inout Draws) -> Expression {
    if depth == 0 { return leaf(&draws) }
    switch draws.below(12) {
    case 0:
      let condition = predicate(depth, &draws)
      let (a, b) = (tree(depth - 1, &draws), tree(depth - 1, &draws))
      guard a.type == b.type else { return a }
      return Expression(
        .conditional([ConditionalBranch(condition: condition, result: a)], otherwise: b), type: a.type, nullable: true)
    case 1:
      let (a, b) = (tree(depth - 1, &draws), tree(depth - 1, &draws))
      return a.type == b.type ? Expression(.coalesce([a, b]), type: a.type, nullable: true) : a
    case 2: return predicate(depth, &draws)
    case 3:
      let operand = tree(depth - 1, &draws)
      let target = draws.pick([DataType.text, .int64, .float64, .decimal(precision: 8, scale: 2), .int8, .date])
      guard Conversion.isAllowed(from: operand.type, to: target) else { return operand }
      return cast(operand, target, safe: draws.below(2) == 0)
    case 4: return Expression(.safe(tree(depth - 1, &draws)), type: tree(0, &draws).type, nullable: true).repaired
    default:
      let functions = FunctionLibrary.scalar.functions
      for _ in 0..<12 {
        let function = functions[draws.below(functions.count)]
        let count = draws.below(4)
        let arguments = (0..<count).map { _ in tree(depth - 1, &draws) }
        if case .success(let call) = FunctionLibrary.scalar.makeCall(function.name, arguments) { return call }
      }
      return leaf(&draws)
    }
  }

  static func predicate(_ depth: Int, _ draws: inout Draws) -> Expression {
    let (a, b) = (tree(depth - 1, &draws), tree(depth - 1, &draws))
    let compared = FunctionLibrary.scalar.makeCall(draws.pick(["=", "<", ">="]), [a, b])
    guard case .success(let first) = compared else { return Expression(.isNull(a), type: .boolean, nullable: false) }
    let second = Expression(.isNull(b), type: .boolean, nullable: false)
    return Expression(
      draws.below(2) == 0 ? .and([first, second]) : .or([second, first]), type: .boolean, nullable: true)
  }

  @Test("a batch of n rows is n batches of one row", arguments: 0..<40)
  func batches(seed: Int) {
    var draws = Draws(seed: UInt64(seed))
    let count = 17
    let columns = Self.types.map { type in Column((0..<count).map { _ in Self.value(type, &draws) }, type: type) }
    for _ in 0..<25 {
      let expression = Self.tree(3, &draws)
      let whole = outcomes(expression, columns, count: count)
      for row in 0..<count {
        let single = outcomes(expression, columns.map { $0.slice(row..<(row + 1)) }, count: 1)
        #expect(single.first == whole[row], "row \(row) of \(expression)")
      }
    }
  }
}

extension Expression {
  /// A SAFE expression with the type of its operand.
  var repaired: Expression {
    guard case .safe(let operand) = kind else { return self }
    return Expression(kind, type: operand.type, nullable: true)
  }
}
