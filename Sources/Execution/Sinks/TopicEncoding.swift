// Rows as records of a topic: values as JSON, keys, partitions, times. In: batches. Out: bytes, and what each record has beside
// its value. One for each worker; appends nothing.

import Plan
import Schemas
import Values

/// Rows as records of a topic.
package struct TopicEncoding: Hashable, Sendable {
  package var schema: Schema
  /// The columns of the record key; without any, the whole row decides the partition and records have no key.
  package var keyColumns: [Int]
  /// Whether rows replace each other by the key columns: a row taken back and not replaced becomes a record without a value.
  package var isUpsert: Bool
  /// The format in which each change is said; nil where records are rows.
  package var changes: RecordFormat?
  /// The columns that identify a row, by which two changes are an update.
  package var rowKey: [Int] = []
  /// The event time of a row; nil for the clock.
  package var timeColumn: Int?

  package init(schema: Schema, keyColumns: [Int] = [], isUpsert: Bool = false, timeColumn: Int? = nil) {
    self.schema = schema
    self.keyColumns = keyColumns
    self.isUpsert = isUpsert
    self.timeColumn = timeColumn
  }
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
  private let envelopes: DebeziumRecordEncoder?
  private let keys: JSONRecordEncoder

  init(_ encoding: TopicEncoding, partitions: Int) {
    self.encoding = encoding
    self.partitions = partitions
    types = encoding.schema.fields.map(\.type)
    let plan = JSONEncoderPlan(fields: encoding.schema.fields, writesOperation: encoding.changes == .changelog)
    values = JSONRecordEncoder(plan)
    envelopes = encoding.changes == .debezium ? DebeziumRecordEncoder(plan) : nil
    keys = JSONRecordEncoder(JSONEncoderPlan(fields: encoding.keyColumns.map { encoding.schema.fields[$0] }))
  }

  func encode(_ given: Batch) -> EncodedRows {
    var batch = given
    let buffer = ByteBuffer(capacity: batch.count * 64 + 256)
    let ends = VectorBuilder<Int>(capacity: batch.count)
    if encoding.changes == nil {
      values.encode(batch, into: buffer, rowEnds: ends)
    } else {
      let kinds = ChangeKinds.of(batch, keyColumns: encoding.rowKey, types: types)
      if let envelopes {
        let rows = envelopes.encode(batch, operations: kinds, into: buffer, rowEnds: ends)
        if rows.count < batch.count { batch = batch.gather(rows) }
      } else {
        values.encode(batch, operations: kinds, into: buffer, rowEnds: ends)
      }
    }
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
