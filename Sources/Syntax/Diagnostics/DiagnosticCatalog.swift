// Finds the description of a code over the lists of several targets. Lists come in once; a lookup never guesses, but
// can name the nearest code that exists.

package struct DiagnosticCatalog: Sendable {
  package let descriptions: [DiagnosticDescription]

  /// Joins the targets' lists, ordered by code.
  package init(_ lists: [DiagnosticDescription]...) {
    descriptions = lists.flatMap { $0 }.sorted { $0.code < $1.code }
  }

  package func description(of code: String) -> DiagnosticDescription? {
    descriptions.first { $0.code == code.uppercased() }
  }

  package func nearestCode(to code: String) -> String? {
    NameSuggestion.nearest(to: code, in: descriptions.map(\.code))
  }
}
