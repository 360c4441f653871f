// Text of dates, times and timestamps to numbers: ISO 8601 with `T` or a space, as SQL writes it. In: a cursor at the
// text. Out: the number and the cursor behind it, or nil. Reads no byte behind the first that does not fit.

@inline(__always)
private func twoDigits(_ p: Cursor) -> Int? {
  let tens = p[0] &- Byte.zero
  guard tens < 10 else { return nil }
  let ones = p[1] &- Byte.zero
  guard ones < 10 else { return nil }
  return Int(tens) &* 10 &+ Int(ones)
}

/// Reads `YYYY-MM-DD` as days since 1970.
func readDate(_ p: Cursor, _ days: inout Int64) -> Cursor? {
  guard let century = twoDigits(p), let rest = twoDigits(p + 2), p[4] == Byte.minus, let month = twoDigits(p + 5),
    p[7] == Byte.minus, let day = twoDigits(p + 8)
  else { return nil }
  let year = century &* 100 &+ rest
  guard year >= 1, month >= 1, month <= 12, day >= 1, day <= daysInMonth(year: year, month: month) else { return nil }
  days = Int64(daysFromCivil(year: year, month: month, day: day))
  return p + 10
}

/// Reads `HH:MM[:SS[.f...]]` as microseconds since midnight. Digits below a microsecond are cut off.
func readTime(_ p: Cursor, _ micros: inout Int64) -> Cursor? {
  guard let hour = twoDigits(p), p[2] == Byte.colon, let minute = twoDigits(p + 3), hour < 24, minute < 60 else {
    return nil
  }
  micros = Int64(hour) &* Micros.hour &+ Int64(minute) &* Micros.minute
  guard p[5] == Byte.colon else { return p + 5 }
  guard let second = twoDigits(p + 6), second < 60 else { return nil }
  micros &+= Int64(second) &* Micros.second
  guard p[8] == Byte.dot || p[8] == Byte.comma else { return p + 8 }
  var q = p + 9
  guard readFraction(&q, &micros) else { return nil }
  return q
}

/// Reads the digits after the point of a second and adds them to `micros`.
func readFraction(_ q: inout Cursor, _ micros: inout Int64) -> Bool {
  let start = q
  var unit: Int64 = 100_000
  while Byte.isDigit(q.pointee) {
    micros &+= Int64(q.pointee &- Byte.zero) &* unit
    unit /= 10
    q += 1
    if q - start > 18 { return false }
  }
  return q > start
}

/// Reads `YYYY-MM-DD[T ]HH:MM[:SS[.f...]][zone]`, or a date alone, as microseconds since 1970 UTC. The zone is `Z`,
/// `±HH`, `±HHMM` or `±HH:MM`; without one, `zone` says what the text means.
func readTimestamp(_ p: Cursor, zone: LocalZone, _ micros: inout Int64) -> Cursor? {
  var days: Int64 = 0
  guard var q = readDate(p, &days) else { return nil }
  var local = days &* Micros.day
  if q.pointee | 0x20 == 0x74 || (q.pointee == Byte.space && Byte.isDigit(q[1])) {
    var time: Int64 = 0
    guard let afterTime = readTime(q + 1, &time) else { return nil }
    local &+= time
    q = afterTime
    if q.pointee == Byte.space, q[1] | 0x20 == 0x7A || q[1] == Byte.plus || q[1] == Byte.minus { q += 1 }
    if q.pointee | 0x20 == 0x7A {
      micros = local
      return q + 1
    }
    if q.pointee == Byte.plus || q.pointee == Byte.minus {
      var offset: Int64 = 0
      guard let end = readOffset(q, &offset) else { return nil }
      micros = local &- offset
      return timestampRange.contains(micros) ? end : nil
    }
  }
  micros = zone.isUTC ? local : zone.instant(ofLocal: local)
  return timestampRange.contains(micros) ? q : nil
}

private func readOffset(_ p: Cursor, _ offset: inout Int64) -> Cursor? {
  guard let hours = twoDigits(p + 1), hours <= 18 else { return nil }
  var minutes = 0
  var q = p + 3
  if q.pointee == Byte.colon {
    guard let found = twoDigits(q + 1) else { return nil }
    minutes = found
    q += 3
  } else if let found = twoDigits(q) {
    minutes = found
    q += 2
  }
  guard minutes < 60 else { return nil }
  let size = Int64(hours) &* Micros.hour &+ Int64(minutes) &* Micros.minute
  offset = p.pointee == Byte.minus ? 0 &- size : size
  return q
}

/// The last minute that was read: neighbouring records mostly share it.
struct MinuteCache {
  /// `YYYY-MM-DD HH:MM` as it stood there.
  var text = Block(repeating: 0)
  var micros: Int64 = 0
}

/// Reads a timestamp of the commonest shape, `YYYY-MM-DD HH:MM:SS.mmm`, whose minute is the cached one. Nil sends the
/// caller to `readTimestamp`.
@inline(__always)
func readCachedTimestamp(_ p: Cursor, _ cache: MinuteCache, _ micros: inout Int64) -> Cursor? {
  let difference = unsafeBitCast(loadBlock(p) ^ cache.text, to: SIMD2<UInt64>.self)
  if difference.x | difference.y != 0 { return nil }
  // Bytes `:SS.mmm` and the one behind them.
  let word = loadWord(p + 16)
  let frame: UInt64 = 0x0000_0000_FF00_00FF
  if word & frame != 0x0000_0000_2E00_003A { return nil }
  let digits = digitValues(word) & 0x00FF_FFFF_00FF_FF00
  if notDigits(digits) != 0 { return nil }
  let s1 = Int64((digits &>> 8) & 0xF)
  let s2 = Int64((digits &>> 16) & 0xF)
  let m1 = Int64((digits &>> 32) & 0xF)
  let m2 = Int64((digits &>> 40) & 0xF)
  let m3 = Int64((digits &>> 48) & 0xF)
  if s1 > 5 { return nil }
  let seconds: Int64 = s1 &* 10 &+ s2
  let millis: Int64 = m1 &* 100 &+ m2 &* 10 &+ m3
  micros = cache.micros &+ seconds &* 1_000_000 &+ millis &* 1000
  return p + 23
}

/// Remembers the minute of a timestamp that `readTimestamp` read from `p` without an offset of its own.
func rememberMinute(_ p: Cursor, end: Cursor, micros: Int64, _ cache: inout MinuteCache) {
  guard end - p == 23, p[16] == Byte.colon, p[19] == Byte.dot else { return }
  var seconds: Int64 = 0
  guard let ones = twoDigits(p + 17) else { return }
  var fraction = p + 20
  guard readFraction(&fraction, &seconds), fraction == end else { return }
  cache.text = loadBlock(p)
  cache.micros = micros &- Int64(ones) &* Micros.second &- seconds
}
