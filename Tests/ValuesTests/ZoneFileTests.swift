import Testing

@testable import Values

@Suite struct ZoneFileTests {
  @Test func damagedZoneFilesAreNoZoneAndNeverATrap() throws {
    let bytes = try #require(ZoneFile.read("America/New_York"))
    let whole = try #require(ZoneFile(bytes))
    #expect(whole.transitions.count == whole.offsets.count)
    #expect(whole.rule != nil)
    for length in 0..<bytes.count where length % 7 == 0 { _ = ZoneFile(Array(bytes.prefix(length))) }
    #expect(ZoneFile([]) == nil)
    #expect(ZoneFile(Array(bytes.prefix(bytes.count / 2))) == nil)
    var random = SeededGenerator(81)
    for _ in 0..<2000 {
      var damaged = bytes
      for _ in 0..<3 { damaged[random.below(bytes.count)] = UInt8(random.below(256)) }
      guard let file = ZoneFile(damaged) else { continue }
      for instant in [Int64.min / 1_000_000, 0, Int64.max / 1_000_000] { _ = file.rule?.span(instant) }
    }
  }

  @Test func rulesOfPOSIXAreReadInEveryForm() throws {
    #expect(try #require(PosixZone(Array("UTC0".utf8))).span(0) == ZoneSpan(offset: 0, from: .min, until: .max))
    #expect(try #require(PosixZone(Array("<+0330>-3:30".utf8))).standard == 12_600)
    let berlin = try #require(PosixZone(Array("CET-1CEST,M3.5.0,M10.5.0/3".utf8)))
    let span = berlin.span(1_720_000_000)
    #expect(span == ZoneSpan(offset: 7200, from: 1_711_846_800, until: 1_729_990_800))
    let days = try #require(PosixZone(Array("AAA3BBB2,J60/0,299/1:30:15".utf8)))
    #expect(days.summer?.offset == -7200)
    // Day J60 is 1 March in every year; day 299 counts from zero and 29 February with it.
    for year: Int64 in [2023, 2024] {
      #expect(days.summer?.start.local(year) == CivilCalendar.days(year: year, month: 3, day: 1) * 86_400)
    }
    for bad in ["", "A0", "AAA", "AAA0BBB", "AAA0BBB,M13.1.0,M1.1.0", "AAA0BBB,M3.5.0", "AAA0BBB,J0,J1", "AAA999"] {
      #expect(PosixZone(Array(bad.utf8)) == nil, "\(bad)")
    }
  }
}
