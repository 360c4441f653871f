// Digits of dates and times in fixed places, eight bytes at a time. In: text with slack. Out: numbers; or the reverse.
// Never judges a calendar: `TimestampText` does.

/// `YYYY-MM-DD` and `HH:MM:SS` as words.
@usableFromInline
enum ClockText {
  /// The numbers of `dd?dd?dd` where the text has the layout whose digits are `0` in `layout`; nil otherwise.
  /// Byte 0, 3 and 6 of the answer hold the pairs, where the pairs are there.
  @inlinable @inline(__always)
  static func pairs(_ word: UInt64, layout: UInt64, limits: UInt64) -> UInt64? {
    let digits = word ^ layout
    // A byte over its limit (9 for a digit, 0 for a separator) carries into its high bit.
    let over = (digits & 0x7F7F_7F7F_7F7F_7F7F) &+ limits
    if (over | digits) & 0x8080_8080_8080_8080 != 0 { return nil }
    return digits &* 10 &+ digits >> 8
  }

  @inlinable @inline(__always)
  static func load(_ source: UnsafePointer<UInt8>) -> UInt64 {
    UInt64(littleEndian: UnsafeRawPointer(source).loadUnaligned(as: UInt64.self))
  }

  /// Seconds of the day of `HH:MM:SS`.
  @inlinable @inline(__always)
  static func seconds(_ source: UnsafePointer<UInt8>) -> Int64? {
    guard let pairs = pairs(load(source), layout: 0x3030_3A30_303A_3030, limits: 0x7676_7F76_767F_7676) else {
      return nil
    }
    let hour = Int64(pairs & 0xFF)
    let minute = Int64(pairs >> 24 & 0xFF)
    let second = Int64(pairs >> 48 & 0xFF)
    if hour > 23 || minute > 59 || second > 59 { return nil }
    return hour &* 3600 &+ minute &* 60 &+ second
  }

  /// The day number of `YYYY-MM-DD`, of which `word` is the first eight bytes and `tail` the last two.
  @inlinable
  static func days(_ word: UInt64, _ tail: UInt16) -> Int64? {
    guard let pairs = pairs(word, layout: 0x2D30_302D_3030_3030, limits: 0x7F76_767F_7676_7676) else { return nil }
    let tens = Int64(tail & 0xFF) &- 48
    let ones = Int64(tail >> 8) &- 48
    if tens < 0 || tens > 9 || ones < 0 || ones > 9 { return nil }
    let year = Int64(pairs & 0xFF) &* 100 &+ Int64(pairs >> 16 & 0xFF)
    let date = CivilDate(year: year, month: Int64(pairs >> 40 & 0xFF), day: tens &* 10 &+ ones)
    return CivilCalendar.isValid(date) ? CivilCalendar.days(date) : nil
  }

  /// Writes `HH:MM:SS` of a second of the day: exactly 8 bytes.
  @inlinable @inline(__always)
  static func write(seconds: UInt32, to target: UnsafeMutablePointer<UInt8>) {
    let hour = seconds / 3600
    let minute = (seconds &- hour &* 3600) / 60
    let second = seconds &- hour &* 3600 &- minute &* 60
    let digits = IntText.digits(hour &* 10_000 &+ minute &* 100 &+ second)
    let hours = digits >> 16 & 0xFFFF
    let minutes = digits >> 32 & 0xFFFF
    let word = hours | minutes << 24 | (digits >> 48) << 48 | 0x3030_3A30_303A_3030
    IntText.store(word, to: target)
  }

  /// Writes a point and the shortest of 0, 3 or 6 digits, but at least `minimum`; returns the length.
  @inlinable @inline(__always)
  static func write(microseconds: UInt32, minimum: Int, to target: UnsafeMutablePointer<UInt8>) -> Int {
    if microseconds == 0 && minimum == 0 { return 0 }
    target[0] = 46
    let milliseconds = microseconds / 1000
    if milliseconds &* 1000 == microseconds && minimum <= 3 {
      IntText.write(padded: milliseconds, count: 3, to: target + 1)
      return 4
    }
    IntText.write(padded: microseconds, count: 6, to: target + 1)
    return 7
  }

  /// Writes a date: four digits of year, or a sign and more; returns the length, at most 20.
  @usableFromInline
  static func write(days: Int64, to target: UnsafeMutablePointer<UInt8>) -> Int {
    let date = CivilCalendar.date(days)
    var length = 4
    if date.year >= 0 && date.year <= 9999 {
      IntText.write(padded: UInt32(truncatingIfNeeded: date.year), count: 4, to: target)
    } else {
      target[0] = date.year < 0 ? 45 : 43
      let magnitude = date.year.magnitude
      if magnitude <= 9999 {
        IntText.write(padded: UInt32(truncatingIfNeeded: magnitude), count: 4, to: target + 1)
        length = 5
      } else {
        length = 1 + IntText.write(magnitude, to: target + 1)
      }
    }
    target[length] = 45
    IntText.write(padded: UInt32(truncatingIfNeeded: date.month), count: 2, to: target + length + 1)
    target[length + 3] = 45
    IntText.write(padded: UInt32(truncatingIfNeeded: date.day), count: 2, to: target + length + 4)
    return length + 6
  }
}
