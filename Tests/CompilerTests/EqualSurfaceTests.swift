// Each documented pair of surfaces resolves to one tree (LANGUAGE §2.3): their printed relations are equal.

import Testing

@Suite struct EqualSurfaceTests {
  static let pairs: [[String]] = [
    ["SELECT auction, price FROM bids WHERE price > 10", "FROM bids |> WHERE price > 10 |> SELECT auction, price"],
    [
      "SELECT * FROM TABLE(TUMBLE(TABLE bids, DESCRIPTOR(ts), INTERVAL '1' MINUTE))",
      "FROM bids |> CALL TUMBLE(DESCRIPTOR(ts), INTERVAL '1' MINUTE)",
      "FROM bids |> WINDOW TUMBLE(ts, SIZE 1 MINUTE)",
      "FROM bids |> WINDOW TUMBLE(SIZE 60 SECONDS)",
      "FROM TUMBLE(TABLE bids, DESCRIPTOR(ts), INTERVAL '1' MINUTE)",
    ],
    [
      "SELECT * FROM TABLE(HOP(TABLE bids, DESCRIPTOR(ts), INTERVAL '2' SECOND, INTERVAL '10' SECOND))",
      "FROM bids |> WINDOW HOP(ts, SIZE 10 SECONDS, EVERY 2 SECONDS)",
    ],
    [
      """
      SELECT window_start, window_end, window_time, auction, COUNT(*) AS n
      FROM TABLE(TUMBLE(TABLE bids, DESCRIPTOR(ts), INTERVAL '1' MINUTE))
      GROUP BY window_start, window_end, window_time, auction
      """,
      "FROM bids |> WINDOW TUMBLE(ts, SIZE 1 MINUTE) |> AGGREGATE COUNT(*) AS n GROUP BY WINDOW, auction",
      "FROM bids |> WINDOW TUMBLE(ts, SIZE 1 MINUTE) |> AGGREGATE COUNT(*) AS n GROUP BY window_start, window_end, auction",
    ],
    [
      "SELECT auction, COUNT(*) AS n FROM bids GROUP BY auction HAVING COUNT(*) > 3",
      "SELECT auction, COUNT(*) AS n FROM bids GROUP BY 1 HAVING n > 3",
      "FROM bids |> AGGREGATE COUNT(*) AS n GROUP BY auction |> WHERE n > 3",
    ],
    ["INSERT INTO top SELECT auction, price FROM bids", "FROM bids |> SELECT auction, price |> INSERT INTO top"],
    [
      "SELECT DISTINCT auction, price FROM bids",
      "FROM bids |> AGGREGATE GROUP BY auction, price",
      "FROM bids |> SELECT auction, price |> DISTINCT",
      "FROM bids |> SELECT DISTINCT auction, price",
    ],
    ["SELECT * FROM bids", "FROM bids", "FROM bids AS b |> SELECT b.*"],
    [
      "SELECT auction AS a, SUM(price) + 1 AS s FROM bids GROUP BY auction",
      "FROM bids |> AGGREGATE SUM(price) + 1 AS s GROUP BY auction AS a",
    ],
    [
      "SELECT auction FROM bids UNION ALL SELECT price FROM bids WHERE price IS NOT NULL",
      "FROM bids |> SELECT auction |> UNION ALL (FROM bids |> WHERE price IS NOT NULL |> SELECT price)",
    ],
    [
      "SELECT auction FROM bids ORDER BY auction DESC LIMIT 3",
      "FROM bids |> SELECT auction |> ORDER BY 1 DESC |> LIMIT 3",
    ],
    [
      "WITH cheap AS (SELECT * FROM bids WHERE price < 5) SELECT name FROM cheap",
      "WITH cheap AS (FROM bids |> WHERE price < 5) FROM cheap |> SELECT name",
    ],
  ]

  @Test(arguments: pairs)
  func surfacesAgree(surfaces: [String]) throws {
    let first = try resolved(surfaces[0])
    #expect(!first.isEmpty)
    for other in surfaces.dropFirst() { #expect(try resolved(other) == first, "\(other)") }
  }

  @Test func differentQueriesDiffer() throws {
    #expect(try resolved("FROM bids |> WHERE price > 1") != resolved("FROM bids |> WHERE price > 2"))
  }
}
