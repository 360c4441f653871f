// A session: a catalog that grows with each definition, over one data folder. In: texts. Out: printed results and
// diagnostics. What the shell drives; a definition that was accepted is there for the next text.

import Compiler
import EventLog
import Execution
import Plan
import Syntax
import Values

package final class Session: ShellSession {
  private let console: Console
  private var settings: RunSettings
  private var catalog = Catalog()
  package var follows = false

  package init(console: Console, settings: RunSettings) throws {
    self.console = console
    self.settings = settings
    try refreshFolder()
  }

  /// Topics and registered schemas may have changed since.
  private func refreshFolder() throws {
    let facts = try CatalogLoader.catalog(DataFolder(path: settings.dataFolder))
    catalog.topics = facts.topics
    catalog.registeredSchemas = facts.registeredSchemas
    catalog.kept = facts.kept
  }

  package func execute(
    _ text: String, name: String, format: ResultFormat?, interrupted: @escaping @Sendable () -> Bool
  ) -> ExitStatus {
    do {
      try refreshFolder()
      var query = try QuerySource(.text(text))
      query.source = SourceText(name: name, text: text)
      var settings = settings
      settings.format = format ?? settings.format
      settings.follows = follows
      settings.keepsViews = DataFolder(path: settings.dataFolder).isChosen
      settings.take(catalog.settings)
      let result = try Compilation(settings: settings, catalog: catalog).compile(query)
      console.report(result.diagnostics, of: query.source)
      guard !result.hasErrors else { return .wrongQuery }
      catalog = result.catalog
      try StatementEffects(console: console, settings: settings, acknowledges: true).apply(result)
      guard let plan = result.dataflow else { return .done }
      settings.take(catalog.settings)
      return try Runner(console: console).execute(
        plan, RunRequest(text: .text(text), options: settings), interrupted: interrupted)
    } catch {
      return console.report(error)
    }
  }

  package var relationNames: [String] { catalog.listing.map(\.name) + catalog.topics.keys.sorted() }

  package func columnNames(of relation: String) -> [String] {
    guard case .relation(_, _, let properties)? = Compiler.describe(relation, catalog: catalog) else { return [] }
    return properties.schema.fields.map(\.name)
  }

  package var functionNames: [String] {
    FunctionLibrary.scalar.names + AggregateLibrary.names + catalog.functions.keys.sorted()
  }
}

extension Shell {
  /// A shell over a session of its own.
  package convenience init(console: Console, settings: RunSettings) throws {
    self.init(console: console, session: try Session(console: console, settings: settings))
  }
}
