// The registry: ids by content, versions by subject, replay, and what it refuses; and where declarations disagree.

import Schemas
import Testing
import Values

@Suite struct RegistryTests {
  static func record(_ fields: String...) -> String {
    let list = fields.map { "{\"name\":\"\($0)\",\"type\":\"long\"}" }.joined(separator: ",")
    return "{\"type\":\"record\",\"name\":\"R\",\"fields\":[\(list)]}"
  }

  @Test func idsAndVersions() throws {
    var registry = SchemaRegistry()
    var log: [[UInt8]] = []
    func register(_ subject: String, _ text: String) throws -> [Int] {
      let registration = try registry.register(subject: subject, text: text)
      if let event = registration.event {
        log.append(event.bytes)
        try registry.apply(event)
      }
      return [registration.id, registration.version, registration.isNew ? 1 : 0]
    }
    #expect(try register("orders", Self.record("a")) == [1, 1, 1])
    #expect(try register("orders", Self.record("a", "b")) == [2, 2, 1])
    #expect(try register("orders", "  \(Self.record("a"))\n") == [1, 1, 0])
    #expect(try register("bids", Self.record("a", "b")) == [2, 1, 1])
    #expect(try register("bids", Self.record("c")) == [3, 2, 1])
    #expect(registry.subjects == ["bids", "orders"])
    #expect(registry.schema(subject: "orders")?.id == 2 && registry.schema(subject: "orders", version: 1)?.id == 1)
    #expect(registry.schema(subject: "none") == nil && registry.schema(subject: "orders", version: 3) == nil)
    #expect(
      registry.schema(id: 3)?.text == Self.record("c") && registry.schema(id: 0) == nil && registry.schema(id: 4) == nil
    )

    var replayed = SchemaRegistry()
    for bytes in log { try replayed.apply(SchemaRegistered(bytes: bytes)) }
    #expect(replayed.subjects == registry.subjects)
    #expect(replayed.versions(of: "bids") == registry.versions(of: "bids"))
    #expect(throws: SchemaRegistryError.self) { try replayed.apply(SchemaRegistered(bytes: log[0])) }
  }

  /// Registering alone changes nothing: only a persisted event does.
  @Test func registeringIsNotApplying() throws {
    let registry = SchemaRegistry()
    let first = try registry.register(subject: "s", text: Self.record("a"))
    let second = try registry.register(subject: "s", text: Self.record("a"))
    #expect(first == second && first.isNew && registry.subjects.isEmpty)
  }

  @Test func refusals() {
    let registry = SchemaRegistry()
    for text in ["", "{", "\"int\"", "{\"type\":\"map\",\"values\":\"int\"}", Self.record("a", "a")] {
      #expect(throws: SchemaRegistryError.self) { try registry.register(subject: "s", text: text) }
    }
    #expect(throws: SchemaRegistryError.invalidSubject("")) {
      try registry.register(subject: "", text: Self.record("a"))
    }
    for text in ["", "[]", "{\"type\":\"other\"}", "{\"type\":\"schema-registered\",\"schemaType\":\"AVRO\"}"] {
      #expect(throws: SchemaRegistryError.self) { try SchemaRegistered(bytes: Array(text.utf8)) }
    }
    var damaged = SchemaRegistry()
    #expect(throws: SchemaRegistryError.self) {
      try damaged.apply(SchemaRegistered(subject: "s", version: 1, id: 7, text: Self.record("a")))
    }
  }

  @Test func disagreements() throws {
    let registered = Schema([
      Field("id", .int64, nullable: false), Field("name", .text), Field("at", .timestamp), Field("more", .int32),
    ])
    let same = [
      Field("id", .int64, nullable: false), Field("name", .string(maximumLength: 10)), Field("at", .timestamp),
      Field("more", .int16),
    ]
    #expect(SchemaDisagreement(declared: same, registered: registered) == nil)
    let other = [Field("at", .timestamp), Field("id", .int64), Field("name", .int64), Field("new", .text)]
    let found = try #require(SchemaDisagreement(declared: other, registered: registered))
    #expect(
      found.differences == [
        .nullability(declared: 1, registered: 0), .type(declared: 2, registered: 1), .notRegistered(declared: 3),
        .notDeclared(registered: 3), .order(declared: 1, registered: 0),
      ])
    #expect(
      found.differences.map { found.sentence($0) }.contains("`name` is declared BIGINT, but registered as STRING"))
  }
}
