// Where a declared stream or sink lies and how its records are written: FROM and TO clauses, FORMAT, and the WITH options
// of Flink's form. In: clauses. Out: a place and a format; unknown words are refused with the known ones.

import Plan
import Syntax
import Values

/// The options of WITH (…), each checked and read.
struct DeclarationOptions {
  static let ofStreams = ["connector", "path", "topic", "format", "value.format", "max_ahead", "idle_after"]
  static let ofSinks = ["delivery"]
  static let ofPipelines = ["time_zone"]

  var texts: [String: (value: String, span: SourceSpan)] = [:]
  var idleAfter: Int64?
  var maximumAhead: Int64?

  init(_ options: [Option], known: [String], _ resolver: Resolver) throws(CompileError) {
    for option in options {
      let key = option.key.text.lowercased()
      guard known.contains(key) else {
        let near = NameSuggestion.nearest(to: key, in: known).map { "; did you mean '\($0)'?" } ?? ""
        throw resolver.failure(Codes.unknownOption, "there is no option '\(key)' here\(near)", at: option.span) {
          $0.note("the options are \(known.map { "'\($0)'" }.joined(separator: ", "))")
        }
      }
      guard case .string(let text) = option.value.kind else {
        throw resolver.failure(Codes.unknownOption, "the value of '\(key)' is a text in quotes", at: option.value.span)
      }
      texts[key] = (text, option.span)
      switch key {
      case "idle_after": idleAfter = try resolver.length(text, key, at: option.value.span)
      case "max_ahead": maximumAhead = try resolver.length(text, key, at: option.value.span)
      case "time_zone":
        guard TimeZoneRules(text) != nil else {
          throw resolver.failure(Codes.unknownOption, "there is no time zone `\(text)`", at: option.value.span)
        }
      case "delivery":
        guard text == "exactly-once" else {
          throw resolver.failure(Codes.unknownOption, "'delivery' is always 'exactly-once'", at: option.value.span)
        }
      default: break
      }
    }
  }
}

extension Resolver {
  /// `10 SECONDS` in the text of an option.
  func length(_ text: String, _ key: String, at span: SourceSpan) throws(CompileError) -> Int64 {
    guard let value = DurationText.microseconds(text) else {
      throw failure(Codes.unknownOption, "'\(key)' is a length of time such as '10 SECONDS'", at: span)
    }
    return value
  }

  func place(
    _ source: SourceClause?, _ options: inout DeclarationOptions, of create: CreateRelation
  ) throws(CompileError) -> (place: ExternalPlace, format: RecordFormat) {
    if let source {
      let place: ExternalPlace = source.kind == .topic ? .topic(source.location.value) : .file(source.location.value)
      return (place, try format(source.format, place, at: source.span))
    }
    guard let connector = options.texts["connector"] else { return (.unbound, .json) }
    let formatName = options.texts["format"] ?? options.texts["value.format"]
    switch connector.value.lowercased() {
    case "filesystem", "file":
      guard let path = options.texts["path"] else {
        throw failure(Codes.unknownOption, "the connector 'filesystem' needs 'path'", at: connector.span)
      }
      let place = ExternalPlace.file(path.value)
      guard let formatName else { return (place, try format(nil, place, at: path.span)) }
      return (place, try format(named: formatName.value, at: formatName.span))
    case "kafka", "upsert-kafka", "topic":
      if connector.value == "upsert-kafka" { throw notSupported("the connector 'upsert-kafka'", at: connector.span) }
      guard let topic = options.texts["topic"] else {
        throw failure(Codes.unknownOption, "the connector '\(connector.value)' needs 'topic'", at: connector.span)
      }
      guard let formatName else { return (.topic(topic.value), .json) }
      return (.topic(topic.value), try format(named: formatName.value, at: formatName.span))
    default:
      throw failure(Codes.unknownOption, "there is no connector '\(connector.value)'", at: connector.span) {
        $0.note("there are 'filesystem' and 'kafka', which is a topic of the built-in log")
      }
    }
  }

  func format(
    _ clause: FormatClause?, _ place: ExternalPlace, at span: SourceSpan
  ) throws(CompileError) -> RecordFormat {
    if let clause {
      let format = try format(named: clause.name.text, at: clause.span)
      guard let payload = clause.payload, !(format.saysChanges && payload.text.uppercased() == "JSON") else {
        return format
      }
      throw notSupported("FORMAT \(clause.name.text.uppercased()) \(payload.text.uppercased())", at: clause.span)
    }
    guard case .file(let path) = place else { return .json }
    let lower = path.lowercased()
    if lower.hasSuffix(".csv") { return .csv }
    if lower.hasSuffix(".avro") { throw notSupported("FORMAT AVRO", at: span) }
    return .json
  }

  func format(named name: String, at span: SourceSpan) throws(CompileError) -> RecordFormat {
    switch name.uppercased() {
    case "JSON", "JSONL", "NDJSON": return .json
    case "CSV": return .csv
    case "RAW": return .raw
    case "DEBEZIUM", "DEBEZIUM-JSON": return .debezium
    case "CHANGELOG", "CHANGELOG-JSON": return .changelog
    case "AVRO", "PROTOBUF", "CANAL", "PARQUET": throw notSupported("FORMAT \(name.uppercased())", at: span)
    default:
      throw failure(Codes.invalidDeclaration, "there is no format `\(name)`", at: span) {
        $0.note("there are JSON, CSV, RAW, DEBEZIUM JSON and CHANGELOG JSON")
      }
    }
  }

  func sink(_ create: CreateSink, at span: SourceSpan) throws(CompileError) -> SinkDefinition {
    _ = try DeclarationOptions(create.options, known: DeclarationOptions.ofSinks, self)
    let place: ExternalPlace
    switch create.target {
    case .topic(let topic): place = .topic(topic.value)
    case .file(let path): place = .file(path.value)
    case .standardOutput: place = .standard
    }
    var sink = SinkDefinition(
      name: create.name.text, schema: nil, place: place, format: try format(create.format, place, at: span),
      range: range(span, Environment(owner: fileOwner)))
    var fields: [Field] = []
    var seen: Set<String> = []
    for element in create.elements {
      switch element.kind {
      case .column(let column) where column.metadata == nil:
        guard seen.insert(Scope.folded(column.name.text)).inserted else {
          throw failure(Codes.duplicateName, "the column `\(column.name.text)` is declared twice", at: column.name.span)
        }
        fields.append(Field(column.name.text, try type(column.type), nullable: !column.isNotNull))
      case .primaryKey(let key, _): sink.primaryKey = key.map(\.text)
      case .column, .computedColumn, .watermark, .check:
        throw notSupported(
          "this element of a SINK", at: element.span, help: "a sink has plain columns and a PRIMARY KEY")
      }
    }
    if !fields.isEmpty { sink.schema = Schema(fields) }
    sink.keyColumns = create.key.map(\.text)
    try checkKeys(of: sink, at: create.key.first?.span ?? create.name.span)
    if let schema = sink.schema {
      for name in create.key + primaryKeyNames(create.elements) {
        let names = schema.fields.map(\.name)
        guard names.contains(where: { Scope.folded($0) == Scope.folded(name.text) }) else {
          throw failure(
            Codes.unknownColumn, "no column `\(name.text)` is declared\(suggestion(for: name.text, in: names))",
            at: name.span
          ) { $0.suggesting(name, from: names) }
        }
      }
    }
    return sink
  }

  /// A topic of rows that replace each other is keyed by what they replace each other by.
  private func checkKeys(of sink: SinkDefinition, at span: SourceSpan) throws(CompileError) {
    guard case .topic = sink.place, !sink.format.saysChanges, !sink.primaryKey.isEmpty, !sink.keyColumns.isEmpty,
      Set(sink.primaryKey.map(Scope.folded)) != Set(sink.keyColumns.map(Scope.folded))
    else { return }
    throw failure(
      Codes.invalidDeclaration,
      "KEY (\(sink.keyColumns.joined(separator: ", "))) is not the PRIMARY KEY (\(sink.primaryKey.joined(separator: ", "))), by which the records of `\(sink.name)` replace each other",
      at: span
    ) {
      $0.help("leave out KEY, which then is the PRIMARY KEY; or write FORMAT CHANGELOG JSON, which says each change")
    }
  }

  private func primaryKeyNames(_ elements: [TableElement]) -> [Identifier] {
    elements.flatMap { element -> [Identifier] in
      if case .primaryKey(let key, _) = element.kind { key } else { [] }
    }
  }
}
