// A topic of the log as a source: its partitions as they are. In: a topic. Out: chunks of whole batches, read into memory
// that decoders may look into. A bounded run ends at the offsets that were there when it began.

import EventLog
import Plan
import Values

package final class TopicSource: Source {
  private let topic: Topic
  private let follow: Bool
  private var nextOffsets: [Int64]
  private let ends: [Int64]
  /// When each partition was last searched for records of another process.
  private var lastLooks: [Int64]

  /// `start` gives the first offset of each partition; nil for the oldest.
  package init(
    topic: Topic, follow: Bool = false, start: ((Partition) throws(LogError) -> Int64)? = nil
  ) throws(ExecutionError) {
    self.topic = topic
    self.follow = follow
    ends = topic.partitions.map(\.endOffset)
    nextOffsets = []
    lastLooks = Array(repeating: 0, count: topic.partitions.count)
    for partition in topic.partitions {
      do throws(LogError) {
        nextOffsets.append(try start?(partition) ?? partition.logStart)
      } catch {
        throw .log("\(error)")
      }
    }
  }

  package var partitionCount: Int { topic.partitions.count }

  package func next(partition: Int) -> Int64 { nextOffsets[partition] }

  package func isFinished(partition: Int) -> Bool { !follow && nextOffsets[partition] >= ends[partition] }

  package var backlog: Int64 {
    topic.partitions.indices.reduce(0) { sum, index in
      sum + max(0, (follow ? topic.partitions[index].endOffset : ends[index]) - nextOffsets[index])
    }
  }

  package func seek(partition: Int, to next: Int64) throws(ExecutionError) {
    let start = topic.partitions[partition].logStart
    guard next >= start else {
      throw .unusableSnapshot(
        "\(topic.partitions[partition].name) begins at offset \(start) now, and \(next) was to be read next")
    }
    nextOffsets[partition] = next
  }

  package func place(partition: Int, offset: Int64?) -> String {
    let place = "topic \(topic.name), partition \(partition)"
    return offset.map { "\(place), offset \($0)" } ?? place
  }

  /// Beside a process that writes, what it appends is not announced: the files are looked at, not more often than every few
  /// milliseconds. Does nothing in the process that writes.
  private func lookForMore(in index: Int) throws(ExecutionError) {
    let now = RunOptions.systemClock()
    guard !(lastLooks[index]..<lastLooks[index].addingSaturating(5000)).contains(now) else { return }
    lastLooks[index] = now
    do throws(LogError) {
      try topic.partitions[index].refresh()
    } catch {
      throw .log("\(error)")
    }
  }

  package func take(partition index: Int, bound: ChunkBound) throws(ExecutionError) -> Chunk? {
    let from = nextOffsets[index]
    let limit = min(follow ? Int64.max : ends[index], bound.end ?? Int64.max)
    guard from < limit else { return nil }
    if follow, from >= topic.partitions[index].endOffset { try lookForMore(in: index) }
    var capacity = max(bound.bytes, 4096)
    while true {
      let blob = Blob(uninitialized: capacity)
      let result: ReadResult
      do throws(LogError) {
        result = try topic.partitions[index].read(
          from: from, into: UnsafeMutableRawBufferPointer(start: blob.base, count: capacity), visibility: .written)
      } catch {
        throw .log("\(error)")
      }
      if result.neededBytes > capacity {
        capacity = result.neededBytes
        continue
      }
      guard result.byteCount > 0 else { return nil }
      (blob.base + result.byteCount).update(repeating: 0, count: capacity - result.byteCount)
      let to = min(result.nextOffset, limit)
      nextOffsets[index] = to
      return Chunk(
        partition: index, content: .logBatches(blob, count: result.byteCount, from..<to), firstRecord: from)
    }
  }
}
