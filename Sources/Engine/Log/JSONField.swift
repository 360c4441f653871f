// One field of a JSON record, found without decoding the rest: the key of a record that is being appended. In: the bytes
// of a line and a name. Out: the bytes of the value. A line that is no JSON object has no fields; nothing is an error.

/// Finds the value of one top-level field.
struct JSONField {
  /// A value: its text, and whether it was a string.
  struct Value: Equatable {
    var bytes: [UInt8]
    var isString: Bool
  }

  private let name: [UInt8]

  init(_ name: String) { self.name = Array(name.utf8) }

  /// The value of the first field of that name: the text of a string without quotes and escapes, anything else as it is
  /// written. Nil for NULL, and where there is no such field.
  func value(in line: UnsafeRawBufferPointer) -> Value? {
    var scan = Scan(bytes: line)
    scan.skipSpace()
    guard scan.take("{") else { return nil }
    while true {
      scan.skipSpace()
      guard let key = scan.string() else { return nil }
      scan.skipSpace()
      guard scan.take(":") else { return nil }
      scan.skipSpace()
      let start = scan.position
      let isWanted = matches(key, line)
      if isWanted, scan.peek == UInt8(ascii: "\"") {
        return scan.string().map { Value(bytes: Self.decoded(line, $0), isString: true) }
      }
      guard scan.skipValue() else { return nil }
      if isWanted {
        let text = Array(line[start..<scan.position])
        return text.elementsEqual("null".utf8) ? nil : Value(bytes: text, isString: false)
      }
      scan.skipSpace()
      guard scan.take(",") else { return nil }
    }
  }

  private func matches(_ key: Range<Int>, _ line: UnsafeRawBufferPointer) -> Bool {
    let bytes = line[key]
    if bytes.elementsEqual(name) { return true }
    return bytes.contains(UInt8(ascii: "\\")) && Self.decoded(line, key).elementsEqual(name)
  }

  /// The bytes between two quotes with their escapes (RFC 8259 §7) replaced; a broken escape stays as it is.
  private static func decoded(_ line: UnsafeRawBufferPointer, _ range: Range<Int>) -> [UInt8] {
    let bytes = line[range]
    guard bytes.contains(UInt8(ascii: "\\")) else { return Array(bytes) }
    var result: [UInt8] = []
    var place = range.lowerBound
    while place < range.upperBound {
      let byte = line[place]
      place += 1
      guard byte == UInt8(ascii: "\\"), place < range.upperBound else {
        result.append(byte)
        continue
      }
      let escape = line[place]
      place += 1
      switch escape {
      case UInt8(ascii: "n"): result.append(10)
      case UInt8(ascii: "t"): result.append(9)
      case UInt8(ascii: "r"): result.append(13)
      case UInt8(ascii: "b"): result.append(8)
      case UInt8(ascii: "f"): result.append(12)
      case UInt8(ascii: "u"): result += Array(String(scalar(line, &place, range.upperBound)).utf8)
      default: result.append(escape)
      }
    }
    return result
  }

  /// The code point of `\uXXXX`, or of two of them that are a surrogate pair; `place` is after the `u`.
  private static func scalar(_ line: UnsafeRawBufferPointer, _ place: inout Int, _ end: Int) -> Unicode.Scalar {
    guard let first = hexadecimal(line, place, end) else { return "\u{FFFD}" }
    place += 4
    if (0xD800..<0xDC00).contains(first), place + 6 <= end, line[place] == UInt8(ascii: "\\"),
      line[place + 1] == UInt8(ascii: "u"), let second = hexadecimal(line, place + 2, end),
      (0xDC00..<0xE000).contains(second)
    {
      place += 6
      return Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00)) ?? "\u{FFFD}"
    }
    return Unicode.Scalar(first) ?? "\u{FFFD}"
  }

  private static func hexadecimal(_ line: UnsafeRawBufferPointer, _ place: Int, _ end: Int) -> UInt32? {
    guard place + 4 <= end else { return nil }
    var value: UInt32 = 0
    for byte in line[place..<place + 4] {
      switch byte {
      case 48...57: value = value << 4 | UInt32(byte - 48)
      case 65...70, 97...102: value = value << 4 | UInt32((byte | 0x20) - 87)
      default: return nil
      }
    }
    return value
  }

  /// A place in the line; every step ends at or before its end.
  private struct Scan {
    let bytes: UnsafeRawBufferPointer
    var position = 0

    var peek: UInt8? { position < bytes.count ? bytes[position] : nil }

    mutating func skipSpace() {
      while let byte = peek, byte == 32 || byte == 9 || byte == 13 || byte == 10 { position += 1 }
    }

    mutating func take(_ scalar: Unicode.Scalar) -> Bool {
      guard peek == UInt8(ascii: scalar) else { return false }
      position += 1
      return true
    }

    /// The range between the quotes.
    mutating func string() -> Range<Int>? {
      guard take("\"") else { return nil }
      let start = position
      while let byte = peek {
        position += 1
        if byte == UInt8(ascii: "\"") { return start..<position - 1 }
        if byte == UInt8(ascii: "\\") { position += 1 }
      }
      return nil
    }

    /// Moves behind a value; false where there is none.
    mutating func skipValue() -> Bool {
      let start = position
      return skipToEndOfValue() && position > start
    }

    /// What is nested is counted, not checked.
    private mutating func skipToEndOfValue() -> Bool {
      var depth = 0
      while let byte = peek {
        switch byte {
        case UInt8(ascii: "\""):
          guard string() != nil else { return false }
          if depth == 0 { return true }
          continue
        case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
        case UInt8(ascii: "}"), UInt8(ascii: "]"):
          if depth == 0 { return true }
          depth -= 1
          if depth == 0 {
            position += 1
            return true
          }
        case UInt8(ascii: ","), 32, 9, 13, 10: if depth == 0 { return true }
        default: break
        }
        position += 1
      }
      return depth == 0
    }
  }
}
