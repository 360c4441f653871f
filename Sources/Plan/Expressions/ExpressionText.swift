// Expressions as SQL text, for EXPLAIN, error messages and tests. In: a typed expression and the names of its input's
// columns. Out: text that reads like the language; it is not meant to be parsed again.

import Values

/// Prints expressions over one input.
package struct ExpressionText: Sendable {
  /// The name of each input column.
  private let names: [String]

  package init(_ schema: Schema) { names = schema.fields.map(\.name) }

  package init(names: [String]) { self.names = names }

  package func text(_ expression: Expression) -> String { text(expression, within: 0) }

  private static let binary: [String: Int] = [
    "=": 4, "<>": 4, "<": 4, "<=": 4, ">": 4, ">=": 4, "LIKE": 4, "+": 5, "-": 5, "||": 5, "*": 6, "/": 6, "%": 6,
  ]

  private func text(_ expression: Expression, within outer: Int) -> String {
    func bracketed(_ strength: Int, _ text: String) -> String { strength < outer ? "(\(text))" : text }
    func list(_ items: [Expression]) -> String { items.map { text($0) }.joined(separator: ", ") }
    switch expression.kind {
    case .column(let index): return names.indices.contains(index) ? names[index] : "#\(index)"
    case .literal(let value): return LiteralText.text(value, expression.type)
    case .call(let function, let arguments): return call(function.name, arguments, within: outer)
    case .cast(let operand, let safe):
      return "\(safe ? "TRY_CAST" : "CAST")(\(text(operand)) AS \(expression.type))"
    case .and(let operands): return bracketed(2, operands.map { text($0, within: 3) }.joined(separator: " AND "))
    case .or(let operands): return bracketed(1, operands.map { text($0, within: 2) }.joined(separator: " OR "))
    case .conditional(let branches, let otherwise):
      let cases = branches.map { "WHEN \(text($0.condition)) THEN \(text($0.result))" }.joined(separator: " ")
      return "CASE \(cases) ELSE \(text(otherwise)) END"
    case .coalesce(let operands): return "COALESCE(\(list(operands)))"
    case .isNull(let operand): return bracketed(4, "\(text(operand, within: 5)) IS NULL")
    case .inList(let operand, let values, let containsNull):
      let items = values.map { LiteralText.text($0, operand.type) } + (containsNull ? ["NULL"] : [])
      return bracketed(4, "\(text(operand, within: 5)) IN (\(items.joined(separator: ", ")))")
    case .field(let operand, let index):
      guard case .row(let fields) = operand.type, fields.indices.contains(index) else { return text(operand) }
      return "\(text(operand, within: 9)).\(fields[index].name)"
    case .makeRow(let values):
      guard case .row(let fields) = expression.type, fields.count == values.count else {
        return "STRUCT(\(list(values)))"
      }
      let items = zip(values, fields).map { "\(text($0)) AS \($1.name)" }
      return "STRUCT(\(items.joined(separator: ", ")))"
    case .makeArray(let elements): return "ARRAY[\(list(elements))]"
    case .safe(let operand): return "SAFE.\(text(operand, within: 9))"
    }
  }

  private func call(_ name: String, _ arguments: [Expression], within outer: Int) -> String {
    if name == "NOT", arguments.count == 1 {
      if case .isNull(let operand) = arguments[0].kind { return "\(text(operand, within: 5)) IS NOT NULL" }
      let text = "NOT \(text(arguments[0], within: 4))"
      return outer > 3 ? "(\(text))" : text
    }
    if let strength = Self.binary[name] {
      if arguments.count == 2 {
        let joined = "\(text(arguments[0], within: strength)) \(name) \(text(arguments[1], within: strength + 1))"
        return strength < outer ? "(\(joined))" : joined
      }
      if arguments.count == 1 { return "\(name)\(text(arguments[0], within: 8))" }
    }
    return "\(name)(\(arguments.map { text($0) }.joined(separator: ", ")))"
  }
}
