// JSON numbers with a point or an exponent to doubles and exact decimals. In: a cursor at the number. Out: the value and
// the cursor behind it. A decimal is never rounded: digits that do not fit are an outcome of their own.

/// What came of reading a number.
enum NumberOutcome {
  case number
  case malformed
  /// Larger than the type.
  case overflow
  /// Digits after the point that the type has no place for.
  case inexact
}

/// The parts of a number's text: `digits` times ten to the power of `exponent`.
struct NumberParts {
  var negative = false
  /// Up to 38 significant digits.
  var digits: UInt128 = 0
  /// The power of ten, already less the digits after the point.
  var exponent = 0
  /// Digits that did not fit in `digits` and were not zero.
  var isTruncated = false

  /// The unscaled integer of a DECIMAL, if the value is one.
  func decimal(precision: Int, scale: Int) -> (outcome: NumberOutcome, value: Int128) {
    if digits == 0 { return (.number, 0) }
    if isTruncated { return (.inexact, 0) }
    var unscaled = digits
    var shift = exponent &+ scale
    while shift < 0 {
      let (quotient, rest) = unscaled.quotientAndRemainder(dividingBy: 10)
      if rest != 0 { return (.inexact, 0) }
      unscaled = quotient
      shift &+= 1
    }
    if shift > 38 { return (.overflow, 0) }
    while shift > 0 {
      let (product, tooLarge) = unscaled.multipliedReportingOverflow(by: 10)
      if tooLarge { return (.overflow, 0) }
      unscaled = product
      shift &-= 1
    }
    if unscaled >= powerOfTen(precision) { return (.overflow, 0) }
    let value = Int128(truncatingIfNeeded: unscaled)
    return (.number, negative ? 0 &- value : value)
  }
}

/// Ten to the power of `exponent`, 0...38.
func powerOfTen(_ exponent: Int) -> UInt128 {
  var result: UInt128 = 1
  for _ in 0..<max(0, min(exponent, 38)) { result &*= 10 }
  return result
}

/// Reads a number by the grammar of RFC 8259 and moves `p` behind it; false and no move when it does not fit.
@inline(never)
func readNumberParts(_ p: inout Cursor, _ parts: inout NumberParts) -> Bool {
  var q = p
  parts = NumberParts()
  parts.negative = q.pointee == Byte.minus
  if parts.negative { q += 1 }
  let first = q
  readDigits(&q, &parts, afterPoint: false)
  if q == first || (q - first > 1 && first.pointee == Byte.zero) { return false }
  if q.pointee == Byte.dot {
    let fraction = q + 1
    q = fraction
    readDigits(&q, &parts, afterPoint: true)
    if q == fraction { return false }
  }
  if q.pointee | 0x20 == 0x65 {
    q += 1
    let negative = q.pointee == Byte.minus
    if negative || q.pointee == Byte.plus { q += 1 }
    let start = q
    var power = 0
    while Byte.isDigit(q.pointee) {
      // Far beyond any type; the cap keeps absurd exponents from wrapping.
      power = min(power &* 10 &+ Int(q.pointee &- Byte.zero), 1_000_000)
      q += 1
    }
    if q == start { return false }
    parts.exponent &+= negative ? 0 &- power : power
  }
  p = q
  return true
}

private func readDigits(_ q: inout Cursor, _ parts: inout NumberParts, afterPoint: Bool) {
  let room = UInt128.max / 10 - 1
  while Byte.isDigit(q.pointee) {
    let digit = q.pointee &- Byte.zero
    if parts.digits <= room {
      parts.digits = parts.digits &* 10 &+ UInt128(digit)
      if afterPoint { parts.exponent &-= 1 }
    } else {
      if digit != 0 { parts.isTruncated = true }
      if !afterPoint { parts.exponent &+= 1 }
    }
    q += 1
  }
}

private let exactPowers: [Double] = [
  1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20,
  1e21, 1e22,
]

/// Reads a number as the nearest double. Clinger's fast path: when digits and power of ten are both exact doubles, one
/// operation rounds correctly. The rest goes through the standard library.
@inline(never)
func readDouble(_ p: inout Cursor, _ result: inout Double) -> NumberOutcome {
  let start = p
  var parts = NumberParts()
  guard readNumberParts(&p, &parts) else { return .malformed }
  let power = parts.exponent
  if parts.digits <= 1 &<< 53, !parts.isTruncated, power >= -22, power <= 22 {
    let digits = Double(UInt64(truncatingIfNeeded: parts.digits))
    let value = power < 0 ? digits / exactPowers[0 &- power] : digits * exactPowers[power]
    result = parts.negative ? -value : value
    return .number
  }
  let text = String(decoding: UnsafeBufferPointer(start: start, count: p - start), as: UTF8.self)
  guard let value = Double(text) else { return .malformed }
  if value.isInfinite {
    p = start
    return .overflow
  }
  result = value
  return .number
}
