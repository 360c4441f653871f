// What each idempotent producer last wrote to a partition: how a batch sent twice is stored once.
// In: headers of batches, in order. Out: a verdict on the next one. Never: truth; a scan of the log makes it again.
//
// `<offset>.producers`: the state as of that offset: "MLPS" u32, version u32, offset i64, count u32, then per producer
// id i64, epoch i16, first sequence i32, last sequence i32, first offset i64, last offset i64; CRC-32C u32.

/// The last batch of one producer.
package struct ProducerState: Equatable, Sendable {
  package var epoch: Int16
  package var firstSequence: Int32
  package var lastSequence: Int32
  package var firstOffset: Int64
  package var lastOffset: Int64
}

/// The producers of one partition; touched once per batch by the appending thread.
struct ProducerStates: Equatable, Sendable {
  private static let magic: UInt32 = 0x4D4C_5053
  private static let version: UInt32 = 1

  private(set) var producers: [Int64: ProducerState] = [:]

  /// What to do with a batch.
  enum Verdict: Equatable {
    case append
    /// It is there already, at this offset.
    case duplicate(ProducerState)
    case fenced(current: Int16)
    case outOfOrder(expected: Int32)
  }

  subscript(id: Int64) -> ProducerState? { producers[id] }

  /// A producer not seen before, or one with a newer epoch, may begin anywhere.
  func judge(_ header: RecordBatchHeader) -> Verdict {
    guard header.producerID >= 0, let known = producers[header.producerID], header.baseSequence >= 0 else {
      return .append
    }
    if header.producerEpoch < known.epoch { return .fenced(current: known.epoch) }
    if header.producerEpoch > known.epoch { return .append }
    if header.baseSequence == known.firstSequence && header.lastSequence == known.lastSequence {
      return .duplicate(known)
    }
    let expected = (known.lastSequence &+ 1) & Int32.max
    return header.baseSequence == expected ? .append : .outOfOrder(expected: expected)
  }

  mutating func note(_ header: RecordBatchHeader) {
    // Markers have no sequence: they end a transaction and leave the producer where it was.
    guard header.producerID >= 0, header.baseSequence >= 0 else { return }
    producers[header.producerID] = ProducerState(
      epoch: header.producerEpoch, firstSequence: header.baseSequence, lastSequence: header.lastSequence,
      firstOffset: header.baseOffset, lastOffset: header.lastOffset)
  }

  func encoded(asOf offset: Int64) -> [UInt8] {
    var writer = SealedWriter()
    writer.put(Self.magic)
    writer.put(Self.version)
    writer.put(offset)
    writer.put(UInt32(producers.count))
    for (id, state) in producers.sorted(by: { $0.key < $1.key }) {
      writer.put(id)
      writer.put(state.epoch)
      writer.put(state.firstSequence)
      writer.put(state.lastSequence)
      writer.put(state.firstOffset)
      writer.put(state.lastOffset)
    }
    return writer.sealed()
  }

  init() {}

  /// Nil when the bytes are in doubt or of another offset.
  init?(_ bytes: [UInt8], asOf offset: Int64) {
    guard var reader = SealedReader(bytes), reader.take(UInt32.self) == Self.magic,
      reader.take(UInt32.self) == Self.version, reader.take(Int64.self) == offset, let count: UInt32 = reader.take()
    else { return nil }
    for _ in 0..<count {
      guard let id: Int64 = reader.take(), let epoch: Int16 = reader.take(), let first: Int32 = reader.take(),
        let last: Int32 = reader.take(), let firstOffset: Int64 = reader.take(), let lastOffset: Int64 = reader.take()
      else { return nil }
      producers[id] = ProducerState(
        epoch: epoch, firstSequence: first, lastSequence: last, firstOffset: firstOffset, lastOffset: lastOffset)
    }
  }
}
