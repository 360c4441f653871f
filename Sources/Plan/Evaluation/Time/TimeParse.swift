// Reads times in a given format. In: a format and text. Out: an instant, or nil when the text does not have the form or
// names no time. Parts that the format does not mention are those of 1970-01-01 00:00.

import Values

extension TimeFormat {
  /// What has been read so far.
  private struct Parts {
    var year: Int64 = 1970
    var month: Int64 = 1
    var day: Int64 = 1
    var dayOfYear: Int64?
    var hour: Int64 = 0
    var minute: Int64 = 0
    var second: Int64 = 0
    var micros: Int64 = 0
    var isAfternoon: Bool?
    var offset: Int64?
    var epoch: Int64?
    var zone: TimeZoneRules?
  }

  /// The instant of a text; local times are in the cursor's zone.
  func parse(_ text: Text, _ cursor: inout ZoneCursor) -> Int64? {
    var parts = Parts()
    var position = 0
    for (index, item) in items.enumerated() {
      switch item {
      case .space:
        while position < text.count, text[position] == 32 || (9...13).contains(text[position]) { position += 1 }
      case .literal(let byte):
        guard position < text.count, text[position] == byte else { return nil }
        position += 1
      case .field(let field, let width, _):
        // Digits follow without a separator: the width is all that parts them.
        var isTight = false
        if index + 1 < items.count, case .field = items[index + 1] { isTight = true }
        guard read(field, isTight ? width : 0, text, &position, &parts) else { return nil }
      }
    }
    return position == text.count ? Self.assemble(parts, &cursor) : nil
  }

  private static func assemble(_ parts: Parts, _ cursor: inout ZoneCursor) -> Int64? {
    if let epoch = parts.epoch { return epoch.multipliedReportingOverflow(by: 1_000_000).partialValue }
    let date = CivilDate(year: parts.year, month: parts.month, day: parts.day)
    guard CivilCalendar.isValid(date), (1...9999).contains(parts.year) else { return nil }
    var hour = parts.hour
    if let isAfternoon = parts.isAfternoon {
      guard (1...12).contains(hour) else { return nil }
      hour = hour % 12 + (isAfternoon ? 12 : 0)
    }
    guard hour < 24, parts.minute < 60, parts.second < 61 else { return nil }
    var days = CivilCalendar.days(date)
    if let dayOfYear = parts.dayOfYear {
      guard dayOfYear >= 1, dayOfYear <= (CivilCalendar.isLeap(parts.year) ? 366 : 365) else { return nil }
      days = CivilCalendar.days(year: parts.year, month: 1, day: 1) + dayOfYear - 1
    }
    let seconds = hour * 3600 + parts.minute * 60 + parts.second
    let local = days * CivilCalendar.microsecondsPerDay + seconds * 1_000_000 + parts.micros
    if let offset = parts.offset { return local - offset }
    if let zone = parts.zone {
      var own = ZoneCursor(zone)
      return own.instant(local)
    }
    return cursor.instant(local)
  }

  private func read(
    _ field: Field, _ width: Int, _ text: Text, _ position: inout Int, _ parts: inout Parts
  ) -> Bool {
    func number(_ most: Int) -> Int64? { Self.number(text, &position, width > 0 ? min(width, most) : most) }
    switch field {
    case .year, .isoYear: return Self.store(number(width > 0 ? 4 : 9), &parts.year)
    case .yearOfCentury:
      guard let value = number(2) else { return false }
      parts.year = value + (value < 69 ? 2000 : 1900)
    case .month: return Self.store(number(2), &parts.month)
    case .day: return Self.store(number(2), &parts.day)
    case .hour, .hourOfHalf: return Self.store(number(2), &parts.hour)
    case .minute: return Self.store(number(2), &parts.minute)
    case .second: return Self.store(number(2), &parts.second)
    case .fraction:
      let start = position
      guard var value = number(9) else { return false }
      for _ in 0..<max(6 - (position - start), 0) { value *= 10 }
      for _ in 0..<max(position - start - 6, 0) { value /= 10 }
      parts.micros = value
    case .dayOfYear:
      parts.dayOfYear = number(3)
      return parts.dayOfYear != nil
    case .half:
      guard let index = Self.name(["AM", "PM"], text, &position) else { return false }
      parts.isAfternoon = index == 1
    case .monthName, .monthShort:
      let names = Self.months + Self.months.map { String($0.prefix(3)) }
      guard let index = Self.name(names, text, &position) else { return false }
      parts.month = Int64(index % 12 + 1)
    case .weekdayName, .weekdayShort:
      return Self.name(Self.weekdays + Self.weekdays.map { String($0.prefix(3)) }, text, &position) != nil
    case .epoch:
      let isNegative = position < text.count && text[position] == 45
      if isNegative { position += 1 }
      guard let value = Self.number(text, &position, 12) else { return false }
      parts.epoch = isNegative ? -value : value
    case .offset:
      guard let offset = Self.offset(text, &position) else { return false }
      parts.offset = offset
    case .zone: return Self.zone(text, &position, &parts)
    case .century, .isoWeekday, .weekdayFromSunday, .isoWeek, .quarter: return number(2) != nil
    }
    return true
  }

  private static func store(_ value: Int64?, _ target: inout Int64) -> Bool {
    guard let value else { return false }
    target = value
    return true
  }

  private static func number(_ text: Text, _ position: inout Int, _ most: Int) -> Int64? {
    let start = position
    var value: Int64 = 0
    while position < text.count, position - start < most, (48...57).contains(text[position]) {
      value = value &* 10 &+ Int64(text[position] - 48)
      position += 1
    }
    return position > start ? value : nil
  }

  /// The first of `names` that the text goes on with, in any case.
  private static func name(_ names: [String], _ text: Text, _ position: inout Int) -> Int? {
    for (index, name) in names.enumerated() {
      let bytes = Array(name.utf8)
      guard position + bytes.count <= text.count else { continue }
      if bytes.indices.allSatisfy({ text[position + $0] | 0x20 == bytes[$0] | 0x20 }) {
        position += bytes.count
        return index
      }
    }
    return nil
  }

  private static func offset(_ text: Text, _ position: inout Int) -> Int64? {
    guard position < text.count else { return nil }
    let sign = text[position]
    position += 1
    if sign | 0x20 == UInt8(ascii: "z") { return 0 }
    guard sign == 43 || sign == 45, let hours = number(text, &position, 2), hours <= 18 else { return nil }
    if position < text.count, text[position] == 58 { position += 1 }
    let minutes = number(text, &position, 2) ?? 0
    guard minutes < 60 else { return nil }
    return (hours * 60 + minutes) * 60_000_000 * (sign == 45 ? -1 : 1)
  }

  private static func zone(_ text: Text, _ position: inout Int, _ parts: inout Parts) -> Bool {
    let start = position
    while position < text.count, text[position] != 32 { position += 1 }
    parts.zone = TimeZoneRules(String(decoding: text.part(start, position).array, as: UTF8.self))
    return parts.zone != nil
  }
}
