// A diagnostic: what is wrong in the user's text, where, and what to do. It is a value: stages collect diagnostics and
// return them beside their result, and nothing is printed here. A message starts in lower case, has no full stop, puts
// names in backquotes and says what was found and what would be right.

package struct Diagnostic: Hashable, Sendable {
  /// Stable: `E0104`. E and W say the default severity, the digits the stage.
  package var code: String
  /// A word that users can name to promote or silence a family: `unknown-name`.
  package var group: String
  package var severity: Severity
  package var message: String
  package var primary: Label
  package var secondary: [Label] = []
  package var helps: [String] = []
  package var fixes: [FixIt] = []
  package var notes: [String] = []

  package init(_ description: DiagnosticDescription, _ message: String, at span: SourceSpan, label: String = "") {
    code = description.code
    group = description.group
    severity = description.severity
    self.message = message
    primary = Label(span: span, text: label)
  }

  package enum Severity: String, Hashable, Sendable, CaseIterable {
    case error
    case warning
    case note
  }

  /// A marked piece of the user's text. An empty `text` marks without a remark.
  package struct Label: Hashable, Sendable {
    package var span: SourceSpan
    package var text: String

    package init(span: SourceSpan, text: String) {
      self.span = span
      self.text = text
    }
  }
}

/// How sure we are that an edit is what the user meant; tools apply `machineApplicable` edits unasked.
package enum Applicability: String, Hashable, Sendable, CaseIterable {
  case machineApplicable = "machine-applicable"
  case maybeIncorrect = "maybe-incorrect"
  case hasPlaceholders = "has-placeholders"
}

/// A proposed change of the text.
package struct FixIt: Hashable, Sendable {
  package var message: String
  package var edits: [SourceEdit]
  package var applicability: Applicability

  package init(_ message: String, edits: [SourceEdit], applicability: Applicability) {
    self.message = message
    self.edits = edits
    self.applicability = applicability
  }
}

/// Replaces the text of `span`; an empty span inserts, an empty replacement deletes.
package struct SourceEdit: Hashable, Sendable {
  package var span: SourceSpan
  package var replacement: String

  package init(span: SourceSpan, replacement: String) {
    self.span = span
    self.replacement = replacement
  }
}

// Adding parts one by one, so that a diagnostic reads at its place of birth in the order in which it is printed.
extension Diagnostic {
  package func labelled(_ span: SourceSpan, _ text: String) -> Diagnostic {
    var copy = self
    copy.secondary.append(Label(span: span, text: text))
    return copy
  }

  package func help(_ text: String) -> Diagnostic {
    var copy = self
    copy.helps.append(text)
    return copy
  }

  package func note(_ text: String) -> Diagnostic {
    var copy = self
    copy.notes.append(text)
    return copy
  }

  package func fix(
    _ message: String, replacing span: SourceSpan, with text: String, _ applicability: Applicability
  ) -> Diagnostic {
    fix(FixIt(message, edits: [SourceEdit(span: span, replacement: text)], applicability: applicability))
  }

  package func fix(
    _ message: String, inserting text: String, before span: SourceSpan, _ applicability: Applicability
  ) -> Diagnostic {
    fix(message, replacing: span.startPoint, with: text, applicability)
  }

  package func fix(
    _ message: String, inserting text: String, after span: SourceSpan, _ applicability: Applicability
  ) -> Diagnostic {
    fix(message, replacing: span.endPoint, with: text, applicability)
  }

  package func fix(_ fixIt: FixIt) -> Diagnostic {
    var copy = self
    copy.fixes.append(fixIt)
    return copy
  }

  package var isError: Bool { severity == .error }
}
