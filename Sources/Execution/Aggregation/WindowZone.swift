// The local time in which a window's days begin at midnight. In: instants, and local times that windows are bounded by.
// Out: the one as the other. A window of a day is 23 or 25 hours long where clocks change: its bounds are local, so the
// arithmetic of windows never sees the change. Saturates at the ends of time.

import Values

struct WindowZone {
  private let rules: TimeZoneRules?

  /// The zone called `name`; UTC when nil, or when this machine does not know it.
  init(_ name: String?) {
    let known = name.flatMap { TimeZoneRules($0) }
    rules = known.flatMap { $0.isFixed && $0.offset(at: 0) == 0 ? nil : $0 }
  }

  /// Whether local time is the instant itself.
  var isUniversal: Bool { rules == nil }

  /// Beyond this no zone's rules are asked: 250,000 years on either side.
  private static let horizon: Int64 = 8_000_000_000_000_000_000

  private static func isFar(_ time: Int64) -> Bool { time < -horizon || time > horizon }

  func local(_ instants: Vector<Int64>) -> Vector<Int64> {
    guard let rules else { return instants }
    var cursor = ZoneCursor(rules)
    let result = Vector<Int64>(uninitialized: instants.count)
    for row in 0..<instants.count {
      let instant = instants.base[row]
      result.base[row] = Self.isFar(instant) ? instant : cursor.local(instant)
    }
    return result
  }

  /// The instant from which on every local time is at or after `local`: where a window that ends there is over. The second
  /// one when clocks are set back over it; the moment of the change when they are set forward over it.
  func instant(_ local: Int64) -> Int64 {
    guard let rules, !Self.isFar(local) else { return local }
    let (before, after) = offsets(around: local, rules)
    if before == after { return local &- before }
    let second = local &- after
    guard rules.offset(at: second) == after else {
      // Either the clocks have not changed yet, or they skip this time.
      let first = local &- before
      return rules.offset(at: first) == before ? first : change(between: second, and: first, rules)
    }
    // The time to which clocks are set back is not undercut again: it is over when it first comes.
    let first = local &- before
    guard after < before, first < second, rules.offset(at: first) == before else { return second }
    return change(between: first, and: second, rules) == second ? first : second
  }

  /// The first instant whose local time is at or after `local`: where a window that starts there begins.
  func firstInstant(_ local: Int64) -> Int64 {
    guard let rules, !Self.isFar(local) else { return local }
    let (before, _) = offsets(around: local, rules)
    let first = local &- before
    return rules.offset(at: first) == before ? first : instant(local)
  }

  /// The offsets a day before and a day after, one of which holds at a local time.
  private func offsets(around local: Int64, _ rules: TimeZoneRules) -> (before: Int64, after: Int64) {
    let day: Int64 = 86_400_000_000
    return (rules.offset(at: local &- day), rules.offset(at: local &+ day))
  }

  /// The last local time that is over and done with at an instant.
  func reached(_ instant: Int64) -> Int64 {
    guard let rules, !Self.isFar(instant) else { return instant }
    let local = instant &+ rules.offset(at: instant)
    let again = self.instant(local)
    guard again > instant else { return local }
    let change = change(between: instant, and: again, rules)
    return min(local, change &+ rules.offset(at: change))
  }

  /// The first instant after `low` with another offset than there.
  private func change(between low: Int64, and high: Int64, _ rules: TimeZoneRules) -> Int64 {
    var (low, high) = (low, high)
    let offset = rules.offset(at: low)
    while high &- low > 1 {
      let middle = low &+ (high &- low) / 2
      if rules.offset(at: middle) == offset { low = middle } else { high = middle }
    }
    return high
  }
}
