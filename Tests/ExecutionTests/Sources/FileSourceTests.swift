// Files as sources: the same rows however they are cut, and clear words when something is wrong with them.

import Glibc
import Plan
import Testing
import Values

@testable import Execution

/// A folder that is removed with its files when the test is over.
final class TestFolder {
  let path: String

  init() {
    var template = Array("/tmp/millrace-XXXXXX".utf8CString)
    path = template.withUnsafeMutableBufferPointer { buffer in
      buffer.baseAddress.flatMap { mkdtemp($0) }.map { String(cString: $0) } ?? "/tmp"
    }
  }

  func write(_ name: String, _ text: String, appending: Bool = false) {
    let file = open(path + "/" + name, O_WRONLY | O_CREAT | (appending ? O_APPEND : O_TRUNC), 0o644)
    let bytes = Array(text.utf8)
    #expect(Glibc.write(file, bytes, bytes.count) == bytes.count)
    close(file)
  }

  func read(_ name: String) -> String {
    let file = open(path + "/" + name, O_RDONLY)
    defer { close(file) }
    var bytes = [UInt8](repeating: 0, count: 1 << 20)
    let count = Glibc.read(file, &bytes, bytes.count)
    return String(decoding: bytes.prefix(max(count, 0)), as: UTF8.self)
  }

  deinit {
    var found = glob_t()
    glob(path + "/*", 0, nil, &found)
    for index in 0..<Int(found.gl_pathc) { if let name = found.gl_pathv[index] { unlink(name) } }
    globfree(&found)
    rmdir(path)
  }
}

@Suite struct FileSourceTests {
  private func plan(_ format: RecordFormat = .json) -> Dataflow {
    var test = TestPlan()
    test.sink(test.scan(format: format))
    return test.plan
  }

  private func rows(
    _ paths: [String], _ format: RecordFormat = .json, workers: Int = 1, bytes: Int = 1 << 18
  ) throws -> (lines: [String], run: PipelineRun) {
    let source = try FileSource(paths: paths, format: format)
    var options = RunOptions()
    options.parallelism = workers
    options.chunkBytes = bytes
    let (run, sinks) = try start(plan(format), [source], options)
    #expect(try run.run() == .finished)
    return (sinks[0].rows.lines, run)
  }

  @Test("one file cut at any byte and dealt to workers gives the rows of one reader", arguments: [1, 2, 3])
  func anyCut(_ workers: Int) throws {
    let folder = TestFolder()
    let events = Event.sample(60)
    // Without a newline at the end, with blank lines and Windows line ends between.
    folder.write(
      "a.jsonl",
      events.map(\.json).enumerated().map { $0.offset % 7 == 3 ? $0.element + "\r\n" : $0.element }
        .joined(separator: "\n"))
    for bytes in [1, 2, 17, 64, 65, 100, 1000, 1 << 20] {
      let (lines, run) = try rows([folder.path + "/a.jsonl"], workers: workers, bytes: bytes)
      #expect(lines == Batch(events).lines, "chunks of \(bytes) bytes")
      #expect(run.books.read == 60)
    }
  }

  @Test("a line longer than a chunk is one record")
  func longLine() throws {
    let folder = TestFolder()
    let long = Event(k: 1, v: String(repeating: "x", count: 100_000), ts: 0)
    folder.write("a.jsonl", [long, Event(k: 2, v: "y", ts: 0), long].map(\.json).joined(separator: "\n") + "\n")
    let (lines, _) = try rows([folder.path + "/a.jsonl"], workers: 2, bytes: 700)
    #expect(lines.map(\.count) == [100_004, 5, 100_004])
  }

  @Test("a folder and a glob are their files in the order of their names; empty files are fine")
  func manyFiles() throws {
    let folder = TestFolder()
    let events = Event.sample(9)
    for (index, event) in events.enumerated() { folder.write("part-\(index).jsonl", event.json + "\n") }
    folder.write("part-3b.jsonl", "")
    #expect(try rows([folder.path]).lines == Batch(events).lines)
    #expect(try rows([folder.path + "/part-*.jsonl"], workers: 3).lines == Batch(events).lines)
    #expect(try rows([folder.path + "/part-3b.jsonl"]).lines.isEmpty)
  }

  @Test("CSV with a header, quoted newlines and commas, in chunks of any size")
  func csv() throws {
    let folder = TestFolder()
    folder.write("a.csv", "v,k,ts\n\"one, \"\"two\"\"\nthree\",1,1970-01-01 00:00:01\nfour,2,1970-01-01 00:00:02\n")
    for bytes in [1, 9, 30, 1000] {
      for workers in [1, 2] {
        let (lines, _) = try rows([folder.path + "/a.csv"], .csv, workers: workers, bytes: bytes)
        #expect(lines == ["1 one, \"two\"\nthree 1000000", "2 four 2000000"], "chunks of \(bytes) bytes")
      }
    }
  }

  @Test("what is wrong with a path is said in the user's words")
  func wrongPaths() throws {
    let folder = TestFolder()
    folder.write("a.gz", "\u{1F}")
    let file = open(folder.path + "/a.gz", O_WRONLY | O_TRUNC)
    #expect(Glibc.write(file, [0x1F, 0x8B, 8, 0] as [UInt8], 4) == 4)
    close(file)
    #expect(throws: ExecutionError.missing(path: "/nowhere/x.jsonl")) {
      try FileSource(paths: ["/nowhere/x.jsonl"], format: .json)
    }
    #expect(throws: ExecutionError.missing(path: folder.path + "/*.none")) {
      try FileSource(paths: [folder.path + "/*.none"], format: .json)
    }
    let failure = #expect(throws: ExecutionError.self) { try FileSource(paths: [folder.path + "/a.gz"], format: .json) }
    #expect(failure?.message.contains("compressed") == true)
  }

  @Test("a growing file is followed by whole lines")
  func follow() throws {
    let folder = TestFolder()
    let events = Event.sample(3)
    folder.write("a.jsonl", events[0].json + "\n" + String(events[1].json.prefix(9)))
    let source = try FileSource(paths: [folder.path + "/a.jsonl"], format: .json, follow: true)
    var options = RunOptions()
    options.follow = true
    let (run, sinks) = try start(plan(), [source], options)
    #expect(try run.runStep() == .progress)
    #expect(try run.runStep() == .idle)
    #expect(sinks[0].takeRows().lines == Batch([events[0]]).lines)
    folder.write("a.jsonl", events[1].json.dropFirst(9) + "\n" + events[2].json + "\n", appending: true)
    #expect(try run.runStep() == .progress)
    #expect(sinks[0].takeRows().lines == Batch(Array(events[1...])).lines)
    run.requestStop()
    #expect(try run.run() == .idle)
  }

  @Test("records that do not decode are dead letters with offset, reason and payload", arguments: [1, 2, 3])
  func badRecords(_ workers: Int) throws {
    let folder = TestFolder()
    var lines = Event.sample(40).map(\.json)
    lines[11] = "{\"k\":1,"
    lines[30] = "{\"k\":\"x\",\"v\":null,\"ts\":0}"
    folder.write("a.jsonl", lines.joined(separator: "\n"))
    var test = TestPlan()
    let scan = test.scan()
    test.sink(scan)
    test.sink(Port(node: scan.node, stream: .errors))
    for bytes in [50, 333, 1 << 16] {
      var options = RunOptions()
      options.parallelism = workers
      options.chunkBytes = bytes
      let source = try FileSource(paths: [folder.path + "/a.jsonl"], format: .json)
      let (run, sinks) = try start(test.plan, [source], options)
      #expect(try run.run() == .finished)
      #expect(sinks[0].count == 38)
      let dead = sinks[1].rows
      #expect((0..<dead.count).map { dead.row($0)[6] } == [.int(11), .int(30)])
      #expect((0..<dead.count).map { dead.row($0)[8] } == [.string(lines[11]), .string(lines[30])])
      #expect(dead.count == 2 && dead.row(0)[0] == .string("R1009"))
      #expect(run.samples.map(\.place).sorted() == ["\(folder.path)/a.jsonl:12", "\(folder.path)/a.jsonl:31"])
      #expect(run.books.read == 40 && run.books.deadLettered == 2)
      #expect(run.books.balances)
    }
  }

  @Test("ON ERROR FAIL stops with the first bad line; DROP only counts", arguments: [1, 2])
  func errorPolicies(_ workers: Int) throws {
    let folder = TestFolder()
    var lines = Event.sample(40).map(\.json)
    lines[25] = "nonsense"
    lines[31] = "nonsense"
    folder.write("a.jsonl", lines.joined(separator: "\n"))
    var options = RunOptions()
    options.parallelism = workers
    options.chunkBytes = 300
    for policy in [ErrorPolicy.fail, .drop] {
      var test = TestPlan()
      let scan = test.scan(policy: policy)
      test.sink(scan)
      test.sink(Port(node: scan.node, stream: .errors))
      let source = try FileSource(paths: [folder.path + "/a.jsonl"], format: .json)
      let (run, sinks) = try start(test.plan, [source], options)
      if policy == .fail {
        let failure = #expect(throws: ExecutionError.self) { try run.run() }
        #expect(failure?.message.contains("a.jsonl:26") == true)
      } else {
        #expect(try run.run() == .finished)
        #expect(sinks[0].count == 38 && sinks[1].count == 0)
        #expect(run.books.deadLettered == 2)
      }
    }
  }

  @Test("offsets and partitions are columns when they are asked for", arguments: [1, 2])
  func metadata(_ workers: Int) throws {
    let folder = TestFolder()
    folder.write("a.jsonl", Event.sample(30).map(\.json).joined(separator: "\n"))
    folder.write("b.jsonl", Event.sample(4).map(\.json).joined(separator: "\n"))
    var test = TestPlan()
    let schema = Schema([Field("k", .int64)])
    test.sink(test.scan(schema: schema, metadata: [.offset, .partition]))
    let source = try FileSource(paths: [folder.path], format: .json)
    var options = RunOptions()
    options.parallelism = workers
    options.chunkBytes = 111
    let (run, sinks) = try start(test.plan, [source], options)
    #expect(try run.run() == .finished)
    let rows = sinks[0].rows
    var places: [[Int64]] = []
    for index in 0..<rows.count {
      if case .int(let offset) = rows.row(index)[1], case .int(let partition) = rows.row(index)[2] {
        places.append([partition, offset])
      }
    }
    #expect(places.filter { $0[0] == 0 } == (0..<30).map { [0, $0] })
    #expect(places.filter { $0[0] == 1 } == (0..<4).map { [1, $0] })
  }
}
