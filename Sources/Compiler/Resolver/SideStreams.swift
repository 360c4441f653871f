// `n.late` and `n.errors`: what a stream or pipeline of this text sets aside, as relations. When `n` is of another text,
// its side stream is the topic of that name. In: the owner and the side. Out: a relation, or what is missing.

import Plan
import Syntax
import Values

extension Resolver {
  func sideStream(_ name: String) -> Port.Stream? {
    switch name.lowercased() {
    case "late": .late
    case "errors": .errors
    default: nil
    }
  }

  func side(
    of owner: Identifier, _ stream: Port.Stream, at span: SourceSpan, _ environment: Environment
  ) throws(CompileError) -> Relation {
    let entry = catalog.entry(named: owner.text)
    let name = entry?.name ?? owner.text
    let topic = "\(name).\(stream.rawValue)"
    let isHere = definedHere.contains(name) || name == fileOwner
    if !isHere, let schema = topicSchema(of: topic, stream) {
      let columns = schema.fields.map { StreamColumn(field: $0, origin: .value) }
      let definition = StreamDefinition(name: topic, columns: columns, place: .topic(topic), format: .json)
      return scan(definition, at: span, environment)
    }
    let range = range(span, environment)
    switch stream {
    case .errors:
      guard isHere || isStream(entry) else { throw unknownOwner(owner, stream) }
      let side = SideScan(owner: name, stream: .errors, schema: DeadLetter.schema, bounded: !options.follow)
      return Relation(.side(side), owner: environment.owner, range: range)
    case .late:
      guard isHere else { throw unknownOwner(owner, stream) }
      let side = SideScan(
        owner: name, stream: .late, schema: try lateSchema(of: name, entry, at: span, environment),
        bounded: !options.follow)
      return Relation(.side(side), owner: environment.owner, range: range)
    case .rows: throw unknownOwner(owner, stream)
    }
  }

  private func isStream(_ entry: CatalogEntry?) -> Bool {
    if case .stream? = entry { true } else { false }
  }

  private func topicSchema(of topic: String, _ stream: Port.Stream) -> Schema? {
    if let registered = catalog.registeredSchema(ofTopic: topic) { return registered.schema }
    return catalog.topics[topic] != nil && stream == .errors ? DeadLetter.schema : nil
  }

  private func unknownOwner(_ owner: Identifier, _ stream: Port.Stream) -> CompileError {
    failure(
      Codes.unknownRelation,
      "there is no stream or pipeline `\(owner.text)` here whose \(stream.rawValue) rows could be read",
      at: owner.span
    ) {
      $0.help(
        "name the query with CREATE PIPELINE \(owner.text) AS …, or read the topic `\(owner.text).\(stream.rawValue)` once it exists"
      )
    }
  }

  /// The columns of the rows that the owner's windows find late. All its windows must agree.
  private func lateSchema(
    of name: String, _ entry: CatalogEntry?, at span: SourceSpan, _ environment: Environment
  ) throws(CompileError) -> Schema {
    if ownedRelations[name] == nil, case .query(let query)? = entry, query.kind == .stream {
      _ = try inlined(query, at: span, environment)
    }
    let windows = (ownedRelations[name] ?? []).flatMap(\.preorder).filter { $0.owner == name }
      .compactMap { relation -> Schema? in
        switch relation.node {
        case .assignWindow(let input, _, .stream): input.schema
        case .deduplicate(let input, let deduplication) where deduplication.time != nil: input.schema
        case .over(let input, let over) where over.timeColumn != nil: input.schema
        case .temporalJoin:
          // A late row of either side, with NULLs for the other.
          Schema(relation.schema.fields.map { Field($0.name, $0.type) })
        default: nil
        }
      }
    guard let first = windows.first else {
      throw failure(Codes.unknownRelation, "`\(name)` has no late rows to read here", at: span) {
        $0.note(
          "rows are late for a WINDOW: the pipeline must have one, without LATE DROP or LATE INTO, and stand before this query"
        )
      }
    }
    guard
      windows.allSatisfy({
        $0.fields.map(\.name) == first.fields.map(\.name) && $0.fields.map(\.type) == first.fields.map(\.type)
      })
    else {
      throw failure(
        Codes.columnCount, "the windows of `\(name)` read different columns, so their late rows are not one stream",
        at: span
      ) { $0.help("send each to a sink of its own with LATE INTO") }
    }
    return first
  }
}
