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
  package var textAfterCursor: String { String(characters[cursor...]) }

  /// Inserts at the cursor. A mark that combines with the character before it becomes one character with it.
  package mutating func insert(_ text: String) {
    let before = Array(textBeforeCursor + text)
    characters = before + characters[cursor...]
    cursor = before.count
  }

  /// Replaces everything, the cursor at the end; what was killed stays.
  package mutating func replace(with text: String) {
    characters = Array(text)
    cursor = characters.count
  }

  /// Replaces the `count` characters before the cursor.
  package mutating func replaceBeforeCursor(_ count: Int, with text: String) {
    let start = max(0, cursor - max(0, count))
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

  /// What a key does to the line; keys that mean something else do nothing.
  package mutating func apply(_ key: Key) {
    switch key {
    case .text(let text): insert(text)
    case .left: moveLeft()
    case .right: moveRight()
    case .home: moveToStart()
    case .end: moveToEnd()
    case .wordLeft: moveWordLeft()
    case .wordRight: moveWordRight()
    case .backspace: deleteBackward()
    case .delete, .endOfInput: deleteForward()
    case .killToEnd: killToEnd()
    case .killToStart: killToStart()
    case .killWordLeft: killWordLeft()
    case .killWordRight: killWordRight()
    case .yank: yank()
    case .transpose: transpose()
    case .paste, .enter, .tab, .interrupt, .clearScreen, .reverseSearch, .cancel, .up, .down, .suspend, .resized,
      .unknown:
      break
    }
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
