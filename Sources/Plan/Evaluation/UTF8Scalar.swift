// Code points in UTF-8, tolerant of bytes that are none: such a byte counts as one code point. In: bytes. Out: counts,
// positions, code points. Never reads beyond the text but for the slack behind it.

/// Steps through UTF-8.
enum UTF8Scalar {
  /// Whether a byte begins a code point.
  @inline(__always)
  static func isStart(_ byte: UInt8) -> Bool { byte & 0xC0 != 0x80 }

  /// The bytes of a code point that begins with `byte`.
  @inline(__always)
  static func length(_ byte: UInt8) -> Int {
    byte < 0x80 ? 1 : byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4
  }

  /// Whether every byte is ASCII. Reads up to 7 bytes of slack.
  @inline(__always)
  static func isASCII(_ text: Text) -> Bool {
    let raw = UnsafeRawPointer(text.base)
    var offset = 0
    while offset &+ 8 <= text.count {
      if raw.loadUnaligned(fromByteOffset: offset, as: UInt64.self) & 0x8080_8080_8080_8080 != 0 { return false }
      offset &+= 8
    }
    let rest = text.count &- offset
    if rest == 0 { return true }
    let last = UInt64(littleEndian: raw.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
    return last & 0x8080_8080_8080_8080 & ~(~0 &<< UInt64(truncatingIfNeeded: rest &* 8)) == 0
  }

  /// The number of code points.
  static func count(_ text: Text) -> Int {
    if isASCII(text) { return text.count }
    var count = 0
    for index in 0..<text.count where isStart(text[index]) { count &+= 1 }
    return count
  }

  /// The byte position after `points` code points from byte `start`, at most the end.
  static func advance(_ text: Text, from start: Int, by points: Int) -> Int {
    var position = start
    var left = points
    while left > 0 && position < text.count {
      position &+= 1
      while position < text.count && !isStart(text[position]) { position &+= 1 }
      left &-= 1
    }
    return position
  }

  /// The byte position `points` code points before the end, at least 0.
  static func retreat(_ text: Text, by points: Int) -> Int {
    var position = text.count
    var left = points
    while left > 0 && position > 0 {
      position &-= 1
      while position > 0 && !isStart(text[position]) { position &-= 1 }
      left &-= 1
    }
    return position
  }

  /// The code point at a byte position, and its length; a broken sequence gives U+FFFD of one byte.
  static func decode(_ text: Text, at position: Int) -> (scalar: UInt32, length: Int) {
    let first = text[position]
    if first < 0x80 { return (UInt32(first), 1) }
    let length = length(first)
    guard first >= 0xC2, first < 0xF5, position &+ length <= text.count else { return (0xFFFD, 1) }
    var scalar = UInt32(first) & (0x7F &>> UInt32(length))
    for offset in 1..<length {
      let byte = text[position &+ offset]
      if byte & 0xC0 != 0x80 { return (0xFFFD, 1) }
      scalar = scalar &<< 6 | UInt32(byte & 0x3F)
    }
    let least: [UInt32] = [0, 0, 0x80, 0x800, 0x10000]
    guard scalar >= least[length], scalar <= 0x10FFFF, !(0xD800...0xDFFF).contains(scalar) else { return (0xFFFD, 1) }
    return (scalar, length)
  }

  /// All code points, for the cold path.
  static func scalars(_ text: Text) -> [UInt32] {
    var result: [UInt32] = []
    var position = 0
    while position < text.count {
      let (scalar, length) = decode(text, at: position)
      result.append(scalar)
      position &+= length
    }
    return result
  }

  /// The UTF-8 of a code point; that of U+FFFD for what is none.
  static func encode(_ scalar: UInt32) -> [UInt8] {
    let valid = Unicode.Scalar(scalar) ?? "\u{FFFD}"
    return Array(String(Character(valid)).utf8)
  }
}
