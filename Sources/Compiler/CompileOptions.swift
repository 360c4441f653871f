// What a compile is told beside the text and the catalog, and what it gives back. Plain values.

import Plan
import Syntax
import Values

package struct OptimizerOptions: Hashable, Sendable {
  /// Off, only what lowering cannot do without is done: for tests that compare both.
  package var enabled: Bool

  package init(enabled: Bool = true) { self.enabled = enabled }
}

package struct CompileOptions: Hashable, Sendable {
  /// Whether sources are read for ever: they are bounded otherwise.
  package var follow: Bool
  /// The zone of literals without an offset and of calendar functions; a name that `TimeZoneRules` knows.
  package var timeZone: String
  /// Makes the warning of unbounded state an error.
  package var strict: Bool
  /// What unnamed statements belong to; nil for the name of the text.
  package var name: String?
  package var optimizer: OptimizerOptions
  /// Whether the rows of materialized views and derived tables are kept in topics of the data folder.
  package var keepsViews: Bool

  package init(
    follow: Bool = false, timeZone: String = "UTC", strict: Bool = false, name: String? = nil,
    optimizer: OptimizerOptions = OptimizerOptions(), keepsViews: Bool = false
  ) {
    self.keepsViews = keepsViews
    self.follow = follow
    self.timeZone = timeZone
    self.strict = strict
    self.name = name
    self.optimizer = optimizer
  }

  var zone: TimeZoneRules { TimeZoneRules(timeZone) ?? .utc }
}

/// What EXPLAIN and DESCRIBE show of a name.
package enum ObjectDescription: Hashable, Sendable {
  case relation(name: String, kind: String, RelationProperties)
  case sink(SinkDefinition)
  case type(String, DataType)
  case scalarFunction(ScalarFunctionDefinition)
  case tableFunction(TableFunctionDefinition)
  /// A function of the library, by its name.
  case libraryFunction(String)
}

/// A statement of the text as whoever runs it needs it, in the order of the text.
package enum CompiledStatement: Sendable {
  /// A definition, already in the catalog of the result: its kind in the user's words and its name.
  case definition(kind: String, name: String)
  case createTopic(TopicDefinition)
  case dropTopic(String)
  /// A query whose rows are printed; the sinks are positions in the dataflow's `sinks`.
  case query(sinks: [Int])
  /// Rows that go to declared sinks.
  case insert(sinks: [Int])
  case pipeline(name: String, sinks: [Int])
  case explain(ExplainStatement.Kind?, Dataflow, relation: String)
  case describe(ObjectDescription)
  /// SHOW: what is asked for in capitals, the pattern, and the names found.
  case show(what: String, names: [String])
  case drop(kind: String, name: String)
  case set(String, Value)
  case test(TestStatement, SourceSpan)
}

extension CompiledStatement {
  /// The same with the positions of its sinks in the graph, where several may have become one.
  func movingSinks(_ positions: [Int]) -> CompiledStatement {
    func moved(_ sinks: [Int]) -> [Int] {
      sinks.reduce(into: []) { result, sink in
        let position = positions.indices.contains(sink) ? positions[sink] : sink
        if !result.contains(position) { result.append(position) }
      }
    }
    switch self {
    case .query(let sinks): return .query(sinks: moved(sinks))
    case .insert(let sinks): return .insert(sinks: moved(sinks))
    case .pipeline(let name, let sinks): return .pipeline(name: name, sinks: moved(sinks))
    case .definition, .createTopic, .dropTopic, .explain, .describe, .show, .drop, .set, .test: return self
    }
  }
}

package struct CompileResult: Sendable {
  package var diagnostics: [Diagnostic]
  /// All queries and inserts of the text as one graph; nil when there is none, or when something is wrong.
  package var dataflow: Dataflow?
  /// The catalog after the text's definitions; the one given when something is wrong.
  package var catalog: Catalog
  package var statements: [CompiledStatement]
  /// The resolved trees of what runs, before optimisation: what EXPLAIN AST-like tools and tests print.
  package var relations: [Relation]

  package var hasErrors: Bool { diagnostics.contains(where: \.isError) }

  init(
    diagnostics: [Diagnostic], dataflow: Dataflow?, catalog: Catalog, statements: [CompiledStatement],
    relations: [Relation]
  ) {
    self.diagnostics = diagnostics
    self.dataflow = dataflow
    self.catalog = catalog
    self.statements = statements
    self.relations = relations
  }

  /// The result of a text that does not parse.
  package init(failing diagnostics: [Diagnostic], catalog: Catalog) {
    self.init(diagnostics: diagnostics, dataflow: nil, catalog: catalog, statements: [], relations: [])
  }
}
