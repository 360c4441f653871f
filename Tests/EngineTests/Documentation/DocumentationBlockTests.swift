// Every block of the documentation is what it says: queries compile, or fail with the code they are marked with; where an
// output follows, they are run and print it; command lines are command lines.
//
// A block `pipe` (or `sql`) is a script. The words behind it: `setup` declares what later blocks of the page use,
// `error=CODE` says that it is wrong. A block `sh` holds command lines. A block `text` behind either is the output; a line
// `...` in it stands for any lines.

import Compiler
import Foundation
import Syntax
import Testing

@testable import Engine

@Suite("Documentation: blocks", .serialized)
struct DocumentationBlockTests {
  static let queries = Documents.blocks.filter { ["pipe", "sql"].contains($0.language) }
  static let shells = Documents.blocks.filter { $0.language == "sh" }

  @Test func thereAreBlocks() {
    #expect(Self.queries.count > 20)
    #expect(Self.queries.contains { $0.output != nil })
    #expect(Self.shells.count > 3)
  }

  /// The block behind the declarations of its page.
  private func script(_ block: DocumentBlock) -> String {
    let setup = Self.queries.filter { $0.path == block.path && $0.isSetup && $0.line < block.line }
    return (setup.map(\.text) + [block.text]).joined(separator: "\n")
  }

  @Test(arguments: queries.filter { $0.expectedCode == nil })
  func queryCompiles(block: DocumentBlock) throws {
    let query = try QuerySource(.text(script(block)))
    let result = try Compilation(settings: RunSettings()).compile(query)
    #expect(!result.hasErrors, "\(block):\n\(DiagnosticRenderer([query.source]).render(result.diagnostics))")
  }

  @Test(arguments: queries.filter { $0.expectedCode != nil })
  func queryIsWrong(block: DocumentBlock) throws {
    let query = try QuerySource(.text(script(block)))
    let result = try Compilation(settings: RunSettings()).compile(query)
    #expect(result.diagnostics.map(\.code).contains(block.expectedCode ?? ""), "\(block): \(result.diagnostics)")
    guard block.output != nil else { return }
    try compare(DiagnosticRenderer([query.source]).render(result.diagnostics), block)
  }

  @Test(arguments: queries.filter { $0.expectedCode == nil && $0.output != nil })
  func queryPrints(block: DocumentBlock) throws {
    let isTable = block.output?.hasPrefix("{") != true
    let options = ["--format", isTable ? "table" : "jsonl"] + block.words.filter { $0.hasPrefix("--") }
    let outcome = try BuiltProgram.run(["run", "-c", script(block)] + options)
    #expect(outcome.status == 0, "\(block): \(outcome.errors)")
    try compare(outcome.output + (block.words.contains("summary") ? outcome.errors : ""), block)
  }

  @Test(arguments: queries.filter { $0.text.contains("\nTEST '") })
  func testsPass(block: DocumentBlock) throws {
    let tester = PipelineTester(console: Console())
    let outcomes = try tester.run(QuerySource(.text(script(block))), settings: RunSettings())
    #expect(!outcomes.isEmpty)
    for outcome in outcomes { #expect(outcome.failure == nil, "\(block): \(outcome.title)") }
  }

  @Test(arguments: shells)
  func commandLinesParse(block: DocumentBlock) throws {
    for words in Self.commandLines(block.text) {
      // The options are read before the help is shown.
      let outcome = try BuiltProgram.run(words.contains("--help") ? words : words + ["--help"])
      #expect(outcome.status == 0, "\(block): millrace \(words.joined(separator: " ")): \(outcome.errors)")
    }
  }

  @Test(arguments: shells.filter { $0.output != nil })
  func commandPrints(block: DocumentBlock) throws {
    var words = try #require(Self.commandLines(block.text).first, "\(block) runs nothing")
    // A terminal shows tables.
    if words.first == "run", block.output?.hasPrefix("┌") == true { words += ["--format", "table"] }
    let outcome = try BuiltProgram.run(words)
    #expect(outcome.status == 0, "\(block): \(outcome.errors)")
    try compare(outcome.output + outcome.errors, block)
  }

  /// The arguments of each `millrace` in a block.
  static func commandLines(_ text: String) -> [[String]] {
    let joined = text.split(separator: "\\\n").joined()
    return joined.split(separator: "\n").flatMap { line in
      words(String(line)).split { ["&&", "|", ";"].contains($0) }.compactMap { words in
        guard let start = words.firstIndex(where: { $0 == "millrace" || $0.hasSuffix("/millrace") }) else { return nil }
        return Array(words[(start + 1)...].prefix { $0 != "<" && $0 != ">" })
      }
    }
  }

  /// Words as a shell cuts them, with quotes.
  private static func words(_ line: String) -> [String] {
    var words: [String] = []
    var word = ""
    var quote: Character?
    var isOpen = false
    for character in line {
      if let open = quote {
        if character == open { quote = nil } else { word.append(character) }
      } else if character == "\"" || character == "'" {
        quote = character
        isOpen = true
      } else if character == " " {
        if isOpen || !word.isEmpty { words.append(word) }
        (word, isOpen) = ("", false)
      } else if character == "#", word.isEmpty {
        break
      } else {
        word.append(character)
      }
    }
    return isOpen || !word.isEmpty ? words + [word] : words
  }

  private func compare(_ printed: String, _ block: DocumentBlock) throws {
    let wanted = block.output ?? ""
    let agrees = Self.agrees(Self.lines(printed), Self.lines(wanted)[...])
    if Documents.updates, !agrees, !wanted.contains("\n...\n"),
      // Lines have moved if an output before this one was written.
      let place = Documents.blocks(in: block.path).first(where: { $0.text == block.text })?.outputLines
    {
      var lines = Documents.lines(of: block.path)
      lines.replaceSubrange(
        place, with: printed.split(separator: "\n", omittingEmptySubsequences: false).dropLast().map(String.init))
      try lines.joined(separator: "\n").write(
        to: Documents.root.appending(path: block.path), atomically: true, encoding: .utf8)
      return
    }
    #expect(agrees, "\(block) prints\n\(printed)\nand says\n\(wanted)\nUPDATE_DOCS=1 swift test --filter Documentation")
  }

  /// Lines without what differs between runs: the seconds of a summary.
  private static func lines(_ text: String) -> [String] {
    text.split(separator: "\n").map { line in
      var line = String(line)
      while line.last == " " { line.removeLast() }
      guard line.hasSuffix("s)"), let open = line.lastIndex(of: "(") else { return line }
      return String(line[..<open])
    }
  }

  private static func agrees(_ printed: [String], _ wanted: ArraySlice<String>) -> Bool {
    guard let first = wanted.first else { return printed.isEmpty }
    guard first == "..." else {
      return printed.first == first && agrees(Array(printed.dropFirst()), wanted.dropFirst())
    }
    return (0...printed.count).contains { agrees(Array(printed.dropFirst($0)), wanted.dropFirst()) }
  }
}
