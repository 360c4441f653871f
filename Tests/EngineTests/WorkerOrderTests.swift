// Rows and their order do not depend on how many workers share the work (promise 1).

import Compiler
import Execution
import Plan
import Testing
import Values

@testable import Engine

@Suite("Order of rows")
struct WorkerOrderTests {
  static let source = "FROM (VALUES ('ada'), ('bob'), ('cyd'), ('eve'), ('bob'), ('fay'), ('gus'), ('ada')) AS t(who)"

  @Test(arguments: [
    "|> DISTINCT", "|> DISTINCT |> WHERE who <> 'cyd'", "|> DISTINCT |> LIMIT 4",
    "|> AGGREGATE COUNT(*) AS n GROUP BY who |> ORDER BY n DESC", "|> AGGREGATE COUNT(*) AS n GROUP BY who",
  ])
  func isThatOfOneWorker(operators: String) throws {
    let alone = try rows(of: "\(Self.source) \(operators)", workers: 1)
    #expect(alone.count > 1)
    for workers in 2...5 {
      #expect(try rows(of: "\(Self.source) \(operators)", workers: workers) == alone, "\(workers) workers")
    }
  }

  private func rows(of query: String, workers: Int) throws -> [String] {
    let compiled = try Compilation(settings: RunSettings()).compile(QuerySource(.text(query)))
    let plan = try #require(compiled.dataflow)
    let schema = try #require(plan.input(ofSink: 0)).properties.schema
    let sink = CollectingSink(schema: schema)
    var options = RunOptions()
    options.parallelism = workers
    _ = try PipelineRun(plan: plan, options: options, sources: [], sinks: [sink]).run()
    var writer = TextWriter()
    let rows = sink.rows
    return (0..<rows.count).map { row in
      zip(rows.columns, schema.fields).map { writer.cell($0, row: row, type: $1.type) }.joined(separator: " ")
    }
  }
}
