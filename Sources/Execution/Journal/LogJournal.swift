// The journal as an internal topic of the log, `__journal.<pipeline>`. In: commits. Out: the same, after a restart. One record
// is one commit, synced before it counts; recovery of the log keeps whole records and nothing else.

import EventLog
import Values

package final class LogJournal: JournalStore {
  private let partition: Partition

  /// Opens the journal of a pipeline, and makes it when it is new.
  package init(pipeline: String, log: EventLog) throws(ExecutionError) {
    let name = "__journal.\(pipeline)"
    do throws(LogError) {
      let topic = log.hasTopic(name) ? try log.topic(name) : try log.createTopic(name, partitions: 1)
      partition = try topic.partition(0)
    } catch {
      throw .log("\(error)")
    }
  }

  package func append(_ entry: [UInt8]) throws(ExecutionError) {
    do throws(LogError) {
      let writer = RecordBatchWriter()
      let bytes = Blob(entry)
      try writer.append(
        key: nil, value: UnsafeRawBufferPointer(start: bytes.base, count: entry.count),
        timestamp: LogClock.system.now() / 1000)
      try partition.append(writer, acknowledgement: .durable)
    } catch {
      throw .log("\(error)")
    }
  }

  package func entries() throws(ExecutionError) -> [[UInt8]] {
    var result: [[UInt8]] = []
    do throws(LogError) {
      var next = partition.logStart
      while next < partition.endOffset {
        let read = try partition.read(from: next, maxBytes: 1 << 20, visibility: .written)
        if read.count == 0 { break }
        let spans = RecordSpans()
        do throws(BatchFault) { try spans.fill(read.bytes, from: next) } catch { throw .invalidBatch(error) }
        for row in 0..<spans.count where spans.valueLengths[row] > 0 {
          let start = Int(spans.valueStarts[row])
          result.append(Array(read.bytes[start..<(start + Int(spans.valueLengths[row]))]))
        }
        next = read.nextOffset
      }
    } catch {
      throw .log("\(error)")
    }
    return result
  }
}
