// A line being edited as control sequences: the prompt, and as much of the line around the cursor as the terminal is
// wide. In: the prompt, the buffer, the width. Out: text to write. Never reads anything and never knows what a key does.

import Syntax

/// Draws one line again and again over itself.
struct LineDrawing {
  /// The columns before the cursor and of the whole line when it was last drawn, and how wide the terminal was.
  private var last: (cursor: Int, end: Int, width: Int)?

  /// The next drawing is the first of its line.
  mutating func reset() { last = nil }

  mutating func draw(_ prompt: String, _ buffer: EditBuffer, width: Int) -> String {
    // The last column stays free: writing there makes terminals disagree on where the cursor is.
    let promptWidth = DisplayWidth.of(prompt)
    let room = max(1, width - promptWidth - 1)
    let characters = buffer.characters
    // What follows the cursor gets a quarter of the room when the line is longer than the room.
    let before = Self.fit(characters[..<buffer.cursor].reversed(), room)
    let ahead = Self.fit(characters[buffer.cursor...], room / 4)
    let shownBefore =
      before.width + ahead.width > room && before.count == buffer.cursor
      ? before : Self.fit(characters[..<buffer.cursor].reversed(), room - ahead.width)
    let start = buffer.cursor - shownBefore.count
    let after = Self.fit(characters[buffer.cursor...], room - shownBefore.width)
    let text = characters[start..<buffer.cursor + after.count].map(Self.shown).joined()
    let cursor = promptWidth + shownBefore.width
    defer { last = (cursor, promptWidth + shownBefore.width + after.width, width) }
    return erasure(width) + prompt + text + "\r" + (cursor > 0 ? "\u{1B}[\(cursor)C" : "")
  }

  /// Back to the start of what was drawn before, which a narrower terminal has broken into several rows.
  private func erasure(_ width: Int) -> String {
    guard let last, last.width > width, width > 0 else { return "\r\u{1B}[K" }
    let rows = last.cursor / width
    return "\r" + (rows > 0 ? "\u{1B}[\(rows)A" : "") + "\u{1B}[J"
  }

  /// How many of the characters fit, from the first on, and how wide they are.
  private static func fit(_ characters: some Sequence<Character>, _ room: Int) -> (count: Int, width: Int) {
    var count = 0
    var width = 0
    for character in characters {
      let next = width + DisplayWidth.of(shown(character))
      if next > room { break }
      width = next
      count += 1
    }
    return (count, width)
  }

  /// A character that moves the cursor as a mark that does not.
  private static func shown(_ character: Character) -> String {
    switch character {
    case "\n": "⏎"
    case "\t": " "
    default:
      character.unicodeScalars.contains { $0.value < 32 || (127..<160).contains($0.value) } ? "?" : String(character)
    }
  }
}
