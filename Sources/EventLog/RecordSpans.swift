// The records of many batches as flat columns: what a source hands to a decoder.
// In: the bytes that a read returned. Out: offset, time, key and value places of each record. Never: a copy of a record.

/// Parallel columns over the records of one read. Belongs to one thread; refill it for the next read.
///
/// Starts are relative to the bytes that were given to `fill`; a length of −1 is a null. Hoist the pointers out of loops:
/// the next `fill` may move them.
package final class RecordSpans {
  /// The records.
  package private(set) var count = 0
  package private(set) var offsets: UnsafeMutablePointer<Int64>
  /// Milliseconds since 1970 UTC.
  package private(set) var timestamps: UnsafeMutablePointer<Int64>
  package private(set) var keyStarts: UnsafeMutablePointer<UInt32>
  package private(set) var keyLengths: UnsafeMutablePointer<Int32>
  package private(set) var valueStarts: UnsafeMutablePointer<UInt32>
  package private(set) var valueLengths: UnsafeMutablePointer<Int32>
  private var capacity: Int

  package init(capacity: Int = 4096) {
    self.capacity = max(capacity, 16)
    offsets = .allocate(capacity: self.capacity)
    timestamps = .allocate(capacity: self.capacity)
    keyStarts = .allocate(capacity: self.capacity)
    keyLengths = .allocate(capacity: self.capacity)
    valueStarts = .allocate(capacity: self.capacity)
    valueLengths = .allocate(capacity: self.capacity)
  }

  deinit { release() }

  private func release() {
    offsets.deallocate()
    timestamps.deallocate()
    keyStarts.deallocate()
    keyLengths.deallocate()
    valueStarts.deallocate()
    valueLengths.deallocate()
  }

  /// Replaces the columns with the records of the batches in `bytes` whose offset is at least `offset`.
  /// `bytes` are whole batches as `Partition.read` returns them, checksums already verified; control batches are skipped.
  package func fill(_ bytes: UnsafeRawBufferPointer, from offset: Int64) throws(BatchFault) {
    count = 0
    var position = 0
    while position < bytes.count {
      let batch = try RecordBatch(UnsafeRawBufferPointer(rebasing: bytes[position...]), verifying: false)
      try take(batch, at: position, from: offset)
      position &+= batch.bytes.count
    }
  }

  private func take(_ batch: RecordBatch, at position: Int, from offset: Int64) throws(BatchFault) {
    if capacity &- count < Int(batch.header.recordCount) { grow(by: Int(batch.header.recordCount)) }
    var cursor = try batch.records()
    let (offsets, timestamps) = (offsets, timestamps)
    let (keyStarts, keyLengths, valueStarts, valueLengths) = (keyStarts, keyLengths, valueStarts, valueLengths)
    var n = count
    while try cursor.step() {
      offsets[n] = cursor.offset
      timestamps[n] = cursor.timestamp
      keyStarts[n] = UInt32(truncatingIfNeeded: position &+ cursor.keyStart)
      keyLengths[n] = Int32(truncatingIfNeeded: cursor.keyLength)
      valueStarts[n] = UInt32(truncatingIfNeeded: position &+ cursor.valueStart)
      valueLengths[n] = Int32(truncatingIfNeeded: cursor.valueLength)
      // Records before the wanted offset share its batch: they are written over.
      n &+= cursor.offset >= offset ? 1 : 0
    }
    count = n
  }

  private func grow(by more: Int) {
    let larger = RecordSpans(capacity: max(capacity * 2, count + more))
    larger.offsets.update(from: offsets, count: count)
    larger.timestamps.update(from: timestamps, count: count)
    larger.keyStarts.update(from: keyStarts, count: count)
    larger.keyLengths.update(from: keyLengths, count: count)
    larger.valueStarts.update(from: valueStarts, count: count)
    larger.valueLengths.update(from: valueLengths, count: count)
    swap(&offsets, &larger.offsets)
    swap(&timestamps, &larger.timestamps)
    swap(&keyStarts, &larger.keyStarts)
    swap(&keyLengths, &larger.keyLengths)
    swap(&valueStarts, &larger.valueStarts)
    swap(&valueLengths, &larger.valueLengths)
    swap(&capacity, &larger.capacity)
  }
}

/// Bytes that a read returned, with readable space after the end so that decoders may load whole words.
///
/// Filled before it is handed on and never written after, which is why threads may share it.
package final class LogBytes: @unchecked Sendable {
  /// Readable bytes after the last one.
  package static let slack = 32

  private let memory: UnsafeMutableRawBufferPointer
  /// The bytes in use.
  package fileprivate(set) var count = 0
  /// The offset to read next.
  package fileprivate(set) var nextOffset: Int64 = 0

  init(capacity: Int) {
    memory = .allocate(byteCount: capacity + Self.slack, alignment: 16)
  }

  deinit { memory.deallocate() }

  /// The memory to fill, without the slack.
  var space: UnsafeMutableRawBufferPointer {
    UnsafeMutableRawBufferPointer(rebasing: memory[0..<memory.count - Self.slack])
  }

  func fill(count: Int, nextOffset: Int64) {
    self.count = count
    self.nextOffset = nextOffset
    memory[count..<count + Self.slack].initializeMemory(as: UInt8.self, repeating: 0)
  }

  /// Whole batches; valid as long as the object.
  package var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: memory[0..<count]) }
}
