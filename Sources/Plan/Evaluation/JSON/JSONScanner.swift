// Steps over JSON text without building anything: values are skipped, checked or found by path, as ranges of bytes.
// In: bytes. Out: positions, or nil where the text is not JSON. Nesting is limited, so that no text can exhaust a stack.

import Values

/// A position in JSON text. A byte of 0 stands behind the end.
struct JSONScanner {
  static let maximumDepth = 256

  let text: Text
  var position = 0

  init(_ text: Text, at position: Int = 0) {
    self.text = text
    self.position = position
  }

  var peek: UInt8 { position < text.count ? text[position] : 0 }

  mutating func skipSpace() {
    while position < text.count, text[position] == 32 || (9...10).contains(text[position]) || text[position] == 13 {
      position += 1
    }
  }

  mutating func take(_ byte: Unicode.Scalar) -> Bool {
    skipSpace()
    guard peek == UInt8(ascii: byte), position < text.count else { return false }
    position += 1
    return true
  }

  /// Whether the whole text is one value.
  static func isValid(_ text: Text) -> Bool {
    var scanner = JSONScanner(text)
    guard scanner.skipValue() else { return false }
    scanner.skipSpace()
    return scanner.position == text.count
  }

  /// Whether the text begins with null, and not with another value.
  static func isNull(_ text: Text) -> Bool {
    var scanner = JSONScanner(text)
    scanner.skipSpace()
    return scanner.peek == UInt8(ascii: "n")
  }

  /// Moves past one value.
  mutating func skipValue(depth: Int = 0) -> Bool {
    skipSpace()
    guard position < text.count, depth < Self.maximumDepth else { return false }
    switch text[position] {
    case UInt8(ascii: "{"): return skipMembers(depth: depth, close: "}", named: true)
    case UInt8(ascii: "["): return skipMembers(depth: depth, close: "]", named: false)
    case UInt8(ascii: "\""): return skipString()
    case UInt8(ascii: "t"): return skipWord("true")
    case UInt8(ascii: "f"): return skipWord("false")
    case UInt8(ascii: "n"): return skipWord("null")
    default: return skipNumber()
    }
  }

  private mutating func skipMembers(depth: Int, close: Unicode.Scalar, named: Bool) -> Bool {
    position += 1
    if take(close) { return true }
    repeat {
      if named {
        skipSpace()
        guard peek == UInt8(ascii: "\""), skipString(), take(":") else { return false }
      }
      guard skipValue(depth: depth + 1) else { return false }
    } while take(",")
    return take(close)
  }

  private mutating func skipWord(_ word: StaticString) -> Bool {
    for index in 0..<word.utf8CodeUnitCount {
      guard position < text.count, text[position] == word.utf8Start[index] else { return false }
      position += 1
    }
    return true
  }

  mutating func skipString() -> Bool {
    position += 1
    while position < text.count {
      switch text[position] {
      case UInt8(ascii: "\""):
        position += 1
        return true
      case UInt8(ascii: "\\"):
        guard skipEscape() else { return false }
      case 0..<32: return false
      default: position += 1
      }
    }
    return false
  }

  private mutating func skipEscape() -> Bool {
    position += 1
    guard position < text.count else { return false }
    switch text[position] {
    case UInt8(ascii: "u"):
      for offset in 1...4 {
        guard position + offset < text.count, Self.hex(text[position + offset]) != nil else { return false }
      }
      position += 5
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"), UInt8(ascii: "f"),
      UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
      position += 1
    default: return false
    }
    return true
  }

  private mutating func digits() -> Bool {
    let start = position
    while position < text.count, (48...57).contains(text[position]) { position += 1 }
    return position > start
  }

  private mutating func skipNumber() -> Bool {
    if peek == UInt8(ascii: "-") { position += 1 }
    if peek == UInt8(ascii: "0") {
      position += 1
    } else if !digits() {
      return false
    }
    if peek == UInt8(ascii: ".") {
      position += 1
      guard digits() else { return false }
    }
    if peek | 0x20 == UInt8(ascii: "e") {
      position += 1
      if peek == UInt8(ascii: "+") || peek == UInt8(ascii: "-") { position += 1 }
      return digits()
    }
    return true
  }

  static func hex(_ byte: UInt8) -> UInt32? {
    switch byte {
    case 48...57: UInt32(byte) - 48
    case 65...70: UInt32(byte) - 55
    case 97...102: UInt32(byte) - 87
    default: nil
    }
  }

  /// Appends the content of the string at `position`, without quotes and escapes.
  mutating func unquote(into sink: TextSink) {
    position += 1
    while position < text.count, text[position] != UInt8(ascii: "\"") {
      if text[position] != UInt8(ascii: "\\") {
        sink.append(text[position])
        position += 1
      } else {
        unescape(into: sink)
      }
    }
  }

  private mutating func unescape(into sink: TextSink) {
    position += 1
    let letter = peek
    position += 1
    switch letter {
    case UInt8(ascii: "b"): sink.append(8)
    case UInt8(ascii: "f"): sink.append(12)
    case UInt8(ascii: "n"): sink.append(10)
    case UInt8(ascii: "r"): sink.append(13)
    case UInt8(ascii: "t"): sink.append(9)
    case UInt8(ascii: "u"):
      var scalar = unit()
      if (0xD800..<0xDC00).contains(scalar), peek == UInt8(ascii: "\\"), position + 5 < text.count,
        text[position + 1] == UInt8(ascii: "u")
      {
        position += 2
        let low = unit()
        scalar = (0xDC00..<0xE000).contains(low) ? 0x10000 + (scalar - 0xD800) << 10 + (low - 0xDC00) : 0xFFFD
      }
      sink.append(scalar: scalar)
    default: sink.append(letter)
    }
  }

  private mutating func unit() -> UInt32 {
    var value: UInt32 = 0
    for _ in 0..<4 {
      value = value << 4 | (Self.hex(peek) ?? 0)
      position += 1
    }
    return value
  }
}
