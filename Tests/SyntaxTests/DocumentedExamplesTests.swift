// Every fenced `pipe` block of the documentation, and every script of this folder, parses and survives printing.
// MILLRACE_DOCUMENTS names further Markdown files, separated by colons.

import Foundation
import Testing

@testable import Syntax

struct DocumentedExamplesTests {
  @Test func everyPipeBlockParsesAndSurvivesPrinting() throws {
    var blocks = 0
    for file in Self.documents() {
      let text = try String(contentsOfFile: file, encoding: .utf8)
      for block in Self.pipeBlocks(in: text) {
        blocks += 1
        #expect(RoundTrip.violations(block).isEmpty, "\(file):\n\(RoundTrip.violations(block).joined())")
      }
    }
    if ProcessInfo.processInfo.environment["MILLRACE_DOCUMENTS"] != nil {
      #expect(blocks > 0, "the named documents hold no pipe block")
    }
  }

  @Test func everyScriptOfThisFolderParsesAndSurvivesPrinting() throws {
    let folder = Self.here.appendingPathComponent("Scripts")
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.hasSuffix(".pipe") }
    #expect(!names.isEmpty)
    for name in names.sorted() {
      let text = try String(contentsOf: folder.appendingPathComponent(name), encoding: .utf8)
      #expect(RoundTrip.violations(text).isEmpty, "\(name):\n\(RoundTrip.violations(text).joined())")
    }
  }

  static let here = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
  static let root = here.deletingLastPathComponent().deletingLastPathComponent()

  private static func documents() -> [String] {
    let named = ProcessInfo.processInfo.environment["MILLRACE_DOCUMENTS"] ?? ""
    var files = named.split(separator: ":").map(String.init)
    let docs = root.appendingPathComponent("Docs")
    let names = FileManager.default.enumerator(atPath: docs.path)?.compactMap { $0 as? String } ?? []
    files += names.filter { $0.hasSuffix(".md") }.sorted().map { docs.appendingPathComponent($0).path }
    return files
  }

  static func pipeBlocks(in text: String) -> [String] {
    var blocks: [String] = []
    var current: [Substring]?
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      if line == "```pipe" {
        current = []
      } else if line == "```", let lines = current {
        blocks.append(lines.joined(separator: "\n") + "\n")
        current = nil
      } else {
        current?.append(line)
      }
    }
    return blocks
  }
}
