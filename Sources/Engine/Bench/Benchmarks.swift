// The `bench` command: the figures of Docs/performance.md, made on this machine. In: names of measures. Out: a table of
// medians. Never judges: machines differ, and a noisy neighbour shows in the spread.

import Foundation

package struct Benchmarks {
  private let console: Console

  package init(console: Console) { self.console = console }

  private static var measures: [Measure] {
    Measure.nexmark + Measure.codecs + Measure.programs + Measure.tables + Measure.joins + Measure.expressions
      + Measure.log
  }

  package func run(_ names: [String], events: Int64, runs: Int, parallelism: Int) throws -> ExitStatus {
    if names == ["list"] { return list() }
    let measures = Self.measures
    if names.contains(where: { $0.hasPrefix("nexmark") }), Measure.nexmark.isEmpty {
      throw EngineError(
        "there is no folder `Pipelines/nexmark` here", advice: "run `millrace bench` in the project's folder")
    }
    for name in names where !([Measure.yardstick] + measures).contains(where: { $0.name.hasPrefix(name) }) {
      let near = closestName(to: name, among: measures.map(\.name)).map { "; did you mean `\($0)`?" } ?? ""
      throw EngineError(
        "there is no measure `\(name)`\(near)", advice: "see `millrace bench list`", status: .wrongUsage)
    }
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("millrace-bench-\(getpid())").path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let setting = BenchSetting(folder: folder, events: events, runs: runs, parallelism: parallelism)
    console.output(
      "medians of \(runs) runs; \(Quantity.grouped(events)) events; \(Quantity.counted(parallelism, "worker"))\n\n")
    print(["measure", "CPU per item", "item", "items/CPU s", "wall", "peak", "spread"])
    let chosen = measures.filter { measure in names.isEmpty || names.contains { measure.name.hasPrefix($0) } }
    for measure in [Measure.yardstick] + chosen {
      let figures = try measure.measure(setting)
      print([
        measure.name, FigureText.seconds(figures.processor), measure.item, FigureText.amount(1 / figures.processor),
        FigureText.seconds(figures.wall), figures.peakBytes.map { Quantity.bytes(Int($0)) } ?? "",
        "\(Int((figures.spread * 100).rounded())) %",
      ])
      if !names.isEmpty, let profile = measure.profile { printProfile(try profile(setting)) }
    }
    console.output("\n1 µs per event is 1 CPU second per million events. Compare runs by their memcpy line.\n")
    return .done
  }

  /// What each operator of the query cost, below its line: the table that follows the summary of a profiled run.
  private func printProfile(_ messages: String) {
    let lines = messages.split(separator: "\n").drop { !$0.hasPrefix("SHARE\t") }
    guard let heading = lines.first else { return }
    let right = ["SHARE", "CPU", "ROWS IN", "ROWS OUT", "PEAK STATE", "KEYS"]
    var table = AlignedTable(
      heading.split(separator: "\t", omittingEmptySubsequences: false).map {
        (name: "  \($0)", side: right.contains(String($0)) ? .right : .left)
      })
    for line in lines.dropFirst() {
      table.append(line.split(separator: "\t", omittingEmptySubsequences: false).map { "  \($0)" })
    }
    console.output(table.text(isForTerminal: true) + "\n")
    console.flush()
  }

  private func list() -> ExitStatus {
    for measure in [Measure.yardstick] + Self.measures {
      console.output(Self.padded(measure.name, 16) + "  " + measure.summary + "\n")
    }
    return .done
  }

  /// Prints one line at once, in columns of fixed width: a measure takes seconds, and somebody may be waiting.
  private func print(_ cells: [String]) {
    let widths = [16, 12, 7, 12, 8, 8, 7]
    let line = zip(cells, widths).enumerated().map { column, cell in
      Self.padded(cell.0, cell.1, right: column != 0 && column != 2)
    }
    console.output(line.joined(separator: "  ") + "\n")
    console.flush()
  }

  private static func padded(_ text: String, _ width: Int, right: Bool = false) -> String {
    let space = String(repeating: " ", count: max(0, width - text.count))
    return right ? space + text : text + space
  }
}

/// Figures with three digits and the unit that fits.
enum FigureText {
  static func seconds(_ value: Double) -> String {
    scaled(value * 1e12, ["ps", "ns", "µs", "ms", "s"])
  }

  static func amount(_ value: Double) -> String { scaled(value, ["", "k", "M", "G", "T"]) }

  private static func scaled(_ value: Double, _ units: [String]) -> String {
    guard value.isFinite, value > 0 else { return "–" }
    var value = value
    var unit = 0
    while value >= 999.5, unit + 1 < units.count {
      value /= 1000
      unit += 1
    }
    return Quantity.threeDigits(value) + " " + units[unit]
  }
}
