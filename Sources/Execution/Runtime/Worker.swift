// One share of a running pipeline: an instance of every operator, driven through the phases of a step by plain calls. In:
// chunks of input and what other workers left in the mailboxes. Out: pieces for the sinks, side streams, counts. Owned by
// one thread during a phase; between phases the coordinator may look.

import Plan
import Values

/// A worker. Other threads touch it only between phases, which the barrier orders.
final class Worker: @unchecked Sendable {
  let index: Int
  let topology: Topology
  let sideStreams: SideStreams
  /// Where the time goes; nil unless somebody asked.
  let clock: OperatorClock?
  unowned let group: WorkerGroup
  private(set) var nodes: [RunningNode] = []
  /// Operators that also take part in the step's meetings, by node.
  private(set) var exchanges: [Int: ExchangeOperator] = [:]
  private(set) var watermarks: [Int: WatermarkOperator] = [:]
  private(set) var scans: [Int: ScanReader] = [:]
  private(set) var sinks: [Int: SinkOperator] = [:]

  var step: StepContext
  /// Where the batch that is being handled stands.
  var position = Position.firing(0)
  var offsetsAreRelative = false
  /// What this worker reads in this step, in canonical order.
  var chunks: [DealtChunk] = []
  var failure: ExecutionError?

  init(
    index: Int, topology: Topology, options: RunOptions, factory: OperatorFactory, group: WorkerGroup
  ) throws(ExecutionError) {
    self.group = group
    self.index = index
    self.topology = topology
    sideStreams = SideStreams(topology: topology, routes: options.sideTarget != nil, sampleLimit: options.sampleLimit)
    clock = options.profiles ? OperatorClock(nodes: topology.plan.nodes.count) : nil
    step = StepContext(step: 0, now: 0, worker: index, workers: topology.workers)
    for (id, plan) in topology.plan.nodes.enumerated() {
      let operation = try factory.make(id, plan, worker: self)
      nodes.append(RunningNode(id: id, plan: plan, worker: self, operation: operation))
      if let exchange = operation as? ExchangeOperator { exchanges[id] = exchange }
      if let watermark = operation as? WatermarkOperator { watermarks[id] = watermark }
      if let scan = operation as? ScanReader { scans[id] = scan }
      if let sink = operation as? SinkOperator { sinks[id] = sink }
    }
    for id in nodes.indices {
      nodes[id].rowReaders = topology.rows[id].map { (nodes[$0.node], $0.input) }
      nodes[id].lateReaders = topology.late[id].map { (nodes[$0.node], $0.input) }
    }
  }

  /// Runs one phase: rows first, then watermarks and the end of the step in topological order.
  func run(phase: Int, isLast: Bool, sourceWatermarks: [Int: Watermark]) {
    if phase == 0 { readChunks() }
    let isSpread = topology.workers > 1
    if isSpread {
      for node in nodes {
        if topology.phase[node.id] == phase {
          timed(node.id) {
            exchanges[node.id]?.deliver(to: node, worker: self)
            watermarks[node.id]?.deliver(to: node, worker: self)
          }
        }
        // Error streams wait for the counts of the records before them.
        if topology.phase[node.id] + 1 == phase { deliverErrors(of: node) }
      }
    }
    for node in nodes where topology.phase[node.id] == phase {
      node.advance(to: sourceWatermarks[node.id] ?? inputWatermark(of: node))
      node.endStep(isLast: isLast)
      if !isSpread { deliverErrors(of: node) }
    }
  }

  private func readChunks() {
    for dealt in chunks {
      guard failure == nil, let scan = scans[dealt.node] else { continue }
      let previous = clock?.enter(dealt.node)
      do throws(ExecutionError) {
        try scan.read(dealt, into: nodes[dealt.node], worker: self)
      } catch {
        failure = error
      }
      if let previous { clock?.leave(to: previous) }
    }
    chunks = []
  }

  /// Does what belongs to a node, on that node's time.
  func timed(_ node: Int, _ body: () -> Void) {
    guard let clock else { return body() }
    let previous = clock.enter(node)
    body()
    clock.leave(to: previous)
  }

  /// The least watermark of the node's inputs. Behind an exchange rows come from all workers, and so does the watermark.
  private func inputWatermark(of node: RunningNode) -> Watermark {
    let isExchange = exchanges[node.id] != nil
    return node.plan.inputs.reduce(Int64.max) { least, port in
      isExchange
        ? group.workers.reduce(least) { min($0, $1.nodes[port.node].watermark) }
        : min(least, nodes[port.node].watermark)
    }
  }

  /// Dead letters become rows of the nodes that read the error stream.
  private func deliverErrors(of node: RunningNode) {
    let readers = topology.errors[node.id]
    if readers.isEmpty { return }
    let rows = sideStreams.failures(of: node.id, table: group.chunkTable)
    for placed in DeadRow.batches(rows, node: node.id, plan: topology.plan) {
      position = placed.position
      offsetsAreRelative = false
      for reader in readers { nodes[reader.node].receive(placed.batch, input: reader.input) }
    }
  }

  /// Hands one batch on as it was placed before.
  func pass(_ placed: PlacedBatch, from node: RunningNode) {
    position = placed.position
    offsetsAreRelative = placed.offsetsAreRelative
    node.emit(placed.batch)
  }
}
