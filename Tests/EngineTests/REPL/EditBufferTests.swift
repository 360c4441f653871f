// What keys do to a line: the rules of Emacs and readline, told by typing.

import Engine
import Testing

@Suite("Edit buffer")
struct EditBufferTests {
  private func typed(_ text: String, _ keys: Key...) -> EditBuffer {
    var buffer = EditBuffer(text)
    for key in keys { buffer.apply(key) }
    return buffer
  }

  @Test("text goes in at the cursor")
  func insertion() {
    let buffer = typed("FROM b", .left, .text("a"), .home, .text("x "), .end, .text(";"))
    #expect(buffer.text == "x FROM ab;")
    #expect(buffer.cursor == 10)
  }

  @Test("the cursor stops at both ends")
  func ends() {
    #expect(typed("a", .right, .right).cursor == 1)
    #expect(typed("a", .left, .left, .left).cursor == 0)
    #expect(typed("", .backspace, .delete, .killWordLeft, .transpose, .yank).text.isEmpty)
  }

  @Test("words are letters, digits and underscores")
  func words() {
    #expect(typed("a.card_id = 7", .wordLeft, .wordLeft).cursor == 2)
    #expect(typed("a.card_id = 7", .home, .wordRight, .wordRight).cursor == 9)
    #expect(typed("FROM payments ", .killWordLeft).text == "FROM ")
    #expect(typed("a, b", .home, .killWordRight).text == ", b")
  }

  @Test("what the last kill took comes back with a yank")
  func killAndYank() {
    #expect(typed("one two", .killWordLeft, .home, .yank, .text(" ")).text == "two one ")
    #expect(typed("one two", .wordLeft, .killToEnd, .yank, .yank).text == "one twotwo")
    #expect(typed("one two", .wordLeft, .killToStart).text == "two")
    #expect(typed("one", .killToStart, .killToStart, .yank).text == "one")
  }

  @Test("transposing exchanges the characters around the cursor, at the end the last two")
  func transposition() {
    #expect(typed("FORM", .left, .left, .transpose).text == "FROM")
    #expect(typed("ab", .transpose).text == "ba")
    #expect(typed("ab", .home, .transpose).text == "ab")
  }

  @Test("a character is what a reader takes for one")
  func graphemes() {
    #expect(typed("漢👩‍👩‍👧e\u{301}", .backspace, .backspace).text == "漢")
    let combined = typed("e", .text("\u{301}"), .text("x"))
    #expect(combined.characters.count == 2)
    #expect(combined.cursor == 2)
  }

  @Test("the word before the cursor is replaced, never more than there is")
  func replacement() {
    var buffer = EditBuffer("FROM pay;")
    buffer.moveLeft()
    buffer.replaceBeforeCursor(3, with: "payments")
    #expect(buffer.text == "FROM payments;")
    #expect(buffer.cursor == 13)
    buffer.replaceBeforeCursor(99, with: "x")
    #expect(buffer.text == "x;")
  }
}
