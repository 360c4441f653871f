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
    [
      "SELECT auction FROM bids INTERSECT DISTINCT SELECT id FROM auctions",
      "FROM bids |> SELECT auction |> INTERSECT DISTINCT (FROM auctions |> SELECT id)",
    ],
    [
      "SELECT auction, price FROM bids EXCEPT ALL BY NAME SELECT price, auction FROM bids WHERE price > 1",
      "FROM bids |> SELECT auction, price |> EXCEPT ALL BY NAME (FROM bids |> WHERE price > 1 |> SELECT price, auction)",
    ],
    [
      "SELECT auction, price, COUNT(*) AS n FROM bids GROUP BY ROLLUP (auction, price)",
      "SELECT auction, price, COUNT(*) AS n FROM bids GROUP BY GROUPING SETS ((auction, price), (auction), ())",
      "FROM bids |> AGGREGATE COUNT(*) AS n GROUP BY ROLLUP (auction, price)",
    ],
    [
      "SELECT auction, price, COUNT(*) AS n FROM bids GROUP BY CUBE (auction, price)",
      "FROM bids |> AGGREGATE COUNT(*) AS n GROUP BY GROUPING SETS ((auction), ()), GROUPING SETS (price, ())",
    ],
    [
      "SELECT * FROM (SELECT auction, price, name FROM bids) PIVOT (SUM(price) AS p FOR name IN ('a', 'b'))",
      "FROM bids |> SELECT auction, price, name |> PIVOT (SUM(price) AS p FOR name IN ('a', 'b'))",
      """
      FROM bids |> SELECT auction, price, name
      |> AGGREGATE SUM(price) FILTER (WHERE name = 'a') AS p_a, SUM(price) FILTER (WHERE name = 'b') AS p_b
         GROUP BY auction
      """,
    ],
    [
      "SELECT * FROM bids UNPIVOT (v FOR k IN (auction, price))",
      "FROM bids |> UNPIVOT (v FOR k IN (auction, price))",
    ],
    [
      "SELECT * FROM bids TABLESAMPLE BERNOULLI (10 PERCENT)", "FROM bids |> TABLESAMPLE BERNOULLI (10 PERCENT)",
    ],
    ["FROM bids |> WHERE price > 1", "FROM bids |> IF 1 = 1 THEN (|> WHERE price > 1) ELSE ()"],
    [
      """
      SELECT b.price, c.price AS before
      FROM bids AS b LEFT ASOF JOIN bids AS c MATCH_CONDITION (b.ts > c.ts) ON b.auction = c.auction
      """,
      """
      FROM bids AS b |> LEFT ASOF JOIN bids AS c MATCH_CONDITION (c.ts < b.ts) ON c.auction = b.auction
      |> SELECT b.price, c.price AS before
      """,
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
    [
      "SELECT b.price, a.seller FROM bids AS b JOIN auctions AS a ON b.auction = a.id WHERE a.seller > 3",
      "SELECT b.price, a.seller FROM bids AS b, auctions AS a WHERE a.id = b.auction AND a.seller > 3",
      "FROM bids AS b |> JOIN auctions AS a ON a.id = b.auction AND a.seller > 3 |> SELECT b.price, a.seller",
      "FROM bids AS b |> INNER JOIN auctions AS a ON b.auction = a.id |> WHERE seller > 3 |> SELECT price, seller",
      "FROM bids AS b |> CROSS JOIN auctions AS a |> WHERE b.auction = a.id AND seller > 3 |> SELECT price, seller",
    ],
    [
      "SELECT b.price, c.name FROM bids AS b, bids AS c, auctions AS a WHERE b.auction = a.id AND c.auction = b.auction",
      """
      FROM bids AS b |> JOIN bids AS c ON b.auction = c.auction |> JOIN auctions AS a ON b.auction = a.id
      |> SELECT b.price, c.name
      """,
    ],
    [
      "SELECT auction FROM bids LEFT SEMI JOIN auctions AS a ON bids.auction = a.id",
      "FROM bids |> SEMI JOIN auctions AS a ON a.id = bids.auction |> SELECT auction",
      "FROM auctions AS a |> RIGHT SEMI JOIN bids ON a.id = bids.auction |> SELECT auction",
    ],
    [
      "SELECT id FROM auctions ANTI JOIN bids ON id = bids.auction",
      "FROM auctions |> LEFT ANTI JOIN bids ON id = bids.auction |> SELECT id",
    ],
    [
      "SELECT b.price, a.seller FROM bids AS b JOIN auctions AS a USING (auction)",
      "SELECT b.price, a.seller FROM bids AS b JOIN auctions AS a ON b.auction = a.auction",
      "FROM bids AS b |> JOIN auctions AS a USING (auction) |> SELECT price, seller",
    ],
    [
      """
      SELECT b.auction, a.seller FROM bids AS b JOIN auctions AS a
      ON b.auction = a.id AND b.ts BETWEEN a.ts - INTERVAL '10' SECOND AND a.ts
      """,
      "FROM bids AS b |> JOIN auctions AS a ON b.auction = a.id WITHIN 10 SECONDS AFTER |> SELECT b.auction, seller",
      """
      SELECT b.auction, a.seller FROM bids AS b, auctions AS a
      WHERE b.auction = a.id AND a.ts >= b.ts AND b.ts + INTERVAL '10' SECOND >= a.ts
      """,
      """
      FROM bids AS b |> JOIN auctions AS a ON b.auction = a.id
        AND a.ts - b.ts <= INTERVAL '10' SECOND AND b.ts <= a.ts
      |> SELECT b.auction, seller
      """,
      """
      FROM bids AS b |> JOIN auctions AS a ON b.auction = a.id WITHIN 0 SECONDS BEFORE AND 10 SECONDS AFTER
      |> SELECT b.auction, seller
      """,
    ],
    [
      "FROM bids AS b |> LEFT JOIN auctions AS a ON b.auction = a.id WITHIN 1 MINUTE |> SELECT b.auction, seller",
      """
      SELECT b.auction, seller FROM bids AS b LEFT JOIN auctions AS a
      ON b.auction = a.id AND b.ts BETWEEN a.ts - INTERVAL '1' MINUTE AND a.ts + INTERVAL '60' SECOND
      """,
    ],
    [
      """
      SELECT b.price, a.seller FROM (SELECT * FROM TABLE(TUMBLE(TABLE bids, DESCRIPTOR(ts), INTERVAL '1' MINUTE))) AS b
      JOIN (SELECT * FROM TABLE(TUMBLE(TABLE auctions, DESCRIPTOR(ts), INTERVAL '1' MINUTE))) AS a
      ON b.window_start = a.window_start AND b.window_end = a.window_end AND b.auction = a.id
      """,
      """
      FROM bids |> WINDOW TUMBLE(SIZE 1 MINUTE) |> AS b
      |> JOIN (FROM auctions |> WINDOW TUMBLE(SIZE 1 MINUTE)) AS a ON b.auction = a.id PER WINDOW
      |> SELECT price, seller
      """,
    ],
    [
      "SELECT id, tag, at FROM auctions, UNNEST(tags) AS tag WITH OFFSET AS at",
      "SELECT id, tag, at FROM auctions CROSS JOIN UNNEST(auctions.tags) AS tag WITH OFFSET AS at",
      "FROM auctions |> JOIN UNNEST(tags) AS tag WITH OFFSET AS at |> SELECT id, tag, at",
      "FROM auctions AS a |> CROSS JOIN UNNEST(a.tags) AS t (tag) WITH OFFSET at |> SELECT id, tag, at",
    ],
    [
      "SELECT id, lot, name FROM auctions LEFT JOIN UNNEST(lots) AS l ON TRUE",
      "FROM auctions |> LEFT JOIN UNNEST(lots) AS l ON TRUE |> SELECT id, l.lot, l.name",
    ],
    [
      "FROM bids |> DEDUPLICATE ON auction KEEP FIRST BY ts",
      "SELECT DISTINCT ON (auction) * FROM bids ORDER BY auction, ts",
      "FROM bids |> TOP 1 PER auction ORDER BY ts",
    ],
    [
      "FROM bids |> DEDUPLICATE ON auction, name KEEP LAST BY ts",
      "SELECT DISTINCT ON (auction, name) * FROM bids ORDER BY auction, name, ts DESC",
      "FROM bids |> TOP 1 PER auction, name ORDER BY ts DESC",
    ],
    ["FROM bids |> DEDUPLICATE ON auction", "SELECT DISTINCT ON (auction) * FROM bids"],
    [
      "SELECT DISTINCT ON (auction) * FROM bids ORDER BY auction, price DESC",
      "FROM bids |> TOP 1 PER auction ORDER BY price DESC",
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
