// What is known of a code before any text is read: its group, its rule in words, an example that yields it and the
// example corrected. Each target holds its own list; `millrace explain CODE` prints an entry, and tests run the
// examples.

package struct DiagnosticDescription: Hashable, Sendable {
  package let code: String
  package let group: String
  package let severity: Diagnostic.Severity
  /// One line, as in a table of contents.
  package let title: String
  /// The rule in a few sentences.
  package let rule: String
  /// A script that yields the code.
  package let example: String
  /// The same script without the mistake.
  package let correction: String

  package init(
    _ code: String, group: String, severity: Diagnostic.Severity = .error, title: String, rule: String,
    example: String, correction: String
  ) {
    self.code = code
    self.group = group
    self.severity = severity
    self.title = title
    self.rule = rule
    self.example = example
    self.correction = correction
  }

  /// The entry as plain text, as `explain` prints it.
  package var explanation: String {
    """
    \(code): \(title)  [\(group)]

    \(rule)

    This is not right:

    \(Self.indented(example))

    This is:

    \(Self.indented(correction))
    """
  }

  private static func indented(_ text: String) -> String {
    text.split(separator: "\n", omittingEmptySubsequences: false).map { $0.isEmpty ? "" : "    \($0)" }
      .joined(separator: "\n")
  }
}
