// Finding bytes in bytes: eight candidates a step by the needle's first byte. In: texts with slack behind them. Out: the
// first position. O(n * m) at worst, one word a step where the first byte is rare.

import Values

/// Substring search.
enum TextSearch {
  /// The position of the first occurrence of `needle` at or behind `start`.
  static func find(_ needle: Text, in text: Text, from start: Int = 0) -> Int? {
    let last = text.count &- needle.count
    if start < 0 || start > last { return nil }
    if needle.count == 0 { return start }
    let first = UInt64(needle[0]) &* 0x0101_0101_0101_0101
    let raw = UnsafeRawPointer(text.base)
    var position = start
    while position <= last {
      // Bytes equal to the first one become zero, and zero bytes are found by the borrow they cause.
      let word = UInt64(littleEndian: raw.loadUnaligned(fromByteOffset: position, as: UInt64.self)) ^ first
      var hits = (word &- 0x0101_0101_0101_0101) & ~word & 0x8080_8080_8080_8080
      while hits != 0 {
        let candidate = position &+ hits.trailingZeroBitCount / 8
        if candidate > last { return nil }
        if equalBytes(text.base + candidate, needle.base, count: needle.count) { return candidate }
        hits &= hits &- 1
      }
      position &+= 8
    }
    return nil
  }

  /// The top bits of those of the eight bytes at `position` that are `byte` and lie within the text.
  @inline(__always)
  static func hits(_ text: Text, _ position: Int, _ byte: UInt8) -> UInt64 {
    let seven: UInt64 = 0x7F7F_7F7F_7F7F_7F7F
    let raw = UnsafeRawPointer(text.base)
    let word = UInt64(littleEndian: raw.loadUnaligned(fromByteOffset: position, as: UInt64.self))
    let other = word ^ (UInt64(byte) &* 0x0101_0101_0101_0101)
    let zeros = ~((other & seven) &+ seven | other | seven)
    let rest = text.count &- position
    return rest >= 8 ? zeros : zeros & ~(~0 &<< UInt64(truncatingIfNeeded: rest &* 8))
  }

  /// The position of the last occurrence.
  static func findLast(_ needle: Text, in text: Text) -> Int? {
    var position = text.count &- needle.count
    while position >= 0 {
      if equalBytes(text.base + position, needle.base, count: needle.count) { return position }
      position &-= 1
    }
    return nil
  }
}
