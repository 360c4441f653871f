// A log as its users meet it: folders, locks, topics, a reader beside the writer, the real disk.
// In: folders in memory and on disk. Out: topics, refusals in words. Never: the engine.

import EventLog
import Testing

@Test func aLogLivesOnTheRealDisk() throws {
  let scratch = ScratchFolder()
  let path = scratch.path + "/deep/data"
  let sent = (0..<500).map { numbered($0, bytes: 200) }
  do {
    let log = try EventLog(folder: path, mode: .readWrite)
    var configuration = TopicConfiguration()
    configuration.segmentBytes = 16_384
    let partition = try log.createTopic("pay.ments", partitions: 2, configuration: configuration).partition(1)
    for start in stride(from: 0, to: 500, by: 20) { try partition.append(batch(Array(sent[start..<start + 20]))) }
    try log.close()
  }
  let log = try EventLog(folder: path, mode: .readWrite)
  #expect(log.recovery.wasClosedInOrder)
  let topic = try log.topic("pay.ments")
  #expect(topic.configuration.segmentBytes == 16_384)
  #expect(try readAll(topic.partition(1)) == sent)
  #expect(topic.partitions[0].endOffset == 0 && topic.partitions[1].segmentCount > 5)
  #expect(try LogChecker(folder: path).check().findings.isEmpty)
  let error = #expect(throws: LogError.self) { _ = try EventLog(folder: path, mode: .readWrite) }
  #expect("\(String(describing: error))".contains("process with id"))
  try log.deleteTopic("pay.ments")
  #expect(try FileStorage().list(path + "/topics").isEmpty)
}

@Test func aSecondWriterIsRefusedUntilTheFirstCloses() throws {
  let storage = SimulatedStorage()
  let first = try openLog(storage)
  let error = #expect(throws: LogError.self) { _ = try openLog(storage) }
  #expect("\(error.map { "\($0)" } ?? "")".contains("stop that process"))
  try first.close()
  let second = try openLog(storage)
  #expect(second.recovery.wasClosedInOrder)
  // From now on a crash must look like one, whatever of it reaches the disk.
  #expect(!storage.image(after: storage.changes.count, .powerLoss).exists("data/CLEAN"))
  #expect(throws: LogError.closed) { try first.createTopic("x", partitions: 1) }
}

@Test func aReaderBesideTheWriterSeesWholeBatchesOnly() throws {
  let storage = SimulatedStorage()
  #expect(throws: LogError.notADataFolder(folder)) { _ = try openLog(storage, .readOnly) }
  let (log, partition) = try oneTopic(storage, segmentBytes: 1500)
  let reader = try openLog(storage, .readOnly)
  let follower = try reader.topic("t").partition(0)
  var seen: [Record] = []
  for number in 0..<60 {
    try partition.append(batch([numbered(2 * number), numbered(2 * number + 1)]))
    #expect(try follower.waitForAppend(from: Int64(seen.count), microseconds: 1_000_000))
    seen += try readAll(follower, from: Int64(seen.count))
    #expect(seen.count == 2 * number + 2)
  }
  #expect(seen == (0..<120).map { numbered($0) })
  #expect(follower.segmentCount > 3)
  #expect(throws: LogError.readOnly("append records")) { try follower.append(batch([numbered(0)])) }
  #expect(throws: LogError.readOnly("create a topic")) { try reader.createTopic("x", partitions: 1) }
  try log.createTopic("later", partitions: 1)
  try reader.refresh()
  #expect(reader.hasTopic("later"))
  try partition.deleteRecords(before: 100)
  try reader.refresh()
  #expect(follower.logStart == 100)
  #expect(try readAll(follower).first?.offset == 100)
  try log.deleteTopic("later")
  try reader.refresh()
  #expect(!reader.hasTopic("later"))
}

@Test func aReaderStopsBeforeABatchThatIsStillBeingWritten() throws {
  let storage = SimulatedStorage()
  let (_, partition) = try oneTopic(storage)
  try partition.append(batch([numbered(0)]))
  let before = partition.sizeOnDisk
  try partition.append(batch([numbered(1)]))
  let full = partition.sizeOnDisk
  for size in before..<full {
    let disk = storage.image(after: storage.changes.count, .processKill)
    var rest: [UInt8] = []
    disk.damage(firstLog) {
      rest = Array($0[size...])
      $0.removeLast(full - size)
    }
    let follower = try openLog(disk, .readOnly).topic("t").partition(0)
    #expect(try readAll(follower) == [numbered(0)])
    disk.damage(firstLog) { $0 += rest }
    try follower.refresh()
    #expect(try readAll(follower) == [numbered(0), numbered(1)])
  }
}

@Test func topicNamesAreThoseOfKafka() throws {
  let log = try openLog(SimulatedStorage())
  for name in ["", ".", "..", "a/b", "a b", "ä", "x\u{0}", String(repeating: "a", count: 250), "+a", "~a"] {
    #expect(throws: LogError.self, "\(name)") { try log.createTopic(name, partitions: 1) }
  }
  for name in ["a", "A.b_c-9", "__journal", String(repeating: "a", count: 249), "..."] {
    #expect(try log.createTopic(name, partitions: 1).isInternal == name.hasPrefix("__"))
  }
  #expect(throws: LogError.topicExists("a")) { try log.createTopic("a", partitions: 1) }
  #expect(throws: LogError.invalidPartitionCount(0)) { try log.createTopic("z", partitions: 0) }
  let error = #expect(throws: LogError.self) { try log.topic("b") }
  #expect(error.map { "\($0)" }?.contains("`A.b_c-9`") == true)
  #expect(throws: LogError.unknownPartition(topic: "a", partition: 1, count: 1)) { try log.topic("a").partition(1) }
}

@Test func settingsThatCannotBeKeptAreRefused() throws {
  for pair in [
    ("cleanup.policy", "compact"), ("retention.ms", "soon"), ("retention.ms", "-2"), ("segment.bytes", "1"),
    ("compression.type", "zstd"), ("colour", "red"),
  ] {
    #expect(throws: LogError.self) { try TopicConfiguration([pair]) }
  }
  let configuration = try TopicConfiguration([
    ("retention.ms", "5"), ("segment.ms", "-1"), ("cleanup.policy", "delete"),
  ])
  #expect(configuration.retentionMilliseconds == 5 && configuration.segmentMilliseconds == nil)
  #expect(try TopicConfiguration(configuration.pairs) == configuration)
}

@Test func topicIdsAreNeverUsedAgain() throws {
  let log = try openLog(SimulatedStorage())
  let first = try log.createTopic("a", partitions: 1).id
  let second = try log.createTopic("b", partitions: 1).id
  #expect(second > first)
}

@Test func damagedMetadataIsNamedNotGuessed() throws {
  let storage = SimulatedStorage()
  let (log, _) = try oneTopic(storage)
  try log.close()
  for path in ["data/cluster.meta", "data/topics/t/topic.meta"] {
    let size = try storage.size(path)
    for byte in 0..<size {
      let disk = storage.image(after: storage.changes.count, .processKill)
      disk.damage(path) { $0[byte] ^= 1 }
      let error = #expect(throws: LogError.self, "\(path) \(byte)") { _ = try openLog(disk) }
      #expect(error.map { "\($0)" }?.contains(path) == true)
    }
  }
}
