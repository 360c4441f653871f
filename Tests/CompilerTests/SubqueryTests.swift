// Subqueries are joins: equal ways of asking resolve to one tree, correlations become keys, and what cannot be put beside the
// outer row is refused where it stands.

import Compiler
import Testing

@Suite struct SubqueryTests {
  static let pairs: [[String]] = [
    [
      "FROM bids AS b |> SEMI JOIN auctions AS a ON b.auction = a.id",
      "SELECT * FROM bids AS b WHERE EXISTS (SELECT 1 FROM auctions AS a WHERE a.id = b.auction)",
      "FROM bids AS b |> WHERE EXISTS (FROM auctions AS a |> WHERE b.auction = a.id)",
      "FROM bids AS b |> WHERE EXISTS (FROM auctions |> WHERE id = b.auction |> EXTEND 1 AS one |> DROP id)",
      "SELECT * FROM bids WHERE auction IN (SELECT id FROM auctions)",
      "FROM bids |> WHERE auction IN (FROM auctions |> SELECT id)",
    ],
    [
      "FROM bids AS b |> ANTI JOIN auctions AS a ON b.auction = a.id",
      "FROM bids AS b |> WHERE NOT EXISTS (FROM auctions AS a |> WHERE b.auction = a.id)",
      "SELECT * FROM bids WHERE auction NOT IN (SELECT id FROM auctions)",
      "SELECT * FROM bids WHERE NOT (auction IN (SELECT id FROM auctions))",
    ],
    [
      "FROM bids AS b |> SEMI JOIN auctions AS a ON b.auction = a.id AND a.seller > b.price",
      "FROM bids AS b |> WHERE EXISTS (FROM auctions |> WHERE id = b.auction AND seller > b.price)",
      "FROM bids |> WHERE auction IN (SELECT id FROM auctions WHERE seller > price)",
    ],
    [
      "FROM bids |> SELECT auction, (SELECT MAX(seller) FROM auctions WHERE id = bids.auction) AS m",
      "SELECT auction, (FROM auctions |> WHERE id = bids.auction |> AGGREGATE MAX(seller)) AS m FROM bids",
    ],
    [
      "FROM auctions |> WHERE 'a' IN UNNEST(tags)", "FROM auctions |> WHERE ARRAY_CONTAINS(tags, 'a')",
    ],
    [
      "SELECT b.auction, a.n FROM bids AS b, LATERAL (SELECT COUNT(*) AS n FROM auctions WHERE id = b.auction) AS a",
      "FROM bids AS b |> JOIN LATERAL (FROM auctions |> WHERE id = b.auction |> AGGREGATE COUNT(*) AS n) AS a ON TRUE |> SELECT b.auction, a.n",
    ],
  ]

  @Test(arguments: pairs)
  func spellingsAgree(spellings: [String]) throws {
    let first = try resolved(spellings[0])
    for other in spellings.dropFirst() { #expect(try resolved(other) == first, "\(other)") }
  }

  /// A query, and what its tree must contain.
  static let shapes: [(script: String, lines: [String])] = [
    // Whatever is counted, no row counts as 0.
    (
      "SELECT (SELECT COUNT(*) FROM auctions WHERE id = b.auction) AS n FROM bids AS b",
      ["Join LEFT", "Aggregate keys [id AS _]", "COALESCE"]
    ),
    // A key proves that there is one row.
    ("SELECT (SELECT seller FROM auctions WHERE id = b.auction) AS s FROM bids AS b", ["Join LEFT"]),
    // Nothing proves it here.
    ("SELECT (SELECT price FROM bids WHERE auction = a.id) AS p FROM auctions AS a", ["AT_MOST_ONE"]),
    // Not an equality, and an aggregate above it: the outer values stand beside the subquery's rows.
    (
      "SELECT (SELECT COUNT(*) FROM auctions WHERE seller > b.price) AS n FROM bids AS b",
      ["Join LEFT", "Aggregate keys [price AS _] calls [COUNT"]
    ),
    // Two queries out.
    (
      """
      SELECT * FROM bids AS b WHERE EXISTS (
        SELECT 1 FROM auctions AS a WHERE a.id = b.auction AND EXISTS (
          SELECT 1 FROM events WHERE bid.auction = a.id AND bid.price = b.price))
      """, ["Join SEMI"]
    ),
    ("SELECT * FROM bids WHERE price > 1 OR EXISTS (SELECT 1 FROM auctions WHERE id = price)", ["Join LEFT"]),
  ]

  @Test(arguments: shapes.map(\.script))
  func becomesJoins(script: String) throws {
    let lines = try #require(Self.shapes.first { $0.script == script }?.lines)
    let tree = try resolved(script)
    for line in lines { #expect(tree.contains(line), "\(tree)") }
  }

  @Test func aKeyNeedsNoCount() throws {
    #expect(
      try !resolved("SELECT (SELECT seller FROM auctions WHERE id = b.auction) AS s FROM bids AS b").contains(
        "AT_MOST_ONE"))
  }

  @Test func notInOverNullsWarns() {
    #expect(codes("SELECT * FROM bids WHERE price NOT IN (SELECT seller FROM auctions)").contains("W3201"))
    #expect(!codes("SELECT * FROM bids WHERE price NOT IN (SELECT id FROM auctions)").contains("W3201"))
    #expect(!codes("SELECT * FROM bids WHERE price IN (SELECT seller FROM auctions)").contains("W3201"))
  }

  @Test(arguments: [
    ("SELECT (SELECT id, seller FROM auctions) AS x FROM bids", "E1107"),
    ("SELECT * FROM bids WHERE price IN (SELECT name FROM bids)", "E1105"),
    ("SELECT * FROM bids WHERE EXISTS (SELECT 1 FROM auctions WHERE nothing = 1)", "E1004"),
    ("SELECT (SELECT seller FROM auctions WHERE id = price ORDER BY ts LIMIT 1) AS s FROM bids", "E1900"),
    ("SELECT SUM((SELECT 1)) AS s FROM bids", "E1900"),
    ("FROM bids |> ORDER BY (SELECT 1)", "E1900"),
    ("FROM LATERAL (SELECT 1 AS a)", "E1203"),
  ])
  func isRefused(script: String, code: String) {
    #expect(codes(script, options: CompileOptions()) == [code])
  }
}
