// Whatever the bytes, the parser returns: no trap, no endless loop, spans inside the text, and a script that gives no
// diagnostic survives printing. MILLRACE_SEEDS sets how many texts each test tries.

import Foundation
import Testing

@testable import Syntax

struct FuzzTests {
  private static func check(_ bytes: [UInt8], seed: Int) {
    let source = SourceText(name: "fuzz.pipe", bytes: bytes)
    let (script, diagnostics) = Parser.parseScript(source)
    let inside = diagnostics.allSatisfy { $0.primary.span.start >= 0 && $0.primary.span.end <= bytes.count }
    #expect(inside, "seed \(seed)")
    #expect(!DiagnosticRenderer(source, usesColour: true).render(diagnostics).contains("\u{7}"))
    _ = DiagnosticJSON([source]).render(diagnostics)
    _ = Formatter.print(script)
    _ = Parser.isComplete(source)
    if diagnostics.isEmpty {
      let violations = RoundTrip.violations(source.text(of: source.span))
      #expect(violations.isEmpty, "seed \(seed): \(violations.joined())")
    }
  }

  private static func scripts() throws -> [[UInt8]] {
    let folder = DocumentedExamplesTests.here.appendingPathComponent("Scripts")
    return try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
      .map { try [UInt8](Data(contentsOf: folder.appendingPathComponent($0))) }
  }

  @Test func randomBytes() {
    for seed in SeededRandom.seeds(default: 300) {
      var random = SeededRandom(seed: seed)
      let count = Int.random(in: 0..<200, using: &random)
      Self.check((0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }, seed: seed)
    }
  }

  @Test func randomTokens() {
    let words =
      Keyword.allCases.map(\.rawValue) + Symbol.allCases.map(\.rawValue)
      + ["a", "b", "1", "1.5", "'x'", "`n`", "/*+ h */", "-- c\n", "/* d */", "'", "(", ")", "|>", "|>", ",", "\n"]
    for seed in SeededRandom.seeds(default: 400) {
      var random = SeededRandom(seed: seed)
      let count = Int.random(in: 0..<80, using: &random)
      let text = (0..<count).map { _ in words.randomElement(using: &random) ?? "" }.joined(separator: " ")
      Self.check(Array(text.utf8), seed: seed)
    }
  }

  @Test func truncatedScripts() throws {
    for script in try Self.scripts() {
      for seed in SeededRandom.seeds(default: 15) {
        var random = SeededRandom(seed: seed)
        Self.check(Array(script.prefix(Int.random(in: 0...script.count, using: &random))), seed: seed)
      }
    }
  }

  /// Deletes, repeats and swaps pieces of a good statement.
  @Test func mutatedStatements() throws {
    let statements = try Self.scripts().flatMap { $0.split(separator: UInt8(ascii: ";")).map { [UInt8]($0) } }
    for seed in SeededRandom.seeds(default: 400) {
      var random = SeededRandom(seed: seed)
      var bytes = statements.randomElement(using: &random) ?? []
      for _ in 0..<Int.random(in: 1...4, using: &random) where bytes.count > 4 {
        let start = Int.random(in: 0..<(bytes.count - 2), using: &random)
        let end = min(bytes.count, start + Int.random(in: 1...12, using: &random))
        switch Int.random(in: 0..<3, using: &random) {
        case 0: bytes.removeSubrange(start..<end)
        case 1: bytes.insert(contentsOf: bytes[start..<end], at: start)
        default: bytes.swapAt(start, end - 1)
        }
      }
      Self.check(bytes, seed: seed)
    }
  }

  /// Each opening repeated far beyond the nesting limit.
  @Test(arguments: [
    "(", "SELECT (", "FROM (", "ARRAY<", "CASE WHEN ", "NOT ", "- ", "a[", "f(", "FROM a |> FORK ( ", "{-", "STRUCT(",
    "WITH a AS (", "EXISTS (", "a IN (", "CREATE TYPE t AS STRUCT<a ", "a.b", "FROM a |> WHERE (", "a BETWEEN ",
    "a + ", "FROM a MATCH_RECOGNIZE (PATTERN ((", "((SELECT 1) UNION ALL ", "a AND ", "INTERVAL ",
  ])
  func deepNesting(opening: String) {
    for prefix in ["", "SELECT ", "FROM a |> EXTEND ", "CREATE TYPE t AS ", "FROM a MATCH_RECOGNIZE (PATTERN ("] {
      Self.check(Array((prefix + String(repeating: opening, count: 1000)).utf8), seed: 0)
    }
  }
}
