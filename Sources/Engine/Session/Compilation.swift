// From text to a checked plan: parsing, the facts of the world that the compiler must know (topics, registered schemas,
// files named in quotes), compiling, and the rendering of what is wrong. In: a loaded text and settings. Out: the result
// of the compiler.

import Compiler
import EventLog
import Foundation
import Plan
import Schemas
import Syntax
import Values

/// Compiles texts against the catalog of a session.
package struct Compilation {
  package var settings: RunSettings
  package var catalog: Catalog

  package init(settings: RunSettings, catalog: Catalog = Catalog()) {
    self.settings = settings
    self.catalog = catalog
  }

  package var options: CompileOptions {
    CompileOptions(
      follow: settings.follows, timeZone: settings.timeZone ?? "UTC", strict: settings.isStrict,
      keepsViews: settings.keepsViews)
  }

  /// Compiles a text. `diagnostics` of the result holds those of the parser as well, in the order of the text.
  package func compile(_ query: QuerySource, optimizer: OptimizerOptions = OptimizerOptions()) throws -> CompileResult {
    if let zone = settings.timeZone, TimeZoneRules(zone) == nil {
      throw EngineError(
        "there is no time zone `\(zone)`", advice: "give a name such as Europe/Berlin, or an offset such as +02:00",
        status: .wrongUsage)
    }
    let (script, mistakes) = Parser.parseScript(query.source)
    var catalog = catalog
    for path in Compiler.referencedFiles(script) where catalog.files[path] == nil {
      catalog.files[path] = try InferredFiles.infer(query.resolved(path))
    }
    var options = options
    options.optimizer = optimizer
    options.name = query.name
    if mistakes.contains(where: \.isError) {
      return CompileResult(failing: mistakes, catalog: catalog)
    }
    var result = Compiler.compile(script, source: query.source, catalog: catalog, options: options)
    result.diagnostics = mistakes + result.diagnostics
    if let dataflow = result.dataflow {
      let printsFinalRows = !settings.follows && !settings.printsChanges
      result.dataflow = (printsFinalRows ? dataflow.emittingFinalResults() : dataflow).resolvingFiles(query.resolved)
    }
    return result
  }
}

extension Dataflow {
  /// The plan with the names of its files as this process finds them.
  package func resolvingFiles(_ resolve: (String) -> String) -> Dataflow {
    var copy = self
    for index in copy.sources.indices {
      if case .file(let path) = copy.sources[index].place { copy.sources[index].place = .file(resolve(path)) }
    }
    for index in copy.sinks.indices {
      if case .file(let path) = copy.sinks[index].place { copy.sinks[index].place = .file(resolve(path)) }
    }
    return copy
  }
}
