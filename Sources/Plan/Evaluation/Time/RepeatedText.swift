// Neighbouring rows mostly lie in the same day, or minute, and a format that shows no more gives all of them one text.
// In: local times, row after row. Out: whether the text of the row before is this row's too. Never writes text.

import Values

/// The span of local time around the last row in which its text does not change.
struct RepeatedText {
  private let unit: Int64
  private var start: Int64 = 0
  /// 0 when the row before has no text to repeat.
  private var length: UInt64 = 0
  private var offset: Int64 = 0

  /// Without a format that all rows share nothing repeats.
  init(_ format: TimeFormat?) { unit = format?.resolution ?? 0 }

  /// Whether the text of the row before is that of `local`, which becomes the row before of the next question.
  @inline(__always)
  mutating func covers(_ local: Int64, offset: Int64) -> Bool {
    if UInt64(bitPattern: local &- start) < length && offset == self.offset { return true }
    if unit > 0 {
      start = local &- CivilCalendar.floorModulo(local, unit)
      length = UInt64(unit)
      self.offset = offset
    }
    return false
  }

  /// The row before failed.
  mutating func forget() { length = 0 }
}

extension TimeFormat {
  /// The longest unit of local time, in microseconds, within which the text stays the same; 0 when each may differ.
  var resolution: Int64 {
    items.reduce(CivilCalendar.microsecondsPerDay) { unit, item in
      guard case .field(let field, _, _) = item else { return unit }
      return min(unit, Self.resolution(field))
    }
  }

  private static func resolution(_ field: Field) -> Int64 {
    switch field {
    case .fraction: 0
    case .second, .epoch: 1_000_000
    case .minute: 60_000_000
    case .hour, .hourOfHalf, .half: 3_600_000_000
    case .year, .yearOfCentury, .century, .month, .day, .monthName, .monthShort, .weekdayName, .weekdayShort,
      .dayOfYear,
      .isoWeekday, .weekdayFromSunday, .isoYear, .isoWeek, .quarter, .offset, .zone:
      CivilCalendar.microsecondsPerDay
    }
  }
}
