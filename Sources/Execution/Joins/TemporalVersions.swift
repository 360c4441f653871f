// The newest version of each key, as time goes on. In: versions in the order of time. Out: the number of the one that stands,
// and its columns. What a newer version replaces stays readable until the next sweep; nothing older is kept.

import Values

final class TemporalVersions {
  private let rows: JoinSide
  private var index: GroupIndex
  /// By key: the version that stands, -1 for none.
  private let newest = StateVector<Int32>(empty: -1)
  /// By key: the step clock when its version came or met a row.
  private let usedAt = StateVector<Int64>(empty: 0)
  private let timeToLive: Int64?
  private var lastSweep: Int64?
  private(set) var liveCount = 0

  /// Versions that are there and do not stand yet, in the order of time.
  struct Arrived {
    fileprivate var keys: Vector<Int32>
    fileprivate var times: Vector<Int64>
    /// Which end what their key had.
    fileprivate var deletions: Vector<Bool>?
    /// The number of the first.
    fileprivate var first: Int

    var count: Int { keys.count }

    /// Where those end, from `start` on, that stand at `time`.
    func end(after start: Int, upTo time: Int64, isInclusive: Bool) -> Int {
      var end = start
      while end < times.count, times.base[end] < time || (isInclusive && times.base[end] == time) { end += 1 }
      return end
    }
  }

  init(types: [DataType], keyTypes: [DataType], timeToLive: Int64?) {
    rows = JoinSide(types: types)
    index = GroupIndex(types: keyTypes)
    self.timeToLive = timeToLive
  }

  var byteCount: Int { rows.byteCount + index.memory + newest.byteCount + usedAt.byteCount }

  /// Takes versions in. They stand when `put` says so.
  func add(
    _ columns: [Column], keys: [Column], times: Vector<Int64>, deletions: Vector<Bool>?, count: Int
  ) -> Arrived {
    let ids = index.ids(for: keys, count: count)
    newest.resize(to: index.count)
    usedAt.resize(to: index.count)
    let first = rows.append(columns, keys: ids, keyCount: index.count, links: false)
    return Arrived(keys: ids, times: times, deletions: deletions, first: first)
  }

  /// Versions take the place of those before them.
  func put(_ arrived: Arrived, _ range: Range<Int>, now: Int64) {
    let keys = arrived.keys.base
    let (newest, usedAt) = (newest.base, usedAt.base)
    for place in range {
      let key = Int(keys[place])
      if arrived.deletions?.base[place] ?? false {
        forget(key)
        continue
      }
      if newest[key] < 0 { liveCount += 1 }
      newest[key] = Int32(truncatingIfNeeded: arrived.first &+ place)
      usedAt[key] = now
    }
  }

  /// The ids of keys; -1 for those that never had a version.
  func lookup(_ keys: [Column], count: Int) -> Vector<Int32> { index.lookup(keys, count: count) }

  /// The version that stands for a key, unless it was not used for the time to live.
  func newest(of key: Int32, now: Int64) -> Int32 {
    guard let timeToLive else { return newest.base[Int(key)] }
    if isForgotten(Int(key), now: now, timeToLive) { forget(Int(key)) } else { usedAt.base[Int(key)] = now }
    return newest.base[Int(key)]
  }

  private func isForgotten(_ key: Int, now: Int64, _ timeToLive: Int64) -> Bool {
    now.subtractingSaturating(usedAt.base[key]) > timeToLive
  }

  private func forget(_ key: Int) {
    if newest.base[key] >= 0 { liveCount -= 1 }
    newest.base[key] = -1
  }

  /// The values of one column of versions.
  func column(_ number: Int, _ versions: Vector<Int32>, padded: Bool = false) -> Column {
    rows.column(number, versions, padded: padded)
  }

  // MARK: Forgetting

  /// Gives back the memory of versions that were replaced, once they are most of it, and now and then that of versions past
  /// their time to live. Results do not depend on when.
  func sweep(now: Int64) {
    if let timeToLive, lastSweep.map({ now.subtractingSaturating($0) >= timeToLive / 4 }) ?? true {
      lastSweep = now
      for key in 0..<newest.count where newest.base[key] >= 0 && isForgotten(key, now: now, timeToLive) { forget(key) }
    }
    guard rows.count > 2 * liveCount + 1024 || index.count > 2 * liveCount + 1024 else { return }
    let standing = standing
    let keys = VectorBuilder<Int32>(capacity: liveCount)
    for key in 0..<newest.count where newest.base[key] >= 0 { keys.append(Int32(truncatingIfNeeded: key)) }
    let kept = keys.finish()
    let keyMap = index.compact(keeping: kept)
    rows.compact(keeping: standing, keyMap: keyMap, keyCount: kept.count)
    usedAt.replace(with: usedAt.gather(kept))
    stand()
  }

  /// The versions that stand, ascending.
  private var standing: Vector<Int32> {
    let numbers = VectorBuilder<Int32>(capacity: liveCount)
    let (newest, keyOf) = (newest.base, rows.keyOf.base)
    for row in 0..<rows.count where newest[Int(keyOf[row])] == Int32(truncatingIfNeeded: row) {
      numbers.append(Int32(truncatingIfNeeded: row))
    }
    return numbers.finish()
  }

  /// Every row stands.
  private func stand() {
    newest.replace(with: Vector(repeating: -1, count: index.count))
    for row in 0..<rows.count { newest.base[Int(rows.keyOf.base[row])] = Int32(truncatingIfNeeded: row) }
    liveCount = rows.count
  }

  func write(to writer: ColumnWriter) {
    index.write(to: writer)
    rows.write(standing, to: writer)
    writer.write(usedAt.copy())
    writer.write(lastSweep ?? .min)
  }

  func read(from reader: ColumnReader) throws(StateFormatError) {
    index = try GroupIndex.read(from: reader, types: index.types)
    try rows.read(from: reader, keyCount: index.count)
    usedAt.replace(with: try reader.ints())
    let sweep = try reader.int()
    lastSweep = sweep == .min ? nil : sweep
    stand()
    let standing = (0..<index.count).reduce(0) { $0 + (newest.base[$1] >= 0 ? 1 : 0) }
    guard usedAt.count == index.count, standing == rows.count else {
      throw reader.failure("a temporal join has several versions of one key")
    }
  }
}
