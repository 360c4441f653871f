// One source text: its name, its bytes and where its lines begin. Bytes come in as they are, valid UTF-8 or not; lines,
// columns and substrings go out, with invalid bytes shown as U+FFFD. It never changes and never reads a file.

/// A 1-based place for people: columns count code points.
package struct SourcePosition: Hashable, Sendable {
  package let line: Int
  package let column: Int
}

package struct SourceText: Sendable {
  package let id: SourceID
  /// A file name, or a name such as `<stdin>`.
  package let name: String
  package let bytes: [UInt8]
  /// The offset of each line's first byte. Never empty.
  private let lineStarts: [Int]

  package init(name: String, bytes: [UInt8], id: SourceID = .main) {
    self.id = id
    self.name = name
    self.bytes = bytes
    var starts = [0]
    for (offset, byte) in bytes.enumerated() where byte == UInt8(ascii: "\n") {
      starts.append(offset + 1)
    }
    lineStarts = starts
  }

  package init(name: String, text: String, id: SourceID = .main) {
    self.init(name: name, bytes: Array(text.utf8), id: id)
  }

  package var lineCount: Int { lineStarts.count }

  /// The whole text as a span.
  package var span: SourceSpan { SourceSpan(start: 0, end: bytes.count, source: id) }

  /// The 0-based index of the line that holds the byte at `offset`.
  package func lineIndex(of offset: Int) -> Int {
    var low = 0
    var high = lineStarts.count
    while high - low > 1 {
      let middle = (low + high) / 2
      if lineStarts[middle] <= offset { low = middle } else { high = middle }
    }
    return low
  }

  /// The bytes of a line, without its line break. An index out of range gives an empty range at the end.
  package func lineRange(_ index: Int) -> Range<Int> {
    guard index >= 0, index < lineStarts.count else { return bytes.count..<bytes.count }
    let start = lineStarts[index]
    var end = index + 1 < lineStarts.count ? lineStarts[index + 1] - 1 : bytes.count
    if end > start, bytes[end - 1] == UInt8(ascii: "\r") { end -= 1 }
    return start..<end
  }

  package func position(of offset: Int) -> SourcePosition {
    let offset = min(max(offset, 0), bytes.count)
    let line = lineIndex(of: offset)
    let column = UTF8Decoding.scalars(in: bytes, from: lineStarts[line], to: offset).count
    return SourcePosition(line: line + 1, column: column + 1)
  }

  /// The text of a span; offsets outside the text are cut off.
  package func text(of span: SourceSpan) -> String {
    let start = min(max(span.start, 0), bytes.count)
    let end = min(max(span.end, start), bytes.count)
    return String(decoding: bytes[start..<end], as: UTF8.self)
  }
}
