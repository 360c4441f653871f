// Units of time and how instants are cut to them. In: local microseconds or days. Out: the beginning of the unit.
// Never converts zones: the caller passes local time.

/// A unit of the calendar or the clock.
public enum CalendarUnit: String, Hashable, Sendable, Codable, CaseIterable {
  case microsecond, millisecond, second, minute, hour, day
  /// A week that begins on Sunday, as `WEEK` in GoogleSQL.
  case week
  /// A week that begins on Monday.
  case isoWeek
  case month, quarter, year
  /// The year to which ISO weeks belong.
  case isoYear

  /// The length of a unit of the clock in microseconds; nil for units of the calendar, whose length varies or whose
  /// beginning depends on a zone (a day is 24 hours here and still begins at local midnight).
  public var microseconds: Int64? {
    switch self {
    case .microsecond: 1
    case .millisecond: 1000
    case .second: 1_000_000
    case .minute: 60_000_000
    case .hour: 3_600_000_000
    case .day: CivilCalendar.microsecondsPerDay
    case .week, .isoWeek: 7 * CivilCalendar.microsecondsPerDay
    case .month, .quarter, .year, .isoYear: nil
    }
  }

  /// The first day of the unit that has this day; the day itself for units of a day or less.
  public func truncate(days: Int64) -> Int64 {
    switch self {
    case .microsecond, .millisecond, .second, .minute, .hour, .day: return days
    case .week: return days &- CivilCalendar.weekday(days) % 7
    case .isoWeek: return days &- CivilCalendar.weekday(days) &+ 1
    case .month:
      let date = CivilCalendar.date(days)
      return days &- date.day &+ 1
    case .quarter:
      let date = CivilCalendar.date(days)
      return CivilCalendar.days(year: date.year, month: (date.month &- 1) / 3 &* 3 &+ 1, day: 1)
    case .year: return CivilCalendar.days(year: CivilCalendar.date(days).year, month: 1, day: 1)
    case .isoYear: return CivilCalendar.isoYearStart(CivilCalendar.isoWeek(days).year)
    }
  }

  /// The beginning of the unit that has this local time.
  public func truncate(microseconds local: Int64) -> Int64 {
    switch self {
    case .microsecond: return local
    case .millisecond, .second, .minute, .hour:
      return local &- CivilCalendar.floorModulo(local, microseconds ?? 1)
    case .day, .week, .isoWeek, .month, .quarter, .year, .isoYear:
      let days = CivilCalendar.floorDivide(local, CivilCalendar.microsecondsPerDay)
      return truncate(days: days) &* CivilCalendar.microsecondsPerDay
    }
  }
}
