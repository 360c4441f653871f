// Schemas in Avro's JSON notation (Avro 1.12, "Schema Declaration"), as a tree. In: a text. Out: the tree, or where in the
// text and why it is none. The tree knows Avro, not SQL: `AvroColumns` translates.

import Values

/// A type of Avro.
package indirect enum AvroType: Hashable, Sendable {
  case primitive(AvroPrimitive, AvroLogicalType?)
  case record(name: String, fields: [AvroField])
  case enumeration(name: String, symbols: [String])
  case array(AvroType)
  case map(AvroType)
  case union([AvroType])
  case fixed(name: String, size: Int, AvroLogicalType?)
  /// A named type that was defined before, by its full name.
  case reference(String)
}

package enum AvroPrimitive: String, Hashable, Sendable, CaseIterable {
  case null, boolean, int, long, float, double, bytes, string
}

/// The logical types that mean something here; Avro says that others are ignored.
package enum AvroLogicalType: Hashable, Sendable {
  case decimal(precision: Int, scale: Int)
  case date
  case timeMillis
  case timeMicros
  case timestampMillis
  case timestampMicros
  case uuid

  var name: String {
    switch self {
    case .decimal: "decimal"
    case .date: "date"
    case .timeMillis: "time-millis"
    case .timeMicros: "time-micros"
    case .timestampMillis: "timestamp-millis"
    case .timestampMicros: "timestamp-micros"
    case .uuid: "uuid"
    }
  }
}

package struct AvroField: Hashable, Sendable {
  package var name: String
  package var type: AvroType
  package var defaultValue: JSONValue?
}

/// Why a text is no schema that can be used here.
package struct AvroSchemaError: Error, Hashable, Sendable, CustomStringConvertible {
  /// Where in the text, from the root `$`: `$.fields[2].type`.
  package var path: String
  package var reason: String

  package var description: String { "\(path): \(reason)" }
}

/// A schema with its types by name.
package struct AvroSchema: Hashable, Sendable {
  package var root: AvroType
  /// All named types by full name.
  package var named: [String: AvroType]

  /// Reads a schema in Avro's JSON notation.
  package init(parsing text: String) throws(AvroSchemaError) {
    let tree: JSONValue
    do {
      tree = try JSONValue(parsing: text)
    } catch {
      throw AvroSchemaError(path: "$", reason: "not JSON: \(error.reason) at byte \(error.offset + 1)")
    }
    var parser = AvroSchemaParser()
    root = try parser.type(tree, namespace: "", path: "$")
    named = parser.named
  }

  /// The text by which schemas are the same: Avro's Parsing Canonical Form, and with it what also changes the meaning of
  /// a record here, logical types and defaults. White space, documentation, aliases and the order of attributes do not
  /// count.
  package var canonicalText: String { root.canonical.compactText }

  /// A number for the canonical text: the same in every process.
  package var fingerprint: UInt64 {
    let bytes = Array(canonicalText.utf8)
    let blob = Blob(bytes)
    return withExtendedLifetime(blob) { Hash.bytes(blob.base, count: bytes.count) }
  }
}

extension AvroType {
  /// The canonical form as a tree.
  var canonical: JSONValue {
    switch self {
    case .primitive(let primitive, nil): .string(primitive.rawValue)
    case .primitive(let primitive, let logical?):
      .object([JSONMember("type", .string(primitive.rawValue))] + logical.members)
    case .record(let name, let fields):
      .object([
        JSONMember("name", .string(name)), JSONMember("type", .string("record")),
        JSONMember("fields", .array(fields.map(\.canonical))),
      ])
    case .enumeration(let name, let symbols):
      .object([
        JSONMember("name", .string(name)), JSONMember("type", .string("enum")),
        JSONMember("symbols", .array(symbols.map { .string($0) })),
      ])
    case .array(let items): .object([JSONMember("type", .string("array")), JSONMember("items", items.canonical)])
    case .map(let values): .object([JSONMember("type", .string("map")), JSONMember("values", values.canonical)])
    case .union(let branches): .array(branches.map(\.canonical))
    case .fixed(let name, let size, let logical):
      .object(
        [
          JSONMember("name", .string(name)), JSONMember("type", .string("fixed")),
          JSONMember("size", .number("\(size)")),
        ] + (logical?.members ?? []))
    case .reference(let name): .string(name)
    }
  }
}

extension AvroLogicalType {
  var members: [JSONMember] {
    let name = JSONMember("logicalType", .string(name))
    guard case .decimal(let precision, let scale) = self else { return [name] }
    return [name, JSONMember("precision", .number("\(precision)")), JSONMember("scale", .number("\(scale)"))]
  }
}

extension AvroField {
  var canonical: JSONValue {
    var members = [JSONMember("name", .string(name)), JSONMember("type", type.canonical)]
    if let defaultValue { members.append(JSONMember("default", defaultValue)) }
    return .object(members)
  }
}
