// The 61-byte header of record batch format 2: the unit on disk and, later, on the wire.
// In: bytes of any content. Out: the header's fields, judged for plausibility. Never: a look beyond byte 61, or a trap.

/// The fields of a batch header, all big-endian on disk (Apache Kafka's `DefaultRecordBatch`, magic 2).
///
///      0  baseOffset i64        assigned at append; outside the checksum
///      8  batchLength i32       the bytes after this field
///     12  leaderEpoch i32       assigned at append; outside the checksum
///     16  magic i8 = 2
///     17  crc u32               CRC-32C of everything from byte 21 on
///     21  attributes i16        0–2 codec, 3 append time, 4 transactional, 5 control, 6 delete horizon
///     23  lastOffsetDelta i32
///     27  baseTimestamp i64     milliseconds
///     35  maxTimestamp i64
///     43  producerId i64        −1: none
///     51  producerEpoch i16
///     53  baseSequence i32
///     57  recordCount i32
package struct RecordBatchHeader: Equatable, Sendable {
  package static let size = 61
  /// The largest batch, header included, that is written or believed.
  package static let maxBatchBytes = 32 << 20
  /// A record's fixed parts: length, attributes, two deltas, two lengths and the header count.
  static let minRecordBytes = 7
  static let lengthPrefix = 12
  static let checkedFrom = 21

  package var baseOffset: Int64 = 0
  package var batchLength: Int32 = 0
  package var leaderEpoch: Int32 = 0
  package var magic: UInt8 = 2
  package var checksum: UInt32 = 0
  package var attributes: Int16 = 0
  package var lastOffsetDelta: Int32 = 0
  package var baseTimestamp: Int64 = 0
  package var maxTimestamp: Int64 = 0
  package var producerID: Int64 = -1
  package var producerEpoch: Int16 = -1
  package var baseSequence: Int32 = -1
  package var recordCount: Int32 = 0

  package init() {}

  /// Reads the fields; `p` has at least `size` bytes.
  init(_ p: UnsafeRawPointer) {
    baseOffset = Int64(bigEndian: p.loadUnaligned(as: Int64.self))
    batchLength = Int32(bigEndian: p.loadUnaligned(fromByteOffset: 8, as: Int32.self))
    leaderEpoch = Int32(bigEndian: p.loadUnaligned(fromByteOffset: 12, as: Int32.self))
    magic = p.load(fromByteOffset: 16, as: UInt8.self)
    checksum = UInt32(bigEndian: p.loadUnaligned(fromByteOffset: 17, as: UInt32.self))
    attributes = Int16(bigEndian: p.loadUnaligned(fromByteOffset: 21, as: Int16.self))
    lastOffsetDelta = Int32(bigEndian: p.loadUnaligned(fromByteOffset: 23, as: Int32.self))
    baseTimestamp = Int64(bigEndian: p.loadUnaligned(fromByteOffset: 27, as: Int64.self))
    maxTimestamp = Int64(bigEndian: p.loadUnaligned(fromByteOffset: 35, as: Int64.self))
    producerID = Int64(bigEndian: p.loadUnaligned(fromByteOffset: 43, as: Int64.self))
    producerEpoch = Int16(bigEndian: p.loadUnaligned(fromByteOffset: 51, as: Int16.self))
    baseSequence = Int32(bigEndian: p.loadUnaligned(fromByteOffset: 53, as: Int32.self))
    recordCount = Int32(bigEndian: p.loadUnaligned(fromByteOffset: 57, as: Int32.self))
  }

  /// Writes the fields as they are; `p` has at least `size` bytes.
  func store(_ p: UnsafeMutableRawPointer) {
    p.storeBytes(of: baseOffset.bigEndian, as: Int64.self)
    p.storeBytes(of: batchLength.bigEndian, toByteOffset: 8, as: Int32.self)
    p.storeBytes(of: leaderEpoch.bigEndian, toByteOffset: 12, as: Int32.self)
    p.storeBytes(of: magic, toByteOffset: 16, as: UInt8.self)
    p.storeBytes(of: checksum.bigEndian, toByteOffset: 17, as: UInt32.self)
    p.storeBytes(of: attributes.bigEndian, toByteOffset: 21, as: Int16.self)
    p.storeBytes(of: lastOffsetDelta.bigEndian, toByteOffset: 23, as: Int32.self)
    p.storeBytes(of: baseTimestamp.bigEndian, toByteOffset: 27, as: Int64.self)
    p.storeBytes(of: maxTimestamp.bigEndian, toByteOffset: 35, as: Int64.self)
    p.storeBytes(of: producerID.bigEndian, toByteOffset: 43, as: Int64.self)
    p.storeBytes(of: producerEpoch.bigEndian, toByteOffset: 51, as: Int16.self)
    p.storeBytes(of: baseSequence.bigEndian, toByteOffset: 53, as: Int32.self)
    p.storeBytes(of: recordCount.bigEndian, toByteOffset: 57, as: Int32.self)
  }

  /// The whole batch in bytes.
  package var totalBytes: Int { Int(batchLength) &+ Self.lengthPrefix }
  package var lastOffset: Int64 { baseOffset &+ Int64(lastOffsetDelta) }
  /// The offset after the batch.
  package var nextOffset: Int64 { lastOffset &+ 1 }
  package var codec: Int { Int(attributes & 7) }
  package var hasAppendTime: Bool { attributes & 8 != 0 }
  package var isTransactional: Bool { attributes & 16 != 0 }
  /// A transaction marker: it takes an offset and is never shown as a record.
  package var isControl: Bool { attributes & 32 != 0 }
  /// The sequence of the last record; sequences wrap from 2³¹−1 to 0.
  package var lastSequence: Int32 { (baseSequence &+ lastOffsetDelta) & Int32.max }

  /// What makes these fields impossible, whatever the records are; nil when nothing does.
  var fault: BatchFault? {
    if magic != 2 { return isZero ? .zeros : .unknownMagic(magic) }
    let total = totalBytes
    if total < Self.size || total > Self.maxBatchBytes { return .impossibleLength(Int(batchLength)) }
    if lastOffsetDelta < 0 || recordCount < 0 || Int64(recordCount) > Int64(lastOffsetDelta) + 1 {
      return .impossibleCount(records: recordCount, lastOffsetDelta: lastOffsetDelta)
    }
    if codec == 0 && Int(recordCount) * Self.minRecordBytes > total - Self.size {
      return .impossibleCount(records: recordCount, lastOffsetDelta: lastOffsetDelta)
    }
    if baseOffset < 0 || baseOffset > Int64.max - Int64(Int32.max) - 1 {
      return .unexpectedOffset(expected: 0, found: baseOffset)
    }
    return nil
  }

  private var isZero: Bool {
    var zero = RecordBatchHeader()
    zero.magic = 0
    zero.producerID = 0
    zero.producerEpoch = 0
    zero.baseSequence = 0
    return self == zero
  }

  /// The standard's name of a codec.
  static func codecName(_ codec: Int) -> String {
    switch codec {
    case 0: "none"
    case 1: "gzip"
    case 2: "snappy"
    case 3: "lz4"
    case 4: "zstd"
    default: "codec \(codec)"
    }
  }
}
