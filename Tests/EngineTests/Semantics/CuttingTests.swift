// Promise 1 at the level of queries: the rows do not depend on workers, steps, batches, files or the optimiser.

import Testing

@testable import Engine

@Suite("Rows do not depend on how the work is cut up")
struct CuttingTests {
  static let queries = [
    "FROM events |> WHERE v > 2 |> EXTEND 12 / v AS r",
    "SELECT DISTINCT k, v FROM events",
    "FROM events |> AGGREGATE COUNT(*) AS n, SUM(v) AS s, AVG(d) AS a, COUNT(DISTINCT v) AS dv GROUP BY k",
    "FROM events |> AGGREGATE COUNT(*) AS n, MIN(k) AS least, MAX(v) FILTER (WHERE k = 'a') AS m",
    """
    FROM events |> AGGREGATE SUM(v) AS s GROUP BY k |> AGGREGATE COUNT(*) AS n GROUP BY s
    """,
    "FROM events |> WHERE k = 'a' |> UNION ALL (FROM events |> WHERE v = 3) |> AGGREGATE COUNT(*) AS n GROUP BY k",
    "FROM events |> WINDOW TUMBLE(SIZE 10 SECONDS) |> AGGREGATE COUNT(*) AS n, SUM(v) AS s GROUP BY WINDOW, k",
    """
    FROM events |> WINDOW HOP(SIZE 15 SECONDS, EVERY 5 SECONDS) |> AGGREGATE COUNT(*) AS n, MAX(d) AS d GROUP BY WINDOW
    """,
    """
    FROM events |> WINDOW HOP(SIZE 10 SECONDS, EVERY 4 SECONDS) GRACE 3 SECONDS
    |> AGGREGATE COUNT(*) AS n GROUP BY WINDOW, k |> AGGREGATE MAX(n) AS most GROUP BY WINDOW
    """,
    """
    FROM events |> WINDOW TUMBLE(SIZE 1 DAY, ZONE 'Asia/Kathmandu') |> AGGREGATE COUNT(*) AS n GROUP BY WINDOW, k
    """,
    "FROM events |> WINDOW TUMBLE(SIZE 5 SECONDS) |> AGGREGATE SUM(v) AS s GROUP BY WINDOW, k |> EMIT CHANGES",
    "FROM events |> WINDOW TUMBLE(SIZE 5 SECONDS) |> SELECT k, window_start |> DISTINCT",
    "FROM events |> ORDER BY v DESC, k, ts |> LIMIT 7 OFFSET 2 |> SELECT v, k",
  ]

  static let declaration = """
    CREATE STREAM events (
      ts TIMESTAMP, k STRING, v INT, d DOUBLE, WATERMARK FOR ts AS ts - INTERVAL '2' SECOND
    ) FROM FILE '%';

    """

  /// Events out of order, some too late, some with nothing in them.
  private static func lines(_ count: Int) -> [String] {
    var state: UInt64 = 20_240_101
    func draw(_ limit: UInt64) -> UInt64 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return (state >> 33) % limit
    }
    return (0..<count).map { index in
      let second = max(0, index / 4 - Int(draw(10) == 0 ? draw(9) : draw(3)))
      let time =
        "2024-01-01 00:\(second / 60 < 10 ? "0" : "")\(second / 60):\(second % 60 < 10 ? "0" : "")\(second % 60)"
      let key = draw(9) == 0 ? "null" : "\"\(["a", "b", "c", "dé"][Int(draw(4))])\""
      let value = draw(11) == 0 ? "null" : "\(draw(6))"
      return #"{"ts":"\#(time)","k":\#(key),"v":\#(value),"d":\#(draw(8)).5}"#
    }
  }

  @Test("the same rows at any parallelism, step, batch and optimisation", arguments: queries)
  func anyCut(_ query: String) throws {
    let drive = try QueryDrive()
    try drive.write("events.jsonl", Self.lines(600).joined(separator: "\n"))
    let text = Self.declaration.replacing("%", with: "events.jsonl") + query
    let expected = try drive.rows(text)
    #expect(expected.balances && expected.sinks.contains { !$0.isEmpty })
    for workers in 1...3 {
      for (bytes, rows) in [(1 << 18, 8192), (700, 8192), (2_000, 7), (90, 1)] {
        for optimized in [true, false] {
          let cutting = Cutting(workers: workers, bytes: bytes, rows: rows, optimized: optimized)
          #expect(try drive.rows(text, cutting) == expected, "\(cutting)")
        }
      }
    }
  }

  @Test("the same rows from one partition or several when each is in order", arguments: queries)
  func manyFiles(_ query: String) throws {
    let drive = try QueryDrive()
    // In order, so that no row is late however the partitions are dealt.
    let lines = Self.lines(240).sorted()
    try drive.write("events.jsonl", lines.joined(separator: "\n"))
    for part in 0..<3 {
      let own = lines.enumerated().filter { $0.offset % 3 == part }.map(\.element)
      try drive.write("parts/\(part).jsonl", own.joined(separator: "\n") + "\n")
    }
    let one = try drive.rows(Self.declaration.replacing("%", with: "events.jsonl") + query)
    for workers in 1...3 {
      let many = try drive.rows(
        Self.declaration.replacing("%", with: "parts/*.jsonl") + query, Cutting(workers: workers, bytes: 500))
      #expect(many == one, "\(workers) workers")
    }
  }
}
