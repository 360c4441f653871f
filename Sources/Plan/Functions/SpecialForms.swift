// What looks like a function and is none: forms with keywords, or whose operands are not all evaluated. The compiler
// resolves them; they are here so that the reference and completion know them. In: nothing. Out: data.

/// A form that the compiler resolves itself.
package struct SpecialForm: Hashable, Sendable {
  package var name: String
  package var aliases: [String]
  package var category: FunctionCategory
  package var syntax: String
  package var summary: String
  package var examples: [FunctionExample]

  private init(
    _ name: String, _ aliases: [String], _ category: FunctionCategory, _ syntax: String, _ summary: String,
    _ example: (String, String)
  ) {
    self.name = name
    self.aliases = aliases
    self.category = category
    self.syntax = syntax
    self.summary = summary
    examples = [FunctionExample(expression: example.0, result: example.1)]
  }

  package static let all: [SpecialForm] = [
    SpecialForm(
      "AND", [], .operators, "a AND b", "TRUE when all are; errors count only where no operand before is FALSE.",
      ("TRUE AND NULL", "NULL")),
    SpecialForm(
      "OR", [], .operators, "a OR b", "TRUE when one is; errors count only where no operand before is TRUE.",
      ("TRUE OR NULL", "true")),
    SpecialForm("IS NULL", [], .operators, "x IS [NOT] NULL", "Whether a value is NULL.", ("NULL IS NULL", "true")),
    SpecialForm(
      "IS TRUE", [], .operators, "x IS [NOT] {TRUE | FALSE}", "Whether a condition is TRUE, or FALSE; never NULL.",
      ("NULL IS NOT TRUE", "true")),
    SpecialForm(
      "IS DISTINCT FROM", [], .operators, "x IS [NOT] DISTINCT FROM y",
      "Whether values differ, where NULL equals NULL.",
      ("NULL IS NOT DISTINCT FROM NULL", "true")),
    SpecialForm(
      "BETWEEN", [], .operators, "x [NOT] BETWEEN low AND high", "Whether a value is at least low and at most high.",
      ("2 BETWEEN 1 AND 3", "true")),
    SpecialForm(
      "IN", [], .operators, "x [NOT] IN (a, b, ...)", "Whether a value equals one of a list.", ("2 IN (1, 2)", "true")),
    SpecialForm(
      "CASE", [], .conditional, "CASE [x] WHEN c THEN r ... [ELSE r] END",
      "The result of the first branch whose condition is TRUE.", ("CASE WHEN 1 > 2 THEN 'a' ELSE 'b' END", "b")),
    SpecialForm(
      "IF", ["IIF"], .conditional, "IF(condition, then, otherwise)", "One of two results.", ("IF(TRUE, 1, 2)", "1")),
    SpecialForm(
      "COALESCE", [], .conditional, "COALESCE(a, b, ...)", "The first argument that is not NULL.",
      ("COALESCE(NULL, 2)", "2")),
    SpecialForm(
      "IFNULL", ["NVL"], .conditional, "IFNULL(x, otherwise)", "The first argument, or the second where it is NULL.",
      ("IFNULL(NULL, 2)", "2")),
    SpecialForm(
      "CAST", [], .conditional, "CAST(x AS type)", "The value as another type; what does not convert is a row error.",
      ("CAST('12' AS BIGINT)", "12")),
    SpecialForm(
      "SAFE_CAST", ["TRY_CAST"], .conditional, "SAFE_CAST(x AS type)",
      "The value as another type; NULL where it does not convert.", ("SAFE_CAST('x' AS BIGINT)", "NULL")),
    SpecialForm(
      "SAFE.", [], .conditional, "SAFE.function(...)", "The result of a function, or NULL where it fails.",
      ("SAFE.LN(0)", "NULL")),
    SpecialForm(
      "EXTRACT", [], .time, "EXTRACT(part FROM time [AT TIME ZONE zone])", "A part of a time, as a number.",
      ("EXTRACT(MONTH FROM DATE '2024-02-29')", "2")),
    SpecialForm(
      "INTERVAL", [], .time, "INTERVAL 'n' unit", "A length of time.",
      ("INTERVAL '90' MINUTE = INTERVAL '5400' SECOND", "true")),
    SpecialForm(
      "ARRAY", [], .arrays, "ARRAY[a, b, ...]", "An array of its elements.", ("ARRAY_LENGTH(ARRAY[1, 2, 3])", "3")),
    SpecialForm(
      "OFFSET", ["ORDINAL", "SAFE_OFFSET", "SAFE_ORDINAL"], .arrays, "array[OFFSET(n)]",
      "An element by its position, from 0; ORDINAL counts from 1, SAFE_ gives NULL outside.",
      ("ARRAY[7, 8][OFFSET(1)]", "8")
    ),
    SpecialForm(
      "STRUCT", ["ROW"], .conditional, "STRUCT(a AS x, b AS y)", "A value with named fields.", ("STRUCT(1 AS x).x", "1")
    ),
  ]
}
