// Who clicks when. In comes an event number, out comes the visit it belongs to and its step there. A visit's clicks are
// some seconds of thinking apart, and other visitors' clicks lie between them.
//
// At any time a number of lanes is occupied, one visit each. In every cycle of eight seconds each lane has one click, at
// a place that changes from cycle to cycle: so thinking takes up to sixteen seconds, and the visit follows from the
// event number alone. 64 cycles of a lane are a frame, cut into one visit after another. A lane in 32 belongs to a
// robot, which holds many lanes at once and so clicks several times a second, for minutes.

/// One visit of one user.
struct Visit {
  let draw: EventDraws
  /// Names the visit.
  let identity: UInt64
  let user: UInt64
  let isRobot: Bool
  let step: Int
  let steps: Int
}

struct ClickSessions {
  private static let frame: UInt64 = 64
  private static let robotShare: UInt64 = 32
  private static let lanesPerRobot: UInt64 = 16

  private let draws: SplitMix64Draws
  private let lanes: UInt64
  private let users: UInt64
  /// Numbers without a common divisor with `lanes`: multiplying by one shuffles the lanes.
  private let strides: (UInt64, UInt64, UInt64, UInt64)

  init(_ options: GeneratorOptions) {
    draws = SplitMix64Draws(seed: options.seed)
    lanes = UInt64(options.rate) * 8
    users = UInt64(min(max(options.rate * 200, 1000), 1_000_000))
    strides = (
      1, Self.coprime(to: lanes, from: 1_000_003), Self.coprime(to: lanes, from: 611_953),
      Self.coprime(to: lanes, from: 350_377)
    )
  }

  private static func coprime(to lanes: UInt64, from start: UInt64) -> UInt64 {
    var candidate = start
    while true {
      var (a, b) = (candidate, lanes)
      while b != 0 { (a, b) = (b, a % b) }
      if a == 1 { return candidate }
      candidate += 2
    }
  }

  @inline(__always)
  func visit(of event: UInt64) -> Visit {
    let cycle = event / lanes
    let place = event &- cycle &* lanes
    let bits = draws.raw(1 << 58 &+ cycle)
    let stride: UInt64 =
      switch bits & 3 {
      case 0: strides.0
      case 1: strides.1
      case 2: strides.2
      default: strides.3
      }
    let lane = (place &* stride &+ (bits &>> 8) % lanes) % lanes
    return lane % Self.robotShare == 31 ? robot(lane, cycle) : human(lane, cycle)
  }

  @inline(__always)
  private func human(_ lane: UInt64, _ cycle: UInt64) -> Visit {
    // Lanes start their frames at different times.
    let position = cycle &+ lane &* 7
    let slot = Int(truncatingIfNeeded: position % Self.frame)
    let frame = draws.of(1 << 57 &+ position / Self.frame &* lanes &+ lane)
    var start = 0
    var number: UInt64 = 0
    while true {
      let bits = frame[number]
      let steps = min(Self.steps(bits), Int(Self.frame) &- start)
      if slot < start &+ steps {
        // A few devoted users: of nested groups, each a quarter of the one around it, each gets half the visits.
        let level = UInt64(truncatingIfNeeded: min((bits &>> 40).trailingZeroBitCount, 2))
        let draw = draws.of(bits)
        return Visit(
          draw: draw, identity: bits, user: (draw[0] &>> 11) % max(1, users &>> (level &* 2)), isRobot: false,
          step: slot &- start, steps: steps)
      }
      start &+= steps
      number &+= 1
    }
  }

  private func robot(_ lane: UInt64, _ cycle: UInt64) -> Visit {
    let robot = lane / Self.robotShare / Self.lanesPerRobot
    let identity = draws.raw(1 << 59 &+ cycle / Self.frame &* lanes &+ robot)
    return Visit(
      draw: draws.of(identity &+ lane &* 64 &+ cycle % Self.frame), identity: identity, user: users &+ robot,
      isRobot: true, step: Int(cycle % Self.frame), steps: Int(Self.frame))
  }

  /// A quarter of the visits is one click; the others have two to thirty, rather fewer than many.
  @inline(__always)
  private static func steps(_ bits: UInt64) -> Int {
    if bits & 3 == 0 { return 1 }
    let product = ((bits &>> 2 & 0xFFFF) &* (bits &>> 18 & 0xFFFF)) &>> 16
    return 2 &+ scaled(product, 29)
  }
}
