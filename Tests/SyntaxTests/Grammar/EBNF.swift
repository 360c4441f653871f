// Reads `Grammar/grammar.ebnf`: W3C EBNF with quoted words, names, groups, alternatives and ? * +.

import Foundation

indirect enum EBNF: Hashable {
  case word(String)
  case reference(String)
  case sequence([EBNF])
  case choice([EBNF])
  case optional(EBNF)
  case zeroOrMore(EBNF)
  case oneOrMore(EBNF)
}

struct GrammarFile {
  /// In the order of the file.
  let names: [String]
  let productions: [String: EBNF]
  /// Right sides with single spaces.
  let texts: [String: String]
  let reserved: [String]

  static func read() throws -> GrammarFile {
    let file = DocumentedExamplesTests.root.appendingPathComponent("Grammar/grammar.ebnf")
    return GrammarFile(try String(contentsOf: file, encoding: .utf8))
  }

  init(_ text: String) {
    var names: [String] = []
    var texts: [String: String] = [:]
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    for line in lines {
      if let range = line.range(of: "::=") {
        let name = line[..<range.lowerBound].trimmingCharacters(in: .whitespaces)
        names.append(name)
        texts[name] = line[range.upperBound...].trimmingCharacters(in: .whitespaces)
      } else if line.hasPrefix("      "), let last = names.last {
        texts[last, default: ""] += " " + line.trimmingCharacters(in: .whitespaces)
      }
    }
    self.names = names
    self.texts = texts
    productions = texts.mapValues { text in
      var reader = EBNFReader(text)
      return reader.choice()
    }
    let head = text.components(separatedBy: "Reserved words:").last?.components(separatedBy: "*/").first ?? ""
    reserved = head.split(whereSeparator: \.isWhitespace).map(String.init)
  }

  /// Every quoted word of letters.
  var keywords: Set<String> {
    var found: Set<String> = []
    func visit(_ node: EBNF) {
      switch node {
      case .word(let word): if word.first?.isLetter ?? false { found.insert(word) }
      case .reference: break
      case .sequence(let parts), .choice(let parts): parts.forEach(visit)
      case .optional(let inner), .zeroOrMore(let inner), .oneOrMore(let inner): visit(inner)
      }
    }
    productions.values.forEach(visit)
    return found
  }
}

struct EBNFReader {
  private let tokens: [String]
  private var index = 0

  init(_ text: String) {
    var tokens: [String] = []
    var current = ""
    var isQuoted = false
    for character in text {
      if isQuoted {
        current.append(character)
        if character == "'" {
          tokens.append(current)
          current = ""
          isQuoted = false
        }
      } else if character.isLetter || character == "_" {
        current.append(character)
      } else {
        if !current.isEmpty { tokens.append(current) }
        current = ""
        if character == "'" {
          current = "'"
          isQuoted = true
        } else if !character.isWhitespace {
          tokens.append(String(character))
        }
      }
    }
    if !current.isEmpty { tokens.append(current) }
    self.tokens = tokens
  }

  private var current: String? { index < tokens.count ? tokens[index] : nil }

  mutating func choice() -> EBNF {
    var choices = [sequence()]
    while current == "|" {
      index += 1
      choices.append(sequence())
    }
    return choices.count == 1 ? choices[0] : .choice(choices)
  }

  private mutating func sequence() -> EBNF {
    var parts: [EBNF] = []
    while let token = current, token != "|", token != ")" { parts.append(factor(token)) }
    return parts.count == 1 ? parts[0] : .sequence(parts)
  }

  private mutating func factor(_ token: String) -> EBNF {
    index += 1
    var node: EBNF
    if token == "(" {
      node = choice()
      index += 1
    } else if token.hasPrefix("'") {
      node = .word(String(token.dropFirst().dropLast()))
    } else {
      node = .reference(token)
    }
    while let suffix = current, suffix == "?" || suffix == "*" || suffix == "+" {
      index += 1
      node = suffix == "?" ? .optional(node) : suffix == "*" ? .zeroOrMore(node) : .oneOrMore(node)
    }
    return node
  }
}
