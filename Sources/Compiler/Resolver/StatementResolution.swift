// Statements in the order of the text: definitions change the catalog for those after them, queries become sinks. In:
// statements. Out: what each is, and the sinks with the relations that feed them.

import Plan
import Syntax
import Values

final class StatementResolution {
  let resolver: Resolver
  private(set) var sinks: [ResolvedSink] = []
  private(set) var statements: [CompiledStatement] = []
  /// A statement that did not even parse: the text cannot run.
  private(set) var isBroken = false

  init(_ resolver: Resolver) { self.resolver = resolver }

  func resolve(_ statement: Statement) {
    do throws(CompileError) {
      try resolveStatement(statement)
    } catch {
      if case .reported = error, !resolver.hasErrors { isBroken = true }
      if let name = definedName(statement) { resolver.misdefined.insert(Scope.folded(name)) }
      resolver.report(error)
    }
  }

  private func resolveStatement(_ statement: Statement) throws(CompileError) {
    switch statement.kind {
    case .createType, .createTopic, .createRelation, .createView, .createSink, .createFunction, .createTableFunction:
      try define(statement)
    case .createPipeline(let create): try pipeline(create, at: statement.span)
    case .insert(let insert): statements.append(.insert(sinks: try self.insert(insert)))
    case .statementSet(let set):
      var positions: [Int] = []
      for insert in set.inserts { positions += try self.insert(insert) }
      statements.append(.insert(sinks: positions))
    case .explain(let explain): try self.explain(explain, at: statement.span)
    case .describe(let name): statements.append(.describe(try resolver.describe(name)))
    case .show(let show): try self.show(show)
    case .drop(let drop): try self.drop(drop, at: statement.span)
    case .set(let set): try self.set(set, at: statement.span)
    case .test(let test): statements.append(.test(test, statement.span))
    case .query(let query):
      let (positions, isResult) = try run(query, owner: resolver.fileOwner)
      statements.append(isResult ? .query(sinks: positions) : .insert(sinks: positions))
    case .error: throw .reported
    }
  }

  /// The name by which later statements would read what this one defines.
  private func definedName(_ statement: Statement) -> String? {
    switch statement.kind {
    case .createRelation(let create): create.name.text
    case .createView(let create): create.name.text
    case .createPipeline(let create): create.name.text
    case .createSink(let create): create.name.text
    case .createType, .createTopic, .createFunction, .createTableFunction, .insert, .statementSet, .explain, .describe,
      .show, .drop, .set, .test, .query, .error:
      nil
    }
  }

  private func define(_ statement: Statement) throws(CompileError) {
    let change = try resolver.change(of: statement)
    resolver.catalog = resolver.catalog.applying(change)
    switch change {
    case .define(let entry):
      resolver.definedHere.insert(entry.name)
      statements.append(.definition(kind: entry.kind, name: entry.name))
      if resolver.options.keepsViews, case .query(let query) = entry,
        let sink = try resolver.keptView(query, statement.span)
      {
        sinks.append(ResolvedSink(relation: sink, isResult: false))
      }
    case .defineType(let name, _): statements.append(.definition(kind: "type", name: name))
    case .defineFunction(let function): statements.append(.definition(kind: "function", name: function.name))
    case .defineTableFunction(let function):
      statements.append(.definition(kind: "table function", name: function.name))
    case .defineTopic(let topic): statements.append(.createTopic(topic))
    case .drop, .dropType, .dropFunction, .dropTopic, .set: break
    }
  }

  /// Adds the sinks of a query to those that run; true when it ends in none and so prints its rows.
  private func run(_ query: Query, owner: String) throws(CompileError) -> (positions: [Int], isResult: Bool) {
    let resolved = try resolver.runnable(query, owner: owner)
    let first = sinks.count
    sinks += resolved.sinks
    return (Array(first..<sinks.count), resolved.isResult)
  }

  private func pipeline(_ create: CreatePipeline, at span: SourceSpan) throws(CompileError) {
    let name = create.name.text
    _ = try DeclarationOptions(create.options, known: DeclarationOptions.ofPipelines, resolver)
    try resolver.requireFree(create.name, orReplace: create.orReplace)
    resolver.definedHere.insert(name)
    let definition = QueryDefinition(name: name, kind: .pipeline, query: create.query)
    resolver.catalog = resolver.catalog.applying(.define(.query(definition)))
    let (positions, _) = try run(create.query, owner: name)
    statements.append(.pipeline(name: name, sinks: positions))
  }

  private func insert(_ insert: InsertStatement) throws(CompileError) -> [Int] {
    let first = sinks.count
    sinks += try resolver.runnable(insert, owner: resolver.fileOwner)
    return Array(first..<sinks.count)
  }

  private func explain(_ explain: ExplainStatement, at span: SourceSpan) throws(CompileError) {
    if explain.kind == .analyze || explain.kind == .ast {
      throw resolver.notSupported("EXPLAIN \(explain.kind?.rawValue ?? "")", at: span)
    }
    let explained: [ResolvedSink]
    switch explain.subject {
    case .query(let query): explained = try resolver.runnable(query, owner: resolver.fileOwner).sinks
    case .insert(let insert): explained = try resolver.runnable(insert, owner: resolver.fileOwner)
    case .name(let name):
      let environment = Environment(owner: resolver.fileOwner)
      let relation = try resolver.relation(named: name, environment)
      explained = [ResolvedSink(relation: resolver.printing(relation, environment), isResult: true)]
    }
    guard !resolver.hasErrors, let dataflow = Compiler.lower(explained, resolver)?.dataflow else { return }
    let trees = explained.map { RelationPrinter().text($0.relation) }.joined(separator: "\n")
    statements.append(.explain(explain.kind, dataflow, relation: trees))
  }

  private func show(_ show: ShowStatement) throws(CompileError) {
    let what = show.what.text.uppercased()
    let catalog = resolver.catalog
    func entries(_ kinds: String...) -> [String] { catalog.listing.filter { kinds.contains($0.kind) }.map(\.name) }
    let names: [String]
    switch what {
    case "STREAMS": names = entries("stream")
    case "VIEWS": names = entries("view", "materialized view")
    case "SINKS": names = entries("sink")
    case "PIPELINES": names = entries("pipeline")
    case "TABLES", "RELATIONS": names = entries("stream", "table", "view", "materialized view", "pipeline")
    case "TYPES": names = catalog.types.keys.sorted()
    case "TOPICS": names = catalog.topics.keys.sorted()
    case "FUNCTIONS":
      let own = Array(catalog.functions.keys) + Array(catalog.tableFunctions.keys)
      let library = FunctionLibrary.scalar.functions.map(\.name) + AggregateLibrary.functions.map(\.name)
      names = (own + library).sorted()
    default:
      let known = ["STREAMS", "VIEWS", "SINKS", "PIPELINES", "TABLES", "TYPES", "TOPICS", "FUNCTIONS"]
      throw resolver.failure(
        Codes.unknownOption, "SHOW \(what): there is nothing of that kind\(resolver.suggestion(for: what, in: known))",
        at: show.what.span
      ) { $0.note("there are \(known.joined(separator: ", "))").suggesting(show.what, from: known) }
    }
    let pattern = show.pattern?.value
    statements.append(.show(what: what, names: names.filter { pattern.map(LikePattern.init)?.matches($0) ?? true }))
  }

  private func drop(_ drop: DropStatement, at span: SourceSpan) throws(CompileError) {
    let name: String
    switch drop.target {
    case .name(let written): name = written.text
    case .string(let written): name = written.value
    }
    guard let change = resolver.removal(of: name, kind: drop.kind) else {
      if drop.ifExists { return }
      throw resolver.failure(
        Codes.unknownRelation, "there is no \(drop.kind.rawValue.lowercased()) `\(name)` to drop", at: span)
    }
    resolver.catalog = resolver.catalog.applying(change)
    statements.append(
      drop.kind == .topic ? .dropTopic(name) : .drop(kind: drop.kind.rawValue.lowercased(), name: name))
  }

  private func set(_ set: SetStatement, at span: SourceSpan) throws(CompileError) {
    let key = set.key.text.lowercased()
    let known = ["idle_after", "max_ahead", "parallelism", "strict", "time_zone"]
    guard known.contains(key) else {
      throw resolver.failure(
        Codes.unknownOption, "there is no setting '\(key)'\(resolver.suggestion(for: key, in: known))", at: span
      ) { $0.note("the settings are \(known.map { "'\($0)'" }.joined(separator: ", "))") }
    }
    let context = ExpressionContext(constantIn: "SET", Environment(owner: resolver.fileOwner))
    let value = try resolver.literal(set.value, context)
    guard case .literal(let constant) = value.kind else { return }
    switch key {
    case "time_zone":
      guard let zone = constant.text, TimeZoneRules(zone) != nil else {
        throw resolver.failure(Codes.unknownOption, "'time_zone' is a zone such as 'Europe/Berlin'", at: set.value.span)
      }
      resolver.options.timeZone = zone
    case "strict":
      resolver.options.strict = constant == .bool(true) || constant.text == "true"
    case "idle_after", "max_ahead":
      _ = try resolver.length(constant.text ?? "", key, at: set.value.span)
    default:
      guard case .int(let workers) = constant, (1...16).contains(workers) else {
        throw resolver.failure(Codes.unknownOption, "'parallelism' is a number from 1 to 16", at: set.value.span)
      }
    }
    resolver.catalog = resolver.catalog.applying(.set(key, constant))
    statements.append(.set(key, constant))
  }
}

/// A LIKE pattern over names: `%` for any text, `_` for one character.
struct LikePattern {
  private let pattern: [Character]

  init(_ text: String) { pattern = Array(text.lowercased()) }

  func matches(_ name: String) -> Bool { matches(pattern[...], Array(name.lowercased())[...]) }

  private func matches(_ pattern: ArraySlice<Character>, _ text: ArraySlice<Character>) -> Bool {
    guard let first = pattern.first else { return text.isEmpty }
    if first == "%" {
      return matches(pattern.dropFirst(), text) || (!text.isEmpty && matches(pattern, text.dropFirst()))
    }
    guard let character = text.first, first == "_" || first == character else { return false }
    return matches(pattern.dropFirst(), text.dropFirst())
  }
}
