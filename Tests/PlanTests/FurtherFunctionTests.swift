// Arrays as sets, addresses, checksums, buckets of time, parts of JSON, whole numbers: over NULL, empty and multi-byte
// arguments and at the bounds, where a function fails its row and never traps.

import Testing
import Values

@testable import Plan

private func array(_ values: [Int64?]) -> Expression {
  .literal(.array(values.map { $0.map { .int($0) } ?? .null }), .array(element: .int64))
}

private func instant(_ value: Int64) -> Expression { .literal(.int(value), .timestamp) }
private func day(_ value: Int64) -> Expression { .literal(.int(value), .date) }
private func span(_ value: Int64) -> Expression { .literal(.int(value), .intervalDaySecond) }

@Suite("Further functions")
struct FurtherFunctionTests {
  static let arrays: [(Expression, String)] = [
    (call("ARRAY_DISTINCT", array([2, nil, 1, 2, nil])), "[2, null, 1]"), (call("ARRAY_DISTINCT", array([])), "[]"),
    (call("ARRAY_UNION", array([1, 1]), array([2, 1])), "[1, 2]"),
    (call("ARRAY_INTERSECT", array([nil, 3, 3, 1]), array([3, nil])), "[null, 3]"),
    (call("ARRAY_EXCEPT", array([1, 2, 1, 3]), array([2])), "[1, 3]"),
    (call("ARRAY_EXCEPT", array([]), array([2])), "[]"), (call("ARRAY_SORT", array([3, nil, -1])), "[null, -1, 3]"),
    (call("ARRAY_COMPACT", array([nil, nil])), "[]"), (call("ARRAY_MIN", array([nil, 4, 2])), "2"),
    (call("ARRAY_MAX", array([nil])), "NULL"), (call("ARRAY_MAX", array([])), "NULL"),
    (call("ARRAY_POSITION", array([7, 8, 8]), int(8)), "2"), (call("ARRAY_POSITION", array([]), int(8)), "0"),
    (call("ARRAY_REMOVE", array([1, nil, 1]), int(1)), "[null]"),
    (call("ARRAY_INCLUDES_ANY", array([1, nil]), array([nil])), "false"),
    (call("ARRAY_INCLUDES_ALL", array([1]), array([])), "true"),
    (call("ARRAY_INCLUDES_ALL", array([1, 2]), array([2, 3])), "false"),
    (call("ARRAY_IS_DISTINCT", array([1, 2])), "true"), (call("ARRAY_FIRST", array([])), "NULL"),
    (call("ARRAY_LAST", array([1, nil])), "NULL"), (call("ARRAY_APPEND", array([1]), null(.int64)), "[1, null]"),
    (call("ARRAY_PREPEND", null(.array(element: .int64)), int(1)), "NULL"),
    (call("ARRAY_REPEAT", int(1), int(-1)), "invalidArgument"),
    (call("ARRAY_REPEAT", int(1), int(.max)), "invalidArgument"),
    (call("ARRAY_REPEAT", int(1), int(0)), "[]"), (call("ARRAY_SUM", array([.max, 1])), "overflow"),
    (call("ARRAY_SUM", array([nil])), "NULL"), (call("ARRAY_AVG", array([1, nil, 2])), "1.5"),
    (call("CODE_POINTS_TO_STRING", array([97, 8364])), "a€"),
    (call("CODE_POINTS_TO_STRING", array([0xD800])), "invalidArgument"),
    (call("CODE_POINTS_TO_STRING", array([-1])), "invalidArgument"), (call("CODE_POINTS_TO_STRING", array([])), ""),
  ]

  static let texts: [(Expression, String)] = [
    (call("OVERLAY", text("größe"), text("€"), int(3)), "gr€ße"),
    (call("OVERLAY", text("abc"), text("X"), int(9)), "abcX"),
    (call("OVERLAY", text("abc"), text("X"), int(0)), "invalidArgument"),
    (call("OVERLAY", text("abc"), text("X"), int(2), int(.max)), "aX"),
    (call("SUBSTRING_INDEX", text("a.b"), text("."), int(.min)), "a.b"),
    (call("SUBSTRING_INDEX", text("a.b"), text("."), int(0)), ""),
    (call("SUBSTRING_INDEX", text("aöbö"), text("ö"), int(-1)), ""),
    (call("SPACE", int(-1)), "invalidArgument"), (call("SPACE", int(.max)), "stringTooLong"),
    (call("IS_DIGIT", text("")), "false"), (call("IS_DIGIT", text("4a")), "false"),
    (call("IS_ALPHA", text("öß")), "true"),
    (call("IS_DECIMAL", text("1e")), "false"), (call("IS_DECIMAL", text("-2")), "true"),
    (call("ELT", int(3), text("a"), text("b")), "NULL"), (call("ELT", int(.min), text("a")), "NULL"),
    (call("REGEXP_COUNT", text("öö"), text("")), "3"), (call("REGEXP_COUNT", text(""), text("a")), "0"),
    (call("REGEXP_SPLIT", text("äbc"), text("")), "[\"ä\", \"b\", \"c\"]"),
    (call("REGEXP_SPLIT", text("1a1"), text("1")), "[\"\", \"a\", \"\"]"),
    (call("URL_ENCODE", text("€~ ")), "%E2%82%AC~%20"), (call("URL_DECODE", text("%E2%82%AC+")), "€ "),
    (call("URL_DECODE", text("%4")), "invalidArgument"), (call("URL_DECODE", text("%FF")), "invalidArgument"),
    (call("PARSE_URL", text("nothing"), text("HOST")), "NULL"), (call("PARSE_URL", text(""), text("PATH")), "NULL"),
    (call("PARSE_URL", text("ftp://u:p@[::1]:21/a/b?x"), text("HOST")), "[::1]"),
    (call("PARSE_URL", text("ftp://u:p@[::1]:21/a/b?x"), text("PORT")), "21"),
    (call("PARSE_URL", text("ftp://u:p@h/a?x#f"), text("USERINFO")), "u:p"),
    (call("PARSE_URL", text("ftp://u:p@h/a?x#f"), text("FILE")), "/a?x"),
    (call("PARSE_URL", text("ftp://h"), text("PATH")), ""),
    (call("PARSE_URL", text("a://h?k&j="), text("QUERY"), text("k")), ""),
    (call("TO_BASE32", text("")), ""), (call("TO_BASE32", text("f")), "MY======"),
    (call("TO_HEX", call("FROM_BASE32", text("MZXQ===="))), "666f"),
    (call("FROM_BASE32", text("M")), "invalidArgument"),
    (call("CRC32", text("")), "0"), (call("BIT_LENGTH", text("€")), "24"),
    (
      call("TO_HEX", call("SHA512", text(""))),
      "cf83e1357eefb8bdf1542850d66d8007d620e4050b5715dc83f4a921d36ce9ce"
        + "47d0d13c5d85f2b0ff8318d2877eec2f63b931bd47417a81a538327af927da3e"
    ),
    (call("LEFT", call("TO_HEX", call("SHA512", text(String(repeating: "a", count: 115)))), int(8)), "eaa30f93"),
  ]

  static let others: [(Expression, String)] = [
    (call("GCD", int(.min), int(0)), "overflow"), (call("GCD", int(0), int(0)), "0"),
    (call("GCD", int(-12), int(18)), "6"),
    (call("LCM", int(.max), int(.max - 1)), "overflow"), (call("LCM", int(0), int(5)), "0"),
    (call("FACTORIAL", int(20)), "2432902008176640000"), (call("FACTORIAL", int(21)), "overflow"),
    (call("FACTORIAL", int(0)), "1"), (call("BIN", int(0)), "0"), (call("ACOSH", double(0.5)), "invalidArgument"),
    (call("ATANH", double(1)), "invalidArgument"), (call("LOG1P", double(-1)), "invalidArgument"),
    (call("CSC", double(0)), "invalidArgument"), (call("HYPOT", double(1e308), double(1.7e308)), "overflow"),
    (call("TIMESTAMP_BUCKET", instant(-1), span(60_000_000)), "1969-12-31 23:59:00"),
    (call("TIMESTAMP_BUCKET", instant(5), span(0)), "invalidArgument"),
    (call("TIMESTAMP_BUCKET", instant(.min), span(1)), "invalidArgument"),
    (call("TIMESTAMP_BUCKET", instant(0), span(.max), instant(1)), "invalidArgument"),
    (call("DATE_BIN", span(60_000_000), instant(90_000_000), instant(30_000_000)), "1970-01-01 00:01:30"),
    (call("NEXT_DAY", day(0), text("thu")), "1970-01-08"), (call("NEXT_DAY", day(0), text("")), "invalidArgument"),
    (call("NEXT_DAY", day(.max), text("Mon")), "invalidArgument"), (call("DAYNAME", day(-1)), "Wednesday"),
    (call("ADD_MONTHS", day(0), int(.max)), "overflow"), (call("DAYS_IN_MONTH", day(59)), "31"),
    (call("JSON_ARRAY_LENGTH", text(" [ ] ")), "0"), (call("JSON_ARRAY_LENGTH", text("{}")), "NULL"),
    (call("JSON_ARRAY_LENGTH", text("[1")), "NULL"), (call("JSON_KEYS", text("{}")), "[]"),
    (call("JSON_KEYS", text("[1]")), "NULL"), (call("JSON_KEYS", text("{\"ö\": {\"x\": 1}}")), "[\"ö\"]"),
    (call("JSON_EXISTS", text("{\"a\": null}"), text("$.a")), "true"),
    (call("JSON_EXISTS", text(""), text("$.a")), "false"),
    (call("JSON_UNQUOTE", text("\"a")), "\"a"), (call("JSON_UNQUOTE", text("\"\\u00f6\"")), "ö"),
    (call("JSON_QUERY_ARRAY", text("[\"a\", [1]]")), "[\"\\\"a\\\"\", \"[1]\"]"),
  ]

  @Test("arrays", arguments: arrays.indices) func arrayCase(_ index: Int) {
    #expect(show(Self.arrays[index].0) == Self.arrays[index].1)
  }

  @Test("texts", arguments: texts.indices) func textCase(_ index: Int) {
    #expect(show(Self.texts[index].0) == Self.texts[index].1)
  }

  @Test("numbers, times and JSON", arguments: others.indices) func otherCase(_ index: Int) {
    #expect(show(Self.others[index].0) == Self.others[index].1)
  }

  @Test("NULL in is NULL out, or a result of its own, for every function of one argument") func nulls() {
    let names = ["ARRAY_SORT", "ARRAY_DISTINCT", "ARRAY_MIN", "ARRAY_FIRST", "ARRAY_SUM", "ARRAY_FLATTEN"]
    for name in names {
      let element: DataType = name == "ARRAY_FLATTEN" ? .array(element: .int64) : .int64
      #expect(show(call(name, null(.array(element: element)))) == "NULL", "\(name)")
    }
    for name in ["URL_DECODE", "CRC32", "SHA512", "JSON_KEYS", "IS_DIGIT", "TO_BASE32", "JSON_UNQUOTE"] {
      #expect(show(call(name, null(.text))) == "NULL", "\(name)")
    }
  }

  @Test("arrays of a column: each row its own elements, of a scalar and of a column alike") func columns() {
    let type = DataType.array(element: .text)
    let rows: [Value] = [
      .array([.string("b"), .string("a"), .string("b")]), .null, .array([]), .array([.string("ö"), .null]),
    ]
    let columns = [Column(rows, type: type)]
    func results(_ expression: Expression) -> [Outcome] { outcomes(expression, columns, count: 4) }
    let b = Value.string("b")
    #expect(
      results(call("ARRAY_DISTINCT", column(0, type)))
        == [.value(.array([b, .string("a")])), .value(.null), .value(.array([])), .value(rows[3])])
    #expect(
      results(call("ARRAY_POSITION", column(0, type), text("a")))
        == [.value(.int(2)), .value(.null), .value(.int(0)), .value(.int(0))])
    #expect(
      results(call("ARRAY_UNION", column(0, type), .literal(.array([b]), type)))
        == [
          .value(.array([b, .string("a")])), .value(.null), .value(.array([b])),
          .value(.array([.string("ö"), .null, b])),
        ])
    #expect(
      results(call("ARRAY_MAX", column(0, type)))
        == [.value(b), .value(.null), .value(.null), .value(.string("ö"))])
  }
}
