// Dates, times and zones in any layout that people write. In: text. Out: numbers. The slow path: `TimestampReader` and
// its fellows come here when the text is not in the layout that machines write.

/// Reads the parts of a date, a time or an interval from left to right.
struct ClockScanner {
  let source: UnsafePointer<UInt8>
  let count: Int
  var position = 0

  init(_ source: UnsafePointer<UInt8>, count: Int) {
    self.source = source
    self.count = count
  }

  var isAtEnd: Bool { position >= count }
  var peek: UInt8 { position < count ? source[position] : 0 }

  mutating func take(_ byte: Unicode.Scalar) -> Bool {
    guard peek == UInt8(ascii: byte), position < count else { return false }
    position += 1
    return true
  }

  /// As `take`, for a letter in either case.
  mutating func take(letter: Unicode.Scalar) -> Bool {
    guard position < count, peek & 0xDF == UInt8(ascii: letter) else { return false }
    position += 1
    return true
  }

  /// +1, or -1 after a minus sign.
  mutating func sign() -> Int64 {
    if take("-") { return -1 }
    _ = take("+")
    return 1
  }

  /// A number of `digits` digits.
  mutating func number(_ digits: ClosedRange<Int>) -> Int64? {
    let start = position
    var value: Int64 = 0
    while position < count, peek &- 48 <= 9, position - start < digits.upperBound {
      value = value * 10 + Int64(peek - 48)
      position += 1
    }
    return position - start >= digits.lowerBound ? value : nil
  }

  /// The day number of year, month and day between hyphens.
  mutating func date() -> Int64? {
    let isSigned = peek == 45 || peek == 43
    let sign = sign()
    guard let year = number(isSigned ? 4...6 : 4...4), take("-"), let month = number(1...2), take("-"),
      let day = number(1...2)
    else { return nil }
    let date = CivilDate(year: sign * year, month: month, day: day)
    // A year more than an instant can lie in would overflow.
    guard CivilCalendar.isValid(date), date.year.magnitude < 290_000 else { return nil }
    return CivilCalendar.days(date)
  }

  /// Microseconds of `hh:mm[:ss[.fraction]]` where the hours are less than `hours`.
  mutating func time(hours: Int64 = 24, digits: ClosedRange<Int> = 1...2) -> Int64? {
    guard let hour = number(digits), hour < hours, take(":"), let minute = number(1...2), minute < 60 else {
      return nil
    }
    var second: Int64 = 0
    var fraction: Int64 = 0
    if take(":") {
      guard let given = number(1...2), given < 60, let rest = self.fraction() else { return nil }
      second = given
      fraction = rest
    }
    return (hour * 3600 + minute * 60 + second) * 1_000_000 + fraction
  }

  /// Microseconds of a point and 1 to 9 digits, the seventh and later ones dropped; 0 without a point.
  mutating func fraction() -> Int64? {
    guard take(".") || take(",") else { return 0 }
    let start = position
    var value: Int64 = 0
    while position < count, peek &- 48 <= 9 {
      if position - start < 6 { value = value * 10 + Int64(peek - 48) }
      position += 1
    }
    let digits = position - start
    guard digits >= 1, digits <= 9 else { return nil }
    for _ in min(digits, 6)..<6 { value *= 10 }
    return value
  }

  /// Microseconds east of UTC of `Z`, `UTC` or `±hh[[:]mm[:ss]]`; `.some(nil)` at the end of the text; nil for other text.
  mutating func zone() -> Int64?? {
    while take(" ") {}
    if isAtEnd { return .some(nil) }
    if take(letter: "Z") { return isAtEnd ? .some(0) : nil }
    if count - position == 3, take(letter: "U"), take(letter: "T"), take(letter: "C") { return .some(0) }
    guard peek == 43 || peek == 45, count - position <= 9 else { return nil }
    var text = (position..<count).map { source[$0] }
    position = count
    var extra: Int64 = 0
    if text.count == 9, text[6] == 58, text[7] &- 48 < 6, text[8] &- 48 < 10 {
      extra = Int64(text[7] - 48) * 10 + Int64(text[8] - 48)
      text.removeLast(3)
    }
    guard let seconds = TimeZoneRules.fixedOffset(text) else { return nil }
    return .some((seconds + (text[0] == 45 ? -extra : extra)) * 1_000_000)
  }
}
