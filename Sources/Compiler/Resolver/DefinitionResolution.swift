// CREATE statements to changes of the catalog, and queries to what runs. In: a definition's tree. Out: the change, after
// the body was checked as far as it can be on its own. Nothing is changed here.

import Plan
import Syntax
import Values

extension Resolver {
  func requireFree(_ name: QualifiedName, orReplace: Bool) throws(CompileError) {
    if name.parts.count > 1 {
      throw failure(Codes.invalidDeclaration, "a name is one word: `\(name.text)` has a dot", at: name.span) {
        $0.help("write it in backquotes, or use an underscore")
      }
    }
    guard !orReplace, let entry = catalog.entry(named: name.text) else { return }
    throw failure(Codes.duplicateName, "there is a \(entry.kind) `\(entry.name)` already", at: name.span) {
      $0.help("choose another name, or write CREATE OR REPLACE")
    }
  }

  func change(of statement: Statement) throws(CompileError) -> Catalog.Change {
    switch statement.kind {
    case .createType(let create): return .defineType(create.name.text, try type(create.type))
    case .createTopic(let create): return .defineTopic(try topic(create))
    case .createRelation(let create): return try relation(create, at: statement.span)
    case .createView(let create):
      try requireFree(create.name, orReplace: create.orReplace)
      let kind: QueryDefinition.Kind = create.isMaterialized ? .materializedView : .view
      return try query(
        create.query, named: create.name, kind, columns: create.columns, at: statement.span)
    case .createSink(let create):
      try requireFree(create.name, orReplace: create.orReplace)
      return .define(.sink(try sink(create, at: statement.span)))
    case .createFunction(let create): return .defineFunction(try function(create, at: statement.span))
    case .createTableFunction(let create):
      return .defineTableFunction(try tableFunction(create, at: statement.span))
    case .createPipeline, .insert, .statementSet, .explain, .describe, .show, .drop, .set, .test, .query, .error:
      throw .reported
    }
  }

  private func topic(_ create: CreateTopic) throws(CompileError) -> TopicDefinition {
    _ = try DeclarationOptions(create.options, known: [], self)
    let partitions = try create.partitions.map { (number) throws(CompileError) -> Int in
      guard let value = number.value, (1...10_000).contains(value) else {
        throw self.failure(Codes.invalidDeclaration, "a topic has 1 to 10000 partitions", at: number.span)
      }
      return Int(value)
    }
    let retention = try create.retention.map { (d) throws(CompileError) in try self.duration(d, clause: "RETENTION") }
    return TopicDefinition(name: create.topic.value, partitions: partitions, retention: retention)
  }

  private func relation(_ create: CreateRelation, at span: SourceSpan) throws(CompileError) -> Catalog.Change {
    try requireFree(create.name, orReplace: create.orReplace)
    guard let query = create.query else { return .define(.stream(try stream(create, at: span))) }
    if let source = create.source {
      throw failure(
        Codes.invalidDeclaration, "a stream is read from a place or made by a query, not both", at: source.span)
    }
    if create.kind == .table { return try derivedTable(create, query, at: span) }
    if let element = create.elements.first {
      throw notSupported("columns of a stream made by a query", at: element.span)
    }
    return try self.query(query, named: create.name, .stream, columns: [], at: span)
  }

  /// A query by name: resolved once to check it, again wherever it is read.
  func query(
    _ query: Query, named name: QualifiedName, _ kind: QueryDefinition.Kind, columns: [Identifier],
    primaryKey: [Identifier] = [], at span: SourceSpan
  ) throws(CompileError) -> Catalog.Change {
    var environment = Environment(owner: name.text)
    environment.expanding = [name.text]
    var relation = try resolveSubquery(query, environment)
    if !columns.isEmpty { relation = try renamed(relation, to: columns, at: name.span) }
    try checkUnique(relation.schema, at: name.span)
    if kind == .table {
      _ = try keyed(relation, by: primaryKey.map { ($0.text, $0.span) }, of: name.text, at: name.span)
    }
    if kind == .stream, relation.properties.mode != .append {
      let origin = updatingOperator(relation).flatMap { self.span($0.range) }
      throw failure(
        Codes.needsAppend, "a STREAM has rows that are never changed, and this query changes them", at: name.span
      ) { diagnostic in
        let labelled =
          origin.map { diagnostic.labelled($0, "this operator changes rows that it has given") } ?? diagnostic
        return labelled.help("write EMIT FINAL after the windowed aggregate, or CREATE VIEW instead")
      }
    }
    return .define(
      .query(
        QueryDefinition(
          name: name.text, kind: kind, query: query, columns: columns.map(\.text), primaryKey: primaryKey.map(\.text),
          range: range(span, environment))))
  }

  private func checkUnique(_ schema: Schema, at span: SourceSpan) throws(CompileError) {
    var seen: Set<String> = []
    for field in schema.fields where !seen.insert(field.name).inserted {
      throw failure(Codes.duplicateName, "two columns are called `\(field.name)`", at: span) {
        $0.help("give one another name with AS")
      }
    }
  }

  private func function(_ create: CreateFunction, at span: SourceSpan) throws(CompileError) -> ScalarFunctionDefinition
  {
    let exists =
      FunctionLibrary.scalar.function(create.name.text) != nil
      || AggregateLibrary.function(named: create.name.text) != nil
    guard !exists else {
      throw failure(
        Codes.duplicateName, "there is a function `\(create.name.text)` in the library already", at: create.name.span)
    }
    guard create.orReplace || catalog.function(named: create.name.text) == nil else {
      throw failure(Codes.duplicateName, "there is a function `\(create.name.text)` already", at: create.name.span) {
        $0.help("choose another name, or write CREATE OR REPLACE")
      }
    }
    let parameters = try collecting(create.parameters) { (parameter) throws(CompileError) -> Field in
      guard case .scalar(let name) = parameter.kind else {
        throw self.failure(
          Codes.invalidDeclaration, "a TABLE parameter belongs to CREATE TABLE FUNCTION", at: parameter.span)
      }
      return Field(parameter.name.text, try self.type(name))
    }
    var environment = Environment(owner: create.name.text)
    environment.expanding = [create.name.text]
    for (position, field) in parameters.enumerated() {
      environment.parameters[Scope.folded(field.name)] = .column(position, field)
    }
    let body =
      create.isAggregate
      ? try checkedAggregateBody(create.body, named: create.name.text, environment)
      : try typed(create.body, in: ExpressionContext(constantIn: "the body of a function", environment))
    let returns = try type(create.returns)
    _ = try assigned(body, to: Field(create.name.text, returns), verb: "RETURNS", at: create.body.span)
    if create.isDeterministic == true, let culprit = clockReader(body) {
      throw failure(
        Codes.invalidDeclaration,
        "the body calls \(culprit), whose result changes from call to call: it is not DETERMINISTIC",
        at: create.body.span)
    }
    return ScalarFunctionDefinition(
      isAggregate: create.isAggregate, name: create.name.text, parameters: parameters, returns: returns,
      body: create.body,
      range: range(span, environment))
  }

  /// The name of a function in the expression that may give another result for the same arguments.
  private func clockReader(_ expression: TypedExpression) -> String? {
    if case .call(let reference, _) = expression.kind,
      FunctionLibrary.scalar.function(reference.name)?.isDeterministic == false
    {
      return reference.name
    }
    return expression.children.lazy.compactMap(clockReader).first
  }

  private func tableFunction(
    _ create: CreateTableFunction, at span: SourceSpan
  ) throws(CompileError) -> TableFunctionDefinition {
    guard create.orReplace || catalog.tableFunction(named: create.name.text) == nil else {
      throw failure(
        Codes.duplicateName, "there is a table function `\(create.name.text)` already", at: create.name.span)
    }
    try checkBody(create, at: span)
    return TableFunctionDefinition(
      name: create.name.text, parameters: create.parameters, body: create.body,
      range: range(span, Environment(owner: create.name.text)))
  }

  /// The relation with the sink that prints it.
  func printing(_ relation: Relation, _ environment: Environment) -> Relation {
    let result = SinkDescription(name: environment.owner, place: .standard, format: .json, isResult: true)
    return Relation(.sink(relation, result), owner: environment.owner, range: relation.range)
  }

  /// A query as it runs: its own sinks, or one that prints.
  func runnable(_ query: Query, owner: String) throws(CompileError) -> (sinks: [ResolvedSink], isResult: Bool) {
    extraSinks = []
    defer { extraSinks = [] }
    let environment = Environment(owner: owner, expanding: owner == fileOwner ? [] : [owner])
    let resolved = try resolve(query, environment)
    if resolved.scope.isUncertain { throw .reported }
    var sinks = extraSinks
    if case .sink = resolved.relation.node {
      sinks.append(ResolvedSink(relation: resolved.relation, isResult: false))
    } else if !resolved.isTerminated {
      sinks.append(ResolvedSink(relation: printing(resolved.finished, environment), isResult: true))
    }
    for sink in sinks {
      ownedRelations[owner, default: []].append(sink.relation)
      warnAboutJoins(in: sink.relation)
    }
    return (sinks, !resolved.isTerminated)
  }

  func runnable(_ insert: InsertStatement, owner: String) throws(CompileError) -> [ResolvedSink] {
    extraSinks = []
    defer { extraSinks = [] }
    let environment = Environment(owner: owner)
    let query = try resolve(insert.query, environment)
    let output = try self.insert(query, into: insert.target, insert.columns, at: insert.span, environment)
    if let action = insert.onConflict { try checkConflicts(output.relation, action, at: insert.span) }
    let sinks = extraSinks + [ResolvedSink(relation: output.relation, isResult: false)]
    for sink in sinks {
      ownedRelations[owner, default: []].append(sink.relation)
      warnAboutJoins(in: sink.relation)
    }
    return sinks
  }

  func removal(of name: String, kind: DropStatement.Kind) -> Catalog.Change? {
    switch kind {
    case .stream, .table, .view, .materializedView, .sink, .pipeline:
      guard let entry = catalog.entry(named: name) else {
        guard let kept = catalog.keptView(named: name), [.table, .view, .materializedView].contains(kind) else {
          return nil
        }
        return .drop(kept.name)
      }
      let wanted = kind.rawValue.lowercased()
      // A TABLE without a primary key is a stream.
      let isMeant =
        entry.kind == wanted || (kind == .view && entry.kind == "materialized view")
        || (kind == .table && entry.kind == "stream")
      return isMeant ? .drop(entry.name) : nil
    case .topic: return catalog.topics[name] != nil ? .dropTopic(name) : nil
    case .type: return catalog.types[name] != nil ? .dropType(name) : nil
    case .function: return catalog.functions[name] != nil ? .dropFunction(name) : nil
    case .tableFunction: return catalog.tableFunctions[name] != nil ? .dropFunction(name) : nil
    }
  }

  func describe(_ name: QualifiedName) throws(CompileError) -> ObjectDescription {
    let text = name.text
    if let sink = catalog.sink(named: text) { return .sink(sink) }
    if let entry = catalog.entry(named: text) {
      let relation = try relation(named: name, Environment(owner: fileOwner))
      return .relation(name: entry.name, kind: entry.kind, relation.properties)
    }
    if let type = catalog.type(named: text) { return .type(text, type) }
    if let function = catalog.function(named: text) { return .scalarFunction(function) }
    if let function = catalog.tableFunction(named: text) { return .tableFunction(function) }
    if let function = FunctionLibrary.scalar.function(text) { return .libraryFunction(function.name) }
    if let function = AggregateLibrary.function(named: text) { return .libraryFunction(function.name) }
    let relation = try relation(named: name, Environment(owner: fileOwner))
    return .relation(name: text, kind: "stream", relation.properties)
  }
}
