// Late and error streams as topics of the log: `<owner>.late` and `<owner>.errors`, made when first written. In: batches.
// Out: JSON records, one partition for each topic. Written as they come: these streams explain, they are not a pipeline's
// output, and after a crash a few of their records may be there twice.

import EventLog
import Plan
import Synchronization
import Values

package final class SideTopics: SideTarget {
  private let log: EventLog

  package init(_ log: EventLog) { self.log = log }

  package func write(
    _ batch: Batch, schema: Schema, owner: String, stream: Port.Stream, now: Int64
  ) throws(ExecutionError) {
    let name = "\(owner).\(stream.rawValue)"
    let encoded = TopicEncoder(TopicEncoding(schema: schema), partitions: 1).encode(batch)
    guard let records = encoded.records else { return }
    do throws(LogError) {
      let topic = log.hasTopic(name) ? try log.topic(name) : try log.createTopic(name, partitions: 1)
      let writer = RecordBatchWriter()
      for row in 0..<batch.count {
        let start = row == 0 ? 0 : records.ends.base[row - 1]
        let value = UnsafeRawBufferPointer(
          start: encoded.bytes.base + start, count: max(records.ends.base[row] - start - 1, 0))
        try writer.append(key: nil, value: value, timestamp: now / 1000)
      }
      try topic.partition(0).append(writer)
    } catch {
      throw .log("\(error)")
    }
  }
}
