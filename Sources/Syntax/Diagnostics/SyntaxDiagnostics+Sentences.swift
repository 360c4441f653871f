// The codes of the parser, E01xx.

extension SyntaxDiagnostics {
  static let syntactic = [
    unexpectedToken, reservedWord, unknownStatement, unknownOperator, groupByAlone, missingPipe, doubleEqual,
    selectAfterFrom, missingComma, misplacedClause, nestingLimit, chainedComparison, unclosedBracket, legacyWindow,
    missingSemicolon, unknownWindow, unlabelledWindowArgument,
  ]

  package static let unexpectedToken = DiagnosticDescription(
    "E0101", group: "syntax", title: "something else was expected",
    rule: "The grammar allows only certain words and symbols at each place. The message names what can stand here.",
    example: "FROM bid |> LIMIT;", correction: "FROM bid |> LIMIT 10;")

  package static let reservedWord = DiagnosticDescription(
    "E0102", group: "reserved-word", title: "a reserved word as a name",
    rule: """
      Reserved words can be names only in backquotes. `Grammar/keywords.txt` lists them; most keywords are not \
      reserved.
      """,
    example: "FROM orders |> SELECT order;", correction: "FROM orders |> SELECT `order`;")

  package static let unknownStatement = DiagnosticDescription(
    "E0103", group: "unknown-statement", title: "no such statement",
    rule: """
      A statement is a query, a CREATE, an INSERT, a TEST, or one of the commands EXPLAIN, DESCRIBE, SHOW, SET \
      and DROP.
      """,
    example: "SELCT 1;", correction: "SELECT 1;")

  package static let unknownOperator = DiagnosticDescription(
    "E0104", group: "unknown-operator", title: "no such pipe operator",
    rule: "After |> stands the name of a pipe operator. Operators are listed in the language reference.",
    example: "FROM bid |> FILTER price > 10;", correction: "FROM bid |> WHERE price > 10;")

  package static let groupByAlone = DiagnosticDescription(
    "E0105", group: "group-by", title: "GROUP BY outside of AGGREGATE",
    rule:
      "In a pipeline GROUP BY is a part of AGGREGATE, which says in one place what is computed and for which groups.",
    example: "FROM bid |> GROUP BY auction;", correction: "FROM bid |> AGGREGATE COUNT(*) AS n GROUP BY auction;")

  package static let missingPipe = DiagnosticDescription(
    "E0106", group: "missing-pipe", title: "a pipe operator without |>",
    rule: """
      Each step after FROM begins with |>. A clause of SELECT, such as WHERE, does not follow a FROM that stands \
      alone.
      """,
    example: "FROM bid WHERE price > 10;", correction: "FROM bid |> WHERE price > 10;")

  package static let doubleEqual = DiagnosticDescription(
    "E0107", group: "operators", title: "== for =", rule: "Equality is written with one =, as in standard SQL.",
    example: "FROM bid |> WHERE price == 10;", correction: "FROM bid |> WHERE price = 10;")

  package static let selectAfterFrom = DiagnosticDescription(
    "E0108", group: "missing-pipe", title: "SELECT after FROM without |>",
    rule: "Either SELECT comes first, as in standard SQL, or it is a pipe operator and |> stands before it.",
    example: "FROM bid SELECT price;", correction: "FROM bid |> SELECT price;")

  package static let missingComma = DiagnosticDescription(
    "E0109", group: "missing-comma", title: "a comma is missing",
    rule:
      "The items of a list are separated by commas. A second name after an item is its alias; a third is one too many.",
    example: "CREATE STREAM s (a INT b INT);", correction: "CREATE STREAM s (a INT, b INT);")

  package static let misplacedClause = DiagnosticDescription(
    "E0110", group: "misplaced-clause", title: "a clause where it cannot stand",
    rule: """
      The clauses of SELECT have a fixed order. In a pipeline the one filter is WHERE: after AGGREGATE it does \
      what HAVING does, after a window function what QUALIFY does.
      """,
    example: "FROM bid |> AGGREGATE COUNT(*) AS n GROUP BY auction |> HAVING n > 1;",
    correction: "FROM bid |> AGGREGATE COUNT(*) AS n GROUP BY auction |> WHERE n > 1;")

  package static let nestingLimit = DiagnosticDescription(
    "E0111", group: "limits", title: "nested too deeply",
    rule: """
      Parentheses, subqueries, types and patterns nest at most 128 levels deep, and an expression has at most \
      1000 operators in a row.
      """,
    example: "SELECT " + String(repeating: "(", count: 200) + "1" + String(repeating: ")", count: 200) + ";",
    correction: "SELECT ((1));")

  package static let chainedComparison = DiagnosticDescription(
    "E0112", group: "operators", title: "comparisons that follow each other",
    rule:
      "A comparison gives TRUE, FALSE or NULL, which is rarely meant to be compared again: write AND, or parentheses.",
    example: "FROM bid |> WHERE 1 < price < 10;", correction: "FROM bid |> WHERE 1 < price AND price < 10;")

  package static let unclosedBracket = DiagnosticDescription(
    "E0113", group: "brackets", title: "a bracket without its partner",
    rule: "Each opening bracket has a closing one at the same level.",
    example: "FROM bid |> WHERE (price > 10 |> LIMIT 1;", correction: "FROM bid |> WHERE (price > 10) |> LIMIT 1;")

  package static let legacyWindow = DiagnosticDescription(
    "E0114", group: "window-functions", title: "WINDOW for a window function",
    rule: "|> WINDOW assigns rows to windows of time. Window functions with OVER stand in EXTEND or SELECT.",
    example: "FROM bid |> WINDOW SUM(price) OVER (PARTITION BY auction) AS total;",
    correction: "FROM bid |> EXTEND SUM(price) OVER (PARTITION BY auction) AS total;")

  package static let missingSemicolon = DiagnosticDescription(
    "E0115", group: "missing-semicolon", title: "two statements without a semicolon between them",
    rule: "Statements are separated by semicolons. After the last one the semicolon can be left out.",
    example: "SET 'time_zone' = 'UTC'\nFROM bid;", correction: "SET 'time_zone' = 'UTC';\nFROM bid;")

  package static let unknownWindow = DiagnosticDescription(
    "E0116", group: "unknown-operator", title: "no such window",
    rule: "The windows are TUMBLE, HOP, CUMULATE and SESSION.",
    example: "FROM bid |> WINDOW TUMBEL(ts, SIZE 1 MINUTE);",
    correction: "FROM bid |> WINDOW TUMBLE(ts, SIZE 1 MINUTE);")

  package static let unlabelledWindowArgument = DiagnosticDescription(
    "E0117", group: "window-arguments", title: "a length without its label",
    rule: """
      Engines disagree on the order of a window's arguments, so each length says what it is: SIZE, EVERY, STEP, \
      GAP, MAX or OFFSET.
      """,
    example: "FROM bid |> WINDOW TUMBLE(ts, 1 MINUTE);",
    correction: "FROM bid |> WINDOW TUMBLE(ts, SIZE 1 MINUTE);")
}
