// A query run whole, in the process of the test: text and files in; rows, books and diagnostics out.

import Compiler
import Execution
import Foundation
import Plan
import Schemas
import Values

@testable import Engine

/// How the work is cut up; no rows may depend on it.
struct Cutting: CustomStringConvertible {
  var workers = 1
  var bytes = 256 << 10
  var rows = 8192
  var optimized = true

  var description: String { "\(workers) workers, \(bytes) bytes, \(rows) rows, \(optimized ? "" : "not ")optimised" }
}

/// What a run gave: the rows of each sink and what became of the others.
struct DrivenRows: Equatable {
  var sinks: [[String]]
  var late: Int
  var deadLettered: Int
  var balances: Bool
}

/// A folder with files and queries over them.
final class QueryDrive {
  let path = FileManager.default.temporaryDirectory.appendingPathComponent("millrace-\(UUID().uuidString)").path

  init() throws { try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true) }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  @discardableResult
  func write(_ name: String, _ text: String) throws -> String {
    let file = path + "/" + name
    let folder = URL(fileURLWithPath: file).deletingLastPathComponent()
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    try text.write(toFile: file, atomically: true, encoding: .utf8)
    return file
  }

  /// The result of compiling a text whose files lie in the folder.
  func compile(_ text: String, optimized: Bool = true, settings: RunSettings = RunSettings()) throws -> CompileResult {
    var query = try QuerySource(.text(text))
    query.folder = path
    var optimizer = OptimizerOptions()
    optimizer.enabled = optimized
    return try Compilation(settings: settings).compile(query, optimizer: optimizer)
  }

  /// Runs a plan to its end.
  func run(_ plan: Dataflow, _ cutting: Cutting = Cutting()) throws -> DrivenRows {
    let assembly = try RunAssembly(try BoundPlan(plan, Binding()), settings: RunSettings())
    let sinks = plan.sinks.indices.map { index -> MaterializedSink in
      let node = plan.input(ofSink: index)
      return MaterializedSink(
        schema: node?.properties.schema ?? Schema([]), keyColumns: node?.properties.mode.keyColumns ?? [])
    }
    var options = RunOptions()
    options.parallelism = cutting.workers
    options.chunkBytes = cutting.bytes
    options.batchRows = cutting.rows
    options.clock = { 1_700_000_000_000_000 }
    let run = try PipelineRun(plan: plan, options: options, sources: try assembly.sources(), sinks: sinks)
    _ = try run.run()
    let rows = sinks.enumerated().map { index, sink in
      RowText(plan.input(ofSink: index)?.properties.schema ?? Schema([])).rows(sink.rows).sorted()
    }
    return DrivenRows(
      sinks: rows, late: run.books.late, deadLettered: run.books.deadLettered, balances: run.books.balances)
  }

  func rows(_ text: String, _ cutting: Cutting = Cutting()) throws -> DrivenRows {
    let result = try compile(text, optimized: cutting.optimized)
    guard let plan = result.dataflow else {
      throw EngineError("the query does not compile: \(result.diagnostics.map(\.message))")
    }
    return try run(plan, cutting)
  }
}
