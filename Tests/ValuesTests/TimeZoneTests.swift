import Testing
import Values

@Suite struct TimeZoneTests {
  private static let hour: Int64 = 3_600_000_000

  /// Microseconds of a UTC, or local, time.
  private func at(_ year: Int64, _ month: Int64, _ day: Int64, _ hour: Int64, _ minute: Int64 = 0) -> Int64 {
    (CivilCalendar.days(year: year, month: month, day: day) * 1440 + hour * 60 + minute) * 60_000_000
  }

  @Test(arguments: [2024, 2100] as [Int64])
  func berlinTurnsItsClocksInMarchAndOctober(year: Int64) throws {
    let berlin = try #require(TimeZoneRules("Europe/Berlin"))
    // The last Sundays: 31 March and 27 October 2024, 28 March and 31 October 2100 (a rule of the file's end).
    let spring = at(year, 3, year == 2024 ? 31 : 28, 1)
    let autumn = at(year, 10, year == 2024 ? 27 : 31, 1)
    #expect(berlin.offset(at: spring - 1) == Self.hour)
    #expect(berlin.offset(at: spring) == 2 * Self.hour)
    #expect(berlin.offset(at: autumn - 1) == 2 * Self.hour)
    #expect(berlin.offset(at: autumn) == Self.hour)
  }

  @Test func newYorkTurnsItsClocksInMarchAndNovember() throws {
    let zone = try #require(TimeZoneRules("America/New_York"))
    #expect(zone.offset(at: at(2024, 3, 10, 7) - 1) == -5 * Self.hour)
    #expect(zone.offset(at: at(2024, 3, 10, 7)) == -4 * Self.hour)
    #expect(zone.offset(at: at(2024, 11, 3, 6) - 1) == -4 * Self.hour)
    #expect(zone.offset(at: at(2024, 11, 3, 6)) == -5 * Self.hour)
    #expect(zone.offset(at: at(2075, 7, 1, 0)) == -4 * Self.hour)
  }

  @Test func zonesOfTheSouthHaveTheirSummerOverNewYear() throws {
    let zone = try #require(TimeZoneRules("Australia/Sydney"))
    for year: Int64 in [2020, 2090] {
      #expect(zone.offset(at: at(year, 1, 1, 0)) == 11 * Self.hour)
      #expect(zone.offset(at: at(year, 7, 1, 0)) == 10 * Self.hour)
    }
  }

  @Test func localTimeThatIsSkippedMovesForward() throws {
    var cursor = ZoneCursor(try #require(TimeZoneRules("Europe/Berlin")))
    // 02:30 does not exist on 31 March 2024: it becomes 03:30 summer time, 01:30 UTC.
    #expect(cursor.instant(at(2024, 3, 31, 2, 30)) == at(2024, 3, 31, 1, 30))
    #expect(cursor.instant(at(2024, 3, 31, 1, 59)) == at(2024, 3, 31, 0, 59))
    #expect(cursor.instant(at(2024, 3, 31, 3)) == at(2024, 3, 31, 1))
  }

  @Test func localTimeThatHappensTwiceMeansTheFirst() throws {
    var cursor = ZoneCursor(try #require(TimeZoneRules("Europe/Berlin")))
    #expect(cursor.instant(at(2024, 10, 27, 2, 30)) == at(2024, 10, 27, 0, 30))
    #expect(cursor.instant(at(2024, 10, 27, 1, 59)) == at(2024, 10, 26, 23, 59))
    #expect(cursor.instant(at(2024, 10, 27, 3)) == at(2024, 10, 27, 2))
    var newYork = ZoneCursor(try #require(TimeZoneRules("America/New_York")))
    #expect(newYork.instant(at(2024, 11, 3, 1, 30)) == at(2024, 11, 3, 5, 30))
    #expect(newYork.instant(at(2024, 3, 10, 2, 30)) == at(2024, 3, 10, 7, 30))
  }

  @Test(arguments: ["Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "+02:00", "UTC"])
  func everyInstantIsItsLocalTimesInstantOrItsFirst(name: String) throws {
    let zone = try #require(TimeZoneRules(name))
    var random = SeededGenerator(71)
    var cursor = ZoneCursor(zone)
    for _ in 0..<3000 {
      let instant = at(1900, 1, 1, 0) + Int64(random.below(6_000_000_000)) * 1_000_000
      let local = cursor.local(instant)
      #expect(local == instant + zone.offset(at: instant), "a cursor says what the zone says")
      let back = cursor.instant(local)
      #expect(back == instant || (back < instant && back + zone.offset(at: back) == local))
    }
  }

  @Test func fixedOffsetsAreZones() throws {
    for (name, minutes) in [("+02:00", 120), ("-0330", -210), ("+14", 840), ("UTC", 0), ("z", 0)] as [(String, Int64)] {
      #expect(try #require(TimeZoneRules(name)).offset(at: 0) == minutes * 60_000_000)
    }
    for bad in ["+25:00", "+2", "+02:", "+02:0", "+02:60", "+0200x", "-18:01"] {
      #expect(TimeZoneRules(bad) == nil, "\(bad)")
    }
  }

  @Test func unknownNamesAreNoZonesAndHaveNearOnes() {
    for name in ["Europe/Berln", "", "../../etc/passwd", "/etc/passwd", "Europe", "tzdata.zi", "Europe/Ber lin"] {
      #expect(TimeZoneRules(name) == nil, "\(name)")
    }
    #expect(TimeZoneRules.suggestions(for: "Europe/Berln").first == "Europe/Berlin")
    #expect(TimeZoneRules.suggestions(for: "europe/berlin").first == "Europe/Berlin")
    #expect(TimeZoneRules.suggestions(for: "Berlin").first == "Europe/Berlin")
    #expect(TimeZoneRules.suggestions(for: "qqqqqqqqqqqq").isEmpty)
  }
}
