// The resolver: a statement's tree and a catalog to relations. This file holds what it knows while it works and how it
// reports; the operators stand in files of their own. It never stops at the first error: an operator that cannot be
// resolved is reported, and the rest of the query is read as far as it does not depend on it.

import Plan
import Syntax
import Values

typealias SyntaxExpression = Syntax.Expression

/// Why something did not resolve.
enum CompileError: Error {
  case diagnostic(Diagnostic)
  /// It was reported already, here or by the parser.
  case reported
}

/// Names that a query sees beside the catalog, and the pipeline it belongs to.
struct Environment {
  /// WITH names and table parameters, by folded name.
  var tables: [String: ResolvedQuery] = [:]
  /// Scalar parameters of a function being inlined, by folded name.
  var parameters: [String: TypedExpression] = [:]
  /// Whose operators these are.
  var owner: String
  /// Views and functions being inlined, outermost first, to refuse recursion.
  var expanding: [String] = []
  /// Sink operators may stand only at the end of the outermost query.
  var allowsTerminal = true
  /// Where to point in the user's text when the body is from another text.
  var callSite: SourceSpan?
  /// The row around the subquery that is resolved.
  var outer: OuterRow?
}

/// A sink with the relation that feeds it, in the order of the text.
struct ResolvedSink {
  var relation: Relation
  /// Whether the statement is a bare query that prints.
  var isResult: Bool
}

final class Resolver {
  var catalog: Catalog
  var options: CompileOptions
  let source: SourceText
  let fileOwner: String
  private(set) var diagnostics: [Diagnostic] = []
  /// Relations of pipelines and streams of this text by owner, for their side streams.
  var ownedRelations: [String: [Relation]] = [:]
  /// Sinks that a FORK, TEE or ROUTE in the current statement feeds.
  var extraSinks: [ResolvedSink] = []
  /// Names whose definition in this text has an error, folded: what refers to them has no error of its own.
  var misdefined: Set<String> = []
  /// Names defined in this text, so that side streams of others are read from their topics.
  var definedHere: Set<String> = []
  /// Statements being resolved nest; the limit keeps a view of views from exhausting the stack.
  var depth = 0
  static let maximumDepth = 100

  init(catalog: Catalog, options: CompileOptions, source: SourceText) {
    self.catalog = catalog
    self.options = options
    self.source = source
    fileOwner = options.name ?? Resolver.baseName(of: source.name)
  }

  /// The file's name without folder and extension: what its unnamed statements belong to.
  static func baseName(of name: String) -> String {
    let last = name.split(separator: "/").last.map(String.init) ?? name
    let stem = last.hasSuffix(".pipe") ? String(last.dropLast(5)) : last
    return stem.isEmpty || stem.hasPrefix("<") ? "query" : stem
  }

  func report(_ diagnostic: Diagnostic) {
    guard !diagnostics.contains(diagnostic) else { return }
    var reported = diagnostic
    if options.strict, reported.severity == .warning, reported.code == "W2001" { reported.severity = .error }
    diagnostics.append(reported)
  }

  /// Takes back what a trial reported.
  func forget(diagnosticsAfter count: Int) {
    diagnostics.removeLast(max(0, diagnostics.count - count))
  }

  func report(_ error: CompileError) {
    if case .diagnostic(let diagnostic) = error { report(diagnostic) }
  }

  /// The declared streams by name, for side streams of those that no query reads.
  var declaredStreams: [String: StreamDefinition] {
    catalog.entries.compactMapValues { entry in if case .stream(let stream) = entry { stream } else { nil } }
  }

  var hasErrors: Bool { diagnostics.contains(where: \.isError) }

  /// A diagnostic as an error to throw.
  func failure(
    _ description: DiagnosticDescription, _ message: String, at span: SourceSpan, label: String = "",
    _ adorn: (Diagnostic) -> Diagnostic = { $0 }
  ) -> CompileError {
    .diagnostic(adorn(Diagnostic(description, message, at: span, label: label)))
  }

  /// The range that the plan keeps for a span: in the user's text, or where the user named the body that it is in.
  func range(_ span: SourceSpan, _ environment: Environment) -> TextRange? {
    if span.source == source.id { return TextRange(start: span.start, end: span.end) }
    guard let site = environment.callSite, site.source == source.id else { return nil }
    return TextRange(start: site.start, end: site.end)
  }

  func span(_ range: TextRange?) -> SourceSpan? {
    range.map { SourceSpan(start: $0.start, end: $0.end, source: source.id) }
  }

  /// Runs `body` for each element, reports what fails, and fails at the end if anything did.
  func collecting<Element, Result>(
    _ elements: [Element], _ body: (Element) throws(CompileError) -> Result
  ) throws(CompileError) -> [Result] {
    var results: [Result] = []
    var failed = false
    for element in elements {
      do throws(CompileError) {
        results.append(try body(element))
      } catch {
        report(error)
        failed = true
      }
    }
    if failed { throw .reported }
    return results
  }

  func notSupported(_ construct: String, at span: SourceSpan, help: String? = nil) -> CompileError {
    failure(
      Codes.notSupported, "\(construct) is in the language, but this version does not run it yet", at: span,
      label: "not supported yet"
    ) { diagnostic in help.map { diagnostic.help($0) } ?? diagnostic }
  }
}
