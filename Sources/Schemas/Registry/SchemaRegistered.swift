// The event of the registry and its bytes: one JSON record in an internal topic for each version of a subject. In: an
// event, or bytes. Out: the other. Members that a later version adds are passed over; members that are missing are errors.

/// A schema became a version of a subject.
package struct SchemaRegistered: Hashable, Sendable {
  package var subject: String
  package var version: Int
  package var id: Int
  package var text: String

  package init(subject: String, version: Int, id: Int, text: String) {
    self.subject = subject
    self.version = version
    self.id = id
    self.text = text
  }

  /// The topic that holds the events.
  package static let topic = "__schemas"

  /// The key of the record: events of one version of one subject replace each other.
  package var key: [UInt8] {
    Array(
      JSONValue.object([JSONMember("subject", .string(subject)), JSONMember("version", .number("\(version)"))])
        .compactText.utf8)
  }

  /// The value of the record.
  package var bytes: [UInt8] {
    let members = [
      JSONMember("type", .string("schema-registered")), JSONMember("subject", .string(subject)),
      JSONMember("version", .number("\(version)")), JSONMember("id", .number("\(id)")),
      JSONMember("schemaType", .string("AVRO")), JSONMember("schema", .string(text)),
    ]
    return Array(JSONValue.object(members).compactText.utf8)
  }

  /// Reads the value of a record.
  package init(bytes: [UInt8]) throws(SchemaRegistryError) {
    let tree: JSONValue
    do { tree = try JSONValue(parsing: bytes) } catch { throw .undecodable(error.reason) }
    guard tree["type"]?.text == "schema-registered" else { throw .undecodable("it is of a kind that is not known") }
    guard tree["schemaType"]?.text == "AVRO" else { throw .undecodable("its schema is not an Avro schema") }
    guard let subject = tree["subject"]?.text, let version = tree["version"]?.integer, let id = tree["id"]?.integer,
      let text = tree["schema"]?.text
    else { throw .undecodable("it lacks a subject, version, id or schema") }
    self.init(subject: subject, version: version, id: id, text: text)
  }
}
