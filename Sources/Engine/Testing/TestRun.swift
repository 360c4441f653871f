// A run whose input, clock and end are in a test's hands. In: records and watermarks for streams. Out: what each sink got
// since it was last asked. Nothing is bounded: the test says what time it is.

import Execution
import Plan
import Synchronization
import Values

final class TestRun {
  private let plan: Dataflow
  private let mode: TestMode
  private let sources: [MemorySource]
  private let sinks: [CollectingSink]
  private let clock = TestClock()
  private var run: PipelineRun
  private var watermarks: [String: Int64] = [:]

  /// The clock of the test; it stands still until the test moves it.
  private final class TestClock: Sendable {
    /// 2026-01-01 00:00:00 UTC.
    let now = Atomic<Int64>(1_767_225_600_000_000)
  }

  init(_ plan: Dataflow, mode: TestMode) throws(TestFailure) {
    self.plan = plan
    self.mode = mode
    sources = plan.sources.map { MemorySource(name: $0.name) }
    sinks = plan.sinks.indices.map { sink in
      CollectingSink(schema: plan.input(ofSink: sink)?.properties.schema ?? Schema([]))
    }
    run = try Self.make(plan, mode, sources, sinks, clock)
  }

  private static func make(
    _ plan: Dataflow, _ mode: TestMode, _ sources: [MemorySource], _ sinks: [CollectingSink], _ clock: TestClock
  ) throws(TestFailure) -> PipelineRun {
    var options = RunOptions()
    options.follow = true
    options.defaultIdleAfter = Int64.max
    options.clock = { clock.now.load(ordering: .relaxed) }
    options.parallelism = mode == .threeWorkers ? 3 : 1
    if mode == .smallBatches {
      options.batchRows = 1
      options.chunkRecords = 1
      options.stepChunks = 1
    }
    do throws(ExecutionError) {
      return try PipelineRun(plan: plan, options: options, sources: sources, sinks: sinks)
    } catch {
      throw TestFailure("  \(error.message)")
    }
  }

  private func source(_ name: String) throws(TestFailure) -> [MemorySource] {
    let matches = plan.sources.indices.filter { plan.sources[$0].name.lowercased() == name.lowercased() }
    guard !matches.isEmpty else { throw TestFailure("  no query of the file reads the stream `\(name)`") }
    return matches.map { sources[$0] }
  }

  func give(_ name: String, _ records: [GivenRecord]) throws(TestFailure) {
    for source in try source(name) { source.push(records) }
    try settle()
  }

  func advance(_ name: String, to watermark: Int64) throws(TestFailure) {
    watermarks[name.lowercased()] = watermark
    for source in try source(name) { source.advance(to: watermark) }
    try settle()
  }

  func advance(_ name: String, by duration: Int64) throws(TestFailure) {
    guard let last = watermarks[name.lowercased()] ?? run.progress.watermark else {
      throw TestFailure("  ADVANCE \(name) BY: the stream has no watermark yet; give it rows, or advance it TO a time")
    }
    try advance(name, to: last &+ duration)
  }

  func setClock(_ now: Int64) { clock.now.store(now, ordering: .relaxed) }
  func advanceClock(by duration: Int64) { clock.now.add(duration, ordering: .relaxed) }

  /// Runs until nothing waits.
  private func settle() throws(TestFailure) {
    do throws(ExecutionError) {
      while try run.runStep() == .progress {}
      guard mode == .resumed else { return }
      let saved = run.snapshot()
      run = try Self.resumed(plan, mode, sources, sinks, clock, saved)
    } catch {
      throw TestFailure("  \(error.message)")
    }
  }

  private static func resumed(
    _ plan: Dataflow, _ mode: TestMode, _ sources: [MemorySource], _ sinks: [CollectingSink], _ clock: TestClock,
    _ saved: [UInt8]
  ) throws(ExecutionError) -> PipelineRun {
    let next: PipelineRun
    do throws(TestFailure) {
      next = try make(plan, mode, sources, sinks, clock)
    } catch {
      throw .unsupported(error.text)
    }
    try next.restore(from: saved)
    return next
  }

  func take(_ sink: Int) throws(TestFailure) -> (Schema, Batch) {
    try settle()
    return (sinks[sink].schema, sinks[sink].takeRows())
  }

  func key(ofSink sink: Int) -> [Int] { plan.input(ofSink: sink)?.properties.mode.keyColumns ?? [] }

  func heldRows() throws(TestFailure) -> Int {
    try settle()
    return run.books.held
  }
}
