// Bytes to keys: what terminals really send, and what they send when something is wrong.

import Engine
import Testing

@Suite("Key reader")
struct KeyReaderTests {
  /// All keys of some bytes, which come without a pause unless there is a nil.
  private func keys(_ input: [UInt8?]) -> [Key] {
    var rest = input[...]
    let reader = KeyReader { waits in
      switch rest.first {
      case nil: return .end
      case .some(nil):
        if waits {
          rest.removeFirst()
          return rest.first.flatMap { $0 }.map { byte in
            rest.removeFirst()
            return .byte(byte)
          } ?? .end
        }
        return .nothing
      case .some(let byte?):
        rest.removeFirst()
        return .byte(byte)
      }
    }
    var keys: [Key] = []
    while let key = reader.key() { keys.append(key) }
    return keys
  }

  private func keys(_ text: String) -> [Key] { keys(text.utf8.map { $0 }) }

  static let sequences: [(String, Key)] = [
    ("\u{1B}[A", .up), ("\u{1B}[B", .down), ("\u{1B}[C", .right), ("\u{1B}[D", .left), ("\u{1B}OA", .up),
    ("\u{1B}[H", .home), ("\u{1B}OF", .end), ("\u{1B}[1~", .home), ("\u{1B}[4~", .end), ("\u{1B}[3~", .delete),
    ("\u{1B}[1;5C", .wordRight), ("\u{1B}[1;3D", .wordLeft), ("\u{1B}b", .wordLeft), ("\u{1B}f", .wordRight),
    ("\u{1B}d", .killWordRight), ("\u{1B}\u{7F}", .killWordLeft), ("\u{1B}\u{1B}[D", .wordLeft), ("\u{1}", .home),
    ("\u{5}", .end), ("\u{B}", .killToEnd), ("\u{15}", .killToStart), ("\u{17}", .killWordLeft), ("\u{19}", .yank),
    ("\u{12}", .reverseSearch), ("\u{3}", .interrupt), ("\u{4}", .endOfInput), ("\r", .enter), ("\t", .tab),
    ("\u{7F}", .backspace), ("\u{1A}", .suspend),
  ]

  @Test("control characters and sequences are keys", arguments: sequences)
  func known(bytes: String, key: Key) {
    #expect(keys(bytes + "x") == [key, .text("x")])
  }

  @Test(
    "an unknown sequence types nothing",
    arguments: ["\u{1B}[17~", "\u{1B}[[A", "\u{1B}[<0;1;1M", "\u{1B}[I", "\u{1B}[99;99u"])
  func unknown(bytes: String) {
    #expect(keys(bytes + "x") == [.unknown, .text("x")])
  }

  @Test("an escape with nothing after it is a key of its own")
  func loneEscape() {
    #expect(keys([0x1B, nil, 0x78]) == [.cancel, .text("x")])
    #expect(keys([0x1B]) == [.cancel])
  }

  @Test("UTF-8 of any length is one key")
  func utf8() {
    #expect(keys("é漢👍") == [.text("é"), .text("漢"), .text("👍")])
  }

  @Test("broken UTF-8 is a replacement character and swallows nothing")
  func brokenUTF8() {
    #expect(keys([0xC3, 0x41]) == [.text("\u{FFFD}"), .text("A")])
    #expect(keys([0x80, 0x41]) == [.text("\u{FFFD}"), .text("A")])
    #expect(keys([0xE6, 0x0D]) == [.text("\u{FFFD}"), .enter])
  }

  @Test("a paste is one key, with line breaks as line feeds and without control characters")
  func paste() {
    #expect(keys("\u{1B}[200~a\r\nb\rc\td\u{1B}[201~x") == [.paste("a\nb\nc\td"), .text("x")])
    #expect(keys("\u{1B}[200~a\u{7}\u{1B}[31m") == [.paste("a[31m")])
  }

  @Test("random bytes end")
  func random() {
    var state: UInt64 = 42
    for _ in 0..<200 {
      let bytes = (0..<64).map { _ -> UInt8? in
        state = state &* 6_364_136_223_846_793_005 &+ 1
        let pick = state >> 33
        return pick % 5 == 0 ? 0x1B : pick % 7 == 0 ? 0x5B : UInt8(truncatingIfNeeded: pick)
      }
      #expect(keys(bytes).count <= 64)
    }
  }
}
