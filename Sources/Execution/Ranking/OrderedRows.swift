// The numbers of kept rows, sorted by group and then by key, as they come and go one at a time. In: a row number and its group.
// Out: the rows of a group from the first one on. Holds no rows and no keys: those lie in a `KeyArena`.
//
// Two levels: runs of at most a few hundred entries in an array of runs. A change moves the entries of one run, and, once
// in a run's length, the array of runs: for millions of rows that is less than a cache miss costs in a balanced tree.

import Values

final class OrderedRows {
  struct Entry: BitwiseCopyable {
    var group: Int32
    var id: Int32
    /// The first bytes of the key, which decide most comparisons.
    var prefix: UInt64
  }

  private struct Run: BitwiseCopyable {
    var entries: UnsafeMutablePointer<Entry>
    var count: Int
  }

  /// A place among the entries.
  struct Place {
    var run: Int
    var index: Int
  }

  private static let capacity = 256
  private let keys: KeyArena
  private var runs: UnsafeMutablePointer<Run>
  private var runCount = 0
  private var runRoom = 16
  private(set) var count = 0

  init(keys: KeyArena) {
    self.keys = keys
    runs = .allocate(capacity: 16)
  }

  deinit {
    for run in 0..<runCount { runs[run].entries.deallocate() }
    runs.deallocate()
  }

  var byteCount: Int { runCount * (Self.capacity * MemoryLayout<Entry>.stride) + runRoom * 16 }

  // MARK: Searching

  /// Whether an entry stands before the place that is looked for: that of `probe`, or with `after` that behind its equals.
  @inline(__always)
  private func isBefore(_ entry: Entry, _ probe: Entry, after: Bool) -> Bool {
    if entry.group != probe.group { return entry.group < probe.group }
    if probe.id < 0 || entry.prefix != probe.prefix { return entry.prefix < probe.prefix }
    return after ? !keys.precedes(probe.id, entry.id) : keys.precedes(entry.id, probe.id)
  }

  /// The first place whose entry does not precede `probe`; with the group's number and no row, where the group begins.
  private func place(of probe: Entry, after: Bool = false) -> Place {
    var low = 0
    var high = runCount
    while low < high {
      let middle = (low + high) / 2
      let run = runs[middle]
      if isBefore(run.entries[run.count - 1], probe, after: after) { low = middle + 1 } else { high = middle }
    }
    guard low < runCount else { return Place(run: low, index: 0) }
    let run = runs[low]
    var (first, end) = (0, run.count)
    while first < end {
      let middle = (first + end) / 2
      if isBefore(run.entries[middle], probe, after: after) { first = middle + 1 } else { end = middle }
    }
    return Place(run: low, index: first)
  }

  func start(of group: Int32) -> Place { place(of: Entry(group: group, id: -1, prefix: 0)) }

  /// The row at a place, if it is one of the group's; moves on to the next place.
  func next(_ place: inout Place, of group: Int32) -> Int32? {
    guard place.run < runCount else { return nil }
    let run = runs[place.run]
    let entry = run.entries[place.index]
    guard entry.group == group else { return nil }
    place.index += 1
    if place.index == run.count { place = Place(run: place.run + 1, index: 0) }
    return entry.id
  }

  /// The last row of a group.
  func last(of group: Int32) -> Int32? {
    let end = start(of: group + 1)
    let place = end.index > 0 ? Place(run: end.run, index: end.index - 1) : lastPlace(before: end.run)
    guard let place, runs[place.run].entries[place.index].group == group else { return nil }
    return runs[place.run].entries[place.index].id
  }

  private func lastPlace(before run: Int) -> Place? {
    run == 0 ? nil : Place(run: run - 1, index: runs[run - 1].count - 1)
  }

  // MARK: Changing

  /// Adds a row after those of its group that are not greater.
  func insert(_ id: Int32, group: Int32) {
    count += 1
    let entry = Entry(group: group, id: id, prefix: keys.prefix(id))
    guard runCount > 0 else {
      addRun(at: 0)
      runs[0].entries[0] = entry
      runs[0].count = 1
      return
    }
    var place = place(of: entry, after: true)
    if place.run == runCount { place = Place(run: runCount - 1, index: runs[runCount - 1].count) }
    if runs[place.run].count == Self.capacity {
      split(place.run)
      let half = runs[place.run].count
      if place.index > half { place = Place(run: place.run + 1, index: place.index - half) }
    }
    let entries = runs[place.run].entries
    (entries + place.index + 1).update(from: entries + place.index, count: runs[place.run].count - place.index)
    entries[place.index] = entry
    runs[place.run].count += 1
  }

  /// Takes the row out, which must be there.
  func remove(_ id: Int32, group: Int32) {
    var place = place(of: Entry(group: group, id: id, prefix: keys.prefix(id)))
    // Equal rows stand side by side.
    while runs[place.run].entries[place.index].id != id { _ = next(&place, of: group) }
    removeEntry(at: place)
  }

  /// Takes out a row whose key is that of `probe`, a row that is not here itself; nil when there is none.
  func removeRow(equalTo probe: Int32, group: Int32) -> Int32? {
    let place = place(of: Entry(group: group, id: probe, prefix: keys.prefix(probe)))
    guard place.run < runCount else { return nil }
    let entry = runs[place.run].entries[place.index]
    guard entry.group == group, !keys.precedes(probe, entry.id) else { return nil }
    removeEntry(at: place)
    return entry.id
  }

  private func removeEntry(at place: Place) {
    count -= 1
    let run = runs[place.run]
    let rest = run.count - place.index - 1
    (run.entries + place.index).update(from: run.entries + place.index + 1, count: rest)
    runs[place.run].count -= 1
    if runs[place.run].count == 0 { removeRun(at: place.run) }
  }

  private func split(_ run: Int) {
    addRun(at: run + 1)
    let half = runs[run].count / 2
    runs[run + 1].entries.update(from: runs[run].entries + half, count: runs[run].count - half)
    runs[run + 1].count = runs[run].count - half
    runs[run].count = half
  }

  private func addRun(at position: Int) {
    if runCount == runRoom {
      let larger = UnsafeMutablePointer<Run>.allocate(capacity: runRoom * 2)
      larger.update(from: runs, count: runCount)
      runs.deallocate()
      runs = larger
      runRoom *= 2
    }
    (runs + position + 1).update(from: runs + position, count: runCount - position)
    runs[position] = Run(entries: .allocate(capacity: Self.capacity), count: 0)
    runCount += 1
  }

  private func removeRun(at position: Int) {
    runs[position].entries.deallocate()
    (runs + position).update(from: runs + position + 1, count: runCount - position - 1)
    runCount -= 1
  }

  // MARK: All

  /// All rows with their groups, in order.
  func all() -> (ids: Vector<Int32>, groups: Vector<Int32>) {
    let ids = VectorBuilder<Int32>(capacity: count)
    let groups = VectorBuilder<Int32>(capacity: count)
    for run in 0..<runCount {
      for index in 0..<runs[run].count {
        ids.append(runs[run].entries[index].id)
        groups.append(runs[run].entries[index].group)
      }
    }
    return (ids.finish(), groups.finish())
  }

  /// Replaces everything by the rows 0, 1, ..., which are in order.
  func fill(groups: Vector<Int32>) {
    for run in 0..<runCount { runs[run].entries.deallocate() }
    runCount = 0
    count = groups.count
    for row in 0..<groups.count {
      if runCount == 0 || runs[runCount - 1].count == Self.capacity / 2 { addRun(at: runCount) }
      let id = Int32(truncatingIfNeeded: row)
      let last = runCount - 1
      runs[last].entries[runs[last].count] = Entry(group: groups.base[row], id: id, prefix: keys.prefix(id))
      runs[last].count += 1
    }
  }
}
