// A running pipeline: a plan, its sources and sinks, and workers that move rows between them in steps. In: a dataflow as
// data. Out: rows at the sinks, books, progress. One thread drives it; `progress` and `requestStop` are for any thread.

import Plan
import Values

/// What a step did.
package enum StepOutcome: Hashable, Sendable {
  /// Rows moved; more may wait.
  case progress
  /// Nothing waits now; the clock was heard.
  case idle
  /// All input was read and answered for; nothing follows.
  case finished
}

package final class PipelineRun {
  package let plan: Dataflow
  package let options: RunOptions
  package let progress = RunProgress()
  let topology: Topology
  let group = WorkerGroup()
  let tracker: WatermarkTracker
  /// The plan's sources, then one for each node of constant rows.
  let sources: [any Source]
  /// By node: which source feeds it.
  let sourceOfNode: [Int: Int]
  /// By source: the nodes that it feeds.
  let nodesOfSource: [[Int]]
  let sinks: [any Sink]
  let selector: InputSelector
  let threads: PhaseThreads
  /// The records of each partition before the next step.
  var records: [PartitionID: Int64] = [:]
  var step: Int64 = 0
  var isFinished = false
  /// Counts of a run that this one resumes.
  var resumedCounts: [NodeCounts]
  let journal: Journal?
  /// Where the sinks of a resumed run stood, until they are put there.
  var resumedOutputs: [[Int64]]?
  /// The partitions that had nothing more in the last step that was recorded.
  var lastCaughtUp: Set<PartitionID> = []
  /// The most that each node kept at the end of a step, where the run is profiled.
  var peakStates: [StateSize]
  package internal(set) var samples: [SideSample] = []

  package init(
    plan: Dataflow, options: RunOptions, sources given: [any Source], sinks: [any Sink], journal: Journal? = nil
  ) throws(ExecutionError) {
    self.plan = plan
    self.options = options
    self.sinks = sinks
    self.journal = journal
    peakStates = Array(repeating: StateSize(), count: plan.nodes.count)
    let workers = max(1, options.parallelism)
    topology = try Topology(plan, workers: workers)
    guard given.count == plan.sources.count, sinks.count == plan.sinks.count else {
      throw .unsupported("the plan has \(plan.sources.count) sources and \(plan.sinks.count) sinks; others were given")
    }
    guard let zone = TimeZoneRules(plan.timeZone) else {
      throw .unsupported("the plan names the time zone `\(plan.timeZone)`, which this system does not know")
    }
    var sources = given
    var sourceOfNode: [Int: Int] = [:]
    for (id, node) in plan.nodes.enumerated() {
      switch node.operation {
      case .scan(let source, _): sourceOfNode[id] = source
      case .values(let rows):
        sourceOfNode[id] = sources.count
        sources.append(MemorySource(rows: rows, schema: node.properties.schema))
      case .filter, .project, .watermark, .assignWindow, .windowAggregate, .groupAggregate, .union, .join,
        .temporalJoin, .unnest,
        .setOperation, .rank, .deduplicate, .over, .normalize, .sort, .limit, .exchange, .sink:
        break
      }
    }
    self.sources = sources
    self.sourceOfNode = sourceOfNode
    nodesOfSource = sources.indices.map { source in sourceOfNode.keys.filter { sourceOfNode[$0] == source }.sorted() }
    tracker = WatermarkTracker(
      topology, partitionCounts: sourceOfNode.mapValues { sources[$0].partitionCount }, options: options)
    selector = InputSelector(sources, options: options, workers: workers)
    resumedCounts = Array(repeating: NodeCounts(), count: plan.nodes.count)
    let mailboxes = plan.nodes.indices.reduce(into: [Int: Mailbox]()) { boxes, id in
      if case .exchange = plan.nodes[id].operation { boxes[id] = Mailbox(workers: workers) }
    }
    let factory = OperatorFactory(
      topology: topology, options: options, sources: sourceOfNode.mapValues { sources[$0] }, sinks: sinks,
      tracker: tracker, mailboxes: mailboxes, timeZone: zone)
    for index in 0..<workers {
      group.add(
        try Worker(index: index, topology: topology, options: options, factory: factory, group: group))
    }
    threads = PhaseThreads(group, threads: options.threads ?? workers)
  }

  deinit { threads.stop() }

  /// Asks the run to end at the next boundary of a step. May be called from any thread.
  package func requestStop() { progress.stop() }

  /// Runs steps until all input is read, or until `requestStop`. While nothing waits it calls `wait`.
  package func run(waiting wait: () -> Void = pauseShortly) throws(ExecutionError) -> StepOutcome {
    var outcome = StepOutcome.idle
    while !progress.isStopping {
      outcome = try runStep()
      if outcome == .finished { break }
      if outcome == .idle { wait() }
    }
    try commit()
    if !isFinished { for sink in sinks { try sink.close() } }
    return outcome
  }

  /// Runs one step over what is waiting.
  package func runStep() throws(ExecutionError) -> StepOutcome {
    if isFinished { return .finished }
    if isSatisfied { return try runLast() }
    let input = try selector.take { id in eventTime(id) }
    let hasEnded = selector.isFinished
    try runAndRecord(input, isLast: hasEnded && !goesOnLater)
    if hasEnded { return try finish() }
    if input.chunks.isEmpty && input.announced.isEmpty {
      try commit()
      return .idle
    }
    return .progress
  }

  /// Every sink has all it can take: the rest of the input is not read.
  private func runLast() throws(ExecutionError) -> StepOutcome {
    try runAndRecord(StepInput(), isLast: true)
    return try finish()
  }

  /// Whether the end of the input is only where this run stops: a later one goes on with what has come since.
  var goesOnLater: Bool { journal != nil && !options.finalWatermark }

  private func finish() throws(ExecutionError) -> StepOutcome {
    isFinished = true
    try commit()
    for sink in sinks { try sink.close() }
    return .finished
  }

  private func eventTime(_ id: PartitionID) -> Int64? {
    var least: Int64?
    for node in nodesOfSource[id.source] {
      guard let time = tracker.eventTime(source: node, partition: id.partition) else { continue }
      least = min(least ?? time, time)
    }
    return least
  }

  /// Whether every way from a source to a sink passes an operator that needs no more.
  private var isSatisfied: Bool {
    var needs = [Bool](repeating: false, count: plan.nodes.count)
    for (id, node) in plan.nodes.enumerated().reversed() {
      if case .sink = node.operation { needs[id] = true }
      let readers = topology.rows[id] + topology.late[id] + topology.errors[id]
      needs[id] = needs[id] || readers.contains { needs[$0.node] }
      if group.workers.contains(where: { $0.nodes[id].operation.isSatisfied }) { needs[id] = false }
    }
    return !sourceOfNode.keys.contains { needs[$0] }
  }

  /// The counts of each node over all workers and over the run that this one resumes.
  var counts: [NodeCounts] {
    plan.nodes.indices.map { id in group.workers.reduce(resumedCounts[id]) { $0 + $1.nodes[id].counts } }
  }

  /// The books so far.
  package var books: Ledger {
    Ledger(topology, nodes: counts, held: stateSizes.reduce(0) { $0 + $1.rows })
  }

  /// What each node keeps, over all workers.
  package var stateSizes: [StateSize] {
    plan.nodes.indices.map { id in
      group.workers.reduce(into: StateSize()) { sum, worker in
        let size = worker.nodes[id].operation.stateSize
        sum.rows += size.rows
        sum.keys += size.keys
        sum.bytes += size.bytes
      }
    }
  }

  func updateProgress() {
    var read = 0
    var written = 0
    for (id, node) in plan.nodes.enumerated() where topology.rows[id].isEmpty || node.inputs.isEmpty {
      let received = group.workers.reduce(resumedCounts[id].received) { $0 + $1.nodes[id].counts.received }
      if node.inputs.isEmpty { read += received }
      if case .sink = node.operation { written += received }
    }
    progress.update(
      steps: step, read: Int64(read), written: Int64(written), watermark: tracker.merged,
      backlog: sources.reduce(0) { $0 + $1.backlog })
  }
}
