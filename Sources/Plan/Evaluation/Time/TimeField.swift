// The parts of times: YEAR, DOW, WEEK and their like, as numbers. In: local days and microseconds of the day. Out: one
// integer. Sunday is day 1 of the week and weeks count from 0, as in GoogleSQL; ISO weeks have their own parts.

import Values

/// A part that EXTRACT gives.
enum TimeField: String, CaseIterable, Sendable {
  case microsecond = "MICROSECOND"
  case millisecond = "MILLISECOND"
  case second = "SECOND"
  case minute = "MINUTE"
  case hour = "HOUR"
  case day = "DAY"
  case dayOfWeek = "DAYOFWEEK"
  case isoDayOfWeek = "ISODOW"
  case dayOfYear = "DAYOFYEAR"
  case week = "WEEK"
  case isoWeek = "ISOWEEK"
  case month = "MONTH"
  case quarter = "QUARTER"
  case year = "YEAR"
  case isoYear = "ISOYEAR"
  case epoch = "EPOCH"

  init?(_ text: [UInt8]) {
    let name = String(decoding: text, as: UTF8.self).uppercased()
    let aliases = [
      "DOW": "DAYOFWEEK", "DOY": "DAYOFYEAR", "DAYOFMONTH": "DAY", "MILLISECONDS": "MILLISECOND",
      "MICROSECONDS": "MICROSECOND",
    ]
    self.init(rawValue: aliases[name] ?? name)
  }

  /// Whether a date alone has this part.
  var isCalendar: Bool {
    switch self {
    case .microsecond, .millisecond, .second, .minute, .hour, .epoch: false
    case .day, .dayOfWeek, .isoDayOfWeek, .dayOfYear, .week, .isoWeek, .month, .quarter, .year, .isoYear: true
    }
  }

  /// The part of a local time.
  @inline(__always)
  func value(days: Int64, clock: Int64) -> Int64 {
    switch self {
    case .microsecond: clock % 1_000_000
    case .millisecond: clock / 1000 % 1000
    case .second: clock / 1_000_000 % 60
    case .minute: clock / 60_000_000 % 60
    case .hour: clock / 3_600_000_000
    case .day: CivilCalendar.date(days).day
    case .dayOfWeek: CivilCalendar.weekday(days) % 7 &+ 1
    case .isoDayOfWeek: CivilCalendar.weekday(days)
    case .dayOfYear: CivilCalendar.dayOfYear(days)
    case .week: (CivilCalendar.dayOfYear(days) &+ 6 &- CivilCalendar.weekday(days) % 7) / 7
    case .isoWeek: CivilCalendar.isoWeek(days).week
    case .month: CivilCalendar.date(days).month
    case .quarter: (CivilCalendar.date(days).month &+ 2) / 3
    case .year: CivilCalendar.date(days).year
    case .isoYear: CivilCalendar.isoWeek(days).year
    case .epoch: days &* 86_400 &+ clock / 1_000_000
    }
  }

  /// The part of a day-second interval, with its sign.
  func value(interval: Int64) -> Int64 {
    switch self {
    case .microsecond: interval % 1_000_000
    case .millisecond: interval / 1000 % 1000
    case .second: interval / 1_000_000 % 60
    case .minute: interval / 60_000_000 % 60
    case .hour: interval / 3_600_000_000 % 24
    case .day: interval / CivilCalendar.microsecondsPerDay
    case .epoch: interval / 1_000_000
    case .dayOfWeek, .isoDayOfWeek, .dayOfYear, .week, .isoWeek, .month, .quarter, .year, .isoYear: 0
    }
  }
}

extension CalendarUnit {
  /// A unit by the word that queries use: `DAY`, `ISOWEEK`; also the plural.
  init?(_ text: [UInt8]) {
    var name = String(decoding: text, as: UTF8.self).lowercased()
    if name.hasSuffix("s") { name.removeLast() }
    switch name {
    case "isoweek", "week(monday)": self = .isoWeek
    case "isoyear": self = .isoYear
    case "week(sunday)": self = .week
    default: self.init(rawValue: name)
    }
  }

  /// Months of a unit of the calendar; nil for the others.
  var months: Int64? {
    switch self {
    case .month: 1
    case .quarter: 3
    case .year: 12
    case .microsecond, .millisecond, .second, .minute, .hour, .day, .week, .isoWeek, .isoYear: nil
    }
  }
}

/// A constant unit, field or zone among the arguments of a call.
extension CallSite {
  func unit(_ index: Int) throws(InvalidConstant) -> CalendarUnit? {
    guard let text = text(index) else { return nil }
    if let unit = CalendarUnit(text) { return unit }
    throw InvalidConstant(
      argument: index,
      message:
        "unknown unit of time; units are \(CalendarUnit.allCases.map { $0.rawValue.uppercased() }.joined(separator: ", "))"
    )
  }

  func field(_ index: Int) throws(InvalidConstant) -> TimeField? {
    guard let text = text(index) else { return nil }
    if let field = TimeField(text) { return field }
    throw InvalidConstant(
      argument: index,
      message: "unknown part of a time; parts are \(TimeField.allCases.map(\.rawValue).joined(separator: ", "))")
  }

  /// The zone of an optional argument: the program's when it is absent, nil when it is no constant.
  func zone(_ index: Int) throws(InvalidConstant) -> TimeZoneRules? {
    if index >= types.count { return zone }
    guard let text = text(index) else { return nil }
    let name = String(decoding: text, as: UTF8.self)
    if let rules = TimeZoneRules(name) { return rules }
    let near = TimeZoneRules.suggestions(for: name)
    let hint = near.isEmpty ? "" : "; did you mean \(near.joined(separator: " or "))?"
    throw InvalidConstant(argument: index, message: "unknown time zone `\(name)`\(hint)")
  }
}

/// The zone of each row: one cursor as long as the zone stays.
struct ZoneLane {
  var cursor: ZoneCursor
  private let names: Text.Lane?
  private var name: [UInt8]?
  private var isValid = true

  init(_ constant: TimeZoneRules?, _ arguments: [Datum], _ index: Int) {
    cursor = ZoneCursor(constant ?? .utc)
    names = constant == nil && index < arguments.count ? Text.lane(arguments[index]) : nil
  }

  /// Whether all rows have the same zone.
  var isConstant: Bool { names == nil }

  /// Turns to the zone of a row; false when there is no such zone.
  @inline(__always)
  mutating func move(to row: Int) -> Bool { names == nil ? true : turn(row) }

  private mutating func turn(_ row: Int) -> Bool {
    guard let names else { return true }
    let wanted = Text.read(names, row).array
    if wanted != name {
      name = wanted
      let rules = TimeZoneRules(String(decoding: wanted, as: UTF8.self))
      isValid = rules != nil
      cursor = ZoneCursor(rules ?? .utc)
    }
    return isValid
  }
}
