// The canonical layout, shown on a few texts; that it keeps every tree is the business of the round trips.

import Testing

@testable import Syntax

struct FormatterTests {
  private static func formatted(_ text: String) -> String? {
    Formatter.format(SourceText(name: "test.pipe", text: text)).0
  }

  @Test func oneOperatorALineAndKeywordsInUpperCase() {
    #expect(
      Self.formatted("from bid |> where price>10 |> select * except (url), price*2 p, |> limit 5") == """
        FROM bid
        |> WHERE price > 10
        |> SELECT * EXCLUDE (url), price * 2 AS p
        |> LIMIT 5;

        """)
  }

  @Test func clausesBreakUnderTheirOperator() {
    let text = """
      from clicks |> fork (|> window session(ts, gap 30 minutes, max 12 hours) per user_id grace 1 minute
      late into late_clicks |> aggregate count(*) events, count(distinct url) as pages, min(ts) as first_ts, max(ts) as last_ts
      group by window, user_id), (|> insert into b)
      """
    #expect(
      Self.formatted(text) == """
        FROM clicks
        |> FORK (
             |> WINDOW SESSION(ts, GAP 30 minutes, MAX 12 hours)
                PER user_id
                GRACE 1 minute
                LATE INTO late_clicks
             |> AGGREGATE count(*) AS events,
                          count(DISTINCT url) AS pages,
                          min(ts) AS first_ts,
                          max(ts) AS last_ts
                GROUP BY WINDOW, user_id
           ), ( |> INSERT INTO b );

        """)
  }

  @Test func columnsStandOneOnALine() {
    #expect(
      Self.formatted("create stream s (a int not null, watermark for a as a) from topic 's' key (a) format json") == """
        CREATE STREAM s (
          a int NOT NULL,
          WATERMARK FOR a AS a
        ) FROM TOPIC 's' KEY (a) FORMAT json;

        """)
  }

  @Test func aTextWithMistakesIsNotFormatted() {
    let (text, diagnostics) = Formatter.format(SourceText(name: "test.pipe", text: "FROM a |> WHERE"))
    #expect(text == nil)
    #expect(diagnostics.count == 1)
  }

  @Test func noLineIsWiderThanTheLimitWhereItCanBreak() {
    let names = (0..<60).map { "column_number_\($0)" }.joined(separator: ", ")
    let text = Self.formatted("FROM t |> SELECT \(names) |> WHERE f(\(names)) AND a IN (\(names))") ?? ""
    #expect(text.split(separator: "\n").allSatisfy { $0.count <= Formatter.width })
  }

  @Test func emptyTextsStayEmpty() {
    #expect(Self.formatted("") == "")
    #expect(Self.formatted("  \n;;") == "")
    #expect(Self.formatted("-- only this") == "-- only this\n")
  }
}
