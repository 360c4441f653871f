// DISTINCT for any aggregate: each different argument of a group reaches the aggregate's own states once, however often
// it comes; with rows taken back, as long as one copy is left. Calls with the same arguments share the one large thing, the
// table of different values: each has a bit, or a count, beside every value.

import Values

final class DistinctValues {
  /// The most calls that share one table: their bits are one byte.
  static let maximumCalls = 8

  private let argumentTypes: [DataType]
  private let inner: [any AccumulatorState]
  private let takesRowsBack: Bool
  /// The different (group, arguments) pairs.
  private var index: GroupIndex
  /// For each pair the calls that have seen it; used where no row is taken back.
  private let seen = StateVector<UInt8>(empty: 0)
  /// For each pair and call how many rows stand behind it; used where rows are taken back.
  private let copies = StateVector<Int64>(empty: 0)
  /// The pairs of a group are a list from `heads` on.
  private let heads = StateVector<Int32>(empty: -1)
  private let next = StateVector<Int32>(empty: -1)
  /// Pairs of cleared groups, at least: they are forgotten when there are many.
  private var dead = 0

  /// States of calls with equal arguments.
  init(_ calls: [AggregateCall]) {
    argumentTypes = calls[0].arguments.map(\.type)
    inner = calls.map { AggregateLibrary.plainStates(for: $0) }
    takesRowsBack = calls.contains(where: \.takesRowsBack)
    index = GroupIndex(types: [.int64] + argumentTypes)
  }

  var byteCount: Int {
    inner.reduce(index.memory + seen.byteCount + copies.byteCount + heads.byteCount + next.byteCount) {
      $0 + $1.byteCount
    }
  }

  func resize(to groups: Int) {
    heads.resize(to: groups)
    for states in inner { states.resize(to: groups) }
  }

  /// Folds in rows; each call counts those that its mask lets through.
  func accumulate(groups: Vector<Int32>, arguments: [Column], masks: [Vector<Bool>?], weights: Vector<Int64>?) {
    guard let rows = countedRows(groups.count, arguments, masks) else {
      return fold(groups: groups, arguments: arguments, masks: masks, weights: weights)
    }
    fold(
      groups: groups.gather(rows), arguments: arguments.map { $0.gather(rows) }, masks: masks.map { $0?.gather(rows) },
      weights: weights?.gather(rows))
  }

  /// The rows that some call counts and whose arguments are not NULL; nil when all are.
  private func countedRows(_ count: Int, _ arguments: [Column], _ masks: [Vector<Bool>?]) -> Vector<Int32>? {
    var counted: Vector<Bool>?
    for argument in arguments { counted = RowMask.and(counted, argument.validity) }
    if !masks.contains(where: { $0 == nil }) {
      let some = Vector<Bool>(repeating: false, count: count)
      for case let mask? in masks {
        for row in 0..<count { some.base[row] = some.base[row] || mask.base[row] }
      }
      counted = RowMask.and(counted, some)
    }
    return counted.map { selection(where: $0) }
  }

  private func fold(groups: Vector<Int32>, arguments: [Column], masks: [Vector<Bool>?], weights: Vector<Int64>?) {
    let pairs = ids(groups, arguments)
    for (call, states) in inner.enumerated() {
      let (rows, signs) = changes(pairs, call: call, mask: masks[call], weights: weights)
      guard rows.count > 0 else { continue }
      states.accumulate(
        groups: groups.gather(rows), arguments: arguments.map { $0.gather(rows) }, mask: nil, weights: signs)
    }
    forgetDead()
  }

  private func ids(_ groups: Vector<Int32>, _ arguments: [Column]) -> Vector<Int32> {
    let owners = Vector<Int64>(uninitialized: groups.count)
    for row in 0..<groups.count { owners.base[row] = Int64(groups.base[row]) }
    var linked = index.count
    let pairs = index.ids(for: [Column(.int(owners))] + arguments, count: groups.count)
    makeRoom()
    guard linked < index.count else { return pairs }
    for row in 0..<groups.count where Int(pairs.base[row]) == linked {
      // New pairs get the next ids in the order of their rows.
      link(linked, to: Int(groups.base[row]))
      linked += 1
    }
    return pairs
  }

  private func makeRoom() {
    next.resize(to: index.count)
    if takesRowsBack { copies.resize(to: index.count * inner.count) } else { seen.resize(to: index.count) }
  }

  private func link(_ pair: Int, to group: Int) {
    next.base[pair] = heads.base[group]
    heads.base[group] = Int32(truncatingIfNeeded: pair)
  }

  /// The rows by which the set of values of a call changes, and in which direction; nil for additions alone.
  private func changes(
    _ pairs: Vector<Int32>, call: Int, mask: Vector<Bool>?, weights: Vector<Int64>?
  ) -> (Vector<Int32>, Vector<Int64>?) {
    let rows = VectorBuilder<Int32>(capacity: pairs.count)
    if !takesRowsBack {
      let bit = UInt8(1) << UInt8(call)
      let flags = seen.base
      for row in 0..<pairs.count where mask?.base[row] ?? true {
        let pair = Int(pairs.base[row])
        if flags[pair] & bit == 0 {
          flags[pair] |= bit
          rows.append(Int32(truncatingIfNeeded: row))
        }
      }
      return (rows.finish(), nil)
    }
    let signs = VectorBuilder<Int64>(capacity: pairs.count)
    for row in 0..<pairs.count where mask?.base[row] ?? true {
      let place = Int(pairs.base[row]) * inner.count + call
      let before = copies.base[place]
      let after = before &+ (weights?.base[row] ?? 1)
      copies.base[place] = after
      if (before > 0) != (after > 0) {
        rows.append(Int32(truncatingIfNeeded: row))
        signs.append(after > 0 ? 1 : -1)
        if after <= 0 { dead += 1 }
      }
    }
    return (rows.finish(), signs.finish())
  }

  private func isHeld(_ pair: Int) -> Bool {
    if !takesRowsBack { return seen.base[pair] != 0 }
    return (0..<inner.count).contains { copies.base[pair * inner.count + $0] != 0 }
  }

  private func forgetDead() {
    guard dead > 1024, dead * 2 > index.count else { return }
    let kept = VectorBuilder<Int32>()
    for pair in 0..<index.count where isHeld(pair) { kept.append(Int32(truncatingIfNeeded: pair)) }
    let pairs = kept.finish()
    if takesRowsBack {
      let counts = Vector<Int64>(uninitialized: pairs.count * inner.count)
      for row in 0..<pairs.count {
        for call in 0..<inner.count {
          counts.base[row * inner.count + call] = copies.base[Int(pairs.base[row]) * inner.count + call]
        }
      }
      copies.replace(with: counts)
    } else {
      seen.replace(with: seen.gather(pairs))
    }
    index.compact(keeping: pairs)
    dead = 0
    relink()
  }

  private func relink() {
    heads.base.update(repeating: -1, count: heads.count)
    next.replace(with: Vector(repeating: -1, count: index.count))
    guard case .int(let owners) = index.keys()[0].data else { wrongStorage("DISTINCT") }
    for pair in 0..<owners.count { link(pair, to: Int(owners.base[pair])) }
  }

  func merge(_ other: DistinctValues, sources: Vector<Int32>, targets: Vector<Int32>) {
    let moved = VectorBuilder<Int32>()
    let groups = VectorBuilder<Int32>()
    for i in 0..<sources.count {
      var pair = other.heads.base[Int(sources.base[i])]
      while pair >= 0 {
        if other.isHeld(Int(pair)) {
          moved.append(pair)
          groups.append(targets.base[i])
        }
        pair = other.next.base[Int(pair)]
      }
    }
    let rows = moved.finish()
    let owners = groups.finish()
    let arguments = Array(other.index.keys(rows).dropFirst())
    let pairs = ids(owners, arguments)
    for (call, states) in inner.enumerated() {
      let held = Vector<Bool>(uninitialized: rows.count)
      let weights = Vector<Int64>(uninitialized: rows.count)
      for row in 0..<rows.count {
        let pair = Int(rows.base[row])
        weights.base[row] = other.takesRowsBack ? other.copies.base[pair * inner.count + call] : 1
        held.base[row] = other.takesRowsBack ? weights.base[row] != 0 : other.seen.base[pair] >> UInt8(call) & 1 == 1
      }
      let (changed, signs) = changes(pairs, call: call, mask: held, weights: weights)
      guard changed.count > 0 else { continue }
      states.accumulate(
        groups: owners.gather(changed), arguments: arguments.map { $0.gather(changed) }, mask: nil, weights: signs)
    }
  }

  func results(of groups: Vector<Int32>, call: Int) -> (Column, RowErrors) { inner[call].results(of: groups) }

  func clear(_ groups: Vector<Int32>) {
    for states in inner { states.clear(groups) }
    for i in 0..<groups.count {
      var pair = heads.base[Int(groups.base[i])]
      while pair >= 0 {
        if isHeld(Int(pair)) { dead += 1 }
        if takesRowsBack {
          for call in 0..<inner.count { copies.base[Int(pair) * inner.count + call] = 0 }
        } else {
          seen.base[Int(pair)] = 0
        }
        pair = next.base[Int(pair)]
      }
    }
    forgetDead()
  }

  func write(to writer: ColumnWriter) {
    writer.write(heads.count)
    index.write(to: writer)
    writer.write(Column(.int(takesRowsBack ? copies.copy() : widened())))
    for states in inner { states.write(to: writer) }
  }

  /// The bits of each pair as an integer.
  private func widened() -> Vector<Int64> {
    let result = Vector<Int64>(uninitialized: seen.count)
    for pair in 0..<seen.count { result.base[pair] = Int64(seen.base[pair]) }
    return result
  }

  func read(from reader: ColumnReader) throws(StateFormatError) {
    let groups = Int(try reader.int())
    index = try GroupIndex.read(from: reader, types: [.int64] + argumentTypes)
    guard case .int(let held) = try reader.column(.int64).data, case .int(let owners) = index.keys()[0].data,
      held.count == index.count * (takesRowsBack ? inner.count : 1), groups >= 0, groups <= Int(Int32.max)
    else { throw reader.failure("the counts of different values do not fit the values") }
    for pair in 0..<owners.count where owners.base[pair] < 0 || owners.base[pair] >= Int64(groups) {
      throw reader.failure("a different value belongs to no group")
    }
    if takesRowsBack {
      copies.replace(with: held)
    } else {
      let bits = Vector<UInt8>(uninitialized: held.count)
      for pair in 0..<held.count { bits.base[pair] = UInt8(truncatingIfNeeded: held.base[pair]) }
      seen.replace(with: bits)
    }
    heads.replace(with: Vector(repeating: -1, count: groups))
    dead = 0
    for pair in 0..<index.count where !isHeld(pair) { dead += 1 }
    relink()
    for states in inner { try states.read(from: reader) }
  }
}

/// The states of one DISTINCT call by itself.
final class DistinctStates: AccumulatorState {
  private let values: DistinctValues

  init(_ call: AggregateCall) { values = DistinctValues([call]) }

  var byteCount: Int { values.byteCount }

  func resize(to groups: Int) { values.resize(to: groups) }

  func accumulate(groups: Vector<Int32>, arguments: [Column], mask: Vector<Bool>?, weights: Vector<Int64>?) {
    values.accumulate(groups: groups, arguments: arguments, masks: [mask], weights: weights)
  }

  func merge(_ other: any AccumulatorState, sources: Vector<Int32>, targets: Vector<Int32>) {
    guard let other = other as? DistinctStates else { wrongStorage("DISTINCT") }
    values.merge(other.values, sources: sources, targets: targets)
  }

  func results(of groups: Vector<Int32>) -> (Column, RowErrors) { values.results(of: groups, call: 0) }

  func clear(_ groups: Vector<Int32>) { values.clear(groups) }

  func write(to writer: ColumnWriter) { values.write(to: writer) }

  func read(from reader: ColumnReader) throws(StateFormatError) { try values.read(from: reader) }
}
