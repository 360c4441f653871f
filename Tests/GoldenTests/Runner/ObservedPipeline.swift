// A plan that runs in the hands of a script: records and watermarks go in, what each sink got comes out as lines, and the
// run may be saved, forgotten and resumed between any two steps.

import Compiler
import Plan
import Schemas
import Synchronization
import Values

@testable import Engine
@testable import Execution

/// The clock of a script; it stands still until the script moves it.
final class GoldenClock: Sendable {
  let now = Atomic<Int64>(RowNotation.baseDay)
}

/// Takes late and failing rows that the plan does not read.
final class CollectedSides: SideTarget {
  struct Row: Sendable {
    var owner: String
    var stream: Port.Stream
    var schema: Schema
    var values: [Value]
  }

  private let rows = Mutex<[Row]>([])

  func write(
    _ batch: Batch, schema: Schema, owner: String, stream: Port.Stream, now: Int64
  ) throws(ExecutionError) {
    let added = (0..<batch.count).map { Row(owner: owner, stream: stream, schema: schema, values: batch.row($0)) }
    rows.withLock { $0 += added }
  }

  func take() -> [Row] {
    rows.withLock { rows in
      defer { rows = [] }
      return rows
    }
  }
}

final class ObservedPipeline {
  let name: String
  let plan: Dataflow
  let sources: [MemorySource]
  private let sinks: [CollectingSink]
  private let sides = CollectedSides()
  private let store = MemoryJournal()
  private let mode: GoldenMode
  private let clock: GoldenClock
  private(set) var run: PipelineRun?
  private var saved: [UInt8]?
  private(set) var isFinished = false
  private var lastWatermark: Int64?
  /// What stands of each sink's changes.
  private var standing: [[[Value]: Int]]
  private(set) var lateLines: [String] = []
  private(set) var errorLines: [String] = []

  init(
    _ name: String, _ plan: Dataflow, mode: GoldenMode, clock: GoldenClock, partitions: (String) -> Int
  ) throws(GoldenError) {
    self.name = name
    self.plan = plan
    self.mode = mode
    self.clock = clock
    sources = plan.sources.map { MemorySource(name: $0.name, partitions: partitions($0.name)) }
    sinks = plan.sinks.indices.map { CollectingSink(schema: plan.input(ofSink: $0)?.properties.schema ?? Schema([])) }
    standing = Array(repeating: [:], count: plan.sinks.count)
    run = try make()
  }

  private func make() throws(GoldenError) -> PipelineRun {
    var options = RunOptions()
    options.follow = true
    options.defaultIdleAfter = Int64.max
    options.sideTarget = sides
    options.clock = { [clock] in clock.now.load(ordering: .relaxed) }
    mode.apply(to: &options)
    do throws(ExecutionError) {
      return try PipelineRun(plan: plan, options: options, sources: sources, sinks: sinks, journal: Journal(store))
    } catch {
      throw GoldenError(line: 0, message: error.message)
    }
  }

  func sources(named stream: String) -> [MemorySource] {
    plan.sources.indices.filter { plan.sources[$0].name.lowercased() == stream.lowercased() }.map { sources[$0] }
  }

  /// Runs until nothing waits.
  func settle() throws(GoldenError) {
    guard let run, !isFinished else { return }
    do throws(ExecutionError) {
      var outcome = try run.runStep()
      while outcome == .progress { outcome = try run.runStep() }
      isFinished = outcome == .finished
    } catch {
      throw GoldenError(line: 0, message: "`\(name)` stopped: \(error.message)")
    }
    guard run.books.balances else {
      throw GoldenError(line: 0, message: "the books of `\(name)` do not balance: \(run.books)")
    }
  }

  func end() throws(GoldenError) {
    for source in sources { source.close() }
    try settle()
    guard isFinished, let run else { return }
    guard run.books.held == 0 else {
      throw GoldenError(line: 0, message: "`\(name)` holds \(run.books.held) rows after the end of its input")
    }
  }

  // MARK: Saving

  func snapshot() throws(GoldenError) { saved = run?.snapshot() }

  /// Goes on from the last snapshot, or from the beginning; what came since is read again.
  func restore() throws(GoldenError) {
    isFinished = false
    try resume(from: saved, replays: false)
  }

  func crash() { run = nil }

  /// Goes on where the journal ends.
  func recover() throws(GoldenError) { try resume(from: saved, replays: true) }

  /// What a mode does between blocks.
  func interrupt() throws(GoldenError) {
    guard !isFinished, run != nil else { return }
    switch mode {
    case .recover: try resume(from: run?.snapshot(), replays: false)
    case .replay: try resume(from: nil, replays: true)
    case .serial, .batches, .steps, .workers, .partitions, .unoptimised: break
    }
  }

  private func resume(from bytes: [UInt8]?, replays: Bool) throws(GoldenError) {
    run = nil
    let next = try make()
    do throws(ExecutionError) {
      if let bytes {
        try next.restore(from: bytes)
      } else {
        for source in sources {
          for partition in 0..<source.partitionCount { try source.seek(partition: partition, to: 0) }
        }
      }
      if replays {
        try next.replay()
        // A sink in memory gets the rows of a replay once more.
        for sink in sinks { _ = sink.takeRows() }
      }
    } catch {
      throw GoldenError(line: 0, message: "`\(name)` does not resume: \(error.message)")
    }
    run = next
  }

  // MARK: What came

  /// The name of a sink as lines show it.
  func label(_ sink: Int) -> String { sinks.count == 1 ? name : "\(name).\(plan.sinks[sink].name)" }

  var sinkCount: Int { sinks.count }

  var headings: [String] {
    plan.sinks.indices.map { sink in
      let text = plan.input(ofSink: sink).map { RowNotation.heading($0.properties) } ?? "no columns"
      return sinks.count == 1 ? text : "\(label(sink)): \(text)"
    }
  }

  /// What the sinks got since the last call, then what was late or failed, then the watermark if it moved.
  func takeLines(prefixed: Bool, sorted: Bool) throws(GoldenError) -> [String] {
    var lines: [String] = []
    for sink in sinks.indices {
      var rows = try takeRows(sink)
      if sorted { rows.sort() }
      lines += prefixed ? rows.map { "\(label(sink)): \($0)" } : rows
    }
    for row in sides.take() { lines.append(note(row)) }
    if let watermark = run?.progress.watermark, watermark != lastWatermark, watermark != .max {
      lastWatermark = watermark
      let text = RowNotation.timeText(watermark)
      lines.append(prefixed ? "\(name): ~  \(text)" : "~  \(text)")
    }
    return lines
  }

  private func takeRows(_ sink: Int) throws(GoldenError) -> [String] {
    let batch = sinks[sink].takeRows()
    let types = sinks[sink].schema.fields.map(\.type)
    let key = plan.input(ofSink: sink)?.properties.mode.keyColumns ?? []
    let kinds = ChangeKinds.of(batch, keyColumns: key, types: types)
    var lines: [String] = []
    for row in 0..<batch.count {
      let values = batch.row(row)
      let weight = batch.weights.map { Int($0[row]) } ?? 1
      let count = (standing[sink][values] ?? 0) + weight
      guard count >= 0 else {
        throw GoldenError(
          line: 0, message: "a row is taken back that does not stand: \(RowNotation.row(values, types))")
      }
      standing[sink][values] = count == 0 ? nil : count
      let mark: String =
        switch kinds[row] {
        case .insert: "+  "
        case .delete: "-  "
        case .updateBefore: "-U "
        case .updateAfter: "+U "
        }
      lines.append(mark + RowNotation.row(values, types))
    }
    return lines
  }

  private func note(_ row: CollectedSides.Row) -> String {
    let line: String
    switch row.stream {
    case .late: line = "late \(RowNotation.row(row.values, row.schema.fields.map(\.type)))"
    case .errors, .rows: line = "error " + Self.failure(row)
    }
    if row.stream == .late {
      lateLines.append("\(row.owner): \(line)")
    } else {
      errorLines.append("\(row.owner): \(line)")
    }
    return line
  }

  /// Code, place, message and payload of a dead letter.
  private static func failure(_ row: CollectedSides.Row) -> String {
    func cell(_ name: String) -> String {
      guard let index = row.schema.fields.firstIndex(where: { $0.name == name }) else { return "?" }
      if case .bytes(let bytes) = row.values[index] { return String(decoding: bytes, as: UTF8.self) }
      return RowNotation.cell(row.values[index], row.schema[index].type)
    }
    let place = "\(cell("partition")):\(cell("offset"))"
    return "\(cell("error_code")) at \(place)  \(cell("error_message"))  \(cell("payload"))"
  }

  /// The rows that stand, sorted.
  func table(_ sink: Int) -> [String] {
    let types = sinks[sink].schema.fields.map(\.type)
    let encoder = KeyEncoder(types: types)
    let rows = standing[sink].flatMap { Array(repeating: $0.key, count: $0.value) }
    let columns = types.indices.map { column in Column(rows.map { $0[column] }, type: types[column]) }
    return encoder.encode(columns, count: rows.count).ascendingOrder().array.map {
      "=  " + RowNotation.row(rows[Int($0)], types)
    }
  }

  /// What the operators keep.
  var stateLines: [String] {
    guard let run else { return ["nothing runs"] }
    return zip(plan.nodes, run.stateSizes).compactMap { node, size in
      size.rows == 0 && size.keys == 0 ? nil : "\(node.operation.name): \(size.rows) rows, \(size.keys) keys"
    }
  }
}
