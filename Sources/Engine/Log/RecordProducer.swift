// Lines to records: keys, partitions, batches. In: lines. Out: appended batches, durable whenever the input pauses and at
// its end. Memory is one block of input and one batch for each partition.

import EventLog
import Glibc
import Values

/// Appends lines to one topic.
final class RecordProducer {
  /// A batch holds one record at least: its bytes, and some for the frame.
  static let lineLimit = RecordBatchHeader.maxBatchBytes - 4096
  private static let batchRecords = 1000
  private static let batchBytes = 1 << 20

  let keyName: String
  private(set) var counts: [Int]
  private(set) var byteCount = 0
  private(set) var blankLines = 0
  private(set) var recordsWithoutKey = 0
  private let topic: Topic
  private let key: RecordKey?
  /// Whether records have keys and no values, which deletes the rows of tables.
  let deletes: Bool
  private let fixedPartition: Int?
  private let writers: [RecordBatchWriter]
  /// Where the next record without a key goes.
  private var turn = 0
  private var timestamp: Int64 = 0

  init(_ topic: Topic, keyField: String?, partition: Int?, deletes: Bool = false) {
    self.topic = topic
    keyName = keyField ?? ""
    key = keyField.map(RecordKey.init)
    self.deletes = deletes
    fixedPartition = partition
    counts = topic.partitions.map { _ in 0 }
    writers = topic.partitions.map { _ in RecordBatchWriter(capacity: 64 << 10) }
  }

  /// Appends everything; `first` sees the first line before it is appended.
  func appendLines(of lines: InputLines, first: (UnsafeRawBufferPointer) -> Void) throws {
    var isFirst = true
    var goesOn = true
    while goesOn {
      timestamp = LogClock.system.now() / 1000
      goesOn = try lines.next { line in
        guard !Self.isBlank(line) else {
          blankLines += 1
          return
        }
        if isFirst { first(line) }
        isFirst = false
        try append(line)
      }
      // A pause: what came is made durable while nothing waits. Under load the log itself syncs now and then.
      if goesOn, !lines.hasMore { try flush() }
    }
    try flush()
  }

  private static func isBlank(_ line: UnsafeRawBufferPointer) -> Bool {
    line.allSatisfy { $0 == 32 || $0 == 9 }
  }

  private func append(_ line: UnsafeRawBufferPointer) throws {
    let found = key.flatMap { $0.value(in: line) }
    if key != nil, found == nil {
      recordsWithoutKey += 1
      if deletes { return }
    }
    let partition = place(found)
    let writer = writers[partition]
    if !writer.isEmpty, writer.byteCount + line.count + 1024 > RecordBatchHeader.maxBatchBytes { try write(partition) }
    if let found {
      try found.bytes.withUnsafeBytes {
        try writer.append(key: $0, value: deletes ? nil : line, timestamp: timestamp)
      }
    } else {
      try writer.append(key: nil, value: line, timestamp: timestamp)
    }
    counts[partition] += 1
    byteCount += line.count
    if writer.count >= Self.batchRecords || writer.byteCount >= Self.batchBytes { try write(partition) }
  }

  /// By the hash of the key; without one in turn, but together when other records have one.
  private func place(_ found: RecordKey.Value?) -> Int {
    if let fixedPartition { return fixedPartition }
    if key != nil { return KeyHash.part(of: found?.hash ?? Hash.null, parts: counts.count) }
    defer { turn = (turn + 1) % counts.count }
    return turn
  }

  private func write(_ partition: Int) throws {
    guard !writers[partition].isEmpty else { return }
    try topic.partitions[partition].append(writers[partition], acknowledgement: .written)
    writers[partition].reset()
  }

  private func flush() throws {
    for partition in counts.indices { try write(partition) }
    for partition in topic.partitions where partition.durableOffset < partition.endOffset { try partition.sync() }
  }
}
