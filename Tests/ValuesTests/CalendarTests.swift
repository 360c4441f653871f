import Testing
import Values

@Suite struct CalendarTests {
  @Test func countingDayByDayGivesTheCalendar() {
    // From 1 January 1890 on, one day after the other.
    var date = CivilDate(year: 1890, month: 1, day: 1)
    var weekday: Int64 = 3
    for days in Int64(-29_219)..<60_000 {
      #expect(CivilCalendar.date(days) == date)
      #expect(CivilCalendar.days(date) == days)
      #expect(CivilCalendar.weekday(days) == weekday)
      weekday = weekday % 7 + 1
      date.day += 1
      let leap = date.year % 4 == 0 && (date.year % 100 != 0 || date.year % 400 == 0)
      let length: [Int64] = [31, leap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
      if date.day > length[Int(date.month) - 1] { date = CivilDate(year: date.year, month: date.month + 1, day: 1) }
      if date.month > 12 { date = CivilDate(year: date.year + 1, month: 1, day: 1) }
    }
  }

  @Test func anyDayNumberIsADateAndBack() {
    var random = SeededGenerator(61)
    for _ in 0..<2000 {
      let days = Int64(bitPattern: random.next()) >> 24
      #expect(CivilCalendar.days(CivilCalendar.date(days)) == days)
      #expect(CivilCalendar.isValid(CivilCalendar.date(days)))
    }
    for days in [Int64.min, .max] { #expect((1...12).contains(CivilCalendar.date(days).month)) }
  }

  @Test func isoWeeksBelongToTheYearOfTheirThursday() {
    func week(_ year: Int64, _ month: Int64, _ day: Int64) -> [Int64] {
      let week = CivilCalendar.isoWeek(CivilCalendar.days(year: year, month: month, day: day))
      return [week.year, week.week]
    }
    #expect(week(2005, 1, 1) == [2004, 53])
    #expect(week(2008, 12, 29) == [2009, 1])
    #expect(week(2010, 1, 3) == [2009, 53])
    #expect(week(2024, 1, 1) == [2024, 1])
    #expect(CivilCalendar.isoYearStart(2009) == CivilCalendar.days(year: 2008, month: 12, day: 29))
  }

  @Test func addingMonthsEndsAtTheMonthsLastDay() {
    func add(_ months: Int64, _ year: Int64, _ month: Int64, _ day: Int64) -> CivilDate {
      CivilCalendar.date(
        CivilCalendar.add(months: months, to: CivilCalendar.days(year: year, month: month, day: day)))
    }
    #expect(add(1, 2024, 1, 31) == CivilDate(year: 2024, month: 2, day: 29))
    #expect(add(-1, 2023, 3, 31) == CivilDate(year: 2023, month: 2, day: 28))
    #expect(add(-25, 2024, 1, 15) == CivilDate(year: 2021, month: 12, day: 15))
    #expect(add(12, 2024, 2, 29) == CivilDate(year: 2025, month: 2, day: 28))
  }

  @Test(arguments: CalendarUnit.allCases)
  func truncatingGivesTheLastBeginningOfAUnit(unit: CalendarUnit) {
    var random = SeededGenerator(62)
    for _ in 0..<300 {
      let local = Int64(bitPattern: random.next()) >> 10
      let start = unit.truncate(microseconds: local)
      #expect(start <= local)
      #expect(unit.truncate(microseconds: start) == start)
      if start > .min { #expect(unit.truncate(microseconds: start - 1) < start) }
    }
  }

  @Test func unitsBeginWhereTheirNamesSay() {
    func truncate(_ unit: CalendarUnit, _ year: Int64, _ month: Int64, _ day: Int64) -> CivilDate {
      CivilCalendar.date(unit.truncate(days: CivilCalendar.days(year: year, month: month, day: day)))
    }
    #expect(truncate(.week, 2024, 5, 15) == CivilDate(year: 2024, month: 5, day: 12))
    #expect(truncate(.week, 2024, 5, 12) == CivilDate(year: 2024, month: 5, day: 12))
    #expect(truncate(.isoWeek, 2024, 5, 12) == CivilDate(year: 2024, month: 5, day: 6))
    #expect(truncate(.quarter, 2024, 5, 15) == CivilDate(year: 2024, month: 4, day: 1))
    #expect(truncate(.isoYear, 2008, 12, 30) == CivilDate(year: 2008, month: 12, day: 29))
    #expect(CalendarUnit.hour.truncate(microseconds: -1) == -3_600_000_000)
  }
}
