// `millrace run` and `-c` from outside: what each option does to rows, order and books.

import Foundation
import Testing

@Suite("run")
struct RunCommandTests {
  private func place() throws -> Workplace {
    let place = try Workplace()
    try place.write("events.jsonl", Samples.events)
    try place.write(
      "count.pipe",
      """
      CREATE STREAM s (\(Samples.columns)) FROM FILE 'events.jsonl';
      FROM s |> AGGREGATE COUNT(*) AS n, SUM(v) AS t GROUP BY k;
      """)
    return place
  }

  @Test("an updating query prints its final rows in key order, or every change")
  func updating() throws {
    let place = try place()
    let rows = try place.run("run", "count.pipe")
    #expect(rows.status == 0)
    #expect(rows.lines == [#"{"k":"a","n":2,"t":60}"#, #"{"k":"b","n":2,"t":21}"#, #"{"k":"c","n":1,"t":40}"#])
    #expect(rows.error.contains("7 in, 3 out, 0 filtered, 0 late, 2 dead-lettered, 0 held"))
    #expect(try place.run("run", "count.pipe", "--format", "csv").lines == ["k,n,t", "a,2,60", "b,2,21", "c,1,40"])
    let changes = try place.run("run", "count.pipe", "--changes")
    #expect(changes.lines.first == #"{"op":"+I","k":"a","n":2,"t":60}"#)
    #expect(try place.run("run", "count.pipe", "--format", "table").output.contains("│ a      │      2 │     60 │"))
  }

  @Test("a profiled run gives the same rows, and says what each operator cost and kept")
  func profile() throws {
    let place = try place()
    let rows = try place.run("run", "count.pipe", "--profile", "--parallelism", "2")
    #expect(rows.output == (try place.run("run", "count.pipe")).output)
    let lines = rows.error.split(separator: "\n").map { $0.split(separator: "\t", omittingEmptySubsequences: false) }
    let aggregate = try #require(lines.first { $0.last?.hasPrefix("GroupAggregate") ?? false })
    #expect(aggregate.count == 8)
    #expect(aggregate[2] == "5" && aggregate[3] == "3")
    #expect(aggregate[5] == "3" && aggregate[6] == "O(keys)")
  }

  @Test("any number of workers gives the same rows in the same order")
  func parallelism() throws {
    let place = try place()
    try place.write("many.jsonl", Samples.stream(0..<5000))
    try place.write(
      "window.pipe",
      """
      CREATE STREAM s (\(Samples.columns)) FROM FILE 'events.jsonl';
      FROM s |> WINDOW TUMBLE(ts, SIZE 10 SECONDS) |> AGGREGATE COUNT(*) AS n, SUM(v) AS t GROUP BY WINDOW, k;
      FROM s |> WHERE v > 7 |> SELECT id;
      """)
    func rows(_ workers: String) throws -> Outcome {
      try place.run("run", "window.pipe", "--input", "s=many.jsonl", "--parallelism", workers)
    }
    let one = try rows("1")
    #expect(one.lines.count > 1000)
    #expect(try rows("2").output == one.output)
    #expect(try rows("3").output == one.output)
  }

  @Test("inputs: repeated, a glob, a folder, standard input; outputs: a file by its ending, standard output")
  func bindings() throws {
    let place = try place()
    try place.write(
      "copy.pipe",
      """
      CREATE STREAM s (\(Samples.columns)) FROM FILE 'events.jsonl';
      CREATE SINK o TO FILE 'o.jsonl';
      INSERT INTO o FROM s |> SELECT id;
      """)
    try FileManager.default.createDirectory(atPath: place.path + "/parts", withIntermediateDirectories: true)
    try place.write("parts/a b.jsonl", Samples.stream(0..<3))
    try place.write("parts/c.jsonl", Samples.stream(3..<5))
    let ids = (0..<5).map { "{\"id\":\($0)}" }
    for inputs in [["s=parts/a b.jsonl", "s=parts/c.jsonl"], ["s=parts/*.jsonl"], ["s=parts"]] {
      let words = inputs.flatMap { ["--input", $0] } + ["--output", "o=-"]
      #expect(try place.start(["run", "copy.pipe"] + words).finish().lines == ids)
    }
    let piped = try place.run("run", "copy.pipe", "--input", "s=-", "--output", "o=o.csv", input: Samples.stream(0..<2))
    #expect(piped.status == 0)
    #expect(place.read("o.csv") == "id\n0\n1\n")
    #expect(try place.run("run", "copy.pipe").output.isEmpty)
    #expect(place.read("o.jsonl").hasPrefix(#"{"id":1}"#))
  }

  @Test("without the final watermark open windows stay open, and their rows are held")
  func openWindows() throws {
    let place = try place()
    try place.write(
      "window.pipe",
      """
      CREATE STREAM s (\(Samples.columns)) FROM FILE 'events.jsonl';
      FROM s |> WINDOW TUMBLE(ts, SIZE 1 MINUTE) |> AGGREGATE SUM(v) AS t GROUP BY WINDOW;
      """)
    let open = try place.run("run", "window.pipe", "--no-final-watermark")
    #expect(open.lines.count == 2)
    #expect(open.error.contains("1 late, 2 dead-lettered, 1 held"))
    #expect(try place.run("run", "window.pipe").lines.count == 3)
  }

  @Test("a compiled plan runs without its source; one of another version is refused")
  func plans() throws {
    let place = try place()
    #expect(try place.run("compile", "count.pipe", "-o", "count.plan.json").status == 0)
    let direct = try place.run("run", "count.pipe")
    try FileManager.default.removeItem(atPath: place.path + "/count.pipe")
    #expect(try place.run("run", "count.plan.json").output == direct.output)
    let text = place.read("count.plan.json")
    try place.write("other.plan.json", text.replacingOccurrences(of: "\"version\" : 2", with: "\"version\" : 99"))
    let other = try place.run("run", "other.plan.json")
    #expect(other.status == 3)
    #expect(other.error.contains("version 99"))
    try place.write("cut.plan.json", String(text.prefix(text.count / 2)))
    #expect(try place.run("run", "cut.plan.json").error.contains("is not a compiled plan"))
  }

  @Test("SET takes effect: the zone, the bound on times ahead, the workers")
  func settings() throws {
    let place = try place()
    let text = """
      SET 'max_ahead' = '1 MINUTE'; SET 'time_zone' = 'Europe/Berlin'; SET 'parallelism' = 2;
      CREATE STREAM s (\(Samples.columns)) FROM FILE 'events.jsonl';
      FROM s |> SELECT id, ts;
      """
    let rows = try place.run("run", "-c", text, "--clock", "2026-01-01T10:01:00Z")
    #expect(rows.lines.last == #"{"id":4,"ts":"2026-01-01T11:00:05+01:00"}"#)
    #expect(rows.error.contains("R1010"))
    #expect(try place.run("-c", "SET 'parallelism' = 99; SELECT 1").status == 1)
    #expect(try place.run("-c", "SET 'idle_after' = 'soon'; SELECT 1").status == 1)
  }

  @Test("files need no declaration, and names may have spaces")
  func inferred() throws {
    let place = try place()
    try place.write("sp ace.csv", "\u{FEFF}id,k\r\n1,\"a,b\"\r\n2,c\r\n")
    #expect(try place.run("-c", "FROM 'sp ace.csv' |> WHERE id > 1").lines == [#"{"id":2,"k":"c"}"#])
    #expect(try place.run("-c", "SELECT 1 AS one").lines == [#"{"one":1}"#])
    try place.write("array.json", "[{\"a\":1}]")
    let array = try place.run("-c", "FROM 'array.json'")
    #expect(array.status == 1)
    #expect(array.error.contains("one JSON array"))
  }
}
