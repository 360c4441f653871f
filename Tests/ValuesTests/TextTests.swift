import Testing
import Values

@Suite struct TextTests {
  private func text(_ value: Value, _ type: DataType, _ options: TextOptions = TextOptions()) -> String {
    var writer = TextWriter(options)
    return writer.text(value, type: type)
  }

  private func parse(_ text: String, _ type: DataType, _ options: TextOptions = TextOptions()) -> Value? {
    var reader = TextReader(options)
    let parsed = reader.parse(BytesVector([Array(text.utf8)]), type: type)
    return parsed.failure(0) == nil ? parsed.column.value(at: 0) : nil
  }

  private func failure(_ text: String, _ type: DataType) -> TextFailure? {
    var reader = TextReader()
    return reader.parse(BytesVector([Array(text.utf8)]), type: type).failure(0)
  }

  /// What a writer of numbers leaves in memory.
  private func written(_ write: (UnsafeMutablePointer<UInt8>) -> Int) -> String {
    let blob = Blob([UInt8](repeating: 0, count: 64))
    let length = write(blob.base)
    return String(decoding: UnsafeBufferPointer(start: blob.base, count: length), as: UTF8.self)
  }

  @Test func integersPrintAsSwiftPrintsThem() {
    var random = SeededGenerator(41)
    var numbers: [Int64] = [0, 9, 10, 99, 100, .min, .max]
    for digits in 1...18 {
      let power = (0..<digits).reduce(Int64(1)) { product, _ in product * 10 }
      numbers += [power - 1, power, power + 1, -power]
    }
    for _ in 0..<2000 { numbers.append(Int64(bitPattern: random.next()) >> Int64(random.below(64))) }
    for number in numbers {
      #expect(written { IntText.write(number, to: $0) } == "\(number)")
      #expect(parse("\(number)", .int64) == .int(number))
    }
    for number in 0..<10_000 { #expect(written { IntText.write(UInt64(number), to: $0) } == "\(number)") }
  }

  @Test func integersOutsideTheirTypeAreErrors() {
    #expect(parse("127", .int8) == .int(127))
    #expect(failure("128", .int8) == .outOfRange)
    #expect(failure("9223372036854775808", .int64) == .outOfRange)
    #expect(parse("-9223372036854775808", .int64) == .int(.min))
    #expect(parse("  +7 ", .int32) == .int(7))
    for bad in ["", "-", "1 2", "1.0", "0x1", "١"] { #expect(failure(bad, .int64) == .malformed, "\(bad)") }
  }

  @Test func doublesPrintAsSwiftPrintsThemAndReadBack() {
    var random = SeededGenerator(42)
    var numbers = [0, -0.0, 0.1, 1.5, -2.25, 100, 1e15, 999_999_999_999_999, 1e16, 1e-4, 1e-5, 123.4567, .pi, 5e-324]
    numbers += [Double.greatestFiniteMagnitude, 0.3, 2.0 / 3, 1_234_567.0001, 4_503_599_627_370_496.5]
    for _ in 0..<3000 {
      numbers.append(Double(bitPattern: random.next()))
      numbers.append(Double(random.below(10_000_000)) / [1, 10, 100, 1000, 10_000, 7, 1e6][random.below(7)])
    }
    for number in numbers where number.isFinite {
      let text = written { DoubleText.write(number, to: $0) }
      #expect(text == number.description)
      #expect(parse(text, .float64) == .double(number))
      let single = Float(number)
      if single.isFinite { #expect(written { DoubleText.write(float: Double(single), to: $0) } == "\(single)") }
    }
  }

  @Test func doublesThatAreNoNumbersHaveNames() {
    #expect(text(.double(.nan), .float64) == "NaN")
    #expect(text(.double(-.infinity), .float64) == "-Infinity")
    #expect(parse("nan", .float64) == .double(.nan))
    #expect(parse("-inf", .float64) == .double(-.infinity))
    #expect(parse("Infinity", .float64) == .double(.infinity))
  }

  @Test func doublesOfAnyWritingAreRoundedOnce() {
    for text in [
      "1e5", "1E-5", "123456789012345678901234567890", ".5", "5.", "9007199254740993", "1e400", "-1e-400",
      "0.1e1", "179769313486231580793e289", "2.2250738585072011e-308", "00000000000000000000000001.5",
    ] {
      #expect(parse(text, .float64) == Double(text).map(Value.double), "\(text)")
    }
    #expect(parse("0.1", .float32) == .double(Double(Float(0.1))))
    for bad in ["", ".", "e5", "1e", "1e+", "0x10", "1_0", "--1", "1.2.3", "infinit", "+-1"] {
      #expect(failure(bad, .float64) == .malformed, "\(bad)")
    }
  }

  @Test func fractionsOfManyDigitsAreRoundedToTheNearestDouble() {
    var random = SeededGenerator(46)
    for _ in 0..<20_000 {
      let digits = 1 + random.below(19)
      let scale = random.below(28)
      var text = String(String(random.next()).suffix(digits))
      // Halves between two doubles are where rounding goes wrong: numbers of few bits more than a double has.
      if random.chance(4) { text = "\((1 << 53) + UInt64(random.below(1 << 12)))" }
      if scale > 0 {
        let padded = String(repeating: "0", count: max(scale + 1 - text.count, 0)) + text
        text = padded.dropLast(scale) + "." + padded.suffix(scale)
      }
      #expect(parse(text, .float64) == Double(text).map(Value.double), "\(text)")
    }
  }

  @Test func decimalsPrintAllDigitsOfTheirScale() {
    #expect(text(.decimal(1234), .decimal(precision: 10, scale: 2)) == "12.34")
    #expect(text(.decimal(-5), .decimal(precision: 10, scale: 2)) == "-0.05")
    #expect(text(.decimal(7), .decimal(precision: 10, scale: 0)) == "7")
    let most = Int128("99999999999999999999999999999999999999") ?? 0
    #expect(text(.decimal(most), .decimal(precision: 38, scale: 0)) == String(repeating: "9", count: 38))
    #expect(text(.decimal(-most), .decimal(precision: 38, scale: 38)) == "-0." + String(repeating: "9", count: 38))
    #expect(text(.decimal(.min), .decimal(precision: 38, scale: 1)) == "-17014118346046923173168730371588410572.8")
  }

  @Test func decimalsReadBackAndRoundHalfAwayFromZero() {
    var random = SeededGenerator(43)
    for _ in 0..<1000 {
      let scale = random.below(39)
      let type = DataType.decimal(precision: 38, scale: scale)
      let digits = Int128(random.next() >> 1) * Int128(random.next() >> UInt64(random.below(64)))
      let value = digits % DecimalText.power(38) * (random.chance(2) ? 1 : -1)
      #expect(parse(text(.decimal(value), type), type) == .decimal(value))
    }
    let type = DataType.decimal(precision: 4, scale: 1)
    #expect(parse("0.05", type) == .decimal(1))
    #expect(parse("-0.05", type) == .decimal(-1))
    #expect(parse("0.0499", type) == .decimal(0))
    #expect(parse("1e2", type) == .decimal(1000))
    #expect(parse("12e-2", type) == .decimal(1))
    #expect(parse("5e-999", type) == .decimal(0))
    #expect(failure("999.95", type) == .outOfRange)
    #expect(failure("1e3", type) == .outOfRange)
    #expect(failure(String(repeating: "9", count: 500), .decimal(precision: 38, scale: 0)) == .outOfRange)
    for bad in ["", ".", "1e", "abc", "1..2", "NaN"] { #expect(failure(bad, type) == .malformed, "\(bad)") }
  }

  @Test func lostDigitsOfDecimalsAreReported() {
    func outcome(_ text: String) -> DecimalParse {
      let blob = Blob(Array(text.utf8))
      return DecimalText.parse(UnsafePointer(blob.base), count: blob.capacity, precision: 5, scale: 2)
    }
    #expect(outcome("1.230") == .exact(123))
    #expect(outcome("1.234") == .rounded(123))
    #expect(outcome("1.235") == .rounded(124))
    #expect(outcome("1000") == .outOfRange)
    #expect(outcome("x") == .malformed)
  }

  @Test func booleansAreTwoWords() {
    #expect(text(.bool(true), .boolean) == "true")
    #expect(parse("TRUE", .boolean) == .bool(true))
    #expect(parse(" False ", .boolean) == .bool(false))
    for bad in ["t", "1", "yes", ""] { #expect(failure(bad, .boolean) == .malformed) }
  }

  @Test func bytesAreBase64OrHexadecimal() {
    var random = SeededGenerator(44)
    let hex = TextOptions(binary: .hex)
    #expect(text(.bytes(Array("Man".utf8)), .bytes()) == "TWFu")
    #expect(text(.bytes(Array("Ma".utf8)), .bytes()) == "TWE=")
    #expect(text(.bytes([0xDE, 0xAD]), .bytes(), hex) == "dead")
    for _ in 0..<200 {
      let value = Value.bytes(RandomValues.bytes(&random))
      #expect(parse(text(value, .bytes()), .bytes()) == value)
      #expect(parse(text(value, .bytes(), hex), .bytes(), hex) == value)
    }
    #expect(parse("TWE", .bytes()) == .string("Ma"))
    for bad in ["A", "A===", "T*==", "=AAA"] { #expect(failure(bad, .bytes()) == .malformed, "\(bad)") }
    #expect(failure("TWFu", .bytes(maximumLength: 2)) == .tooLong)
  }

  @Test func stringsAreMeasuredInCodePoints() {
    #expect(parse("Zürich", .string(maximumLength: 6)) == .string("Zürich"))
    #expect(failure("Zürich!", .string(maximumLength: 6)) == .tooLong)
  }

  @Test func nestedValuesAreWrittenAsJSON() {
    let type = DataType.row([Field("a\"b", .array(element: .text)), Field("t", .date), Field("d", .float64)])
    let value = Value.row([.array([.string("x\n\u{1}\"\\"), .null]), .int(0), .double(.nan)])
    #expect(text(value, type) == #"{"a\"b": ["x\n\u0001\"\\", null], "t": "1970-01-01", "d": "NaN"}"#)
    #expect(failure("[]", .array(element: .text)) == .unsupported)
  }

  @Test func anyStringIsQuotedAsJSONReadsIt() {
    for length in 0..<40 {
      for special in [nil, 0, 7, 8, length - 1] {
        var bytes = (0..<length).map { UInt8(97 + $0 % 26) }
        if let special, bytes.indices.contains(special) { bytes[special] = 34 }
        let buffer = ByteBuffer()
        JSONText.write(string: bytes, into: buffer)
        let escaped = bytes.flatMap { $0 == 34 ? [92, 34] : [$0] }
        #expect(buffer.array == [34] + escaped + [34])
      }
    }
  }

  @Test func wholeColumnsKeepTheirNulls() {
    var writer = TextWriter()
    let column = Column([.int(5), .null, .int(-12)], type: .int64)
    let formatted = writer.format(column, type: .int64)
    #expect(formatted.values == [.string("5"), .null, .string("-12")])
    guard case .bytes(let vector) = formatted.data else {
      Issue.record("text is stored as bytes")
      return
    }
    var reader = TextReader()
    let parsed = reader.parse(vector, validity: formatted.validity, type: .int64)
    #expect(parsed.column.values == column.values)
    #expect(parsed.failures == nil)
  }

  @Test func badRowsDoNotHurtGoodOnes() {
    var reader = TextReader()
    let parsed = reader.parse(BytesVector(["1", "x", "3"].map { Array($0.utf8) }), type: .int64)
    #expect(parsed.column.values == [.int(1), .null, .int(3)])
    #expect((0..<3).map(parsed.failure) == [nil, .malformed, nil])
    for failure in TextFailure.allCases { #expect(!failure.message(.int64).isEmpty) }
  }

  @Test func garbageIsAnErrorAndNeverATrap() {
    var random = SeededGenerator(45)
    let letters = Array("0123456789-+:. TZeEPYMDHSW,/=aNn\u{0}".utf8)
    let types: [DataType] = [
      .boolean, .int8, .int64, .float32, .float64, .decimal(precision: 38, scale: 38), .decimal(precision: 3, scale: 0),
      .timestamp, .date, .time, .intervalYearMonth, .intervalDaySecond, .bytes(), .string(maximumLength: 3),
    ]
    let zone = TimeZoneRules("Europe/Berlin") ?? .utc
    for _ in 0..<300 {
      let texts = (0..<20).map { _ in (0..<random.below(30)).map { _ in letters[random.below(letters.count)] } }
      for type in types {
        var reader = TextReader(TextOptions(zone: zone))
        #expect(reader.parse(BytesVector(texts), type: type).column.count == 20)
      }
    }
  }
}
