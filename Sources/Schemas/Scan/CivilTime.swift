// The proleptic Gregorian calendar and zones as arithmetic. In: year, month, day, or days since 1970. Out: the other.
// Never reads a zone database: whoever knows one passes its changes in.

/// Microseconds in larger units.
enum Micros {
  static var second: Int64 { 1_000_000 }
  static var minute: Int64 { 60_000_000 }
  static var hour: Int64 { 3_600_000_000 }
  static var day: Int64 { 86_400_000_000 }
}

/// Days since 1970-01-01, after Howard Hinnant's days_from_civil: years begin in March, so that leap days come last.
@inline(__always)
func daysFromCivil(year: Int, month: Int, day: Int) -> Int {
  let y = month <= 2 ? year &- 1 : year
  let era = (y >= 0 ? y : y &- 399) / 400
  let yearOfEra = y &- era &* 400
  let monthFromMarch = month > 2 ? month &- 3 : month &+ 9
  let dayOfYear = (153 &* monthFromMarch &+ 2) / 5 &+ day &- 1
  let dayOfEra = yearOfEra &* 365 &+ yearOfEra / 4 &- yearOfEra / 100 &+ dayOfYear
  return era &* 146_097 &+ dayOfEra &- 719_468
}

/// The calendar day that lies `days` after 1970-01-01.
func civilFromDays(_ days: Int) -> (year: Int, month: Int, day: Int) {
  let z = days &+ 719_468
  let era = (z >= 0 ? z : z &- 146_096) / 146_097
  let dayOfEra = z &- era &* 146_097
  let yearOfEra = (dayOfEra &- dayOfEra / 1460 &+ dayOfEra / 36_524 &- dayOfEra / 146_096) / 365
  let dayOfYear = dayOfEra &- (365 &* yearOfEra &+ yearOfEra / 4 &- yearOfEra / 100)
  let monthFromMarch = (5 &* dayOfYear &+ 2) / 153
  let day = dayOfYear &- (153 &* monthFromMarch &+ 2) / 5 &+ 1
  let month = monthFromMarch < 10 ? monthFromMarch &+ 3 : monthFromMarch &- 9
  return (yearOfEra &+ era &* 400 &+ (month <= 2 ? 1 : 0), month, day)
}

func isLeapYear(_ year: Int) -> Bool { year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) }

func daysInMonth(year: Int, month: Int) -> Int {
  switch month {
  case 2: isLeapYear(year) ? 29 : 28
  case 4, 6, 9, 11: 30
  default: 31
  }
}

/// The instants that a TIMESTAMP may be: the years 1 to 9999.
let timestampRange: ClosedRange<Int64> = -62_135_596_800_000_000...253_402_300_799_999_999

/// How text without an offset becomes an instant: the offset from UTC, and when it changes.
package struct LocalZone: Hashable, Sendable {
  /// From `instant` on, in microseconds of UTC, local time is UTC plus `offset` microseconds.
  package struct Change: Hashable, Sendable {
    package var instant: Int64
    package var offset: Int64

    package init(instant: Int64, offset: Int64) {
      self.instant = instant
      self.offset = offset
    }
  }

  package var name: String
  /// The offset before the first change, in microseconds.
  package var firstOffset: Int64
  /// Ascending by instant.
  package var changes: [Change]

  package init(name: String, offset: Int64, changes: [Change] = []) {
    self.name = name
    self.firstOffset = offset
    self.changes = changes
  }

  package static let utc = LocalZone(name: "UTC", offset: 0)

  package var isUTC: Bool { changes.isEmpty && firstOffset == 0 }

  /// The instant of a local time. Of a time that happens twice it is the earlier one; a time that is skipped is read
  /// with the offset before the change.
  package func instant(ofLocal local: Int64) -> Int64 {
    var offset = firstOffset
    var low = 0
    var high = changes.count
    // The changes that begin, in the local time before them, at or before `local`.
    while low < high {
      let middle = (low + high) / 2
      let before = middle == 0 ? firstOffset : changes[middle - 1].offset
      let start = changes[middle].instant &+ max(before, changes[middle].offset)
      if start <= local { low = middle + 1 } else { high = middle }
    }
    if low > 0 { offset = changes[low - 1].offset }
    return local &- offset
  }
}
