// What a step reads: the partition that is furthest behind in event time first, in turn where they are equal, within the
// bounds of a step (DESIGN §4). In: sources, how far each partition is. Out: chunks in canonical order, and what became
// known of each partition.

import Values

/// What was taken for one step.
struct StepInput {
  struct Taken {
    var source: Int
    /// Which of the partition's chunks in this step.
    var number: Int
    var chunk: Chunk
  }

  var chunks: [Taken] = []
  /// Watermarks that sources announce; they count after the rows.
  var announced: [(source: Int, partition: Int, watermark: Int64)] = []
  /// Partitions that had nothing more.
  var caughtUp: Set<PartitionID> = []
}

/// A partition of a source, by the source's place in the run.
package struct PartitionID: Hashable, Sendable, Comparable {
  package var source: Int
  package var partition: Int

  package static func < (left: PartitionID, right: PartitionID) -> Bool {
    (left.source, left.partition) < (right.source, right.partition)
  }
}

final class InputSelector {
  private let sources: [any Source]
  private let bound: ChunkBound
  private let stepChunks: Int
  private let partitions: [PartitionID]
  /// Which turn each partition was last taken in: the least goes first among equals.
  private var lastTurn: [Int]
  private var turn = 0

  init(_ sources: [any Source], options: RunOptions, workers: Int) {
    self.sources = sources
    bound = ChunkBound(bytes: max(1, options.chunkBytes), records: max(1, options.chunkRecords))
    stepChunks = max(1, options.stepChunks ?? workers * 8)
    partitions = sources.indices.flatMap { source in
      (0..<sources[source].partitionCount).map { PartitionID(source: source, partition: $0) }
    }
    lastTurn = Array(repeating: 0, count: partitions.count)
  }

  /// Takes the next step's input. `eventTime` says how far a partition is; nil when it has no time of its own.
  func take(_ eventTime: (PartitionID) -> Int64?) throws(ExecutionError) -> StepInput {
    var input = StepInput()
    var numbers: [PartitionID: Int] = [:]
    let times = partitions.map(eventTime)
    // A source without event time keeps pace with those that have one.
    let least = times.compactMap { $0 }.min() ?? Int64.min
    var open = Set(
      partitions.indices.filter { !sources[partitions[$0].source].isFinished(partition: partitions[$0].partition) })
    while input.chunks.count < stepChunks {
      let best = open.min { left, right in
        (times[left] ?? least, lastTurn[left], left) < (times[right] ?? least, lastTurn[right], right)
      }
      guard let best else { break }
      let id = partitions[best]
      turn += 1
      lastTurn[best] = turn
      guard let chunk = try sources[id.source].take(partition: id.partition, bound: bound) else {
        open.remove(best)
        input.caughtUp.insert(id)
        continue
      }
      if case .watermark(let time) = chunk.content {
        // What comes behind it is judged by it: in the next step.
        input.announced.append((id.source, id.partition, time))
        open.remove(best)
        continue
      }
      input.chunks.append(StepInput.Taken(source: id.source, number: numbers[id, default: 0], chunk: chunk))
      numbers[id, default: 0] += 1
      if sources[id.source].isFinished(partition: id.partition) { open.remove(best) }
    }
    sort(&input)
    return input
  }

  /// Takes exactly what a journaled step took: up to the given end in each partition.
  func retake(_ ends: [PartitionID: Int64], caughtUp: Set<PartitionID>) throws(ExecutionError) -> StepInput {
    var input = StepInput()
    input.caughtUp = caughtUp
    for (id, end) in ends {
      var bound = bound
      bound.end = end
      var number = 0
      while sources[id.source].next(partition: id.partition) < end {
        guard let chunk = try sources[id.source].take(partition: id.partition, bound: bound) else {
          throw .unusableSnapshot(
            "`\(sources[id.source].place(partition: id.partition, offset: nil))` no longer holds what was read of it")
        }
        if case .watermark(let time) = chunk.content {
          input.announced.append((id.source, id.partition, time))
        } else {
          input.chunks.append(StepInput.Taken(source: id.source, number: number, chunk: chunk))
          number += 1
        }
      }
    }
    sort(&input)
    return input
  }

  private func sort(_ input: inout StepInput) {
    input.chunks.sort { left, right in
      (left.source, left.chunk.partition, left.number) < (right.source, right.chunk.partition, right.number)
    }
  }

  /// Whether every partition was read to its end.
  var isFinished: Bool { partitions.allSatisfy { sources[$0.source].isFinished(partition: $0.partition) } }

  /// The next position of every partition.
  var ends: [PartitionID: Int64] {
    Dictionary(uniqueKeysWithValues: partitions.map { ($0, sources[$0.source].next(partition: $0.partition)) })
  }
}
