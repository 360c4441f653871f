// What a user asks of a run, a check or a test, before anything is opened. Plain data.

import Values

/// Where the text of a query comes from.
package enum QueryText: Sendable {
  case text(String)
  /// A path; `-` is standard input.
  case file(String)
}

/// Streams and sinks that the command line takes from, and puts to, other places than the text says.
package struct Binding: Sendable {
  package var inputs: [(name: String, path: String)]
  package var outputs: [(name: String, path: String)]

  package init(inputs: [(name: String, path: String)] = [], outputs: [(name: String, path: String)] = []) {
    self.inputs = inputs
    self.outputs = outputs
  }
}

/// The options of `run` and its relatives.
package struct RunSettings: Sendable {
  package var dataFolder: String?
  /// Workers; nil for the number of cores, at most 16.
  package var parallelism: Int?
  package var follows = false
  package var finalWatermark = true
  package var printsChanges = false
  package var format: ResultFormat?
  package var timeZone: String?
  package var clock: String?
  package var isStrict = false
  /// Whether the run ends with a table of what each operator cost.
  package var profiles = false
  /// Whether the rows of materialized views and derived tables are kept in the data folder.
  package var keepsViews = false

  package init() {}

  /// Takes what SET said, where the command line says nothing. The compiler has applied the rest.
  mutating func take(_ settings: [String: Value]) {
    if case .int(let workers)? = settings["parallelism"], parallelism == nil { parallelism = Int(workers) }
    timeZone = timeZone ?? settings["time_zone"]?.text
  }
}

/// A whole `run` command.
package struct RunRequest: Sendable {
  package var text: QueryText
  package var binding: Binding
  package var options: RunSettings

  package init(text: QueryText, binding: Binding = Binding(), options: RunSettings = RunSettings()) {
    self.text = text
    self.binding = binding
    self.options = options
  }
}

/// The version of the program.
package enum Version {
  package static let current = "0.1.0"
}
