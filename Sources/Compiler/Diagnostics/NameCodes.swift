// Codes of names and declarations (E10xx, W31xx): what they mean and how each comes about.

import Syntax

extension Codes {
  static let unknownRelation = DiagnosticDescription(
    "E1001", group: "unknown-name", title: "no such stream, view, sink or file",
    rule: """
      A name in FROM is a stream, a view, a pipeline or a WITH name; a file is named in quotes. A name after INSERT INTO \
      is a sink. Names are declared before they are used.
      """,
    example: bids + "FROM bid;", correction: bids + "FROM bids;")

  static let unknownFunction = DiagnosticDescription(
    "E1002", group: "unknown-name", title: "no such function",
    rule: "A function is one of the library (SHOW FUNCTIONS lists them) or made with CREATE FUNCTION before its use.",
    example: bids + "FROM bids |> SELECT UPPERCASE(name) AS n;",
    correction: bids + "FROM bids |> SELECT UPPER(name) AS n;")

  static let unknownType = DiagnosticDescription(
    "E1003", group: "unknown-name", title: "no such type",
    rule: "A type is one of the language, with its parameters, or made with CREATE TYPE before its use.",
    example: "CREATE STREAM s (a BIGNIT) FROM TOPIC 's';", correction: "CREATE STREAM s (a BIGINT) FROM TOPIC 's';")

  static let unknownColumn = DiagnosticDescription(
    "E1004", group: "unknown-name", title: "no such column or field",
    rule: """
      An operator sees the columns of its immediate input and nothing else. AGGREGATE leaves its keys and aggregates, \
      SELECT leaves its list.
      """,
    example: bids + "FROM bids |> SELECT acution;", correction: bids + "FROM bids |> SELECT auction;")

  static let ambiguousColumn = DiagnosticDescription(
    "E1005", group: "ambiguous-name", title: "a name that means several columns",
    rule: "Where two columns have one name, that name alone refers to neither: rename one, or say whose it is.",
    example: bids + "FROM bids |> SELECT price, auction AS price |> WHERE price > 1;",
    correction: bids + "FROM bids |> SELECT price, auction AS item |> WHERE price > 1;")

  static let duplicateName = DiagnosticDescription(
    "E1006", group: "duplicate-name", title: "a name defined twice",
    rule:
      "Names are unique among streams, views, sinks and pipelines, among the columns of a declaration, and in SET and RENAME.",
    example: bids + "CREATE VIEW bids AS SELECT 1 AS one;", correction: bids + "CREATE VIEW ones AS SELECT 1 AS one;")

  static let wrongKind = DiagnosticDescription(
    "E1007", group: "wrong-kind", title: "a thing of another kind than is needed here",
    rule: "Rows come out of streams, views and pipelines, and go into sinks.",
    example: bids + "FROM bids |> INSERT INTO bids;",
    correction: bids + "CREATE SINK copy TO TOPIC 'copy' FORMAT JSON;\nFROM bids |> INSERT INTO copy;")

  static let unknownOption = DiagnosticDescription(
    "E1008", group: "unknown-option", title: "an option or setting that does not exist",
    rule:
      "The options of WITH (…) and the keys of SET are few and all known; an unknown one is refused, never ignored.",
    example: "SET 'timezone' = 'Europe/Berlin';", correction: "SET 'time_zone' = 'Europe/Berlin';")

  static let recursion = DiagnosticDescription(
    "E1009", group: "recursion", title: "a definition that uses itself",
    rule: "Views and functions are put in place of their names, so none may use itself, directly or through others.",
    example: bids + "CREATE VIEW v AS FROM bids;\nCREATE OR REPLACE VIEW v AS FROM v;\nFROM v;",
    correction: bids + "CREATE VIEW v AS FROM bids;\nCREATE VIEW w AS FROM v;\nFROM w;")

  static let invalidDeclaration = DiagnosticDescription(
    "E1010", group: "declaration", title: "a declaration that does not hold together",
    rule: """
      A stream needs columns, declared or registered; its watermark is a TIMESTAMP over a TIMESTAMP column; formats and \
      metadata are those that exist.
      """,
    example: "CREATE STREAM s (a BIGINT, WATERMARK FOR a AS a) FROM TOPIC 's';",
    correction: "CREATE STREAM s (a TIMESTAMP, WATERMARK FOR a AS a) FROM TOPIC 's';")

  static let schemaMismatch = DiagnosticDescription(
    "E1011", group: "schema-mismatch", title: "declared columns that disagree with the registered schema",
    rule: """
      Where a schema is registered for a topic, a declared column must be one of its fields, of the same type, and not \
      stricter about NULL. Without a column list the stream has the registered schema.
      """,
    example: "CREATE STREAM s (id STRING) FROM TOPIC 'registered' FORMAT JSON;",
    correction: "CREATE STREAM s FROM TOPIC 'registered' FORMAT JSON;")

  static let oldValue = DiagnosticDescription(
    "W3101", group: "old-value", severity: .warning, title: "a qualified name that reads the value before SET",
    rule: "After SET, `t.c` is still the value that the table had; `c` alone is the new one. This is GoogleSQL's rule.",
    example: bids + "FROM bids AS b |> SET price = price * 2 |> WHERE b.price > 10;",
    correction: bids + "FROM bids AS b |> SET price = price * 2 |> WHERE price > 10;")

  static let duplicateExtend = DiagnosticDescription(
    "W3102", group: "duplicate-name", severity: .warning, title: "EXTEND adds a second column of a name",
    rule: "EXTEND adds and never replaces: with two columns of one name, the name alone is ambiguous. SET replaces.",
    example: bids + "FROM bids |> EXTEND price * 2 AS price;", correction: bids + "FROM bids |> SET price = price * 2;")

  static let orderOfColumns = DiagnosticDescription(
    "W3103", group: "column-order", severity: .warning, title: "the sink's column names in another order",
    rule: "INSERT INTO goes by position. A query with the sink's names in another order is hardly meant so.",
    example: bids
      + "CREATE SINK s (name STRING, price BIGINT) TO TOPIC 's';\nFROM bids |> SELECT CAST(price AS STRING) AS price, price AS name\n|> SELECT price, name |> INSERT INTO s;",
    correction: bids
      + "CREATE SINK s (name STRING, price BIGINT) TO TOPIC 's';\nFROM bids |> SELECT name, price |> INSERT INTO s;")
}
