// The pages that are made from declarations say what the declarations say, and each example of a function has its value.

import Compiler
import Execution
import Foundation
import Plan
import Testing
import Values

@testable import Engine

@Suite("Documentation: generated pages")
struct DocumentationPageTests {
  static let pages = ["Docs/functions.md": FunctionPage.text, "Docs/errors.md": ErrorPage.text]

  @Test(arguments: pages.keys.sorted())
  func pageIsCurrent(path: String) throws {
    let url = Documents.root.appending(path: path)
    let wanted = try #require(Self.pages[path])
    if Documents.updates { try wanted.write(to: url, atomically: true, encoding: .utf8) }
    let found = (try? String(contentsOf: url, encoding: .utf8)) ?? ""
    #expect(
      found == wanted, "\(path) is not what the declarations say: UPDATE_DOCS=1 swift test --filter Documentation")
  }

  static let examples: [FunctionExample] = FunctionLibrary.scalar.documentation().flatMap(\.examples)
  /// They read the clock, so they have no value that a page could hold.
  static let notRepeatable = FunctionLibrary.scalar.documentation().filter { !$0.isDeterministic }.flatMap(\.examples)

  @Test(arguments: examples.filter { !notRepeatable.contains($0) })
  func scalarExample(example: FunctionExample) throws {
    try expect("SELECT \(example.expression) AS value", gives: example.result)
  }

  @Test(arguments: AggregateLibrary.functions.map(\.example))
  func aggregateExample(example: AggregateExample) throws {
    try expect(
      "FROM (VALUES (1), (2), (NULL)) AS t(x) |> AGGREGATE \(example.expression) AS value", gives: example.result)
  }

  private func expect(_ query: String, gives result: String) throws {
    let compiled = try Compilation(settings: RunSettings()).compile(QuerySource(.text(query)))
    let errors = compiled.diagnostics.filter(\.isError).map(\.message)
    let plan = try #require(compiled.dataflow, "\(query): \(errors)")
    let schema = try #require(plan.input(ofSink: 0)).properties.schema
    let sink = CollectingSink(schema: schema)
    let run = try PipelineRun(plan: plan, options: RunOptions(), sources: [], sinks: [sink])
    _ = try run.run()
    #expect(run.samples.isEmpty, "\(query): \(run.samples.map(\.message))")
    let rows = sink.rows
    try #require(rows.count == 1)
    var writer = TextWriter()
    #expect(writer.cell(rows.columns[0], row: 0, type: schema[0].type) == result, "\(query)")
  }
}
