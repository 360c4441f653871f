// JSON strings: escapes, surrogates, UTF-8, lengths, at every place of a sixteen-byte block.

import Schemas
import Testing
import Values

@Suite struct JSONStringTests {
  @Test(arguments: [
    ("\\\"", "\""), ("\\\\", "\\"), ("\\/", "/"), ("\\b", "\u{8}"), ("\\f", "\u{c}"), ("\\n", "\n"), ("\\r", "\r"),
    ("\\t", "\t"), ("\\u0041", "A"), ("\\u00e4", "ä"), ("\\u20AC", "€"), ("\\ud83d\\uDE00", "😀"), ("\\u0000", "\u{0}"),
    ("ä€😀", "ä€😀"),
  ])
  func escapes(text: String, expected: String) {
    for before in 0..<18 {
      let padding = String(repeating: "x", count: before)
      #expect(
        decodeOne("\"\(padding)\(text)\(padding)\"", as: .text) == .success(.string(padding + expected + padding)))
    }
  }

  @Test(arguments: [
    "\\x", "\\u12", "\\u12G4", "\\ud83d", "\\ud83d\\u0041", "\\ude00", "\\ud83dx", "\\ud83d\\n", "\\u+123", "\\", "\t",
    "\u{1}",
  ])
  func brokenEscapes(text: String) {
    #expect(throws: Reason.self) { try decodeOne("\"\(text)\"", as: .text).get() }
    #expect(throws: Reason.self) { try decodeOne("\"0123456789abcdef\(text)\"", as: .text).get() }
  }

  @Test(
    arguments: [
      [0x80], [0xC0, 0x80], [0xC1, 0xBF], [0xE0, 0x80, 0x80], [0xED, 0xA0, 0x80], [0xF0, 0x80, 0x80, 0x80],
      [0xF4, 0x90, 0x80, 0x80], [0xF5, 0x80, 0x80, 0x80], [0xFF], [0xE2, 0x82], [0xF0, 0x9F, 0x98], [0xC3],
    ] as [[UInt8]])
  func brokenUTF8(bytes: [UInt8]) {
    for before in 0..<17 {
      for escape in ["", "\\n"] {
        let line =
          Array("{\"v\":\"\(escape)".utf8) + Array(repeating: 0x61, count: before) + bytes + Array("\"}\n".utf8)
        let chunk = decodeLines(line, [column("v", .text)])
        #expect(chunk.count == 0)
        #expect(chunk.failures.first?.reason.hasPrefix("the text is not valid UTF-8") == true)
        // Nobody reads it, nobody minds.
        #expect(decodeLines(line, [column("w", .text)]).count == 1)
      }
    }
  }

  @Test func lengths() {
    #expect(decodeOne("\"äöü\"", as: .string(maximumLength: 3)) == .success(.string("äöü")))
    #expect(
      decodeOne("\"äöüx\"", as: .string(maximumLength: 3))
        == .failure(Reason(text: "`v`: the string \"äöüx\" is longer than VARCHAR(3) allows")))
    let long = String(repeating: "0123456789", count: 100_000)
    #expect(decodeOne("\"\(long)\"", as: .text) == .success(.string(long)))
    #expect(decodeOne("\"\\n\(long)\"", as: .text) == .success(.string("\n" + long)))
  }

  /// A column with some escaped strings keeps every row's own text, NULLs and failures between them included.
  @Test func escapedAmongPlain() {
    let lines = [
      "{\"v\":\"plain\"}", "{\"v\":\"a\\nb\"}", "{\"v\":null}", "{\"v\":\"c\\td\",\"w\":x", "{\"v\":\"\"}",
      "{\"v\":\"\\u0065\"}",
    ]
    let chunk = decodeLines(lines.joined(separator: "\n"), [column("v", .text), column("w", .int64)])
    #expect(chunk.columns[0].values == [.string("plain"), .string("a\nb"), .null, .string(""), .string("e")])
    #expect(chunk.failures.map(\.record) == [3])
  }

  @Test func escapedKeys() {
    let chunk = decodeLines("{\"\\u0076\":1}\n{\"v\":2}\n", [column("v", .int64)])
    #expect(chunk.columns[0].values == [.int(1), .int(2)])
    let quoted = decodeLines("{\"a\\\"b\":1}\n", [DecodedColumn(path: ["a\"b"], field: Field("x", .int64))])
    #expect(quoted.columns[0].values == [.int(1)])
  }
}
