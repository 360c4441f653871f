// Random pipelines, sensible or not, never trap: they compile or give diagnostics, and with and without the optimiser the
// result has the same schema.

import Compiler
import Plan
import Syntax
import Testing
import Values

struct SeededNumbers: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return (state >> 11) ^ (state << 29)
  }
}

@Suite struct RandomQueryTests {
  static let operands = [
    "auction", "price", "name", "ts", "n", "x", "window_start", "bid.price", "1", "'a'", "NULL", "2.5",
  ]
  static let operators = ["+", "-", "*", "/", "=", "<", "AND", "OR", "||"]

  static func expression(_ random: inout SeededNumbers, _ depth: Int) -> String {
    func pick(_ list: [String]) -> String { list.randomElement(using: &random) ?? "1" }
    if depth == 0 { return pick(operands) }
    switch Int.random(in: 0..<7, using: &random) {
    case 0: return "CASE WHEN \(expression(&random, depth - 1)) THEN \(pick(operands)) ELSE \(pick(operands)) END"
    case 1: return "COALESCE(\(pick(operands)), \(expression(&random, depth - 1)))"
    case 2: return "(\(expression(&random, depth - 1))) IS NOT NULL"
    case 3: return "\(pick(operands)) IN (\(pick(operands)), \(pick(operands)))"
    case 4: return "CAST(\(expression(&random, depth - 1)) AS \(pick(["BIGINT", "STRING", "DOUBLE", "TIMESTAMP"])))"
    default: return "(\(expression(&random, depth - 1)) \(pick(operators)) \(expression(&random, depth - 1)))"
    }
  }

  static func step(_ random: inout SeededNumbers) -> String {
    let value = expression(&random, 2)
    switch Int.random(in: 0..<14, using: &random) {
    case 0, 1: return "|> WHERE \(value)"
    case 2: return "|> SELECT \(value) AS x, price"
    case 3: return "|> EXTEND \(value) AS x"
    case 4: return "|> SET price = \(value)"
    case 5: return "|> DROP \(operands.prefix(6).randomElement(using: &random) ?? "x")"
    case 6: return "|> RENAME price AS x"
    case 7: return "|> AGGREGATE COUNT(*) AS n, MAX(\(value)) AS x GROUP BY auction"
    case 8: return "|> AGGREGATE SUM(price) AS price GROUP BY WINDOW"
    case 9: return "|> WINDOW TUMBLE(SIZE 1 MINUTE)"
    case 10: return "|> DISTINCT"
    case 11: return "|> ORDER BY \(value) |> LIMIT 3"
    case 12: return "|> UNION ALL (FROM bids)"
    default: return "|> AS b"
    }
  }

  @Test func neverTraps() throws {
    var random = SeededNumbers(state: 7)
    var compiled = 0
    for _ in 0..<600 {
      let source = ["bids", "events", "(SELECT auction, price FROM bids)"].randomElement(using: &random) ?? "bids"
      let steps = (0..<Int.random(in: 1..<5, using: &random)).map { _ in Self.step(&random) }
      let text = declarations + "FROM \(source) \(steps.joined(separator: " "))"
      let plain = compile(text, options: CompileOptions(optimizer: OptimizerOptions(enabled: false)))
      let optimised = compile(text)
      #expect((plain.dataflow == nil) == (optimised.dataflow == nil), "\(text)")
      guard let first = plain.dataflow?.nodes.last, let second = optimised.dataflow?.nodes.last else { continue }
      compiled += 1
      #expect(first.properties.schema.fields.map(\.type) == second.properties.schema.fields.map(\.type), "\(text)")
      #expect(first.properties.schema.fields.map(\.name) == second.properties.schema.fields.map(\.name), "\(text)")
    }
    #expect(compiled > 60)
  }
}
