// Where the sessions of each key begin and end, each with a number (a slot) by which its accumulators are kept. In: keys by
// dense id, and times. Out: the slot of each. Knows no rows and no aggregates; slots are given out again once freed.
//
// Two ways to bring times: `join` takes them in any order and merges the sessions that one bridges; `append` takes them
// ascending for each key and cuts sessions at a greatest length and at the rows that end them.

import Plan
import Values

final class SessionSlots {
  private let gap: Int64
  private let maximum: Int64?
  /// By key: its latest session, -1 for none. Sessions of a key are linked from the latest to the earliest.
  private let heads = StateVector<Int32>(empty: -1)
  private let next = StateVector<Int32>(empty: -1)
  private let firsts = StateVector<Int64>(empty: 0)
  private let lasts = StateVector<Int64>(empty: 0)
  private let keys = StateVector<Int32>(empty: -1)
  /// Whether there is a session in the slot: it is neither free nor absorbed.
  private let live = StateVector<Bool>(empty: false)
  /// Whether the last row of the session ended it.
  private let ended = StateVector<Bool>(empty: false)
  private var free: [Int32] = []
  /// No session ends before this time.
  private var nextEnd = Int64.max

  init(gap: Int64, maximum: Int64?) {
    self.gap = gap
    self.maximum = maximum
  }

  /// Slots are less than this.
  var count: Int { firsts.count }
  var liveCount: Int { firsts.count - free.count }
  var byteCount: Int { heads.byteCount + next.byteCount + firsts.byteCount * 2 + keys.byteCount + ended.byteCount }

  func isLive(_ slot: Int32) -> Bool { live.base[Int(slot)] }
  /// The key of a session, also of one that was just absorbed.
  func key(_ slot: Int32) -> Int32 { keys.base[Int(slot)] }
  func start(_ slot: Int32) -> Int64 { firsts.base[Int(slot)] }

  /// Where the window of a session ends: a gap after its last row, but not after its greatest length; just after the row
  /// that ended it.
  func end(_ slot: Int32) -> Int64 {
    let last = lasts.base[Int(slot)]
    if ended.base[Int(slot)] { return last.addingSaturating(1) }
    let end = last.addingSaturating(gap)
    return maximum.map { min(end, firsts.base[Int(slot)].addingSaturating($0)) } ?? end
  }

  /// Makes room for keys with ids below `count`.
  func resize(toKeys count: Int) { heads.resize(to: count) }

  /// The session that a time joins, extends or begins; of two that it bridges, the earlier is absorbed by the later.
  func join(key: Int32, time: Int64, absorbed: inout [(slot: Int32, into: Int32)]) -> Int32 {
    var later: Int32 = -1
    var slot = heads.base[Int(key)]
    while slot >= 0, time < firsts.base[Int(slot)].subtractingSaturating(gap) {
      later = slot
      slot = next.base[Int(slot)]
    }
    guard slot >= 0, time <= lasts.base[Int(slot)].addingSaturating(gap) else {
      return begin(key: key, time: time, after: later)
    }
    lasts.base[Int(slot)] = max(lasts.base[Int(slot)], time)
    guard time < firsts.base[Int(slot)] else { return slot }
    firsts.base[Int(slot)] = time
    let earlier = next.base[Int(slot)]
    if earlier >= 0, time <= lasts.base[Int(earlier)].addingSaturating(gap) {
      firsts.base[Int(slot)] = min(time, firsts.base[Int(earlier)])
      next.base[Int(slot)] = next.base[Int(earlier)]
      live.base[Int(earlier)] = false
      absorbed.append((earlier, slot))
    }
    return slot
  }

  /// The session of a time that is not before any other of its key; -1 for none: a session may have to begin with a row
  /// that says so. All that is known of the rows of this time is in `begins` and `ends`.
  func append(key: Int32, time: Int64, begins: Bool, ends: Bool) -> Int32 {
    let open = heads.base[Int(key)]
    if open >= 0, continues(open, time) {
      lasts.base[Int(open)] = time
      ended.base[Int(open)] = ends
      if ends { nextEnd = min(nextEnd, end(open)) }
      return open
    }
    guard begins else { return -1 }
    let slot = begin(key: key, time: time, after: -1)
    ended.base[Int(slot)] = ends
    nextEnd = min(nextEnd, end(slot))
    return slot
  }

  private func continues(_ slot: Int32, _ time: Int64) -> Bool {
    let last = lasts.base[Int(slot)]
    // Rows of one time stay together, so that no order among them matters.
    if time == last { return true }
    if ended.base[Int(slot)] || time > last.addingSaturating(gap) { return false }
    return maximum.map { time < firsts.base[Int(slot)].addingSaturating($0) } ?? true
  }

  private func begin(key: Int32, time: Int64, after later: Int32) -> Int32 {
    let slot = free.popLast() ?? Int32(truncatingIfNeeded: firsts.count)
    makeRoom(Int(slot) + 1)
    firsts.base[Int(slot)] = time
    lasts.base[Int(slot)] = time
    keys.base[Int(slot)] = key
    live.base[Int(slot)] = true
    ended.base[Int(slot)] = false
    if later < 0 {
      next.base[Int(slot)] = heads.base[Int(key)]
      heads.base[Int(key)] = slot
    } else {
      next.base[Int(slot)] = next.base[Int(later)]
      next.base[Int(later)] = slot
    }
    nextEnd = min(nextEnd, end(slot))
    return slot
  }

  private func makeRoom(_ count: Int) {
    next.resize(to: count)
    firsts.resize(to: count)
    lasts.resize(to: count)
    keys.resize(to: count)
    live.resize(to: count)
    ended.resize(to: count)
  }

  /// The sessions that no row can join any more once all rows up to `time` are in.
  func ending(through time: Int64) -> Vector<Int32> {
    let result = VectorBuilder<Int32>(capacity: 0)
    guard time >= nextEnd else { return result.finish() }
    nextEnd = .max
    for slot in 0..<Int32(truncatingIfNeeded: count) where isLive(slot) {
      let end = end(slot)
      if end <= time { result.append(slot) } else { nextEnd = min(nextEnd, end) }
    }
    return result.finish()
  }

  /// Has `ending` give the sessions again that it gave and that were not removed.
  func keepEnding(from end: Int64) { nextEnd = min(nextEnd, end) }

  /// Takes sessions out of their keys' lists.
  func remove(_ slots: Vector<Int32>) {
    for i in 0..<slots.count {
      let slot = slots.base[i]
      let key = Int(keys.base[Int(slot)])
      var later: Int32 = -1
      var current = heads.base[key]
      while current >= 0, current != slot {
        later = current
        current = next.base[Int(current)]
      }
      if later < 0 { heads.base[key] = next.base[Int(slot)] } else { next.base[Int(later)] = next.base[Int(slot)] }
      live.base[Int(slot)] = false
    }
    release(slots)
  }

  /// Gives the numbers of slots without a session out again: call it when nothing is kept by them any more.
  func release(_ slots: Vector<Int32>) { for i in 0..<slots.count { free.append(slots.base[i]) } }

  // MARK: Keys

  /// The ids of the keys that have sessions, ascending.
  func liveKeys() -> Vector<Int32> {
    let result = VectorBuilder<Int32>()
    for key in 0..<heads.count where heads.base[key] >= 0 { result.append(Int32(truncatingIfNeeded: key)) }
    return result.finish()
  }

  /// Follows keys that got other ids.
  func renumber(_ remap: Vector<Int32>, keeping kept: Vector<Int32>) {
    heads.replace(with: heads.gather(kept))
    for slot in 0..<keys.count where live.base[slot] { keys.base[slot] = remap.base[Int(keys.base[slot])] }
  }

  // MARK: State

  func write(to writer: ColumnWriter) {
    writer.write(heads.copy())
    writer.write(next.copy())
    writer.write(firsts.copy())
    writer.write(lasts.copy())
    writer.write(keys.copy())
    for slot in 0..<ended.count {
      writer.write(live.base[slot])
      writer.write(ended.base[slot])
    }
  }

  /// Reads sessions of `keyCount` keys.
  func read(from reader: ColumnReader, keyCount: Int) throws(StateFormatError) {
    heads.replace(with: try reader.ints32())
    next.replace(with: try reader.ints32())
    firsts.replace(with: try reader.ints())
    lasts.replace(with: try reader.ints())
    keys.replace(with: try reader.ints32())
    let count = firsts.count
    guard next.count == count, lasts.count == count, keys.count == count, heads.count == keyCount else {
      throw reader.failure("the sessions of a window do not fit together")
    }
    let states = VectorBuilder<Bool>(capacity: count)
    let flags = VectorBuilder<Bool>(capacity: count)
    for _ in 0..<count {
      states.append(try reader.bool())
      flags.append(try reader.bool())
    }
    live.replace(with: states.finish())
    ended.replace(with: flags.finish())
    free = []
    nextEnd = .min
    for slot in 0..<count {
      guard !live.base[slot] || (0..<keyCount).contains(Int(keys.base[slot])), next.base[slot] < count else {
        throw reader.failure("a session names a key or a session that is not there")
      }
      if !live.base[slot] { free.append(Int32(truncatingIfNeeded: slot)) }
    }
    for key in 0..<keyCount where heads.base[key] >= count {
      throw reader.failure("a key names a session that is not there")
    }
  }
}
