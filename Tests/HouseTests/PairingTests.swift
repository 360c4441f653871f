// One relational idea is one name through the whole house (DESIGN §2): each operation of the plan has its operator and its
// golden script, each target its paragraph in the architecture, each import rule its row there.

import Foundation
import Testing

@Suite("Pairing of names")
struct PairingTests {
  /// The operations of the plan, read from the enum that lists them.
  static let operations: [String] = {
    guard let file = SourceTree.file("Sources/Plan/Dataflow/Operation.swift"),
      let start = file.lines.firstIndex(where: { $0.contains("enum Operation:") })
    else { return [] }
    return file.lines[start...].compactMap { line in
      guard line.hasPrefix("  case ") else { return nil }
      return String(line.dropFirst("  case ".count).prefix { $0.isLetter })
    }.filter { !refused.contains($0) }
  }()

  /// Operations that the resolver does not make yet, and that the runner refuses.
  static let refused: Set = ["setOperation", "over"]

  /// What runs an operation that is no operator: it makes rows instead of passing them on.
  static let sources = ["scan": "ScanReader", "values": "MemorySource"]

  /// Where the golden scripts of operations lie that are not under `operators` by their own name.
  static let scripts = [
    "scan": "formats/json", "watermark": "watermarks/midPipeline", "assignWindow": "windows/tumble",
    "windowAggregate": "windows/hop", "exchange": "plans/nexmark", "sink": "sessions/sinks",
  ]

  @Test("the plan has operations")
  func operationsAreFound() {
    #expect(Self.operations.count >= 13)
  }

  @Test("each operation has what runs it", arguments: operations)
  func hasOperator(operation: String) {
    let name = Self.sources[operation] ?? operation.prefix(1).uppercased() + operation.dropFirst() + "Operator"
    let file = SourceTree.swiftSources.first {
      $0.path.hasPrefix("Sources/Execution/") && $0.path.hasSuffix("/\(name).swift")
    }
    #expect(file != nil, "Sources/Execution has no \(name).swift for the operation `\(operation)`")
  }

  @Test("each operation has its golden script", arguments: operations)
  func hasScript(operation: String) {
    let script = Self.scripts[operation] ?? "operators/\(operation)"
    let path = "Tests/GoldenTests/Golden/\(script).golden"
    #expect(SourceTree.file(path) != nil, "no \(path) for the operation `\(operation)`")
  }

  @Test("each target has its paragraph in the architecture", arguments: ImportTests.allowed.keys.sorted())
  func isDescribed(target: String) throws {
    let document = try #require(SourceTree.file("Docs/architecture.md"))
    #expect(document.lines.contains { $0.contains("`\(target)`") || $0.contains("**\(target)**") })
  }
}
