// Schemas in Avro's notation: what becomes of each type, what is refused and where, and the way back.

import Schemas
import Testing
import Values

@Suite struct AvroTests {
  static func columns(_ type: String) throws -> [Field] {
    try AvroSchema(parsing: "{\"type\":\"record\",\"name\":\"R\",\"fields\":[{\"name\":\"f\",\"type\":\(type)}]}")
      .columns().fields
  }

  static func complaint(_ text: String) -> AvroSchemaError? {
    do {
      _ = try AvroSchema(parsing: text).columns()
      return nil
    } catch { return error }
  }

  @Test(arguments: [
    ("\"boolean\"", "f BOOLEAN NOT NULL"), ("\"int\"", "f INT NOT NULL"), ("\"long\"", "f BIGINT NOT NULL"),
    ("\"float\"", "f FLOAT NOT NULL"), ("\"double\"", "f DOUBLE NOT NULL"), ("\"bytes\"", "f BYTES NOT NULL"),
    ("\"string\"", "f STRING NOT NULL"), ("[\"null\",\"int\"]", "f INT"), ("[\"int\",\"null\"]", "f INT"),
    ("[\"int\"]", "f INT NOT NULL"),
    ("{\"type\":\"string\"}", "f STRING NOT NULL"), ("{\"type\":{\"type\":\"long\"}}", "f BIGINT NOT NULL"),
    ("{\"type\":\"bytes\",\"logicalType\":\"decimal\",\"precision\":10,\"scale\":2}", "f DECIMAL(10, 2) NOT NULL"),
    ("{\"type\":\"bytes\",\"logicalType\":\"decimal\",\"precision\":10}", "f DECIMAL(10, 0) NOT NULL"),
    ("{\"type\":\"int\",\"logicalType\":\"date\"}", "f DATE NOT NULL"),
    ("{\"type\":\"int\",\"logicalType\":\"time-millis\"}", "f TIME NOT NULL"),
    ("{\"type\":\"long\",\"logicalType\":\"time-micros\"}", "f TIME NOT NULL"),
    ("[\"null\",{\"type\":\"long\",\"logicalType\":\"timestamp-millis\"}]", "f TIMESTAMP"),
    ("{\"type\":\"long\",\"logicalType\":\"timestamp-micros\"}", "f TIMESTAMP NOT NULL"),
    ("{\"type\":\"string\",\"logicalType\":\"uuid\"}", "f UUID NOT NULL"),
    ("{\"type\":\"long\",\"logicalType\":\"something\"}", "f BIGINT NOT NULL"),
    ("{\"type\":\"int\",\"logicalType\":\"timestamp-millis\"}", "f INT NOT NULL"),
    ("{\"type\":\"fixed\",\"name\":\"F\",\"size\":16}", "f VARBINARY(16) NOT NULL"),
    ("{\"type\":\"enum\",\"name\":\"E\",\"symbols\":[\"A\",\"B\"]}", "f STRING NOT NULL"),
    ("{\"type\":\"array\",\"items\":[\"null\",\"long\"]}", "f ARRAY<BIGINT> NOT NULL"),
    (
      "{\"type\":\"record\",\"name\":\"S\",\"fields\":[{\"name\":\"x\",\"type\":\"int\"}]}",
      "f STRUCT<x INT NOT NULL> NOT NULL"
    ),
  ])
  func types(type: String, expected: String) throws {
    #expect(try Self.columns(type).map(\.description) == [expected])
  }

  @Test func namesAndNamespaces() throws {
    let text = """
      {"type":"record","name":"Order","namespace":"shop","fields":[
        {"name":"a","type":{"type":"enum","name":"Kind","symbols":["X"]},"default":"X"},
        {"name":"b","type":"Kind"},
        {"name":"c","type":["null","shop.Kind"],"default":null},
        {"name":"d","type":{"type":"record","name":"other.Line","fields":[{"name":"k","type":"shop.Kind"}]}},
        {"name":"e","type":{"type":"array","items":"other.Line"}, "doc":"lines"}
      ]}
      """
    let schema = try AvroSchema(parsing: text)
    #expect(try schema.columns().fields.map(\.name) == ["a", "b", "c", "d", "e"])
    #expect(
      schema.canonicalText
        == "{\"name\":\"shop.Order\",\"type\":\"record\",\"fields\":[{\"name\":\"a\",\"type\":{\"name\":\"shop.Kind\",\"type\":\"enum\",\"symbols\":[\"X\"]},\"default\":\"X\"},{\"name\":\"b\",\"type\":\"shop.Kind\"},{\"name\":\"c\",\"type\":[\"null\",\"shop.Kind\"],\"default\":null},{\"name\":\"d\",\"type\":{\"name\":\"other.Line\",\"type\":\"record\",\"fields\":[{\"name\":\"k\",\"type\":\"shop.Kind\"}]}},{\"name\":\"e\",\"type\":{\"type\":\"array\",\"items\":\"other.Line\"}}]}"
    )
    let again = try AvroSchema(parsing: schema.canonicalText)
    #expect(again.canonicalText == schema.canonicalText && again.fingerprint == schema.fingerprint)
  }

  @Test(arguments: [
    ("{", "$"), ("7", "$"), ("\"int\"", "$"), ("{\"type\":\"record\",\"fields\":[]}", "$"),
    ("{\"type\":\"record\",\"name\":\"R\"}", "$"),
    ("{\"type\":\"record\",\"name\":\"1R\",\"fields\":[]}", "$.name"),
    ("{\"type\":\"record\",\"name\":\"R\",\"fields\":[{}]}", "$.fields[0]"),
    ("{\"type\":\"record\",\"name\":\"R\",\"fields\":[{\"name\":\"a\"}]}", "$.fields[0]"),
    (
      "{\"type\":\"record\",\"name\":\"R\",\"fields\":[{\"name\":\"a\",\"type\":\"int\"},{\"name\":\"a\",\"type\":\"int\"}]}",
      "$.fields[1].name"
    ),
  ])
  func mistakesHaveAPath(text: String, path: String) {
    #expect(Self.complaint(text)?.path == path)
  }

  @Test(arguments: [
    ("\"Unknown\"", "the type `Unknown` is not defined before this place"),
    ("{\"type\":\"map\",\"values\":\"null\"}", "a field that is always null has no column type"),
    ("[\"int\",\"string\"]", "a union is supported when it is one type and, if that may be missing, `null`"),
    ("[\"int\",\"int\"]", "the union has `int` twice"), ("[]", "a union has no types"),
    ("[\"null\",[\"int\"]]", "a union cannot hold another union directly"),
    ("\"R\"", "`R` contains itself: recursive records are not supported"),
    ("\"null\"", "a field that is always null has no column type"),
    ("{\"type\":\"enum\",\"name\":\"E\",\"symbols\":[\"A\",\"A\"]}", "the symbol `A` is there twice"),
    ("{\"type\":\"fixed\",\"name\":\"F\",\"size\":0}", "a fixed type has no `size` that is a positive integer"),
    (
      "{\"type\":\"bytes\",\"logicalType\":\"decimal\",\"precision\":2,\"scale\":3}",
      "the scale of a decimal lies between 0 and its precision"
    ),
    (
      "{\"type\":\"bytes\",\"logicalType\":\"decimal\",\"precision\":39}",
      "decimals of more than 38 digits are not supported"
    ),
    ("{\"type\":\"array\"}", "an array has no `items`"), ("{\"name\":\"x\"}", "the object has no `type`"),
    ("{\"type\":\"fixed\",\"name\":\"int\",\"size\":1}", "`int` is a type of Avro's own"),
    ("{\"type\":\"fixed\",\"name\":\"R\",\"size\":1}", "`R` is defined twice"),
  ])
  func refusals(type: String, reason: String) {
    let text = "{\"type\":\"record\",\"name\":\"R\",\"fields\":[{\"name\":\"f\",\"type\":\(type)}]}"
    #expect(Self.complaint(text)?.reason == reason)
    #expect(Self.complaint(text)?.path.hasPrefix("$.fields[0].type") == true)
  }

  @Test func defaults() {
    func complaint(_ type: String, _ value: String) -> AvroSchemaError? {
      Self.complaint(
        "{\"type\":\"record\",\"name\":\"R\",\"fields\":[{\"name\":\"f\",\"type\":\(type),\"default\":\(value)}]}")
    }
    for (type, value) in [
      ("\"int\"", "1"), ("[\"null\",\"int\"]", "null"), ("[\"int\",\"null\"]", "1"),
      ("{\"type\":\"array\",\"items\":\"string\"}", "[\"x\"]"),
    ] {
      #expect(complaint(type, value) == nil)
    }
    for (type, value) in [
      ("\"int\"", "\"1\""), ("\"int\"", "3000000000"), ("\"string\"", "null"), ("\"boolean\"", "0"),
    ] {
      #expect(complaint(type, value)?.path == "$.fields[0].default")
    }
  }

  /// Columns go to Avro and come back with names, order, nullability and type.
  @Test func roundTrip() throws {
    for seed in 0..<seedCount(300) {
      var random = SeededGenerator(seed)
      let fields = (0..<Int.random(in: 1...5, using: &random)).map {
        Field("f\($0)", RandomRows.type(&random, depth: 2), nullable: Bool.random(using: &random))
      }
      let hasInterval = fields.contains { "\($0.type)".contains("INTERVAL") }
      let schema = try? AvroSchema(columns: Schema(fields), name: "Row")
      // Keys of maps are strings in Avro.
      let hasOtherKey = fields.contains { "\($0.type)".hasOtherKey }
      #expect((schema == nil) == (hasInterval || hasOtherKey), "seed \(seed)")
      guard let schema else { continue }
      let expected = fields.map { Field($0.name, $0.type.registered, nullable: $0.nullable) }
      #expect(try schema.columns().fields == expected, "seed \(seed)")
      #expect(try AvroSchema(parsing: schema.canonicalText).columns().fields == expected, "seed \(seed)")
    }
  }

  @Test func mutationsNeverTrap() {
    let text = Array(
      "{\"type\":\"record\",\"name\":\"R\",\"fields\":[{\"name\":\"f\",\"type\":[\"null\",{\"type\":\"bytes\",\"logicalType\":\"decimal\",\"precision\":4}],\"default\":null}]}"
        .utf8)
    for seed in 0..<seedCount(500) {
      var random = SeededGenerator(seed)
      var bytes = text
      for _ in 0..<Int.random(in: 1...4, using: &random) {
        bytes[Int.random(in: 0..<bytes.count, using: &random)] = bytes[Int.random(in: 0..<bytes.count, using: &random)]
      }
      let mutated = String(decoding: bytes, as: UTF8.self)
      if let schema = try? AvroSchema(parsing: mutated) {
        #expect((try? AvroSchema(parsing: schema.canonicalText))?.canonicalText == schema.canonicalText)
      }
    }
  }
}

extension String {
  /// Whether the text of a type has a map whose keys are no strings.
  fileprivate var hasOtherKey: Bool {
    var rest = Substring(self)
    while let found = rest.firstRange(of: "MAP<") {
      rest = rest[found.upperBound...]
      if !rest.hasPrefix("STRING") { return true }
    }
    return false
  }
}
