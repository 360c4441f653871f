// Queries over topics: the same rows as from files, appended to other topics, exactly once over crashes, beside processes
// that produce, under registered schemas.

import Foundation
import Glibc
import Testing

@Suite("Queries over topics")
struct TopicPipelineTests {
  private static let window =
    "FROM s |> WINDOW TUMBLE(ts, SIZE 10 SECONDS) |> AGGREGATE COUNT(*) AS n, SUM(id) AS ids GROUP BY WINDOW, k"

  private func place(partitions: Int = 2) throws -> Workplace {
    let place = try Workplace()
    #expect(try place.run("topic", "create", "in", "--partitions", "\(partitions)").status == 0)
    try place.write(
      "flow.pipe",
      """
      CREATE STREAM s (\(Samples.columns)) FROM TOPIC 'in';
      CREATE SINK o TO TOPIC 'out' KEY (k);
      CREATE SINK c TO TOPIC 'copy' KEY (k);
      INSERT INTO o \(Self.window);
      INSERT INTO c FROM s |> SELECT k, id;
      """)
    return place
  }

  private func produce(_ range: Range<Int>, _ place: Workplace) throws {
    #expect(try place.run("produce", "in", "--key", "k", input: Samples.stream(range)).status == 0)
  }

  @Test("from a topic or a file, the same rows")
  func sameRows() throws {
    let place = try place()
    try produce(0..<1000, place)
    try place.write("many.jsonl", Samples.stream(0..<1000))
    try place.write("read.pipe", "CREATE STREAM s (\(Samples.columns)) FROM TOPIC 'in'; \(Self.window);")
    let topic = try place.run("run", "read.pipe")
    #expect(topic.lines.count == 35)
    #expect(try place.run("run", "read.pipe", "--input", "s=many.jsonl").output == topic.output)
    #expect(try place.run("run", "read.pipe", "--parallelism", "3").output == topic.output)
  }

  @Test("a bounded run appends its rows, each time it is run")
  func bounded() throws {
    let place = try place()
    try produce(0..<10, place)
    for times in 1...2 {
      #expect(try place.run("run", "flow.pipe").status == 0)
      #expect(try place.run("consume", "copy").lines.count == 10 * times)
    }
    #expect(try place.run("consume", "copy", "--metadata", "--limit", "1").output.contains("\tk"))
  }

  @Test("killed and stopped at any moment, a pipeline loses nothing and repeats nothing")
  func crashes() throws {
    let place = try place()
    var random = SystemRandomNumberGenerator()
    for round in 0..<5 {
      try produce(round * 600..<(round + 1) * 600, place)
      let running = try place.start(["run", "flow.pipe", "--follow", "--parallelism", "2"])
      usleep(UInt32.random(in: 0..<250_000, using: &random))
      let signal = round % 3 == 2 ? SIGINT : SIGKILL
      running.signal(signal)
      _ = running.finish()
    }
    let last = try place.run("run", "flow.pipe", "--no-final-watermark", "--parallelism", "2")
    #expect(last.status == 0, "\(last.error)")
    let copied = try place.run("consume", "copy").lines
    #expect(copied.count == 3000)
    #expect(Set(copied).count == 3000)
    let whole = try place.run(
      "run", "flow.pipe", "--no-final-watermark", "--output", "o=o.jsonl", "--output", "c=c.jsonl")
    #expect(whole.status == 0)
    #expect(copied.sorted() == place.read("c.jsonl").split(separator: "\n").map(String.init).sorted())
    let windows = place.read("o.jsonl").split(separator: "\n").map(String.init)
    #expect(try place.run("consume", "out").lines.sorted() == windows.sorted())
  }

  @Test("a run that only reads sees what another process appends")
  func beside() throws {
    let place = try place()
    try produce(0..<2, place)
    let text = "CREATE STREAM s (\(Samples.columns)) FROM TOPIC 'in'; FROM s |> SELECT id;"
    let running = try place.start(["run", "-c", text, "--follow"])
    #expect(running.waitForLines(2))
    try produce(2..<4, place)
    #expect(running.waitForLines(4))
    running.signal(SIGINT)
    #expect(running.finish().lines.count == 4)
  }

  @Test("a topic that is being written is not written by another, and reading goes on")
  func locked() throws {
    let place = try place()
    try produce(0..<2, place)
    let running = try place.start(["run", "flow.pipe", "--follow"])
    // The log is open for writing once rows have come out.
    for _ in 0..<500 {
      if try place.run("consume", "copy", "--limit", "1").output.contains("id") { break }
      usleep(10_000)
    }
    let refused = try place.run("produce", "in", input: Samples.stream(2..<3))
    #expect(refused.status == 3)
    #expect(refused.error.contains("is being written by"))
    #expect(try place.run("consume", "in").lines.count == 2)
    running.signal(SIGINT)
    #expect(running.finish().status == 0)
  }

  @Test("a registered schema gives the columns; a list that disagrees is an error that shows both")
  func registered() throws {
    let place = try place()
    try place.write(
      "in.avsc",
      """
      {"type": "record", "name": "P", "fields": [
        {"name": "id", "type": "long"},
        {"name": "amount", "type": {"type": "bytes", "logicalType": "decimal", "precision": 12, "scale": 2}},
        {"name": "day", "type": {"type": "int", "logicalType": "date"}},
        {"name": "at", "type": {"type": "long", "logicalType": "timestamp-micros"}}]}
      """)
    #expect(try place.run("schema", "register", "in", "in.avsc").status == 0)
    let record = #"{"id":1,"amount":"12.50","day":"2026-01-02","at":"2026-01-01T10:00:00Z"}"# + "\n"
    #expect(try place.run("produce", "in", input: record).status == 0)
    let rows = try place.run("-c", "CREATE STREAM p FROM TOPIC 'in'; FROM p")
    #expect(rows.lines == [#"{"id":1,"amount":12.50,"day":"2026-01-02","at":"2026-01-01T10:00:00Z"}"#])
    let wrong = try place.run("-c", "CREATE STREAM p (id BIGINT, amount DOUBLE) FROM TOPIC 'in'; FROM p")
    #expect(wrong.status == 1)
    #expect(wrong.error.contains("declares `amount DOUBLE`"))
    #expect(wrong.error.contains("`amount DECIMAL(12, 2) NOT NULL`"))
  }

  @Test("a topic that is missing is named, with the one that was meant")
  func missing() throws {
    let place = try place()
    let outcome = try place.run("-c", "CREATE STREAM s (id BIGINT) FROM TOPIC 'inn'; FROM s")
    #expect(outcome.status == 3)
    #expect(outcome.error.contains("did you mean `in`?"))
  }
}
