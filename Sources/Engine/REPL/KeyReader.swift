// Bytes of a terminal to keys: control characters, escape sequences of arrows and editing keys, bracketed paste, UTF-8.
// In: bytes, one at a time. Out: keys. An escape sequence that it does not know is swallowed, never typed into the line.

/// What the user pressed, in the words of what it does.
package enum Key: Equatable {
  case text(String)
  case paste(String)
  case enter, tab, endOfInput, interrupt, clearScreen, reverseSearch, cancel
  case left, right, up, down, home, end, wordLeft, wordRight
  case backspace, delete, killToEnd, killToStart, killWordLeft, killWordRight, yank, transpose
  /// Ctrl-Z: the shell steps aside for the one that started it.
  case suspend
  /// No key: the terminal has another size.
  case resized
  case unknown
}

/// What a source of bytes has to give.
package enum KeyInput: Equatable {
  case byte(UInt8)
  /// Nothing came within a moment, when the reader did not want to wait.
  case nothing
  /// The wait was cut short because the terminal has another size.
  case resized
  case end
}

/// Reads keys from a source of bytes.
package final class KeyReader {
  /// With `waits` false it does not wait longer than a moment: how a lone escape is told from the start of a sequence.
  private let source: (_ waits: Bool) -> KeyInput
  /// A byte that was read and belongs to the next key.
  private var pushedBack: UInt8?

  package init(_ source: @escaping (_ waits: Bool) -> KeyInput) { self.source = source }

  /// The next byte; nil when there is none. A change of size in the middle of a key is noticed after it.
  private func next(_ waits: Bool) -> UInt8? {
    if let byte = pushedBack {
      pushedBack = nil
      return byte
    }
    while true {
      switch source(waits) {
      case .byte(let byte): return byte
      case .nothing, .end: return nil
      case .resized: continue
      }
    }
  }

  /// The next key; nil at the end of the input.
  package func key() -> Key? {
    if let byte = pushedBack {
      pushedBack = nil
      return key(startingWith: byte)
    }
    switch source(true) {
    case .byte(let byte): return key(startingWith: byte)
    case .resized: return .resized
    case .nothing: return .unknown
    case .end: return nil
    }
  }

  private func key(startingWith byte: UInt8) -> Key {
    switch byte {
    case 0x01: return .home
    case 0x02: return .left
    case 0x03: return .interrupt
    case 0x04: return .endOfInput
    case 0x05: return .end
    case 0x06: return .right
    case 0x07: return .cancel
    case 0x08, 0x7F: return .backspace
    case 0x09: return .tab
    case 0x0A, 0x0D: return .enter
    case 0x0B: return .killToEnd
    case 0x0C: return .clearScreen
    case 0x0E: return .down
    case 0x10: return .up
    case 0x12: return .reverseSearch
    case 0x14: return .transpose
    case 0x15: return .killToStart
    case 0x17: return .killWordLeft
    case 0x19: return .yank
    case 0x1A: return .suspend
    case 0x1B: return escape()
    case 0..<0x20: return .unknown
    default: return .text(character(startingWith: byte))
    }
  }

  /// The rest of a UTF-8 sequence; what is not one becomes the replacement character.
  private func character(startingWith byte: UInt8) -> String {
    let length = byte < 0xC0 ? 1 : byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4
    var bytes = [byte]
    while bytes.count < length, let more = next(true) {
      guard more & 0xC0 == 0x80 else {
        pushedBack = more
        break
      }
      bytes.append(more)
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  private func escape() -> Key {
    guard let byte = next(false) else { return .cancel }
    switch byte {
    case UInt8(ascii: "["): return sequence()
    case UInt8(ascii: "O"): return Self.plain(next(false) ?? 0)
    // Some terminals send Alt as a second escape.
    case 0x1B: return Self.withModifier(escape())
    case UInt8(ascii: "b"), UInt8(ascii: "B"): return .wordLeft
    case UInt8(ascii: "f"), UInt8(ascii: "F"): return .wordRight
    case UInt8(ascii: "d"), UInt8(ascii: "D"): return .killWordRight
    case 0x7F, 0x08: return .killWordLeft
    default: return .unknown
    }
  }

  /// A control sequence: parameters, then a final byte (ECMA-48 §5.4).
  private func sequence() -> Key {
    var parameters = ""
    while let byte = next(false) {
      if parameters.isEmpty, byte == UInt8(ascii: "[") {
        // Function keys of the Linux console: one more byte.
        _ = next(false)
        return .unknown
      }
      if (0x40...0x7E).contains(byte) { return finish(parameters, byte) }
      parameters.unicodeScalars.append(Unicode.Scalar(byte))
      if parameters.utf8.count > 32 { return .unknown }
    }
    return .unknown
  }

  private func finish(_ parameters: String, _ final: UInt8) -> Key {
    let hasModifier = parameters.hasSuffix(";5") || parameters.hasSuffix(";3")
    switch final {
    case UInt8(ascii: "~"):
      switch parameters {
      case "3;5", "3;3": return .killWordRight
      case "1", "7": return .home
      case "4", "8": return .end
      case "3": return .delete
      case "200": return pasted()
      default: return .unknown
      }
    default: return hasModifier ? Self.withModifier(Self.plain(final)) : Self.plain(final)
    }
  }

  /// The key with Ctrl or Alt.
  private static func withModifier(_ key: Key) -> Key {
    switch key {
    case .left: .wordLeft
    case .right: .wordRight
    default: key
    }
  }

  private static func plain(_ final: UInt8) -> Key {
    switch final {
    case UInt8(ascii: "A"): .up
    case UInt8(ascii: "B"): .down
    case UInt8(ascii: "C"): .right
    case UInt8(ascii: "D"): .left
    case UInt8(ascii: "H"): .home
    case UInt8(ascii: "F"): .end
    default: .unknown
    }
  }

  /// Everything up to the end of the paste, newlines included.
  private func pasted() -> Key {
    let end = Array("\u{1B}[201~".utf8)
    var bytes: [UInt8] = []
    while let byte = next(true) {
      bytes.append(byte)
      if bytes.suffix(end.count).elementsEqual(end) {
        bytes.removeLast(end.count)
        break
      }
    }
    let text = String(decoding: bytes, as: UTF8.self)
    let lines = text.replacing("\r\n", with: "\n").replacing("\r", with: "\n")
    // Other control characters could only be an attack on the terminal.
    return .paste(
      String(String.UnicodeScalarView(lines.unicodeScalars.filter { $0.value >= 32 || $0 == "\n" || $0 == "\t" })))
  }
}
