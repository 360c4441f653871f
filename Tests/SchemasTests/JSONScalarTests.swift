// Single JSON values of every type: what is accepted, what it means, and what is refused.

import Schemas
import Testing
import Values

@Suite struct JSONScalarTests {
  @Test(arguments: [
    ("0", 0), ("-0", 0), ("7", 7), ("-7", -7), ("1234567", 1_234_567), ("12345678", 12_345_678),
    ("-123456789012", -123_456_789_012), ("9223372036854775807", Int64.max), ("-9223372036854775808", Int64.min),
    ("1.0", 1), ("1e3", 1000), ("-2.50E1", -25),
  ])
  func integers(text: String, expected: Int64) {
    #expect(decodeOne(text, as: .int64) == .success(.int(expected)))
  }

  @Test(arguments: [
    "9223372036854775808", "-9223372036854775809", "99999999999999999999999999999999999999999999999999999", "01", "-01",
    "00000001", "012345678", "1.5", "1e-1", "-", "1.", ".5", "1e", "+1", "\"1\"", "true", "[1]", "{\"a\":1}", "1x",
    "0x1",
    "1e400", "NaN",
  ])
  func noIntegers(text: String) throws {
    let result = decodeOne(text, as: .int64)
    #expect(throws: Reason.self) { try result.get() }
  }

  @Test func integerRanges() {
    #expect(decodeOne("127", as: .int8) == .success(.int(127)))
    #expect(decodeOne("-32768", as: .int16) == .success(.int(-32768)))
    #expect(
      decodeOne("128", as: .int8) == .failure(Reason(text: "`v`: the number 128 is outside the range of TINYINT")))
    #expect(throws: Reason.self) { try decodeOne("2147483648", as: .int32).get() }
  }

  @Test(arguments: [
    ("0", 0.0), ("-0.0", -0.0), ("1.5", 1.5), ("1e308", 1e308), ("5e-324", Double.leastNonzeroMagnitude), ("0.1", 0.1),
    ("123456789", 123_456_789),
    ("9007199254740993", 9_007_199_254_740_992), ("0.30000000000000004", 0.30000000000000004),
    ("1e-400", 0), ("2.2250738585072014e-308", 2.2250738585072014e-308), ("\"Infinity\"", Double.infinity),
    ("\"-Infinity\"", -Double.infinity),
  ])
  func doubles(text: String, expected: Double) {
    #expect(decodeOne(text, as: .float64) == .success(.double(expected)))
  }

  @Test func doublesThatAreNone() {
    #expect(decodeOne("\"NaN\"", as: .float64) == .success(.double(.nan)))
    #expect(
      decodeOne("1e400", as: .float64) == .failure(Reason(text: "`v`: the number 1e400 is outside the range of DOUBLE"))
    )
    #expect(throws: Reason.self) { try decodeOne("1e39", as: .float32).get() }
    for text in ["01.5", "1..5", "\"1.5\"", "1.e5", "Infinity", "-"] {
      #expect(throws: Reason.self) { try decodeOne(text, as: .float64).get() }
    }
  }

  @Test(arguments: [
    ("12.34", 1234), ("12.3", 1230), ("-0.01", -1), ("\"12.34\"", 1234), ("1e2", 10000), ("12.340000", 1234), ("0", 0),
    ("123e-2", 123), ("0e999999999999", 0),
  ])
  func decimals(text: String, expected: Int128) {
    #expect(decodeOne(text, as: .decimal(precision: 10, scale: 2)) == .success(.decimal(expected)))
  }

  @Test func decimalsThatDoNotFit() {
    let type = DataType.decimal(precision: 5, scale: 2)
    #expect(
      decodeOne("1.005", as: type)
        == .failure(Reason(text: "`v`: the number 1.005 has more digits after the point than DECIMAL(5, 2) holds")))
    #expect(throws: Reason.self) { try decodeOne("1000", as: type).get() }
    #expect(throws: Reason.self) { try decodeOne("1e999999999", as: type).get() }
    #expect(throws: Reason.self) { try decodeOne("\"\"", as: type).get() }
    let wide = "99999999999999999999999999999999999999"
    #expect(decodeOne(wide, as: .decimal(precision: 38, scale: 0)) == .success(.decimal(Int128(wide) ?? 0)))
    #expect(throws: Reason.self) { try decodeOne(wide + "0", as: .decimal(precision: 38, scale: 0)).get() }
  }

  @Test func times() {
    let zero: Int64 = 1_436_918_400_000_000
    for (text, micros) in [
      ("\"2015-07-15 00:00:00.000\"", zero), ("\"2015-07-15T00:00:01.250Z\"", zero + 1_250_000),
      ("\"2015-07-15T02:00:00+02:00\"", zero), ("\"2015-07-15\"", zero), ("1436918400000", zero),
      ("\"2015-07-15 00:00:59.999\"", zero + 59_999_000), ("\"2015-07-15 00:00:00.000001\"", zero + 1),
      ("\"2015-07-1\\u0035 00:00:00.000\"", zero),
    ] { #expect(decodeOne(text, as: .timestamp) == .success(.int(micros))) }
    for text in ["\"2015-02-30 00:00:00\"", "\"\"", "\"2015-07-15 24:00:00.000\"", "true", "1e3", "99999999999999999"] {
      #expect(throws: Reason.self) { try decodeOne(text, as: .timestamp).get() }
    }
    #expect(decodeOne("\"1970-01-02\"", as: .date) == .success(.int(1)))
    #expect(decodeOne("\"00:00:01.5\"", as: .time) == .success(.int(1_500_000)))
    #expect(decodeOne("\"1-2\"", as: .intervalYearMonth) == .success(.int(14)))
    #expect(decodeOne("\"P1DT1S\"", as: .intervalDaySecond) == .success(.int(86_401_000_000)))
  }

  /// The minute that was read last may not colour what another shape of text means.
  @Test func timestampsNextToEachOther() {
    let texts = [
      "2015-07-15 00:00:00.000", "2015-07-15 00:00:59.999", "2015-07-15 00:00:60.000", "2015-07-15 00:00:5x.000",
      "2015-07-15 00:00:01.0000", "2015-07-15 00:01:00.000", "2015-07-15T00:01:02.003", "2015-07-15 00:00:00+01:00",
    ]
    let chunk = decodeLines(texts.map { "{\"v\":\"\($0)\"}\n" }.joined(), [column("v", .timestamp)])
    let zero: Int64 = 1_436_918_400_000_000
    #expect(
      chunk.columns[0].values
        == [0, 59_999_000, 1_000_000, 60_000_000, 62_003_000, -3_600_000_000].map { .int(zero + $0) })
    #expect(chunk.failures.map(\.record) == [2, 3])
  }

  @Test func timestampUnitsAndZones() {
    var conventions = TextConventions(timestampUnit: .seconds)
    conventions.zone = TimeZoneRules("+02:00") ?? .utc
    let decoder = JSONRecordDecoder(JSONDecoderPlan(columns: [column("v", .timestamp)], conventions: conventions))
    let bytes = Array("{\"v\":10}\n{\"v\":\"1970-01-01 02:00:10\"}\n{\"v\":\"1970-01-01T00:00:10Z\"}\n".utf8)
    let chunk = decoder.decode(Blob(bytes), range: 0..<bytes.count, isLast: true, maximumRecords: .max)
    #expect(chunk.columns[0].values == Array(repeating: .int(10_000_000), count: 3))
  }

  @Test func booleansBytesAndJSON() {
    #expect(decodeOne("true", as: .boolean) == .success(.bool(true)))
    #expect(decodeOne("false", as: .boolean) == .success(.bool(false)))
    for text in ["tru", "True", "1", "\"true\"", "falsey"] {
      #expect(throws: Reason.self) { try decodeOne(text, as: .boolean).get() }
    }
    #expect(decodeOne("\"AQID\"", as: .bytes()) == .success(.bytes([1, 2, 3])))
    #expect(decodeOne("\"AQ\\u003d=\"", as: .bytes()) == .success(.bytes([1])))
    #expect(throws: Reason.self) { try decodeOne("\"A*==\"", as: .bytes()).get() }
    #expect(throws: Reason.self) { try decodeOne("\"AQID\"", as: .bytes(maximumLength: 2)).get() }
    let nested = "{\"a\": [1, {\"b\":\"\\u00e4\"}], \"c\":null}"
    #expect(decodeOne(nested, as: .json) == .success(.string(nested)))
    #expect(decodeOne("null", as: .json) == .success(.string("null")))
    for text in ["{\"a\" 1}", "[1,]", "{\"a\":01}", "[\"\\x\"]", "[nul]"] {
      #expect(throws: Reason.self) { try decodeOne(text, as: .json).get() }
    }
  }

  @Test func deepNesting() {
    let deep = String(repeating: "[", count: 100_000) + String(repeating: "]", count: 100_000)
    #expect(throws: Reason.self) { try decodeOne(deep, as: .json).get() }
    #expect(decodeLines("{\"deep\":\(deep),\"v\":1}\n", [column("v", .int64)]).columns[0].values == [.int(1)])
    #expect(throws: JSONSyntaxError.self) { try JSONValue(parsing: deep) }
  }
}
