// The `bench` command: the figures of Docs/performance.md, made on this machine. In: names of measures. Out: a table of
// medians. Never judges: machines differ, and a noisy neighbour shows in the spread.

import Dispatch
import EventLog
import Foundation
import Plan
import Schemas
import Values

package struct Benchmarks {
  private let console: Console

  package init(console: Console) { self.console = console }

  /// One line of the table.
  struct Line {
    var name: String
    var figures: [(String, String)]
  }

  package func run(_ names: [String], events: Int64, runs: Int, parallelism: Int) throws -> ExitStatus {
    let measures = Self.measures
    if names == ["list"] {
      for measure in measures { console.output("\(measure.name)  \(measure.summary)\n") }
      return .done
    }
    for name in names where !measures.contains(where: { $0.name.hasPrefix(name) }) {
      let near = closestName(to: name, among: measures.map(\.name)).map { "; did you mean `\($0)`?" } ?? ""
      throw EngineError(
        "there is no measure `\(name)`\(near)", advice: "see `millrace bench list`", status: .wrongUsage)
    }
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("millrace-bench-\(getpid())").path
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let setting = BenchSetting(folder: folder, events: events, runs: runs, parallelism: parallelism)
    for measure in measures where names.isEmpty || names.contains(where: measure.name.hasPrefix) {
      let line = try measure.run(setting)
      let figures = line.figures.map { "\($0.1) \($0.0)" }.joined(separator: "   ")
      console.output(line.name.padding(toLength: 16, withPad: " ", startingAt: 0) + figures + "\n")
      console.flush()
    }
    return .done
  }

  struct Measure {
    var name: String
    var summary: String
    var run: (BenchSetting) throws -> Line
  }

  static let queries = ["q0", "q1", "q2", "q5", "q7", "q14", "q15", "q16", "q17", "q21", "q22"]

  static var measures: [Measure] {
    queries.map { query in
      Measure(name: "nexmark-\(query)", summary: "a whole process over Nexmark events as JSON lines") {
        try nexmark(query, $0)
      }
    } + [
      Measure(name: "startup", summary: "a process that runs one row", run: startup),
      Measure(name: "generate", summary: "Nexmark events to files", run: generation),
    ]
  }

  private static func nexmark(_ query: String, _ setting: BenchSetting) throws -> Line {
    let file = "Pipelines/nexmark/\(query).pipe"
    guard FileManager.default.fileExists(atPath: file) else {
      throw EngineError("there is no `\(file)` here", advice: "run `millrace bench` in the project's folder")
    }
    let input = try setting.nexmarkEvents()
    let usages = try (0..<setting.runs).map { _ in
      try ChildProcess.run([
        "run", file, "--input", "events=\(input)", "--format", "jsonl", "--parallelism", "\(setting.parallelism)",
      ])
    }
    let millions = Double(setting.events) / 1e6
    let processor = BenchSetting.median(usages.map(\.processorSeconds)) / millions
    let wall = BenchSetting.median(usages.map(\.wallSeconds))
    return Line(
      name: "nexmark-\(query)",
      figures: [
        ("CPU s/M events", BenchSetting.decimals(processor, 3)), ("s wall", BenchSetting.decimals(wall, 3)),
        ("M events/s", BenchSetting.decimals(millions / wall, 2)),
        ("peak", Numbers.bytes(usages.map(\.peakBytes).max() ?? 0)),
      ])
  }

  private static func startup(_ setting: BenchSetting) throws -> Line {
    let usages = try (0..<setting.runs).map { _ in try ChildProcess.run(["-c", "SELECT 1 AS one", "--format", "jsonl"])
    }
    return Line(
      name: "startup",
      figures: [
        ("ms wall", BenchSetting.decimals(BenchSetting.median(usages.map(\.wallSeconds)) * 1000, 1)),
        ("ms CPU", BenchSetting.decimals(BenchSetting.median(usages.map(\.processorSeconds)) * 1000, 1)),
        ("peak", Numbers.bytes(usages.map(\.peakBytes).max() ?? 0)),
      ])
  }

  private static func generation(_ setting: BenchSetting) throws -> Line {
    let usages = try (0..<setting.runs).map { _ in
      try ChildProcess.run([
        "generate", "nexmark", "--events", "\(setting.events)", "--out", setting.folder + "/generated",
      ])
    }
    let wall = BenchSetting.median(usages.map(\.wallSeconds))
    return Line(
      name: "generate",
      figures: [
        ("M events/s", BenchSetting.decimals(Double(setting.events) / 1e6 / wall, 2)),
        (
          "CPU s/M events",
          BenchSetting.decimals(
            BenchSetting.median(usages.map(\.processorSeconds)) * 1e6 / Double(setting.events), 3)
        ),
      ])
  }
}

/// What the measures of one command share.
final class BenchSetting {
  let folder: String
  let events: Int64
  let runs: Int
  let parallelism: Int
  private var madeEvents = false

  init(folder: String, events: Int64, runs: Int, parallelism: Int) {
    self.folder = folder
    self.events = events
    self.runs = runs
    self.parallelism = parallelism
  }

  /// The path of the Nexmark events, made once.
  func nexmarkEvents() throws -> String {
    if !madeEvents {
      _ = try generate(GeneratorOptions(kind: .nexmark, events: Int(events), directory: folder + "/nexmark"))
      madeEvents = true
    }
    return folder + "/nexmark/events.jsonl"
  }

  static func median(_ values: [Double]) -> Double {
    let sorted = values.sorted()
    return sorted.isEmpty ? 0 : (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2
  }

  static func decimals(_ value: Double, _ digits: Int) -> String {
    let scale = (0..<digits).reduce(1.0) { scale, _ in scale * 10 }
    let scaled = Int64((value * scale).rounded())
    let fraction = String(scaled.magnitude % UInt64(scale))
    return "\(scaled / Int64(scale))." + String(repeating: "0", count: max(0, digits - fraction.count)) + fraction
  }
}
