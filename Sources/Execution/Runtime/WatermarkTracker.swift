// Event time per source partition, for each watermark node: what lateness is judged against and on what windows fire
// (DESIGN §5). In: the greatest declared watermark of each batch, in the partition's order. Out: the watermark before a
// batch, and the minimum over partitions after a step. Depends on the log, and on idle decisions that the journal keeps.

import Plan
import Values

/// What the step knows of a partition beyond its rows.
struct PartitionState: Hashable, Sendable {
  /// Bounded and read to its end.
  var isFinished = false
  /// Nothing more was waiting when the step began; journaled, because only the moment knew it.
  var isCaughtUp = false
  /// The step clock when rows last came; of the first step if none did.
  var lastArrival: Int64 = 0
}

/// The watermarks of all partitions. The coordinator writes between phases; with one worker, operators write as they go.
final class WatermarkTracker: @unchecked Sendable {
  /// One partition as one watermark node sees it.
  struct Entry: Hashable, Sendable {
    var source: Int
    var partition: Int
    var running: Watermark = .min
    var isIdle = false
  }

  /// One watermark node.
  struct Node: Sendable {
    var entries: [Entry]
    /// Where each source's entries start.
    var starts: [Int: Int]
    /// Whether rows come from operators with state, in no partition's order: they count as one partition.
    var isDerived: Bool
    var idleAfter: [Int: Int64]
    var merged: Watermark = .min
  }

  private(set) var nodes: [Int: Node] = [:]
  /// By source node: its partitions.
  private(set) var partitions: [Int: [PartitionState]]
  /// Watermarks that a source announces beside its rows; they count after the rows of the step.
  private var announced: [(source: Int, partition: Int, watermark: Watermark)] = []
  private let sendsFinal: Bool
  private let follows: Bool

  init(_ topology: Topology, partitionCounts: [Int: Int], options: RunOptions) {
    sendsFinal = options.finalWatermark
    follows = options.follow
    partitions = partitionCounts.mapValues { [PartitionState](repeating: PartitionState(), count: $0) }
    var derived = [Bool](repeating: false, count: topology.plan.nodes.count)
    for (id, plan) in topology.plan.nodes.enumerated() {
      derived[id] =
        Topology.holdsRows(plan.operation) || (!plan.inputs.isEmpty && plan.inputs.allSatisfy { derived[$0.node] })
      guard case .watermark(_, _, let idleAfter) = plan.operation else { continue }
      var node = Node(entries: [], starts: [:], isDerived: derived[id], idleAfter: [:])
      if node.isDerived { node.entries = [Entry(source: -1, partition: 0)] }
      for source in topology.sources[id] where !node.isDerived {
        node.starts[source] = node.entries.count
        node.entries += (0..<(partitionCounts[source] ?? 1)).map { Entry(source: source, partition: $0) }
        var declared: Int64?
        if case .scan(let index, _) = topology.plan.nodes[source].operation {
          declared = topology.plan.sources[index].idleAfter
        }
        node.idleAfter[source] = idleAfter ?? declared ?? options.defaultIdleAfter
      }
      nodes[id] = node
    }
  }

  private static func index(_ node: Node, source: Int, partition: Int) -> Int? {
    if node.isDerived { return 0 }
    guard let start = node.starts[source] else { return nil }
    return start + partition
  }

  /// The watermark before the next row of a partition. A partition that was idle takes up the merged watermark.
  func before(node id: Int, source: Int, partition: Int) -> Watermark {
    guard let node = nodes[id], let index = Self.index(node, source: source, partition: partition) else { return .min }
    if node.isDerived { return node.merged }
    let entry = node.entries[index]
    return entry.isIdle ? max(entry.running, node.merged) : entry.running
  }

  /// Rows of a partition went by whose greatest declared watermark is `greatest`.
  func note(node id: Int, source: Int, partition: Int, greatest: Watermark) {
    guard let node = nodes[id], let index = Self.index(node, source: source, partition: partition) else { return }
    let start = before(node: id, source: source, partition: partition)
    nodes[id]?.entries[index].running = max(node.entries[index].running, greatest, node.isDerived ? .min : start)
    nodes[id]?.entries[index].isIdle = false
  }

  /// A source says that no row of the partition will lie before `watermark` any more.
  func announce(source: Int, partition: Int, watermark: Watermark) {
    announced.append((source, partition, watermark))
  }

  func beginStep() { announced = [] }

  func set(source: Int, partition: Int, _ state: PartitionState) { partitions[source]?[partition] = state }

  /// The merged watermark after the step's rows: the minimum over partitions that may still bring rows.
  func merge(node id: Int, now: Int64) -> Watermark {
    guard var node = nodes[id] else { return .min }
    for announcement in announced {
      guard let start = node.starts[announcement.source] else { continue }
      let index = start + announcement.partition
      node.entries[index].running = max(node.entries[index].running, announcement.watermark)
    }
    var least = Watermark.max
    var open = 0
    var unfinished = 0
    for index in node.entries.indices {
      let entry = node.entries[index]
      let state = partitions[entry.source]?[entry.partition]
      if let state, state.isFinished && sendsFinal { continue }
      unfinished += 1
      if let state, follows, isIdle(state, after: node.idleAfter[entry.source] ?? .max, now: now) {
        node.entries[index].isIdle = true
        continue
      }
      least = min(least, entry.running)
      open += 1
    }
    if open > 0 { node.merged = max(node.merged, least) } else if unfinished == 0 { node.merged = .max }
    nodes[id] = node
    return node.merged
  }

  private func isIdle(_ state: PartitionState, after: Int64, now: Int64) -> Bool {
    let silence = now.subtractingReportingOverflow(state.lastArrival)
    return state.isCaughtUp && !silence.overflow && silence.partialValue >= after
  }

  /// How far a partition is in event time: the least over the nodes that see it; nil where no node takes its time.
  func eventTime(source: Int, partition: Int) -> Watermark? {
    var least: Watermark?
    for node in nodes.values {
      guard let start = node.starts[source] else { continue }
      let running = node.entries[start + partition].running
      least = min(least ?? running, running)
    }
    return least
  }

  /// The least merged watermark, for the progress line.
  var merged: Watermark? { nodes.values.map(\.merged).min() }

  func writeState(to writer: ColumnWriter) {
    for id in nodes.keys.sorted() {
      guard let node = nodes[id] else { continue }
      writer.write(node.merged)
      for entry in node.entries {
        writer.write(entry.running)
        writer.write(entry.isIdle)
      }
    }
    for source in partitions.keys.sorted() {
      for state in partitions[source] ?? [] {
        writer.write(state.lastArrival)
        writer.write(state.isFinished)
      }
    }
  }

  func readState(from reader: ColumnReader) throws(StateFormatError) {
    for id in nodes.keys.sorted() {
      nodes[id]?.merged = try reader.int()
      for index in 0..<(nodes[id]?.entries.count ?? 0) {
        nodes[id]?.entries[index].running = try reader.int()
        nodes[id]?.entries[index].isIdle = try reader.bool()
      }
    }
    for source in partitions.keys.sorted() {
      for index in 0..<(partitions[source]?.count ?? 0) {
        partitions[source]?[index].lastArrival = try reader.int()
        partitions[source]?[index].isFinished = try reader.bool()
      }
    }
  }
}
