// What every aggregate function should give, said as plainly as possible over a list of rows, and seeded random rows for
// it. In: rows as values. Out: a value, or nil where the result is a row error.

import Values

@testable import Plan

/// SplitMix64: the same numbers on every run.
struct SeededNumbers: RandomNumberGenerator {
  private var state: UInt64

  init(_ seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  mutating func below(_ limit: Int) -> Int { Int(next() % UInt64(limit)) }

  mutating func chance(_ one: Int) -> Bool { below(one) == 0 }

  /// A value of a type from a small domain, so that values repeat; NULL now and then.
  mutating func value(_ type: DataType) -> Value {
    if chance(6) { return .null }
    switch type.storage {
    case .bool: return .bool(chance(2))
    case .int: return .int(chance(8) ? [.max, .min, Int64(1) << 62][below(3)] : Int64(below(20)) - 10)
    case .double: return .double(Double(below(64)) / 8 - 4)
    case .decimal: return .decimal(Int128(below(2000)) - 1000)
    case .bytes: return .string(["", "a", "b", "ab", "a\u{0}", "zz", "ä"][below(7)])
    case .array: return .array((0..<below(3)).map { _ in value(.int64) })
    case .row: return .row([value(.int64), value(.text)])
    }
  }
}

/// One function with argument types, as the tests run it.
struct AggregateCase: CustomStringConvertible {
  var function: AggregateFunction
  var types: [DataType]
  var distinct = false
  /// Whether the states are those for input that takes rows back.
  var takesRowsBack = false

  /// Whether rows may be taken back from its states.
  var mayRetract: Bool {
    takesRowsBack || (!distinct && function.supportsRetraction && function.makeRetractingStates == nil)
  }

  var resolution: AggregateResolution {
    function.resolve(types) ?? AggregateResolution(types, .null)
  }

  var call: AggregateCall {
    let arguments = resolution.parameterTypes.enumerated().map { index, type in
      Expression.column(index, Field("a\(index)", type))
    }
    return AggregateCall(
      function: FunctionReference(name: function.name, signature: 0), arguments: arguments, distinct: distinct,
      result: Field("result", resolution.type), takesRowsBack: takesRowsBack)
  }

  /// Whether a result is what it should be; counts of a sketch may be off by two for the few values of the tests.
  func agree(_ a: Value?, _ b: Value?) -> Bool {
    if function.name == "APPROX_COUNT_DISTINCT", case .int(let x)? = a, case .int(let y)? = b { return abs(x - y) <= 2 }
    return NaiveAggregates.agree(a, b)
  }

  var description: String {
    "\(function.name)(\(distinct ? "DISTINCT " : "")\(types))\(takesRowsBack ? " with rows taken back" : "")"
  }

  private static let decimal = DataType.decimal(precision: 12, scale: 2)

  private static let argumentTypes: [[DataType]] = [
    [], [.boolean], [.int64], [.float64], [decimal], [.text], [.timestamp], [.array(element: .int64)],
    [.row([Field("a", .int64), Field("b", .text)])], [.text, .int64], [.int64, .text], [.float64, decimal],
    [.float64, .float64], [.int64, .float64], [.text, .float64], [.text, .text], [.int64, .boolean],
    [.float64, .boolean], [decimal, .boolean], [.text, .boolean], [.int64, .int64], [.uuid],
  ]

  /// Every function with every list of argument types above that it takes, plain and DISTINCT.
  static let all: [AggregateCase] = AggregateLibrary.functions.flatMap { function in
    argumentTypes.flatMap { types -> [AggregateCase] in
      guard function.resolve(types)?.parameterTypes == types else { return [] }
      let plain = AggregateCase(function: function, types: types)
      let retracting = AggregateCase(function: function, types: types, takesRowsBack: true)
      if types.count != 1 { return [plain, retracting] }
      return [
        plain, retracting, AggregateCase(function: function, types: types, distinct: true),
        AggregateCase(function: function, types: types, distinct: true, takesRowsBack: true),
      ]
    }
  }
}

enum NaiveAggregates {
  /// The order of the language: NULL first, NaN last.
  static func compare(_ a: Value, _ b: Value) -> Int {
    switch (a, b) {
    case (.null, .null): return 0
    case (.null, _): return -1
    case (_, .null): return 1
    case (.bool(let x), .bool(let y)): return (x ? 1 : 0) - (y ? 1 : 0)
    case (.int(let x), .int(let y)): return x < y ? -1 : x > y ? 1 : 0
    case (.decimal(let x), .decimal(let y)): return x < y ? -1 : x > y ? 1 : 0
    case (.double(let x), .double(let y)):
      if x.isNaN || y.isNaN { return (x.isNaN ? 1 : 0) - (y.isNaN ? 1 : 0) }
      return x < y ? -1 : x > y ? 1 : 0
    case (.bytes(let x), .bytes(let y)):
      return x.lexicographicallyPrecedes(y) ? -1 : y.lexicographicallyPrecedes(x) ? 1 : 0
    case (.array(let x), .array(let y)), (.row(let x), .row(let y)):
      for (p, q) in zip(x, y) where compare(p, q) != 0 { return compare(p, q) }
      return x.count - y.count
    default: return 0
    }
  }

  /// The result over the rows of a group; nil when it is an error.
  static func result(_ test: AggregateCase, _ rows: [[Value]]) -> Value? {
    var rows = rows
    if test.distinct { rows = Array(Set(rows)) }
    let name = test.function.name
    let values = test.types.isEmpty ? [] : rows.map { $0[0] }.filter { !$0.isNull }
    switch name {
    case "COUNT": return .int(Int64(test.types.isEmpty ? rows.count : values.count))
    case "COUNTIF": return .int(Int64(values.filter { $0 == .bool(true) }.count))
    case "MIN_BY", "MAX_BY":
      let keyed = rows.filter { !$0[1].isNull }.map { [$0[1], $0[0]] }
      let sorted = keyed.sorted { compare(.row($0), .row($1)) < 0 }
      return (name == "MIN_BY" ? sorted.first : sorted.last)?[1] ?? .null
    case "SUMIF", "AVGIF", "MINIF", "MAXIF":
      guard let function = AggregateLibrary.function(named: String(name.dropLast(2))) else { return nil }
      let kept = rows.filter { $0[1] == .bool(true) }.map { [$0[0]] }
      return result(AggregateCase(function: function, types: [test.types[0]]), kept)
    default:
      if let result = NaiveStatistics.result(name, rows, of: test.types.first ?? .null) { return result.value }
    }
    guard !values.isEmpty else { return .null }
    switch name {
    case "SUM", "AVG": return sum(values, test.resolution.type, average: name == "AVG")
    case "MIN", "ANY_VALUE": return values.min { compare($0, $1) < 0 }
    case "MAX": return values.max { compare($0, $1) < 0 }
    case "LOGICAL_AND": return .bool(values.allSatisfy { $0 == .bool(true) })
    case "LOGICAL_OR": return .bool(values.contains(.bool(true)))
    case "BIT_AND": return .int(integers(values).reduce(-1, &))
    case "BIT_OR": return .int(integers(values).reduce(0, |))
    case "BIT_XOR": return .int(integers(values).reduce(0, ^))
    default: return variance(name, values)
    }
  }

  private static func integers(_ values: [Value]) -> [Int64] {
    values.map { if case .int(let value) = $0 { value } else { 0 } }
  }

  private static func doubles(_ values: [Value]) -> [Double] {
    values.map { if case .double(let value) = $0 { value } else { 0 } }
  }

  /// The doubles of the tests are eighths, the decimals hundredths: sums of them are exact here.
  private static func sum(_ values: [Value], _ type: DataType, average: Bool) -> Value? {
    if case .double = values[0] {
      let sum = doubles(values).reduce(0, +)
      return .double(average ? sum / Double(values.count) : sum)
    }
    if case .int = values[0] {
      let sum = integers(values).reduce(Int128(0)) { $0 + Int128($1) }
      if average { return .double(Double(sum) / Double(values.count)) }
      return Int64(exactly: sum).map(Value.int)
    }
    var sum: Int128 = 0
    for case .decimal(let value) in values { sum += value }
    guard average else { return .decimal(sum) }
    // Scale 2 to scale 6; half away from zero.
    let twice = sum * 10_000 * 2 / Int128(values.count)
    return .decimal((twice + (twice < 0 ? -1 : 1)) / 2)
  }

  private static func variance(_ name: String, _ values: [Value]) -> Value {
    let numbers = doubles(values)
    let mean = numbers.reduce(0, +) / Double(numbers.count)
    let squares = numbers.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    let isSample = name.hasSuffix("SAMP")
    if isSample && numbers.count < 2 { return .null }
    let variance = squares / Double(numbers.count - (isSample ? 1 : 0))
    return .double(name.hasPrefix("STDDEV") ? variance.squareRoot() : variance)
  }

  /// Equality, for doubles up to the rounding of the naive reference.
  static func agree(_ a: Value?, _ b: Value?) -> Bool {
    if case .double(let x)? = a, case .double(let y)? = b {
      return x == y || abs(x - y) <= 1e-11 * max(1, abs(x)) || (x.isNaN && y.isNaN)
    }
    return a == b
  }
}
