// Whether bytes are UTF-8, and how many characters they are. In: bytes. Out: a length or nil.
// Follows table 3-7 of the Unicode standard: no overlong forms, no surrogates, nothing above U+10FFFF.

/// The length of the well-formed character at `p`, which is outside ASCII; nil when there is none.
/// Reads at most three bytes more, and no further than the first that does not fit.
func lengthOfCharacter(_ p: Cursor) -> Int? {
  let lead = p[0]
  if lead < 0xC2 || lead > 0xF4 { return nil }
  var low: UInt8 = 0x80
  var high: UInt8 = 0xBF
  switch lead {
  case 0xE0: low = 0xA0
  case 0xED: high = 0x9F
  case 0xF0: low = 0x90
  case 0xF4: high = 0x8F
  default: break
  }
  guard p[1] >= low, p[1] <= high else { return nil }
  if lead < 0xE0 { return 2 }
  guard p[2] & 0xC0 == 0x80 else { return nil }
  if lead < 0xF0 { return 3 }
  guard p[3] & 0xC0 == 0x80 else { return nil }
  return 4
}

/// The first byte in `start ..< end` that is not part of well-formed UTF-8, or `end`. The memory must have 16 readable
/// bytes after `end`.
func endOfUTF8(_ start: Cursor, _ end: Cursor) -> Cursor {
  var p = start
  let none = SIMD16<Int8>(repeating: 0)
  while p < end {
    let outside = bits(unsafeBitCast(loadBlock(p), to: SIMD16<Int8>.self) .< none)
    if outside == 0 {
      p += 16
      continue
    }
    p += outside.trailingZeroBitCount
    if p >= end { break }
    guard let length = lengthOfCharacter(p), p + length <= end else { return p }
    p += length
  }
  return end
}

/// Writes one code point as UTF-8 and returns the number of bytes, at most four.
@discardableResult
func writeUTF8(_ scalar: UInt32, to target: UnsafeMutablePointer<UInt8>) -> Int {
  if scalar < 0x80 {
    target[0] = UInt8(truncatingIfNeeded: scalar)
    return 1
  }
  if scalar < 0x800 {
    target[0] = 0xC0 | UInt8(truncatingIfNeeded: scalar &>> 6)
    target[1] = 0x80 | UInt8(truncatingIfNeeded: scalar & 0x3F)
    return 2
  }
  if scalar < 0x10000 {
    target[0] = 0xE0 | UInt8(truncatingIfNeeded: scalar &>> 12)
    target[1] = 0x80 | UInt8(truncatingIfNeeded: (scalar &>> 6) & 0x3F)
    target[2] = 0x80 | UInt8(truncatingIfNeeded: scalar & 0x3F)
    return 3
  }
  target[0] = 0xF0 | UInt8(truncatingIfNeeded: scalar &>> 18)
  target[1] = 0x80 | UInt8(truncatingIfNeeded: (scalar &>> 12) & 0x3F)
  target[2] = 0x80 | UInt8(truncatingIfNeeded: (scalar &>> 6) & 0x3F)
  target[3] = 0x80 | UInt8(truncatingIfNeeded: scalar & 0x3F)
  return 4
}
