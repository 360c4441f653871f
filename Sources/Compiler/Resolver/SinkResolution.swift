// INSERT INTO in both surfaces, LATE INTO and ON ERROR INTO: rows of a relation to the declared columns of a sink. In: a
// relation and a target. Out: a sink node whose input has exactly the sink's columns, or what does not fit.

import Plan
import Syntax
import Values

extension Resolver {
  func sink(named name: QualifiedName) throws(CompileError) -> SinkDefinition {
    if let sink = catalog.sink(named: name.text) { return sink }
    if let entry = catalog.entry(named: name.text) {
      throw failure(
        Codes.wrongKind, "`\(entry.name)` is a \(entry.kind), and rows can be written to sinks only", at: name.span
      ) { $0.help("declare one: CREATE SINK … TO TOPIC '…' FORMAT JSON") }
    }
    let names = catalog.listing.compactMap { entry in
      if case .sink(let sink) = entry { sink.name } else { nil as String? }
    }
    if misdefined.contains(Scope.folded(name.text)) { throw .reported }
    throw failure(
      Codes.unknownRelation, "there is no sink `\(name.text)`\(suggestion(for: name.text, in: names))", at: name.span
    ) { diagnostic in
      names.isEmpty || NameSuggestion.nearest(to: name.text, in: names) == nil
        ? diagnostic.help("declare it: CREATE SINK \(name.text) TO TOPIC '\(name.text)' FORMAT JSON")
        : diagnostic.fix(
          "a similar name exists", replacing: name.span,
          with: NameSuggestion.nearest(to: name.text, in: names) ?? name.text, .maybeIncorrect)
    }
  }

  func insert(
    _ input: ResolvedQuery, _ insert: PipeInsert, at span: SourceSpan, _ environment: Environment
  ) throws(CompileError) -> ResolvedQuery {
    let result = try self.insert(input, into: insert.target, insert.columns, at: span, environment)
    if let action = insert.onConflict { try checkConflicts(result.relation, action, at: span) }
    return result
  }

  func insert(
    _ input: ResolvedQuery, into target: QualifiedName, _ columns: [Identifier], at span: SourceSpan,
    _ environment: Environment
  ) throws(CompileError) -> ResolvedQuery {
    if input.scope.isUncertain { throw .reported }
    let sink = try self.sink(named: target)
    let relation = input.finished
    let schema = sink.schema ?? relation.schema
    let verb = "INSERT INTO \(sink.name)"
    let positions = try targets(columns, of: schema, relation, verb: verb, at: target.span)
    if columns.isEmpty, sink.schema != nil { warnAboutOrder(relation.schema, schema, sink.name, at: target.span) }
    let items = try collecting(Array(schema.fields.enumerated())) { (entry) throws(CompileError) -> NamedExpression in
      let (position, field) = entry
      guard let source = positions.firstIndex(of: position) else {
        guard field.nullable else {
          throw self.failure(
            Codes.lossyAssignment, "\(verb): `\(field.name)` is NOT NULL and gets no value", at: target.span)
        }
        return NamedExpression(field.name, .literal(.null, field.type))
      }
      let value = TypedExpression.column(source, relation.schema[source])
      let written = self.writtenExpression(source, of: relation) ?? target.span
      return NamedExpression(field.name, try self.assigned(value, to: field, verb: verb, at: written))
    }
    let output = relation.isIdentity(items) ? relation : relation.projected(items, range: range(span, environment))
    let description = try self.description(of: sink, schema: schema, at: target.span)
    try checkChanges(output, into: sink, description, at: target.span)
    var result = input
    result.relation = Relation(.sink(output, description), owner: environment.owner, range: range(span, environment))
    result.isTerminated = true
    return result
  }

  /// Where the user wrote the expression of a column, if the query's last operator computes it.
  private func writtenExpression(_ column: Int, of relation: Relation) -> SourceSpan? {
    guard case .project(_, let items) = relation.node, items.indices.contains(column) else { return nil }
    return span(items[column].expression.range)
  }

  /// The declared column that each column of the query goes to.
  private func targets(
    _ columns: [Identifier], of schema: Schema, _ relation: Relation, verb: String, at span: SourceSpan
  ) throws(CompileError) -> [Int] {
    let expected = columns.isEmpty ? schema.count : columns.count
    guard relation.schema.count == expected else {
      throw failure(
        Codes.columnCount, "\(verb): the query gives \(relation.schema.count) columns, and \(expected) are expected",
        at: span
      ) {
        $0.note("the query gives \(relation.schema)").note("the sink takes \(schema)")
          .help("end the query with a SELECT of the columns that the sink takes, in its order")
      }
    }
    guard !columns.isEmpty else { return Array(schema.fields.indices) }
    let declared = schema.fields.enumerated().map { ScopeColumn(name: $1.name, index: $0) }
    var seen: Set<Int> = []
    return try collecting(columns) { (name) throws(CompileError) -> Int in
      guard let match = Scope.matches(name.text, in: declared).first else {
        let names = schema.fields.map(\.name)
        throw self.failure(
          Codes.unknownColumn, "the sink has no column `\(name.text)`\(self.suggestion(for: name.text, in: names))",
          at: name.span
        ) { $0.note("its columns are \(self.listing(names))").suggesting(name, from: names) }
      }
      guard seen.insert(match.index).inserted else {
        throw self.failure(Codes.duplicateName, "`\(name.text)` is named twice", at: name.span)
      }
      return match.index
    }
  }

  /// INSERT goes by position: the same names in another order are hardly meant.
  private func warnAboutOrder(_ given: Schema, _ taken: Schema, _ sink: String, at span: SourceSpan) {
    let names = given.fields.map { Scope.folded($0.name) }
    let wanted = taken.fields.map { Scope.folded($0.name) }
    guard names != wanted, Set(names) == Set(wanted), Set(names).count == names.count else { return }
    report(
      Diagnostic(
        Codes.orderOfColumns,
        "columns go into `\(sink)` by position, and the query has the same names in another order", at: span
      )
      .fix(
        "name the columns", inserting: " (\(given.fields.map(\.name).joined(separator: ", ")))", after: span,
        .maybeIncorrect))
  }

  func description(
    of sink: SinkDefinition, schema: Schema, at span: SourceSpan
  ) throws(CompileError) -> SinkDescription {
    let columns = schema.fields.enumerated().map { ScopeColumn(name: $1.name, index: $0) }
    func positions(_ names: [String]) throws(CompileError) -> [Int] {
      try names.map { (name) throws(CompileError) in
        guard let match = Scope.matches(name, in: columns).first else {
          throw self.failure(Codes.unknownColumn, "the sink's key `\(name)` is no column of the query", at: span)
        }
        return match.index
      }
    }
    return SinkDescription(
      name: sink.name, place: sink.place, format: sink.format, keyColumns: try positions(sink.keyColumns),
      primaryKey: try positions(sink.primaryKey))
  }

  /// A sink without a primary key takes rows that are never changed; one with it takes changes of that key.
  private func checkChanges(
    _ relation: Relation, into sink: SinkDefinition, _ description: SinkDescription, at span: SourceSpan
  ) throws(CompileError) {
    let mode = relation.properties.mode
    if mode == .append || sink.format.saysChanges { return }
    let origin = updatingOperator(relation).flatMap { self.span($0.range) }
    func adorned(_ diagnostic: Diagnostic) -> Diagnostic {
      origin.map { diagnostic.labelled($0, "this operator changes rows that it has given") } ?? diagnostic
    }
    guard case .upsert(let key) = mode else {
      throw failure(
        Codes.sinkKey, "the rows that go into `\(sink.name)` are taken back whole, and no column says which", at: span
      ) {
        adorned($0).help("keep the columns by which the aggregate groups")
          .help("or write each change: FORMAT CHANGELOG JSON in the sink's declaration")
      }
    }
    let window = relation.properties.window
    func normalised(_ columns: [Int]) -> Set<Int> {
      Set(
        columns.map { column in
          guard let window, [window.start, window.end, window.time].contains(column) else { return column }
          return window.start
        })
    }
    if !description.primaryKey.isEmpty, normalised(description.primaryKey) == normalised(key) { return }
    let names = key.map { relation.schema[$0].name }.joined(separator: ", ")
    let wanted = names.isEmpty ? "one row only" : names
    let message =
      description.primaryKey.isEmpty
      ? "`\(sink.name)` takes rows that are never changed, and these are changed by \(wanted)"
      : "`\(sink.name)` has PRIMARY KEY (\(sink.primaryKey.joined(separator: ", "))), and the rows are changed by \(wanted)"
    throw failure(Codes.sinkKey, message, at: span) { diagnostic in
      var result = adorned(diagnostic)
      if !names.isEmpty { result = result.help("declare the sink with PRIMARY KEY (\(names))") }
      result = result.help(
        "or write each change, and what it replaces: FORMAT CHANGELOG JSON in the sink's declaration")
      if window != nil { result = result.help("or write EMIT FINAL: each window then gives its rows once") }
      return result
    }
  }

  /// ON CONFLICT: what happens where several rows of the query are one row of the sink. With the keys of the rows and the
  /// sink the same there are none; rows that are only added replace each other, which is what DEDUPLICATE asks for.
  func checkConflicts(
    _ relation: Relation, _ action: ConflictAction, at span: SourceSpan
  ) throws(CompileError) {
    guard case .sink(let input, let sink) = relation.node else { return }
    guard !sink.primaryKey.isEmpty else {
      throw failure(
        Codes.sinkKey, "ON CONFLICT: `\(sink.name)` has no PRIMARY KEY, so no two rows are in conflict", at: span
      ) { $0.help("leave it out, or declare the sink with PRIMARY KEY (…)") }
    }
    // An updating query was checked: its rows have the sink's key.
    if input.properties.mode != .append { return }
    let isUnique = input.properties.keys.contains { Set($0).isSubset(of: Set(sink.primaryKey)) }
    if action == .deduplicate || isUnique { return }
    throw notSupported(
      "ON CONFLICT DO \(action.rawValue)", at: span,
      help: "ON CONFLICT DO DEDUPLICATE keeps the last row of each key, as a sink with a PRIMARY KEY does anyhow")
  }

  /// LATE INTO: the sink's columns by name from the rows that the window reads.
  func lateSink(_ late: LateRows, _ input: ResolvedQuery, at span: SourceSpan) throws(CompileError) -> LateRows {
    guard case .sink(let sink) = late, let schema = sink.schema else { return late }
    _ = try byName(input.relation, to: schema, sink.name, columns: input.scope.columns, at: span)
    return late
  }

  /// The columns of `schema` by name, from visible columns of a relation.
  func byName(
    _ relation: Relation, to schema: Schema, _ sink: String, columns: [ScopeColumn], at span: SourceSpan
  ) throws(CompileError) -> [NamedExpression] {
    try schema.fields.map { (field) throws(CompileError) -> NamedExpression in
      guard let match = Scope.matches(field.name, in: columns).first else {
        guard field.nullable else {
          throw self.failure(
            Codes.lossyAssignment, "`\(sink)` needs a column `\(field.name)`, which is NOT NULL and not in these rows",
            at: span)
        }
        return NamedExpression(field.name, .literal(.null, field.type))
      }
      let value = TypedExpression.column(match.index, relation.schema[match.index])
      return NamedExpression(field.name, try self.assigned(value, to: field, verb: "INTO \(sink)", at: span))
    }
  }
}
