// The page `Docs/functions.md`, from the declarations of the function libraries. In: the libraries. Out: Markdown. Says
// nothing that a declaration does not say.

import Plan

/// Renders the function reference.
package enum FunctionPage {
  package static var text: String {
    var text = """
      # Functions

      Made from the declarations of the functions: change those, not this page. Each example is run by a test. Names may be
      written in any case. A NULL argument gives NULL, unless an entry says otherwise; a value that a function does not
      accept makes its row fail, which `SAFE.name(...)` turns into NULL.

      """
    let documentation = FunctionLibrary.scalar.documentation()
    for category in FunctionCategory.allCases {
      let entries = documentation.filter { $0.category == category }
      if !entries.isEmpty { text += "\n## \(category.rawValue)\n" + entries.map(entry).joined() }
    }
    text += """

      ## Aggregates

      In `AGGREGATE`, or in a `SELECT` with `GROUP BY`. `DISTINCT` before the argument takes each value once,
      `FILTER (WHERE ...)` after the call takes some rows only. Each example aggregates the three rows 1, 2 and NULL of a
      column `x`.

      """
    return text + AggregateLibrary.functions.sorted { $0.name < $1.name }.map(aggregate).joined()
  }

  private static func entry(_ function: FunctionDocumentation) -> String {
    var text = heading(function.name, function.aliases) + sentence(function.summary)
    if !function.isDeterministic { text += " It reads the clock." }
    text += "\n\n```\n" + function.signatures.joined(separator: "\n") + "\n```\n"
    guard !function.examples.isEmpty else { return text }
    return text + "\n" + function.examples.map { example($0.expression, $0.result) }.joined()
  }

  private static func aggregate(_ function: AggregateFunction) -> String {
    heading(function.name, function.aliases) + sentence(function.summary)
      + "\n\n```\n\(function.name)(\(function.parameters))\n```\n\n"
      + example(function.example.expression, function.example.result)
  }

  private static func heading(_ name: String, _ aliases: [String]) -> String {
    let also = aliases.isEmpty ? "" : "Also written \(aliases.map { "`\($0)`" }.joined(separator: ", ")). "
    return "\n### \(name)\n\n\(also)"
  }

  private static func sentence(_ text: String) -> String { text.hasSuffix(".") ? text : text + "." }

  private static func example(_ expression: String, _ result: String) -> String {
    "- `\(expression)` → `\(result.isEmpty ? "''" : result)`\n"
  }
}
