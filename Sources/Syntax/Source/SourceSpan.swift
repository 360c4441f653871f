// A place in a source text, as a half-open range of UTF-8 byte offsets. Every token, tree node and diagnostic label
// carries one. It never holds text or line numbers: `SourceText` computes those when a message is rendered.

/// Which source text a span points into. The host (command, REPL, server) numbers its texts; one text alone is 0.
package struct SourceID: Hashable, Sendable {
  package let rawValue: UInt32

  package init(_ rawValue: UInt32) {
    self.rawValue = rawValue
  }

  package static let main = SourceID(0)
}

/// The bytes `start ..< end` of the text `source`.
package struct SourceSpan: Hashable, Sendable {
  package let start: Int
  package let end: Int
  package let source: SourceID

  package init(start: Int, end: Int, source: SourceID = .main) {
    self.start = start
    self.end = max(start, end)
    self.source = source
  }

  package var isEmpty: Bool { start == end }

  /// The smallest span that covers both. Spans of different texts cannot be joined: the first is kept.
  package func joined(with other: SourceSpan) -> SourceSpan {
    guard source == other.source else { return self }
    return SourceSpan(start: min(start, other.start), end: max(end, other.end), source: source)
  }

  /// The empty span just before this one.
  package var startPoint: SourceSpan { SourceSpan(start: start, end: start, source: source) }

  /// The empty span just after this one.
  package var endPoint: SourceSpan { SourceSpan(start: end, end: end, source: source) }
}
