// A topic of the log as a sink. In: rows. Out: JSON records, keyed by the key columns, spread over partitions by a stable
// hash, stamped with event time. Where rows replace each other, what a step says of a key is one record, at its end. A run with a journal appends under its own producer id with sequence numbers, so that records
// which a crash left behind the journal are recognised and not appended twice; another run's records are all new.

import EventLog
import Plan
import Schemas
import Values

package final class TopicSink: Sink {
  private let topic: Topic
  private let encoding: TopicEncoding
  private let producerID: Int64?
  private var writers: [RecordBatchWriter]
  /// By partition: full batches that wait for the journal's commit, after which `flush` is called.
  private var waiting: [[RecordBatchWriter]]
  /// By partition: the sequence number of the next record.
  private var sequences: [Int64]
  /// By partition: records that are in the log already, from before a crash.
  private var present: [Int64]
  /// The changes of the step, where rows replace each other.
  private var changes: [Batch] = []
  private let upsertEncoder: TopicEncoder

  private static let batchBytes = 512 << 10

  /// `producer` names who writes, the pipeline and the sink, where a journal tells how far it came; nil elsewhere.
  package init(topic: Topic, encoding: TopicEncoding, producer: String?) {
    self.topic = topic
    self.encoding = encoding
    upsertEncoder = TopicEncoder(encoding, partitions: topic.partitions.count)
    producerID = producer.map { name in
      let name = Blob(Array(name.utf8))
      return Int64(truncatingIfNeeded: Hash.bytes(UnsafePointer(name.base), count: name.capacity) >> 1)
    }
    writers = topic.partitions.map { _ in RecordBatchWriter() }
    waiting = topic.partitions.map { _ in [] }
    sequences = Array(repeating: 0, count: topic.partitions.count)
    present = sequences
  }

  /// Rows that replace each other are encoded when all of the step are there.
  package func makeEncoder() -> (any SinkEncoder)? {
    encoding.isUpsert ? nil : TopicEncoder(encoding, partitions: topic.partitions.count)
  }

  package var position: [Int64] { sequences }

  /// Finds what lies in the log behind the journal's position.
  package func resume(at position: [Int64]) throws(ExecutionError) {
    guard position.count == sequences.count else {
      if position.isEmpty { return }
      throw .unusableSnapshot(
        "topic \(topic.name) had \(position.count) partitions then, and has \(sequences.count) now")
    }
    sequences = position
    for (index, partition) in topic.partitions.enumerated() {
      guard let producerID, let last = partition.lastSequence(of: producerID) else { continue }
      // Sequence numbers go round after 2^31 records.
      let next = Int64(last.sequence) + 1
      let ahead = (next - (position[index] & Int64(Int32.max))) & Int64(Int32.max)
      present[index] = ahead < 1 << 30 ? ahead : 0
    }
  }

  package func write(_ piece: SinkPiece, step: SinkStep) throws(ExecutionError) {
    // A replay makes the same records in the same order: those that are in the log already are passed over.
    if step.isReplay && producerID == nil { return }
    switch piece {
    case .rows(let batch): changes.append(batch)
    case .bytes(let encoded): try write(encoded, step: step)
    }
  }

  package func endStep(_ step: SinkStep) throws(ExecutionError) {
    guard !changes.isEmpty else { return }
    let rows = UpsertConsolidation.rows(
      changes, keyColumns: encoding.keyColumns, types: encoding.schema.fields.map(\.type))
    changes = []
    try write(upsertEncoder.encode(rows), step: step)
  }

  private func write(_ encoded: EncodedRows, step: SinkStep) throws(ExecutionError) {
    guard let records = encoded.records else { return }
    let values = UnsafeRawPointer(encoded.bytes.base)
    for row in 0..<records.partitions.count {
      let index = Int(records.partitions.base[row])
      guard present[index] == 0 else {
        present[index] -= 1
        sequences[index] += 1
        continue
      }
      let start = row == 0 ? 0 : records.ends.base[row - 1]
      // The newline of a JSON line is no part of the record.
      let count = max(records.ends.base[row] - start - 1, 0)
      let value =
        records.isDeleted?.base[row] == true ? nil : UnsafeRawBufferPointer(start: values + start, count: count)
      let time = records.times.map { $0.base[row] } ?? step.now
      do throws(LogError) {
        try append(records.key(row), value, time: Self.milliseconds(time), to: index)
      } catch {
        throw .log("\(error)")
      }
    }
    withExtendedLifetime(encoded) {}
  }

  private static func milliseconds(_ micros: Int64) -> Int64 {
    micros >= 0 ? micros / 1000 : (micros - 999) / 1000
  }

  private func append(
    _ key: UnsafeRawBufferPointer?, _ value: UnsafeRawBufferPointer?, time: Int64, to index: Int
  ) throws(LogError) {
    let writer = writers[index]
    if writer.isEmpty, let producerID {
      writer.setProducer(
        id: producerID, epoch: 0, baseSequence: Int32(truncatingIfNeeded: sequences[index] & Int64(Int32.max)))
    }
    try writer.append(key: key, value: value, timestamp: time)
    sequences[index] += 1
    guard writer.byteCount >= Self.batchBytes else { return }
    if producerID == nil {
      try send(index)
    } else {
      waiting[index].append(writer)
      writers[index] = RecordBatchWriter()
    }
  }

  private func send(_ index: Int) throws(LogError) {
    for writer in waiting[index] { try topic.partitions[index].append(writer) }
    waiting[index] = []
    guard !writers[index].isEmpty else { return }
    try topic.partitions[index].append(writers[index])
    writers[index].reset()
  }

  package func flush(isDurable: Bool) throws(ExecutionError) {
    do throws(LogError) {
      for index in writers.indices {
        try send(index)
        if isDurable { try topic.partitions[index].sync() }
      }
    } catch {
      throw .log("\(error)")
    }
  }

  package func close() throws(ExecutionError) { try flush(isDurable: true) }
}
