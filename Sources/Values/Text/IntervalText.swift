// Spans of time as text: `1-2` for a year and two months, `3 04:05:06.5` for days and time. In: months, microseconds
// or bytes. Out: bytes, or months and microseconds. Durations of ISO 8601 (`P3DT4H`) are read, never written.

/// Text of intervals.
public enum IntervalText {
  /// The most bytes that an interval takes.
  @inlinable public static var maximumLength: Int { 40 }

  /// Writes years and months; returns the length. May store up to 8 bytes after it.
  public static func write(months: Int64, to target: UnsafeMutablePointer<UInt8>) -> Int {
    var length = 0
    if months < 0 {
      target[0] = 45
      length = 1
    }
    length += IntText.write(months.magnitude / 12, to: target + length)
    target[length] = 45
    return length + 1 + IntText.write(months.magnitude % 12, to: target + length + 1)
  }

  /// Writes days and time without trailing zeros; returns the length. May store up to 8 bytes after it.
  public static func write(microseconds: Int64, to target: UnsafeMutablePointer<UInt8>) -> Int {
    var length = 0
    if microseconds < 0 {
      target[0] = 45
      length = 1
    }
    let magnitude = microseconds.magnitude
    let day: UInt64 = 86_400_000_000
    length += IntText.write(magnitude / day, to: target + length)
    target[length] = 32
    ClockText.write(seconds: UInt32(truncatingIfNeeded: magnitude % day / 1_000_000), to: target + length + 1)
    length += 9
    let fraction = UInt32(truncatingIfNeeded: magnitude % 1_000_000)
    if fraction == 0 { return length }
    length += ClockText.write(microseconds: fraction, minimum: 6, to: target + length)
    while target[length - 1] == 48 { length -= 1 }
    return length
  }

  /// Reads `[-]years-months` or `P…Y…M` as months; nil for any other text.
  public static func parse(months source: UnsafePointer<UInt8>, count: Int) -> Int64? {
    var scanner = ClockScanner(source, count: count)
    let sign = scanner.sign()
    if scanner.take(letter: "P") {
      guard let amounts = scanner.durationParts(["Y": 12, "M": 1]) else { return nil }
      return scanner.isAtEnd ? sign * amounts : nil
    }
    guard let years = scanner.number(1...12), scanner.take("-"), let months = scanner.number(1...2), months < 12,
      scanner.isAtEnd
    else { return nil }
    return sign * (years * 12 + months)
  }

  /// Reads `[-][days ]hh:mm[:ss[.fraction]]` or `P…W…DT…H…M…S` as microseconds; nil for any other text.
  public static func parse(microseconds source: UnsafePointer<UInt8>, count: Int) -> Int64? {
    var scanner = ClockScanner(source, count: count)
    let sign = scanner.sign()
    if scanner.take(letter: "P") { return scanner.duration().map { sign * $0 } }
    let start = scanner.position
    guard let days = scanner.number(1...9) else { return nil }
    if scanner.take(" ") {
      let (whole, overflow) = days.multipliedReportingOverflow(by: CivilCalendar.microsecondsPerDay)
      guard let time = scanner.time(), scanner.isAtEnd, !overflow else { return nil }
      let (total, carry) = whole.addingReportingOverflow(time)
      return carry ? nil : sign * total
    }
    scanner.position = start
    guard let time = scanner.time(hours: 100_000_000, digits: 1...8), scanner.isAtEnd else { return nil }
    return sign * time
  }
}

extension ClockScanner {
  /// Numbers with the given letters, each at most once and in any order, as a sum.
  fileprivate mutating func durationParts(_ units: [Character: Int64]) -> Int64? {
    var total: Int64 = 0
    var left = units
    while !isAtEnd, peek & 0xDF != UInt8(ascii: "T") {
      let sign = sign()
      guard let amount = number(1...12) else { return nil }
      var microseconds: Int64 = 0
      if peek == 46 || peek == 44 {
        guard left["S"] != nil, let given = fraction(), peek & 0xDF == UInt8(ascii: "S") else { return nil }
        microseconds = given
      }
      let letter = Character(Unicode.Scalar(peek & 0xDF))
      guard !isAtEnd, let unit = left.removeValue(forKey: letter) else { return nil }
      position += 1
      let (product, overflow) = amount.multipliedReportingOverflow(by: unit)
      let (sum, carry) = total.addingReportingOverflow(sign &* (product &+ microseconds))
      guard !overflow, !carry, product < 1 << 62 else { return nil }
      total = sum
    }
    return left.count < units.count ? total : nil
  }

  /// What follows the P of a duration of weeks, days and time, in microseconds.
  fileprivate mutating func duration() -> Int64? {
    let day = CivilCalendar.microsecondsPerDay
    var total: Int64 = 0
    if peek & 0xDF != UInt8(ascii: "T") {
      guard let days = durationParts(["W": 7 * day, "D": day]) else { return nil }
      total = days
    }
    if take(letter: "T") {
      guard let time = durationParts(["H": 3_600_000_000, "M": 60_000_000, "S": 1_000_000]) else { return nil }
      let (sum, overflow) = total.addingReportingOverflow(time)
      guard !overflow else { return nil }
      total = sum
    }
    // The least integer has no opposite, which a sign may ask for.
    return isAtEnd && total != .min ? total : nil
  }
}
