// The compiler: a syntax tree and a catalog snapshot to diagnostics, or a dataflow. A pure function: the same tree,
// catalog and options give the same result. Parsing is done before, running after.

import Plan
import Syntax
import Values

package enum Compiler {
  /// Compiles the statements of one text.
  ///
  /// - Parameter script: the tree of `source`. Its own diagnostics are the parser's: report them before these.
  package static func compile(
    _ script: Script, source: SourceText, catalog: Catalog, options: CompileOptions = CompileOptions()
  ) -> CompileResult {
    let resolver = Resolver(catalog: catalog, options: options, source: source)
    let resolution = StatementResolution(resolver)
    for statement in script.statements { resolution.resolve(statement) }
    let relations = resolution.sinks.map(\.relation)
    guard !resolver.hasErrors, !resolution.isBroken else {
      return CompileResult(
        diagnostics: resolver.diagnostics, dataflow: nil, catalog: catalog, statements: [], relations: relations)
    }
    let lowered = lower(resolution.sinks, resolver)
    return CompileResult(
      diagnostics: resolver.diagnostics, dataflow: lowered?.dataflow, catalog: resolver.catalog,
      statements: resolution.statements.map { $0.movingSinks(lowered?.sinkPositions ?? []) }, relations: relations)
  }

  static func lower(_ sinks: [ResolvedSink], _ resolver: Resolver) -> LoweredTrees? {
    guard !sinks.isEmpty else { return nil }
    let optimizer = Optimizer(options: resolver.options.optimizer, timeZone: resolver.options.zone)
    let optimised = optimizer.optimise(sinks.map(\.relation))
    var lowering = Lowering(
      name: resolver.fileOwner, source: resolver.source, timeZone: resolver.options.timeZone,
      enabled: resolver.options.optimizer.enabled)
    lowering.scannedForErrors = resolver.declaredStreams
    return lowering.lower(optimised)
  }

  /// The file names in quotes that the text reads as relations, or declares as sources without columns: whoever compiles
  /// infers their schemas and puts them into `Catalog.files`.
  package static func referencedFiles(_ script: Script) -> [String] {
    var finder = FileFinder()
    for statement in script.statements { finder.visit(statement) }
    return finder.paths
  }

  /// What is known of a name: for DESCRIBE and completion.
  package static func describe(
    _ name: String, catalog: Catalog, options: CompileOptions = CompileOptions()
  ) -> ObjectDescription? {
    let source = SourceText(name: "<describe>", text: name)
    let resolver = Resolver(catalog: catalog, options: options, source: source)
    let parts = name.split(separator: ".").map { Identifier(text: String($0), span: source.span) }
    guard !parts.isEmpty else { return nil }
    do throws(CompileError) {
      return try resolver.describe(QualifiedName(parts: parts, span: source.span))
    } catch {
      return nil
    }
  }

  /// Every code of this target with its rule and examples.
  package static var diagnostics: [DiagnosticDescription] { Codes.all }
}
