// Where the rows of a query without a sink go: drawn tables on a terminal, JSON lines or CSV elsewhere, final rows where a
// result is updated. In: the query's last node and settings. Out: a sink, and what to print at the end.

import Execution
import Plan
import Values

/// The results of one run, in the order of the queries.
final class ResultSinks {
  private let console: Console
  private let settings: RunSettings
  private let zone: TimeZoneRules
  /// What is printed when the run is over.
  private var outputs: [() throws -> Void] = []

  init(console: Console, settings: RunSettings, zone: TimeZoneRules) {
    self.console = console
    self.settings = settings
    self.zone = zone
  }

  var format: ResultFormat { settings.format ?? (console.outputIsTerminal ? .table : .jsonl) }

  /// Whether rows of a query are printed before the run is over.
  func isPrintedMeanwhile(_ plan: Dataflow) -> Bool {
    plan.sinks.contains { $0.isResult || $0.place == .standard } && (settings.follows || format != .table)
  }

  /// The sink of one query.
  func sink(_ description: SinkDescription, _ node: PlanNode) throws(ExecutionError) -> any Sink {
    let schema = node.properties.schema
    let isUpdating = node.properties.mode != .append
    if isUpdating && !settings.printsChanges && !settings.follows {
      return finalRows(schema, key: node.properties.mode.keyColumns)
    }
    let key = isUpdating ? node.properties.mode.keyColumns : nil
    switch format {
    case .table where !settings.follows: return drawn(schema, changesOf: key)
    case .table: return LiveTableSink(schema, changesOf: key, zone: zone, console: console)
    case .jsonl, .csv: return try FileSink(path: "-", encoding: encoding(schema, changesOf: key))
    }
  }

  private func encoding(_ schema: Schema, changesOf key: [Int]?) -> RowEncoding {
    RowEncoding(
      form: format == .csv ? .csv : .jsonLines, schema: schema, writesOperation: key != nil, keyColumns: key ?? [],
      zone: zone)
  }

  /// Rows of an updating result as they stand at the end, in the order of their key.
  private func finalRows(_ schema: Schema, key: [Int]) -> any Sink {
    let sink = MaterializedSink(schema: schema, keyColumns: key)
    let encoding = encoding(schema, changesOf: nil)
    outputs.append { [self] in
      guard format != .table else { return draw(schema, changesOf: nil, sink.rows) }
      let output = try FileSink(path: "-", encoding: encoding)
      let step = SinkStep(step: 1, now: 0, isReplay: false)
      try output.write(.rows(sink.rows), step: step)
      try output.close()
    }
    return sink
  }

  private func drawn(_ schema: Schema, changesOf key: [Int]?) -> any Sink {
    let sink = CollectingSink(schema: schema)
    outputs.append { [self] in draw(schema, changesOf: key, sink.rows) }
    return sink
  }

  private func draw(_ schema: Schema, changesOf key: [Int]?, _ rows: Batch) {
    var table = ResultTable(schema, changesOf: key, zone: zone)
    table.append(rows)
    console.output(table.drawn(width: console.width))
  }

  /// Prints what is printed at the end.
  func finish() throws {
    for output in outputs { try output() }
    console.flush()
  }
}
