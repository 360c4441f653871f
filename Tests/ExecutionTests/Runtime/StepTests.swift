// Promise 1: the rows that come out depend on the plan and the input alone, not on workers, threads or the size of steps.

import Plan
import Testing
import Values

@testable import Execution

@Suite struct StepTests {
  static let partitions = [Event.sample(700, seed: 3), Event.sample(500, seed: 8), Event.sample(1, seed: 5), []]

  struct Mode: CustomStringConvertible, Sendable {
    var workers: Int
    var records: Int
    var batch: Int
    var chunks: Int
    var threads: Int?
    var description: String { "\(workers) workers, \(records) records, \(chunks) chunks, batches of \(batch)" }

    func apply(_ options: inout RunOptions) {
      options.parallelism = workers
      options.chunkRecords = records
      options.batchRows = batch
      options.stepChunks = chunks
      options.threads = threads
    }

    static let all = [
      Mode(workers: 1, records: 1, batch: 1, chunks: 1), Mode(workers: 1, records: 7, batch: 3, chunks: 5),
      Mode(workers: 2, records: 1000, batch: 8192, chunks: 4), Mode(workers: 2, records: 13, batch: 5, chunks: 3),
      Mode(workers: 3, records: 50, batch: 11, chunks: 7),
      Mode(workers: 3, records: 50, batch: 11, chunks: 7, threads: 2),
      Mode(workers: 4, records: 1, batch: 1, chunks: 9),
    ]
  }

  @Test("windows give the same rows in the same order in every mode", arguments: Mode.all)
  func windowsAreTheSame(_ mode: Mode) throws {
    let plan = TestPlan.windows()
    let (expected, _) = try collect(plan, Self.partitions)
    let (lines, run) = try collect(plan, Self.partitions) { mode.apply(&$0) }
    #expect(expected.count > 100)
    #expect(lines == expected)
    #expect(run.books.balances)
  }

  @Test("the same rows are late in every mode", arguments: Mode.all)
  func latenessIsTheSame(_ mode: Mode) throws {
    var test = TestPlan()
    let windows = test.countByWindow(test.watermark(test.scan()), size: 5_000_000)
    test.sink(test.exchange(Port(node: windows.node, stream: .late), []))
    test.sink(windows)
    let (expected, run) = try collect(test.plan, Self.partitions)
    let (lines, other) = try collect(test.plan, Self.partitions) { mode.apply(&$0) }
    #expect(run.books.late == expected.count)
    #expect(expected.count > 10)
    #expect(lines.sorted() == expected.sorted())
    #expect(other.books.late == run.books.late)
    #expect(other.books.balances)
  }

  @Test("rows of one partition stay in their order through filter, project and union", arguments: Mode.all)
  func orderIsKept(_ mode: Mode) throws {
    var test = TestPlan()
    let scan = test.scan()
    let marked = test.watermark(scan)
    let even = test.filter(marked, TestPlan.k("<", 50))
    let odd = test.filter(scan, TestPlan.k(">=", 50))
    test.sink(test.add(.union, [even, odd], TestPlan.schema))
    let events = Event.sample(300)
    let (lines, run) = try collect(test.plan, [events]) { mode.apply(&$0) }
    let below = lines.filter { (Int64($0.prefix { $0 != " " }) ?? 0) < 50 }
    #expect(below == Batch(events.filter { $0.k < 50 }).lines)
    #expect(lines.count == 300)
    #expect(run.books.filtered == 300)
    #expect(run.books.copied == 300)
    #expect(run.books.balances)
  }

  @Test("an aggregate without windows ends with the same rows", arguments: Mode.all)
  func changesFoldToTheSame(_ mode: Mode) throws {
    var test = TestPlan()
    test.sink(test.countByKey(test.exchange(test.scan(), [0])))
    func final(_ change: (inout RunOptions) -> Void) throws -> [String] {
      let source = MemorySource(partitions: 1, isClosed: true)
      source.push(Batch(Event.sample(900)))
      var options = RunOptions()
      change(&options)
      let sink = MaterializedSink(schema: test.plan.schema(of: test.plan.nodes[3].inputs[0]), keyColumns: [0])
      let run = try PipelineRun(plan: test.plan, options: options, sources: [source], sinks: [sink])
      #expect(try run.run() == .finished)
      #expect(run.books.balances)
      return sink.rows.lines
    }
    let lines = try final { mode.apply(&$0) }
    #expect(lines == (try final { _ in }))
    #expect(lines.count == Set(Event.sample(900).map(\.k)).count)
  }

  @Test("LIMIT and ORDER BY take the same rows in every mode", arguments: Mode.all)
  func limitIsTheSame(_ mode: Mode) throws {
    var test = TestPlan()
    let scan = test.scan()
    let all = test.exchange(scan, [])
    test.sink(test.add(.limit(25, offset: 3), [all], TestPlan.schema))
    let key = SortKey(.column(0, TestPlan.schema[0]), descending: true, nullsFirst: false)
    test.sink(test.add(.sort([key], limit: 40, offset: 1), [test.exchange(scan, [])], TestPlan.schema))
    var both: [[String]] = []
    for change in [{ (_: inout RunOptions) in }, mode.apply] {
      let source = MemorySource(partitions: 4, isClosed: true)
      for (index, events) in Self.partitions.enumerated() { source.push(Batch(events), partition: index) }
      var options = RunOptions()
      change(&options)
      let (run, sinks) = try start(test.plan, [source], options)
      #expect(try run.run() == .finished)
      #expect(run.books.balances)
      both.append(sinks[0].rows.lines + ["--"] + sinks[1].rows.lines)
    }
    #expect(both[0] == both[1])
    #expect(both[0].count == 66)
    #expect(both[0].first == Batch(Self.partitions[0]).lines[3])
  }

  @Test("a LIMIT that is full ends the run before the input does")
  func limitEndsEarly() throws {
    var test = TestPlan()
    test.sink(test.add(.limit(2, offset: 0), [test.exchange(test.scan(), [])], TestPlan.schema))
    let (lines, run) = try collect(test.plan, [Event.sample(5000)]) {
      $0.chunkRecords = 10
      $0.stepChunks = 1
    }
    #expect(lines.count == 2)
    #expect(run.books.read < 100)
    #expect(run.books.balances)
  }

  @Test("constant rows are a bounded source")
  func constants() throws {
    var test = TestPlan()
    let rows: [[Value]] = [[.int(1), .string("a"), .int(5)], [.int(2), .null, .int(6)]]
    test.sink(test.add(.values(rows), [], TestPlan.schema))
    let (run, sinks) = try start(test.plan, [])
    #expect(try run.run() == .finished)
    #expect(sinks[0].rows.lines == ["1 a 5", "2 NULL 6"])
    #expect(run.books.read == 2)
  }

  @Test("without the final watermark open windows stay open")
  func finalWatermarkIsWithheld() throws {
    let (open, run) = try collect(TestPlan.windows(), [Event.sample(300)]) { $0.finalWatermark = false }
    let (closed, _) = try collect(TestPlan.windows(), [Event.sample(300)])
    #expect(open.count < closed.count)
    #expect(open == Array(closed.prefix(open.count)))
    #expect(run.books.held > 0)
    #expect(run.books.balances)
  }

  @Test("a plan of another version and a damaged plan are refused")
  func strangePlans() throws {
    var plan = TestPlan.windows()
    plan.version = 99
    #expect(throws: ExecutionError.self) { try start(plan, [MemorySource()]) }
    plan = TestPlan.windows()
    plan.nodes[0].inputs = [Port(node: 5)]
    #expect(throws: ExecutionError.self) { try start(plan, [MemorySource()]) }
    plan = TestPlan.windows()
    plan.timeZone = "Mars/Olympus"
    #expect(throws: ExecutionError.self) { try start(plan, [MemorySource()]) }
  }
}
