// Codes of time, windows, state and changes (LANGUAGE §5.4): what they mean and how each comes about.

import Syntax

extension Codes {
  static let invalidWindow = DiagnosticDescription(
    "E1204", group: "window", title: "arguments that make no window",
    rule:
      "TUMBLE takes SIZE; HOP takes SIZE and EVERY; CUMULATE takes SIZE, a multiple of STEP; these take OFFSET and ZONE. SESSION takes GAP, MAX, START WHEN and END WHEN, and needs PER. Lengths are above zero.",
    example: bids + "FROM bids |> WINDOW HOP(ts, SIZE 1 MINUTE);",
    correction: bids + "FROM bids |> WINDOW HOP(ts, SIZE 1 MINUTE, EVERY 10 SECONDS);")

  static let noWindow = DiagnosticDescription(
    "E1205", group: "window", title: "GROUP BY WINDOW without a window",
    rule: "Rows are assigned to windows by the operator WINDOW, before they are grouped by them.",
    example: bids + "FROM bids |> AGGREGATE COUNT(*) AS n GROUP BY WINDOW;",
    correction: bids + "FROM bids |> WINDOW TUMBLE(SIZE 1 MINUTE) |> AGGREGATE COUNT(*) AS n GROUP BY WINDOW;")

  static let unboundedState = DiagnosticDescription(
    "W2001", group: "unbounded-state", severity: .warning, title: "state that grows without bound",
    rule: """
      An aggregate without a window keeps an entry for each key. In a pipeline that never ends nothing releases them, \
      unless STATE TTL does. STATE UNBOUNDED says that it is meant. An error with --strict.
      """,
    example: bids + "FROM bids |> AGGREGATE COUNT(*) AS n GROUP BY auction;",
    correction: bids + "FROM bids |> AGGREGATE COUNT(*) AS n GROUP BY auction STATE TTL 1 DAY;")

  static let noWatermark = DiagnosticDescription(
    "E2002", group: "watermark", title: "a window over a column without a watermark",
    rule:
      "A window is complete when the watermark passes its end. Only a declared time attribute has one: in CREATE STREAM, or by |> WATERMARK FOR.",
    example: bids + "FROM bids |> SELECT auction, CAST(name AS TIMESTAMP) AS t |> WINDOW TUMBLE(t, SIZE 1 MINUTE);",
    correction: bids + "FROM bids |> SELECT auction, ts |> WINDOW TUMBLE(ts, SIZE 1 MINUTE);")

  static let windowIgnored = DiagnosticDescription(
    "E2003", group: "window-grouping", title: "an aggregate that ignores the window",
    rule: """
      Rows that are assigned to windows are aggregated within them: GROUP BY WINDOW. Grouping by other keys alone would \
      keep state for ever and mix windows. To do so on purpose, DROP the window's columns first.
      """,
    example: bids + "FROM bids |> WINDOW TUMBLE(ts, SIZE 1 MINUTE) |> AGGREGATE COUNT(*) AS n GROUP BY auction;",
    correction: bids
      + "FROM bids |> WINDOW TUMBLE(ts, SIZE 1 MINUTE) |> AGGREGATE COUNT(*) AS n GROUP BY WINDOW, auction;")

  static let needsAppend = DiagnosticDescription(
    "E2004", group: "changes", title: "rows that are changed where they must not be",
    rule: """
      Windows and derived streams read rows that are only added. An aggregate without a window, or with EMIT CHANGES, \
      changes rows that it has given. EMIT FINAL gives each row once.
      """,
    example: bids
      + "CREATE STREAM tops AS FROM bids |> AGGREGATE MAX(price) AS top GROUP BY auction STATE UNBOUNDED;",
    correction: bids
      + "CREATE VIEW tops AS FROM bids |> AGGREGATE MAX(price) AS top GROUP BY auction STATE UNBOUNDED;")

  static let unboundedOrder = DiagnosticDescription(
    "E2006", group: "unbounded-order", title: "ORDER BY or LIMIT over input without an end",
    rule: "The first row of an order is known when all rows are. A stream that is followed has no last row.",
    example: bids + "FROM bids |> ORDER BY price DESC |> LIMIT 10;",
    correction: "VALUES (1), (3), (2)\n|> ORDER BY column1 DESC |> LIMIT 10;")

  static let sinkKey = DiagnosticDescription(
    "E2007", group: "sink-key", title: "changes that the sink cannot take",
    rule: """
      A sink without PRIMARY KEY takes rows that are never changed. One with it takes changes of exactly that key, so it \
      must be the key by which the query changes its rows. A sink whose FORMAT says each change, CHANGELOG JSON or \
      DEBEZIUM JSON, takes any.
      """,
    example: bids
      + "CREATE SINK s (auction BIGINT, n BIGINT) TO TOPIC 's';\nFROM bids |> AGGREGATE COUNT(*) AS n GROUP BY auction STATE UNBOUNDED |> INSERT INTO s;",
    correction: bids
      + "CREATE SINK s (auction BIGINT, n BIGINT, PRIMARY KEY (auction)) TO TOPIC 's';\nFROM bids |> AGGREGATE COUNT(*) AS n GROUP BY auction STATE UNBOUNDED |> INSERT INTO s;"
  )

  static let noCompleteness = DiagnosticDescription(
    "E2009", group: "completeness", title: "EMIT FINAL where nothing says that a group is complete",
    rule: "A window is complete when the watermark passes it. A group without a window may always get another row.",
    example: bids + "FROM bids |> AGGREGATE COUNT(*) AS n GROUP BY auction STATE UNBOUNDED |> EMIT FINAL;",
    correction: bids
      + "FROM bids |> WINDOW TUMBLE(SIZE 1 MINUTE) |> AGGREGATE COUNT(*) AS n GROUP BY WINDOW, auction |> EMIT FINAL;")

  static let temporalKey = DiagnosticDescription(
    "E2011", group: "temporal-key", title: "a version of a table whose row the join does not name",
    rule: """
      FOR SYSTEM_TIME AS OF takes the row that a table had at a time. Which row is said by its PRIMARY KEY: ON compares each \
      column of it by =. Other conditions are asked of that row.
      """,
    example: bids
      + "CREATE STREAM names (name STRING NOT NULL, owner STRING, ts TIMESTAMP NOT NULL, PRIMARY KEY (name), WATERMARK FOR ts AS ts)\n  FROM TOPIC 'names' FORMAT JSON;\nFROM bids AS b |> JOIN names FOR SYSTEM_TIME AS OF b.ts AS n ON b.name = n.owner;",
    correction: bids
      + "CREATE STREAM names (name STRING NOT NULL, owner STRING, ts TIMESTAMP NOT NULL, PRIMARY KEY (name), WATERMARK FOR ts AS ts)\n  FROM TOPIC 'names' FORMAT JSON;\nFROM bids AS b |> JOIN names FOR SYSTEM_TIME AS OF b.ts AS n ON b.name = n.name;"
  )

  static let nestedWindow = DiagnosticDescription(
    "E2012", group: "window", title: "windows that do not fit into each other",
    rule:
      "A window over the results of windows reads their window_time, and is a multiple of them, so that it holds each whole.",
    example: bids
      + "FROM bids |> WINDOW TUMBLE(SIZE 1 MINUTE) |> AGGREGATE COUNT(*) AS n GROUP BY WINDOW\n|> WINDOW TUMBLE(SIZE 90 SECONDS);",
    correction: bids
      + "FROM bids |> WINDOW TUMBLE(SIZE 1 MINUTE) |> AGGREGATE COUNT(*) AS n GROUP BY WINDOW\n|> WINDOW TUMBLE(SIZE 1 HOUR);"
  )

  static let oddStep = DiagnosticDescription(
    "W2104", group: "window", severity: .warning, title: "a hop that does not divide the window",
    rule:
      "With EVERY above SIZE, rows between windows are lost; where it does not divide SIZE, windows share shorter parts, so more is kept for each key.",
    example: bids + "FROM bids |> WINDOW HOP(ts, SIZE 1 MINUTE, EVERY 25 SECONDS);",
    correction: bids + "FROM bids |> WINDOW HOP(ts, SIZE 1 MINUTE, EVERY 20 SECONDS);")

  static let clockInPredicate = DiagnosticDescription(
    "W2105", group: "clock", severity: .warning, title: "a condition on a stream that reads the clock",
    rule: """
      In a database NOW() in WHERE chooses among the rows that are there. On a stream each row is judged once, when it \
      arrives, so the condition depends on when the pipeline ran. Event times do not.
      """,
    example: bids + "FROM bids |> WHERE ts > CURRENT_TIMESTAMP() - INTERVAL '1' HOUR;",
    correction: bids + "FROM bids |> WHERE ts > TIMESTAMP '2026-01-01 00:00:00';")

  static let routeDrops = DiagnosticDescription(
    "W3301", group: "route", severity: .warning, title: "ROUTE without ELSE drops rows",
    rule: "A row for which no condition of ROUTE holds goes nowhere, unless there is an ELSE.",
    example: bids + "CREATE SINK s TO TOPIC 's';\nFROM bids |> ROUTE WHEN price > 1 THEN INTO s;",
    correction: bids
      + "CREATE SINK s TO TOPIC 's';\nCREATE SINK r TO TOPIC 'r';\nFROM bids |> ROUTE WHEN price > 1 THEN INTO s ELSE INTO r;"
  )
}
