// The files of the project, read once, for the rules of the house. In: the folder of the package. Out: paths and lines.

import Foundation

/// A text file of the project.
struct SourceFile: Sendable, CustomStringConvertible {
  /// Relative to the package, with `/`.
  var path: String
  var lines: [String]

  var description: String { path }

  /// The target: the second component of `Sources/<target>/...`.
  var target: String { path.split(separator: "/").dropFirst().first.map(String.init) ?? "" }

  /// The lines without comments and without the content of string literals, so that rules about code see code alone.
  var code: [String] {
    lines.map { line in
      let trimmed = line.drop { $0 == " " }
      if trimmed.hasPrefix("//") { return "" }
      var result = ""
      var inText = false
      var escaped = false
      for character in line {
        if inText {
          if escaped {
            escaped = false
          } else if character == "\\" {
            escaped = true
          } else if character == "\"" {
            inText = false
            result.append(character)
          }
          continue
        }
        result.append(character)
        if character == "\"" { inText = true }
        if result.hasSuffix("//") { return result }
      }
      return result
    }
  }
}

/// The package as it lies on disk.
enum SourceTree {
  static let root: URL = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  static let swiftSources = files(under: "Sources", suffix: ".swift")
  static let swiftTests = files(under: "Tests", suffix: ".swift")
  static let documents =
    files(under: "Docs", suffix: ".md") + files(under: "Pipelines", suffix: ".md")
    + [file("README.md")].compactMap { $0 }

  static func file(_ path: String) -> SourceFile? {
    guard let text = try? String(contentsOf: root.appendingPathComponent(path), encoding: .utf8) else { return nil }
    return SourceFile(path: path, lines: text.components(separatedBy: "\n"))
  }

  static func files(under folder: String, suffix: String) -> [SourceFile] {
    let start = root.appendingPathComponent(folder)
    guard let walker = FileManager.default.enumerator(at: start, includingPropertiesForKeys: nil) else { return [] }
    var paths: [String] = []
    for case let url as URL in walker where url.path.hasSuffix(suffix) {
      paths.append(String(url.path.dropFirst(root.path.count + 1)))
    }
    return paths.sorted().compactMap(file)
  }
}
