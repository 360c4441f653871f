// Which operator the processor's time of a worker goes to. In: calls as operators are entered and left. Out: nanoseconds by
// node, each without the operators that it hands rows on to. It reads the thread's own processor time, so that waiting for
// other workers counts for nobody.

import Glibc

final class OperatorClock {
  private let spent: UnsafeMutablePointer<UInt64>
  private let count: Int
  private var current = OperatorClock.nobody
  private var since: UInt64 = 0

  static let nobody = -1

  init(nodes: Int) {
    count = nodes
    spent = .allocate(capacity: max(nodes, 1))
    spent.initialize(repeating: 0, count: max(nodes, 1))
  }

  deinit { spent.deallocate() }

  /// Nanoseconds of a node so far.
  subscript(_ node: Int) -> UInt64 { spent[node] }

  /// Time goes to `node` from now on; returns whose it was, for `leave`.
  func enter(_ node: Int) -> Int {
    let previous = current
    change(to: node)
    return previous
  }

  func leave(to previous: Int) { change(to: previous) }

  private func change(to node: Int) {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    let now = UInt64(bitPattern: Int64(time.tv_sec)) &* 1_000_000_000 &+ UInt64(bitPattern: Int64(time.tv_nsec))
    if current != OperatorClock.nobody { spent[current] &+= now &- since }
    current = node
    since = now
  }
}
