// The grammar file is normative: the parser accepts its sentences and quotes its productions, and the lists beside it
// agree with the code.

import Foundation
import Testing

@testable import Syntax

struct GrammarTests {
  @Test func everyGeneratedScriptParsesAndSurvivesPrinting() throws {
    var generator = SentenceGenerator(try GrammarFile.read())
    for seed in SeededRandom.seeds(default: 500) {
      let script = generator.sentence("statement", depth: 6 + seed % 14, seed: seed)
      let violations = RoundTrip.violations(script)
      #expect(violations.isEmpty, "seed \(seed):\n\(script)\n\(violations.joined(separator: "\n"))")
    }
  }

  /// Statements alone would rarely reach the deeper productions.
  @Test(arguments: ["expr", "pipeBody", "select", "tableRef", "matchRecognize", "testStmt", "createStream", "type"])
  func everyGeneratedPartParsesAndSurvivesPrinting(production: String) throws {
    var generator = SentenceGenerator(try GrammarFile.read())
    for seed in SeededRandom.seeds(default: 200) {
      let sentence = generator.sentence(production, depth: 4 + seed % 10, seed: seed)
      let script: String
      switch production {
      case "expr": script = "SELECT \(sentence) AS v"
      case "pipeBody": script = "FROM a |> \(sentence) |> LIMIT 1"
      case "tableRef", "matchRecognize": script = "FROM \(production == "tableRef" ? "" : "a ")\(sentence) |> LIMIT 1"
      case "type": script = "CREATE TYPE t AS \(sentence)"
      default: script = sentence
      }
      let violations = RoundTrip.violations(script)
      #expect(violations.isEmpty, "seed \(seed):\n\(script)\n\(violations.joined(separator: "\n"))")
    }
  }

  @Test func everyReferenceOfTheGrammarIsDefined() throws {
    let grammar = try GrammarFile.read()
    let terminals: Set<String> = ["IDENT", "INT", "DECIMAL", "STRING", "HINT"]
    func references(_ node: EBNF) -> Set<String> {
      switch node {
      case .word: []
      case .reference(let name): [name]
      case .sequence(let parts), .choice(let parts): parts.reduce(into: []) { $0.formUnion(references($1)) }
      case .optional(let inner), .zeroOrMore(let inner), .oneOrMore(let inner): references(inner)
      }
    }
    let used = grammar.productions.values.reduce(into: Set<String>()) { $0.formUnion(references($1)) }
    #expect(used.subtracting(grammar.names).subtracting(terminals).isEmpty)
    #expect(Set(grammar.names).subtracting(used) == ["script"], "only the start symbol is used by none")
  }

  @Test func theParserQuotesEachProductionAsTheGrammarHasIt() throws {
    let grammar = try GrammarFile.read()
    let quoted = try Self.quotedProductions()
    #expect(Set(quoted.keys) == Set(grammar.names))
    for (name, text) in grammar.texts {
      #expect(quoted[name].map(Self.normalized) == Self.normalized(text), "production \(name)")
    }
  }

  @Test func keywordsAgreeWithTheLexer() throws {
    let grammar = try GrammarFile.read()
    let sections = try Self.sections(of: "keywords.txt")
    let reserved = Keyword.allCases.filter(\.isReserved).map(\.rawValue)
    let contextual = Keyword.allCases.filter { !$0.isReserved }.map(\.rawValue)
    #expect(sections["reserved"].map(Set.init) == Set(reserved))
    #expect(sections["contextual"].map(Set.init) == Set(contextual))
    #expect(Set(grammar.reserved) == Set(reserved))
    #expect(grammar.keywords.union(grammar.reserved) == Set(Keyword.allCases.map(\.rawValue)))
  }

  @Test func operatorsAgreeWithTheParser() throws {
    let file = DocumentedExamplesTests.root.appendingPathComponent("Grammar/operators.txt")
    let lines = try String(contentsOf: file, encoding: .utf8).split(separator: "\n").filter { !$0.hasPrefix("#") }
    let rows = lines.map { $0.split(separator: " ").map(String.init) }
    #expect(rows == OperatorTable.rows.map { [$0.associativity] + $0.spellings })
    #expect(OperatorTable.rows.map(\.precedence) == Precedence.allCases)
  }

  // MARK: Reading

  /// The `name ::= …` comments of the parser's sources, continued by lines indented further.
  private static func quotedProductions() throws -> [String: String] {
    let folder = DocumentedExamplesTests.root.appendingPathComponent("Sources/Syntax/Parser")
    var quoted: [String: String] = [:]
    for file in try FileManager.default.contentsOfDirectory(atPath: folder.path) where file.hasSuffix(".swift") {
      let text = try String(contentsOf: folder.appendingPathComponent(file), encoding: .utf8)
      var name: String?
      for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
        let comment = line.trimmingCharacters(in: .whitespaces)
        if comment.hasPrefix("/// "), let range = comment.range(of: " ::= ") {
          name = String(comment[..<range.lowerBound].dropFirst(4))
          quoted[name ?? ""] = String(comment[range.upperBound...])
        } else if comment.hasPrefix("///     "), let current = name {
          quoted[current, default: ""] += " " + comment.dropFirst(8)
        } else {
          name = nil
        }
      }
    }
    return quoted
  }

  private static func normalized(_ text: String) -> String {
    text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
  }

  private static func sections(of file: String) throws -> [String: [String]] {
    let url = DocumentedExamplesTests.root.appendingPathComponent("Grammar").appendingPathComponent(file)
    var sections: [String: [String]] = [:]
    var current = ""
    for line in try String(contentsOf: url, encoding: .utf8).split(separator: "\n") where !line.hasPrefix("#") {
      if line.hasPrefix("[") {
        current = String(line.dropFirst().dropLast())
      } else {
        sections[current, default: []] += line.split(separator: " ").map(String.init)
      }
    }
    return sections
  }
}
