import Testing
import Values

@Suite struct TimeTextTests {
  private func parse(_ text: String, _ zone: TimeZoneRules = .utc) -> Int64? {
    let blob = Blob(Array(text.utf8))
    var reader = TimestampReader(zone: zone)
    return reader.parse(UnsafePointer(blob.base), count: blob.capacity)
  }

  private func text(_ instant: Int64, _ zone: TimeZoneRules = .utc, _ style: TimestampStyle = .sql) -> String {
    let blob = Blob([UInt8](repeating: 0, count: 64))
    var writer = TimestampWriter(zone: zone, style: style)
    let length = writer.write(instant, to: blob.base)
    return String(decoding: UnsafeBufferPointer(start: blob.base, count: length), as: UTF8.self)
  }

  @Test func instantsShowAsManyDigitsAsTheyNeed() {
    #expect(text(0) == "1970-01-01 00:00:00")
    #expect(text(1_500_000) == "1970-01-01 00:00:01.500")
    #expect(text(1_500_001) == "1970-01-01 00:00:01.500001")
    #expect(text(-1) == "1969-12-31 23:59:59.999999")
    #expect(text(951_782_400_000_000) == "2000-02-29 00:00:00")
    #expect(text(0, .utc, .iso) == "1970-01-01T00:00:00.000Z")
    #expect(text(1_500_001, .utc, .iso) == "1970-01-01T00:00:01.500001Z")
    #expect(text(-62_135_596_800_000_000) == "0001-01-01 00:00:00")
    #expect(text(253_402_300_799_999_999) == "9999-12-31 23:59:59.999999")
    #expect(text(253_402_300_800_000_000) == "+10000-01-01 00:00:00")
  }

  @Test func instantsShowTheOffsetOfTheirZone() throws {
    let berlin = try #require(TimeZoneRules("Europe/Berlin"))
    #expect(text(0, berlin) == "1970-01-01 01:00:00")
    #expect(text(0, berlin, .iso) == "1970-01-01T01:00:00.000+01:00")
    #expect(text(0, try #require(TimeZoneRules("-03:30")), .iso) == "1969-12-31T20:30:00.000-03:30")
  }

  @Test func instantsAreReadInEveryCommonForm() {
    let noon: Int64 = 1_704_110_400_000_000
    for form in [
      "2024-01-01 12:00:00", "2024-01-01T12:00:00", "2024-01-01T12:00:00Z", "2024-01-01t12:00:00z",
      "2024-01-01T12:00:00.000Z", "2024-01-01 12:00:00.0", "2024-01-01T14:00:00+02:00", "2024-01-01T14:00:00+02",
      "2024-01-01T06:30:00-0530", "2024-01-01 12:00", "2024-1-1 12:00:00", "2024-01-01 12:00:00 UTC",
      "2024-01-01 12:00:00 +00:00", "2024-01-01T12:00:00.000000000", "2024-01-01T12:00:00,000Z",
    ] {
      #expect(parse(form) == noon, "\(form)")
    }
    #expect(parse("2024-01-01") == noon - 43_200_000_000)
    #expect(parse("2024-01-01 12:00:00.1234567") == noon + 123_456)
    #expect(parse("2024-01-01 12:00:00.123456789Z") == noon + 123_456)
    #expect(parse("2024-01-01 12:00:00.5") == noon + 500_000)
  }

  @Test func whatIsNoInstantIsRefused() {
    for bad in [
      "", "2024", "2024-01", "2024-13-01", "2024-02-30", "2023-02-29 00:00:00", "2024-01-01 24:00:00",
      "2024-01-01 12:60:00", "2024-01-01 12:00:60", "2024-01-01 12:00:00.", "2024-01-01 12:00:00.1234567890",
      "2024-01-01x12:00:00", "2024-01-01 12:00:00 Nowhere", "2024-01-01 12:00:00+25:00", "24-01-01 12:00:00",
      "2024-01-01 12:00:00Z0", "2024-01-01  12:00:00", "20240101 120000", "2024-01-01 1a:00:00", "/024-01-01 12:00:00",
    ] {
      #expect(parse(bad) == nil, "\(bad)")
    }
  }

  @Test func anyInstantReadsBack() throws {
    var random = SeededGenerator(51)
    let zones = [TimeZoneRules.utc, try #require(TimeZoneRules("+05:45")), try #require(TimeZoneRules("Asia/Tokyo"))]
    for zone in zones {
      for _ in 0..<1000 {
        let instant = Int64(bitPattern: random.next()) >> Int64(5 + random.below(30))
        #expect(parse(text(instant, zone, .iso), zone) == instant)
        if zone.isFixed { #expect(parse(text(instant, zone), zone) == instant) }
      }
    }
  }

  @Test func aRememberedDateDoesNotLeakIntoOthers() {
    let blob = Blob(Array("2024-01-01 00:00:012024-01-02 00:00:02".utf8))
    var reader = TimestampReader()
    let first = UnsafePointer(blob.base)
    for _ in 0..<2 {
      #expect(reader.parse(first, count: 19) == 1_704_067_201_000_000)
      #expect(reader.parse(first + 19, count: 19) == 1_704_153_602_000_000)
    }
    var writer = TimestampWriter()
    let target = Blob(uninitialized: 64)
    for instant: Int64 in [0, 86_400_000_000, 1, -1, 86_399_999_999] {
      let length = writer.write(instant, to: target.base)
      let written = String(decoding: UnsafeBufferPointer(start: target.base, count: length), as: UTF8.self)
      #expect(written == text(instant))
    }
  }

  @Test func extremesPrintWithoutTraps() throws {
    let berlin = try #require(TimeZoneRules("Europe/Berlin"))
    for instant in [Int64.min, .max, .min + 1] {
      #expect(!text(instant).isEmpty)
      #expect(!text(instant, berlin, .iso).isEmpty)
    }
    var writer = TextWriter()
    for type in [DataType.date, .time, .intervalDaySecond, .intervalYearMonth, .timestamp] {
      for value in [Int64.min, .max] { #expect(!writer.text(.int(value), type: type).isEmpty) }
    }
  }

  @Test func datesTimesAndIntervalsReadBack() {
    var random = SeededGenerator(52)
    var writer = TextWriter()
    var reader = TextReader()
    let types: [(DataType, Int64)] = [
      (.date, 3_000_000), (.time, 86_400_000_000), (.intervalYearMonth, 100_000),
      (.intervalDaySecond, 9_000_000_000_000_000),
    ]
    for (type, limit) in types {
      for _ in 0..<500 {
        var value = Int64(random.below(Int(limit)))
        if type != .time && type != .date && random.chance(2) { value = -value }
        let text = writer.text(.int(value), type: type)
        let parsed = reader.parse(BytesVector([Array(text.utf8)]), type: type)
        #expect(parsed.column.value(at: 0) == .int(value), "\(type) \(text)")
      }
    }
  }

  @Test func intervalsAreWrittenAndReadAsSQLAndISOWriteThem() {
    var writer = TextWriter()
    var reader = TextReader()
    func parse(_ text: String, _ type: DataType) -> Value {
      reader.parse(BytesVector([Array(text.utf8)]), type: type).column.value(at: 0)
    }
    let span: Int64 = 3 * 86_400_000_000 + 14_706_500_000
    #expect(writer.text(.int(14), type: .intervalYearMonth) == "1-2")
    #expect(writer.text(.int(-3), type: .intervalYearMonth) == "-0-3")
    #expect(writer.text(.int(span), type: .intervalDaySecond) == "3 04:05:06.5")
    #expect(writer.text(.int(-1_000_000), type: .intervalDaySecond) == "-0 00:00:01")
    #expect(parse("1-2", .intervalYearMonth) == .int(14))
    #expect(parse("P1Y2M", .intervalYearMonth) == .int(14))
    #expect(parse("-P2M", .intervalYearMonth) == .int(-2))
    #expect(parse("3 04:05:06.5", .intervalDaySecond) == .int(span))
    #expect(parse("P3DT4H5M6.5S", .intervalDaySecond) == .int(span))
    #expect(parse("PT36H", .intervalDaySecond) == .int(129_600_000_000))
    #expect(parse("P1W", .intervalDaySecond) == .int(604_800_000_000))
    #expect(parse("-00:00:01", .intervalDaySecond) == .int(-1_000_000))
    for bad in ["", "P", "PT", "P1H", "3", "1-13", "P1Y1Y", "PT1.5H", "P999999999999W", "1 25:00:00"] {
      #expect(parse(bad, .intervalDaySecond) == .null, "\(bad)")
    }
    #expect(parse("1-12", .intervalYearMonth) == .null)
  }
}
