// A partition in good health: offsets, look-ups, rolling, reopening, producers, retention.
// In: workloads with seeds. Out: comparisons with a naive model. Never: a crash; those are in the recovery tests.

import EventLog
import Synchronization
import Testing

@Test func offsetsAreDenseAndAcrossSegmentsEverythingReadsBack() throws {
  let storage = SimulatedStorage()
  let (log, partition) = try oneTopic(storage, segmentBytes: 2000)
  var random = SplitMix(state: 3)
  var sent: [Record] = []
  for _ in 0..<80 {
    let count = Int.random(in: 1...9, using: &random)
    let records = (0..<count).map { numbered(sent.count + $0, bytes: Int.random(in: 0...120, using: &random)) }
    let result = try partition.append(batch(records))
    #expect(result == AppendResult(firstOffset: Int64(sent.count), lastOffset: Int64(sent.count + count - 1)))
    sent += records
  }
  #expect(partition.segmentCount > 10)
  #expect(try readAll(partition) == sent)
  for offset in sent.indices.shuffled(using: &random).prefix(60) {
    let read = try partition.records(from: Int64(offset), maxBytes: 100, visibility: .written)
    #expect(read.records.first == sent[offset])
  }
  try log.close()
  let again = try openLog(storage)
  #expect(again.recovery.wasClosedInOrder && again.recovery.notes.isEmpty && again.recovery.scannedBytes == 0)
  let reopened = try again.topic("t").partition(0)
  #expect(try readAll(reopened) == sent)
  #expect(try reopened.append(batch([numbered(sent.count)])).firstOffset == Int64(sent.count))
  #expect(try LogChecker(folder: folder, storage: storage).check().findings.isEmpty)
}

@Test func lookUpsByOffsetAndTimeAreThoseOfANaiveScan() throws {
  let storage = SimulatedStorage()
  let (log, partition) = try oneTopic(storage, segmentBytes: 60_000)
  var random = SplitMix(state: 11)
  var sent: [Record] = []
  var clock: Int64 = 1_000_000
  for _ in 0..<150 {
    let records = (0..<Int.random(in: 1...12, using: &random)).map { i in
      // Time goes forward on the whole and jumps back now and then, as producers' clocks do.
      clock += Int64.random(in: -40...80, using: &random)
      var record = numbered(sent.count + i, bytes: Int.random(in: 0...900, using: &random))
      record.timestamp = clock
      return record
    }
    try partition.append(batch(records), acknowledgement: .durable)
    sent += records
  }
  func checkTimes(_ partition: Partition) throws {
    for _ in 0..<300 {
      let time = Int64.random(in: 999_000...clock + 500, using: &random)
      #expect(try partition.offset(forTime: time) == sent.first { $0.timestamp >= time }?.offset)
    }
    for record in sent { #expect(try partition.records(from: record.offset, maxBytes: 10).records.first == record) }
  }
  try checkTimes(partition)
  try log.close()
  try checkTimes(openLog(storage).topic("t").partition(0))
}

@Test func anOffsetOutsideTheLogIsRefusedWithTheRange() throws {
  let (_, partition) = try oneTopic(SimulatedStorage())
  try partition.append(batch([numbered(0)]), acknowledgement: .durable)
  #expect(throws: LogError.offsetOutOfRange(partition: "partition 0 of `t`", offset: 2, start: 0, end: 1)) {
    try partition.records(from: 2)
  }
  #expect(throws: LogError.self) { try partition.records(from: -1) }
  #expect(try partition.records(from: 1).records.isEmpty)
}

@Test func readersSeeWhatIsDurableUnlessTheyAskForMore() throws {
  let (log, partition) = try oneTopic(SimulatedStorage())
  try partition.append(batch([numbered(0)]), acknowledgement: .durable)
  try partition.append(batch([numbered(1)]), acknowledgement: .written)
  #expect(partition.durableOffset == 1 && partition.endOffset == 2)
  #expect(try partition.records(from: 0).records.count == 1)
  #expect(try partition.records(from: 0, visibility: .written).records.count == 2)
  try log.sync()
  #expect(try partition.records(from: 0).records.count == 2)
}

@Test func unsyncedBytesAreBounded() throws {
  let storage = SimulatedStorage()
  var limits = LogLimits()
  limits.maxUnsyncedBytes = 1000
  let log = try openLog(storage, limits: limits)
  let partition = try log.createTopic("t", partitions: 1).partition(0)
  for number in 0..<200 {
    try partition.append(batch([numbered(number)]))
    #expect(partition.endOffset - partition.durableOffset <= 12)
  }
  #expect(partition.durableOffset > 100)
}

@Test func aSmallBufferIsToldWhatItNeeds() throws {
  let (_, partition) = try oneTopic(SimulatedStorage())
  try partition.append(batch([numbered(0, bytes: 500)]), acknowledgement: .durable)
  let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1000, alignment: 8)
  defer { buffer.deallocate() }
  for size in [0, 10, 61, 100, 500] {
    let result = try partition.read(from: 0, into: UnsafeMutableRawBufferPointer(rebasing: buffer[0..<size]))
    #expect(result.byteCount == 0 && result.nextOffset == 0 && result.neededBytes > size)
  }
  #expect(try partition.read(from: 0, into: buffer).byteCount == partition.sizeOnDisk)
}

@Test func aProducersBatchIsStoredOnceAndInSequence() throws {
  let storage = SimulatedStorage()
  let (log, partition) = try oneTopic(storage, segmentBytes: 1024)
  func send(_ sequence: Int32, _ count: Int, epoch: Int16 = 0, to partition: Partition) throws -> AppendResult {
    let writer = try batch((0..<count).map { numbered($0) })
    writer.setProducer(id: 7, epoch: epoch, baseSequence: sequence)
    return try partition.append(writer)
  }
  #expect(partition.lastSequence(of: 7) == nil)
  #expect(try send(0, 3, to: partition).firstOffset == 0)
  #expect(try send(0, 3, to: partition) == AppendResult(firstOffset: 0, lastOffset: 2, isDuplicate: true))
  #expect(throws: LogError.self) { try send(5, 1, to: partition) }
  for sequence in 3..<60 { #expect(try send(Int32(sequence), 1, to: partition).firstOffset == Int64(sequence)) }
  #expect(try send(10, 2, epoch: 1, to: partition).lastOffset == 61)
  #expect(throws: LogError.producerFenced(partition: partition.name, producerID: 7, epoch: 0, current: 1)) {
    try send(60, 1, to: partition)
  }
  let killed = storage.image(after: storage.changes.count, .processKill)
  try log.close()
  for disk in [storage, killed] {
    let again = try openLog(disk).topic("t").partition(0)
    let known = try #require(again.lastSequence(of: 7))
    #expect(known.sequence == 11 && known.offset == 61)
    #expect(try send(10, 2, epoch: 1, to: again).isDuplicate)
    #expect(try send(12, 1, epoch: 1, to: again).firstOffset == 62)
  }
}

@Test func sequencesWrapToZero() throws {
  let (_, partition) = try oneTopic(SimulatedStorage())
  for (sequence, count) in [(Int32.max - 1, 2), (0, 1)] {
    let writer = try batch((0..<count).map { numbered($0) })
    writer.setProducer(id: 1, epoch: 0, baseSequence: sequence)
    #expect(try !partition.append(writer).isDuplicate)
  }
  #expect(partition.lastSequence(of: 1)?.sequence == 0)
}

@Test func foreignBatchesAreJudgedWhollyAndMarkersTakeTheirOffset() throws {
  let (_, partition) = try oneTopic(SimulatedStorage())
  func appendForeign(_ bytes: [UInt8]) throws -> AppendResult {
    let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count, alignment: 8)
    defer { copy.deallocate() }
    copy.copyBytes(from: bytes)
    return try partition.append(foreign: copy, acknowledgement: .durable)
  }
  let good = bytes(of: try batch([numbered(0), numbered(1)]))
  for byte in good.indices where byte >= 8 && !(12..<16).contains(byte) {
    var bad = good
    bad[byte] ^= 0x10
    #expect(throws: LogError.self) { try appendForeign(bad) }
  }
  #expect(throws: LogError.self) { try appendForeign(good + [0]) }
  #expect(try appendForeign(good).lastOffset == 1)
  var marker = bytes(of: try batch([Record(offset: 0, timestamp: 9, key: [0, 0, 0, 1], value: [0, 0, 0, 0, 0, 0])]))
  marker[22] |= 48
  let checksum = CRC32C.checksum(Array(marker[21...]))
  for i in 0..<4 { marker[17 + i] = UInt8(truncatingIfNeeded: checksum >> UInt32(24 - 8 * i)) }
  #expect(try appendForeign(marker).firstOffset == 2)
  try partition.append(batch([numbered(3)]), acknowledgement: .durable)
  #expect(try readAll(partition).map(\.offset) == [0, 1, 3])
}

@Test func retentionRemovesWholeOldSegmentsAndMovesTheStart() throws {
  let storage = SimulatedStorage()
  let now = Mutex<Int64>(1_000_000_000)
  let clock = LogClock { now.withLock { $0 } }
  let log = try openLog(storage, clock: clock)
  let configuration = try TopicConfiguration([
    ("retention.ms", "60000"), ("segment.bytes", "1024"), ("retention.bytes", "-1"),
  ])
  let partition = try log.createTopic("t", partitions: 1, configuration: configuration).partition(0)
  for number in 0..<100 {
    now.withLock { $0 += 1_000_000 }
    // Timestamps in the far future must not keep anything.
    var record = numbered(number, bytes: 100)
    record.timestamp = .max / 2
    try partition.append(batch([record]))
  }
  let removed = try log.applyRetention()
  let start = try #require(removed.first?.logStart)
  #expect(start > 25 && start < 45 && partition.logStart == start)
  #expect(try readAll(partition).first?.offset == start)
  #expect(throws: LogError.self) { try partition.records(from: start - 1) }
  #expect(try log.applyRetention().isEmpty)
  // An idle topic lets go of its last segment too.
  now.withLock { $0 += 3_600_000_000 }
  _ = try log.applyRetention()
  #expect(partition.logStart == 100 && partition.sizeOnDisk == 0)
  try log.close()
  let again = try openLog(storage, clock: clock).topic("t").partition(0)
  #expect(again.logStart == 100)
  #expect(try again.append(batch([numbered(100)])).firstOffset == 100)
}

@Test func retentionBySizeKeepsAtLeastTheLimit() throws {
  let storage = SimulatedStorage()
  let log = try openLog(storage)
  let configuration = try TopicConfiguration([("retention.bytes", "5000"), ("segment.bytes", "1024")])
  let partition = try log.createTopic("t", partitions: 1, configuration: configuration).partition(0)
  for number in 0..<100 { try partition.append(batch([numbered(number, bytes: 100)])) }
  _ = try log.applyRetention()
  #expect(partition.sizeOnDisk >= 5000 && partition.sizeOnDisk < 5000 + 1024 + 200)
}

@Test func recordsCanBeDeletedUpToAnOffset() throws {
  let storage = SimulatedStorage()
  let (log, partition) = try oneTopic(storage, segmentBytes: 1024)
  for number in 0..<50 { try partition.append(batch([numbered(number, bytes: 100)])) }
  try partition.deleteRecords(before: 33)
  #expect(try readAll(partition).map(\.offset) == (33..<50).map { Int64($0) })
  #expect(throws: LogError.self) { try partition.deleteRecords(before: 51) }
  let powerLoss = storage.image(after: storage.changes.count, .powerLoss)
  #expect(try openLog(powerLoss).topic("t").partition(0).logStart == 33)
  try log.close()
  #expect(try openLog(storage).topic("t").partition(0).logStart == 33)
}

@Test func waitingEndsWithAnAppendOrWithTime() throws {
  let (_, partition) = try oneTopic(SimulatedStorage())
  #expect(try !partition.waitForAppend(from: 0, microseconds: 2000))
  try partition.append(batch([numbered(0)]), acknowledgement: .durable)
  #expect(try partition.waitForAppend(from: 0, microseconds: 0))
  #expect(try !partition.waitForAppend(from: 1, microseconds: 0))
}
