// Tables over topics as users have them: records produced with keys, deleted by keys without values, read as the rows that
// stand, and kept over crashes.

import Foundation
import Glibc
import Testing

@Suite("Tables over topics")
struct TablePipelineTests {
  private func place(partitions: Int = 3) throws -> Workplace {
    let place = try Workplace()
    #expect(try place.run("topic", "create", "accounts", "--partitions", "\(partitions)").status == 0)
    try place.write(
      "table.pipe",
      "CREATE TABLE accounts (id INT, owner STRING, balance BIGINT, PRIMARY KEY (id)) FROM TOPIC 'accounts' KEY (id);")
    return place
  }

  private func put(_ place: Workplace, _ lines: String) throws {
    #expect(try place.run("produce", "accounts", "--key", "id", input: lines).status == 0)
  }

  private func delete(_ place: Workplace, _ ids: Int...) throws {
    let lines = ids.map { "{\"id\":\($0)}\n" }.joined()
    #expect(try place.run("produce", "accounts", "--key", "id", "--delete", input: lines).status == 0)
  }

  private func rows(_ place: Workplace, _ query: String, _ options: String...) throws -> [String] {
    try place.write("query.pipe", place.read("table.pipe") + query)
    let outcome = try place.start(["run", "query.pipe", "--format", "jsonl"] + options).finish()
    #expect(outcome.status == 0, "\(outcome.error)")
    return outcome.lines
  }

  @Test("the last record of a key is its row, a record without a value is none")
  func upserts() throws {
    let place = try place()
    try put(place, (1...6).map { "{\"id\":\($0),\"owner\":\"o\($0)\",\"balance\":\($0 * 10)}\n" }.joined())
    try put(place, "{\"id\":2,\"owner\":\"o2\",\"balance\":21}\n{\"id\":3,\"owner\":\"x\",\"balance\":0}\n")
    try delete(place, 4, 5, 99)
    try put(place, "{\"id\":5,\"owner\":\"again\",\"balance\":1}\n")
    let expected = [
      "{\"id\":1,\"owner\":\"o1\",\"balance\":10}", "{\"id\":2,\"owner\":\"o2\",\"balance\":21}",
      "{\"id\":3,\"owner\":\"x\",\"balance\":0}", "{\"id\":5,\"owner\":\"again\",\"balance\":1}",
      "{\"id\":6,\"owner\":\"o6\",\"balance\":60}",
    ]
    #expect(try rows(place, "FROM accounts;").sorted() == expected)
    #expect(try rows(place, "FROM accounts;", "--parallelism", "3").sorted() == expected)
    #expect(
      try rows(place, "FROM accounts |> AGGREGATE COUNT(*) AS n, SUM(balance) AS total;") == ["{\"n\":5,\"total\":92}"])
    let consumed = try place.run("consume", "accounts", "--metadata")
    #expect(consumed.output.contains("\t99\tnull\n"))
  }

  @Test("delete needs a key, and leaves out lines without it")
  func deletions() throws {
    let place = try place()
    let refused = try place.run("produce", "accounts", "--delete", input: "{\"id\":1}\n")
    #expect(refused.status != 0 && refused.error.contains("--key"))
    let given = try place.run("produce", "accounts", "--key", "id", "--delete", input: "{\"id\":1}\n{\"x\":2}\n")
    #expect(given.status == 0 && given.error.contains("1 line without the key `id` left out"))
    #expect(try place.run("consume", "accounts").lines == ["null"])
  }

  @Test("the last row of a key in a file is its row")
  func files() throws {
    let place = try Workplace()
    try place.write("a.jsonl", "{\"k\":\"a\",\"v\":1}\n{\"k\":\"b\",\"v\":2}\n{\"k\":\"a\",\"v\":3}\n")
    try place.write("b.csv", "k,v\nx,1\ny,2\nx,3\n")
    let json = "CREATE TABLE t (k STRING, v INT, PRIMARY KEY (k)) FROM FILE 'a.jsonl'; FROM t |> ORDER BY k;"
    #expect(
      try place.run("run", "-c", json, "--format", "jsonl").lines == ["{\"k\":\"a\",\"v\":3}", "{\"k\":\"b\",\"v\":2}"])
    let csv = "CREATE TABLE t (k STRING, v INT, PRIMARY KEY (k)) FROM FILE 'b.csv'; FROM t |> ORDER BY k;"
    #expect(
      try place.run("run", "-c", csv, "--format", "jsonl").lines == ["{\"k\":\"x\",\"v\":3}", "{\"k\":\"y\",\"v\":2}"])
  }

  @Test("killed at any moment, a table's aggregate goes on with the rows it had")
  func crashes() throws {
    let place = try place()
    try place.write(
      "flow.pipe",
      place.read("table.pipe") + """
        CREATE SINK totals (owner STRING, n BIGINT, total BIGINT, PRIMARY KEY (owner)) TO TOPIC 'totals' KEY (owner);
        FROM accounts |> AGGREGATE COUNT(*) AS n, SUM(balance) AS total GROUP BY owner STATE UNBOUNDED
        |> INSERT INTO totals;
        """)
    var random = SystemRandomNumberGenerator()
    for round in 0..<4 {
      let lines = (0..<300).map { "{\"id\":\($0 % 90),\"owner\":\"o\(($0 + round) % 7)\",\"balance\":\($0 + round)}\n" }
      try put(place, lines.joined())
      try delete(place, round, round + 20, round + 40)
      let running = try place.start(["run", "flow.pipe", "--follow", "--parallelism", "2"])
      usleep(UInt32.random(in: 0..<250_000, using: &random))
      running.signal(SIGKILL)
      _ = running.finish()
    }
    let last = try place.run("run", "flow.pipe", "--no-final-watermark", "--parallelism", "2")
    #expect(last.status == 0, "\(last.error)")
    let totals = "CREATE TABLE totals (owner STRING, n BIGINT, total BIGINT, PRIMARY KEY (owner)) FROM TOPIC 'totals';"
    let kept = try place.run("run", "-c", totals + "FROM totals |> ORDER BY owner", "--format", "jsonl").lines
    let direct = try rows(
      place, "FROM accounts |> AGGREGATE COUNT(*) AS n, SUM(balance) AS total GROUP BY owner |> ORDER BY owner;")
    #expect(kept == direct && kept.count == 7)
  }

  @Test("a sink with a primary key says each key once in a step, and deletes with records without a value")
  func upsertSink() throws {
    let place = try place(partitions: 1)
    try put(
      place,
      """
      {"id":1,"owner":"a","balance":1}
      {"id":2,"owner":"b","balance":2}
      {"id":1,"owner":"a","balance":3}
      {"id":3,"owner":"c","balance":1}

      """)
    try place.write(
      "flow.pipe",
      place.read("table.pipe") + """
        CREATE SINK rich (id INT, balance BIGINT, PRIMARY KEY (id)) TO TOPIC 'rich';
        CREATE SINK changes (id INT, balance BIGINT) TO TOPIC 'changes' FORMAT CHANGELOG JSON;
        CREATE SINK envelopes (id INT, balance BIGINT) TO TOPIC 'envelopes' KEY (id) FORMAT DEBEZIUM JSON;
        CREATE SINK lines (id INT, balance BIGINT) TO FILE 'lines.jsonl' FORMAT DEBEZIUM JSON;
        CREATE VIEW selected AS FROM accounts |> WHERE balance > 1 |> SELECT id, balance;
        FROM selected |> INSERT INTO rich;
        FROM selected |> INSERT INTO changes;
        FROM selected |> INSERT INTO envelopes;
        FROM selected |> INSERT INTO lines;
        """)
    let first = try place.run("run", "flow.pipe", "--no-final-watermark")
    #expect(first.status == 0, "\(first.error)")
    try put(place, "{\"id\":1,\"owner\":\"a\",\"balance\":9}\n{\"id\":2,\"owner\":\"b\",\"balance\":0}\n")
    try delete(place, 3)
    #expect(try place.run("run", "flow.pipe", "--no-final-watermark").status == 0)
    #expect(
      try place.run("consume", "rich").lines
        == ["{\"id\":1,\"balance\":3}", "{\"id\":2,\"balance\":2}", "{\"id\":1,\"balance\":9}", "null"])
    #expect(try place.run("consume", "rich", "--metadata").lines.last?.hasSuffix("\t2\tnull") == true)
    #expect(
      try place.run("consume", "changes").lines == [
        "{\"op\":\"+I\",\"id\":1,\"balance\":3}", "{\"op\":\"+I\",\"id\":2,\"balance\":2}",
        "{\"op\":\"-U\",\"id\":1,\"balance\":3}", "{\"op\":\"+U\",\"id\":1,\"balance\":9}",
        "{\"op\":\"-D\",\"id\":2,\"balance\":2}",
      ])
    let envelopes = [
      "{\"before\":null,\"after\":{\"id\":1,\"balance\":3},\"op\":\"c\"}",
      "{\"before\":null,\"after\":{\"id\":2,\"balance\":2},\"op\":\"c\"}",
      "{\"before\":{\"id\":1,\"balance\":3},\"after\":{\"id\":1,\"balance\":9},\"op\":\"u\"}",
      "{\"before\":{\"id\":2,\"balance\":2},\"after\":null,\"op\":\"d\"}",
    ]
    #expect(try place.run("consume", "envelopes").lines == envelopes)
    #expect(place.read("lines.jsonl").split(separator: "\n").map(String.init) == envelopes)
    // What is written is read back as the rows that stand.
    for (topic, format) in [("rich", "JSON"), ("changes", "CHANGELOG JSON"), ("envelopes", "DEBEZIUM JSON")] {
      let query =
        "CREATE TABLE t (id INT, balance BIGINT, PRIMARY KEY (id)) FROM TOPIC '\(topic)' FORMAT \(format); FROM t;"
      #expect(try place.run("run", "-c", query, "--format", "jsonl").lines == ["{\"id\":1,\"balance\":9}"], "\(topic)")
    }
  }

  @Test("a materialized view and a derived table are kept, and any run reads their rows")
  func keptViews() throws {
    let place = try place()
    try put(place, (1...6).map { "{\"id\":\($0),\"owner\":\"o\($0 % 2)\",\"balance\":\($0)}\n" }.joined())
    try place.write(
      "views.pipe",
      place.read("table.pipe")
        + """
        CREATE MATERIALIZED VIEW totals AS
        FROM accounts |> AGGREGATE COUNT(*) AS n, SUM(balance) AS total GROUP BY owner STATE UNBOUNDED;
        CREATE TABLE last (PRIMARY KEY (owner)) AS FROM log |> SELECT owner, id;
        """.replacingOccurrences(
          of: "CREATE TABLE last",
          with: "CREATE STREAM log (id INT, owner STRING, balance BIGINT) FROM TOPIC 'accounts'; CREATE TABLE last"))
    func read(_ view: String) throws -> [String] {
      let outcome = try place.run("run", "-c", "FROM \(view) |> ORDER BY owner", "--format", "jsonl")
      #expect(outcome.status == 0, "\(outcome.error)")
      return outcome.lines
    }
    #expect(try place.run("run", "-c", "FROM totals").status != 0)
    let first = try place.run("run", "views.pipe")
    #expect(first.status == 0, "\(first.error)")
    #expect(
      try read("totals") == [
        "{\"owner\":\"o0\",\"n\":3,\"total\":12}", "{\"owner\":\"o1\",\"n\":3,\"total\":9}",
      ])
    #expect(try read("last").count == 2)
    // A run that reads all again begins the view anew: rows whose key is gone do not stay.
    try delete(place, 2, 4, 6)
    #expect(try place.run("run", "views.pipe").status == 0)
    #expect(try read("totals") == ["{\"owner\":\"o1\",\"n\":3,\"total\":9}"])
    // Runs that go on where the last one stopped.
    for round in 1...3 {
      try put(place, "{\"id\":1,\"owner\":\"o1\",\"balance\":\(round * 100)}\n")
      let running = try place.start(["run", "views.pipe", "--follow"])
      usleep(200_000)
      running.signal(SIGKILL)
      _ = running.finish()
    }
    let last = try place.run("run", "views.pipe", "--no-final-watermark")
    #expect(last.status == 0, "\(last.error)")
    #expect(try read("totals") == ["{\"owner\":\"o1\",\"n\":3,\"total\":308}"])
    let refused = try place.run("run", "views.pipe")
    #expect(refused.status != 0 && refused.error.contains("--no-final-watermark"))
    #expect(try place.run("run", "-c", "DROP MATERIALIZED VIEW totals").status == 0)
    #expect(try place.run("run", "-c", "FROM totals").status != 0)
  }
}
