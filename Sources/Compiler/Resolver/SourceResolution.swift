// FROM: names, quoted files, subqueries and table functions to relations, joined from left to right. In: table references.
// Out: a relation with its range variables. The other things that a table may carry are refused by name.

import Plan
import Syntax
import Values

extension Resolver {
  func from(
    _ items: [FromItem], at span: SourceSpan, _ environment: Environment
  ) throws(CompileError) -> ResolvedQuery {
    guard let first = items.first else { throw .reported }
    var current: ResolvedQuery
    if let values = try outerValues(at: span, environment) {
      current = try beside(values, first, environment)
    } else {
      current = try fromItem(first, environment)
    }
    for item in items.dropFirst() { current = try self.comma(current, item, environment) }
    return current
  }

  private func fromItem(_ item: FromItem, _ environment: Environment) throws(CompileError) -> ResolvedQuery {
    var current = try table(item.table, environment)
    for join in item.joins { current = try self.join(current, join, at: join.span, environment) }
    return current
  }

  /// In a subquery: its first table with the values of the outer row, which its joins then see.
  private func beside(
    _ values: ResolvedQuery, _ item: FromItem, _ environment: Environment
  ) throws(CompileError) -> ResolvedQuery {
    if case .unnest = item.table.primary.kind { return try comma(values, item, environment) }
    var current = try pairs(values, try table(item.table, environment), at: item.span, environment)
    for join in item.joins { current = try self.join(current, join, at: join.span, environment) }
    return current
  }

  /// `a, b`: all pairs, until WHERE says which.
  private func comma(
    _ left: ResolvedQuery, _ item: FromItem, _ environment: Environment
  ) throws(CompileError) -> ResolvedQuery {
    if case .unnest = item.table.primary.kind {
      var current = try unnest(item.table, of: left, keepsEmpty: false, environment)
      for join in item.joins {
        if join.kind == .right || join.kind == .full {
          throw notSupported("\(join.kind.rawValue) after UNNEST in a list", at: join.span)
        }
        current = try self.join(current, join, at: join.span, environment)
      }
      return current
    }
    if case .subquery(let query, isLateral: true) = item.table.primary.kind {
      var current = try lateral(left, query, item.table, .inner, on: nil, at: item.span, environment)
      for join in item.joins { current = try self.join(current, join, at: join.span, environment) }
      return current
    }
    let right = try fromItem(item, environment)
    return try pairs(left, right, at: item.span, environment)
  }

  func table(_ table: TableReference, _ environment: Environment) throws(CompileError) -> ResolvedQuery {
    guard let suffix = table.suffix else { return try plainTable(table, environment) }
    let input = try plainTable(table, environment)
    guard input.correlations.isEmpty else {
      throw notSupported("this suffix of a query that reads an outer row", at: table.span)
    }
    let output: ResolvedQuery
    switch suffix {
    case .matchRecognize: throw notSupported("MATCH_RECOGNIZE", at: table.span)
    case .pivot(let pivot): output = try self.pivot(input, pivot, alias: nil, at: pivot.span, environment)
    case .unpivot(let unpivot): output = try self.unpivot(input, unpivot, alias: nil, at: unpivot.span, environment)
    case .sample(let sample): output = try self.sample(input, sample, environment)
    }
    guard let alias = table.suffixAlias else { return output }
    var relation = output.finished
    if !alias.columns.isEmpty { relation = try renamed(relation, to: alias.columns, at: alias.span) }
    return ResolvedQuery(relation: relation, scope: Scope(relation, alias: alias.name.text, producer: table.span))
  }

  /// The table before its suffix.
  private func plainTable(_ table: TableReference, _ environment: Environment) throws(CompileError) -> ResolvedQuery {
    if table.systemTime != nil { throw notSupported("FOR SYSTEM_TIME AS OF", at: table.span) }
    var relation: Relation
    var alias: String?
    var derived: ResolvedQuery?
    switch table.primary.kind {
    case .name(let name):
      relation = try self.relation(named: name, environment)
      alias = name.parts.last?.text
    case .file(let literal): relation = try file(literal, environment)
    case .subquery(let query, let isLateral):
      if isLateral {
        throw failure(Codes.misplaced, "LATERAL reads the rows on its left, and there are none", at: table.primary.span)
      }
      let query = try resolveDerived(query, environment)
      derived = query
      relation = query.relation
    case .function(let call, _, let isLateral):
      if isLateral { throw notSupported("LATERAL", at: table.primary.span) }
      relation = try tableFunction(call, input: nil, environment).finished
    case .unnest: return try unnest(table, of: nil, keepsEmpty: false, environment)
    case .error: throw .reported
    }
    if let written = table.alias {
      alias = written.name.text
      if !written.columns.isEmpty, derived?.correlations.isEmpty == false {
        throw notSupported("names for the columns of a query that reads an outer row", at: written.span)
      }
      if !written.columns.isEmpty { relation = try renamed(relation, to: written.columns, at: written.span) }
    }
    return named(derived, relation, alias, at: table.span)
  }

  /// A table's rows under its name; columns that only conditions on an outer row read stay out of sight.
  private func named(
    _ derived: ResolvedQuery?, _ relation: Relation, _ alias: String?, at span: SourceSpan
  ) -> ResolvedQuery {
    var output = ResolvedQuery(relation: relation, scope: Scope(relation, alias: alias, producer: span))
    guard let derived, !derived.correlations.isEmpty else { return output }
    output.correlations = derived.correlations
    output.scope.columns = derived.scope.columns
    output.scope.variables = alias.map { [RangeVariable(name: $0, columns: derived.scope.columns)] } ?? []
    return output
  }

  func relation(named name: QualifiedName, _ environment: Environment) throws(CompileError) -> Relation {
    let text = name.text
    if let bound = environment.tables[Scope.folded(text)] { return bound.relation }
    if let entry = catalog.entry(named: text) { return try relation(of: entry, at: name.span, environment) }
    if name.parts.count == 2, let stream = sideStream(name.parts[1].text) {
      return try side(of: name.parts[0], stream, at: name.span, environment)
    }
    if misdefined.contains(Scope.folded(text)) { throw .reported }
    if let kept = catalog.keptView(named: text) { return scan(kept, at: name.span, environment) }
    throw unknownRelation(name, environment)
  }

  private func relation(
    of entry: CatalogEntry, at span: SourceSpan, _ environment: Environment
  ) throws(CompileError) -> Relation {
    switch entry {
    case .stream(let stream): return scan(stream, at: span, environment)
    case .query(let query): return try inlined(query, at: span, environment)
    case .sink(let sink):
      throw failure(
        Codes.wrongKind, "`\(sink.name)` is a sink: rows go into it, none come out", at: span
      ) { diagnostic in
        guard case .topic(let topic) = sink.place else { return diagnostic }
        return diagnostic.help("to read what was written, declare a stream: CREATE STREAM … FROM TOPIC '\(topic)'")
      }
    }
  }

  func scan(_ stream: StreamDefinition, at span: SourceSpan, _ environment: Environment) -> Relation {
    let outputs = stream.columns.enumerated().map { ScanOutput(column: $0, field: $1.field) }
    let scan = StreamScan(stream: catalog.withSettings(stream), outputs: outputs, bounded: !options.follow)
    return Relation(.scan(scan), owner: stream.name, range: range(span, environment))
  }

  /// The query of a view, derived stream or pipeline, in place of its name.
  func inlined(
    _ query: QueryDefinition, at span: SourceSpan, _ environment: Environment
  ) throws(CompileError) -> Relation {
    guard !environment.expanding.contains(query.name) else {
      throw failure(Codes.recursion, "`\(query.name)` reads itself", at: span)
    }
    var inner = Environment(owner: query.name)
    inner.expanding = environment.expanding + [query.name]
    inner.callSite = span.source == source.id ? span : environment.callSite
    var relation = try resolveSubquery(query.query, inner)
    if !query.columns.isEmpty {
      let items = zip(relation.identityExpressions, query.columns).map { NamedExpression($1, $0.expression) }
      if items.count == relation.schema.count, !relation.isIdentity(items) { relation = relation.projected(items) }
    }
    if query.kind == .table {
      relation = try keyed(relation, by: query.primaryKey.map { ($0, span) }, of: query.name, at: span)
    }
    ownedRelations[query.name, default: []].append(relation)
    return relation
  }

  /// A file by its quoted name, with the schema that was found in it.
  private func file(_ literal: StringLiteral, _ environment: Environment) throws(CompileError) -> Relation {
    guard let file = catalog.files[literal.value] else {
      throw failure(
        Codes.unknownRelation, "the file `\(literal.value)` could not be read, so its columns are not known",
        at: literal.span)
    }
    let columns = file.schema.fields.map { StreamColumn(field: $0, origin: .value) }
    let stream = StreamDefinition(
      name: literal.value, columns: columns, place: .file(literal.value), format: file.format)
    return scan(stream, at: literal.span, environment)
  }

  private func unknownRelation(_ name: QualifiedName, _ environment: Environment) -> CompileError {
    let text = name.text
    let names =
      catalog.entries.keys.sorted() + catalog.kept.keys.sorted()
      + environment.tables.values.compactMap { $0.scope.variables.first?.name }
    return failure(
      Codes.unknownRelation, "there is no stream, view or file `\(text)`\(suggestion(for: text, in: names))",
      at: name.span
    ) { diagnostic in
      if let near = NameSuggestion.nearest(to: text, in: names) {
        return diagnostic.fix("a similar name exists", replacing: name.span, with: near, .maybeIncorrect)
      }
      if self.catalog.topics[text] != nil {
        return diagnostic.help(
          "there is a topic of that name: CREATE STREAM \(text) FROM TOPIC '\(text)' FORMAT JSON makes it readable")
      }
      return diagnostic.help("CREATE STREAM declares one; a file is named in quotes: FROM '\(text).jsonl'")
    }
  }
}
