// Exact decimals as text. In: unscaled integers with a scale, or bytes. Out: bytes, or unscaled integers.
// Never loses a digit silently: the outcome of a parse says so.

/// What reading a decimal gave.
public enum DecimalParse: Hashable, Sendable {
  case exact(Int128)
  /// Digits after the scale were rounded away, half away from zero.
  case rounded(Int128)
  /// A number of more digits before the point than the precision allows.
  case outOfRange
  case malformed
}

/// Text of DECIMAL values.
public enum DecimalText {
  /// The most bytes that a decimal takes.
  @inlinable public static var maximumLength: Int { 42 }

  /// 10 to the power of 0...38.
  public static func power(_ exponent: Int) -> Int128 {
    var result: Int128 = 1
    for _ in 0..<min(max(exponent, 0), 38) { result *= 10 }
    return result
  }

  /// Writes `value` / 10^`scale` with exactly `scale` digits after the point; returns the length.
  /// May store up to 8 bytes after it.
  public static func write(_ value: Int128, scale: Int, to target: UnsafeMutablePointer<UInt8>) -> Int {
    var length = 0
    if value < 0 {
      target[0] = 45
      length = 1
    }
    let magnitude = value.magnitude
    if scale <= 0 { return length + writeWhole(magnitude, to: target + length) }
    if let small = UInt64(exactly: magnitude), scale <= 8 {
      let unit = UInt64(truncatingIfNeeded: power(scale))
      let whole = small / unit
      length += IntText.write(whole, to: target + length)
      target[length] = 46
      IntText.write(
        padded: UInt32(truncatingIfNeeded: small &- whole &* unit), count: scale, to: target + (length + 1))
      return length + 1 + scale
    }
    let (whole, fraction) = magnitude.quotientAndRemainder(dividingBy: power(scale).magnitude)
    length += writeWhole(whole, to: target + length)
    target[length] = 46
    var rest = fraction
    for i in stride(from: scale, to: 0, by: -1) {
      let (quotient, digit) = rest.quotientAndRemainder(dividingBy: 10)
      target[length + i] = 48 + UInt8(truncatingIfNeeded: digit)
      rest = quotient
    }
    return length + 1 + scale
  }

  private static func writeWhole(_ value: UInt128, to target: UnsafeMutablePointer<UInt8>) -> Int {
    if let small = UInt64(exactly: value) { return IntText.write(small, to: target) }
    let (upper, lower) = value.quotientAndRemainder(dividingBy: 10_000_000_000_000_000)
    let length = writeWhole(upper, to: target)
    let low = UInt64(truncatingIfNeeded: lower)
    IntText.write(padded: UInt32(truncatingIfNeeded: low / 100_000_000), count: 8, to: target + length)
    IntText.write(padded: UInt32(truncatingIfNeeded: low % 100_000_000), count: 8, to: target + (length + 8))
    return length + 16
  }

  /// Reads a number with an optional sign, point and exponent as DECIMAL(`precision`, `scale`).
  public static func parse(
    _ source: UnsafePointer<UInt8>, count: Int, precision: Int, scale: Int
  ) -> DecimalParse {
    guard let number = DecimalNumber(source, count: count) else { return .malformed }
    return number.value(precision: precision, scale: scale)
  }
}

/// The digits of a decimal as written: digits at `point` or later come after the point.
private struct DecimalNumber {
  let source: UnsafePointer<UInt8>
  /// Positions of the digits in the source; the point lies between them.
  var start = 0
  var end = 0
  var point = 0
  var exponent = 0
  var isNegative = false

  init?(_ source: UnsafePointer<UInt8>, count: Int) {
    self.source = source
    var position = 0
    if count > 0, source[0] == 45 || source[0] == 43 {
      isNegative = source[0] == 45
      position = 1
    }
    start = position
    while position < count, source[position] &- 48 <= 9 { position += 1 }
    point = position
    end = position
    var digits = position - start
    if position < count, source[position] == 46 {
      position += 1
      let first = position
      while position < count, source[position] &- 48 <= 9 { position += 1 }
      digits += position - first
      end = position
    }
    if digits == 0 { return nil }
    if position < count, source[position] | 0x20 == 101 {
      guard let given = IntText.parse(source + (position + 1), count: count - position - 1) else { return nil }
      // Beyond a thousand, the digits at hand decide: all lost, or too large.
      exponent = Int(min(max(given, -1000), 1000))
      position = count
    }
    if position != count { return nil }
  }

  func value(precision: Int, scale: Int) -> DecimalParse {
    var value: Int128 = 0
    var lost = false
    var roundUp = false
    let limit = DecimalText.power(max(precision, 1))
    // How many places after the point, exponent applied, the next digit stands; digits past the scale are dropped.
    var place = -(point - start) - exponent + 1
    for position in start..<end where position != point || source[position] != 46 {
      let digit = source[position] &- 48
      if place <= scale {
        if value >= limit / 10 { return .outOfRange }
        value = value * 10 + Int128(digit)
      } else {
        if place == scale + 1 { roundUp = digit >= 5 }
        lost = lost || digit != 0
      }
      place += 1
    }
    while place <= scale, value != 0 {
      if value >= limit / 10 { return .outOfRange }
      value *= 10
      place += 1
    }
    if roundUp { value += 1 }
    if value >= limit { return .outOfRange }
    let signed = isNegative ? -value : value
    return lost ? .rounded(signed) : .exact(signed)
  }
}
