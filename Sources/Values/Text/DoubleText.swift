// Binary floating point as decimal text: the shortest that reads back as the same number. In: storage or bytes.
// Out: bytes or storage. Few decimals and few digits take an exact fast path; the rest goes to the standard library.

import Glibc

/// Decimal forms of DOUBLE and FLOAT.
public enum DoubleText {
  /// The most bytes that a number takes.
  @inlinable public static var maximumLength: Int { 32 }

  /// Writes the shortest text that reads back as `value`, as Swift prints it (`1.0`, `0.1`, `1e+16`), or `NaN`,
  /// `Infinity`, `-Infinity`; returns its length, at most `maximumLength`. May store up to 8 bytes after it.
  @inlinable
  public static func write(_ value: Double, to target: UnsafeMutablePointer<UInt8>) -> Int {
    // A decimal of at most 15 digits that equals the number is the only one of its length. One division tells whether
    // there is one of four decimals; without its trailing zeros it is the shortest.
    let magnitude = value.magnitude
    if magnitude < 1e11 {
      let scaled = (magnitude * 10_000).rounded(.toNearestOrEven)
      if scaled / 10_000 == magnitude {
        return write(tenThousandths: UInt64(scaled), isNegative: value.sign == .minus, to: target)
      }
    } else if magnitude < 1e15, magnitude.rounded(.towardZero) == magnitude {
      return write(tenThousandths: UInt64(magnitude) &* 10_000, isNegative: value.sign == .minus, to: target)
    }
    return writeSlowly(value, to: target)
  }

  @inlinable @inline(__always)
  static func write(tenThousandths scaled: UInt64, isNegative: Bool, to target: UnsafeMutablePointer<UInt8>) -> Int {
    target[0] = 45
    var length = isNegative ? 1 : 0
    let whole = scaled / 10_000
    let fraction = UInt32(truncatingIfNeeded: scaled &- whole &* 10_000)
    length &+= IntText.write(whole, to: target + length)
    target[length] = 46
    // The digits of the fraction lie in the upper half of the word; its zero bytes at the end are not written.
    let digits = IntText.digits(fraction)
    IntText.store((digits | IntText.zeros) &>> 32, to: target + (length &+ 1))
    return length &+ (fraction == 0 ? 2 : 5 &- digits.leadingZeroBitCount / 8)
  }

  /// Numbers of more decimals, very large ones and those that are none.
  @usableFromInline
  static func writeSlowly(_ value: Double, to target: UnsafeMutablePointer<UInt8>) -> Int {
    if !value.isFinite { return writeSpecial(value, to: target) }
    return copy(value.description, to: target)
  }

  private static func writeSpecial(_ value: Double, to target: UnsafeMutablePointer<UInt8>) -> Int {
    copy(value.isNaN ? "NaN" : value < 0 ? "-Infinity" : "Infinity", to: target)
  }

  private static func copy(_ text: String, to target: UnsafeMutablePointer<UInt8>) -> Int {
    var text = text
    return text.withUTF8 { bytes in
      let length = min(bytes.count, maximumLength)
      if let start = bytes.baseAddress { target.update(from: start, count: length) }
      return length
    }
  }

  /// As `write`, for a FLOAT: the shortest text that reads back as the same 32-bit number.
  public static func write(float value: Double, to target: UnsafeMutablePointer<UInt8>) -> Int {
    if !value.isFinite { return writeSpecial(value, to: target) }
    return copy(Float(value).description, to: target)
  }

  /// Reads a number: digits with an optional sign, point and exponent, or `NaN`, `Infinity`, `inf` in any case.
  /// nil for any other text; numbers too large become infinite.
  @inlinable
  public static func parse(_ source: UnsafePointer<UInt8>, count: Int) -> Double? {
    var position = 0
    let isNegative = count > 0 && source[0] == 45
    if count > 0, source[0] == 45 || source[0] == 43 { position = 1 }
    var mantissa: UInt64 = 0
    var digits = 0
    var exponent = 0
    let start = position
    while position < count, source[position] &- 48 <= 9 {
      mantissa = mantissa &* 10 &+ UInt64(source[position] &- 48)
      position &+= 1
    }
    digits = position &- start
    if position < count, source[position] == 46 {
      position &+= 1
      let point = position
      while position < count, source[position] &- 48 <= 9 {
        mantissa = mantissa &* 10 &+ UInt64(source[position] &- 48)
        position &+= 1
      }
      exponent = point &- position
      digits &+= position &- point
    }
    // The fast path of Clinger 1990: both the digits and the power of ten are exact, so one rounding is the right one.
    if position == count, digits > 0, digits <= 18, mantissa <= 1 << 53, exponent >= -22 {
      let value = exponent == 0 ? Double(mantissa) : Double(mantissa) / powers(-exponent)
      return isNegative ? -value : value
    }
    if position == count, digits > 0, digits <= 19, exponent >= -27 {
      let value = DecimalFraction.double(mantissa, scale: -exponent)
      return isNegative ? -value : value
    }
    return parseSlowly(source, count: count)
  }

  @usableFromInline
  static func powers(_ exponent: Int) -> Double {
    exactPowers[exponent]
  }

  /// The powers of ten that a DOUBLE holds exactly.
  private static let exactPowers = Vector<Double>([
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19,
    1e20, 1e21, 1e22,
  ])

  /// Exponents, many digits, and the names of what is no number.
  @usableFromInline
  static func parseSlowly(_ source: UnsafePointer<UInt8>, count: Int) -> Double? {
    guard isNumber(source, count: count) else { return special(source, count: count) }
    // strtod needs an end; the grammar was checked, so it can only mean the same number.
    return withUnsafeTemporaryAllocation(of: CChar.self, capacity: count + 1) { copied in
      guard let start = copied.baseAddress else { return nil }
      for i in 0..<count { start[i] = CChar(bitPattern: source[i]) }
      start[count] = 0
      return strtod(start, nil)
    }
  }

  private static func isNumber(_ source: UnsafePointer<UInt8>, count: Int) -> Bool {
    var position = 0
    func digits() -> Int {
      let start = position
      while position < count, source[position] &- 48 <= 9 { position += 1 }
      return position - start
    }
    func sign() { if position < count, source[position] == 43 || source[position] == 45 { position += 1 } }
    sign()
    var found = digits()
    if position < count, source[position] == 46 {
      position += 1
      found += digits()
    }
    if found == 0 { return false }
    if position < count, source[position] | 0x20 == 101 {
      position += 1
      sign()
      if digits() == 0 { return false }
    }
    return position == count
  }

  private static func special(_ source: UnsafePointer<UInt8>, count: Int) -> Double? {
    guard count > 0, count <= 9 else { return nil }
    var name = (0..<count).map { source[$0] | 0x20 }
    var isNegative = false
    if source[0] == 45 || source[0] == 43 {
      isNegative = source[0] == 45
      name.removeFirst()
    }
    if name == Array("nan".utf8) { return .nan }
    if name == Array("inf".utf8) || name == Array("infinity".utf8) { return isNegative ? -.infinity : .infinity }
    return nil
  }
}
