// What every source file keeps to, held by reading them: an opening paragraph, sizes, and no call that has a better one.

import Foundation
import Testing

@Suite("Style of the sources")
struct StyleTests {
  /// A call that is not made, where it may be all the same, and what to do instead.
  struct Ban: Sendable, CustomStringConvertible {
    var pattern: String
    var instead: String
    var allowedIn: [String] = []
    var description: String { pattern }
  }

  static let bans: [Ban] = [
    Ban(pattern: "try!", instead: "handle the error, or throw it on"),
    Ban(pattern: "as!", instead: "as? and a precondition with a sentence"),
    Ban(pattern: "fatalError()", instead: "preconditionFailure with a sentence"),
    Ban(pattern: "Date()", instead: "the clock that is passed in", allowedIn: ["Engine", "millrace"]),
    Ban(pattern: "ContinuousClock.now", instead: "the clock that is passed in", allowedIn: ["Engine", "millrace"]),
    Ban(pattern: "SystemRandomNumberGenerator", instead: "a seeded generator"),
    Ban(pattern: ".random(in", instead: "a seeded generator"),
    Ban(pattern: "String(format:", instead: "the text forms of Values"),
    Ban(pattern: "print(", instead: "the output that is passed in"),
    Ban(pattern: "TODO", instead: "finish it, or give the user a proper error"),
    Ban(pattern: "FIXME", instead: "finish it, or give the user a proper error"),
    Ban(pattern: "hashValue", instead: "the stable hash of Values"),
  ]

  @Test("banned calls are not made", arguments: bans)
  func bannedCalls(ban: Ban) {
    for file in SourceTree.swiftSources where !ban.allowedIn.contains(file.target) {
      // A printer's own method of that name is what it calls.
      if file.lines.contains(where: { $0.contains("func \(ban.pattern)") }) { continue }
      for (number, line) in file.code.enumerated() where Self.calls(ban.pattern, in: line) {
        Issue.record("\(file.path):\(number + 1): \(ban.pattern): use \(ban.instead)")
      }
    }
  }

  /// Whether the pattern stands in the line as a word of its own: `fingerprint(` is not `print(`.
  static func calls(_ pattern: String, in line: String) -> Bool {
    guard let range = line.range(of: pattern) else { return false }
    guard pattern.first?.isLetter == true, range.lowerBound > line.startIndex else { return true }
    let before = line[line.index(before: range.lowerBound)]
    return !(before.isLetter || before.isNumber || before == "_" || before == ".")
  }

  @Test("every file opens with a paragraph", arguments: SourceTree.swiftSources)
  func opensWithParagraph(file: SourceFile) {
    let first = file.lines.first ?? ""
    #expect(first.hasPrefix("// ") && first.count > 20, "\(file.path) does not open by saying what it is")
  }

  @Test("files are one idea long", arguments: SourceTree.swiftSources)
  func fileLength(file: SourceFile) {
    #expect(file.lines.count <= 500, "\(file.path) has \(file.lines.count) lines: a long file is usually two ideas")
  }

  @Test("names of files and types avoid words that say nothing", arguments: SourceTree.swiftSources)
  func telling(file: SourceFile) {
    let name = file.path.split(separator: "/").last ?? ""
    for word in ["Util", "Helper", "Manager", "Common", "Misc"] {
      #expect(!name.contains(word), "\(file.path): what is in it?")
    }
  }

  @Test("unchecked sendability is explained", arguments: SourceTree.swiftSources)
  func uncheckedSendable(file: SourceFile) {
    for (number, line) in file.lines.enumerated()
    where line.contains("@unchecked Sendable") || line.contains("nonisolated(unsafe)") {
      let before = number > 0 ? file.lines[number - 1].drop { $0 == " " } : ""
      #expect(before.hasPrefix("//"), "\(file.path):\(number + 1): say above it why this is safe")
    }
  }

  @Test("no file names a place of one machine")
  func absolutePaths() {
    for file in SourceTree.swiftSources + SourceTree.swiftTests + SourceTree.documents {
      for (number, line) in file.lines.enumerated() {
        for place in ["/home" + "/", "/root" + "/", "/work" + "/"] where line.contains(place) {
          Issue.record("\(file.path):\(number + 1) names \(place)")
        }
      }
    }
  }
}
