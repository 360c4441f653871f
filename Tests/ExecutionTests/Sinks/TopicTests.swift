// Topics of the log at both ends: what is written is read back, in order, once, also across a crash.

import EventLog
import Plan
import Testing
import Values

@testable import Execution

@Suite struct TopicTests {
  /// A log in memory.
  private struct TestLog {
    let log: EventLog
    init() throws { log = try EventLog(folder: "/log", mode: .readWrite, storage: SimulatedStorage()) }
  }

  private static let events = Event.sample(300, seed: 9)

  private func copying() -> Dataflow {
    var test = TestPlan()
    test.sink(test.scan())
    return test.plan
  }

  private func sink(_ topic: Topic) -> TopicSink {
    TopicSink(
      topic: topic, encoding: TopicEncoding(schema: TestPlan.schema, keyColumns: [0], timeColumn: 2),
      producer: "copying/out0")
  }

  private func input() -> MemorySource {
    let source = MemorySource(isClosed: true)
    source.push(Batch(Self.events))
    return source
  }

  private func options(_ workers: Int) -> RunOptions {
    var options = RunOptions()
    options.parallelism = workers
    options.chunkRecords = 7
    options.chunkBytes = 500
    return options
  }

  /// The rows of a topic by partition.
  private func read(_ topic: Topic, workers: Int) throws -> [[String]] {
    var test = TestPlan()
    test.sink(test.scan(metadata: [.partition]))
    let (run, sinks) = try start(test.plan, [try TopicSource(topic: topic)], options(workers))
    #expect(try run.run() == .finished)
    let rows = sinks[0].rows
    var result = [[String]](repeating: [], count: topic.partitions.count)
    for (line, index) in zip(rows.lines, 0..<rows.count) {
      if case .int(let partition) = rows.row(index)[3] { result[Int(partition)].append(line) }
    }
    return result
  }

  @Test("headers are delivered in their order, beside bad records and across batches", arguments: [1, 2])
  func headers(_ workers: Int) throws {
    let test = try TestLog()
    let topic = try test.log.createTopic("in", partitions: 1)
    let good = Array("{\"k\":1,\"v\":1,\"ts\":\"2026-01-01T00:00:00Z\"}".utf8)
    for batch in 0..<3 {
      let writer = RecordBatchWriter()
      try writer.append(key: nil, value: good, timestamp: 1, headers: [RecordHeader("n", [UInt8(48 + batch)])])
      try writer.append(key: nil, value: Array("bad".utf8), timestamp: 1, headers: [RecordHeader("x", [1])])
      try writer.append(key: nil, value: good, timestamp: 1, headers: [])
      try writer.append(
        key: nil, value: good, timestamp: 1, headers: [RecordHeader("a", nil), RecordHeader("a", [50])])
      try topic.partition(0).append(writer)
    }
    var plan = TestPlan()
    plan.sink(plan.scan(schema: Schema([Field("v", .int64)]), metadata: [.headers]))
    let (run, sinks) = try start(plan.plan, [try TopicSource(topic: topic)], options(workers))
    #expect(try run.run() == .finished)
    let rows = sinks[0].rows
    let found = (0..<rows.count).map { rows.row($0)[1] }
    let expected = (0..<3).flatMap { batch -> [Value] in
      [
        .array([.row([.string("n"), .bytes([UInt8(48 + batch)])])]), .array([]),
        .array([.row([.string("a"), .null]), .row([.string("a"), .bytes([50])])]),
      ]
    }
    #expect(found == expected)
  }

  @Test(
    "records keep their order within a key, are spread by it, and read the same by any number of workers",
    arguments: [1, 2])
  func roundTrip(_ workers: Int) throws {
    let test = try TestLog()
    let topic = try test.log.createTopic("out", partitions: 3)
    let run = try PipelineRun(plan: copying(), options: options(workers), sources: [input()], sinks: [sink(topic)])
    #expect(try run.run() == .finished)
    let rows = try read(topic, workers: 1)
    #expect(rows.allSatisfy { $0.count > 50 })
    #expect(try read(topic, workers: 3) == rows)
    let lines = Batch(Self.events).lines
    for (partition, read) in rows.enumerated() {
      let suffix = " \(partition)"
      let mine = Set(read)
      #expect(read == lines.map { $0 + suffix }.filter { mine.contains($0) })
    }
    #expect(rows.reduce(0) { $0 + $1.count } == lines.count)
    let first = try topic.partition(0).read(from: 0, maxBytes: 1 << 20, visibility: .written)
    let spans = RecordSpans()
    try spans.fill(first.bytes, from: 0)
    let time = Self.events.first { rows[0].first?.hasPrefix("\($0.k) \($0.v) ") == true }?.ts
    #expect(spans.timestamps[0] == (time ?? -1) / 1000)
    #expect(spans.keyLengths[0] > 0)
  }

  @Test("what a crash left behind the journal is not appended twice", arguments: [1, 2])
  func exactlyOnce(_ workers: Int) throws {
    let test = try TestLog()
    let topic = try test.log.createTopic("out", partitions: 2)
    func start() throws -> PipelineRun {
      try PipelineRun(
        plan: copying(), options: options(workers), sources: [input()], sinks: [sink(topic)],
        journal: Journal(try LogJournal(pipeline: "copying", log: test.log)))
    }
    let first = try start()
    _ = try first.runStep()
    try first.commit()
    _ = try first.runStep()
    // The crash comes after the outputs were appended and before the journal knows.
    for sink in first.sinks { try sink.flush(isDurable: true) }
    let written = topic.partitions.map(\.endOffset)
    let second = try start()
    #expect(try second.resume(from: nil))
    #expect(second.step == 1)
    #expect(try second.run() == .finished)
    #expect(written.reduce(0, +) > 0)
    #expect(topic.partitions.reduce(0) { $0 + $1.endOffset } == 300)
    let rows = try read(topic, workers: 1).flatMap { $0 }.map { String($0.dropLast(2)) }
    #expect(rows.sorted() == Batch(Self.events).lines.sorted())
    let third = try start()
    #expect(try third.resume(from: nil))
    #expect(try third.run() == .finished)
    #expect(topic.partitions.reduce(0) { $0 + $1.endOffset } == 300)
  }

  @Test("a followed topic gives what comes, a bounded one ends where it stood")
  func follow() throws {
    let test = try TestLog()
    let topic = try test.log.createTopic("in", partitions: 1)
    func append(_ event: Event) throws {
      let writer = RecordBatchWriter()
      let value = Blob(Array(event.json.utf8))
      try writer.append(
        key: nil, value: UnsafeRawBufferPointer(start: value.base, count: value.capacity), timestamp: 5)
      try topic.partition(0).append(writer)
    }
    try append(Self.events[0])
    var following = RunOptions()
    following.follow = true
    let (run, sinks) = try start(copying(), [try TopicSource(topic: topic, follow: true)], following)
    let (bounded, boundedSinks) = try start(copying(), [try TopicSource(topic: topic)])
    #expect(try run.runStep() == .progress)
    #expect(try run.runStep() == .idle)
    try append(Self.events[1])
    #expect(try run.runStep() == .progress)
    #expect(sinks[0].rows.lines == Batch(Array(Self.events[0...1])).lines)
    #expect(try bounded.run() == .finished)
    #expect(boundedSinks[0].rows.lines == Batch([Self.events[0]]).lines)
  }

  @Test("late and failing rows go to the topics of their owner")
  func sideTopics() throws {
    let test = try TestLog()
    let source = MemorySource(isClosed: true)
    source.push(
      records: [Event(k: 1, v: "a", ts: 100_000_000), Event(k: 2, v: "b", ts: 1)].map { Array($0.json.utf8) })
    source.push(records: [Array("nonsense".utf8)])
    var options = RunOptions()
    options.sideTarget = SideTopics(test.log)
    let (run, _) = try start(TestPlan.windows(), [source], options)
    #expect(try run.run() == .finished)
    #expect(run.books.late == 1 && run.books.deadLettered == 1 && run.books.balances)
    #expect(try test.log.topic("test.late").partition(0).endOffset == 1)
    #expect(try test.log.topic("test.errors").partition(0).endOffset == 1)
  }
}
