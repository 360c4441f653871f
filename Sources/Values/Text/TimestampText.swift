// Instants as text. In: microseconds since 1970 UTC, or bytes. Out: bytes, or microseconds. A reader and a writer each
// remember the date of the last row, for rows of a stream are mostly of one day. Never shared between loops.

/// How instants are written.
public struct TimestampStyle: Hashable, Sendable {
  /// Between date and time: a space or a T.
  public var separator: UInt8
  /// Digits of the second that are always written: 0, 3 or 6. More are written when the instant has them.
  public var minimumFraction: Int
  /// Whether the offset from UTC is written, as `Z` or `+02:00`.
  public var showsOffset: Bool

  /// A style of its own.
  public init(separator: Unicode.Scalar, minimumFraction: Int, showsOffset: Bool) {
    self.separator = UInt8(truncatingIfNeeded: separator.value)
    self.minimumFraction = minimumFraction
    self.showsOffset = showsOffset
  }

  /// `2026-01-02 03:04:05.678`
  public static let sql = TimestampStyle(separator: " ", minimumFraction: 0, showsOffset: false)
  /// `2026-01-02T03:04:05.678Z`
  public static let iso = TimestampStyle(separator: "T", minimumFraction: 3, showsOffset: true)
}

/// Writes instants in a zone.
public struct TimestampWriter: Sendable {
  /// The most bytes that an instant takes.
  @inlinable public static var maximumLength: Int { 48 }

  @usableFromInline var zone: ZoneCursor
  @usableFromInline let style: TimestampStyle
  /// The local time at which the remembered day begins, its text and that text's length, separator included.
  @usableFromInline var dayStart: Int64 = .max
  @usableFromInline var dayText: SIMD16<UInt8> = SIMD16(repeating: 0)
  @usableFromInline var dayLength = 0

  /// A writer for one zone and style.
  public init(zone: TimeZoneRules = .utc, style: TimestampStyle = .sql) {
    self.zone = ZoneCursor(zone)
    self.style = style
  }

  /// Writes an instant and returns its length; may store up to 16 bytes after it.
  @inlinable
  public mutating func write(_ instant: Int64, to target: UnsafeMutablePointer<UInt8>) -> Int {
    let local = zone.local(instant)
    var rest = UInt64(bitPattern: local &- dayStart)
    if dayLength == 0 || rest >= 86_400_000_000 {
      setDay(local)
      rest = UInt64(bitPattern: local &- dayStart)
    }
    UnsafeMutableRawPointer(target).storeBytes(of: dayText, as: SIMD16<UInt8>.self)
    var length = dayLength
    let seconds = rest / 1_000_000
    ClockText.write(seconds: UInt32(truncatingIfNeeded: seconds), to: target + length)
    length &+= 8
    let fraction = UInt32(truncatingIfNeeded: rest &- seconds &* 1_000_000)
    length &+= ClockText.write(microseconds: fraction, minimum: style.minimumFraction, to: target + length)
    if style.showsOffset { length &+= writeOffset(local &- instant, to: target + length) }
    return length
  }

  @usableFromInline
  mutating func setDay(_ local: Int64) {
    let days = CivilCalendar.floorDivide(local, CivilCalendar.microsecondsPerDay)
    dayStart = days &* CivilCalendar.microsecondsPerDay
    var text = SIMD32<UInt8>(repeating: 0)
    withUnsafeMutableBytes(of: &text) { bytes in
      guard let start = bytes.bindMemory(to: UInt8.self).baseAddress else { return }
      dayLength = ClockText.write(days: days, to: start) + 1
      start[dayLength - 1] = style.separator
    }
    dayText = text.lowHalf
  }

  @usableFromInline
  func writeOffset(_ offset: Int64, to target: UnsafeMutablePointer<UInt8>) -> Int {
    if offset == 0 {
      target[0] = 90
      return 1
    }
    target[0] = offset < 0 ? 45 : 43
    let minutes = offset.magnitude / 60_000_000
    IntText.write(padded: UInt32(truncatingIfNeeded: minutes / 60 % 100), count: 2, to: target + 1)
    target[3] = 58
    IntText.write(padded: UInt32(truncatingIfNeeded: minutes % 60), count: 2, to: target + 4)
    // Local time of the 19th century, before zones: its offsets have seconds.
    let seconds = offset.magnitude / 1_000_000 % 60
    if seconds == 0 { return 6 }
    target[6] = 58
    IntText.write(padded: UInt32(truncatingIfNeeded: seconds), count: 2, to: target + 7)
    return 9
  }
}

/// Reads instants; text without an offset is local time of the reader's zone.
public struct TimestampReader: Sendable {
  @usableFromInline var zone: ZoneCursor
  /// The date last read, as its ten bytes, and where that day begins.
  @usableFromInline var dateWord: UInt64 = 0
  @usableFromInline var dateTail: UInt16 = 0
  @usableFromInline var dayStart: Int64 = 0

  /// A reader for one zone.
  public init(zone: TimeZoneRules = .utc) { self.zone = ZoneCursor(zone) }

  /// The instant of `date[(T| )time[.fraction][offset]]`; nil for any other text. Reads up to 7 bytes more.
  @inlinable
  public mutating func parse(_ source: UnsafePointer<UInt8>, count: Int) -> Int64? {
    if count < 19 || (source[10] | 0x20 != 116 && source[10] != 32) { return parseSlowly(source, count: count) }
    let word = ClockText.load(source)
    let tail = UInt16(littleEndian: UnsafeRawPointer(source).loadUnaligned(fromByteOffset: 8, as: UInt16.self))
    if word != dateWord || tail != dateTail {
      guard let days = ClockText.days(word, tail) else { return parseSlowly(source, count: count) }
      dateWord = word
      dateTail = tail
      dayStart = days &* 86_400_000_000
    }
    guard let seconds = ClockText.seconds(source + 11) else { return parseSlowly(source, count: count) }
    var position = 19
    var fraction: Int64 = 0
    if position < count, source[position] == 46 {
      position &+= 1
      let end = min(count, position &+ 6)
      var unit: Int64 = 100_000
      while position < end, source[position] &- 48 <= 9 {
        fraction &+= Int64(source[position] &- 48) &* unit
        unit /= 10
        position &+= 1
      }
      // Nanoseconds: the seventh to ninth digit are dropped.
      let last = min(count, 29)
      while position >= 26, position < last, source[position] &- 48 <= 9 { position &+= 1 }
      if position == 20 || (position < count && source[position] &- 48 <= 9) {
        return parseSlowly(source, count: count)
      }
    }
    let local = dayStart &+ seconds &* 1_000_000 &+ fraction
    if position == count { return zone.instant(local) }
    if position &+ 1 == count && source[position] | 0x20 == 122 { return local }
    return parseSlowly(source, count: count)
  }

  @usableFromInline
  mutating func parseSlowly(_ source: UnsafePointer<UInt8>, count: Int) -> Int64? {
    var scanner = ClockScanner(source, count: count)
    guard let days = scanner.date() else { return nil }
    let start = days * CivilCalendar.microsecondsPerDay
    if scanner.isAtEnd { return zone.instant(start) }
    guard scanner.take(letter: "T") || scanner.take(" "), let time = scanner.time(), let offset = scanner.zone() else {
      return nil
    }
    if let offset { return start + time - offset }
    return zone.instant(start + time)
  }
}

/// Text of DATE and TIME values.
public enum DateText {
  /// The most bytes that a date or a time takes.
  @inlinable public static var maximumLength: Int { 32 }

  /// Writes `YYYY-MM-DD` and returns its length; may store up to 8 bytes after it.
  public static func write(date days: Int64, to target: UnsafeMutablePointer<UInt8>) -> Int {
    ClockText.write(days: days, to: target)
  }

  /// Reads `YYYY-MM-DD`, month and day also with one digit; nil for any other text.
  public static func parse(date source: UnsafePointer<UInt8>, count: Int) -> Int64? {
    if count == 10 {
      let tail = UnsafeRawPointer(source).loadUnaligned(fromByteOffset: 8, as: UInt16.self)
      if let days = ClockText.days(ClockText.load(source), UInt16(littleEndian: tail)) { return days }
    }
    var scanner = ClockScanner(source, count: count)
    guard let days = scanner.date(), scanner.isAtEnd else { return nil }
    return days
  }

  /// Writes `HH:MM:SS[.ffffff]` and returns its length; may store up to 8 bytes after it.
  public static func write(time microseconds: Int64, to target: UnsafeMutablePointer<UInt8>) -> Int {
    let rest = CivilCalendar.floorModulo(microseconds, CivilCalendar.microsecondsPerDay)
    ClockText.write(seconds: UInt32(truncatingIfNeeded: rest / 1_000_000), to: target)
    return 8
      + ClockText.write(
        microseconds: UInt32(truncatingIfNeeded: rest % 1_000_000), minimum: 0, to: target + 8)
  }

  /// Reads `HH:MM[:SS[.fraction]]`; nil for any other text.
  public static func parse(time source: UnsafePointer<UInt8>, count: Int) -> Int64? {
    var scanner = ClockScanner(source, count: count)
    guard let time = scanner.time(), scanner.isAtEnd else { return nil }
    return time
  }
}
