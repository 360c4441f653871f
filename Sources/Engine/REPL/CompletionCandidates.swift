// What Tab offers: whole words that start as the word before the cursor does. Plain data and its drawing in columns.

import Syntax

package struct CompletionCandidates: Equatable {
  /// The characters before the cursor that each word replaces.
  package var prefixLength: Int
  package var words: [String]
  /// Written after the only candidate.
  package var suffix: String

  package init(prefixLength: Int, words: [String], suffix: String = " ") {
    self.prefixLength = prefixLength
    self.words = words
    self.suffix = suffix
  }

  package static let none = CompletionCandidates(prefixLength: 0, words: [])

  /// What all words start with, whatever their case; in the spelling of the first.
  package var commonPrefix: String {
    guard var prefix = words.first else { return "" }
    for word in words.dropFirst() {
      var length = 0
      for (a, b) in zip(prefix, word) {
        guard a.lowercased() == b.lowercased() else { break }
        length += 1
      }
      prefix = String(prefix.prefix(length))
    }
    return prefix
  }

  /// The words in columns, at most a screenful.
  package func columns(width: Int, limit: Int = 200) -> String {
    let shown = words.prefix(limit)
    let widest = (shown.map(DisplayWidth.of).max() ?? 0) + 2
    let across = max(1, width / widest)
    var text = ""
    for (number, word) in shown.enumerated() {
      let isLast = (number + 1) % across == 0 || number == shown.count - 1
      text += isLast ? word + "\n" : word + String(repeating: " ", count: widest - DisplayWidth.of(word))
    }
    if words.count > limit { text += "... and \(words.count - limit) more\n" }
    return text
  }
}
