// Pseudo-random numbers with a seed, so that every generated test can be repeated: SplitMix64 (Steele, Lea and Flood,
// 2014).

import Foundation

struct SeededRandom: RandomNumberGenerator {
  private var state: UInt64

  init(seed: Int) { state = UInt64(bitPattern: Int64(seed)) &* 0x9E37_79B9_7F4A_7C15 }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }

  /// How many seeds a test tries: MILLRACE_SEEDS, or its own default.
  static func seeds(default count: Int) -> Range<Int> {
    0..<(ProcessInfo.processInfo.environment["MILLRACE_SEEDS"].flatMap(Int.init) ?? count)
  }
}
