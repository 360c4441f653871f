// A decimal fraction to the nearest binary one: up to 19 digits over a power of ten. In: digits and their scale.
// Out: the double that IEEE 754 demands. Never for exponents beyond 27: five to a greater power leaves 64 bits.

/// Correctly rounded quotients of integers by powers of ten.
@usableFromInline
enum DecimalFraction {
  /// The powers of five that 64 bits hold.
  private static let powersOfFive = Vector<UInt64>((0...27).map { (0..<$0).reduce(1) { power, _ in power * 5 } })

  /// `digits` / 10^`scale`, rounded once to the nearest double, ties to even; `scale` is 0...27.
  ///
  /// Both sides are shifted until their highest bit is set, so that the quotient of 128 by 64 bits has 64 significant
  /// ones; the remainder tells whether anything lies below them. The result is always a normal number.
  @usableFromInline
  static func double(_ digits: UInt64, scale: Int) -> Double {
    if digits == 0 { return 0 }
    let five = powersOfFive.base[scale]
    let digitShift = digits.leadingZeroBitCount
    let fiveShift = five.leadingZeroBitCount
    let dividend = digits << UInt64(digitShift)
    let divisor = five << UInt64(fiveShift)
    // The high word must be less than the divisor: one bit moves down if it is not.
    let isOver = dividend >= divisor
    let high = isOver ? dividend >> 1 : dividend
    let low = isOver ? dividend << 63 : 0
    let (quotient, remainder) = divisor.dividingFullWidth((high, low))
    // digits / 10^scale = quotient * 2^exponent, where the quotient has exactly 64 bits.
    let exponent = (isOver ? -63 : -64) + fiveShift - digitShift - scale
    let below = quotient & 0x7FF
    var significand = quotient >> 11
    let isUp = below > 0x400 || (below == 0x400 && (remainder != 0 || significand & 1 == 1))
    significand &+= isUp ? 1 : 0
    // A significand that rounds up to 2^53 carries into the exponent, as it should.
    let biased = UInt64(truncatingIfNeeded: exponent + 11 + 52 + 1023)
    return Double(bitPattern: biased << 52 &+ (significand &- 1 << 52))
  }
}
