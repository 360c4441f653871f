// A record as a value of its own: for tools that print records, and for tests.
// In: arrays, or a cursor on a record. Out: copies. Never: the data path, which uses `RecordSpans` and buffers.

/// A copied record.
package struct Record: Equatable, Sendable {
  package var offset: Int64
  /// Milliseconds since 1970 UTC.
  package var timestamp: Int64
  package var key: [UInt8]?
  package var value: [UInt8]?
  package var headers: [RecordHeader]

  package init(offset: Int64, timestamp: Int64, key: [UInt8]?, value: [UInt8]?, headers: [RecordHeader] = []) {
    self.offset = offset
    self.timestamp = timestamp
    self.key = key
    self.value = value
    self.headers = headers
  }
}

extension RecordCursor {
  /// A copy of the current record.
  package var record: Record {
    var copies: [RecordHeader] = []
    var walk = headers
    while let (name, value) = walk.next() {
      copies.append(RecordHeader(String(decoding: name, as: UTF8.self), value.map { Array($0) }))
    }
    return Record(
      offset: offset, timestamp: timestamp, key: key.map { Array($0) }, value: value.map { Array($0) }, headers: copies)
  }
}

extension RecordBatchWriter {
  /// Appends a record from arrays.
  package func append(
    key: [UInt8]?, value: [UInt8]?, timestamp: Int64, headers: [RecordHeader] = []
  ) throws(LogError) {
    let keyBytes = key ?? []
    let valueBytes = value ?? []
    let result: Result<Void, LogError> = keyBytes.withUnsafeBytes { k in
      valueBytes.withUnsafeBytes { v in
        do throws(LogError) {
          try append(key: key == nil ? nil : k, value: value == nil ? nil : v, timestamp: timestamp, headers: headers)
          return .success(())
        } catch {
          return .failure(error)
        }
      }
    }
    try result.get()
  }
}

extension Partition {
  /// Copies of the records from `offset` on, of about `maxBytes` of batches, and the offset to go on from.
  package func records(
    from offset: Int64, maxBytes: Int = 1 << 20, visibility: Visibility = .durable
  ) throws(LogError) -> (records: [Record], nextOffset: Int64) {
    let bytes = try read(from: offset, maxBytes: maxBytes, visibility: visibility)
    var records: [Record] = []
    var rest = bytes.bytes
    do throws(BatchFault) {
      while !rest.isEmpty {
        let batch = try RecordBatch(rest, verifying: false)
        var cursor = try batch.records()
        while try cursor.next() {
          if cursor.offset >= offset { records.append(cursor.record) }
        }
        rest = UnsafeRawBufferPointer(rebasing: rest[batch.bytes.count...])
      }
    } catch {
      throw .invalidBatch(error)
    }
    return withExtendedLifetime(bytes) { (records, bytes.nextOffset) }
  }
}
