// One measure and its figures. In: work that is done several times. Out: medians of what it cost. Never prints.

import Glibc

/// What doing something once cost.
struct Cost {
  /// How many items were processed, which the figures are divided by.
  var items: Double
  var processorSeconds: Double
  var wallSeconds: Double
  /// The peak memory of a process; nil when only a part of this one was measured.
  var peakBytes: Int64?
}

/// A line of the table, before it is measured.
struct Measure {
  var name: String
  /// What an item is: `event`, `byte`, `process`.
  var item: String
  var summary: String
  /// Prepares, untimed, and returns what is to be timed.
  var prepare: (BenchSetting) throws -> () throws -> Cost
  /// Runs it once more, untimed, and returns the cost of each operator as lines; nil where there are none.
  var profile: ((BenchSetting) throws -> String)?

  /// A whole process of this program: `arguments` gives its command line and the number of items.
  init(
    _ name: String, item: String = "event", _ summary: String,
    process arguments: @escaping (BenchSetting) throws -> (words: [String], items: Double)
  ) {
    (self.name, self.item, self.summary) = (name, item, summary)
    prepare = { setting in
      let (words, items) = try arguments(setting)
      return {
        let usage = try ChildProcess.run(words)
        return Cost(
          items: items, processorSeconds: usage.processorSeconds, wallSeconds: usage.wallSeconds,
          peakBytes: usage.peakBytes)
      }
    }
  }

  /// A loop in this process: `work` does it once and returns the number of items.
  init(
    _ name: String, item: String, _ summary: String, work: @escaping (BenchSetting) throws -> () throws -> Double
  ) {
    (self.name, self.item, self.summary) = (name, item, summary)
    prepare = { setting in
      let body = try work(setting)
      return {
        let (processor, wall) = (Self.seconds(CLOCK_PROCESS_CPUTIME_ID), Self.seconds(CLOCK_MONOTONIC))
        let items = try body()
        return Cost(
          items: items, processorSeconds: Self.seconds(CLOCK_PROCESS_CPUTIME_ID) - processor,
          wallSeconds: Self.seconds(CLOCK_MONOTONIC) - wall)
      }
    }
  }

  private static func seconds(_ clock: clockid_t) -> Double {
    var time = timespec()
    clock_gettime(clock, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }

  /// Does it `runs` times after one that does not count.
  func measure(_ setting: BenchSetting) throws -> Figures {
    let work = try prepare(setting)
    _ = try work()
    return Figures(try (0..<setting.runs).map { _ in try work() })
  }
}

/// The medians of several costs.
struct Figures {
  /// Seconds of processor time for each item.
  var processor: Double
  /// Seconds from start to end.
  var wall: Double
  var peakBytes: Int64?
  /// How far apart the runs are, as a part of the median.
  var spread: Double

  init(_ costs: [Cost]) {
    let each = costs.map { $0.processorSeconds / max($0.items, 1) }
    processor = Self.median(each)
    wall = Self.median(costs.map(\.wallSeconds))
    peakBytes = costs.compactMap(\.peakBytes).max()
    spread = processor > 0 ? ((each.max() ?? 0) - (each.min() ?? 0)) / processor : 0
  }

  static func median(_ values: [Double]) -> Double {
    let sorted = values.sorted()
    return sorted.isEmpty ? 0 : (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2
  }
}

/// What the measures of one command share: how often, how much, and the data made for them.
final class BenchSetting {
  let folder: String
  let events: Int64
  let runs: Int
  let parallelism: Int
  private var made: Set<String> = []

  init(folder: String, events: Int64, runs: Int, parallelism: Int) {
    self.folder = folder
    self.events = events
    self.runs = runs
    self.parallelism = parallelism
  }

  /// The folder of the generated Nexmark streams, made once.
  func nexmark() throws -> String {
    let folder = folder + "/nexmark"
    try once(folder) {
      _ = try generate(GeneratorOptions(kind: .nexmark, events: Int(events), directory: folder))
    }
    return folder
  }

  /// Does `making` unless it was done for this path before.
  func once(_ path: String, _ making: () throws -> Void) throws {
    if made.insert(path).inserted { try making() }
  }
}
