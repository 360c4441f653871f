// The way through the house is one direction: each target imports what its row allows and nothing else (DESIGN §2).

import Testing

@Suite("Imports")
struct ImportTests {
  /// What each target may import, in the order in which a query passes them.
  static let allowed: [String: Set<String>] = [
    "Values": ["Glibc", "Synchronization", "_Builtin_intrinsics"],
    "Syntax": [],
    "Plan": ["Values", "Glibc", "Synchronization"],
    "Compiler": ["Values", "Syntax", "Plan"],
    "Schemas": ["Values", "Glibc", "_Builtin_intrinsics"],
    "EventLog": ["Glibc", "Synchronization", "Dispatch"],
    "Execution": ["Values", "Plan", "Schemas", "EventLog", "Glibc", "Synchronization", "Dispatch"],
    "Engine": [
      "Values", "Syntax", "Plan", "Compiler", "Schemas", "EventLog", "Execution", "Foundation", "Glibc",
      "Synchronization", "Dispatch",
    ],
    "millrace": ["Engine", "Foundation", "Glibc"],
  ]

  @Test("every target has its row")
  func everyTargetHasItsRow() {
    #expect(Set(SourceTree.swiftSources.map(\.target)) == Set(Self.allowed.keys))
  }

  @Test("no target imports outside its row", arguments: SourceTree.swiftSources)
  func importsOnlyItsRow(file: SourceFile) throws {
    let row = try #require(Self.allowed[file.target], "no row for \(file.target)")
    for line in file.lines {
      let words = line.split(separator: " ").filter { !["internal", "package", "public", "private"].contains($0) }
      guard words.first == "import", words.count > 1 else { continue }
      let module = String(words[words.count - 1].split(separator: ".")[0])
      #expect(row.contains(module), "\(file.path) imports \(module); \(file.target) may import \(row.sorted())")
      #expect(!line.contains("@_exported"), "\(file.path) exports an import")
    }
  }
}
