// Milliseconds since 1970 to and from dates of the proleptic Gregorian calendar, in UTC. In come counts or texts, out
// come fields or text words. It knows no time zones and no leap seconds, and never asks the system.
//
// Days to dates: the era method of H. Hinnant, "chrono-Compatible Low-Level Date Algorithms".

enum CivilTime {
  /// 0001-01-01 00:00:00.000 and 9999-12-31 23:59:59.999.
  static let earliest: Int64 = -62_135_596_800_000
  static let latest: Int64 = 253_402_300_799_999

  /// Year, month and day of a day number since 1970-01-01.
  static func date(ofDay day: Int64) -> (year: Int, month: Int, day: Int) {
    let shifted = day + 719_468
    let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
    let dayOfEra = shifted - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let march = (5 * dayOfYear + 2) / 153
    let month = march < 10 ? march + 3 : march - 9
    let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    return (Int(year), Int(month), Int(dayOfYear - (153 * march + 2) / 5 + 1))
  }

  /// The day number since 1970-01-01 of a date.
  static func day(year: Int, month: Int, day: Int) -> Int64 {
    let y = Int64(month <= 2 ? year - 1 : year)
    let era = (y >= 0 ? y : y - 399) / 400
    let yearOfEra = y - era * 400
    let march = Int64(month > 2 ? month - 3 : month + 9)
    let dayOfYear = (153 * march + 2) / 5 + Int64(day) - 1
    let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
    return era * 146_097 + dayOfEra - 719_468
  }

  /// Reads `YYYY-MM-DD[( |T)HH:MM[:SS[.f…]]][Z]` with up to three digits of a second; nil for anything else.
  static func milliseconds(from text: String) -> Int64? {
    var rest = Array(text.utf8)[...]
    func take(_ count: Int, _ range: ClosedRange<Int>) -> Int? {
      guard rest.count >= count else { return nil }
      var value = 0
      for byte in rest.prefix(count) {
        guard byte >= 48, byte <= 57 else { return nil }
        value = value * 10 + Int(byte) - 48
      }
      rest = rest.dropFirst(count)
      return range.contains(value) ? value : nil
    }
    func skip(_ bytes: UInt8...) -> Bool {
      guard let first = rest.first, bytes.contains(first) else { return false }
      rest = rest.dropFirst()
      return true
    }
    guard let year = take(4, 1...9999), skip(45), let month = take(2, 1...12), skip(45), let date = take(2, 1...31)
    else { return nil }
    let days = day(year: year, month: month, day: date)
    guard self.date(ofDay: days) == (year, month, date) else { return nil }
    var result = days * 86_400_000
    if skip(32, 84) {
      guard let hour = take(2, 0...23), skip(58), let minute = take(2, 0...59) else { return nil }
      result += Int64(hour * 60 + minute) * 60_000
      if skip(58) {
        guard let second = take(2, 0...59) else { return nil }
        result += Int64(second) * 1000
        if skip(46) {
          let digits = min(3, rest.prefix { $0 >= 48 && $0 <= 57 }.count)
          guard digits > 0, let fraction = take(digits, 0...999) else { return nil }
          result += Int64(fraction * [1, 100, 10, 1][digits])
        }
      }
      _ = skip(90)
    }
    return rest.isEmpty ? result : nil
  }
}

/// Event number to event time: `rate` events in each second.
struct EventClock: Sendable {
  private let baseMilliseconds: Int64
  private let rate: Double
  /// Microseconds between events, or 0 when the rate does not divide a second.
  private let step: Int64

  init(baseMilliseconds: Int64, rate: Int) {
    self.baseMilliseconds = baseMilliseconds
    self.rate = Double(rate)
    step = 1_000_000 % rate == 0 ? Int64(1_000_000 / rate) : 0
  }

  /// Milliseconds since 1970 of an event. The floating-point branch is part of the format: other writers of the same
  /// stream compute the same product and quotient and cut them off.
  @inline(__always)
  func milliseconds(of number: Int64) -> Int64 {
    if step > 0 { return baseMilliseconds &+ number &* step / 1000 }
    return baseMilliseconds &+ Int64(Double(number) * 1000.0 / rate)
  }
}

/// Writes times of one layout, 24 bytes each: the 23 of a time and one closing byte. Keeps the words that name the
/// minute from one time to the next, because neighbours share them.
struct TimestampText {
  private var minuteStart = Int64.min
  private var dateWord: UInt64 = 0
  private var hourWord: UInt64 = 0
  private let separator: UInt8
  private let closing: UInt64

  /// `separator` stands between date and time, `closing` after the milliseconds.
  init(separator: UInt8, closing: UInt8) {
    self.separator = separator
    self.closing = UInt64(closing) &<< 56
  }

  /// Appends `YYYY-MM-DD HH:MM:SS.mmm` and the closing byte.
  @inline(__always)
  mutating func write(_ milliseconds: Int64, to out: inout ByteCursor) {
    var inMinute = UInt64(bitPattern: milliseconds &- minuteStart)
    if inMinute >= 60_000 {
      enterMinute(of: milliseconds)
      inMinute = UInt64(bitPattern: milliseconds &- minuteStart)
    }
    let second = inMinute / 1000
    let fraction = inMinute &- second &* 1000
    let tens = fraction / 10
    // ":SS.mmm" and the closing byte, lowest address in the lowest byte.
    var word = 0x3030_302E_3030_3A | closing
    word &+= (second / 10) &<< 8 &+ (second % 10) &<< 16
    word &+= (tens / 10) &<< 32 &+ (tens % 10) &<< 40 &+ (fraction &- tens &* 10) &<< 48
    out.put24(dateWord, hourWord, word)
  }

  private mutating func enterMinute(of milliseconds: Int64) {
    var minute = milliseconds / 60_000
    if minute * 60_000 > milliseconds { minute -= 1 }
    minuteStart = minute * 60_000
    var day = minute / 1440
    if day * 1440 > minute { day -= 1 }
    let ofDay = Int(minute - day * 1440)
    let date = CivilTime.date(ofDay: day)
    func pair(_ value: Int) -> [UInt8] { [UInt8(48 + value / 10 % 10), UInt8(48 + value % 10)] }
    let bytes =
      pair(date.year / 100) + pair(date.year) + [45] + pair(date.month) + [45] + pair(date.day) + [separator]
      + pair(ofDay / 60) + [58] + pair(ofDay % 60)
    dateWord = bytes[0..<8].reversed().reduce(0) { $0 << 8 | UInt64($1) }
    hourWord = bytes[8..<16].reversed().reduce(0) { $0 << 8 | UInt64($1) }
  }
}
