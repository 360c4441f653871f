// Integers as decimal text. In: storage or bytes. Out: bytes or storage. Never allocates.
//
// Eight digits at a time: quotients by multiplication, spread over the bytes of one word (Khuong's "SWAR itoa").

/// Decimal integers.
public enum IntText {
  /// The most bytes that a 64-bit integer takes.
  @inlinable public static var maximumLength: Int { 20 }

  /// The eight digits of `value` < 10^8 as bytes 0...9, the first digit in the lowest byte.
  @inlinable @inline(__always)
  static func digits(_ value: UInt32) -> UInt64 {
    let high = UInt64(value / 10_000)
    let low = UInt64(value % 10_000)
    let halves = high | low << 32
    let hundreds = ((halves &* 10_486) >> 20) & 0x0000_007F_0000_007F
    let pairs = hundreds | (halves &- hundreds &* 100) << 16
    let tens = ((pairs &* 103) >> 10) & 0x000F_000F_000F_000F
    return tens | (pairs &- tens &* 10) << 8
  }

  @usableFromInline static var zeros: UInt64 { 0x3030_3030_3030_3030 }

  @inlinable @inline(__always)
  static func store(_ word: UInt64, to target: UnsafeMutablePointer<UInt8>) {
    UnsafeMutableRawPointer(target).storeBytes(of: word.littleEndian, as: UInt64.self)
  }

  /// Writes `value` < 10^8 without leading zeros; may store up to 8 bytes.
  @inlinable @inline(__always)
  static func writeShort(_ value: UInt32, to target: UnsafeMutablePointer<UInt8>) -> Int {
    let digits = digits(value)
    let skipped = min(digits.trailingZeroBitCount / 8, 7)
    store((digits | zeros) &>> UInt64(truncatingIfNeeded: skipped &* 8), to: target)
    return 8 &- skipped
  }

  /// Writes a number in decimal and returns its length; may store up to 8 bytes after it.
  @inlinable
  public static func write(_ value: UInt64, to target: UnsafeMutablePointer<UInt8>) -> Int {
    if value < 100_000_000 { return writeShort(UInt32(truncatingIfNeeded: value), to: target) }
    let upper = value / 100_000_000
    let low = digits(UInt32(truncatingIfNeeded: value &- upper &* 100_000_000))
    let length: Int
    if upper < 100_000_000 {
      length = writeShort(UInt32(truncatingIfNeeded: upper), to: target)
    } else {
      let top = upper / 100_000_000
      length = writeShort(UInt32(truncatingIfNeeded: top), to: target) &+ 8
      store(digits(UInt32(truncatingIfNeeded: upper &- top &* 100_000_000)) | zeros, to: target + (length &- 8))
    }
    store(low | zeros, to: target + length)
    return length &+ 8
  }

  /// Writes a number in decimal and returns its length; may store up to 8 bytes after it.
  @inlinable
  public static func write(_ value: Int64, to target: UnsafeMutablePointer<UInt8>) -> Int {
    if value >= 0 { return write(UInt64(bitPattern: value), to: target) }
    target[0] = 45
    return write(value.magnitude, to: target + 1) &+ 1
  }

  /// Writes exactly `count` <= 8 digits of `value`, with leading zeros; may store up to 8 bytes.
  @inlinable @inline(__always)
  public static func write(padded value: UInt32, count: Int, to target: UnsafeMutablePointer<UInt8>) {
    let skipped = UInt64(truncatingIfNeeded: (8 &- count) &* 8)
    store((digits(value) | zeros) &>> skipped, to: target)
  }

  /// Reads an optional sign and digits, nothing else; nil for other text and for numbers that 64 bits do not hold.
  @inlinable
  public static func parse(_ source: UnsafePointer<UInt8>, count: Int) -> Int64? {
    var position = 0
    var isNegative = false
    if count > 0, source[0] == 45 || source[0] == 43 {
      isNegative = source[0] == 45
      position = 1
    }
    if position == count { return nil }
    var value: UInt64 = 0
    let safe = min(count, position &+ 18)
    while position < safe {
      let digit = source[position] &- 48
      if digit > 9 { return nil }
      value = value &* 10 &+ UInt64(digit)
      position &+= 1
    }
    while position < count {
      let digit = source[position] &- 48
      if digit > 9 { return nil }
      let (product, overflow) = value.multipliedReportingOverflow(by: 10)
      let (sum, carry) = product.addingReportingOverflow(UInt64(digit))
      if overflow || carry { return nil }
      value = sum
      position &+= 1
    }
    if isNegative { return value <= 1 << 63 ? Int64(truncatingIfNeeded: 0 &- value) : nil }
    return Int64(exactly: value)
  }
}
