// The state of a whole run at a step's boundary as bytes, and back. In: a run. Out: positions, watermarks, counts, the state
// of every operator at every worker, of every sink. Refuses the state of another plan or of another number of workers.

import Plan
import Values

extension PipelineRun {
  private static let snapshotVersion: Int64 = 1

  /// Everything that the steps to come depend on.
  package func snapshot() -> [UInt8] {
    let writer = ColumnWriter(capacity: 64 << 10)
    writer.write(Self.snapshotVersion)
    writer.write(PlanFingerprint.of(plan))
    writer.write(topology.workers)
    writer.write(step)
    writer.write(isFinished && !goesOnLater)
    for (source, running) in sources.enumerated() {
      writer.write(running.partitionCount)
      for partition in 0..<running.partitionCount {
        writer.write(running.next(partition: partition))
        writer.write(records[PartitionID(source: source, partition: partition)] ?? 0)
      }
    }
    tracker.writeState(to: writer)
    for count in counts {
      writer.write(
        Vector(
          [
            count.received, count.emitted, count.filtered, count.late, count.failed, count.filteredAtFiring,
            count.failedAtFiring,
          ].map(Int64.init)))
    }
    for worker in group.workers {
      for node in worker.nodes {
        writer.write(node.watermark)
        node.operation.writeState(to: writer)
      }
    }
    for sink in sinks {
      writer.write(Vector(sink.position))
      sink.writeState(to: writer)
    }
    let blob = writer.finish()
    return Array(UnsafeBufferPointer(start: blob.base, count: blob.capacity))
  }

  /// Puts a run that has not begun where another was when it made the snapshot.
  package func restore(from bytes: [UInt8]) throws(ExecutionError) {
    var positions: [PartitionID: Int64] = [:]
    var outputs: [[Int64]] = []
    do throws(StateFormatError) {
      let reader = try ColumnReader(bytes)
      try restoreHead(reader)
      for (source, running) in sources.enumerated() {
        guard try reader.int() == running.partitionCount else {
          throw reader.failure("a source had another number of files or partitions")
        }
        for partition in 0..<running.partitionCount {
          let id = PartitionID(source: source, partition: partition)
          positions[id] = try reader.int()
          records[id] = try reader.int()
        }
      }
      try tracker.readState(from: reader)
      for id in plan.nodes.indices { resumedCounts[id] = try NodeCounts(reader.ints()) }
      for worker in group.workers {
        for node in worker.nodes {
          node.watermark = try reader.int()
          try node.operation.readState(from: reader)
        }
      }
      for sink in sinks {
        outputs.append(try reader.ints().array)
        try sink.readState(from: reader)
      }
    } catch {
      throw .unusableSnapshot(error.what)
    }
    for (id, position) in positions { try sources[id.source].seek(partition: id.partition, to: position) }
    resumedOutputs = outputs
  }

  private func restoreHead(_ reader: ColumnReader) throws(StateFormatError) {
    let version = try reader.int()
    guard version == Self.snapshotVersion else {
      throw reader.failure("it has version \(version), this program reads version \(Self.snapshotVersion)")
    }
    guard try reader.int() == PlanFingerprint.of(plan) else { throw reader.failure("the query has changed since") }
    let workers = try reader.int()
    guard workers == topology.workers else {
      throw reader.failure("it was made with --parallelism \(workers), not \(topology.workers)")
    }
    step = try reader.int()
    isFinished = try reader.bool()
  }
}

extension NodeCounts {
  fileprivate init(_ numbers: Vector<Int64>) {
    self.init()
    guard numbers.count == 7 else { return }
    received = Int(numbers[0])
    emitted = Int(numbers[1])
    filtered = Int(numbers[2])
    late = Int(numbers[3])
    failed = Int(numbers[4])
    filteredAtFiring = Int(numbers[5])
    failedAtFiring = Int(numbers[6])
  }
}
