// Opening after the worst: torn tails, damage, lost and false derived files, crashes at every change to the disk.
// In: disk images. Out: the invariants: what was acknowledged as durable is there once, nothing else appears, offsets are
// dense. Never: a real crash; those are simulated change by change.

import EventLog
import Testing

@Test func aTailCutAnywhereLosesOnlyTheCutBatch() throws {
  let storage = SimulatedStorage()
  let (_, partition) = try oneTopic(storage)
  try partition.append(batch([numbered(0), numbered(1)]), acknowledgement: .durable)
  let whole = partition.sizeOnDisk
  try partition.append(batch([numbered(2), numbered(3)]))
  let full = partition.sizeOnDisk
  for size in whole...full {
    let disk = storage.image(after: storage.changes.count, .processKill)
    disk.damage(firstLog) { $0.removeLast(full - size) }
    let log = try openLog(disk)
    let reopened = try log.topic("t").partition(0)
    let expected = size == full ? 4 : 2
    #expect(try readAll(reopened) == (0..<expected).map { numbered($0) })
    #expect(log.recovery.notes.isEmpty == (size == full || size == whole))
    #expect(try reopened.append(batch([numbered(expected)])).firstOffset == Int64(expected))
    #expect(try readAll(reopened).count == expected + 1)
  }
}

@Test func aTailOfZerosOrGarbageIsCutOff() throws {
  var random = SplitMix(state: 5)
  for kind in 0..<40 {
    let storage = SimulatedStorage()
    let (_, partition) = try oneTopic(storage)
    for number in 0..<4 { try partition.append(batch([numbered(number)]), acknowledgement: .durable) }
    let disk = storage.image(after: storage.changes.count, .processKill)
    disk.damage(firstLog) { bytes in
      let count = Int.random(in: 1...3000, using: &random)
      bytes += (0..<count).map { _ in kind % 2 == 0 ? 0 : UInt8.random(in: 0...255, using: &random) }
    }
    let log = try openLog(disk)
    #expect(log.recovery.notes.count == 1)
    #expect(try readAll(log.topic("t").partition(0)) == (0..<4).map { numbered($0) })
  }
}

@Test func aFlippedBitInTheUnsyncedTailCutsTheTail() throws {
  let storage = SimulatedStorage()
  let (_, partition) = try oneTopic(storage)
  try partition.append(batch([numbered(0)]), acknowledgement: .durable)
  let start = partition.sizeOnDisk
  try partition.append(batch([numbered(1)]))
  for byte in start..<partition.sizeOnDisk where !(start + 12..<start + 16).contains(byte) {
    let disk = storage.image(after: storage.changes.count, .processKill)
    disk.damage(firstLog) { $0[byte] ^= 4 }
    let log = try openLog(disk)
    #expect(try readAll(log.topic("t").partition(0)) == [numbered(0)], "byte \(byte)")
    #expect(!log.recovery.hasLoss)
  }
}

@Test func damageBelowTheDurableOffsetIsReportedAndPassedOver() throws {
  let storage = SimulatedStorage()
  let (_, partition) = try oneTopic(storage)
  var starts: [Int] = []
  for number in 0..<5 {
    starts.append(partition.sizeOnDisk)
    try partition.append(batch([numbered(2 * number), numbered(2 * number + 1)]), acknowledgement: .durable)
  }
  for byte in starts[2]..<starts[3] where !(starts[2] + 12..<starts[2] + 16).contains(byte) {
    let disk = storage.image(after: storage.changes.count, .processKill)
    disk.damage(firstLog) { $0[byte] ^= 1 }
    let log = try openLog(disk)
    #expect(log.recovery.hasLoss)
    let reopened = try log.topic("t").partition(0)
    #expect(reopened.endOffset == 10)
    #expect(try reopened.records(from: 0).records.map(\.offset) == [0, 1, 2, 3])
    let error = #expect(throws: LogError.self) { try reopened.records(from: 5) }
    guard case .corrupt(let damage) = error else {
      Issue.record("byte \(byte): \(String(describing: error))")
      continue
    }
    #expect(damage.offsets == 4..<6 && damage.positions == starts[2]..<starts[3])
    #expect(try readAll(reopened, from: damage.offsets.upperBound) == (6..<10).map { numbered($0) })
    #expect(try reopened.append(batch([numbered(10)])).firstOffset == 10)
    #expect(try readAll(reopened, from: 9).map(\.offset) == [9, 10])
    #expect(try LogChecker(folder: folder, storage: disk).check().findings.contains { $0.kind == .damagedBatch })
  }
}

@Test func damageMetByAReaderIsATypedErrorToo() throws {
  let storage = SimulatedStorage()
  let (log, partition) = try oneTopic(storage)
  for number in 0..<5 { try partition.append(batch([numbered(number)]), acknowledgement: .durable) }
  let each = partition.sizeOnDisk / 5
  try log.close()
  storage.damage(firstLog) { $0[2 * each + 70] ^= 1 }
  let again = try openLog(storage)
  #expect(again.recovery.notes.isEmpty)
  let reopened = try again.topic("t").partition(0)
  #expect(try reopened.records(from: 0).records.map(\.offset) == [0, 1])
  #expect(throws: LogError.self) { try reopened.records(from: 2) }
  #expect(try reopened.records(from: 3).records.map(\.offset) == [3, 4])
  #expect(try reopened.offset(forTime: 1002) == 3)
}

@Test func offsetsThatWereAcknowledgedAreNeverGivenOutAgain() throws {
  let storage = SimulatedStorage()
  let (_, partition) = try oneTopic(storage)
  for number in 0..<6 { try partition.append(batch([numbered(number)]), acknowledgement: .durable) }
  for size in [0, 100, partition.sizeOnDisk - 1] {
    let disk = storage.image(after: storage.changes.count, .processKill)
    disk.damage(firstLog) { $0.removeLast($0.count - size) }
    let log = try openLog(disk)
    #expect(log.recovery.hasLoss)
    let reopened = try log.topic("t").partition(0)
    #expect(try reopened.append(batch([numbered(6)])).firstOffset == 6)
    #expect(throws: LogError.self) { try readAll(reopened) }
    #expect(try readAll(reopened, from: 6).map(\.offset) == [6])
    let second = try openLog(disk.image(after: disk.changes.count, .processKill)).topic("t").partition(0)
    #expect(second.endOffset == 7)
    #expect(throws: LogError.self) { try second.records(from: 5) }
  }
}

@Test func derivedFilesAreMadeAgainWhenInDoubt() throws {
  let storage = SimulatedStorage()
  let (log, partition) = try oneTopic(storage, segmentBytes: 20_000)
  for number in 0..<200 { try partition.append(batch([numbered(number, bytes: 500)])) }
  try log.close()
  let path = "data/topics/t/0/"
  let derived = try storage.list("data/topics/t/0").filter { !$0.hasSuffix(".log") }
  #expect(derived.count > 8)
  var random = SplitMix(state: 8)
  for name in derived {
    for kind in 0..<6 {
      let disk = storage.image(after: storage.changes.count, .processKill)
      disk.damage(path + name) { bytes in
        switch kind {
        case 0: bytes = []
        case 1: bytes.removeLast(bytes.count / 2)
        case 2: bytes = [UInt8](repeating: 0, count: bytes.count)
        case 3: bytes += [1]
        default: bytes[Int.random(in: 0..<bytes.count, using: &random)] ^= 1 << UInt8.random(in: 0...7, using: &random)
        }
      }
      let reopened = try openLog(disk).topic("t").partition(0)
      #expect(try readAll(reopened) == (0..<200).map { numbered($0, bytes: 500) }, "\(name) \(kind)")
      for number in stride(from: 0, to: 200, by: 17) {
        #expect(try reopened.offset(forTime: Int64(1000 + number)) == Int64(number))
      }
    }
  }
  for name in derived { try storage.remove(path + name) }
  #expect(try readAll(openLog(storage).topic("t").partition(0)).count == 200)
}

@Test func whatRecoveryServesSurvivesALossOfPower() throws {
  let storage = SimulatedStorage()
  do {
    let (_, partition) = try oneTopic(storage)
    for number in 0..<3 { try partition.append(batch([numbered(number)])) }
    #expect(partition.durableOffset == 0)
  }
  // The process has ended without closing; the system still holds what it wrote.
  let reopened = try openLog(storage).topic("t").partition(0)
  #expect(try reopened.records(from: 0).records.count == 3)
  let later = try openLog(storage.image(after: storage.changes.count, .powerLoss)).topic("t").partition(0)
  #expect(try readAll(later) == (0..<3).map { numbered($0) })
}

@Test func batchesBehindATornOneNeverComeBack() throws {
  let storage = SimulatedStorage()
  let (_, partition) = try oneTopic(storage)
  for number in 0..<3 { try partition.append(batch([numbered(number)])) }
  let disk = storage.image(after: storage.changes.count, .processKill)
  // The first batch did not reach the disk, the ones after it did; another of its size then takes its place.
  disk.damage(firstLog) { $0[70] ^= 1 }
  do { try openLog(disk).topic("t").partition(0).append(batch([numbered(0)])) }
  #expect(try readAll(openLog(disk).topic("t").partition(0)) == [numbered(0)])
}

/// A small workload with every kind of change; returns, per number of disk changes, how many records were durable and sent.
private func workload(_ storage: SimulatedStorage) throws -> [(changes: Int, durable: Int, sent: Int, start: Int64)] {
  var steps: [(changes: Int, durable: Int, sent: Int, start: Int64)] = []
  let (log, partition) = try oneTopic(storage, segmentBytes: 1024)
  var sent = 0
  func step(_ durable: Int, _ sending: Int) {
    steps.append((storage.changes.count, durable, sending, partition.logStart))
  }
  for round in 0..<14 {
    let count = 1 + round % 3
    // What is being sent may appear from the first change of its append on.
    step(Int(partition.durableOffset), sent + count)
    let writer = try batch((sent..<sent + count).map { numbered($0, bytes: 60 + 90 * (round % 4)) })
    writer.setProducer(id: 5, epoch: 0, baseSequence: Int32(sent))
    try partition.append(writer, acknowledgement: round % 2 == 0 ? .durable : .written)
    sent += count
    step(Int(partition.durableOffset), sent)
    if round == 9 { try partition.deleteRecords(before: 6) }
  }
  try log.sync()
  step(sent, sent)
  try log.close()
  step(sent, sent)
  return steps
}

/// Opens a crash image twice and checks the invariants; returns whether the topic is there.
private func checkInvariants(_ disk: SimulatedStorage, durable: Int, sent: Int, _ place: Comment) throws {
  let log = try openLog(disk)
  guard log.hasTopic("t") else {
    #expect(sent == 0, place)
    return
  }
  #expect(!log.recovery.hasLoss, place)
  let partition = try log.topic("t").partition(0)
  let end = Int(partition.endOffset)
  #expect(end >= durable && end <= sent, place)
  let start = Int(partition.logStart)
  #expect(start == 0 || start == 6, place)
  let records = try readAll(partition)
  #expect(records.map(\.offset) == (start..<end).map { Int64($0) }, place)
  for record in records {
    #expect(record.value?.starts(with: Array("record \(record.offset) ".utf8)) == true, place)
  }
  if end > 0 { #expect(partition.lastSequence(of: 5)?.offset == Int64(end - 1), place) }
  // Recovery of a recovery that crashed at once, and appending after it.
  let again = try openLog(disk.image(after: disk.changes.count, .powerLoss))
  let second = try again.topic("t").partition(0)
  #expect(try readAll(second) == records, place)
  #expect(try second.append(batch([numbered(end)]), acknowledgement: .durable).firstOffset == Int64(end), place)
}

@Test func aCrashAtEveryChangeKeepsWhatWasAcknowledged() throws {
  let storage = SimulatedStorage()
  let steps = try workload(storage)
  for count in 0...storage.changes.count {
    let before = steps.last { $0.changes <= count }
    let durable = before?.durable ?? 0
    let sent = before?.sent ?? 0
    var torn: [Int?] = [nil]
    if count > 0, case .write(_, _, let bytes) = storage.changes[count - 1] {
      torn += [0, 1, 61, bytes.count / 2, bytes.count - 1].filter { $0 < bytes.count }
    }
    var crashes: [SimulatedCrash] = [.processKill, .powerLoss]
    crashes += (0..<4).map { SimulatedCrash.scattered(seed: UInt64(count * 8 + $0)) }
    for crash in crashes {
      for cut in torn {
        let image = storage.image(after: count, torn: cut, crash)
        try checkInvariants(image, durable: durable, sent: sent, "change \(count), cut \(cut ?? -1), \(crash)")
      }
    }
  }
}

@Test func aCrashDuringRecoveryChangesNothing() throws {
  let storage = SimulatedStorage()
  let steps = try workload(storage)
  for count in stride(from: 20, through: storage.changes.count, by: 7) {
    let before = steps.last { $0.changes <= count }
    let crashed = storage.image(after: count, .scattered(seed: UInt64(count)))
    let log = try openLog(crashed)
    withExtendedLifetime(log) {}
    for inner in 0...crashed.changes.count {
      for crash in [SimulatedCrash.processKill, .powerLoss, .scattered(seed: UInt64(inner))] {
        try checkInvariants(
          crashed.image(after: inner, crash), durable: before?.durable ?? 0, sent: before?.sent ?? 0,
          "change \(count) then \(inner), \(crash)")
      }
    }
  }
}

@Test func topicsAreWholeOrAbsentAfterACrash() throws {
  let storage = SimulatedStorage()
  let log = try openLog(storage)
  try log.createTopic("a.b", partitions: 3)
  try log.createTopic("c", partitions: 1)
  try log.deleteTopic("a.b")
  try log.close()
  for count in 0...storage.changes.count {
    for crash in [SimulatedCrash.processKill, .powerLoss, .scattered(seed: UInt64(count))] {
      let disk = storage.image(after: count, crash)
      let reopened = try openLog(disk)
      for topic in reopened.topics {
        #expect(topic.partitions.count == (topic.name == "c" ? 1 : 3))
        #expect(topic.partitions.allSatisfy { $0.endOffset == 0 })
      }
      #expect(try disk.list("data/topics") == reopened.topics.map(\.name))
    }
  }
}
