// Joins as they are resolved: which columns they give, what is a key, what is pushed, what is known of the rows, what is refused.

import Compiler
import Plan
import Syntax
import Testing
import Values

@Suite struct JoinTests {
  private func properties(_ text: String) throws -> RelationProperties {
    let script = declarations + text
    let result = compile(script)
    guard let root = result.relations.last, !result.hasErrors else {
      throw Failure(description: rendered(result.diagnostics, script))
    }
    return root.inputs[0].properties
  }

  private func names(_ text: String) throws -> [String] { try properties(text).schema.fields.map(\.name) }

  @Test func columnsOfBothSides() throws {
    #expect(
      try names("FROM events |> SELECT event_type |> JOIN bids AS b ON event_type = b.auction")
        == ["event_type", "auction", "price", "name", "ts"])
    #expect(try names("FROM bids |> SEMI JOIN auctions AS a ON a.id = price") == ["auction", "price", "name", "ts"])
  }

  @Test func usingMakesColumnsOne() throws {
    let expected = ["auction", "price", "name", "ts", "id", "seller", "tags", "lots", "ts"]
    for kind in ["", "LEFT", "RIGHT", "FULL"] {
      #expect(try names("FROM bids |> \(kind) JOIN auctions USING (auction) STATE UNBOUNDED") == expected, "\(kind)")
    }
    #expect(
      try names("SELECT auction, bids.auction AS b, auctions.auction AS a FROM bids FULL JOIN auctions USING (auction)")
        == ["auction", "b", "a"])
    #expect(try resolved("FROM bids |> FULL JOIN auctions USING (auction) |> SELECT auction").contains("COALESCE"))
  }

  @Test func equalNamesAreAmbiguousOnlyWhenUsed() throws {
    #expect(codes("FROM bids |> JOIN auctions ON bids.auction = id STATE UNBOUNDED |> SELECT price").isEmpty)
    #expect(codes("FROM bids |> JOIN auctions ON bids.auction = id STATE UNBOUNDED |> SELECT ts") == ["E1005"])
    #expect(codes("FROM bids |> JOIN bids ON TRUE") == ["E1006"])
  }

  @Test func conditionsGoWhereTheyBelong() throws {
    let inner = try resolved(
      "FROM bids AS b |> JOIN auctions AS a ON b.auction = a.id AND b.price > 1 AND a.seller > 2 AND b.price < a.seller"
    )
    #expect(inner.contains("Join INNER ON auction = id IF price < seller"))
    #expect(inner.contains("Filter price > 1") && inner.contains("Filter seller > 2"))
    let left = try resolved(
      "FROM bids AS b |> LEFT JOIN auctions AS a ON b.auction = a.id AND b.price > 1 AND a.seller > 2")
    #expect(left.contains("Join LEFT ON auction = id IF price > 1"))
    #expect(left.contains("Filter seller > 2") && !left.contains("Filter price"))
    let right = try resolved(
      "FROM bids AS b |> RIGHT JOIN auctions AS a ON b.auction = a.id AND b.price > 1 AND a.seller > 2")
    #expect(right.contains("Join RIGHT ON auction = id IF seller > 2") && right.contains("Filter price > 1"))
    let full = try resolved(
      "FROM bids AS b |> FULL JOIN auctions AS a ON b.auction = a.id AND b.price > 1 AND a.seller > 2")
    #expect(full.contains("IF price > 1 AND seller > 2") && !full.contains("Filter"))
    let anti = try resolved(
      "FROM bids AS b |> ANTI JOIN auctions AS a ON b.auction = a.id AND b.price > 1 AND a.seller > 2")
    #expect(anti.contains("Join ANTI ON auction = id IF price > 1") && anti.contains("Filter seller > 2"))
    #expect(
      try resolved("FROM bids AS b |> JOIN auctions AS a ON b.auction IS NOT DISTINCT FROM a.seller").contains(
        "ON auction IS NOT DISTINCT FROM seller"))
  }

  @Test func padding() throws {
    func nullable(_ kind: String) throws -> [Bool] {
      try properties(
        "FROM bids AS b |> \(kind) JOIN auctions AS a ON b.price = a.seller |> SELECT b.auction, b.price, a.id, a.seller"
      )
      .schema.fields.map(\.nullable)
    }
    #expect(try nullable("") == [false, false, false, false])
    #expect(try nullable("LEFT") == [false, true, true, true])
    #expect(try nullable("RIGHT") == [true, true, false, true])
    #expect(try nullable("FULL") == [true, true, true, true])
  }

  @Test func changes() throws {
    #expect(try properties("FROM bids |> JOIN auctions AS a ON bids.auction = a.id").mode == .append)
    #expect(try properties("FROM bids |> LEFT JOIN auctions AS a ON bids.auction = a.id").mode == .retract)
    #expect(try properties("FROM bids |> ANTI JOIN auctions AS a ON bids.auction = a.id").mode == .retract)
    #expect(try properties("FROM bids |> SEMI JOIN auctions AS a ON bids.auction = a.id").mode == .append)
    #expect(
      try properties("FROM bids |> LEFT JOIN auctions AS a ON bids.auction = a.id WITHIN 1 MINUTE").mode == .append)
    #expect(
      try properties(
        "FROM auctions AS a |> LEFT JOIN (FROM bids |> AGGREGATE COUNT(*) AS n GROUP BY auction) AS b ON a.id = b.auction |> SELECT id, n"
      ).mode
        == .upsert(key: [0]))
  }

  @Test func keys() throws {
    #expect(
      try properties("FROM auctions AS a |> JOIN auctions AS b ON a.seller = b.id |> SELECT a.id, b.id AS other").keys
        == [[0]])
  }

  @Test func time() throws {
    let within = try properties("FROM bids AS b |> JOIN auctions AS a ON b.auction = a.id WITHIN 10 SECONDS AFTER")
    #expect(within.timeAttribute == TimeAttribute(column: 3, delay: 10_000_000))
    let before = try properties("FROM bids AS b |> JOIN auctions AS a ON b.auction = a.id WITHIN 10 SECONDS BEFORE")
    #expect(before.timeAttribute == TimeAttribute(column: 3, delay: 0))
    #expect(try properties("FROM bids AS b |> JOIN auctions AS a ON b.auction = a.id").timeAttribute == nil)
    let window = """
      FROM bids |> WINDOW TUMBLE(SIZE 1 MINUTE) |> AS b
      |> JOIN (FROM auctions |> WINDOW TUMBLE(SIZE 1 MINUTE)) AS a ON b.auction = a.id PER WINDOW
      """
    #expect(try properties(window).window != nil)
    #expect(try properties(window + "|> AGGREGATE COUNT(*) AS n GROUP BY WINDOW, seller").mode == .append)
    #expect(try names(window).filter { $0 == "window_start" }.count == 1)
  }

  @Test func boundedState() {
    #expect(codes("FROM bids |> JOIN auctions AS a ON bids.auction = a.id") == ["W2001"])
    #expect(codes("SELECT 1 AS one FROM bids, auctions") == ["W2001"])
    #expect(codes("FROM bids |> JOIN auctions AS a ON bids.auction = a.id STATE TTL 1 HOUR").isEmpty)
    #expect(codes("FROM bids |> JOIN auctions AS a ON bids.auction = a.id STATE UNBOUNDED").isEmpty)
    #expect(codes("FROM bids |> JOIN auctions AS a ON bids.auction = a.id WITHIN 1 HOUR").isEmpty)
    #expect(
      codes("SELECT 1 AS x FROM bids AS b, auctions AS a WHERE b.ts BETWEEN a.ts AND a.ts + INTERVAL '1' HOUR").isEmpty)
  }

  @Test func warningsHaveFixesThatCompile() throws {
    let text = declarations + "FROM bids\n|> JOIN auctions AS a ON bids.auction = a.id\n|> SELECT price;"
    let warning = try #require(compile(text, options: CompileOptions(follow: true)).diagnostics.first)
    let fix = try #require(warning.fixes.first)
    #expect(warning.code == "W2001")
    var bytes = Array(text.utf8)
    for edit in fix.edits.reversed() {
      bytes.replaceSubrange(edit.span.start..<edit.span.end, with: Array(edit.replacement.utf8))
    }
    let fixed = String(decoding: bytes, as: UTF8.self)
    #expect(compile(fixed, options: CompileOptions(follow: true)).diagnostics.isEmpty, "\(fixed)")
  }

  static let refused: [(script: String, code: String)] = [
    ("FROM bids |> JOIN auctions", "E1203"),
    ("FROM bids |> CROSS JOIN auctions ON TRUE", "E1203"),
    ("FROM bids |> NATURAL JOIN events", "E1004"),
    ("FROM bids |> JOIN auctions USING (price)", "E1004"),
    ("FROM bids |> JOIN auctions ON price", "E1104"),
    ("FROM bids |> JOIN auctions AS a ON bids.auction = a.id WITHIN 1 HOUR STATE UNBOUNDED", "E1203"),
    ("FROM bids |> JOIN events ON TRUE WITHIN 1 HOUR", "E2002"),
    (
      "FROM bids |> JOIN (FROM bids |> AGGREGATE COUNT(*) AS n GROUP BY auction STATE UNBOUNDED) AS c ON c.auction = bids.auction WITHIN 1 HOUR",
      "E2004"
    ),
    ("FROM bids |> JOIN auctions AS a ON TRUE PER WINDOW", "E1205"),
    (
      "FROM bids |> WINDOW TUMBLE(SIZE 1 MINUTE) |> JOIN (FROM auctions |> WINDOW TUMBLE(SIZE 1 MINUTE)) AS a ON bids.auction = a.id",
      "E2012"
    ),
    (
      "FROM bids |> WINDOW TUMBLE(SIZE 1 MINUTE) |> JOIN (FROM auctions |> WINDOW TUMBLE(SIZE 2 MINUTES)) AS a ON bids.auction = a.id PER WINDOW",
      "E2012"
    ),
    ("FROM auctions |> JOIN UNNEST(seller) AS s", "E1101"),
    ("FROM auctions, UNNEST(tags) AS t (a, b)", "E1107"),
  ]

  @Test(arguments: refused.map(\.script))
  func isRefused(script: String) throws {
    let code = try #require(Self.refused.first { $0.script == script }?.code)
    let errors = compile(declarations + script).diagnostics.filter(\.isError)
    #expect(errors.map(\.code) == [code], "\(rendered(errors, declarations + script))")
  }

  @Test func elementsOfArrays() throws {
    #expect(try names("FROM UNNEST(ARRAY[1, 2, 3]) AS x") == ["x"])
    #expect(try names("FROM UNNEST(ARRAY[1, 2, 3])") == ["unnest"])
    #expect(try names("FROM UNNEST(ARRAY['a']) WITH ORDINALITY AS t (word, place)") == ["word", "place"])
    #expect(try names("SELECT id, l FROM auctions, UNNEST(lots) AS l") == ["id", "l"])
    #expect(try names("SELECT id, l.* FROM auctions, UNNEST(lots) AS l WITH OFFSET") == ["id", "lot", "name"])
    #expect(try properties("SELECT tags FROM auctions, UNNEST(tags) AS tags").schema[0].type == .text)
  }
}
