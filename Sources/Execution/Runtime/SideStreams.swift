// Rows that leave the way: those that failed and those that came late (DESIGN §7). In: failures and late batches of one
// worker. Out: dead letters as rows, in the order of their records, and a few samples for the summary. Counts are kept by
// the nodes; what nobody reads is not kept here.

import Plan
import Values

/// A failing record or row with what is known of its place.
struct DeadRow: Sendable {
  var position: Position
  var offsetIsRelative: Bool
  var offset: Int64?
  var code: RowErrorCode
  var message: String
  var eventTime: Int64?
  var payload: [UInt8]?
}

/// A failing or late row that the summary may show.
package struct SideSample: Hashable, Sendable {
  /// The pipeline or stream to which the node belongs.
  package var owner: String
  package var code: String
  package var message: String
  /// Where the record lies, as a user would look for it; empty for rows that an aggregate made.
  package var place: String
  package var payload: [UInt8]
}

/// The side streams of one worker in one step.
final class SideStreams {
  private let topology: Topology
  private let sampleLimit: Int
  /// Whether someone reads the failures of a node: the plan, or a topic of errors.
  private let keepsFailures: [Bool]
  private let keepsLate: Bool
  private var failures: [Int: [DeadRow]] = [:]
  private(set) var late: [(node: Int, placed: PlacedBatch)] = []
  private(set) var samples: [(node: Int, row: DeadRow)] = []
  /// The first failure of a stream that says ON ERROR FAIL.
  private(set) var fatal: (node: Int, row: DeadRow)?

  init(topology: Topology, routes: Bool, sampleLimit: Int) {
    self.topology = topology
    self.sampleLimit = sampleLimit
    keepsFailures = topology.errors.map { routes || !$0.isEmpty }
    keepsLate = routes
  }

  private func policy(_ position: Position) -> ErrorPolicy {
    guard !position.isFired, case .scan(let source, _) = topology.plan.nodes[Int(position.source)].operation else {
      return .deadLetter
    }
    return topology.plan.sources[source].errorPolicy
  }

  func keep(_ row: DeadRow, node: Int) {
    switch policy(row.position) {
    case .drop: break
    case .fail:
      if fatal.map({ Self.isBefore(row, $0.row) }) ?? true { fatal = (node, row) }
    case .deadLetter:
      if keepsFailures[node] { failures[node, default: []].append(row) }
      if samples.count < sampleLimit { samples.append((node, row)) }
    }
  }

  private static func isBefore(_ left: DeadRow, _ right: DeadRow) -> Bool {
    left.position == right.position ? (left.offset ?? 0) < (right.offset ?? 0) : left.position < right.position
  }

  func keepFailures(_ rows: [FailedRow], of batch: Batch, node: RunningNode, worker: Worker) {
    let time = timeColumn(node.plan)
    for failed in rows {
      let row = Int(failed.row)
      var eventTime: Int64?
      if let time, time < batch.columns.count, case .int(let value) = batch.columns[time].value(at: row) {
        eventTime = value
      }
      keep(
        DeadRow(
          position: worker.position, offsetIsRelative: worker.offsetsAreRelative,
          offset: batch.origin?.offsets?[row], code: failed.code, message: message(failed), eventTime: eventTime,
          payload: batch.origin?.payload?.bytes(row)),
        node: node.id)
    }
  }

  /// The message with the expression that failed, as the user wrote it.
  private func message(_ failed: FailedRow) -> String {
    guard let range = failed.range else { return failed.message }
    if let known = excerpts[range] { return known.isEmpty ? failed.message : "\(failed.message): \(known)" }
    let text = Array(topology.plan.text.utf8)
    var excerpt = ""
    if range.start >= 0, range.end <= text.count, range.start < range.end {
      let words = String(decoding: text[range.start..<range.end], as: UTF8.self)
        .split(whereSeparator: \.isWhitespace).joined(separator: " ")
      excerpt = words.count > 80 ? "\(words.prefix(79))…" : words
    }
    excerpts[range] = excerpt
    return message(failed)
  }

  /// Where the rows that reach a node have their event time.
  private func timeColumn(_ node: PlanNode) -> Int? {
    if case .watermark(let column, _, _) = node.operation { return column }
    return node.inputs.first.flatMap { topology.plan.nodes[$0.node].properties.timeAttribute?.column }
  }

  func keepLate(_ batch: Batch, node: Int, worker: Worker) {
    guard keepsLate else { return }
    late.append(
      (node, PlacedBatch(batch: batch, position: worker.position, offsetsAreRelative: worker.offsetsAreRelative)))
  }

  /// The failures of a node, ascending by record, with absolute offsets.
  func failures(of node: Int, table: ChunkTable) -> [DeadRow] {
    guard let rows = failures[node] else { return [] }
    return DeadRow.inOrder(rows.map { Self.absolute($0, table) })
  }

  static func absolute(_ row: DeadRow, _ table: ChunkTable) -> DeadRow {
    var result = row
    if row.offsetIsRelative { result.offset = row.offset.map { $0 &+ table.firstRecord(row.position) } }
    result.offsetIsRelative = false
    return result
  }

  /// What stands in the plan's text where an expression failed.
  private var excerpts: [TextRange: String] = [:]

  func beginStep() {
    if !failures.isEmpty { failures = [:] }
    if !late.isEmpty { late = [] }
    if !samples.isEmpty { samples = [] }
  }
}

extension DeadRow {
  /// The rows by position; rows of one batch as they stand.
  static func inOrder(_ rows: [DeadRow]) -> [DeadRow] {
    rows.enumerated().sorted { left, right in
      left.element.position == right.element.position
        ? left.offset < right.offset : left.element.position < right.element.position
    }.map(\.element)
  }

  /// Failures of one node as rows of `DeadLetter.schema`, one batch for each place they stand.
  static func batches(_ rows: [DeadRow], node: Int, plan: Dataflow) -> [PlacedBatch] {
    var result: [PlacedBatch] = []
    var start = 0
    while start < rows.count {
      var end = start + 1
      while end < rows.count && rows[end].position == rows[start].position { end += 1 }
      let batch = batch(Array(rows[start..<end]), node: node, plan: plan)
      result.append(PlacedBatch(batch: batch, position: rows[start].position, offsetsAreRelative: false))
      start = end
    }
    return result
  }

  private static func batch(_ rows: [DeadRow], node: Int, plan: Dataflow) -> Batch {
    let columns = DeadLetter.schema.fields.map { ColumnBuilder($0.type, capacity: rows.count) }
    let owner = Value.string(plan.nodes[node].owner)
    let operation = Value.string(plan.nodes[node].operation.name)
    for row in rows {
      var topic = Value.null
      if !row.position.isFired, case .scan(let source, _) = plan.nodes[Int(row.position.source)].operation {
        topic = .string(plan.sources[source].place.text)
      }
      let values: [Value] = [
        .string(row.code.rawValue), .string(row.message), owner, operation, topic,
        row.position.isFired ? .null : .int(Int64(row.position.partition)), row.offset.map(Value.int) ?? .null,
        row.eventTime.map(Value.int) ?? .null, row.payload.map(Value.bytes) ?? .null,
      ]
      for (column, value) in zip(columns, values) { column.append(value) }
    }
    var result = Batch(columns: columns.map { $0.finish() }, count: rows.count)
    if let first = rows.first, !first.position.isFired {
      result.origin = Origin(
        source: first.position.source, partition: first.position.partition,
        offsets: Vector(rows.map { $0.offset ?? 0 }))
    }
    return result
  }
}

extension Operation {
  /// The name of the idea, as EXPLAIN and dead letters print it.
  package var name: String {
    switch self {
    case .scan: "scan"
    case .values: "values"
    case .filter: "filter"
    case .project: "project"
    case .watermark: "watermark"
    case .assignWindow: "assign window"
    case .windowAggregate: "window aggregate"
    case .groupAggregate: "aggregate"
    case .union: "union"
    case .join: "join"
    case .temporalJoin: "temporal join"
    case .unnest: "unnest"
    case .setOperation: "set operation"
    case .rank: "top"
    case .deduplicate: "deduplicate"
    case .over: "over"
    case .normalize: "table"
    case .sort: "sort"
    case .limit: "limit"
    case .exchange: "exchange"
    case .sink: "sink"
    }
  }
}

extension ExternalPlace {
  /// The place as a dead letter names it.
  var text: String {
    switch self {
    case .topic(let name): name
    case .file(let path): path
    case .standard: "-"
    case .unbound: ""
    }
  }
}
