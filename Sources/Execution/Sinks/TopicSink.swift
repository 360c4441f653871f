// A topic of the log as a sink. In: rows. Out: JSON records, keyed by the key columns, spread over partitions by a stable
// hash, stamped with event time. A run with a journal appends under its own producer id with sequence numbers, so that records
// which a crash left behind the journal are recognised and not appended twice; another run's records are all new.

import EventLog
import Plan
import Schemas
import Values

/// Rows as records of a topic.
package struct TopicEncoding: Hashable, Sendable {
  package var schema: Schema
  /// The columns of the record key; without any, the whole row decides the partition and records have no key.
  package var keyColumns: [Int]
  /// Whether the stream updates rows: a row taken back and not replaced becomes a record without a value.
  package var isUpsert: Bool
  /// The event time of a row; nil for the clock.
  package var timeColumn: Int?

  package init(schema: Schema, keyColumns: [Int] = [], isUpsert: Bool = false, timeColumn: Int? = nil) {
    self.schema = schema
    self.keyColumns = keyColumns
    self.isUpsert = isUpsert
    self.timeColumn = timeColumn
  }
}

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
  private var lastTime: Int64 = 0

  private static let batchBytes = 512 << 10

  /// `producer` names who writes, the pipeline and the sink, where a journal tells how far it came; nil elsewhere.
  package init(topic: Topic, encoding: TopicEncoding, producer: String?) {
    self.topic = topic
    self.encoding = encoding
    producerID = producer.map { name in
      let name = Blob(Array(name.utf8))
      return Int64(truncatingIfNeeded: Hash.bytes(UnsafePointer(name.base), count: name.capacity) >> 1)
    }
    writers = topic.partitions.map { _ in RecordBatchWriter() }
    waiting = topic.partitions.map { _ in [] }
    sequences = Array(repeating: 0, count: topic.partitions.count)
    present = sequences
  }

  package func makeEncoder() -> (any SinkEncoder)? {
    TopicEncoder(encoding, partitions: topic.partitions.count)
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
    guard case .bytes(let encoded) = piece, let records = encoded.records else { return }
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

/// What a record of a topic has beside its value.
package struct EncodedRecords: Sendable {
  /// Where each value ends in the bytes; a newline is its last byte.
  package var ends: Vector<Int>
  package var keys: BytesVector?
  package var partitions: Vector<Int32>
  /// Microseconds; nil for the clock.
  package var times: Vector<Int64>?
  /// Rows that were taken back; nil when none was.
  package var isDeleted: Vector<Bool>?

  func key(_ row: Int) -> UnsafeRawBufferPointer? {
    guard let keys else { return nil }
    let view = keys.views.base[row]
    return UnsafeRawBufferPointer(start: keys.blob.base + Int(view.offset), count: Int(view.length))
  }
}

/// Encodes rows as records at one worker.
final class TopicEncoder: SinkEncoder {
  private let encoding: TopicEncoding
  private let partitions: Int
  private let types: [DataType]
  private let values: JSONRecordEncoder
  private let keys: JSONRecordEncoder

  init(_ encoding: TopicEncoding, partitions: Int) {
    self.encoding = encoding
    self.partitions = partitions
    types = encoding.schema.fields.map(\.type)
    values = JSONRecordEncoder(JSONEncoderPlan(fields: encoding.schema.fields))
    keys = JSONRecordEncoder(JSONEncoderPlan(fields: encoding.keyColumns.map { encoding.schema.fields[$0] }))
  }

  func encode(_ given: Batch) -> EncodedRows {
    let batch = encoding.isUpsert ? withoutReplaced(given) : given
    let buffer = ByteBuffer(capacity: batch.count * 64 + 256)
    let ends = VectorBuilder<Int>(capacity: batch.count)
    values.encode(batch, into: buffer, rowEnds: ends)
    var times: Vector<Int64>?
    if let column = encoding.timeColumn, case .int(let vector) = batch.columns[column].data,
      batch.columns[column].validity == nil
    {
      times = vector
    }
    var isDeleted: Vector<Bool>?
    if encoding.isUpsert, let weights = batch.weights {
      let flags = Vector<Bool>(uninitialized: batch.count)
      for row in 0..<batch.count { flags.base[row] = weights.base[row] < 0 }
      isDeleted = flags
    }
    let records = EncodedRecords(
      ends: ends.finish(), keys: keys(of: batch), partitions: owners(of: batch), times: times, isDeleted: isDeleted)
    return EncodedRows(bytes: buffer, rows: batch.count, records: records)
  }

  /// Without rows that are taken back only to be replaced: the record that follows says so already.
  private func withoutReplaced(_ batch: Batch) -> Batch {
    guard batch.weights != nil else { return batch }
    let kinds = ChangeKinds.of(batch, keyColumns: encoding.keyColumns, types: types)
    let rows = kinds.indices.filter { kinds[$0] != .updateBefore }.map { Int32(truncatingIfNeeded: $0) }
    return rows.count == batch.count ? batch : batch.gather(Vector(rows))
  }

  /// A single text or binary column is the key as it is; another is its JSON form; several are a JSON object.
  private func keys(of batch: Batch) -> BytesVector? {
    let columns = encoding.keyColumns
    guard let first = columns.first else { return nil }
    if columns.count == 1, case .bytes(let strings) = batch.columns[first].data { return strings }
    let buffer = ByteBuffer(capacity: batch.count * 24 + 64)
    let ends = VectorBuilder<Int>(capacity: batch.count)
    keys.encode(
      Batch(columns: columns.map { batch.columns[$0] }, count: batch.count), into: buffer, rowEnds: ends)
    let places = ends.finish()
    let views = Vector<ByteView>(uninitialized: batch.count)
    // `{"name":` and `}` around a single value.
    let name = ByteBuffer()
    JSONText.write(string: Array(encoding.schema.fields[first].name.utf8), into: name)
    let (before, after) = columns.count == 1 ? (name.count + 2, 2) : (0, 1)
    for row in 0..<batch.count {
      let start = row == 0 ? 0 : places.base[row - 1]
      views.base[row] = ByteView(offset: start + before, length: places.base[row] - start - before - after)
    }
    return BytesVector(views: views, blob: buffer.finish())
  }

  private func owners(of batch: Batch) -> Vector<Int32> {
    let columns = encoding.keyColumns.isEmpty ? Array(types.indices) : encoding.keyColumns
    let hashes = KeyHash.hashes(
      columns.map { batch.columns[$0] }, types: columns.map { types[$0] }, count: batch.count)
    let owners = Vector<Int32>(uninitialized: batch.count)
    for row in 0..<batch.count {
      owners.base[row] = Int32(truncatingIfNeeded: KeyHash.part(of: hashes.base[row], parts: partitions))
    }
    return owners
  }
}
