// How the tests of this target write expressions and evaluate them, without the compiler.

import Testing
import Values

@testable import Plan

/// A call of the library, its conversions made explicit.
func call(_ name: String, _ arguments: Expression..., at start: Int = 0) -> Expression {
  switch FunctionLibrary.scalar.makeCall(name, arguments, range: TextRange(start: start, end: start + 1)) {
  case .success(let expression): return expression
  case .failure(let failure):
    Issue.record("\(name) does not resolve: \(failure)")
    return .literal(.null, .null)
  }
}

func int(_ value: Int64) -> Expression { .literal(.int(value), .int64) }
func double(_ value: Double) -> Expression { .literal(.double(value), .float64) }
func text(_ value: String) -> Expression { .literal(.string(value), .text) }
func bool(_ value: Bool?) -> Expression { .literal(value.map { .bool($0) } ?? .null, .boolean) }
func null(_ type: DataType) -> Expression { .literal(.null, type) }
func decimal(_ unscaled: Int128, _ precision: Int, _ scale: Int) -> Expression {
  .literal(.decimal(unscaled), .decimal(precision: precision, scale: scale))
}
func column(_ index: Int, _ type: DataType) -> Expression { Expression(.column(index), type: type, nullable: true) }
func cast(_ operand: Expression, _ type: DataType, safe: Bool = false) -> Expression {
  Expression(.cast(operand, safe: safe), type: type, nullable: true, range: TextRange(start: 0, end: 1))
}

/// The value of a row, or why it has none.
enum Outcome: Hashable, CustomStringConvertible {
  case value(Value)
  case failure(RowErrorCode)

  var description: String {
    switch self {
    case .value(let value): "\(value)"
    case .failure(let code): "error \(code)"
    }
  }
}

/// The outcome of every row.
func outcomes(_ expression: Expression, _ columns: [Column], count: Int) -> [Outcome] {
  let program = ExpressionProgram(expression)
  let (result, errors) = program.evaluate(columns: columns, count: count, context: EvaluationContext(now: 0))
  var outcomes = (0..<count).map { Outcome.value(result.value(at: $0)) }
  for error in errors.list { outcomes[Int(error.row)] = .failure(error.code) }
  return outcomes
}

/// The outcome of a constant expression.
func outcome(_ expression: Expression) -> Outcome {
  outcomes(expression, [], count: 1).first ?? .failure(.invalidArgument)
}

/// The value of a constant expression as the text that CAST gives; the code for an error.
func show(_ expression: Expression) -> String {
  switch outcome(expression) {
  case .failure(let code): return "\(code)"
  case .value(let value):
    var writer = TextWriter()
    return writer.text(value, type: expression.type)
  }
}

/// A generator of random numbers with a seed (SplitMix64), so that a failure repeats.
struct Draws {
  var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(max(bound, 1))) }

  mutating func pick<T>(_ elements: [T]) -> T { elements[below(elements.count)] }
}
