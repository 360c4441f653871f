// The commands on topics and records against real folders: what is appended is what is read, by offset, time and key.

import EventLog
import Foundation
import Glibc
import Schemas
import Testing
import Values

@testable import Engine

/// A data folder of one test, and ways to fill and read it.
final class ScratchFolder {
  let path = FileManager.default.temporaryDirectory.appendingPathComponent("millrace-\(UUID().uuidString)").path
  let console = Console()

  deinit { try? FileManager.default.removeItem(atPath: path) }

  var folder: DataFolder { DataFolder(path: path, environment: [:]) }
  var topics: TopicCommands { TopicCommands(console: console, dataFolder: path) }
  var schemas: SchemaCommands { SchemaCommands(console: console, dataFolder: path) }

  /// Makes a topic without saying so on the tests' output.
  func create(_ name: String, partitions: Int = 1) throws {
    let log = try folder.openForWriting()
    try log.createTopic(name, partitions: partitions)
    try log.close()
  }

  /// A file that stands for standard input.
  func file(_ bytes: [UInt8]) throws -> String {
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    let file = path + "/.input-\(UUID().uuidString)"
    try Data(bytes).write(to: URL(fileURLWithPath: file))
    return file
  }

  @discardableResult
  func produce(_ name: String, _ text: String, key: String? = nil, partition: Int? = nil) throws -> RecordProducer {
    let log = try folder.openForWriting()
    let producer = RecordProducer(try log.topic(name), keyField: key, partition: partition)
    let descriptor = open(try file(Array(text.utf8)), O_RDONLY)
    defer { close(descriptor) }
    try producer.appendLines(of: InputLines(descriptor: descriptor, limit: RecordProducer.lineLimit)) { _ in }
    try log.close()
    return producer
  }

  func records(_ name: String, _ partition: Int) throws -> [Record] {
    guard let log = try folder.openForReading() else { return [] }
    return try log.topic(name).partition(partition).records(from: 0).records
  }

  func values(_ name: String, _ partition: Int = 0) throws -> [String] {
    try records(name, partition).map { String(decoding: $0.value ?? [], as: UTF8.self) }
  }
}

@Suite("Commands on the log")
struct LogCommandTests {
  @Test("the folder is the option's, then the environment's, then the default")
  func folderChoice() {
    #expect(DataFolder(path: "a/", environment: ["MILLRACE_DATA": "b"]).path == "a")
    #expect(DataFolder(path: nil, environment: ["MILLRACE_DATA": "b"]).path == "b")
    #expect(DataFolder(path: nil, environment: [:]).path == "millrace-data")
    #expect(DataFolder(path: "a", environment: [:]).option == " --data a")
    #expect(DataFolder(path: nil, environment: [:]).option.isEmpty)
  }

  @Test("reading makes no folder")
  func readingMakesNothing() throws {
    let scratch = ScratchFolder()
    #expect(try scratch.folder.openForReading() == nil)
    #expect(throws: EngineError.self) { try scratch.folder.openExisting() }
    #expect(throws: EngineError.self) { try scratch.folder.openExistingForWriting() }
    #expect(!FileManager.default.fileExists(atPath: scratch.path))
  }

  @Test("a folder with other things in it is not taken over")
  func strangeFolder() throws {
    let scratch = ScratchFolder()
    try FileManager.default.createDirectory(atPath: scratch.path, withIntermediateDirectories: true)
    try Data("x".utf8).write(to: URL(fileURLWithPath: scratch.path + "/notes.txt"))
    #expect(throws: EngineError.self) { try scratch.folder.openForWriting() }
    #expect(throws: EngineError.self) { try scratch.folder.openForReading() }
    #expect(try FileManager.default.contentsOfDirectory(atPath: scratch.path) == ["notes.txt"])
  }

  @Test("a folder that is being written refuses a second writer and lets readers in")
  func locking() throws {
    let scratch = ScratchFolder()
    let log = try scratch.folder.openForWriting()
    let error = #expect(throws: EngineError.self) { try scratch.folder.openForWriting() }
    #expect(error?.message.contains("\(getpid())") == true)
    #expect(try scratch.folder.openForReading() != nil)
    try log.close()
  }

  @Test("one record a line: carriage returns and blank lines go, the last line needs no end")
  func lines() throws {
    let scratch = ScratchFolder()
    try scratch.create("t")
    let producer = try scratch.produce("t", "a\r\n\n  \nb c\n\tlast")
    #expect(try scratch.values("t") == ["a", "b c", "\tlast"])
    #expect(producer.counts == [3])
    #expect(producer.blankLines == 2)
  }

  @Test("lines longer than a block of input arrive whole, and lines beyond the bound are an error")
  func longLines() throws {
    let scratch = ScratchFolder()
    try scratch.create("t")
    let long = String(repeating: "x", count: 700_000)
    try scratch.produce("t", "\(long)\nshort\n\(long)y")
    #expect(try scratch.values("t").map(\.utf8.count) == [700_000, 5, 700_001])
    let descriptor = open(try scratch.file(Array((long + "\n").utf8)), O_RDONLY)
    defer { close(descriptor) }
    let lines = InputLines(descriptor: descriptor, limit: 300_000)
    #expect(throws: InputLines.Failure.lineTooLong(number: 1, limit: 300_000)) {
      while try lines.next({ _ in }) {}
    }
  }

  @Test("more lines than a batch keep their order")
  func order() throws {
    let scratch = ScratchFolder()
    try scratch.create("t")
    let lines = (0..<5000).map { "line \($0)" }
    try scratch.produce("t", lines.joined(separator: "\n"))
    #expect(try scratch.values("t") == lines)
  }

  @Test("without a key records go round; with one, by the stable hash of the key's bytes")
  func partitioning() throws {
    let scratch = ScratchFolder()
    try scratch.create("t", partitions: 3)
    try scratch.produce("t", "a\nb\nc\nd\n")
    #expect(try scratch.values("t", 0) == ["a", "d"])
    try scratch.create("k", partitions: 4)
    let keys = (0..<40).map { "card-\($0)" } + ["x", "a key of more than sixteen bytes"]
    let producer = try scratch.produce(
      "k", keys.map { "{\"n\":1,\"id\":\"\($0)\"}" }.joined(separator: "\n") + "\n{\"n\":2}", key: "id")
    #expect(producer.recordsWithoutKey == 1)
    let column = Column(.bytes(BytesVector(keys.map { Array($0.utf8) })))
    let expected = KeyHash.partition([column], types: [.string()], count: keys.count, parts: 4)
    for partition in 0..<4 {
      let found = try scratch.records("k", partition).compactMap { $0.key.map { String(decoding: $0, as: UTF8.self) } }
      #expect(found == (0..<expected[partition].count).map { keys[Int(expected[partition][$0])] })
    }
    try scratch.create("i", partitions: 4)
    let numbers = (0..<20).map { Int64($0 * $0) }
    try scratch.produce("i", numbers.map { "{\"id\":\($0)}" }.joined(separator: "\n"), key: "id")
    let owners = KeyHash.partition([Column(.int(Vector(numbers)))], types: [.int64], count: 20, parts: 4)
    #expect(try (0..<4).map { try scratch.values("i", $0).count } == owners.map(\.count))
    try scratch.create("p", partitions: 2)
    try scratch.produce("p", "a\nb", partition: 1)
    #expect(try scratch.values("p", 1) == ["a", "b"])
  }

  @Test(
    "where a reading starts",
    arguments: [
      (nil, .beginning), ("7", .offset(7)), ("beginning", .beginning), ("end", .end),
      ("1970-01-01 00:00:01", .time(1000)), ("1970-01-01T00:00:00.0001Z", .time(1)), ("1970-01-02", .time(86_400_000)),
    ] as [(String?, ConsumeStart)])
  func starts(text: String?, start: ConsumeStart) throws {
    #expect(try ConsumeStart(text) == start)
  }

  @Test("what is no start", arguments: ["", "-1", "yesterday", "2026-13-01"])
  func noStart(text: String) {
    #expect(throws: EngineError.self) { try ConsumeStart(text) }
  }

  @Test("topics are named with what is near, and internal ones cannot be made or deleted")
  func topicErrors() throws {
    let scratch = ScratchFolder()
    try scratch.create("payments")
    let log = try #require(try scratch.folder.openForReading())
    let error = #expect(throws: EngineError.self) { try log.topic(named: "paymnts", in: scratch.folder) }
    #expect(error?.message.contains("did you mean `payments`?") == true)
    #expect(throws: EngineError.self) { try scratch.topics.create("__mine", partitions: 1, retention: nil) }
    #expect(throws: EngineError.self) { try scratch.topics.create("payments", partitions: 1, retention: nil) }
    #expect(throws: EngineError.self) { try scratch.topics.create("x", partitions: 1, retention: "soon") }
    #expect(throws: EngineError.self) { try scratch.topics.delete("__schemas") }
    #expect(scratch.folder.topics(in: log).keys.sorted() == ["payments"])
  }

  @Test("columns line up on a terminal and have tabs elsewhere")
  func tables() {
    var table = AlignedTable([("name", .left), ("n", .right)])
    table.append(["漢字", "1"])
    table.append(["a", "1,000"])
    #expect(table.text(isForTerminal: true) == "NAME      N\n漢字      1\na     1,000\n")
    #expect(table.text(isForTerminal: false) == "NAME\tN\n漢字\t1\na\t1,000\n")
  }
}
