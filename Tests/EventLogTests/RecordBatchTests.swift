// The batch format: what is written reads back, and nothing else reads at all.
// In: known values, edges, every flipped bit, random bytes. Out: verdicts. Never: a trap.

import EventLog
import Testing

@Test func checksumHasTheStandardsValues() {
  #expect(CRC32C.checksum(Array("123456789".utf8)) == 0xE306_9283)
  #expect(CRC32C.checksum([UInt8]()) == 0)
  // RFC 3720, B.4.
  #expect(CRC32C.checksum([UInt8](repeating: 0, count: 32)) == 0x8A91_36AA)
  #expect(CRC32C.checksum([UInt8](repeating: 0xFF, count: 32)) == 0x62A8_AB43)
  #expect(CRC32C.checksum((0..<32).map { UInt8($0) }) == 0x46DD_794E)
  #expect(CRC32C.checksum((0..<32).reversed().map { UInt8($0) }) == 0x113F_DB5C)
}

@Test func checksumIsTheBytewiseOneAtEveryLengthAndAlignment() {
  func bytewise(_ bytes: ArraySlice<UInt8>) -> UInt32 {
    var crc = ~UInt32(0)
    for byte in bytes {
      crc ^= UInt32(byte)
      for _ in 0..<8 { crc = crc & 1 == 1 ? (crc >> 1) ^ 0x82F6_3B78 : crc >> 1 }
    }
    return ~crc
  }
  var random = SplitMix(state: 1)
  let data = (0..<120).map { _ in UInt8.random(in: 0...255, using: &random) }
  for start in 0..<17 {
    for end in start...data.count {
      let part = data.withUnsafeBytes { CRC32C.checksum(UnsafeRawBufferPointer(rebasing: $0[start..<end])) }
      #expect(part == bytewise(data[start..<end]))
    }
  }
}

@Test func recordsReadBackWithNullsEmptiesAndHeaders() throws {
  let records = [
    Record(offset: 0, timestamp: 1_700_000_000_000, key: nil, value: nil),
    Record(offset: 1, timestamp: 1_700_000_000_001, key: [], value: []),
    Record(offset: 2, timestamp: -5, key: [0], value: [UInt8](repeating: 7, count: 70_000)),
    Record(
      offset: 3, timestamp: .max, key: Array("clé".utf8), value: nil,
      headers: [RecordHeader("a", nil), RecordHeader("", []), RecordHeader("trace", [1, 2, 3])]),
    Record(offset: 4, timestamp: .min, key: nil, value: [1]),
  ]
  let writer = try batch(records)
  #expect(writer.count == 5)
  #expect(try walk(bytes(of: writer)) == records)
  #expect(writer.seal().maxTimestamp == .max)
}

@Test(arguments: [0, 1, 63, 64, 65, 8191, 8192, 8193, 1_048_575, 1_048_576])
func lengthsAtTheEdgesOfVariableIntegersReadBack(length: Int) throws {
  let value = [UInt8](repeating: 0xA5, count: length)
  let deltas: [Int64] = [0, 63, 64, -64, -65, 1 << 20, -(1 << 35), 1 << 62]
  let records = deltas.enumerated().map {
    Record(offset: Int64($0.offset), timestamp: $0.element, key: value, value: $0.offset == 0 ? value : nil)
  }
  #expect(try walk(bytes(of: batch(records))) == records)
}

@Test func theLayoutIsTheStandards() throws {
  let writer = RecordBatchWriter()
  try writer.append(key: [0x6B], value: [0x76], timestamp: 1000, headers: [RecordHeader("h", [1])])
  try writer.append(key: nil, value: nil, timestamp: 1001)
  writer.setProducer(id: 9, epoch: 2, baseSequence: 40)
  let all = bytes(of: writer)
  let first: [UInt8] = [0x18, 0, 0, 0, 2, 0x6B, 2, 0x76, 2, 2, 0x68, 2, 1]
  let second: [UInt8] = [0x0C, 0, 2, 2, 1, 1, 0]
  #expect(Array(all[61...]) == first + second)
  #expect(Array(all[0..<17]) == [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, UInt8(all.count - 12), 0, 0, 0, 0, 2])
  #expect(Array(all[21..<27]) == [0, 0, 0, 0, 0, 1])
  #expect(Array(all[43..<61]) == [0, 0, 0, 0, 0, 0, 0, 9, 0, 2, 0, 0, 0, 40, 0, 0, 0, 2])
}

@Test func aWriterIsReusableAndRefusesWhatIsTooLarge() throws {
  let writer = RecordBatchWriter()
  try writer.append(key: nil, value: [1], timestamp: 1)
  let before = bytes(of: writer)
  let limit = RecordBatchHeader.maxBatchBytes
  #expect(throws: LogError.self) {
    try writer.append(key: nil, value: [UInt8](repeating: 0, count: limit), timestamp: 2)
  }
  #expect(bytes(of: writer) == before)
  writer.reset()
  #expect(writer.isEmpty)
  try writer.append(key: nil, value: [1], timestamp: 1)
  #expect(bytes(of: writer) == before)
}

@Test func everyFlippedBitIsNoticedOrOutsideTheChecksum() throws {
  let records = [
    Record(offset: 0, timestamp: 5, key: [1, 2], value: [3, 4, 5], headers: [RecordHeader("h", [9])]),
    Record(offset: 1, timestamp: 6, key: nil, value: Array("some longer value of a record".utf8)),
  ]
  let good = bytes(of: try batch(records))
  for bit in 0..<good.count * 8 {
    var bad = good
    bad[bit / 8] ^= 1 << (bit % 8)
    // Base offset (0–7) and leader epoch (12–15) are the server's to write and outside the checksum.
    let isFree = bit / 8 < 8 || (12..<16).contains(bit / 8)
    if isFree {
      let values = (try? walk(bad))?.map(\.value)
      #expect(values == records.map(\.value) || bit / 8 < 8)
    } else {
      #expect(throws: BatchFault.self, "bit \(bit)") { try walk(bad) }
    }
    // A checksum somebody recomputed must not make the walk leave the bytes either.
    _ = try? walk(bad, verifying: false)
  }
}

@Test func randomBytesNeverReadAsABatchAndNeverTrap() throws {
  var random = SplitMix(state: 42)
  let good = bytes(of: try batch((0..<5).map { numbered($0) }))
  for _ in 0..<20_000 {
    var soup = (0..<Int.random(in: 0...200, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random) }
    _ = try? walk(soup, verifying: false)
    // A plausible header before garbage reaches the record walk.
    soup = Array(good[0..<61]) + soup
    let length = UInt32(soup.count - 12)
    for i in 0..<4 { soup[8 + i] = UInt8(truncatingIfNeeded: length >> UInt32(24 - 8 * i)) }
    #expect((try? walk(soup)) == nil)
    _ = try? walk(soup, verifying: false)
    var changed = good
    for _ in 0..<Int.random(in: 1...4, using: &random) {
      changed[Int.random(in: 61..<good.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
    }
    _ = try? walk(changed, verifying: false)
  }
}

@Test func aCompressedBatchIsRefusedByName() throws {
  var bad = bytes(of: try batch([numbered(0)]))
  bad[22] |= 3
  #expect(throws: BatchFault.compressed(codec: 3)) { try walk(bad, verifying: false) }
  #expect("\(BatchFault.compressed(codec: 3))".contains("lz4"))
}

@Test func spansAreTheRecordsInColumns() throws {
  let storage = SimulatedStorage()
  let (_, partition) = try oneTopic(storage)
  for start in stride(from: 0, to: 60, by: 6) {
    try partition.append(batch((start..<start + 6).map { numbered($0) }))
  }
  let bytes = try partition.read(from: 8, maxBytes: 1 << 20, visibility: .written)
  let spans = RecordSpans(capacity: 1)
  try spans.fill(bytes.bytes, from: 8)
  #expect(spans.count == 52)
  #expect(bytes.nextOffset == 60)
  for i in 0..<spans.count {
    let expected = numbered(i + 8)
    #expect(spans.offsets[i] == expected.offset && spans.timestamps[i] == expected.timestamp)
    #expect(spans.keyLengths[i] == expected.key.map { Int32($0.count) } ?? -1)
    let start = Int(spans.valueStarts[i])
    #expect(Array(bytes.bytes[start..<start + Int(spans.valueLengths[i])]) == expected.value)
  }
}
