// Where in a statement the cursor stands: in a text, after FROM, after `|>`, behind a dot; and which relations the
// statement names. In: the text around the cursor. Out: the place and the word that is being typed.

import Syntax

struct StatementContext {
  /// What kind of word is expected.
  enum Place: Equatable {
    /// The first word of a statement.
    case start
    /// A relation: after FROM, JOIN, INTO.
    case relation
    /// The operator after `|>`.
    case pipe
    /// What SHOW shows.
    case shown
    /// A column of what stands before the dot.
    case member(String)
    case expression
  }

  /// What is open at the end of a text.
  enum Opening: Equatable {
    case code, comment
    case text(String)
    case quotedName(String)
  }

  /// The word before the cursor, possibly empty.
  let partial: String
  let place: Place
  /// The relations that the statement names, by name and by alias, both in small letters.
  let relations: [String: String]

  init(before: String, after: String) {
    let head = Self.lastStatement(before)
    let word = String(head.reversed().prefix { Self.isWord($0) }.reversed())
    let tokens = Self.tokens(String(head.dropLast(word.count)))
    relations = Self.relations(in: Self.tokens(head + Self.firstStatement(after)))
    let last = tokens.last
    // A relation's own name may have dots: `fraud.late`.
    let dotted = String(head.reversed().prefix { Self.isWord($0) || $0 == "." }.reversed())
    let beforeDotted = Self.tokens(String(head.dropLast(dotted.count)))
    if Self.isBeforeRelation(beforeDotted) {
      (partial, place) = (dotted, .relation)
    } else if last?.is(.dot) == true, tokens.count > 1, tokens[tokens.count - 2].isName {
      (partial, place) = (word, .member(tokens[tokens.count - 2].text))
    } else if last == nil {
      (partial, place) = (word, .start)
    } else if last?.is(.pipe) == true {
      (partial, place) = (word, .pipe)
    } else if last?.keyword == .show, tokens.count == 1 {
      (partial, place) = (word, .shown)
    } else {
      (partial, place) = (word, .expression)
    }
  }

  /// What is open at the end of `text`: a walk over quotes and comments.
  static func opening(in text: String) -> Opening {
    var characters = Array(text)[...]
    var open: Character?
    var start = characters.startIndex
    while let character = characters.popFirst() {
      if let quote = open {
        if character == quote { open = nil }
        continue
      }
      switch character {
      case "'", "\"", "`":
        open = character
        start = characters.startIndex
      case "-" where characters.first == "-":
        guard let end = characters.firstIndex(where: \.isNewline) else { return .comment }
        characters = characters[end...]
      case "/" where characters.first == "*":
        characters.removeFirst()
        while let next = characters.popFirst(), !(next == "*" && characters.first == "/") {}
        guard characters.popFirst() != nil else { return .comment }
      default: break
      }
    }
    guard let open else { return .code }
    let partial = String(Array(text)[start...])
    return open == "`" ? .quotedName(partial) : .text(partial)
  }

  private static func isWord(_ character: Character) -> Bool {
    character.isLetter || character.isNumber || character == "_"
  }

  private static func tokens(_ text: String) -> [Token] {
    Array(Lexer.tokenize(SourceText(name: "", text: text)).tokens.dropLast())
  }

  private static func lastStatement(_ text: String) -> String {
    let tokens = tokens(text)
    guard let end = tokens.last(where: { $0.is(.semicolon) })?.span.end else { return text }
    return String(decoding: Array(text.utf8)[end...], as: UTF8.self)
  }

  private static func firstStatement(_ text: String) -> String {
    guard let start = tokens(text).first(where: { $0.is(.semicolon) })?.span.start else { return text }
    return String(decoding: Array(text.utf8)[..<start], as: UTF8.self)
  }

  private static func isBeforeRelation(_ tokens: [Token]) -> Bool {
    switch tokens.last?.keyword {
    case .from, .join, .into, .describe: true
    default: false
    }
  }

  /// The names after FROM, JOIN and INTO, each with the alias behind it.
  private static func relations(in tokens: [Token]) -> [String: String] {
    var found: [String: String] = [:]
    var place = 0
    while place < tokens.count {
      let isIntroduced = isBeforeRelation(Array(tokens[...place]))
      place += 1
      guard isIntroduced, place < tokens.count else { continue }
      var name = ""
      if tokens[place].kind == .string {
        name = "'\(tokens[place].text)'"
        place += 1
      } else {
        while place < tokens.count, tokens[place].isName {
          name += tokens[place].text
          place += 1
          guard place + 1 < tokens.count, tokens[place].is(.dot), tokens[place + 1].isName else { break }
          name += "."
          place += 1
        }
      }
      guard !name.isEmpty else { continue }
      found[name.lowercased()] = name
      if place < tokens.count, tokens[place].keyword == .as { place += 1 }
      if place < tokens.count, tokens[place].isName, tokens[place].keyword == nil {
        found[tokens[place].text.lowercased()] = name
      }
    }
    return found
  }
}
