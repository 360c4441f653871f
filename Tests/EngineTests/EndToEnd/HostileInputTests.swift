// What a run meets in the world: bad records, missing files, full disks, closed pipes, signals. Nothing is lost without an
// account, nothing traps, and every message says what to do.

import Foundation
import Glibc
import Testing

@Suite("Hostile input")
struct HostileInputTests {
  private func place(_ policy: String = "") throws -> Workplace {
    let place = try Workplace()
    try place.write("events.jsonl", Samples.events)
    try place.write(
      "s.pipe",
      """
      CREATE STREAM s (\(Samples.columns)) FROM FILE 'events.jsonl' \(policy);
      FROM s |> WHERE v > -1 |> SELECT id;
      """)
    return place
  }

  @Test("a bad record is named by file and line, and the others go on")
  func deadLetters() throws {
    let place = try place()
    let rows = try place.run("run", "s.pipe")
    #expect(rows.status == 0)
    #expect(rows.lines == [1, 2, 3, 4, 7].map { "{\"id\":\($0)}" })
    #expect(rows.error.contains("s.errors: events.jsonl:5: R1009 `v`: expected BIGINT"))
    #expect(rows.error.contains("events.jsonl:6: R1009"))
    #expect(rows.error.contains("7 in, 5 out, 0 filtered, 0 late, 2 dead-lettered, 0 held"))
  }

  @Test("only what a query reads is decoded: a bad field that nobody asks for is no error")
  func unread() throws {
    let rows = try place().run(
      "-c", "CREATE STREAM s (\(Samples.columns)) FROM FILE 'events.jsonl'; FROM s |> SELECT id")
    #expect(rows.lines.count == 6)
    #expect(rows.error.contains("1 dead-lettered"))
  }

  @Test("errors and late rows are streams, and the books balance with them")
  func sideStreams() throws {
    let place = try place()
    try place.write(
      "side.pipe",
      """
      CREATE STREAM s (\(Samples.columns)) FROM FILE 'events.jsonl';
      CREATE PIPELINE w AS FROM s |> WINDOW TUMBLE(ts, SIZE 1 MINUTE) |> AGGREGATE COUNT(*) AS n GROUP BY WINDOW;
      FROM w.late |> SELECT id;
      FROM s.errors |> SELECT error_code, `offset`;
      """)
    let rows = try place.run("run", "side.pipe")
    #expect(rows.lines.contains(#"{"id":4}"#))
    #expect(rows.lines.filter { $0.contains("R1009") } == [4, 5].map { "{\"error_code\":\"R1009\",\"offset\":\($0)}" })
    #expect(!rows.error.contains("do not balance"))
  }

  @Test("ON ERROR DROP is quiet, FAIL stops, INTO keeps")
  func policies() throws {
    let dropped = try place("ON ERROR DROP").run("run", "s.pipe")
    #expect(dropped.status == 0)
    #expect(dropped.lines.count == 5)
    let failed = try place("ON ERROR FAIL").run("run", "s.pipe")
    #expect(failed.status == 3)
    #expect(failed.error.contains("events.jsonl:5"))
    let place = try place()
    let kept = try place.run(
      "-c",
      """
      CREATE SINK bad TO FILE 'bad.jsonl';
      CREATE STREAM s (\(Samples.columns)) FROM FILE 'events.jsonl' ON ERROR INTO bad;
      FROM s |> SELECT id, v;
      """)
    #expect(kept.status == 0)
    #expect(place.read("bad.jsonl").split(separator: "\n").count == 2)
  }

  @Test("CSV: columns by their names, broken quotes, an empty file")
  func csv() throws {
    let place = try place()
    try place.write("order.csv", "v,k,id,extra\n10,a,1,x\nzz,b,2,y\n\"unclosed,3\n")
    try place.write("empty.csv", "")
    let text =
      "CREATE STREAM c (id BIGINT, k STRING, v BIGINT) FROM FILE 'order.csv'; FROM c; FROM c.errors |> SELECT error_code;"
    try place.write("c.pipe", text)
    let rows = try place.run("run", "c.pipe")
    #expect(rows.lines.first == #"{"id":1,"k":"a","v":10}"#)
    #expect(rows.error.contains("order.csv:3"))
    #expect(rows.error.contains("2 dead-lettered"))
    let empty = try place.run("run", "c.pipe", "--input", "c=empty.csv")
    #expect(empty.status == 0)
    #expect(empty.error.contains("0 in, 0 out"))
  }

  @Test("bytes that are no text are records that do not decode")
  func garbage() throws {
    let place = try place()
    let bytes = (0..<4000).map { UInt8(truncatingIfNeeded: $0 &* 167 &+ $0 >> 3) }
    try Data(bytes).write(to: URL(fileURLWithPath: place.path + "/garbage.jsonl"))
    let rows = try place.run("run", "s.pipe", "--input", "s=garbage.jsonl")
    #expect(rows.status == 0)
    #expect(rows.output.isEmpty)
    try Data(bytes).write(to: URL(fileURLWithPath: place.path + "/garbage.pipe"))
    #expect(try place.run("run", "garbage.pipe").status == 1)
  }

  @Test(
    "files that cannot be read or written are named, with a way on",
    arguments: [
      ("run nope.pipe", "there is no file `nope.pipe`"), ("run t.pipe", "did you mean `s.pipe`?"),
      ("run .", "is a folder"), ("run s.pipe --input s=nope.jsonl", "--input STREAM=PATH"),
      ("run s.pipe --input s=/proc/self/mem", "cannot read"),
      ("run s.pipe --input 's=zz*.jsonl'", "--input STREAM=PATH"),
      ("run s.pipe > /dev/full", "no space is left"), ("run s.pipe >&-", "cannot write"),
      ("run s.pipe --input s=- <&-", "cannot read `standard input`"),
    ])
  func unreadable(line: String, message: String) throws {
    let outcome = try place().shell("millrace " + line)
    #expect(outcome.status == 3)
    #expect(outcome.error.contains(message))
  }

  @Test(
    "sinks that cannot be written", arguments: [".", "/proc/nope", "/dev/full", "missing/o.jsonl"])
  func unwritable(path: String) throws {
    let place = try place()
    try place.write("many.jsonl", Samples.stream(0..<20_000))
    try place.write(
      "o.pipe", "CREATE SINK o TO FILE 'o.jsonl'; INSERT INTO o FROM 'many.jsonl';")
    let outcome = try place.run("run", "o.pipe", "--output", "o=\(path)")
    #expect(outcome.status == 3)
    #expect(outcome.error.contains(path))
  }

  @Test("a reader that goes away ends the run quietly")
  func brokenPipe() throws {
    let place = try place()
    try place.write("many.jsonl", Samples.stream(0..<60_000))
    let outcome = try place.shell("millrace run s.pipe --input s=many.jsonl | head -1; exit ${PIPESTATUS[0]}")
    #expect(outcome.status == 0)
    #expect(outcome.lines == [#"{"id":0}"#])
    #expect(outcome.error.isEmpty)
  }

  @Test("a growing file is followed; Ctrl-C and a request to end give the account", arguments: [SIGINT, SIGTERM])
  func follow(signal: Int32) throws {
    let place = try place()
    try place.write("grow.jsonl", Samples.stream(0..<2))
    let running = try place.start(["run", "s.pipe", "--input", "s=grow.jsonl", "--follow"])
    #expect(running.waitForLines(2))
    let handle = try #require(FileHandle(forWritingAtPath: place.path + "/grow.jsonl"))
    try handle.seekToEnd()
    let more = Array(Samples.stream(2..<4).utf8)
    // A line that is not whole yet is waited for.
    try handle.write(contentsOf: Data(more[..<20]))
    usleep(50_000)
    try handle.write(contentsOf: Data(more[20...]))
    #expect(running.waitForLines(4))
    running.signal(signal)
    let outcome = running.finish()
    #expect(outcome.status == 0)
    #expect(outcome.lines == (0..<4).map { "{\"id\":\($0)}" })
    #expect(outcome.error.contains("interrupted; 4 in, 4 out"))
  }
}
