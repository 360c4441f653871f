// The proleptic Gregorian calendar as arithmetic on day numbers. In: days since 1970-01-01. Out: years, months, weeks.
// Never knows a zone and never traps: day numbers beyond all calendars wrap instead.
//
// The conversions count years from 1 March, so that the leap day is a year's last (the era method, Hinnant 2013).

/// A date as people write it.
public struct CivilDate: Hashable, Sendable {
  /// The astronomical year: 0 is 1 BC.
  public var year: Int64
  /// 1...12.
  public var month: Int64
  /// 1...31.
  public var day: Int64

  /// A date that need not exist: `CivilCalendar.isValid` tells.
  @inlinable
  public init(year: Int64, month: Int64, day: Int64) {
    self.year = year
    self.month = month
    self.day = day
  }
}

/// Calendar arithmetic.
public enum CivilCalendar {
  /// Microseconds in a day.
  @inlinable public static var microsecondsPerDay: Int64 { 86_400_000_000 }

  /// The greatest integer not over `value / divisor`, for a positive divisor.
  @inlinable
  public static func floorDivide(_ value: Int64, _ divisor: Int64) -> Int64 {
    let quotient = value / divisor
    return value % divisor < 0 ? quotient &- 1 : quotient
  }

  /// `value` modulo a positive divisor, never negative.
  @inlinable
  public static func floorModulo(_ value: Int64, _ divisor: Int64) -> Int64 {
    let rest = value % divisor
    return rest < 0 ? rest &+ divisor : rest
  }

  /// The day number of a date; months outside 1...12 and days outside the month count on.
  @inlinable
  public static func days(year: Int64, month: Int64, day: Int64) -> Int64 {
    let y = month <= 2 ? year &- 1 : year
    let era = floorDivide(y, 400)
    let yearOfEra = y &- era &* 400
    let shifted = month > 2 ? month &- 3 : month &+ 9
    let dayOfYear = (153 &* shifted &+ 2) / 5 &+ day &- 1
    let dayOfEra = yearOfEra &* 365 &+ yearOfEra / 4 &- yearOfEra / 100 &+ dayOfYear
    return era &* 146_097 &+ dayOfEra &- 719_468
  }

  /// The day number of a date.
  @inlinable
  public static func days(_ date: CivilDate) -> Int64 { days(year: date.year, month: date.month, day: date.day) }

  /// The date of a day number.
  @inlinable
  public static func date(_ days: Int64) -> CivilDate {
    let shifted = days &+ 719_468
    let era = floorDivide(shifted, 146_097)
    let dayOfEra = shifted &- era &* 146_097
    let yearOfEra = (dayOfEra &- dayOfEra / 1460 &+ dayOfEra / 36_524 &- dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra &- (365 &* yearOfEra &+ yearOfEra / 4 &- yearOfEra / 100)
    let monthFromMarch = (5 &* dayOfYear &+ 2) / 153
    let month = monthFromMarch < 10 ? monthFromMarch &+ 3 : monthFromMarch &- 9
    let year = yearOfEra &+ era &* 400 &+ (month <= 2 ? 1 : 0)
    return CivilDate(year: year, month: month, day: dayOfYear &- (153 &* monthFromMarch &+ 2) / 5 &+ 1)
  }

  /// Whether a year has 366 days.
  @inlinable
  public static func isLeap(_ year: Int64) -> Bool { year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) }

  /// The number of days of a month, 1...12.
  @inlinable
  public static func daysInMonth(year: Int64, month: Int64) -> Int64 {
    switch month {
    case 2: isLeap(year) ? 29 : 28
    case 4, 6, 9, 11: 30
    default: 31
    }
  }

  /// Whether a date exists.
  @inlinable
  public static func isValid(_ date: CivilDate) -> Bool {
    date.month >= 1 && date.month <= 12 && date.day >= 1
      && date.day <= daysInMonth(year: date.year, month: date.month)
  }

  /// The day of the week, 1 (Monday) to 7 (Sunday).
  @inlinable
  public static func weekday(_ days: Int64) -> Int64 { floorModulo(days &+ 3, 7) &+ 1 }

  /// The day of the year, from 1.
  public static func dayOfYear(_ days: Int64) -> Int64 {
    days &- Self.days(year: date(days).year, month: 1, day: 1) &+ 1
  }

  /// The week of ISO 8601: it begins on Monday and belongs to the year that has its Thursday.
  public static func isoWeek(_ days: Int64) -> (year: Int64, week: Int64) {
    let thursday = days &- weekday(days) &+ 4
    return (date(thursday).year, (dayOfYear(thursday) &- 1) / 7 &+ 1)
  }

  /// The first day, a Monday, of a year of ISO 8601.
  public static func isoYearStart(_ year: Int64) -> Int64 {
    let fourth = Self.days(year: year, month: 1, day: 4)
    return fourth &- weekday(fourth) &+ 1
  }

  /// The same day `months` later or earlier; the month's last where it has no such day.
  public static func add(months: Int64, to days: Int64) -> Int64 {
    let date = date(days)
    let total = date.year &* 12 &+ date.month &- 1 &+ months
    let year = floorDivide(total, 12)
    let month = floorModulo(total, 12) &+ 1
    return Self.days(year: year, month: month, day: min(date.day, daysInMonth(year: year, month: month)))
  }
}
