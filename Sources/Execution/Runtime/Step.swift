// One step, from chunks to sinks (DESIGN §4). In: what was taken of the sources, the clock's reading. Out: rows at the sinks,
// side streams, counts. The coordinator runs it: between phases it alone looks at the workers.

import Plan
import Values

extension PipelineRun {
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
    notePeakStates()
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
      // The coordinator writes, on the first worker's time.
      let previous = group.workers.first?.clock?.enter(id)
      defer { if let previous { group.workers.first?.clock?.leave(to: previous) } }
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
}
