// Registered schemas across openings of the folder, and what is said about schemas that are none.

import EventLog
import Foundation
import Schemas
import Testing
import Values

@testable import Engine

@Suite("Commands on schemas")
struct SchemaCommandTests {
  private let first = #"{"type":"record","name":"P","fields":[{"name":"id","type":"long"}]}"#
  private let second = #"""
    {"type":"record","name":"P","fields":[{"name":"id","type":"long"},{"name":"at","type":["null","string"],"default":null}]}
    """#

  private func register(_ scratch: ScratchFolder, _ subject: String, _ text: String) throws {
    let log = try scratch.folder.openForWriting()
    let registration = try scratch.folder.registry(in: log).register(subject: subject, text: text)
    if let event = registration.event { try scratch.folder.append(event, to: log) }
    try log.close()
  }

  private func registry(_ scratch: ScratchFolder) throws -> SchemaRegistry {
    try scratch.folder.registry(in: try #require(try scratch.folder.openForReading()))
  }

  @Test("versions persist, and the same schema has one id")
  func persistence() throws {
    let scratch = ScratchFolder()
    try register(scratch, "payments", first)
    try register(scratch, "payments", second)
    try register(scratch, "payments", second)
    try register(scratch, "copies-value", first)
    let registry = try registry(scratch)
    #expect(registry.versions(of: "payments").map(\.id) == [1, 2])
    #expect(registry.latest("payments")?.schema.fields.map(\.name) == ["id", "at"])
    #expect(registry.columns(of: "payments", version: 1)?.schema.fields.map(\.name) == ["id"])
    #expect(registry.columns(of: "payments", version: 3) == nil)
    #expect(registry.registered(forTopic: "copies")?.id == 1)
    #expect(registry.registered(forTopic: "others") == nil)
    let log = try #require(try scratch.folder.openForReading())
    #expect(scratch.folder.topics(in: log).isEmpty)
  }

  @Test("a schema that is none is refused with file and path, before a folder is made")
  func invalid() throws {
    let scratch = ScratchFolder()
    let text = #"{"type":"record","name":"P","fields":[{"name":"id","type":"lng"}]}"#
    let file = FileManager.default.temporaryDirectory.appendingPathComponent("millrace-\(UUID().uuidString).avsc").path
    defer { try? FileManager.default.removeItem(atPath: file) }
    try Data(text.utf8).write(to: URL(fileURLWithPath: file))
    let error = #expect(throws: EngineError.self) { try scratch.schemas.register("payments", file: file) }
    #expect(error?.message.contains("\(file): $.fields[0].type: ") == true)
    #expect(error?.status == .wrongQuery)
    #expect(throws: EngineError.self) { try scratch.schemas.register("payments", file: file + ".missing") }
    #expect(!FileManager.default.fileExists(atPath: scratch.path))
  }

  @Test("a first line that does not fit is warned about, one that fits is not")
  func firstLine() throws {
    let scratch = ScratchFolder()
    try register(scratch, "payments", first)
    let check = try #require(FirstLineCheck(topic: "payments", registry: try registry(scratch)))
    func warning(_ line: String) -> String? { Array(line.utf8).withUnsafeBytes { check.warning(about: $0) } }
    #expect(warning(#"{"id":7,"more":1}"#) == nil)
    #expect(warning(#"{"id":"seven"}"#)?.contains("`id`") == true)
    #expect(warning("id,7") != nil)
    #expect(FirstLineCheck(topic: "other", registry: try registry(scratch)) == nil)
  }

  @Test("indented JSON parses to the same tree")
  func indenting() throws {
    let tree = try JSONValue(parsing: second)
    let text = tree.indented
    #expect(try JSONValue(parsing: text) == tree)
    #expect(text.split(separator: "\n").count > 3)
    #expect(try JSONValue(parsing: #"{"a":[1,2,{}]}"#).indented == #"{"a": [1, 2, {}]}"#)
  }
}
