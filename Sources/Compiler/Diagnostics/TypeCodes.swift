// Codes of types and expressions (E11xx, E12xx, E2013, W2106): what they mean and how each comes about.

import Syntax

extension Codes {
  static let wrongTypes = DiagnosticDescription(
    "E1101", group: "types", title: "arguments of types that a function or operator does not take",
    rule: "Numbers widen unasked; nothing else is converted unless CAST says so, text and numbers least of all.",
    example: bids + "FROM bids |> WHERE name > 5;", correction: bids + "FROM bids |> WHERE CAST(name AS BIGINT) > 5;")

  static let wrongArgumentCount = DiagnosticDescription(
    "E1102", group: "types", title: "too many or too few arguments",
    rule: "A function takes as many arguments as one of its signatures says.",
    example: bids + "FROM bids |> SELECT UPPER(name, name) AS n;",
    correction: bids + "FROM bids |> SELECT UPPER(name) AS n;")

  static let invalidLiteral = DiagnosticDescription(
    "E1103", group: "literal", title: "a constant that does not read",
    rule: "Literals of times, intervals and numbers are read when the query is compiled, and must be what they say.",
    example: bids + "FROM bids |> WHERE ts > TIMESTAMP '2026-02-30 10:00:00';",
    correction: bids + "FROM bids |> WHERE ts > TIMESTAMP '2026-02-28 10:00:00';")

  static let notBoolean = DiagnosticDescription(
    "E1104", group: "types", title: "a condition that is no BOOLEAN",
    rule: "WHERE, HAVING, CHECK, WHEN, AND, OR and NOT take conditions; a number is none.",
    example: bids + "FROM bids |> WHERE price;", correction: bids + "FROM bids |> WHERE price > 0;")

  static let noCommonType = DiagnosticDescription(
    "E1105", group: "types", title: "values without a common type",
    rule:
      "The results of CASE, the operands of COALESCE and IN, the elements of an array and the sides of UNION have one type to which all widen.",
    example: bids + "FROM bids |> SELECT COALESCE(price, name) AS x;",
    correction: bids + "FROM bids |> SELECT COALESCE(CAST(price AS STRING), name) AS x;")

  static let invalidCast = DiagnosticDescription(
    "E1106", group: "types", title: "a conversion that does not exist",
    rule: "CAST converts between numbers, text and times where a value of one can be one of the other.",
    example: bids + "FROM bids |> SELECT CAST(ts AS BOOLEAN) AS x;",
    correction: bids + "FROM bids |> SELECT CAST(ts AS DATE) AS x;")

  static let columnCount = DiagnosticDescription(
    "E1107", group: "columns", title: "the wrong number of columns",
    rule:
      "The sides of UNION, the rows of VALUES, and a query and the sink it feeds have equally many columns; a relation has at least one.",
    example: bids + "FROM bids |> UNION ALL (SELECT 1 AS a);",
    correction: bids + "FROM bids |> SELECT auction |> UNION ALL (SELECT 1 AS a);")

  static let misplacedAggregate = DiagnosticDescription(
    "E1201", group: "aggregate", title: "an aggregate where single rows are read",
    rule:
      "Aggregates stand in AGGREGATE, in the list of SELECT with GROUP BY, and in HAVING; not in WHERE, |> SELECT or another aggregate.",
    example: bids + "FROM bids |> SELECT SUM(price) AS total;",
    correction: bids + "FROM bids |> AGGREGATE SUM(price) AS total;")

  static let notGrouped = DiagnosticDescription(
    "E1202", group: "aggregate", title: "a column that is neither grouped nor aggregated",
    rule: "A group has one value of each key and of each aggregate. Any other column has many, so say which.",
    example: bids + "SELECT auction, price, COUNT(*) AS n FROM bids GROUP BY auction;",
    correction: bids + "SELECT auction, MAX(price) AS price, COUNT(*) AS n FROM bids GROUP BY auction;")

  static let misplaced = DiagnosticDescription(
    "E1203", group: "placement", title: "a clause or operator where it means nothing",
    rule:
      "EMIT follows the operator that keeps state; INSERT INTO, FORK and ROUTE end a pipeline; STATE belongs to operators that keep some.",
    example: bids + "FROM bids |> WHERE price > 1 |> EMIT CHANGES;",
    correction: bids + "FROM bids |> AGGREGATE COUNT(*) AS n GROUP BY auction STATE UNBOUNDED |> EMIT CHANGES;")

  static let lossyAssignment = DiagnosticDescription(
    "E2013", group: "assignment", title: "a value that does not fit its column without loss",
    rule:
      "INSERT and RETURNS take a value of the column's type or one that widens to it, and no NULL where the column is NOT NULL.",
    example: bids + "CREATE SINK s (price BIGINT NOT NULL) TO TOPIC 's';\nFROM bids |> SELECT price |> INSERT INTO s;",
    correction: bids
      + "CREATE SINK s (price BIGINT NOT NULL) TO TOPIC 's';\nFROM bids |> SELECT price |> WHERE price IS NOT NULL |> INSERT INTO s;"
  )

  static let floatingKey = DiagnosticDescription(
    "W2106", group: "floating-key", severity: .warning, title: "grouping by a floating-point number",
    rule: "Two DOUBLEs that print alike may differ in the last bit, and are then different keys.",
    example: bids + "FROM bids |> AGGREGATE COUNT(*) AS n GROUP BY price / 3 AS third STATE UNBOUNDED;",
    correction: bids + "FROM bids |> AGGREGATE COUNT(*) AS n GROUP BY DIV(price, 3) AS third STATE UNBOUNDED;")

  static let nullInSet = DiagnosticDescription(
    "W3201", group: "null", severity: .warning, title: "NOT IN over a query that may give NULL",
    rule:
      "`x NOT IN (query)` is never TRUE once the query gives NULL, for the NULL might be `x`. NOT EXISTS asks whether a row is equal.",
    example: bids + "FROM bids |> WHERE auction NOT IN (SELECT price FROM bids);",
    correction: bids + "FROM bids |> WHERE auction NOT IN (SELECT price FROM bids WHERE price IS NOT NULL);")
}
