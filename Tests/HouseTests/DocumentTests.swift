// Documents keep their shape: one title, and no link that leads nowhere.

import Foundation
import Testing

@Suite("Documents")
struct DocumentTests {
  @Test("one top title", arguments: SourceTree.documents)
  func oneTitle(file: SourceFile) {
    var fenced = false
    var titles = 0
    for line in file.lines {
      if line.hasPrefix("```") { fenced.toggle() }
      if !fenced, line.hasPrefix("# ") { titles += 1 }
    }
    #expect(titles == 1, "\(file.path) has \(titles) top titles")
    #expect(!fenced, "\(file.path) leaves a code block open")
  }

  @Test("relative links lead somewhere", arguments: SourceTree.documents)
  func links(file: SourceFile) {
    let folder = SourceTree.root.appendingPathComponent(file.path).deletingLastPathComponent()
    for (number, line) in file.lines.enumerated() {
      for piece in line.components(separatedBy: "](").dropFirst() {
        let target = String(piece.prefix { $0 != ")" && $0 != "#" })
        guard !target.isEmpty, !target.contains("://"), !target.contains(" ") else { continue }
        let exists = FileManager.default.fileExists(atPath: folder.appendingPathComponent(target).path)
        #expect(exists, "\(file.path):\(number + 1) links to \(target), which is not there")
      }
    }
  }
}
