// Stopping and going on: from any step's boundary, by snapshot, by journal or by both, the rows are those of one run.

import Plan
import Testing
import Values

@testable import Execution

@Suite struct ResumeTests {
  private static let events = [Event.sample(160, seed: 4), Event.sample(90, seed: 6)]

  private func source() -> MemorySource {
    let source = MemorySource(partitions: 2, isClosed: true)
    for (index, events) in Self.events.enumerated() { source.push(Batch(events), partition: index) }
    return source
  }

  private func options(_ workers: Int) -> RunOptions {
    var options = RunOptions()
    options.parallelism = workers
    options.chunkRecords = 13
    options.stepChunks = 2
    options.clock = { 5 }
    return options
  }

  /// Windows, and all rows as they are.
  private var plan: Dataflow {
    var test = TestPlan()
    let rows = test.exchange(test.watermark(test.scan(), delay: 1_000_000), [0])
    test.sink(test.countByWindow(rows, size: 20_000_000))
    test.sink(test.countByKey(rows))
    return test.plan
  }

  @Test("a run restored at any step's boundary gives the rows of one that was never stopped", arguments: [1, 2, 3])
  func everyBoundary(_ workers: Int) throws {
    let (whole, expected) = try start(plan, [source()], options(workers))
    #expect(try whole.run() == .finished)
    var steps = 0
    while true {
      let (first, firstSinks) = try start(plan, [source()], options(workers))
      for _ in 0..<steps { _ = try first.runStep() }
      let saved = first.snapshot()
      let (second, sinks) = try start(plan, [source()], options(workers))
      try second.restore(from: saved)
      #expect(sinks[0].rows.lines == firstSinks[0].rows.lines)
      #expect(try second.run() == .finished)
      #expect(sinks[0].rows.lines == expected[0].rows.lines, "stopped after \(steps) steps")
      #expect(sinks[1].rows.lines == expected[1].rows.lines, "stopped after \(steps) steps")
      #expect(second.books == whole.books)
      #expect(second.books.balances)
      if first.isFinished { break }
      steps += 1
    }
    #expect(steps > 8)
  }

  @Test("journaled steps run again as they ran, from the beginning or from a snapshot", arguments: [1, 2])
  func replay(_ workers: Int) throws {
    let store = MemoryJournal()
    let (first, expected) = try start(plan, [source()], options(workers), journal: Journal(store))
    var saved: [UInt8] = []
    for step in 0..<7 {
      if step == 3 { saved = first.snapshot() }
      _ = try first.runStep()
    }
    try first.commit()
    for snapshot in [[], saved] {
      // A later run reads in larger steps, hears another clock: the journaled ones are as they were.
      var later = options(workers)
      later.chunkRecords = 50
      later.clock = { 9 }
      let copy = MemoryJournal(try store.entries())
      let (second, sinks) = try resumed(later, Journal(copy))
      if !snapshot.isEmpty { try second.restore(from: snapshot) }
      try second.replay()
      #expect(second.step == 7)
      #expect(sinks[0].rows.lines == expected[0].rows.lines)
      #expect(sinks[1].rows.lines == expected[1].rows.lines)
      #expect(second.books == first.books)
      #expect(try second.run() == .finished)
      #expect(second.books.balances)
    }
  }

  private func resumed(_ options: RunOptions, _ journal: Journal) throws -> (PipelineRun, [CollectingSink]) {
    try start(plan, [source()], options, journal: journal)
  }

  @Test("a replay that gives other rows stops loudly")
  func divergence() throws {
    let store = MemoryJournal()
    let (first, _) = try start(plan, [source()], options(1), journal: Journal(store))
    for _ in 0..<4 { _ = try first.runStep() }
    try first.commit()
    let other = MemorySource(partitions: 2, isClosed: true)
    for (index, events) in Self.events.enumerated() {
      other.push(Batch(events.map { Event(k: $0.k &+ 1, v: $0.v, ts: $0.ts) }), partition: index)
    }
    let (second, _) = try start(plan, [other], options(1), journal: Journal(store))
    let failure = #expect(throws: ExecutionError.self) { try second.replay() }
    guard case .divergedReplay = failure else {
      Issue.record("expected a divergence, got \(String(describing: failure))")
      return
    }
  }

  @Test("state of another plan, of other workers, or damaged, is refused with the reason")
  func refusals() throws {
    let (run, _) = try start(plan, [source()], options(1))
    _ = try run.runStep()
    let saved = run.snapshot()
    func refusal(_ plan: Dataflow, _ options: RunOptions, _ bytes: [UInt8]) throws -> String {
      let (other, _) = try start(plan, [source()], options)
      return #expect(throws: ExecutionError.self) { try other.restore(from: bytes) }?.message ?? ""
    }
    #expect(try refusal(TestPlan.windows(), options(1), saved).contains("query has changed"))
    #expect(try refusal(plan, options(2), saved).contains("--parallelism 1"))
    var damaged = saved
    damaged[saved.count / 2] ^= 1
    #expect(try refusal(plan, options(1), damaged).contains("checksum"))
    #expect(try refusal(plan, options(1), Array(saved.prefix(5))).contains("cut short"))
    var moved = plan
    moved.nodes[0].range = TextRange(start: 3, end: 9)
    let (same, _) = try start(moved, [source()], options(1))
    try same.restore(from: saved)
    #expect(same.step == 1)
  }

  @Test("snapshots in a folder: the newest whole one counts")
  func folder() throws {
    let files = TestFolder()
    let folder = try SnapshotFolder(path: files.path)
    let store = MemoryJournal()
    let (first, expected) = try start(plan, [source()], options(1), journal: Journal(store))
    for step in 1...6 {
      _ = try first.runStep()
      if step == 2 || step == 4 { try first.saveSnapshot(in: folder) }
    }
    try first.commit()
    for damage in [false, true] {
      if damage { files.write("snapshot-4", "half") }
      let (second, sinks) = try start(plan, [source()], options(1), journal: Journal(store))
      #expect(try second.resume(from: folder))
      #expect(second.step == 6)
      #expect(sinks[1].rows.lines == expected[1].rows.lines)
    }
    let (fresh, _) = try start(plan, [source()], options(1), journal: Journal(MemoryJournal()))
    let empty = TestFolder()
    #expect(try fresh.resume(from: SnapshotFolder(path: empty.path)) == false)
  }

  @Test("a file sink goes on behind what was committed, and nothing is there twice")
  func fileSink() throws {
    let files = TestFolder()
    func run(_ name: String, _ journal: Journal?) throws -> PipelineRun {
      let sinks = try [0, 1].map { index in
        let schema = plan.schema(
          of: plan.nodes.filter { if case .sink = $0.operation { true } else { false } }[index].inputs[0])
        return try FileSink(
          path: "\(files.path)/\(name)\(index)",
          encoding: RowEncoding(form: .csv, schema: schema, writesOperation: index == 1))
      }
      return try PipelineRun(plan: plan, options: options(1), sources: [source()], sinks: sinks, journal: journal)
    }
    #expect(try run("whole", nil).run() == .finished)
    let store = MemoryJournal()
    let first = try run("cut", Journal(store))
    for _ in 0..<5 { _ = try first.runStep() }
    try first.commit()
    // What follows is written but never committed: the crash comes first.
    for _ in 0..<2 { _ = try first.runStep() }
    for sink in first.sinks { try sink.flush(isDurable: false) }
    let second = try run("cut", Journal(store))
    #expect(try second.resume(from: nil))
    #expect(try second.run() == .finished)
    #expect(files.read("cut0").split(separator: "\n") == files.read("whole0").split(separator: "\n"))
    #expect(files.read("cut1").split(separator: "\n") == files.read("whole1").split(separator: "\n"))
    #expect(files.read("cut1").hasPrefix("op,k,n\n+I,"))
    #expect(files.read("cut1").contains("\n-U,"))
  }
}
