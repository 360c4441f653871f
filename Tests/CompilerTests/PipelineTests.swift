// The pipelines of the repository compile, bounded and followed, with the optimiser and without.

import Compiler
import Foundation
import Syntax
import Testing

@Suite struct PipelineTests {
  static var files: [String] {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appending(path: "Pipelines")
    let found = FileManager.default.enumerator(at: root, includingPropertiesForKeys: nil)?.allObjects ?? []
    return found.compactMap { ($0 as? URL)?.path }.filter { $0.hasSuffix(".pipe") }.sorted()
  }

  @Test(arguments: files)
  func compiles(path: String) throws {
    let text = try String(contentsOfFile: path, encoding: .utf8)
    for follow in [false, true] {
      for enabled in [true, false] {
        let options = CompileOptions(follow: follow, optimizer: OptimizerOptions(enabled: enabled))
        let result = compile(text, options: options)
        #expect(!result.hasErrors, "\(rendered(result.diagnostics, text))")
        #expect(result.dataflow != nil)
      }
    }
  }

  @Test func thereArePipelines() { #expect(!Self.files.isEmpty) }
}
