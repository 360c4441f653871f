// The page `Docs/errors.md`, from the descriptions of every diagnostic and the codes of failing rows. In: descriptions.
// Out: Markdown. The same words as `millrace explain CODE`.

import Plan
import Syntax

/// Renders the list of codes.
package enum ErrorPage {
  package static var text: String {
    let descriptions = CodeExplanation.descriptions.sorted { order($0.code) < order($1.code) }
    var text = """
      # Errors and warnings

      Made from the declarations of the codes: change those, not this page. `millrace explain CODE` prints an entry. E is an
      error and stops a query before it runs; W is a warning, and W2001 an error under `--strict`; R is a row that failed
      while a query ran: the row goes to the error stream, the others go on. Every example is run by a test.

      | code | group | meaning |
      |---|---|---|

      """
    text += descriptions.map { "| [\($0.code)](#\($0.code.lowercased())) | \($0.group) | \(cell($0.title)) |\n" }
      .joined()
    text += RowErrorCode.allCases.map { "| [\($0.rawValue)](#rows) | row | \(cell($0.message)) |\n" }.joined()
    text += descriptions.map(entry).joined()
    return text + rows
  }

  /// Errors before warnings, by number.
  private static func order(_ code: String) -> String { (code.hasPrefix("E") ? "0" : "1") + code }

  private static func cell(_ text: String) -> String { text.split(separator: "|").joined(separator: "\\|") }

  private static func entry(_ description: DiagnosticDescription) -> String {
    """

    ## \(description.code)

    \(description.title.prefix(1).uppercased() + description.title.dropFirst()). \(description.rule)

    \(block(description.example, "not right"))
    \(block(description.correction, "right"))
    """
  }

  private static func block(_ example: String, _ caption: String) -> String {
    let body = example.hasSuffix("\n") ? example : example + "\n"
    return "\(caption.prefix(1).uppercased() + caption.dropFirst()):\n\n```\n\(body)```\n"
  }

  private static var rows: String {
    let list = RowErrorCode.allCases.map { "- `\($0.rawValue)`: \($0.message)\n" }.joined()
    return """

      ## Rows

      What can be wrong with a row. It goes to `FROM name.errors`, where `name` is its pipeline or stream, with the code, the
      expression, the place of the record and the record itself; `SAFE.` before a function, and `SAFE_CAST`, give NULL
      instead.

      \(list)
      """
  }
}
