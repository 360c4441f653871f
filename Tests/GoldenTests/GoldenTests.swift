// Every script below `Golden` is a case: it runs, must print what its file says, and must print the same in every other
// mode. `GOLDEN=update` writes the outputs, for review; `GOLDEN=windows/tumble` runs the scripts of that path.

import Foundation
import Testing

enum GoldenFiles {
  static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Golden")
  static let request = ProcessInfo.processInfo.environment["GOLDEN"] ?? ""
  static let updates = request.hasPrefix("update")

  /// The paths below the folder; after `update:` or alone, the environment names those that run.
  static let paths: [String] = {
    let wanted = updates ? String(request.dropFirst("update".count).drop { $0 == ":" }) : request
    let all = FileManager.default.enumerator(atPath: folder.path)?.compactMap { $0 as? String } ?? []
    return all.filter { $0.hasSuffix(".golden") && $0.hasPrefix(wanted) }.sorted()
  }()
}

@Suite struct GoldenTests {
  @Test("script", arguments: GoldenFiles.paths) func script(_ path: String) throws {
    let url = GoldenFiles.folder.appendingPathComponent(path)
    let text = try String(contentsOf: url, encoding: .utf8)
    let script = try GoldenScript(text)
    let (outputs, serial) = try run(script, .serial)
    let printed = script.text(outputs: outputs)
    if GoldenFiles.updates {
      try printed.write(to: url, atomically: true, encoding: .utf8)
    } else if let difference = OutputComparison.difference(expected: text, actual: printed) {
      Issue.record(
        """
        \(path) (- file, + now):
        \(difference)If this is right: GOLDEN=update:\(path) swift test --filter Golden
        """)
    }
    let seed = path.utf8.reduce(0) { ($0 &* 31 &+ Int($1)) & 0xFFFF }
    for mode in GoldenMode.all(seed: seed) where allows(script, mode, serial) {
      try compare(script, mode, outputs, serial, path)
    }
  }

  private func run(
    _ script: GoldenScript, _ mode: GoldenMode, announced: [[Int64?]] = []
  ) throws(GoldenError) -> ([String], GoldenSession) {
    let session = GoldenSession(script, mode: mode, announced: announced)
    var outputs: [String] = []
    for block in script.blocks { outputs.append(try session.run(block)) }
    return (outputs, session)
  }

  /// Whether the script can say the same in a mode: its `modes:` line, and for dealt input what the deal changes.
  private func allows(_ script: GoldenScript, _ mode: GoldenMode, _ serial: GoldenSession) -> Bool {
    if let modes = script.modes, !modes.contains(mode.name) { return false }
    guard mode == .partitions else { return true }
    // A row that is late behind others of its partition may come in time in a partition of its own.
    let commands = script.blocks.flatMap(\.commands)
    let places = commands.contains { $0.option("partition") != nil || ["errors", "idle", "late"].contains($0.verb) }
    return !places && !serial.hasLateRows
  }

  private func compare(
    _ script: GoldenScript, _ mode: GoldenMode, _ outputs: [String], _ serial: GoldenSession, _ path: String
  ) throws {
    let others: [String]
    do throws(GoldenError) {
      others = try run(script, mode, announced: serial.watermarks).0
    } catch {
      Issue.record("\(path) \(mode): \(error)")
      return
    }
    for (index, block) in script.blocks.enumerated() {
      if mode == .unoptimised, block.commands.contains(where: { ["explain", "state"].contains($0.verb) }) { continue }
      if mode.comparesNetChanges, block.commands.contains(where: { $0.verb == "state" }) { continue }
      var expected = outputs[index]
      var actual = others[index]
      if mode.comparesNetChanges {
        expected = OutputComparison.netChanges(expected)
        actual = OutputComparison.netChanges(actual)
      }
      if mode == .unoptimised {
        expected = OutputComparison.withoutPlanDetails(expected)
        actual = OutputComparison.withoutPlanDetails(actual)
      }
      guard let difference = OutputComparison.difference(expected: expected, actual: actual) else { continue }
      Issue.record("\(path), line \(block.commands[0].line), \(mode) (- in one piece, + so):\n\(difference)")
      return
    }
  }
}
