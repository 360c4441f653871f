// Names as the user wrote them. Case is kept: whether two names are equal is for the resolver to say.

package struct Identifier: Hashable, Sendable {
  /// The name itself: without backquotes, with `` read as one backquote.
  package var text: String
  package var isQuoted: Bool
  package var span: SourceSpan

  package init(text: String, isQuoted: Bool = false, span: SourceSpan) {
    self.text = text
    self.isQuoted = isQuoted
    self.span = span
  }
}

/// `a`, `a.b`, `a.b.c`: never empty.
package struct QualifiedName: Hashable, Sendable {
  package var parts: [Identifier]
  package var span: SourceSpan

  package init(parts: [Identifier], span: SourceSpan) {
    self.parts = parts
    self.span = span
  }

  /// The parts joined by dots, for messages.
  package var text: String { parts.map(\.text).joined(separator: ".") }
}

/// The text between `/*+` and `*/`.
package struct Hint: Hashable, Sendable {
  package var text: String
  package var span: SourceSpan
}
