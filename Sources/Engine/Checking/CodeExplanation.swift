// The rule behind each code: of the compiler's diagnostics, and of rows that fail while a query runs. In: a code. Out: text.

import Compiler
import Plan
import Syntax

package enum CodeExplanation {
  /// Every diagnostic of every stage.
  package static var descriptions: [DiagnosticDescription] { SyntaxDiagnostics.all + Compiler.diagnostics }

  package static var codes: [String] { descriptions.map(\.code) + RowErrorCode.allCases.map(\.rawValue) }

  package static func text(of code: String) -> String? {
    if let description = descriptions.first(where: { $0.code == code }) { return description.explanation + "\n" }
    guard let row = RowErrorCode(rawValue: code) else { return nil }
    return """
      \(row.rawValue): \(row.message)

      This is not a mistake in the query's text but in a row: the row goes to the error stream of its pipeline or stream
      (`FROM name.errors`), with its place and the original record, and the others go on. `SAFE.` before a function, and
      SAFE_CAST, give NULL instead.

      """
  }
}
