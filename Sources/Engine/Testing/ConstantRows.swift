// The rows of VALUES in a test as typed columns, evaluated by the compiler and the runner as any query is. In: spans of
// the text. Out: a batch of the wanted types, or what does not fit.

import Compiler
import Execution
import Plan
import Syntax
import Values

struct ConstantRows {
  private let query: QuerySource
  private let settings: RunSettings
  private let catalog: Catalog

  init(_ query: QuerySource, _ settings: RunSettings, _ catalog: Catalog) {
    self.query = query
    self.settings = settings
    self.catalog = catalog
  }

  /// One expression.
  func row(_ span: SourceSpan, of field: Field) throws(TestFailure) -> Batch {
    try evaluate("(\(query.source.text(of: span)))", of: [field])
  }

  /// Parenthesised rows.
  func rows(_ spans: [SourceSpan], of fields: [Field]) throws(TestFailure) -> Batch {
    try evaluate(spans.map(query.source.text(of:)).joined(separator: ",\n"), of: fields)
  }

  private func evaluate(_ rows: String, of fields: [Field]) throws(TestFailure) -> Batch {
    var constants = query
    constants.source = SourceText(name: "the rows of the test", text: "VALUES \(rows)")
    do {
      let result = try Compilation(settings: settings, catalog: catalog).compile(constants)
      guard let plan = result.dataflow, !result.hasErrors else {
        throw TestFailure(DiagnosticRenderer([constants.source]).render(result.diagnostics))
      }
      return try cast(try values(of: plan), to: fields)
    } catch let failure as TestFailure {
      throw failure
    } catch {
      throw TestFailure("  \(error)")
    }
  }

  private func values(of plan: Dataflow) throws -> (Schema, Batch) {
    guard let node = plan.input(ofSink: 0) else { throw TestFailure("  the rows are no rows") }
    let sink = CollectingSink(schema: node.properties.schema)
    let run = try PipelineRun(plan: plan, options: RunOptions(), sources: [], sinks: [sink])
    _ = try run.run()
    if let sample = run.samples.first { throw TestFailure("  \(sample.message)") }
    return (node.properties.schema, sink.rows)
  }

  private func cast(_ rows: (schema: Schema, batch: Batch), to fields: [Field]) throws -> Batch {
    guard rows.schema.count == fields.count else {
      throw TestFailure("  a row has \(rows.schema.count) values for \(fields.count) columns")
    }
    let casts = fields.indices.map { index in
      Expression(
        .cast(.column(index, rows.schema[index]), safe: false), type: fields[index].type, nullable: true)
    }
    let (columns, errors) = ExpressionProgram(casts).evaluateAll(
      columns: rows.batch.columns, count: rows.batch.count, context: EvaluationContext(now: 0))
    if let error = errors.list.first {
      throw TestFailure("  row \(error.row + 1) does not fit (\(Schema(fields))): \(error.code.message)")
    }
    return Batch(columns: columns, count: rows.batch.count)
  }
}
