// A record batch seen in memory, and the walk over its records.
// In: bytes of any content. Out: the records' places in those bytes. Never: a copy, an allocation, or a trap.

/// The first batch in some bytes, header judged and, if asked, checksum verified. Valid as long as the bytes are.
package struct RecordBatch {
  package let header: RecordBatchHeader
  /// The whole batch, header included.
  package let bytes: UnsafeRawBufferPointer
  fileprivate let base: UnsafeRawPointer

  /// Takes the batch at the front of `bytes`. `verifying: false` is for bytes whose checksum was verified before.
  package init(_ bytes: UnsafeRawBufferPointer, verifying: Bool = true) throws(BatchFault) {
    guard let base = bytes.baseAddress, bytes.count >= RecordBatchHeader.size else { throw .truncated }
    header = RecordBatchHeader(base)
    if let fault = header.fault { throw fault }
    guard header.totalBytes <= bytes.count else { throw .truncated }
    self.base = base
    self.bytes = UnsafeRawBufferPointer(start: base, count: header.totalBytes)
    if verifying {
      let computed = Self.checksum(self.bytes)
      if computed != header.checksum { throw .checksumMismatch(stored: header.checksum, computed: computed) }
    }
  }

  /// The checksum of a whole batch: everything after the checksum field.
  static func checksum(_ batch: UnsafeRawBufferPointer) -> UInt32 {
    CRC32C.checksum(UnsafeRawBufferPointer(rebasing: batch[RecordBatchHeader.checkedFrom...]))
  }

  /// A walk over the records. Control batches have no records for readers.
  package func records() throws(BatchFault) -> RecordCursor {
    guard header.codec == 0 else { throw .compressed(codec: header.codec) }
    return RecordCursor(self)
  }
}

/// Walks the records of one batch in order: call `next()` until it returns false, read the fields after each true.
///
/// Positions are relative to the start of the batch. The walk fails where the first malformed record begins; the
/// records before it were good.
package struct RecordCursor {
  private let base: UnsafeRawPointer
  private let header: RecordBatchHeader
  private let end: Int
  private var position = RecordBatchHeader.size
  private var index: Int32 = 0
  private var lastDelta: Int64 = -1

  package private(set) var offset: Int64 = 0
  /// Milliseconds since 1970 UTC.
  package private(set) var timestamp: Int64 = 0
  package private(set) var keyStart = 0
  /// −1 when the key is null.
  package private(set) var keyLength = -1
  package private(set) var valueStart = 0
  /// −1 when the value is null.
  package private(set) var valueLength = -1
  /// The headers of the record.
  package private(set) var headers: RecordHeaderCursor

  fileprivate init(_ batch: RecordBatch) {
    base = batch.base
    header = batch.header
    end = batch.bytes.count
    headers = RecordHeaderCursor(base: base, position: 0, end: 0, remaining: 0)
    if header.isControl {
      index = header.recordCount
      position = end
    }
  }

  package var key: UnsafeRawBufferPointer? {
    keyLength < 0 ? nil : UnsafeRawBufferPointer(start: base + keyStart, count: keyLength)
  }

  package var value: UnsafeRawBufferPointer? {
    valueLength < 0 ? nil : UnsafeRawBufferPointer(start: base + valueStart, count: valueLength)
  }

  /// Moves to the next record; false after the last.
  package mutating func next() throws(BatchFault) -> Bool { try step() }

  @inline(__always)
  mutating func step() throws(BatchFault) -> Bool {
    guard index < header.recordCount else {
      guard position == end else { throw .malformedRecord(index: Int(index), at: position) }
      return false
    }
    guard let recordEnd = readFields() else { throw .malformedRecord(index: Int(index), at: position) }
    position = recordEnd
    index &+= 1
    return true
  }

  /// Reads one record's fields; nil when they are malformed, else the place after the record. Inlined, so that a loop in
  /// this module keeps the cursor in registers.
  @inline(__always)
  private mutating func readFields() -> Int? {
    var p = position
    guard let length = VariableInteger.read32(base, &p, end), length > 0, length <= end &- p else { return nil }
    let recordEnd = p &+ length
    p &+= 1  // The record's attributes, unused by the standard.
    guard let timestampDelta = VariableInteger.read(base, &p, recordEnd),
      let offsetDelta = VariableInteger.read32(base, &p, recordEnd),
      Int64(offsetDelta) > lastDelta, offsetDelta <= Int(header.lastOffsetDelta),
      let key = field(&p, recordEnd), let value = field(&p, recordEnd),
      let count = VariableInteger.read32(base, &p, recordEnd), count >= 0
    else { return nil }
    headers = RecordHeaderCursor(base: base, position: p, end: recordEnd, remaining: count)
    if count == 0 {
      guard p == recordEnd else { return nil }
    } else {
      guard headers.isWellFormed else { return nil }
    }
    lastDelta = Int64(offsetDelta)
    offset = header.baseOffset &+ lastDelta
    timestamp = header.hasAppendTime ? header.maxTimestamp : header.baseTimestamp &+ timestampDelta
    (keyStart, keyLength) = key
    (valueStart, valueLength) = value
    return recordEnd
  }

  /// A nullable run of bytes: its start and its length, −1 for null.
  @inline(__always)
  private func field(_ p: inout Int, _ recordEnd: Int) -> (Int, Int)? {
    guard let length = VariableInteger.read32(base, &p, recordEnd), length >= -1, length <= recordEnd &- p else {
      return nil
    }
    let start = p
    if length > 0 { p &+= length }
    return (start, length)
  }
}

/// Walks the headers of one record; the record's cursor has checked that they are well formed.
package struct RecordHeaderCursor {
  fileprivate let base: UnsafeRawPointer
  fileprivate var position: Int
  fileprivate let end: Int
  /// The headers not yet walked.
  package fileprivate(set) var remaining: Int

  /// The next header: its name in UTF-8 and its value; nil after the last.
  package mutating func next() -> (name: UnsafeRawBufferPointer, value: UnsafeRawBufferPointer?)? {
    guard remaining > 0, let name = field(), let value = field(), name.count >= 0 else { return nil }
    remaining -= 1
    let nameBytes = UnsafeRawBufferPointer(start: base + name.start, count: name.count)
    return (nameBytes, value.count < 0 ? nil : UnsafeRawBufferPointer(start: base + value.start, count: value.count))
  }

  fileprivate var isWellFormed: Bool {
    var copy = self
    while copy.remaining > 0 {
      if copy.next() == nil { return false }
    }
    return copy.position == end
  }

  private mutating func field() -> (start: Int, count: Int)? {
    guard let count = VariableInteger.read32(base, &position, end), count >= -1, count <= end &- position else {
      return nil
    }
    let start = position
    position &+= max(count, 0)
    return (start, count)
  }
}
