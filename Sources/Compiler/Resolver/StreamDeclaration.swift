// CREATE STREAM over a topic or file: columns, metadata, computed columns, watermark, checks, place and format. In: the
// statement's tree, the registered schemas. Out: a `StreamDefinition` in which every expression is typed.

import Plan
import Syntax
import Values

extension Resolver {
  func stream(_ create: CreateRelation, at span: SourceSpan) throws(CompileError) -> StreamDefinition {
    let environment = Environment(owner: create.name.text)
    var options = try DeclarationOptions(create.options, known: DeclarationOptions.ofStreams, self)
    let place = try self.place(create.source, &options, of: create)
    var stream = StreamDefinition(
      name: create.name.text, columns: [], place: place.place, format: place.format, range: range(span, environment))
    try declareColumns(create, place: place, into: &stream, environment)
    let names = stream.columns.enumerated().map { ScopeColumn(name: $1.field.name, index: $0) }
    for element in create.elements {
      switch element.kind {
      case .column, .computedColumn: continue
      case .watermark(let declaration): try declare(declaration, in: &stream, environment)
      case .check(let check): try declare(check, in: &stream, environment)
      case .primaryKey(let key, _): stream.primaryKey = try keyPositions(key, names)
      }
    }
    stream.keyColumns = try keyPositions(create.source?.key ?? [], names)
    if create.kind == .stream, stream.format.saysChanges { throw changesInStream(create, stream) }
    if create.kind == .table, !stream.primaryKey.isEmpty || stream.format.saysChanges {
      try declareTable(create, &stream)
    }
    if let idle = options.idleAfter {
      guard stream.watermark != nil else {
        throw failure(
          Codes.invalidDeclaration, "'idle_after' needs a watermark to hold back, and `\(stream.name)` has none",
          at: create.name.span)
      }
      if stream.watermark?.idleAfter == nil { stream.watermark?.idleAfter = idle }
    }
    stream.maximumAhead = options.maximumAhead
    switch create.onError {
    case nil: break
    case .drop: stream.onError = .drop
    case .fail: stream.onError = .fail
    case .into(let name):
      let sink = try self.sink(named: name)
      try checkDeadLetters(sink, at: name.span)
      stream.onError = .sink(sink)
    }
    return stream
  }

  private func checkDeadLetters(_ sink: SinkDefinition, at span: SourceSpan) throws(CompileError) {
    guard let schema = sink.schema else { return }
    let relation = Relation(
      .side(SideScan(owner: "", stream: .errors, schema: DeadLetter.schema, bounded: true)), owner: "", range: nil)
    let columns = Scope(relation, alias: nil, producer: nil).columns
    _ = try byName(relation, to: schema, sink.name, columns: columns, at: span)
  }

  private func keyPositions(_ key: [Identifier], _ columns: [ScopeColumn]) throws(CompileError) -> [Int] {
    try collecting(key) { (name) throws(CompileError) -> Int in
      guard let match = Scope.matches(name.text, in: columns).first else {
        let names = columns.map(\.name)
        throw self.failure(
          Codes.unknownColumn, "no column `\(name.text)` is declared\(self.suggestion(for: name.text, in: names))",
          at: name.span
        ) { $0.suggesting(name, from: names) }
      }
      return match.index
    }
  }

  private func declareColumns(
    _ create: CreateRelation, place: (place: ExternalPlace, format: RecordFormat), into stream: inout StreamDefinition,
    _ environment: Environment
  ) throws(CompileError) {
    var computed: [(position: Int, expression: SyntaxExpression)] = []
    var seen: Set<String> = []
    var declaresValue = false
    for element in create.elements {
      switch element.kind {
      case .column(let column):
        try requireNew(column.name, &seen)
        let resolved = try self.column(column)
        if resolved.origin == .value { declaresValue = true }
        stream.columns.append(resolved)
      case .computedColumn(let name, let expression):
        try requireNew(name, &seen)
        computed.append((stream.columns.count, expression))
        stream.columns.append(StreamColumn(field: Field(name.text, .null), origin: .value))
      case .watermark, .primaryKey, .check: continue
      }
    }
    let registered = try registeredColumns(create, place.place, declaresValue: declaresValue)
    if !declaresValue {
      let given = registered.filter { field in !seen.contains(Scope.folded(field.name)) }
      let added = given.map { StreamColumn(field: $0, origin: .value) }
      computed = computed.map { ($0.position + added.count, $0.expression) }
      stream.columns = added + stream.columns
    }
    guard !stream.columns.isEmpty else { throw noColumns(create, place.place) }
    try type(computed, in: &stream, environment)
  }

  private func requireNew(_ name: Identifier, _ seen: inout Set<String>) throws(CompileError) {
    guard seen.insert(Scope.folded(name.text)).inserted else {
      throw failure(Codes.duplicateName, "the column `\(name.text)` is declared twice", at: name.span)
    }
  }

  private func noColumns(_ create: CreateRelation, _ place: ExternalPlace) -> CompileError {
    let message: String
    switch place {
    case .topic(let topic):
      message = "no schema is registered for the topic `\(topic)`, so `\(create.name.text)` needs a column list"
    case .file(let path):
      message = "the columns of `\(path)` are not known, so `\(create.name.text)` needs a column list"
    case .standard, .unbound: message = "`\(create.name.text)` needs a column list"
    }
    return failure(Codes.invalidDeclaration, message, at: create.name.span) {
      $0.help("CREATE STREAM \(create.name.text) (name TYPE, …) …")
    }
  }

  /// The columns that the registry or the file itself has, after comparing them with those declared.
  private func registeredColumns(
    _ create: CreateRelation, _ place: ExternalPlace, declaresValue: Bool
  ) throws(CompileError) -> [Field] {
    switch place {
    case .topic(let topic):
      guard let (subject, schema) = catalog.registeredSchema(ofTopic: topic) else { return [] }
      if declaresValue { try compare(create, with: schema, subject) }
      return schema.fields
    case .file(let path): return declaresValue ? [] : catalog.files[path]?.schema.fields ?? []
    case .standard, .unbound: return []
    }
  }

  private func compare(
    _ create: CreateRelation, with schema: Schema, _ subject: String
  ) throws(CompileError) {
    for element in create.elements {
      guard case .column(let column) = element.kind, column.metadata == nil else { continue }
      let declared = try self.column(column).field
      let registered = schema.fields.first { $0.name == declared.name }
      let agrees = registered.map { $0.type == declared.type && (declared.nullable || !$0.nullable) } ?? false
      guard !agrees else { continue }
      throw failure(
        Codes.schemaMismatch,
        "`\(create.name.text)` declares `\(declared)`, and the registered schema has "
          + (registered.map { "`\($0)`" } ?? "no such field"), at: element.span, label: "declared here"
      ) {
        $0.note("the subject `\(subject)` is registered as \(schema)")
          .help("leave out the column list to take the registered schema, or declare what it has")
      }
    }
  }

  private func column(_ column: ColumnDefinition) throws(CompileError) -> StreamColumn {
    let type = try type(column.type)
    let field = Field(column.name.text, type, nullable: !column.isNotNull)
    guard let metadata = column.metadata else {
      return StreamColumn(field: field, origin: .value, comment: column.comment?.value)
    }
    let key = (metadata.key?.value ?? column.name.text).lowercased()
    let known: [(String, RecordPart, DataType)] = [
      ("timestamp", .timestamp, .timestamp), ("partition", .partition, .int32), ("offset", .offset, .int64),
      ("key", .key, .bytes()), ("headers", .headers, RecordPart.headersType), ("topic", .topic, .text),
    ]
    guard let (_, part, natural) = known.first(where: { $0.0 == key }) else {
      throw failure(
        Codes.invalidDeclaration, "a record has no metadata `\(key)`", at: metadata.key?.span ?? column.name.span
      ) { $0.note("there are \(known.map { "'\($0.0)'" }.joined(separator: ", "))") }
    }
    let isTextKey = part == .key && type.isString
    guard ImplicitConversion.cost(from: natural, to: type) != nil || isTextKey else {
      throw failure(Codes.invalidDeclaration, "the metadata '\(key)' is \(natural), not \(type)", at: column.type.span)
    }
    return StreamColumn(field: field, origin: .metadata(part), comment: column.comment?.value)
  }

  /// Types the computed columns in order; each may use those before it.
  private func type(
    _ computed: [(position: Int, expression: SyntaxExpression)], in stream: inout StreamDefinition,
    _ environment: Environment
  ) throws(CompileError) {
    var pending = Set(computed.map(\.position))
    for (position, expression) in computed {
      var context = declarationContext(stream, "a computed column", environment)
      context.scope.columns.removeAll { pending.contains($0.index) }
      let value = try typed(expression, in: context)
      let inlined = value.substituting { index, column in
        if case .computed(let definition) = stream.columns[index].origin { definition } else { column }
      }
      stream.columns[position].field = Field(
        stream.columns[position].field.name, inlined.type, nullable: inlined.nullable)
      stream.columns[position].origin = .computed(inlined)
      pending.remove(position)
    }
  }

  private func declarationContext(
    _ stream: StreamDefinition, _ clause: String, _ environment: Environment
  ) -> ExpressionContext {
    var context = ExpressionContext(constantIn: clause, environment)
    context.schema = stream.schema
    context.scope.columns = stream.columns.enumerated().map { ScopeColumn(name: $1.field.name, index: $0) }
    return context
  }

  private func declare(
    _ declaration: WatermarkDeclaration, in stream: inout StreamDefinition, _ environment: Environment
  ) throws(CompileError) {
    guard stream.watermark == nil else {
      throw failure(Codes.duplicateName, "a stream has one watermark", at: declaration.span)
    }
    let context = declarationContext(stream, "WATERMARK", environment)
    let name = QualifiedName(parts: [declaration.column], span: declaration.column.span)
    let column = try self.column(name, in: context)
    guard case .column(let index) = column.kind, column.type == .timestamp else {
      throw failure(
        Codes.invalidDeclaration,
        "WATERMARK FOR needs a TIMESTAMP column, and `\(declaration.column.text)` is \(article(column.type))",
        at: declaration.column.span)
    }
    let value = try typed(declaration.value, in: context)
    guard value.type == .timestamp else {
      throw failure(
        Codes.invalidDeclaration, "a watermark is a TIMESTAMP, and this is \(article(value.type))",
        at: declaration.value.span)
    }
    try refuseMonths(in: value, at: declaration.value.span)
    let idle = try declaration.idleAfter.map { (d) throws(CompileError) in try self.duration(d, clause: "IDLE AFTER") }
    stream.watermark = StreamWatermark(column: index, expression: value, idleAfter: idle)
  }

  /// Months are of no fixed length, so a watermark that trails by them could go backwards.
  func refuseMonths(in value: TypedExpression, at span: SourceSpan) throws(CompileError) {
    let readsMonths = value.type == .intervalYearMonth
    guard readsMonths || value.children.contains(where: { $0.type == .intervalYearMonth }) else {
      for child in value.children { try refuseMonths(in: child, at: span) }
      return
    }
    throw failure(Codes.invalidDeclaration, "a watermark cannot trail by months: they differ in length", at: span) {
      $0.help("write days: INTERVAL '30' DAY")
    }
  }

  private func declare(
    _ check: CheckConstraint, in stream: inout StreamDefinition, _ environment: Environment
  ) throws(CompileError) {
    let condition = try predicate(check.condition, in: declarationContext(stream, "CHECK", environment))
    stream.checks.append(
      StreamCheck(name: check.name?.text, condition: condition, isEnforced: check.isEnforced))
  }
}
