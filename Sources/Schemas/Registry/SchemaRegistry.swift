// Which schema a subject has, in all its versions. In: events, replayed in order. Out: answers. A pure state machine:
// whoever registers a schema gets the event to persist, and the registry changes only when that event is applied.
//
// Ids are global, dense and by content: the same schema has the same id under every subject. Versions count per subject.

/// A schema under its id.
package struct RegisteredSchema: Hashable, Sendable {
  package var id: Int
  /// The text as it was first registered.
  package var text: String
  package var schema: AvroSchema
}

/// A version of a subject.
package struct SchemaVersion: Hashable, Sendable {
  package var subject: String
  package var version: Int
  package var id: Int
}

/// What registering a schema comes to.
package struct SchemaRegistration: Hashable, Sendable {
  package var id: Int
  package var version: Int
  /// What must be persisted and applied; nil when the subject already has this schema.
  package var event: SchemaRegistered?

  package var isNew: Bool { event != nil }
}

/// Why the registry says no.
package enum SchemaRegistryError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The text is no schema.
  case invalid(AvroSchemaError)
  /// The subject's name is empty or holds a control character.
  case invalidSubject(String)
  /// An event does not continue the history; the log was damaged or written by something else.
  case outOfOrder(String)
  /// Bytes that are no event.
  case undecodable(String)

  package var description: String {
    switch self {
    case .invalid(let error): "the schema is not valid: \(error)"
    case .invalidSubject(let name): "`\(name)` is no name for a subject: it is empty or holds a control character"
    case .outOfOrder(let detail): "the history of the schema registry is damaged: \(detail)"
    case .undecodable(let detail): "a record of the schema registry does not decode: \(detail)"
    }
  }
}

/// The registry.
package struct SchemaRegistry: Sendable {
  private var schemas: [RegisteredSchema] = []
  private var ids: [String: Int] = [:]
  private var versions: [String: [SchemaVersion]] = [:]

  package init() {}

  /// What registering `text` under `subject` would come to. Changes nothing: apply the event once it is persisted.
  package func register(subject: String, text: String) throws(SchemaRegistryError) -> SchemaRegistration {
    if subject.isEmpty || subject.unicodeScalars.contains(where: { $0.value < 0x20 }) {
      throw .invalidSubject(subject)
    }
    let canonical = try Self.parse(text).canonicalText
    let known = ids[canonical]
    let history = versions[subject] ?? []
    if let known, let existing = history.last(where: { $0.id == known }) {
      return SchemaRegistration(id: known, version: existing.version, event: nil)
    }
    let id = known ?? schemas.count + 1
    let version = history.count + 1
    return SchemaRegistration(
      id: id, version: version, event: SchemaRegistered(subject: subject, version: version, id: id, text: text))
  }

  private static func parse(_ text: String) throws(SchemaRegistryError) -> AvroSchema {
    do {
      let schema = try AvroSchema(parsing: text)
      _ = try schema.columns()
      return schema
    } catch {
      throw .invalid(error)
    }
  }

  /// Takes in an event: one just persisted, or the next one of a replay.
  package mutating func apply(_ event: SchemaRegistered) throws(SchemaRegistryError) {
    let schema: AvroSchema
    do { schema = try AvroSchema(parsing: event.text) } catch { throw .invalid(error) }
    let count = versions[event.subject, default: []].count
    guard event.version == count + 1 else {
      throw .outOfOrder("version \(event.version) of `\(event.subject)` follows version \(count)")
    }
    let canonical = schema.canonicalText
    if event.id == schemas.count + 1, ids[canonical] == nil {
      schemas.append(RegisteredSchema(id: event.id, text: event.text, schema: schema))
      ids[canonical] = event.id
    } else if ids[canonical] != event.id {
      throw .outOfOrder("id \(event.id) stands for another schema, or follows id \(schemas.count)")
    }
    versions[event.subject, default: []].append(
      SchemaVersion(subject: event.subject, version: event.version, id: event.id))
  }

  /// All subjects, by name.
  package var subjects: [String] { versions.keys.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) } }

  /// The versions of a subject, the first one first; empty for one that is unknown.
  package func versions(of subject: String) -> [SchemaVersion] { versions[subject] ?? [] }

  package func schema(id: Int) -> RegisteredSchema? {
    id >= 1 && id <= schemas.count ? schemas[id - 1] : nil
  }

  /// A version of a subject; the latest when none is named.
  package func schema(subject: String, version: Int? = nil) -> RegisteredSchema? {
    let history = versions(of: subject)
    let wanted = version ?? history.count
    guard wanted >= 1, wanted <= history.count else { return nil }
    return schema(id: history[wanted - 1].id)
  }
}
