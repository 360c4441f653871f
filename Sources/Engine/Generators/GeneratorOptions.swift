// What can be asked of a generator, and the check that it can be given. In come numbers and texts of a command line; out
// comes a plain value whose every field is in range, so that no arithmetic on it can overflow later. It opens no file.

import Foundation

/// The data sets that can be generated.
package enum GeneratorKind: String, CaseIterable, Sendable {
  case nexmark, payments, clickstream

  /// The generator of this name, or an error that lists the names.
  package init(named name: String) throws(GeneratorError) {
    guard let kind = GeneratorKind(rawValue: name) else { throw .unknownKind(name) }
    self = kind
  }

  package static var names: String { allCases.map(\.rawValue).joined(separator: ", ") }

  /// Events per second of event time when none is asked for.
  package var defaultRate: Int {
    switch self {
    case .nexmark: 10_000
    case .payments: 50
    case .clickstream: 200
    }
  }

  /// Event time of the first event, in microseconds since 1970, when none is asked for.
  package var defaultBase: Int64 {
    switch self {
    case .nexmark: 1_436_918_400_000_000  // 2015-07-15 00:00:00, the base of the public Nexmark suites
    case .payments, .clickstream: 1_740_819_600_000_000  // 2025-03-01 09:00:00
    }
  }
}

/// One request: which data, how many events, and where to.
package struct GeneratorOptions: Sendable {
  package var kind: GeneratorKind
  package var events: Int
  package var seed: UInt64
  /// Files that each stream is dealt into, round-robin.
  package var partitions: Int
  /// Events per second of event time.
  package var rate: Int
  /// Event time of the first event, in microseconds since 1970 (UTC); whole milliseconds.
  package var base: Int64
  /// Events are shuffled within groups of this many; 1 keeps them in order.
  package var disorder: Int
  package var directory: String
  /// Threads that make events; the bytes are the same for any number.
  package var threads: Int

  package init(
    kind: GeneratorKind, events: Int, seed: UInt64 = 42, partitions: Int = 1, rate: Int? = nil, base: Int64? = nil,
    disorder: Int = 1, directory: String, threads: Int? = nil
  ) {
    self.kind = kind
    self.events = events
    self.seed = seed
    self.partitions = partitions
    self.rate = rate ?? kind.defaultRate
    self.base = base ?? kind.defaultBase
    self.disorder = disorder
    self.directory = directory
    self.threads = threads ?? max(1, min(4, ProcessInfo.processInfo.activeProcessorCount))
  }

  /// Reads a `--base` text such as `2015-07-15`, `2015-07-15 12:30:00.250` or `2015-07-15T12:30:00Z` (always UTC).
  package static func base(from text: String) throws(GeneratorError) -> Int64 {
    guard let milliseconds = CivilTime.milliseconds(from: text) else {
      throw .badOption(
        option: "--base", problem: "'\(text)' is not a time",
        advice: "Write it as YYYY-MM-DD HH:MM:SS, with at most three digits after a point.")
    }
    return milliseconds * 1000
  }

  /// Throws unless every field is in range and every event time has a year of four digits.
  func validate() throws(GeneratorError) {
    func check(_ option: String, _ value: Int, _ range: ClosedRange<Int>) throws(GeneratorError) {
      guard range.contains(value) else {
        throw .badOption(
          option: option, problem: "\(value) is out of range",
          advice: "Give a whole number from \(range.lowerBound) to \(range.upperBound).")
      }
    }
    try check("--events", events, 0...1_000_000_000_000)
    try check("--partitions", partitions, 1...128)
    try check("--rate", rate, 1...1_000_000_000)
    try check("--disorder", disorder, 1...1_000_000_000)
    try check("threads", threads, 1...256)
    guard base % 1000 == 0 else {
      throw .badOption(
        option: "--base", problem: "it has a fraction of a millisecond", advice: "Give a time in whole milliseconds.")
    }
    guard !directory.isEmpty else {
      throw .badOption(option: "--out", problem: "no folder is named", advice: "Name the folder to write into.")
    }
    let first = base / 1000
    // Auctions name a time up to twice their horizon of 1666 events ahead; clicks may lie an hour back.
    let clock = EventClock(baseMilliseconds: 0, rate: rate)
    let span = clock.milliseconds(of: Int64(events) + Int64(disorder) + 5000)
    guard first >= CivilTime.earliest, first <= CivilTime.latest, span <= CivilTime.latest - first else {
      throw .badOption(
        option: "--base", problem: "with these --events and --rate, event times would leave the years 0001 to 9999",
        advice: "Choose another --base, fewer --events or a higher --rate.")
    }
  }
}
