// The ways in which every script runs. All must print what the first prints, or what is the same said otherwise.

import Execution

enum GoldenMode: Hashable, CustomStringConvertible {
  /// One batch, one step for each command.
  case serial
  /// Batches of few rows; the steps are those of `serial`.
  case batches(rows: Int)
  /// Steps of few rows: updating streams may say more on the way.
  case steps(rows: Int)
  case workers(Int)
  /// The input dealt over three partitions.
  case partitions
  case unoptimised
  /// Saved, and read into a new run, between any two blocks.
  case recover
  /// Forgotten, and executed again from the journal, between any two blocks.
  case replay

  /// The names for a `modes:` line.
  static let names = ["batches", "steps", "workers", "partitions", "unoptimised", "recover", "replay"]

  var name: String {
    switch self {
    case .serial: "serial"
    case .batches: "batches"
    case .steps: "steps"
    case .workers: "workers"
    case .partitions: "partitions"
    case .unoptimised: "unoptimised"
    case .recover: "recover"
    case .replay: "replay"
    }
  }

  var description: String {
    switch self {
    case .serial: "in one piece"
    case .batches(let rows): "with batches of \(rows)"
    case .steps(let rows): "with steps of \(rows) rows"
    case .workers(let count): "with \(count) workers"
    case .partitions: "with the input dealt over three partitions"
    case .unoptimised: "without the optimiser"
    case .recover: "saved and resumed between blocks"
    case .replay: "replayed from the journal between blocks"
    }
  }

  /// The modes of a script, beside serial; odd sizes follow from the seed.
  static func all(seed: Int) -> [GoldenMode] {
    [
      .batches(rows: 1), .batches(rows: 2 + seed % 5), .steps(rows: 1), .steps(rows: 3 + seed % 4), .workers(2),
      .workers(3), .partitions, .unoptimised, .recover, .replay,
    ]
  }

  /// Whether outputs are compared as what they change, in any order.
  var comparesNetChanges: Bool {
    switch self {
    case .steps, .partitions: true
    case .serial, .batches, .workers, .unoptimised, .recover, .replay: false
    }
  }

  func apply(to options: inout RunOptions) {
    switch self {
    case .serial, .partitions, .unoptimised, .recover, .replay: options.stepChunks = 1 << 20
    case .batches(let rows):
      options.batchRows = rows
      options.chunkRecords = rows
      options.stepChunks = 1 << 20
    case .steps(let rows):
      options.batchRows = rows
      options.chunkRecords = rows
      options.stepChunks = 1
    case .workers(let count):
      options.parallelism = count
      options.chunkRecords = 2
      options.stepChunks = 1 << 20
    }
  }
}
