// The `run` command: load, compile, bind, run in steps, and give an account. In: a request. Out: rows where they belong,
// diagnostics and a summary on standard error, an exit status.
//
// The life of a query, by type and method:
//  1. `QuerySource` loads the text.                        2. `Lexer` cuts it into tokens.
//  3. `Parser.parseScript` makes the syntax tree.          4. `Compiler.referencedFiles` asks for schemas of files.
//  5. `CatalogLoader` adds topics and registered schemas.  6. `Resolver` turns names into columns, syntax into relations.
//  7. typing chooses overloads from `FunctionLibrary`.     8. property rules infer keys, time and changelog mode.
//  9. `Optimizer` rewrites the relations.                 10. `Lowering` makes the `Dataflow`, exchanges included.
// 11. `BoundPlan` puts files where the command line says. 12. `RunAssembly` opens sources and sinks.
// 13. `PipelineRun` makes operators, one set per worker.  14. `PipelineRun.runStep` moves batches until input ends.
// 15. `RunSummary` prints the books.

import Compiler
import EventLog
import Execution
import Foundation
import Plan
import Syntax
import Values

/// Runs files, plans and queries.
package struct Runner {
  private let console: Console

  package init(console: Console) { self.console = console }

  package func run(_ request: RunRequest) throws -> ExitStatus {
    if case .file(let path) = request.text, path.hasSuffix(".json") { return try runPlan(path, request) }
    let query = try QuerySource(request.text)
    let folder = DataFolder(path: request.options.dataFolder)
    let catalog = try CatalogLoader.catalog(folder)
    var settings = request.options
    settings.keepsViews = folder.isChosen
    let result = try Compilation(settings: settings, catalog: catalog).compile(query)
    console.report(result.diagnostics, of: query.source)
    guard !result.hasErrors else { return .wrongQuery }
    try StatementEffects(console: console, settings: request.options).apply(result)
    guard let plan = result.dataflow else {
      if result.statements.allSatisfy(\.isDefinition) {
        let what = result.statements.isEmpty ? "has no statement" : "has definitions only"
        console.error("nothing to run: the text \(what); add a query, an INSERT or a pipeline\n")
      }
      return .done
    }
    var request = request
    request.options.take(result.catalog.settings)
    return try execute(plan, request)
  }

  private func runPlan(_ path: String, _ request: RunRequest) throws -> ExitStatus {
    try execute(try PlanFile.read(path), request)
  }

  /// Runs a plan to its end, or until it is interrupted: by a signal, or when `interrupted`, where given, says so.
  func execute(
    _ plan: Dataflow, _ request: RunRequest, interrupted: (@Sendable () -> Bool)? = nil
  ) throws -> ExitStatus {
    let bound = try BoundPlan(plan, request.binding)
    let assembly = try RunAssembly(bound, settings: request.options)
    let results = ResultSinks(console: console, settings: request.options, zone: assembly.zone)
    console.flush()
    let started = RunOptions.systemClock()
    let run = try PipelineRun(
      plan: bound.plan, options: try options(request.options, assembly), sources: try assembly.sources(),
      sinks: try assembly.sinks { try results.sink($0, $1) }, journal: assembly.journal())
    try assembly.resume(run)
    let progressOfRun = run.progress
    let interruption = Interruption(interrupted) { progressOfRun.stop() }
    let progress = ProgressLine(run, console: console, isBesideRows: results.isPrintedMeanwhile(bound.plan))
    defer {
      progress.stop()
      interruption.stop()
    }
    guard try hasEnded(run) else { return .done }
    progress.stop()
    try assembly.saveSnapshot(of: run)
    try results.finish()
    let seconds = Double(RunOptions.systemClock() - started) / 1_000_000
    console.error(RunSummary.text(run, seconds: seconds, wasInterrupted: interruption.happened, zone: assembly.zone))
    if let costs = run.profile {
      console.error(RunProfileText.table(costs).text(isForTerminal: console.errorIsTerminal))
    }
    try assembly.close()
    return interruption.happened && !request.options.follows ? .failed : .done
  }

  /// Runs to the end; false when whoever reads the output has gone away, which is no fault.
  private func hasEnded(_ run: PipelineRun) throws -> Bool {
    let result = Result { try run.run() as StepOutcome }
    if case .failure(let error) = result {
      guard error as? ExecutionError == .brokenPipe else { throw error }
      return false
    }
    return true
  }

  private func options(_ settings: RunSettings, _ assembly: RunAssembly) throws -> RunOptions {
    var options = RunOptions()
    options.parallelism = settings.parallelism ?? min(16, max(1, ProcessInfo.processInfo.activeProcessorCount))
    options.follow = settings.follows
    options.profiles = settings.profiles
    options.finalWatermark = settings.finalWatermark
    if let text = settings.clock {
      guard let milliseconds = InstantText.milliseconds(text) else {
        throw EngineError(
          "--clock: `\(text)` is not a time", advice: "write it as 2026-01-01T10:00:00Z", status: .wrongUsage)
      }
      options.clock = { milliseconds * 1000 }
    }
    options.sideTarget = assembly.sideTarget()
    return options
  }
}
