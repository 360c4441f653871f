// What the grammar has and this version does not run is refused by name and place, once, and never ignored.

import Compiler
import Plan
import Syntax
import Testing
import Values

@Suite struct NotSupportedTests {
  /// A script, and the text at which E1900 must point.
  static let constructs: [(script: String, place: String)] = [
    ("FROM bids AS b |> ASOF JOIN bids AS c MATCH_CONDITION (b.ts <= c.ts) ON b.auction = c.auction", "b.ts <= c.ts"),
    ("FROM bids AS b |> JOIN bids FOR SYSTEM_TIME AS OF NOW() AS c ON b.auction = c.auction", "NOW()"),
    ("FROM auctions |> RIGHT JOIN UNNEST(tags) AS t ON TRUE", "RIGHT JOIN UNNEST(tags) AS t ON TRUE"),
    ("FROM auctions |> LEFT JOIN UNNEST(tags) AS t ON t = 'a'", "t = 'a'"),
    ("FROM bids |> THROTTLE TO 1 EVERY 10 MINUTES PER auction", "THROTTLE"),
    ("FROM bids |> VALIDATE price > 0 AS 'positive' ELSE DROP", "VALIDATE"),
    ("FROM bids |> TRY ( |> WHERE price > 0 ) ON ERROR DROP", "TRY"),
    ("FROM bids |> ASSERT price > 0", "ASSERT"),
    ("FROM bids |> EXTEND COUNT(*) OVER (PARTITION BY auction) AS n", "COUNT(*) OVER (PARTITION BY auction)"),
    ("SELECT auction FROM bids QUALIFY price = 1", "price = 1"),
    ("SELECT SUM((SELECT 1)) AS x FROM bids", "(SELECT 1)"),
    ("WITH RECURSIVE a AS (FROM bids) FROM a", "WITH RECURSIVE a AS (FROM bids)"),
    ("CREATE STREAM s (a VARIANT) FROM TOPIC 's'", "VARIANT"),
    ("FROM bids |> EXTEND GENERATE_UUID() AS id", "GENERATE_UUID()"),
    ("SELECT SUM(price ORDER BY price) AS total FROM bids", "price"),
    ("SELECT MIN(price LIMIT 2) AS low FROM bids", "2"),
    ("SELECT COUNT(price RESPECT NULLS) AS n FROM bids", "COUNT(price RESPECT NULLS)"),
    ("SELECT ARRAY_AGG(DISTINCT name ORDER BY price) AS names FROM bids", "price"),
    ("CREATE STREAM s (a BIGINT) FROM TOPIC 's' FORMAT AVRO", "FORMAT AVRO"),
    ("FROM bids FOR SYSTEM_TIME AS OF TIMESTAMP '2026-01-01'", "bids FOR SYSTEM_TIME AS OF TIMESTAMP '2026-01-01'"),
  ]

  @Test(arguments: constructs.map(\.script))
  func isRefusedByNameAndPlace(script: String) throws {
    let place = try #require(Self.constructs.first { $0.script == script }?.place)
    let text = declarations + script
    let errors = compile(text).diagnostics.filter(\.isError)
    #expect(errors.count == 1, "\(rendered(errors, text))")
    let error = try #require(errors.first)
    if place.isEmpty { return }
    #expect(error.code == "E1900", "\(error)")
    let bytes = Array(text.utf8)[error.primary.span.start..<error.primary.span.end]
    #expect(String(decoding: bytes, as: UTF8.self) == place)
  }
}
