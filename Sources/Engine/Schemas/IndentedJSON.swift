// JSON for reading: short values on one line, longer ones indented by two. In: a tree. Out: text that parses to it.

import Schemas

extension JSONValue {
  /// The tree as text of at most 100 columns where it can be broken.
  var indented: String { indented(by: 0, column: 0) }

  private func indented(by indent: Int, column: Int) -> String {
    let short = spaced
    if column + short.count <= 100 { return short }
    let inner = indent + 2
    let margin = String(repeating: " ", count: inner)
    switch self {
    case .null, .bool, .number, .string: return short
    case .array(let elements):
      let lines = elements.map { margin + $0.indented(by: inner, column: inner) }
      return "[\n" + lines.joined(separator: ",\n") + "\n" + String(repeating: " ", count: indent) + "]"
    case .object(let members):
      let lines = members.map { member in
        let name = JSONValue.string(member.name).compactText + ": "
        return margin + name + member.value.indented(by: inner, column: inner + name.count)
      }
      return "{\n" + lines.joined(separator: ",\n") + "\n" + String(repeating: " ", count: indent) + "}"
    }
  }

  /// The tree on one line, with spaces after colons and commas.
  private var spaced: String {
    switch self {
    case .null, .bool, .number, .string: compactText
    case .array(let elements): "[" + elements.map(\.spaced).joined(separator: ", ") + "]"
    case .object(let members):
      members.isEmpty
        ? "{}"
        : "{" + members.map { JSONValue.string($0.name).compactText + ": " + $0.value.spaced }.joined(separator: ", ")
          + "}"
    }
  }
}
