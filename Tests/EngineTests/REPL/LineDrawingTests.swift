// A drawn line never passes the terminal's width and has its cursor where the buffer's is.

import Testing

@testable import Engine

@Suite("Drawing of a line")
struct LineDrawingTests {
  /// The visible text and the cursor's column of a drawing.
  private func drawn(_ buffer: EditBuffer, width: Int, prompt: String = "> ") -> (text: String, cursor: Int) {
    var drawing = LineDrawing()
    let output = drawing.draw(prompt, buffer, width: width)
    let parts = output.replacing("\r\u{1B}[K", with: "").split(separator: "\r", omittingEmptySubsequences: false)
    let cursor = parts.count > 1 ? parts[1].filter(\.isNumber) : ""
    return (String(parts[0]), Int(cursor) ?? 0)
  }

  @Test("a line that fits is drawn whole")
  func whole() {
    var buffer = EditBuffer("FROM a")
    #expect(drawn(buffer, width: 20) == ("> FROM a", 8))
    buffer.moveToStart()
    #expect(drawn(buffer, width: 20) == ("> FROM a", 2))
  }

  @Test("a long line shows the part around the cursor")
  func long() {
    var buffer = EditBuffer("0123456789abcdefghij")
    #expect(drawn(buffer, width: 13) == ("> abcdefghij", 12))
    buffer.moveToStart()
    #expect(drawn(buffer, width: 13) == ("> 0123456789", 2))
    for _ in 0..<15 { buffer.moveRight() }
    let middle = drawn(buffer, width: 13)
    #expect(middle.text.count == 12)
    #expect(middle.text.contains("ef") && middle.text.contains("fg"))
  }

  @Test("wide characters take two columns, line breaks and tabs one")
  func wide() {
    #expect(drawn(EditBuffer("漢字x"), width: 20) == ("> 漢字x", 7))
    #expect(drawn(EditBuffer("漢字漢字漢字"), width: 10).text == "> 字漢字")
    #expect(drawn(EditBuffer("a\nb\tc"), width: 20) == ("> a⏎b c", 7))
  }

  @Test("no width makes it fail", arguments: 0...12)
  func narrow(width: Int) {
    #expect(!drawn(EditBuffer("漢字x"), width: width, prompt: "millrace> ").text.isEmpty)
  }
}
