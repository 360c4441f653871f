// One line being typed: characters, a cursor, and what keys do to them, with the names that Emacs and readline give them.
// In: edits. Out: the new state. Never draws and never reads a key, so that tests can type.

package struct EditBuffer: Equatable {
  package private(set) var characters: [Character] = []
  /// Between 0 and the number of characters.
  package private(set) var cursor = 0
  /// What the last kill took, for `yank`.
  private var killed: [Character] = []

  package init(_ text: String = "") {
    characters = Array(text)
    cursor = characters.count
  }

  package var text: String { String(characters) }
  package var textBeforeCursor: String { String(characters[..<cursor]) }

  package mutating func insert(_ text: String) {
    let added = Array(text)
    characters.insert(contentsOf: added, at: cursor)
    cursor += added.count
  }

  /// Replaces everything, the cursor at the end; what was killed stays.
  package mutating func replace(with text: String) {
    characters = Array(text)
    cursor = characters.count
  }

  /// Replaces the `count` characters before the cursor.
  package mutating func replaceBeforeCursor(_ count: Int, with text: String) {
    let start = max(0, cursor - count)
    characters.replaceSubrange(start..<cursor, with: Array(text))
    cursor = start + text.count
  }

  package mutating func moveLeft() { cursor = max(0, cursor - 1) }
  package mutating func moveRight() { cursor = min(characters.count, cursor + 1) }
  package mutating func moveToStart() { cursor = 0 }
  package mutating func moveToEnd() { cursor = characters.count }
  package mutating func moveWordLeft() { cursor = wordStart }
  package mutating func moveWordRight() { cursor = wordEnd }

  package mutating func deleteBackward() {
    guard cursor > 0 else { return }
    cursor -= 1
    characters.remove(at: cursor)
  }

  package mutating func deleteForward() {
    if cursor < characters.count { characters.remove(at: cursor) }
  }

  package mutating func killToEnd() { kill(cursor..<characters.count) }
  package mutating func killToStart() { kill(0..<cursor) }
  package mutating func killWordLeft() { kill(wordStart..<cursor) }
  package mutating func killWordRight() { kill(cursor..<wordEnd) }
  package mutating func yank() { insert(String(killed)) }

  /// Exchanges the two characters around the cursor, or the last two at the end of the line.
  package mutating func transpose() {
    guard characters.count > 1, cursor > 0 else { return }
    let right = min(cursor, characters.count - 1)
    characters.swapAt(right - 1, right)
    cursor = right + 1
  }

  private mutating func kill(_ range: Range<Int>) {
    guard !range.isEmpty else { return }
    killed = Array(characters[range])
    characters.removeSubrange(range)
    cursor = range.lowerBound
  }

  private static func isWord(_ character: Character) -> Bool {
    character.isLetter || character.isNumber || character == "_"
  }

  private var wordStart: Int {
    var place = cursor
    while place > 0, !Self.isWord(characters[place - 1]) { place -= 1 }
    while place > 0, Self.isWord(characters[place - 1]) { place -= 1 }
    return place
  }

  private var wordEnd: Int {
    var place = cursor
    while place < characters.count, !Self.isWord(characters[place]) { place += 1 }
    while place < characters.count, Self.isWord(characters[place]) { place += 1 }
    return place
  }
}
