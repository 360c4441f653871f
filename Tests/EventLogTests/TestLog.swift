// What the tests of the log share: small ways to write, to read back and to invent records.
// In: seeds and numbers. Out: logs and records. Never: a rule; those are in the tests.

import EventLog
import Glibc

let folder = "data"

/// A clock that says the same until told otherwise would hide nothing here: tests that care pass their own.
let fixedClock = LogClock { 1_700_000_000_000_000 }

func openLog(
  _ storage: SimulatedStorage, _ mode: LogMode = .readWrite, clock: LogClock = fixedClock,
  limits: LogLimits = LogLimits()
) throws -> EventLog {
  try EventLog(folder: folder, mode: mode, storage: storage, clock: clock, limits: limits)
}

/// A fresh log with one topic `t` of one partition.
func oneTopic(
  _ storage: SimulatedStorage, segmentBytes: Int = 1 << 20, clock: LogClock = fixedClock
) throws -> (EventLog, Partition) {
  let log = try openLog(storage, clock: clock)
  var configuration = TopicConfiguration()
  configuration.segmentBytes = segmentBytes
  let topic = try log.createTopic("t", partitions: 1, configuration: configuration)
  return (log, try topic.partition(0))
}

/// A record whose content follows from its number, so that a reader can tell which one it is.
func numbered(_ number: Int, bytes: Int = 20) -> Record {
  let text = Array("record \(number) ".utf8)
  let padding = max(0, bytes - text.count)
  return Record(
    offset: Int64(number), timestamp: Int64(1000 + number), key: number % 3 == 0 ? nil : Array("k\(number % 7)".utf8),
    value: text + [UInt8](repeating: UInt8(97 + number % 26), count: padding))
}

func batch(_ records: [Record]) throws -> RecordBatchWriter {
  let writer = RecordBatchWriter(capacity: 1024)
  for record in records {
    try writer.append(key: record.key, value: record.value, timestamp: record.timestamp, headers: record.headers)
  }
  return writer
}

/// Everything readable from `offset` to the end.
func readAll(_ partition: Partition, from offset: Int64? = nil, maxBytes: Int = 4096) throws -> [Record] {
  var result: [Record] = []
  var next = offset ?? partition.logStart
  while true {
    let part = try partition.records(from: next, maxBytes: maxBytes, visibility: .written)
    if part.nextOffset == next { return result }
    result += part.records
    next = part.nextOffset
  }
}

func bytes(of writer: RecordBatchWriter) -> [UInt8] { Array(writer.bytes) }

/// Walks a batch in memory, all of it.
func walk(_ bytes: [UInt8], verifying: Bool = true) throws(BatchFault) -> [Record] {
  let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count + 1, alignment: 8)
  defer { copy.deallocate() }
  copy.copyBytes(from: bytes)
  let batch = try RecordBatch(UnsafeRawBufferPointer(rebasing: copy[0..<bytes.count]), verifying: verifying)
  var cursor = try batch.records()
  var records: [Record] = []
  while try cursor.next() { records.append(cursor.record) }
  return records
}

/// A folder on the real disk, removed with the object.
final class ScratchFolder {
  let path: String

  init() {
    var template = Array("/tmp/eventlog-XXXXXX".utf8CString)
    path = mkdtemp(&template).map { String(cString: $0) } ?? "/tmp/eventlog-scratch"
  }

  deinit { remove(path) }

  private func remove(_ path: String) {
    let storage = FileStorage()
    if storage.isFolder(path) {
      for name in (try? storage.list(path)) ?? [] { remove(path + "/" + name) }
    }
    try? storage.remove(path)
  }
}

extension SimulatedStorage {
  func size(_ path: String) throws -> Int { try open(path, .read).size() }
}

let firstLog = folder + "/topics/t/0/00000000000000000000.log"
