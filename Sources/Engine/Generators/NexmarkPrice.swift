// The price of a Nexmark auction or bid: 10^(6u) units in hundredths, rounded half up, for u in [0, 1). In comes a draw,
// out comes a whole number.
//
// pow(3) costs more than the rest of a bid. Here 10^(6u) is a table entry for the leading ten bits of u times a Taylor
// polynomial for the rest; its error is below 1e-6 hundredths. Only when the sum lies so near a whole number that this
// could change its floor is pow asked. (Writers in other languages use other pow functions, which differ in the last
// bit; about one price in 10^10 could then differ by a hundredth, and differs between their own machines as well.)

import Foundation

enum NexmarkPrice {
  private static let entries = 1024
  private static let unit = 1.0 / 9_007_199_254_740_992.0  // 2^-53

  /// 10^(6 i / 1024) in hundredths; the caller owns it.
  static func table() -> UnsafeMutablePointer<Double> {
    let table = UnsafeMutablePointer<Double>.allocate(capacity: entries)
    for index in 0..<entries {
      (table + index).initialize(to: pow(10.0, 6.0 * Double(index) / Double(entries)) * 100.0)
    }
    return table
  }

  @inline(__always)
  static func price(_ bits: UInt64, _ table: UnsafePointer<Double>) -> Int64 {
    let rest = Double(Int64(truncatingIfNeeded: (bits &>> 11) & (1 << 43 &- 1))) * (unit * 13.815510557964274)
    // e^rest for rest < 0.0135: six terms leave less than 1e-14 of the value, which is below 1e8.
    let low = 1.0 + rest * (1.0 + rest * (0.5 + rest * (1.0 / 6.0)))
    let square = rest * rest
    let series = low + square * square * (1.0 / 24.0 + rest * (1.0 / 120.0))
    let sum = table[Int(truncatingIfNeeded: bits &>> 54)] * series + 0.5
    let whole = Int64(sum)
    let fraction = sum - Double(whole)
    if fraction < 1e-4 || fraction > 1.0 - 1e-4 { return exact(bits) }
    return whole
  }

  /// The definition.
  @inline(never)
  static func exact(_ bits: UInt64) -> Int64 {
    let u = Double(bits >> 11) * unit
    return Int64((pow(10.0, u * 6.0) * 100.0 + 0.5).rounded(.down))
  }
}
