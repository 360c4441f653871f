// Expressions said twice: as text of the language, and as a walk over one row with three-valued logic and failures. What
// the compiler and its kernels must agree with.

import Values

/// A random generator that gives the same numbers on every run.
struct SeededNumbers: RandomNumberGenerator {
  private var state: UInt64

  init(_ seed: UInt64) { state = seed &* 0x2545_F491_4F6C_DD1D &+ 0x9E37_79B9_7F4A_7C15 }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  mutating func below(_ limit: Int) -> Int { Int(next() % UInt64(limit)) }
  mutating func chance(_ one: Int) -> Bool { below(one) == 0 }
  mutating func pick<T>(_ elements: [T]) -> T { elements[below(elements.count)] }
}

/// The row fails.
struct NaiveFailure: Error {}

/// A named column of a naive relation.
struct NaiveColumn: Hashable {
  var name: String
  var type: DataType
}

indirect enum NaiveExpression {
  case column(NaiveColumn)
  case integer(Int64)
  case text(String)
  case add(NaiveExpression, NaiveExpression)
  case subtract(NaiveExpression, NaiveExpression)
  /// DIV, which fails for a divisor of zero.
  case divide(NaiveExpression, NaiveExpression)
  case compare(String, NaiveExpression, NaiveExpression)
  case and(NaiveExpression, NaiveExpression)
  case or(NaiveExpression, NaiveExpression)
  case not(NaiveExpression)
  case isNull(NaiveExpression)
  case coalesce(NaiveExpression, NaiveExpression)

  var sql: String {
    switch self {
    case .column(let column): column.name
    case .integer(let value): value < 0 ? "(\(value))" : "\(value)"
    case .text(let text): "'\(text)'"
    case .add(let a, let b): "(\(a.sql) + \(b.sql))"
    case .subtract(let a, let b): "(\(a.sql) - \(b.sql))"
    case .divide(let a, let b): "DIV(\(a.sql), \(b.sql))"
    case .compare(let op, let a, let b): "(\(a.sql) \(op) \(b.sql))"
    case .and(let a, let b): "(\(a.sql) AND \(b.sql))"
    case .or(let a, let b): "(\(a.sql) OR \(b.sql))"
    case .not(let a): "(NOT \(a.sql))"
    case .isNull(let a): "(\(a.sql) IS NULL)"
    case .coalesce(let a, let b): "COALESCE(\(a.sql), \(b.sql))"
    }
  }

  func value(_ row: [String: Value]) throws(NaiveFailure) -> Value {
    switch self {
    case .column(let column): return row[column.name] ?? .null
    case .integer(let value): return .int(value)
    case .text(let text): return .string(text)
    case .add(let a, let b): return Self.arithmetic(try a.value(row), try b.value(row), +)
    case .subtract(let a, let b): return Self.arithmetic(try a.value(row), try b.value(row), -)
    case .divide(let a, let b):
      let (x, y) = (try a.value(row), try b.value(row))
      if case .int = x, y == .int(0) { throw NaiveFailure() }
      return Self.arithmetic(x, y, /)
    case .compare(let op, let a, let b): return Self.comparison(op, try a.value(row), try b.value(row))
    case .and(let a, let b): return try Self.connective(a, b, row, deciding: false)
    case .or(let a, let b): return try Self.connective(a, b, row, deciding: true)
    case .not(let a):
      if case .bool(let truth) = try a.value(row) { return .bool(!truth) }
      return .null
    case .isNull(let a): return .bool(try a.value(row).isNull)
    case .coalesce(let a, let b):
      let first = try a.value(row)
      return first.isNull ? try b.value(row) : first
    }
  }

  private static func arithmetic(_ a: Value, _ b: Value, _ operation: (Int64, Int64) -> Int64) -> Value {
    guard case .int(let x) = a, case .int(let y) = b else { return .null }
    return .int(operation(x, y))
  }

  private static func comparison(_ op: String, _ a: Value, _ b: Value) -> Value {
    guard !a.isNull, !b.isNull else { return .null }
    let order = NaiveOrder.compare(a, b)
    switch op {
    case "=": return .bool(order == 0)
    case "<>": return .bool(order != 0)
    case "<": return .bool(order < 0)
    case "<=": return .bool(order <= 0)
    case ">": return .bool(order > 0)
    default: return .bool(order >= 0)
    }
  }

  /// AND and OR: a failure counts only where the operand before it does not decide.
  private static func connective(
    _ a: NaiveExpression, _ b: NaiveExpression, _ row: [String: Value], deciding: Bool
  ) throws(NaiveFailure) -> Value {
    let left = try a.value(row)
    if left == .bool(deciding) { return left }
    let right = try b.value(row)
    if right == .bool(deciding) || left == .bool(!deciding) { return right }
    return .null
  }
}

enum NaiveOrder {
  /// NULL first, NaN last.
  static func compare(_ a: Value, _ b: Value) -> Int {
    switch (a, b) {
    case (.null, .null): return 0
    case (.null, _): return -1
    case (_, .null): return 1
    case (.bool(let x), .bool(let y)): return (x ? 1 : 0) - (y ? 1 : 0)
    case (.int(let x), .int(let y)): return x < y ? -1 : x > y ? 1 : 0
    case (.double(let x), .double(let y)): return x < y ? -1 : x > y ? 1 : 0
    case (.bytes(let x), .bytes(let y)):
      return x.lexicographicallyPrecedes(y) ? -1 : y.lexicographicallyPrecedes(x) ? 1 : 0
    default: return 0
    }
  }
}

extension SeededNumbers {
  mutating func column(of type: DataType, in columns: [NaiveColumn]) -> NaiveExpression {
    let fitting = columns.filter { $0.type == type }
    if fitting.isEmpty { return type == .text ? .text("b") : .integer(Int64(below(5))) }
    return .column(pick(fitting))
  }

  mutating func number(_ columns: [NaiveColumn], fails: Bool, depth: Int = 0) -> NaiveExpression {
    switch below(depth > 1 ? 3 : 7) {
    case 0: return .integer(Int64(below(9)) - 4)
    case 1, 2: return column(of: .int64, in: columns)
    case 3: return .add(number(columns, fails: fails, depth: depth + 1), column(of: .int64, in: columns))
    case 4: return .subtract(column(of: .int64, in: columns), number(columns, fails: fails, depth: depth + 1))
    case 5: return .coalesce(column(of: .int64, in: columns), .integer(Int64(below(5))))
    default:
      return fails
        ? .divide(.integer(12), column(of: .int64, in: columns)) : .add(column(of: .int64, in: columns), .integer(1))
    }
  }

  mutating func condition(_ columns: [NaiveColumn], fails: Bool, depth: Int = 0) -> NaiveExpression {
    switch below(depth > 1 ? 3 : 7) {
    case 0:
      return .compare(
        pick(["=", "<>", "<", "<=", ">", ">="]), number(columns, fails: fails, depth: 1),
        number(columns, fails: fails, depth: 1))
    case 1: return .compare(pick(["=", "<", ">="]), column(of: .text, in: columns), .text(pick(["a", "b", "c"])))
    case 2: return .isNull(column(of: chance(2) ? .text : .int64, in: columns))
    case 3:
      return .and(
        condition(columns, fails: fails, depth: depth + 1), condition(columns, fails: fails, depth: depth + 1))
    case 4, 5:
      return .or(condition(columns, fails: fails, depth: depth + 1), condition(columns, fails: fails, depth: depth + 1))
    default: return .not(condition(columns, fails: fails, depth: depth + 1))
    }
  }
}
