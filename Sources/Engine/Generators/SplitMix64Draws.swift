// Random numbers as a pure function of seed, event number and draw number: any event can be made on its own, in any
// order, on any thread, with the same result. In come counters, out come 64 random bits. It keeps no state.
//
// SplitMix64: G. Steele, D. Lea, C. Flood, "Fast Splittable Pseudorandom Number Generators", OOPSLA 2014.

/// The draws of one seed.
struct SplitMix64Draws: Sendable {
  /// 2^64 divided by the golden ratio: the increment of SplitMix64.
  static let golden: UInt64 = 0x9E37_79B9_7F4A_7C15
  private let offset: UInt64

  init(seed: UInt64) {
    offset = (seed &* 0xD134_2543_DE82_EF95 &+ 1) &* Self.golden
  }

  /// The draw for a bare counter.
  @inline(__always)
  func raw(_ counter: UInt64) -> UInt64 {
    Self.mix(counter &* Self.golden &+ offset)
  }

  /// The draws of one event or entity: 32 of them belong to each number.
  @inline(__always)
  func of(_ number: UInt64) -> EventDraws {
    EventDraws(start: (number &* 32) &* Self.golden &+ offset)
  }

  @inline(__always)
  fileprivate static func mix(_ state: UInt64) -> UInt64 {
    var z = state
    z = (z ^ (z &>> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z &>> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z &>> 31)
  }
}

/// The up to 32 draws of one number.
struct EventDraws {
  fileprivate let start: UInt64

  /// 64 random bits.
  @inline(__always)
  subscript(_ draw: UInt64) -> UInt64 {
    SplitMix64Draws.mix(start &+ draw &* SplitMix64Draws.golden)
  }

  /// An integer in 0..<bound; cheapest when the bound is a constant.
  @inline(__always)
  func below(_ draw: UInt64, _ bound: UInt64) -> Int64 {
    Int64(truncatingIfNeeded: (self[draw] &>> 11) % bound)
  }
}

/// Numbers in 0..<bound from 16 of a draw's bits, without a division (the bias is below bound / 65536).
@inline(__always)
func scaled(_ bits: UInt64, _ bound: Int) -> Int {
  Int(truncatingIfNeeded: ((bits & 0xFFFF) &* UInt64(truncatingIfNeeded: bound)) &>> 16)
}
