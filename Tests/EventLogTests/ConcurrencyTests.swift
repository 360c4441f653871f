// Many threads on one partition, and a reader on the same files through its own log.
// In: tasks that append, sync and read at once. Out: dense offsets, everything once. Never: a timing to pass or fail by.

import EventLog
import Testing

/// The numbers that the values of records spell.
private func numbers(_ records: [Record]) -> [Int] {
  records.compactMap { record in
    record.value.flatMap { Int(String(decoding: $0, as: UTF8.self).split(separator: " ")[1]) }
  }
}

/// Reads until `count` records have come.
private func follow(_ partition: Partition, count: Int) throws -> [Record] {
  var seen: [Record] = []
  while seen.count < count {
    guard try partition.waitForAppend(from: Int64(seen.count), microseconds: 30_000_000) else { break }
    seen += try partition.records(from: Int64(seen.count), maxBytes: 8192).records
  }
  return seen
}

@Test func concurrentAppendersShareSyncsAndLoseNothing() async throws {
  let storage = SimulatedStorage()
  let (_, partition) = try oneTopic(storage, segmentBytes: 8192)
  let writers = 4
  let each = 60
  let seen = try await withThrowingTaskGroup(of: [Record].self) { group in
    group.addTask { try follow(partition, count: writers * each * 2) }
    for writer in 0..<writers {
      group.addTask {
        for i in 0..<each {
          let first = (writer * each + i) * 2
          let result = try partition.append(
            batch([numbered(first), numbered(first + 1)]), acknowledgement: .durable)
          #expect(partition.durableOffset > result.lastOffset)
        }
        return []
      }
    }
    var seen: [Record] = []
    for try await part in group { seen += part }
    return seen
  }
  #expect(seen.map(\.offset) == (0..<Int64(writers * each * 2)).map { $0 })
  #expect(numbers(seen).sorted() == Array(0..<writers * each * 2))
  #expect(partition.segmentCount > 3)
}

@Test func aReaderOfTheSameFilesFollowsTheWriter() async throws {
  let scratch = ScratchFolder()
  let path = scratch.path + "/data"
  let log = try EventLog(folder: path, mode: .readWrite)
  let configuration = try TopicConfiguration([("segment.bytes", "20000")])
  let partition = try log.createTopic("t", partitions: 1, configuration: configuration).partition(0)
  let follower = try EventLog(folder: path, mode: .readOnly).topic("t").partition(0)
  let total = 1200
  let seen = try await withThrowingTaskGroup(of: [Record].self) { group in
    group.addTask { try follow(follower, count: total) }
    group.addTask {
      for start in stride(from: 0, to: total, by: 6) {
        try partition.append(batch((start..<start + 6).map { numbered($0, bytes: 200) }))
      }
      return []
    }
    var seen: [Record] = []
    for try await part in group { seen += part }
    return seen
  }
  #expect(seen == (0..<total).map { numbered($0, bytes: 200) })
  withExtendedLifetime(scratch) {}
}
