// DISTINCT for any aggregate: each different argument of a group reaches the aggregate's own states once, however often
// it comes; with rows taken back, as long as one copy is left.

import Values

final class DistinctStates: AccumulatorState {
  private let inner: any AccumulatorState
  private let argumentTypes: [DataType]
  /// The different (group, arguments) pairs.
  private var index: GroupIndex
  /// How many rows stand behind each pair.
  private let copies = StateVector<Int64>(empty: 0)

  init(of inner: any AccumulatorState, argumentTypes: [DataType]) {
    self.inner = inner
    self.argumentTypes = argumentTypes
    index = GroupIndex(types: [.int64] + argumentTypes)
  }

  var byteCount: Int { inner.byteCount + index.memory + copies.byteCount }

  func resize(to groups: Int) { inner.resize(to: groups) }

  func accumulate(groups: Vector<Int32>, arguments: [Column], mask: Vector<Bool>?, weights: Vector<Int64>?) {
    guard let mask = countedRows(groups.count, arguments, mask) else {
      return fold(groups: groups, arguments: arguments, weights: weights)
    }
    let rows = selection(where: mask)
    fold(
      groups: groups.gather(rows), arguments: arguments.map { $0.gather(rows) }, weights: weights?.gather(rows))
  }

  /// The rows whose mask holds and whose arguments are not NULL; nil when all are.
  private func countedRows(_ count: Int, _ arguments: [Column], _ mask: Vector<Bool>?) -> Vector<Bool>? {
    let validities = arguments.compactMap(\.validity)
    guard mask != nil || !validities.isEmpty else { return nil }
    let result = Vector<Bool>(uninitialized: count)
    for row in 0..<count { result.base[row] = mask?.base[row] ?? true }
    for validity in validities {
      for row in 0..<count { result.base[row] = result.base[row] && validity.base[row] }
    }
    return result
  }

  private func fold(groups: Vector<Int32>, arguments: [Column], weights: Vector<Int64>?) {
    let pairs = index.ids(for: [Self.column(of: groups)] + arguments, count: groups.count)
    copies.resize(to: index.count)
    let changed = VectorBuilder<Int32>(capacity: groups.count)
    let signs = VectorBuilder<Int64>(capacity: groups.count)
    for row in 0..<groups.count {
      let pair = Int(pairs.base[row])
      let before = copies.base[pair]
      let after = before &+ (weights?.base[row] ?? 1)
      copies.base[pair] = after
      if (before > 0) != (after > 0) {
        changed.append(Int32(truncatingIfNeeded: row))
        signs.append(after > 0 ? 1 : -1)
      }
    }
    let rows = changed.finish()
    guard rows.count > 0 else { return }
    inner.accumulate(
      groups: groups.gather(rows), arguments: arguments.map { $0.gather(rows) }, mask: nil,
      weights: weights == nil ? nil : signs.finish())
  }

  private static func column(of groups: Vector<Int32>) -> Column {
    let wide = Vector<Int64>(uninitialized: groups.count)
    for row in 0..<groups.count { wide.base[row] = Int64(groups.base[row]) }
    return Column(.int(wide))
  }

  func merge(_ other: any AccumulatorState, sources: Vector<Int32>, targets: Vector<Int32>) {
    guard let other = other as? DistinctStates else { wrongStorage("DISTINCT") }
    let pairs = other.index.keys()
    guard case .int(let owners) = pairs[0].data else { wrongStorage("DISTINCT") }
    let targetOf = StateVector<Int32>(empty: -1)
    var groupCount = 0
    for i in 0..<sources.count { groupCount = max(groupCount, Int(sources.base[i]) + 1) }
    targetOf.resize(to: groupCount)
    for i in 0..<sources.count { targetOf.base[Int(sources.base[i])] = targets.base[i] }
    let moved = VectorBuilder<Int32>(capacity: owners.count)
    let groups = VectorBuilder<Int32>(capacity: owners.count)
    for pair in 0..<owners.count where other.copies.base[pair] > 0 && Int(owners.base[pair]) < groupCount {
      let target = targetOf.base[Int(owners.base[pair])]
      guard target >= 0 else { continue }
      moved.append(Int32(truncatingIfNeeded: pair))
      groups.append(target)
    }
    let rows = moved.finish()
    let weights = other.copies.gather(rows)
    fold(groups: groups.finish(), arguments: pairs.dropFirst().map { $0.gather(rows) }, weights: weights)
  }

  func results(of groups: Vector<Int32>) -> (Column, RowErrors) { inner.results(of: groups) }

  func clear(_ groups: Vector<Int32>) {
    inner.clear(groups)
    guard case .int(let owners) = index.keys()[0].data else { wrongStorage("DISTINCT") }
    var cleared = Set<Int64>()
    for i in 0..<groups.count { cleared.insert(Int64(groups.base[i])) }
    for pair in 0..<owners.count where cleared.contains(owners.base[pair]) { copies.base[pair] = 0 }
  }

  func write(to writer: ColumnWriter) {
    index.write(to: writer)
    writer.writeState(copies)
    inner.write(to: writer)
  }

  func read(from reader: ColumnReader) throws(StateFormatError) {
    index = try GroupIndex.read(from: reader, types: [.int64] + argumentTypes)
    try reader.readState(into: copies)
    copies.resize(to: index.count)
    try inner.read(from: reader)
  }
}
