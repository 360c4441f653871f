// Zigzag variable-length integers, as records of batch format 2 use them.
// In: integers, or bytes of any content. Out: 1–10 bytes, or an integer. Never: a read past the given end, or a trap.

/// Base-128 integers, low group first, with the sign in the lowest bit.
enum VariableInteger {
  /// Small magnitudes of either sign become small unsigned numbers.
  @inline(__always)
  static func zigzag(_ value: Int64) -> UInt64 { UInt64(bitPattern: (value << 1) ^ (value >> 63)) }

  @inline(__always)
  static func zigzag(_ value: Int) -> UInt64 { zigzag(Int64(value)) }

  /// The bytes that `write` will take: ceil((bits) / 7) without the division.
  @inline(__always)
  static func size(_ value: UInt64) -> Int {
    ((63 &- (value | 1).leadingZeroBitCount) &* 9 &+ 73) >> 6
  }

  /// Writes `value` and returns the place after it.
  @inline(__always)
  static func write(_ value: UInt64, _ target: UnsafeMutableRawPointer) -> UnsafeMutableRawPointer {
    var rest = value
    var p = target
    while rest >= 0x80 {
      p.storeBytes(of: UInt8(truncatingIfNeeded: rest) | 0x80, as: UInt8.self)
      p += 1
      rest >>= 7
    }
    p.storeBytes(of: UInt8(truncatingIfNeeded: rest), as: UInt8.self)
    return p + 1
  }

  /// Reads a signed integer at `position` and moves past it; nil when it does not end before `end` or within ten bytes.
  @inline(__always)
  static func read(_ base: UnsafeRawPointer, _ position: inout Int, _ end: Int) -> Int64? {
    if position < end {
      let first = base.load(fromByteOffset: position, as: UInt8.self)
      if first < 0x80 {
        position &+= 1
        return Int64(first >> 1) ^ -Int64(first & 1)
      }
    }
    return readLong(base, &position, end)
  }

  private static func readLong(_ base: UnsafeRawPointer, _ position: inout Int, _ end: Int) -> Int64? {
    var raw: UInt64 = 0
    var shift: UInt64 = 0
    while position < end && shift < 70 {
      let byte = base.load(fromByteOffset: position, as: UInt8.self)
      position &+= 1
      // The tenth byte has room for one bit only.
      if shift == 63 && byte > 1 { return nil }
      raw |= UInt64(byte & 0x7f) &<< shift
      if byte < 0x80 { return Int64(bitPattern: raw >> 1) ^ -Int64(bitPattern: raw & 1) }
      shift &+= 7
    }
    return nil
  }

  /// Reads an integer that must fit 32 bits; nil otherwise.
  @inline(__always)
  static func read32(_ base: UnsafeRawPointer, _ position: inout Int, _ end: Int) -> Int? {
    guard let value = read(base, &position, end), value >= Int64(Int32.min), value <= Int64(Int32.max) else {
      return nil
    }
    return Int(value)
  }
}
