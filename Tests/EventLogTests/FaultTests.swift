// Refusals of the disk: full, failing, short and interrupted transfers.
// In: faults at chosen operations. Out: typed errors, and a log that is as it was. Never: a lost or torn batch.

import EventLog
import Glibc
import Synchronization
import Testing

@testable import EventLog

@Test func aFullDiskRefusesTheBatchAndKeepsServing() throws {
  for written in [0, 1, 40, 61, 80] {
    let storage = SimulatedStorage()
    let (_, partition) = try oneTopic(storage)
    try partition.append(batch([numbered(0)]), acknowledgement: .durable)
    storage.setFaults { operation, path, _ in
      operation == .write && path.hasSuffix(".log") ? .noSpace(afterBytes: written) : nil
    }
    let error = #expect(throws: LogError.self) { try partition.append(batch([numbered(1)])) }
    guard case .storage(let failure) = error else {
      Issue.record("\(String(describing: error))")
      continue
    }
    #expect(failure.reason == .noSpace && failure.operation == .write)
    #expect(try readAll(partition) == [numbered(0)])
    #expect(try storage.size(firstLog) == partition.sizeOnDisk)
    storage.setFaults(nil)
    #expect(try partition.append(batch([numbered(1)]), acknowledgement: .durable).firstOffset == 1)
    #expect(try readAll(partition) == [numbered(0), numbered(1)])
  }
}

@Test func aFailedSyncIsFinal() throws {
  let storage = SimulatedStorage()
  let (log, partition) = try oneTopic(storage)
  try partition.append(batch([numbered(0)]), acknowledgement: .durable)
  let failOnce = Atomic<Bool>(true)
  storage.setFaults { operation, path, _ in
    guard operation == .sync, path.hasSuffix(".log") else { return nil }
    return failOnce.exchange(false, ordering: .relaxed) ? .deviceError : nil
  }
  #expect(throws: LogError.self) { try partition.append(batch([numbered(1)]), acknowledgement: .durable) }
  // The next sync would succeed; it must not be believed.
  for _ in 0..<2 {
    let error = #expect(throws: LogError.self) { try partition.sync() }
    guard case .partitionFailed = error else {
      Issue.record("\(String(describing: error))")
      continue
    }
  }
  #expect(throws: LogError.self) { try partition.append(batch([numbered(1)])) }
  #expect(partition.durableOffset == 1)
  #expect(try partition.records(from: 0).records == [numbered(0)])
  #expect(throws: LogError.self) { try log.close() }
  #expect(!storage.exists("data/CLEAN"))
  #expect(try readAll(openLog(storage).topic("t").partition(0)) == [numbered(0), numbered(1)])
}

@Test func aRefusalOfAnyOperationLeavesALogThatRecovers() throws {
  // Learn how many operations a small life has, then refuse each of them once.
  func life(_ storage: SimulatedStorage) throws -> Int {
    let (log, partition) = try oneTopic(storage, segmentBytes: 1024)
    var durable = 0
    for number in 0..<12 {
      do {
        try partition.append(batch([numbered(Int(partition.endOffset), bytes: 300)]), acknowledgement: .durable)
        durable = number + 1
      } catch {
        // Told, not acknowledged: the next append tries again.
        continue
      }
    }
    try? log.close()
    return Int(partition.durableOffset) >= 0 ? durable : 0
  }
  let count = Mutex(0)
  let storage = SimulatedStorage()
  storage.setFaults { _, _, operation in
    count.withLock { $0 = operation }
    return nil
  }
  _ = try life(storage)
  let operations = count.withLock { $0 }
  #expect(operations > 60)
  for refused in 0...operations {
    for fault in [SimulatedFault.deviceError, .noSpace(afterBytes: 30)] {
      let disk = SimulatedStorage()
      disk.setFaults { _, _, operation in operation == refused ? fault : nil }
      _ = try? life(disk)
      disk.setFaults(nil)
      let log = try openLog(disk.image(after: disk.changes.count, .powerLoss))
      guard log.hasTopic("t") else { continue }
      let partition = try log.topic("t").partition(0)
      #expect(!log.recovery.hasLoss, "operation \(refused), \(fault)")
      let records = try readAll(partition)
      #expect(records == records.indices.map { numbered($0, bytes: 300) }, "operation \(refused), \(fault)")
    }
  }
}

@Test func transfersGoOnAfterShortAndInterruptedCalls() {
  var script = [3, -1, 2, 5]
  let done = transferAll(count: 10) { _ in
    let step = script.removeFirst()
    if step < 0 { errno = EINTR }
    return step
  }
  #expect(done == 10)
  #expect(transferAll(count: 10) { $0 == 0 ? 4 : 0 } == 4)
  let failed = transferAll(count: 10) { _ in
    errno = EIO
    return -1
  }
  #expect(failed == nil)
}

@Test func theRealDiskSaysWhyItRefuses() throws {
  let storage = FileStorage()
  let full = try storage.open("/dev/full", .update)
  let error = #expect(throws: LogError.self) { try full.write([1, 2, 3], at: 0) }
  #expect(error == .storage(StorageFailure(.write, "/dev/full", .noSpace)))
  #expect(throws: LogError.storage(StorageFailure(.open, "/nowhere/x", .notFound))) {
    _ = try storage.open("/nowhere/x", .read)
  }
  #expect("\(StorageFailure(.write, "x", .noSpace))".contains("free some"))
}
