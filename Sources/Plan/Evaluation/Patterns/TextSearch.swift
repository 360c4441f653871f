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
