// Timestamps as nearly all records have them: the same minute as the one before. In: text of the shape
// `YYYY-MM-DD HH:MM:SS.mmm`. Out: microseconds. Other shapes and other minutes are `TimestampReader`'s.

import Values

/// The last minute that was read.
struct MinuteCache {
  /// `YYYY-MM-DD HH:MM` as it stood there.
  var text = Block(repeating: 0)
  var micros: Int64 = 0

  /// Reads the timestamp at `p` if its minute is this one; nil otherwise.
  @inline(__always)
  func read(_ p: Cursor, _ result: inout Int64) -> Cursor? {
    let difference = unsafeBitCast(loadBlock(p) ^ text, to: SIMD2<UInt64>.self)
    if difference.x | difference.y != 0 { return nil }
    // The bytes `:SS.mmm` and the one behind them.
    let word = loadWord(p + 16)
    let frame: UInt64 = 0x0000_0000_FF00_00FF
    if word & frame != 0x0000_0000_2E00_003A { return nil }
    let digits = digitValues(word) & 0x00FF_FFFF_00FF_FF00
    if notDigits(digits) != 0 { return nil }
    let tens = Int64((digits &>> 8) & 0xF)
    let seconds: Int64 = tens &* 10 &+ Int64((digits &>> 16) & 0xF)
    let hundreds = Int64((digits &>> 32) & 0xF)
    let lower: Int64 = Int64((digits &>> 40) & 0xF) &* 10 &+ Int64((digits &>> 48) & 0xF)
    if tens > 5 { return nil }
    let millis: Int64 = hundreds &* 100 &+ lower
    result = micros &+ seconds &* 1_000_000 &+ millis &* 1000
    return p + 23
  }

  /// Remembers the minute of a timestamp of the shape that was read as `instant` from `count` bytes at `p`.
  mutating func remember(_ p: Cursor, count: Int, instant: Int64) {
    guard count == 23, p[16] == Byte.colon, p[19] == Byte.dot else { return }
    let digits = digitValues(loadWord(p + 16)) & 0x00FF_FFFF_00FF_FF00
    if notDigits(digits) != 0 { return }
    let seconds: Int64 = Int64(p[17] &- Byte.zero) &* 10 &+ Int64(p[18] &- Byte.zero)
    let upper: Int64 = Int64(p[20] &- Byte.zero) &* 100 &+ Int64(p[21] &- Byte.zero) &* 10
    let millis: Int64 = upper &+ Int64(p[22] &- Byte.zero)
    text = loadBlock(p)
    micros = instant &- seconds &* 1_000_000 &- millis &* 1000
  }
}

/// The instants that a TIMESTAMP may be when it is made from text or a number: the years 1 to 9999.
let timestampRange: ClosedRange<Int64> = -62_135_596_800_000_000...253_402_300_799_999_999
