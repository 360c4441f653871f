// Every Nexmark query over 10 000 generated events, from outside: each surface it has, one worker and several, give the rows that
// its file here says: their number, a digest, the first and the last, sorted. `GOLDEN=update` writes the files, for review; an
// independent engine is asked by the script below Tests/Oracle.

import Foundation
import Testing

@Suite("Nexmark, 10 000 events")
struct NexmarkTests {
  private static let project = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
  private static let goldens = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().appendingPathComponent("Nexmark")
  private static let updates = (ProcessInfo.processInfo.environment["GOLDEN"] ?? "").hasPrefix("update")

  private static let files = (try? FileManager.default.contentsOfDirectory(atPath: pipelines.path)) ?? []

  static let queries = files.filter { $0.hasSuffix(".pipe") && !$0.hasSuffix("_sql.pipe") }
    .map { String($0.dropLast(".pipe".count)) }.sorted()

  private static let pipelines = project.appendingPathComponent("Pipelines/nexmark")

  @Test("both surfaces give the golden rows", arguments: queries)
  func query(_ name: String) throws {
    let place = try Workplace()
    #expect(try place.run("generate", "nexmark", "--events", "10000", "--out", "made").status == 0)
    func rows(_ file: String, workers: Int) throws -> Outcome {
      try place.run(
        "run", Self.pipelines.appendingPathComponent(file).path, "--input", "events=made/events.jsonl", "--parallelism",
        "\(workers)", "--format", "jsonl")
    }
    let pipe = try rows("\(name).pipe", workers: 1)
    #expect(pipe.status == 0, "\(pipe.error)")
    #expect(try rows("\(name).pipe", workers: 3).lines.sorted() == pipe.lines.sorted(), "other rows with three workers")
    if Self.files.contains("\(name)_sql.pipe") {
      let standard = try rows("\(name)_sql.pipe", workers: 2)
      #expect(standard.status == 0, "\(standard.error)")
      #expect(values(standard.lines) == values(pipe.lines), "other rows in standard SQL")
    }
    let golden = Self.goldens.appendingPathComponent("\(name).golden")
    let found = digest(pipe.lines.sorted())
    if Self.updates { try found.write(to: golden, atomically: true, encoding: .utf8) }
    #expect(found == (try? String(contentsOf: golden, encoding: .utf8)))
  }

  /// The rows without the order of their columns, which the surfaces put differently, and of rows.
  private func values(_ lines: [String]) -> [[String]] {
    lines.map { line in
      let object = (try? JSONSerialization.jsonObject(with: Data(line.utf8))) as? [String: Any] ?? [:]
      return object.map { "\($0.key): \($0.value)" }.sorted()
    }.sorted { $0.lexicographicallyPrecedes($1) }
  }

  private func digest(_ lines: [String]) -> String {
    // FNV-1a, 64 bits.
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in lines.joined(separator: "\n").utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
    let shown = lines.count > 6 ? Array(lines.prefix(3)) + ["..."] + lines.suffix(3) : lines
    return (["rows \(lines.count)", "digest \(String(hash, radix: 16))"] + shown).joined(separator: "\n") + "\n"
  }
}
