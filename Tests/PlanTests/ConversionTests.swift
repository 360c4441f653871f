// CAST between types: what converts, what fails, what SAFE_CAST makes of it, and the round trip through text.

import Testing
import Values

@testable import Plan

@Suite("Conversions")
struct ConversionTests {
  static let cases: [(Expression, String)] = [
    (cast(text(" 12 "), .int64), "12"), (cast(text("12x"), .int64), "invalidCast"),
    (cast(text("300"), .int8), "invalidCast"), (cast(int(300), .int8), "invalidCast"), (cast(int(-128), .int8), "-128"),
    (cast(double(2.5), .int64), "3"), (cast(double(-2.5), .int64), "-3"), (cast(double(1e19), .int64), "invalidCast"),
    (cast(double(.nan), .int64), "invalidCast"), (cast(decimal(-25, 2, 1), .int64), "-3"),
    (cast(int(5), .decimal(precision: 3, scale: 2)), "5.00"),
    (cast(int(50), .decimal(precision: 3, scale: 2)), "invalidCast"),
    (cast(decimal(12345, 5, 3), .decimal(precision: 4, scale: 2)), "12.35"),
    (cast(decimal(99999, 5, 3), .decimal(precision: 4, scale: 2)), "invalidCast"),
    (cast(double(0.1), .decimal(precision: 10, scale: 3)), "0.100"),
    (cast(decimal(125, 3, 2), .text), "1.25"), (cast(bool(true), .text), "true"), (cast(bool(true), .int64), "1"),
    (cast(text("abcd"), .string(maximumLength: 3)), "stringTooLong"),
    (cast(text("öß€"), .string(maximumLength: 3)), "öß€"),
    (cast(int(1234), .string(maximumLength: 3)), "stringTooLong"),
    (cast(text("2024-02-30"), .date), "invalidCast"), (cast(text("2024-02-29"), .date), "2024-02-29"),
    (cast(text("2024-02-29 12:00:00"), .timestamp), "2024-02-29 12:00:00"),
    (cast(cast(text("2024-02-29"), .date), .timestamp), "2024-02-29 00:00:00"),
    (cast(cast(text("2024-02-29 23:59:00"), .timestamp), .date), "2024-02-29"),
    (cast(cast(text("2024-02-29 23:59:00"), .timestamp), .time), "23:59:00"),
    (cast(text("{\"a\":1"), .json), "invalidCast"), (cast(text("[1]"), .json), "[1]"),
    (cast(cast(text("\"12\""), .json), .int64), "12"), (cast(null(.text), .int64), "NULL"),
    (cast(text("x"), .int64, safe: true), "NULL"), (cast(int(1 << 40), .int32, safe: true), "NULL"),
  ]

  @Test("each gives its value or its failure", arguments: 0..<cases.count)
  func conversion(number: Int) {
    let (expression, expected) = Self.cases[number]
    #expect(show(expression) == expected, "\(expression.kind)")
  }

  @Test("elements and fields convert, and a failing one fails its row")
  func nested() {
    let source = DataType.array(element: .text)
    let cells = [
      Column(
        [.array([.string("1"), .null]), .array([.string("x")]), .null, .array([])], type: source)
    ]
    let converted = outcomes(cast(column(0, source), .array(element: .int64)), cells, count: 4)
    #expect(
      converted == [
        .value(.array([.int(1), .null])), .failure(.invalidCast), .value(.null), .value(.array([])),
      ])
    let row = DataType.row([Field("a", .text), Field("b", .int64)])
    let target = DataType.row([Field("a", .int64), Field("b", .text)])
    let rows = [Column([.row([.string("7"), .int(8)]), .row([.null, .null])], type: row)]
    #expect(
      outcomes(cast(column(0, row), target), rows, count: 2) == [
        .value(.row([.int(7), .string("8")])), .value(.row([.null, .null])),
      ])
  }

  @Test("what text has no form for is no conversion")
  func disallowed() {
    #expect(!Conversion.isAllowed(from: .timestamp, to: .int64))
    #expect(!Conversion.isAllowed(from: .intervalDaySecond, to: .intervalYearMonth))
    #expect(!Conversion.isAllowed(from: .text, to: .array(element: .text)))
    #expect(Conversion.isAllowed(from: .int64, to: .text))
  }
}
