// Text made safe and measurable for a terminal: tabs become spaces, control characters become visible pictures (a
// source text must not be able to steer the terminal), invalid bytes become U+FFFD. Colours are added here and nowhere
// else.

/// A source line as it is shown: its text, and the display column of each byte offset.
struct TerminalText {
  private(set) var text = ""
  private(set) var width = 0
  private var columns: [(offset: Int, column: Int)] = []

  private static let tabWidth = 4

  init(_ source: SourceText, line: Int) {
    let range = source.lineRange(line)
    for decoded in UTF8Decoding.scalars(in: source.bytes, from: range.lowerBound, to: range.upperBound) {
      columns.append((decoded.offset, width))
      append(decoded.scalar ?? "\u{FFFD}")
    }
    columns.append((range.upperBound, width))
  }

  private mutating func append(_ scalar: Unicode.Scalar) {
    if scalar == "\t" {
      let count = Self.tabWidth - width % Self.tabWidth
      text += String(repeating: " ", count: count)
      width += count
    } else {
      let shown = Self.shown(scalar)
      text.unicodeScalars.append(shown)
      width += DisplayWidth.of(shown)
    }
  }

  /// The display column at which the byte at `offset` begins; offsets after the line give its end.
  func column(of offset: Int) -> Int {
    columns.first { $0.offset >= offset }?.column ?? width
  }

  /// Text of ours or a name from outside, without control characters.
  static func cleaned(_ text: String) -> String {
    var result = String.UnicodeScalarView()
    for scalar in text.unicodeScalars { result.append(shown(scalar)) }
    return String(result)
  }

  static func shown(_ scalar: Unicode.Scalar) -> Unicode.Scalar {
    if scalar.value < 0x20 { return Unicode.Scalar(0x2400 + scalar.value) ?? "\u{FFFD}" }
    if scalar.value == 0x7F { return "\u{2421}" }
    // C1 controls, and the marks that reorder text, could hide what a line says.
    let isHidden = (0x80...0x9F).contains(scalar.value) || (0x202A...0x202E).contains(scalar.value)
    return isHidden || (0x2066...0x2069).contains(scalar.value) ? "\u{FFFD}" : scalar
  }
}

/// ANSI colours, or none.
struct Paint {
  let isOn: Bool

  func bold(_ text: String) -> String { wrapped(text, "1") }
  func gutter(_ text: String) -> String { wrapped(text, "1;34") }
  func help(_ text: String) -> String { wrapped(text, "1;32") }
  func note(_ text: String) -> String { wrapped(text, "1;36") }
  func secondary(_ text: String) -> String { wrapped(text, "1;34") }

  func severity(_ text: String, _ severity: Diagnostic.Severity) -> String {
    switch severity {
    case .error: wrapped(text, "1;31")
    case .warning: wrapped(text, "1;33")
    case .note: wrapped(text, "1;36")
    }
  }

  private func wrapped(_ text: String, _ code: String) -> String {
    isOn ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text
  }
}
