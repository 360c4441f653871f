// Event time (DESIGN §5): watermarks per partition, idle partitions, MAX AHEAD, watermarks that a source announces.

import Plan
import Synchronization
import Testing
import Values

@testable import Execution

/// A clock that a test moves.
final class ManualClock: Sendable {
  private let time = Atomic<Int64>(0)
  var now: Int64 { time.load(ordering: .relaxed) }
  func advance(by micros: Int64) { time.add(micros, ordering: .relaxed) }
}

@Suite struct TimeTests {
  private static let second: Int64 = 1_000_000

  private func event(_ k: Int64, _ seconds: Int64) -> Event { Event(k: k, v: "", ts: seconds * Self.second) }

  @Test(
    "a silent partition holds the watermark until it is idle, then is judged by the merged watermark",
    arguments: [1, 2])
  func idlePartition(_ workers: Int) throws {
    let clock = ManualClock()
    let source = MemorySource(partitions: 2)
    var options = RunOptions()
    options.parallelism = workers
    options.follow = true
    options.clock = { clock.now }
    let (run, sinks) = try start(TestPlan.windows(idleAfter: 10 * Self.second), [source], options)
    source.push(Batch([event(1, 5), event(1, 70)]), partition: 0)
    source.push(Batch([event(2, 6)]), partition: 1)
    #expect(try run.runStep() == .progress)
    clock.advance(by: 9 * Self.second)
    source.push(Batch([event(1, 130)]), partition: 0)
    #expect(try run.runStep() == .progress)
    #expect(sinks[0].count == 0, "partition 1 is silent but not yet idle")
    clock.advance(by: Self.second)
    #expect(try run.runStep() == .idle)
    #expect(
      sinks[0].takeRows().lines == [
        "0 60000000 59999999 1 1", "0 60000000 59999999 2 1", "60000000 120000000 119999999 1 1",
      ])
    // Behind the merged watermark (128 s) now, though not behind anything of its own partition.
    source.push(Batch([event(2, 7), event(2, 131)]), partition: 1)
    #expect(try run.runStep() == .progress)
    #expect(run.books.late == 1)
    #expect(run.books.balances)
  }

  @Test("a bounded run knows no idleness")
  func boundedIsNeverIdle() throws {
    let clock = ManualClock()
    let source = MemorySource(partitions: 2)
    var options = RunOptions()
    options.clock = { clock.now }
    let (run, sinks) = try start(TestPlan.windows(idleAfter: 1), [source], options)
    source.push(Batch([event(1, 5), event(1, 700)]), partition: 0)
    _ = try run.runStep()
    clock.advance(by: 1000 * Self.second)
    #expect(try run.runStep() == .idle)
    #expect(sinks[0].count == 0)
  }

  @Test("a partition that has ended holds nothing back")
  func endedPartition() throws {
    let (lines, run) = try collect(TestPlan.windows(), [[event(1, 1)], [event(1, 2), event(1, 200)]]) {
      $0.finalWatermark = true
    }
    #expect(lines == ["0 60000000 59999999 1 2", "180000000 240000000 239999999 1 1"])
    #expect(run.books.late == 0)
  }

  @Test("a time beyond MAX AHEAD fails and does not move the watermark", arguments: [1, 2])
  func maximumAhead(_ workers: Int) throws {
    var test = TestPlan()
    let marked = test.watermark(test.scan(ahead: 60 * Self.second))
    test.sink(test.countByWindow(test.exchange(marked, [0]), size: 10 * Self.second))
    test.sink(Port(node: marked.node, stream: .errors))
    let source = MemorySource(partitions: 1, isClosed: true)
    source.push(Batch([event(1, 5), event(1, 9_000), event(1, 6)]))
    var options = RunOptions()
    options.parallelism = workers
    options.clock = { 10 * Self.second }
    let (run, sinks) = try start(test.plan, [source], options)
    #expect(try run.run() == .finished)
    #expect(sinks[0].rows.lines == ["0 10000000 9999999 1 2"])
    #expect(sinks[1].rows.lines.count == 1)
    #expect(sinks[1].rows.row(0)[0] == .string("R1010"))
    #expect(sinks[1].rows.row(0)[6] == .int(1), "the offset of the record")
    #expect(sinks[1].rows.row(0)[7] == .int(9_000 * Self.second), "its event time")
    #expect(run.books.late == 0)
    #expect(run.books.deadLettered == 1)
    #expect(run.books.balances)
  }

  @Test("an announced watermark counts after the rows of its step", arguments: [1, 3])
  func announced(_ workers: Int) throws {
    let source = MemorySource()
    var options = RunOptions()
    options.parallelism = workers
    let (run, sinks) = try start(TestPlan.windows(), [source], options)
    source.push(Batch([event(1, 5)]))
    source.advance(to: 60 * Self.second)
    source.push(Batch([event(1, 6)]))
    #expect(try run.runStep() == .progress)
    #expect(sinks[0].takeRows().lines == ["0 60000000 59999999 1 1"])
    #expect(try run.runStep() == .progress)
    #expect(run.books.late == 1)
    #expect(run.progress.watermark == 60 * Self.second)
  }

  @Test("the partition that is furthest behind in event time is read first")
  func furthestBehindFirst() throws {
    let source = MemorySource(partitions: 2, isClosed: true)
    source.push(Batch((0..<100).map { event(1, $0 * 10) }), partition: 0)
    source.push(Batch((0..<100).map { event(2, $0) }), partition: 1)
    var options = RunOptions()
    options.chunkRecords = 1
    options.stepChunks = 1
    let (run, _) = try start(TestPlan.windows(), [source], options)
    for _ in 0..<60 { _ = try run.runStep() }
    #expect(source.next(partition: 1) > 50)
    #expect(source.next(partition: 0) < 9)
  }
}
