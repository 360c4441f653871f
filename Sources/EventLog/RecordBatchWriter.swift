// Builds one record batch in one buffer, ready to be appended as it is.
// In: records one by one. Out: the bytes of a batch of format 2, checksummed. Never: a second copy, a String per record.

/// A named value beside a record's key and value.
package struct RecordHeader: Equatable, Sendable {
  package var name: String
  package var value: [UInt8]?

  package init(_ name: String, _ value: [UInt8]?) {
    self.name = name
    self.value = value
  }
}

/// Collects records into a batch. Belongs to one thread at a time; reuse it with `reset()` after each append.
package final class RecordBatchWriter {
  private var base: UnsafeMutableRawPointer
  private var capacity: Int
  private var position = RecordBatchHeader.size
  private var fields = RecordBatchHeader()
  private var isSealed = false

  /// Starts an empty batch with room for `capacity` bytes; it grows when it must.
  package init(capacity: Int = 256 << 10) {
    self.capacity = min(max(capacity, 1024), RecordBatchHeader.maxBatchBytes)
    base = .allocate(byteCount: self.capacity, alignment: 16)
  }

  deinit { base.deallocate() }

  /// The records so far.
  package var count: Int { Int(fields.recordCount) }
  package var isEmpty: Bool { fields.recordCount == 0 }
  /// The bytes so far, header included.
  package var byteCount: Int { position }

  /// Empties the batch and forgets its producer.
  package func reset() {
    position = RecordBatchHeader.size
    fields = RecordBatchHeader()
    isSealed = false
  }

  /// Makes the batch part of an idempotent producer's sequence: `baseSequence` is that of its first record.
  package func setProducer(id: Int64, epoch: Int16, baseSequence: Int32, isTransactional: Bool = false) {
    fields.producerID = id
    fields.producerEpoch = epoch
    fields.baseSequence = baseSequence
    fields.attributes = isTransactional ? fields.attributes | 16 : fields.attributes & ~16
    isSealed = false
  }

  /// Appends a record without headers. `timestamp` is in milliseconds since 1970 UTC. A nil key or value is null, which
  /// is not the same as an empty one. Throws `batchTooLarge` and leaves the batch as it was when there is no room.
  package func append(
    key: UnsafeRawBufferPointer?, value: UnsafeRawBufferPointer?, timestamp: Int64
  ) throws(LogError) {
    let keyBytes = key?.count ?? 0
    let valueBytes = value?.count ?? 0
    try begin(key: key, value: value, timestamp: timestamp, tail: 1)
    var p = place
    p = writeField(key, keyBytes, p)
    p = writeField(value, valueBytes, p)
    p.storeBytes(of: 0, as: UInt8.self)
    finishRecord(p + 1, timestamp)
  }

  /// Appends a record with headers; for the cold path.
  package func append(
    key: UnsafeRawBufferPointer?, value: UnsafeRawBufferPointer?, timestamp: Int64, headers: [RecordHeader]
  ) throws(LogError) {
    var tail: [UInt8] = []
    func put(_ number: Int) {
      withUnsafeTemporaryAllocation(byteCount: 10, alignment: 1) { scratch in
        guard let start = scratch.baseAddress else { return }
        let after = VariableInteger.write(VariableInteger.zigzag(number), start)
        tail.append(contentsOf: scratch[0..<(after - start)])
      }
    }
    put(headers.count)
    for header in headers {
      put(header.name.utf8.count)
      tail.append(contentsOf: header.name.utf8)
      put(header.value?.count ?? -1)
      tail.append(contentsOf: header.value ?? [])
    }
    try begin(key: key, value: value, timestamp: timestamp, tail: tail.count)
    var p = place
    p = writeField(key, key?.count ?? 0, p)
    p = writeField(value, value?.count ?? 0, p)
    tail.withUnsafeBytes { p.copyMemory(from: $0.baseAddress ?? UnsafeRawPointer(p), byteCount: $0.count) }
    finishRecord(p + tail.count, timestamp)
  }

  private var place: UnsafeMutableRawPointer { base + position }

  /// Makes room and writes a record's length, attributes and deltas; `tail` is the size of its headers.
  @inline(__always)
  private func begin(
    key: UnsafeRawBufferPointer?, value: UnsafeRawBufferPointer?, timestamp: Int64, tail: Int
  ) throws(LogError) {
    if fields.recordCount == 0 { fields.baseTimestamp = timestamp }
    let keyBytes = key?.count ?? 0
    let valueBytes = value?.count ?? 0
    let delta = VariableInteger.zigzag(timestamp &- fields.baseTimestamp)
    let offset = VariableInteger.zigzag(Int(fields.recordCount))
    let keySize = VariableInteger.size(VariableInteger.zigzag(key == nil ? -1 : keyBytes)) &+ keyBytes
    let valueSize = VariableInteger.size(VariableInteger.zigzag(value == nil ? -1 : valueBytes)) &+ valueBytes
    let body = 1 &+ VariableInteger.size(delta) &+ VariableInteger.size(offset) &+ keySize &+ valueSize &+ tail
    if body &+ 10 > capacity &- position { try grow(for: body &+ 10) }
    var p = place
    p = VariableInteger.write(VariableInteger.zigzag(body), p)
    p.storeBytes(of: 0, as: UInt8.self)
    p = VariableInteger.write(delta, p + 1)
    p = VariableInteger.write(offset, p)
    // The record counts only from `finishRecord` on; until then nothing but `position` has moved.
    position = p - base
  }

  @inline(__always)
  private func writeField(
    _ bytes: UnsafeRawBufferPointer?, _ count: Int, _ target: UnsafeMutableRawPointer
  ) -> UnsafeMutableRawPointer {
    let p = VariableInteger.write(VariableInteger.zigzag(bytes == nil ? -1 : count), target)
    if let start = bytes?.baseAddress { p.copyMemory(from: start, byteCount: count) }
    return p + count
  }

  @inline(__always)
  private func finishRecord(_ end: UnsafeMutableRawPointer, _ timestamp: Int64) {
    position = end - base
    fields.maxTimestamp = fields.recordCount == 0 ? timestamp : max(fields.maxTimestamp, timestamp)
    fields.lastOffsetDelta = fields.recordCount
    fields.recordCount &+= 1
    isSealed = false
  }

  private func grow(for bytes: Int) throws(LogError) {
    let needed = position &+ bytes
    guard bytes >= 0, needed <= RecordBatchHeader.maxBatchBytes else {
      throw .batchTooLarge(bytes: needed, limit: RecordBatchHeader.maxBatchBytes)
    }
    capacity = min(max(capacity * 2, needed), RecordBatchHeader.maxBatchBytes)
    let larger = UnsafeMutableRawPointer.allocate(byteCount: capacity, alignment: 16)
    larger.copyMemory(from: base, byteCount: position)
    base.deallocate()
    base = larger
  }

  /// Writes header and checksum. The partition seals what it appends; a second call costs nothing.
  @discardableResult
  package func seal() -> RecordBatchHeader {
    if !isSealed {
      fields.batchLength = Int32(position - RecordBatchHeader.lengthPrefix)
      fields.store(base)
      fields.checksum = RecordBatch.checksum(UnsafeRawBufferPointer(start: base, count: position))
      fields.store(base)
      isSealed = true
    }
    return fields
  }

  /// The sealed batch; valid until the writer changes or goes.
  package var bytes: UnsafeMutableRawBufferPointer {
    seal()
    return UnsafeMutableRawBufferPointer(start: base, count: position)
  }
}
