// The rule text at the end of a time zone file, as POSIX defines the variable TZ. In: `CET-1CEST,M3.5.0,M10.5.0/3`.
// Out: offsets for any year. Never reads a file.

/// A zone's rule for all years after those its file lists.
struct PosixZone: Hashable, Sendable {
  /// When a year's change happens, in seconds of local time from its first day.
  struct Change: Hashable, Sendable {
    enum Day: Hashable, Sendable {
      /// Day 1...365, where 29 February is never counted.
      case julian(Int64)
      /// Day 0...365.
      case zeroBased(Int64)
      /// The `week`th (5: the last) `weekday` (0: Sunday) of `month`.
      case weekday(month: Int64, week: Int64, weekday: Int64)
    }

    var day: Day
    var seconds: Int64

    /// Local seconds since 1970 of the change in `year`, before the change.
    func local(_ year: Int64) -> Int64 {
      let first = CivilCalendar.days(year: year, month: 1, day: 1)
      let days: Int64
      switch day {
      case .julian(let day): days = first + day - 1 + (CivilCalendar.isLeap(year) && day >= 60 ? 1 : 0)
      case .zeroBased(let day): days = first + day
      case .weekday(let month, let week, let weekday):
        let start = CivilCalendar.days(year: year, month: month, day: 1)
        let offset = CivilCalendar.floorModulo(weekday - CivilCalendar.weekday(start) % 7, 7)
        var day = 1 + offset + (week - 1) * 7
        if day > CivilCalendar.daysInMonth(year: year, month: month) { day -= 7 }
        days = start + day - 1
      }
      return days * 86_400 + seconds
    }
  }

  /// Seconds east of UTC in standard time.
  var standard: Int64
  /// Seconds east of UTC in summer time and when it begins and ends; nil in zones without.
  var summer: Summer?

  /// Summer time of a zone.
  struct Summer: Hashable, Sendable {
    var offset: Int64
    var start: Change
    var end: Change
  }

  /// Reads the text of a rule; nil when it is none.
  init?(_ text: [UInt8]) {
    var scanner = PosixScanner(bytes: text)
    guard scanner.name(), let offset = scanner.seconds() else { return nil }
    standard = -offset
    if scanner.isAtEnd { return }
    guard scanner.name() else { return nil }
    var summerOffset = standard + 3600
    if !scanner.isAtEnd, scanner.peek != UInt8(ascii: ",") {
      guard let offset = scanner.seconds() else { return nil }
      summerOffset = -offset
    }
    guard let start = scanner.change(), let end = scanner.change(), scanner.isAtEnd else { return nil }
    summer = Summer(offset: summerOffset, start: start, end: end)
  }

  /// The offset at an instant, and the instants between which it holds, in seconds.
  func span(_ seconds: Int64) -> ZoneSpan {
    guard let summer else { return ZoneSpan(offset: standard, from: .min, until: .max) }
    let year = CivilCalendar.date(CivilCalendar.floorDivide(seconds, 86_400)).year
    var changes: [(at: Int64, offset: Int64)] = []
    for year in (year - 1)...(year + 1) {
      changes.append((summer.start.local(year) - standard, summer.offset))
      changes.append((summer.end.local(year) - summer.offset, standard))
    }
    changes.sort { $0.at < $1.at }
    var span = ZoneSpan(offset: standard, from: .min, until: .max)
    for change in changes {
      if change.at > seconds {
        span.until = change.at
        return span
      }
      span.from = change.at
      span.offset = change.offset
    }
    return span
  }
}

/// A run of time with one offset from UTC, in seconds.
struct ZoneSpan: Hashable, Sendable {
  var offset: Int64
  var from: Int64
  var until: Int64
}

/// Reads the pieces of a POSIX rule.
private struct PosixScanner {
  let bytes: [UInt8]
  var position = 0

  init(bytes: [UInt8]) { self.bytes = bytes }

  var isAtEnd: Bool { position >= bytes.count }
  var peek: UInt8 { position < bytes.count ? bytes[position] : 0 }

  mutating func take(_ character: Unicode.Scalar) -> Bool {
    guard peek == UInt8(ascii: character) else { return false }
    position += 1
    return true
  }

  mutating func number() -> Int64? {
    let start = position
    var value: Int64 = 0
    while peek >= 48, peek <= 57, position - start < 6 {
      value = value * 10 + Int64(peek - 48)
      position += 1
    }
    return position > start ? value : nil
  }

  /// An abbreviation: letters, or anything between < and >.
  mutating func name() -> Bool {
    let start = position
    if take("<") {
      while !isAtEnd, peek != UInt8(ascii: ">") { position += 1 }
      return take(">")
    }
    while (peek | 0x20) >= 97, (peek | 0x20) <= 122 { position += 1 }
    return position - start >= 3
  }

  /// `[+-]hh[:mm[:ss]]` in seconds.
  mutating func seconds() -> Int64? {
    let sign: Int64 = take("-") ? -1 : 1
    if sign == 1 { _ = take("+") }
    guard let hours = number(), hours <= 167 else { return nil }
    var total = hours * 3600
    if take(":") {
      guard let minutes = number() else { return nil }
      total += minutes * 60
      if take(":") {
        guard let seconds = number() else { return nil }
        total += seconds
      }
    }
    return sign * total
  }

  mutating func change() -> PosixZone.Change? {
    guard take(","), let day = day() else { return nil }
    var time: Int64 = 7200
    if take("/") {
      guard let given = seconds() else { return nil }
      time = given
    }
    return PosixZone.Change(day: day, seconds: time)
  }

  private mutating func day() -> PosixZone.Change.Day? {
    if take("J") { return number().flatMap { (1...365).contains($0) ? .julian($0) : nil } }
    if take("M") {
      guard let month = number(), (1...12).contains(month), take("."), let week = number(), (1...5).contains(week),
        take("."), let weekday = number(), weekday <= 6
      else { return nil }
      return .weekday(month: month, week: week, weekday: weekday)
    }
    return number().flatMap { $0 <= 365 ? .zeroBased($0) : nil }
  }
}
