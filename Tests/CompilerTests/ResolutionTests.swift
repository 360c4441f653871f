// Names, scopes, changes and definitions, by the trees and the codes that they give.

import Compiler
import Plan
import Syntax
import Testing
import Values

@Suite struct ResolutionTests {
  @Test(arguments: [
    ("FROM bids |> SET price = price + 1 |> SELECT price", []),
    ("FROM bids AS b |> SET price = price + 1 |> SELECT b.price", ["W3101"]),
    ("FROM bids |> EXTEND price + 1 AS price", ["W3102"]),
    ("FROM bids |> EXTEND price + 1 AS p, p + 1 AS q", ["E1004"]),
    ("FROM bids |> DROP price |> SELECT price", ["E1004"]),
    ("FROM bids AS b |> DROP price |> SELECT b.price", []),
    ("FROM bids |> RENAME price AS p, auction AS price |> SELECT p, price", []),
    ("FROM bids AS b |> AS c |> SELECT b.price", ["E1004"]),
    ("FROM bids |> SELECT price |> SELECT auction", ["E1004"]),
    ("FROM bids |> SELECT * EXCLUDE (price) REPLACE (auction + 1 AS auction)", []),
    ("FROM bids |> SELECT * EXCLUDE (nothing)", ["E1004"]),
    ("SELECT auction AS a, COUNT(*) AS n FROM bids GROUP BY a", ["W2001"]),
    ("SELECT price FROM bids GROUP BY auction", ["W2001", "E1202"]),
    ("FROM bids |> WHERE auction |> WHERE nothing > 1 |> SELECT whatever", ["E1104"]),
    ("SELECT b.auction, price FROM bids b WHERE b.name LIKE 'a%'", []),
    ("FROM events |> SELECT bid.nothing", ["E1004"]),
    ("FROM events AS e |> SELECT e.bid.price", []),
    ("CREATE VIEW v (a, b) AS SELECT auction, price FROM bids; FROM v |> SELECT a + b AS c", []),
    ("CREATE FUNCTION twice(x BIGINT) RETURNS BIGINT AS (x * 2); FROM bids |> SELECT twice(price) AS p", []),
    ("CREATE FUNCTION f(x STRING) RETURNS BIGINT AS (x * 2);", ["E1101"]),
    ("CREATE TABLE FUNCTION dear(t TABLE, low BIGINT) AS (FROM t |> WHERE price > low); FROM bids |> CALL dear(5)", []),
    ("INSERT INTO top (auction) SELECT auction FROM bids", []),
    ("INSERT INTO top (n) SELECT price FROM bids", ["E2013"]),
    ("INSERT INTO top SELECT auction FROM bids", ["E1107"]),
    ("INSERT INTO latest SELECT auction, COUNT(*) AS n FROM bids GROUP BY auction", ["W2001"]),
    ("SELECT TIMESTAMP_DIFF(ts, ts, SECOND) AS d, EXTRACT(HOUR FROM ts) AS h FROM bids", []),
    ("SELECT SAFE.PARSE_JSON(name) AS j, SAFE_CAST(name AS BIGINT) AS n FROM bids", []),
    ("SELECT ARRAY[1, 2][OFFSET(0)] AS a, STRUCT(1 AS x).x AS b", []),
    ("SELECT 1 AS a |> UNION ALL (SELECT 'a')", ["E1105"]),
    ("FROM bids |> WINDOW TUMBLE(price, SIZE 1 MINUTE)", ["E2002"]),
    (
      "FROM bids |> WINDOW TUMBLE(SIZE 1 MINUTE) |> DROP window_start, window_end, window_time |> AGGREGATE COUNT(*) AS n GROUP BY auction STATE UNBOUNDED",
      []
    ),
    ("CREATE STREAM s (a BIGINT) WITH ('connector' = 'kafka', 'topic' = 's', 'format' = 'json'); FROM s", []),
    ("CREATE STREAM s (a BIGINT) WITH ('conector' = 'kafka');", ["E1008"]),
    ("SET 'time_zone' = 'Europe/Berlin'; SHOW STREAMS; DESCRIBE bids;", []),
    ("EXPLAIN FROM bids |> SELECT auction", []),
  ])
  func codes(script: String, expected: [String]) {
    let found = CompilerTests.codes(script)
    #expect(found == expected, "\(script): \(found)")
  }

  @Test func nullabilityFollowsFilters() throws {
    let plan = try dataflow("FROM bids |> WHERE price IS NOT NULL AND name = 'a' |> SELECT price, name")
    #expect(plan.nodes.last?.properties.schema.fields.map(\.nullable) == [false, false])
  }

  @Test func strictPromotesUnboundedState() {
    let result = compile(
      declarations + "FROM bids |> AGGREGATE COUNT(*) AS n GROUP BY auction",
      options: CompileOptions(follow: true, strict: true))
    #expect(result.hasErrors)
  }

  @Test func changesAreTracked() throws {
    func mode(_ text: String) throws -> ChangelogMode? { try dataflow(text).nodes.last?.properties.mode }
    #expect(try mode("FROM bids") == .append)
    #expect(try mode("FROM bids |> DISTINCT") == .append)
    #expect(try mode("FROM bids |> AGGREGATE COUNT(*) AS n GROUP BY auction") == .upsert(key: [0]))
    #expect(try mode("FROM bids |> AGGREGATE COUNT(*) AS n GROUP BY auction |> SELECT n") == .retract)
    let windowed = "FROM bids |> WINDOW TUMBLE(SIZE 1 MINUTE) |> AGGREGATE COUNT(*) AS n GROUP BY WINDOW, auction"
    #expect(try mode(windowed) == .append)
    #expect(try mode(windowed + " |> EMIT CHANGES") == .upsert(key: [0, 1, 3]))
  }

  @Test func definitionsStayInTheCatalog() throws {
    let first = compile(declarations + "CREATE VIEW dear AS FROM bids |> WHERE price > 5;")
    #expect(first.dataflow == nil)
    let second = compile("FROM dear |> SELECT auction", catalog: first.catalog)
    #expect(second.dataflow?.sources.map(\.name) == ["bids"])
    #expect(Compiler.describe("dear", catalog: first.catalog) != nil)
  }

  @Test func quotedFilesAreFoundAndRead() throws {
    let text = "FROM 'bids.jsonl' |> WHERE price > 100"
    let source = SourceText(name: "q", text: text)
    #expect(Compiler.referencedFiles(Parser.parseScript(source).0) == ["bids.jsonl"])
    var catalog = Catalog()
    catalog.files["bids.jsonl"] = InferredFile(schema: Schema([Field("price", .int64)]), format: .json)
    #expect(compile(text, catalog: catalog).dataflow?.sources.first?.place == .file("bids.jsonl"))
    #expect(compile(text).diagnostics.map(\.code) == ["E1001"])
  }
}
