// The rows of a chunk while a decoder makes them: which records they came from, and which records failed. In: the end of
// each record, good or bad. Out: a `DecodedChunk`. A failed record leaves nothing behind in any column.

import Values

/// Counts records and rows, and makes room in the slots.
struct ChunkRows {
  private let blob: Blob
  private let slots: ColumnSlots
  private(set) var count = 0
  private(set) var records = 0
  private var capacity = 0
  private let expected: Int
  private let payloads: VectorBuilder<ByteView>
  private var payloadBase: UnsafeMutablePointer<ByteView>
  private var numbers: VectorBuilder<Int32>?
  private var failures: [DecodeFailure] = []
  /// The lengths of the element columns after the last good row.
  private var elementCounts: [Int]
  private let base: Cursor

  init(_ blob: Blob, expected: Int, slots: ColumnSlots) {
    precondition(
      blob.capacity <= Int(UInt32.max), "input is decoded in blobs of at most 4 GiB, for views are 32 bits wide")
    self.blob = blob
    self.slots = slots
    self.expected = expected
    base = Cursor(blob.base)
    payloads = VectorBuilder()
    payloadBase = payloads.base
    elementCounts = slots.elementSlots.map { _ in 0 }
  }

  /// The row that the next record will be, with room for it.
  @inline(__always)
  mutating func prepare() -> Int {
    if count == capacity { grow() }
    return count
  }

  private mutating func grow() {
    capacity = max(expected, capacity + capacity / 2, 16)
    slots.ensureRows(capacity, filled: count)
    payloads.commit(count - payloads.count)
    payloadBase = payloads.reserve(capacity - count) - count
  }

  /// The record between `start` and `end` has become the row that was prepared.
  @inline(__always)
  mutating func keep(_ start: Cursor, _ end: Cursor) {
    payloadBase[count] = ByteView(offset: start - base, length: end - start)
    if let numbers { numbers.append(Int32(truncatingIfNeeded: records)) }
    if !elementCounts.isEmpty { saveElementCounts() }
    count &+= 1
    records &+= 1
  }

  private mutating func saveElementCounts() {
    for (index, slot) in slots.elementSlots.enumerated() { elementCounts[index] = slots.slots[slot].count }
  }

  /// The record between `start` and `end` does not decode.
  mutating func fail(_ start: Cursor, _ end: Cursor, at place: Cursor, _ reason: String) {
    rollBack(from: count)
    if numbers == nil {
      let made = VectorBuilder<Int32>(capacity: capacity)
      for row in 0..<count { made.append(Int32(truncatingIfNeeded: row)) }
      numbers = made
    }
    failures.append(
      DecodeFailure(
        record: records, payload: ByteView(offset: start - base, length: end - start), offset: place - base,
        reason: reason))
    records &+= 1
  }

  /// Forgets what was stored for row `row`, which did not come to be.
  func rollBack(from row: Int) {
    for (index, slot) in slots.elementSlots.enumerated() { slots.slots[slot].count = elementCounts[index] }
    if slots.copies.isEmpty { return }
    for slot in 0..<slots.count {
      let counter = slots.counters[slot]
      slots.copies.forget(slot: slot, from: counter < 0 ? row : slots.slots[counter].count)
    }
  }

  /// The chunk; `end` is where decoding stopped.
  mutating func finish(end: Int) -> DecodedChunk {
    if capacity == 0 { grow() }
    payloads.commit(count - payloads.count)
    return DecodedChunk(
      columns: slots.finish(rows: count, blob: blob), count: count, recordCount: records, payloads: payloads.finish(),
      recordNumbers: numbers?.finish(), failures: failures, end: end)
  }
}
