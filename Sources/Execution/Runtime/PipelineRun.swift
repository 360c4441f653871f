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
  private let nodesOfSource: [[Int]]
  let sinks: [any Sink]
  let selector: InputSelector
  private let threads: PhaseThreads
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
  private(set) package var samples: [SideSample] = []

  package init(
    plan: Dataflow, options: RunOptions, sources given: [any Source], sinks: [any Sink], journal: Journal? = nil
  ) throws(ExecutionError) {
    self.plan = plan
    self.options = options
    self.sinks = sinks
    self.journal = journal
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
      case .filter, .project, .watermark, .assignWindow, .windowAggregate, .groupAggregate, .union, .sort, .limit,
        .exchange, .sink:
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
    return outcome
  }

  /// Runs one step over what is waiting.
  package func runStep() throws(ExecutionError) -> StepOutcome {
    if isFinished { return .finished }
    if isSatisfied { return try runLast() }
    let input = try selector.take { id in eventTime(id) }
    let isLast = selector.isFinished
    try runAndRecord(input, isLast: isLast)
    if isLast { return try finish() }
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

  /// Runs one step over given input, at a given time. A replay suppresses output.
  @discardableResult
  func runStep(
    _ input: StepInput, now: Int64, isLast: Bool, isReplay: Bool = false
  ) throws(ExecutionError) -> UInt64 {
    step += 1
    prepare(input, now: now)
    deal(input)
    let last = isLast
    let watermarks = sourceWatermarks(isLast: isLast)
    for phase in 0..<topology.phases {
      threads.runAll { $0.run(phase: phase, isLast: last, sourceWatermarks: watermarks) }
      for worker in group.workers { if let failure = worker.failure { throw failure } }
      if phase == 0 { group.chunkTable.resolveAll() }
      if topology.workers > 1 { combineWatermarks(after: phase, now: now) }
    }
    try collectSideStreams(now: now, isReplay: isReplay)
    let checksum = try writeSinks(SinkStep(step: step, now: now, isReplay: isReplay))
    for end in group.chunkTable.ends {
      records[PartitionID(source: sourceOfNode[end.node] ?? 0, partition: end.partition)] = end.records
    }
    updateProgress()
    return checksum
  }

  private func prepare(_ input: StepInput, now: Int64) {
    tracker.beginStep()
    let arrived = Set(input.chunks.map { PartitionID(source: $0.source, partition: $0.chunk.partition) })
    for (node, source) in sourceOfNode {
      for partition in 0..<sources[source].partitionCount {
        let id = PartitionID(source: source, partition: partition)
        var state = tracker.partitions[node]?[partition] ?? PartitionState()
        if step == 1 || arrived.contains(id) { state.lastArrival = now }
        state.isCaughtUp = input.caughtUp.contains(id)
        state.isFinished = sources[source].isFinished(partition: partition)
        tracker.set(source: node, partition: partition, state)
      }
    }
    for announced in input.announced {
      for node in nodesOfSource[announced.source] {
        tracker.announce(source: node, partition: announced.partition, watermark: announced.watermark)
      }
    }
    for worker in group.workers {
      worker.step.step = step
      worker.step.now = now
      worker.sideStreams.beginStep()
    }
  }

  /// Deals the step's chunks to the workers in turn, for every node that reads them.
  private func deal(_ input: StepInput) {
    var entries: [ChunkTable.Entry] = []
    var turn = 0
    for (source, nodes) in nodesOfSource.enumerated() {
      let chunks = input.chunks.filter { $0.source == source }
      for node in nodes {
        let isSole = group.workers.count == 1 || readsOffsets(node)
        for taken in chunks {
          let partition = taken.chunk.partition
          let before = records[PartitionID(source: source, partition: partition)] ?? 0
          let previous = taken.number > 0 ? entries.count - 1 : nil
          let dealt = DealtChunk(
            node: node, chunk: taken.chunk, number: taken.number, entry: entries.count, before: before, isSole: isSole)
          entries.append(
            ChunkTable.Entry(
              node: node, partition: partition, chunk: taken.number, firstRecord: taken.chunk.firstRecord,
              before: before, previous: previous))
          group.workers[(isSole ? partition : turn) % group.workers.count].chunks.append(dealt)
          turn += 1
        }
      }
    }
    group.chunkTable.begin(entries)
  }

  /// Whether a scan delivers offsets as a column: they must be counted while decoding, by one worker for each partition.
  private func readsOffsets(_ node: Int) -> Bool {
    guard case .scan(_, let columns) = plan.nodes[node].operation else { return true }
    return columns.contains { $0.part == .offset }
  }

  private func sourceWatermarks(isLast: Bool) -> [Int: Watermark] {
    sourceOfNode.mapValues { source in
      let isRead = (0..<sources[source].partitionCount).allSatisfy { sources[source].isFinished(partition: $0) }
      return (isRead || isLast) && options.finalWatermark ? Int64.max : Int64.min
    }
  }

  private func combineWatermarks(after phase: Int, now: Int64) {
    for (id, node) in plan.nodes.enumerated() {
      guard case .watermark = node.operation, topology.arrivalPhase[id] == phase else { continue }
      WatermarkOperator.combine(group.workers.compactMap { $0.watermarks[id] }, id: id, tracker: tracker, now: now)
    }
  }

  private func writeSinks(_ sinkStep: SinkStep) throws(ExecutionError) -> UInt64 {
    var sum: UInt64 = 0
    for (id, node) in plan.nodes.enumerated() {
      guard case .sink(let index) = node.operation else { continue }
      let written = try SinkOperator.write(
        group.workers.compactMap { $0.sinks[id] }, to: sinks[index], step: sinkStep, isSummed: journal != nil)
      if written != 0 { sum = Hash.combine(sum, written) }
    }
    return sum
  }

  /// Stops at a failure that the stream does not allow; hands out late and failing rows that somebody wants.
  private func collectSideStreams(now: Int64, isReplay: Bool) throws(ExecutionError) {
    let fatal = group.workers.compactMap { $0.sideStreams.fatal }.min { $0.row.position < $1.row.position }
    if let fatal {
      let row = SideStreams.absolute(fatal.row, group.chunkTable)
      throw .failedRecord(place: place(row), reason: row.message)
    }
    for worker in group.workers {
      for (node, row) in worker.sideStreams.samples where samples.count < options.sampleLimit {
        let absolute = SideStreams.absolute(row, group.chunkTable)
        samples.append(
          SideSample(
            owner: plan.nodes[node].owner, code: row.code.rawValue, message: row.message, place: place(absolute),
            payload: row.payload ?? []))
      }
    }
    guard let target = options.sideTarget, !isReplay else { return }
    for (id, node) in plan.nodes.enumerated() {
      for placed in failures(of: id) {
        try target.write(placed.batch, schema: DeadLetter.schema, owner: node.owner, stream: .errors, now: now)
      }
      let late = group.workers.flatMap { $0.sideStreams.late.filter { $0.node == id }.map(\.placed) }
      let schema = plan.schema(of: Port(node: id, stream: .late))
      for placed in PlacedBatch.inOrder(late, types: schema.fields.map(\.type)) {
        try target.write(placed.batch, schema: schema, owner: node.owner, stream: .late, now: now)
      }
    }
  }

  private func failures(of node: Int) -> [PlacedBatch] {
    let rows = group.workers.flatMap { $0.sideStreams.failures(of: node, table: group.chunkTable) }
    return rows.isEmpty ? [] : DeadRow.batches(DeadRow.inOrder(rows), node: node, plan: plan)
  }

  private func place(_ row: DeadRow) -> String {
    guard !row.position.isFired, let source = sourceOfNode[Int(row.position.source)] else { return "" }
    return sources[source].place(partition: Int(row.position.partition), offset: row.offset)
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

  private func updateProgress() {
    var read = 0
    var written = 0
    for (id, node) in plan.nodes.enumerated() {
      guard topology.rows[id].isEmpty || node.inputs.isEmpty else { continue }
      let received = group.workers.reduce(resumedCounts[id].received) { $0 + $1.nodes[id].counts.received }
      if node.inputs.isEmpty { read += received }
      if case .sink = node.operation { written += received }
    }
    progress.update(
      steps: step, read: Int64(read), written: Int64(written), watermark: tracker.merged,
      backlog: sources.reduce(0) { $0 + $1.backlog })
  }
}
