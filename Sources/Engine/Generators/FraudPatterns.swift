// Where fraud is hidden among the payments. In comes an event number, out comes the step of an injected pattern, or
// nothing. About one payment in a hundred belongs to a pattern.
//
// Every 20 seconds of event time each of a number of lanes has one place in the stream; twelve places of a lane are a
// frame of four minutes, and a frame holds at most one pattern. So the steps of a pattern are spread over minutes, yet
// which step an event is follows from its number alone. The stream starts and ends in the middle of some frames, and so of
// some patterns.

/// The patterns, as they are named in `labels.jsonl`.
enum FraudPattern: Int, CaseIterable {
  case velocity, impossibleTravel, accountTakeover, unusualMerchant, cardTesting

  var label: StaticString {
    switch self {
    case .velocity: "velocity"
    case .impossibleTravel: "impossible_travel"
    case .accountTakeover: "account_takeover"
    case .unusualMerchant: "unusual_merchant"
    case .cardTesting: "card_testing"
    }
  }
}

/// One payment of a pattern.
struct FraudStep {
  let pattern: FraudPattern
  /// 0 for the first payment of the pattern.
  let step: Int
  let steps: Int
  let card: Int
  /// Bits that are the same for all steps.
  let shared: UInt64

  /// A trip starts with an honest payment at home.
  var isLabelled: Bool { pattern != .impossibleTravel || step > 0 }
}

struct FraudSchedule {
  private static let frame: UInt64 = 12
  private let draws: SplitMix64Draws
  private let cycle: UInt64
  private let lanes: UInt64
  private let spacing: UInt64
  private let cards: Int

  init(_ options: GeneratorOptions, cards: Int) {
    draws = SplitMix64Draws(seed: options.seed)
    cycle = UInt64(options.rate) * 20
    lanes = max(1, cycle / 25)
    spacing = cycle / lanes
    self.cards = cards
  }

  /// The step that an event is, if it is one.
  @inline(__always)
  func step(of event: UInt64) -> FraudStep? {
    let place = event % cycle
    let lane = place / spacing
    guard place == lane &* spacing, lane < lanes else { return nil }
    return step(cycle: event / cycle, lane: lane)
  }

  @inline(never)
  private func step(cycle: UInt64, lane: UInt64) -> FraudStep? {
    // Lanes start their frames at different times.
    let position = cycle &+ lane &* 5
    let slot = Int(truncatingIfNeeded: position % Self.frame)
    let draw = draws.of(1 << 57 &+ position / Self.frame &* lanes &+ lane)
    let kind = draw[0] % 100
    let pattern: FraudPattern
    switch kind {
    case 0..<16: pattern = .velocity
    case 16..<34: pattern = .impossibleTravel
    case 34..<50: pattern = .accountTakeover
    case 50..<68: pattern = .unusualMerchant
    case 68..<76: pattern = .cardTesting
    default: return nil
    }
    let bits = draw[1]
    let steps: Int
    let span: Int
    switch pattern {
    case .velocity:
      steps = 6 + scaled(bits, 7)
      // 7 to 12 places are 120 to 220 seconds.
      span = max(steps, 7 + scaled(bits &>> 16, 6))
    case .impossibleTravel, .accountTakeover:
      steps = 2
      span = 2 + scaled(bits, 8)
    case .unusualMerchant:
      steps = 1
      span = 1
    case .cardTesting:
      steps = 5 + scaled(bits, 6)
      span = max(steps, 8)
    }
    for step in 0..<steps where (steps == 1 ? 0 : step * (span - 1) / (steps - 1)) == slot {
      return FraudStep(
        pattern: pattern, step: step, steps: steps, card: Int(truncatingIfNeeded: (draw[2] &>> 11) % UInt64(cards)),
        shared: draw[3])
    }
    return nil
  }
}
