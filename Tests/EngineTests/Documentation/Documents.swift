// The documents of the repository as their fenced blocks. In: Markdown files. Out: blocks with their place and what they
// claim. Never runs anything.

import Foundation

/// A fenced block.
struct DocumentBlock: Sendable, CustomStringConvertible {
  /// The file, relative to the root.
  var path: String
  /// The line of the opening fence, from 1.
  var line: Int
  /// The first word behind the fence.
  var language: String
  /// The other words behind the fence.
  var words: [String]
  var text: String
  /// The `text` block that follows with nothing but empty lines between, and where its lines stand.
  var output: String?
  var outputLines: Range<Int>?

  var description: String { "\(path):\(line)" }

  /// The code of the error that the block is there to show.
  var expectedCode: String? {
    words.first { $0.hasPrefix("error=") }.map { String($0.dropFirst("error=".count)) }
  }
  /// Whether the block declares what later blocks of its page use.
  var isSetup: Bool { words.contains("setup") }
}

enum Documents {
  static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  /// Whether pages and outputs are to be written, not compared.
  static var updates: Bool { ProcessInfo.processInfo.environment["UPDATE_DOCS"] != nil }

  static let paths: [String] = {
    let walker = FileManager.default.enumerator(atPath: root.path)
    var found: [String] = []
    while let path = walker?.nextObject() as? String {
      if path.hasPrefix(".") {
        walker?.skipDescendants()
      } else if path.hasSuffix(".md"),
        path == "README.md" || path.hasPrefix("Docs/") || path.hasPrefix("Pipelines/")
      {
        found.append(path)
      }
    }
    return found.sorted()
  }()

  static let blocks: [DocumentBlock] = paths.flatMap { blocks(in: $0) }

  static func lines(of path: String) -> [String] {
    let text = (try? String(contentsOf: root.appending(path: path), encoding: .utf8)) ?? ""
    return text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
  }

  static func blocks(in path: String) -> [DocumentBlock] {
    var result: [DocumentBlock] = []
    var open: (line: Int, info: [String])?
    var lastEnd = -1
    let lines = lines(of: path)
    for (number, line) in lines.enumerated() where line.hasPrefix("```") {
      guard let start = open else {
        open = (number, line.dropFirst(3).split(separator: " ").map(String.init))
        continue
      }
      open = nil
      let content = lines[(start.line + 1)..<number]
      let text = content.map { $0 + "\n" }.joined()
      if start.info.first == "text", let last = result.indices.last, lastEnd >= 0,
        lines[(lastEnd + 1)..<start.line].allSatisfy(\.isEmpty)
      {
        result[last].output = text
        result[last].outputLines = (start.line + 1)..<number
      } else if let language = start.info.first {
        result.append(
          DocumentBlock(
            path: path, line: start.line + 1, language: language, words: Array(start.info.dropFirst()), text: text))
      }
      lastEnd = start.info.isEmpty ? -1 : number
    }
    return result
  }
}
