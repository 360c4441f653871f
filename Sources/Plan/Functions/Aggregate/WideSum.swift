// An exact sum of doubles of any size, as one very wide integer (Kulisch; in the form of Neal, "Fast exact summation using
// small and large superaccumulators", 2015). In: doubles. Out: the nearest double of the exact sum. The slow path of
// `ExactSums`: hundreds of bytes for each sum.

/// The words of one wide sum: 32 bits of the integer in each of `chunks` words, in units of 2^-1074, then counts.
///
/// A word holds more than its 32 bits between carries, so that an addition touches three words and no others.
enum WideSum {
  /// 2098 bits of doubles and 64 of carry.
  private static let chunks = 68
  private static let additions = 68
  private static let positiveInfinities = 69
  private static let negativeInfinities = 70
  private static let notNumbers = 71
  /// The words of one sum.
  static let stride = 72

  typealias Words = UnsafeMutablePointer<Int64>

  /// Adds `x`, or takes it back when `weight` is negative.
  static func add(_ x: Double, weight: Int64, to words: Words) {
    guard x.isFinite else {
      let kind = x.isNaN ? notNumbers : x > 0 ? positiveInfinities : negativeInfinities
      words[kind] &+= weight
      return
    }
    let field = Int(truncatingIfNeeded: x.bitPattern >> 52) & 0x7FF
    let fraction = x.bitPattern & 0xF_FFFF_FFFF_FFFF
    let mantissa = field == 0 ? fraction : fraction | 1 << 52
    let position = max(field - 1, 0)
    let shifted = UInt128(mantissa) << UInt128(position & 31)
    let isAdded = (x.sign == .minus) == (weight < 0)
    for part in 0..<3 {
      let piece = Int64(truncatingIfNeeded: (shifted >> UInt128(32 * part)) & 0xFFFF_FFFF)
      words[position >> 5 + part] &+= isAdded ? piece : 0 &- piece
    }
    words[additions] &+= 1
    if words[additions] > 1 << 29 { carry(words) }
  }

  /// Adds another wide sum.
  static func add(_ other: Words, to words: Words) {
    carry(other)
    carry(words)
    for chunk in 0..<chunks { words[chunk] &+= other[chunk] }
    for count in positiveInfinities...notNumbers { words[count] &+= other[count] }
    carry(words)
  }

  /// Brings every word but the last back into 32 bits.
  private static func carry(_ words: Words) {
    var carried: Int64 = 0
    for chunk in 0..<chunks - 1 {
      let sum = words[chunk] &+ carried
      words[chunk] = sum & 0xFFFF_FFFF
      carried = sum >> 32
    }
    words[chunks - 1] &+= carried
    words[additions] = 0
  }

  /// The double nearest to the sum, ties to even.
  static func value(_ words: Words) -> Double {
    if words[notNumbers] > 0 || (words[positiveInfinities] > 0 && words[negativeInfinities] > 0) { return .nan }
    if words[positiveInfinities] > 0 { return .infinity }
    if words[negativeInfinities] > 0 { return -.infinity }
    carry(words)
    guard words[chunks - 1] < 0 else { return magnitude(words) }
    negate(words)
    defer { negate(words) }
    return -magnitude(words)
  }

  private static func negate(_ words: Words) {
    for chunk in 0..<chunks { words[chunk] = 0 &- words[chunk] }
    carry(words)
  }

  private static func magnitude(_ words: Words) -> Double {
    var top = chunks - 1
    while top >= 0, words[top] == 0 { top -= 1 }
    guard top >= 0 else { return 0 }
    let bottom = max(top - 2, 0)
    var leading: UInt128 = 0
    for chunk in (bottom...top).reversed() { leading = leading << 32 | UInt128(UInt64(bitPattern: words[chunk])) }
    let shift = max(128 - leading.leadingZeroBitCount - 53, 0)
    var kept = leading >> UInt128(shift)
    let rest = leading - kept << UInt128(shift)
    if shift > 0 {
      let half: UInt128 = 1 << UInt128(shift - 1)
      let isAboveHalf = rest > half || (rest == half && (0..<bottom).contains { words[$0] != 0 })
      if isAboveHalf || (rest == half && kept & 1 == 1) { kept += 1 }
    }
    return Double(sign: .plus, exponent: shift + 32 * bottom - 1074, significand: Double(kept))
  }
}
