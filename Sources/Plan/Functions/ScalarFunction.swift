// A scalar function as one value: name, documentation, signatures with their kernels, examples. Each is declared once,
// in the file of its family under `Scalar`. Never evaluated here.

/// The chapter of the reference in which a function stands.
package enum FunctionCategory: String, Sendable, CaseIterable {
  case operators = "Operators"
  case conditional = "Conditional"
  case mathematics = "Mathematics"
  case bits = "Bits"
  case text = "Text"
  case patterns = "Patterns"
  case encoding = "Encoding and hashing"
  case time = "Date and time"
  case arrays = "Arrays"
  case maps = "Maps"
  case json = "JSON"
  case aggregate = "Aggregates"
}

/// An expression of the language and the text of its value, as `CAST(... AS STRING)` gives it; `NULL` for NULL.
package struct FunctionExample: Hashable, Sendable {
  package var expression: String
  package var result: String

  package init(expression: String, result: String) {
    self.expression = expression
    self.result = result
  }
}

/// A scalar function, or an operator under its symbol.
package struct ScalarFunction: Sendable {
  /// The canonical name, GoogleSQL's, in upper case.
  package let name: String
  /// Other spellings, of Flink and PostgreSQL.
  package let aliases: [String]
  package let category: FunctionCategory
  /// One line, in the words of a user.
  package let summary: String
  package let signatures: [FunctionSignature]
  /// Whether equal arguments always give equal results; false for readings of the clock.
  package let isDeterministic: Bool
  package let examples: [FunctionExample]

  /// Positions at which a bare word such as DAY stands for a unit of time, and is passed as a text literal.
  package var partPositions: Set<Int> {
    var positions: Set<Int> = []
    for signature in signatures {
      for (index, parameter) in signature.parameters.enumerated() {
        if case .part = parameter.pattern.inner { positions.insert(index) }
      }
    }
    return positions
  }
}

/// The functions of one chapter, as its file declares them.
struct FunctionFamily {
  let category: FunctionCategory
  private(set) var functions: [ScalarFunction] = []

  init(_ category: FunctionCategory) { self.category = category }

  /// Declares a function. `examples` are pairs of an expression and the text of its value.
  mutating func declare(
    _ name: String, _ aliases: [String] = [], _ summary: String, deterministic: Bool = true,
    examples: KeyValuePairs<String, String> = [:], _ signatures: [FunctionSignature]
  ) {
    functions.append(
      ScalarFunction(
        name: name, aliases: aliases, category: category, summary: summary, signatures: signatures,
        isDeterministic: deterministic,
        examples: examples.map { FunctionExample(expression: $0.key, result: $0.value) }))
  }
}
