// Bounded disorder for the streams whose format is our own. In comes a place in the stream, out comes the number of the
// event that stands there: all events of a group, each once, in a shuffled order. (Nexmark has its own formula, because
// it must agree with other writers.)

struct DisorderedPlaces: Sendable {
  private let group: Int64
  private let stride: Int64

  init(group: Int) {
    self.group = Int64(group)
    // A stride without a common divisor visits every place of the group.
    var stride: Int64 = 953
    func hasCommonDivisor() -> Bool {
      var (a, b) = (stride, Int64(group))
      while b != 0 { (a, b) = (b, a % b) }
      return a != 1
    }
    while hasCommonDivisor() { stride += 2 }
    self.stride = stride
  }

  @inline(__always)
  func event(at place: Int64) -> Int64 {
    group > 1 ? place / group &* group &+ place &* stride % group : place
  }
}
