// A counted multiset for each group: every different value with the number of rows behind it. In: values by group, added
// and taken back. Out: the values of chosen groups in the order of the language. What it holds depends on the rows alone,
// never on their order, so every result computed from it is the same for the same log.

import Values

/// The values of some groups, least first, as columns over all of them.
struct SortedValues {
  /// The arguments of the different rows, group by group.
  let columns: [Column]
  /// How many rows stand behind each.
  let copies: Vector<Int64>
  /// The range of each group, in the order in which groups were asked for.
  let ranges: [Range<Int>]
  /// The rows of each group.
  let totals: [Int64]
}

final class CountedValues {
  private let types: [DataType]
  /// The values that must not be NULL for a row to count.
  private let required: [Int]
  private let order: SortOrder
  /// The different (group, values).
  private var index: GroupIndex
  private let copies = StateVector<Int64>(empty: 0)
  /// The entries of a group are a list from `heads` on.
  private let heads = StateVector<Int32>(empty: -1)
  private let next = StateVector<Int32>(empty: -1)
  /// Entries without rows; they are kept until there are many.
  private var dead = 0

  /// - Parameters:
  ///   - required: The values that must not be NULL for a row to count; all when nil.
  ///   - parts: What values are sorted by, the most significant first; the others decide between equal ones.
  init(types: [DataType], required: [Int]? = nil, parts: [(index: Int, order: KeyOrder)] = []) {
    self.types = types
    self.required = required ?? Array(types.indices)
    let others = types.indices.filter { index in !parts.contains { $0.index == index } }
    let all = parts + others.map { (index: $0, order: KeyOrder.ascending) }
    order = SortOrder(
      [SortOrder.Part(index: 0, type: .int64)]
        + all.map { SortOrder.Part(index: $0.index + 1, type: types[$0.index], order: $0.order) })
    index = GroupIndex(types: [.int64] + types)
  }

  var byteCount: Int { index.memory + copies.byteCount + heads.byteCount + next.byteCount }

  func resize(to groups: Int) { heads.resize(to: groups) }

  /// Adds the rows whose mask holds and whose values are all not NULL.
  func accumulate(groups: Vector<Int32>, arguments: [Column], mask: Vector<Bool>?, weights: Vector<Int64>?) {
    var counted = mask
    for index in required { counted = RowMask.and(counted, arguments[index].validity) }
    guard let counted else { return fold(groups, arguments, weights) }
    let rows = selection(where: counted)
    fold(groups.gather(rows), arguments.map { $0.gather(rows) }, weights?.gather(rows))
  }

  private func fold(_ groups: Vector<Int32>, _ arguments: [Column], _ weights: Vector<Int64>?) {
    let owners = Vector<Int64>(uninitialized: groups.count)
    for row in 0..<groups.count { owners.base[row] = Int64(groups.base[row]) }
    var linked = index.count
    let entries = index.ids(for: [Column(.int(owners))] + arguments, count: groups.count)
    dead += index.count - linked
    copies.resize(to: index.count)
    next.resize(to: index.count)
    for row in 0..<groups.count {
      let entry = Int(entries.base[row])
      // New entries get the next ids in the order of their rows.
      if entry == linked {
        link(entry, to: Int(groups.base[row]))
        linked += 1
      }
      let before = copies.base[entry]
      let after = before &+ (weights?.base[row] ?? 1)
      copies.base[entry] = after
      if (before == 0) != (after == 0) { dead += after == 0 ? 1 : -1 }
    }
    if dead > 1024, dead * 2 > index.count { compact() }
  }

  private func link(_ entry: Int, to group: Int) {
    next.base[entry] = heads.base[group]
    heads.base[group] = Int32(truncatingIfNeeded: entry)
  }

  /// Forgets the entries without rows.
  private func compact() {
    let kept = VectorBuilder<Int32>()
    for entry in 0..<index.count where copies.base[entry] != 0 { kept.append(Int32(truncatingIfNeeded: entry)) }
    let rows = kept.finish()
    let counts = copies.gather(rows)
    index.compact(keeping: rows)
    copies.replace(with: counts)
    dead = 0
    guard case .int(let owners) = index.keys()[0].data else { wrongStorage("a counted aggregate") }
    relink(owners)
  }

  private func relink(_ owners: Vector<Int64>) {
    heads.base.update(repeating: -1, count: heads.count)
    next.replace(with: Vector(repeating: -1, count: owners.count))
    for entry in 0..<owners.count { link(entry, to: Int(owners.base[entry])) }
  }

  func merge(_ other: CountedValues, sources: Vector<Int32>, targets: Vector<Int32>) {
    let moved = VectorBuilder<Int32>()
    let owners = VectorBuilder<Int32>()
    for i in 0..<sources.count {
      var entry = other.heads.base[Int(sources.base[i])]
      while entry >= 0 {
        if other.copies.base[Int(entry)] != 0 {
          moved.append(entry)
          owners.append(targets.base[i])
        }
        entry = other.next.base[Int(entry)]
      }
    }
    let rows = moved.finish()
    fold(owners.finish(), Array(other.index.keys(rows).dropFirst()), other.copies.gather(rows))
  }

  /// The values of the given groups.
  func sorted(_ groups: Vector<Int32>) -> SortedValues {
    let entries = VectorBuilder<Int32>()
    let owners = VectorBuilder<Int64>()
    var ranges: [Range<Int>] = []
    var totals: [Int64] = []
    for row in 0..<groups.count {
      let start = entries.count
      var total: Int64 = 0
      var entry = heads.base[Int(groups.base[row])]
      while entry >= 0 {
        if copies.base[Int(entry)] > 0 {
          entries.append(entry)
          owners.append(Int64(row))
          total &+= copies.base[Int(entry)]
        }
        entry = next.base[Int(entry)]
      }
      ranges.append(start..<entries.count)
      totals.append(total)
    }
    let rows = entries.finish()
    var columns = index.keys(rows)
    columns[0] = Column(.int(owners.finish()))
    let order = order.permutation(columns, count: rows.count)
    return SortedValues(
      columns: columns.dropFirst().map { $0.gather(order) }, copies: copies.gather(rows.gather(order)), ranges: ranges,
      totals: totals)
  }

  /// How many different values each of the given groups has.
  func differentValues(_ groups: Vector<Int32>) -> Vector<Int64> {
    let result = Vector<Int64>(repeating: 0, count: groups.count)
    for row in 0..<groups.count {
      var entry = heads.base[Int(groups.base[row])]
      while entry >= 0 {
        if copies.base[Int(entry)] > 0 { result.base[row] &+= 1 }
        entry = next.base[Int(entry)]
      }
    }
    return result
  }

  func clear(_ groups: Vector<Int32>) {
    for i in 0..<groups.count {
      var entry = heads.base[Int(groups.base[i])]
      while entry >= 0 {
        if copies.base[Int(entry)] != 0 { dead += 1 }
        copies.base[Int(entry)] = 0
        entry = next.base[Int(entry)]
      }
    }
    if dead > 1024, dead * 2 > index.count { compact() }
  }

  func write(to writer: ColumnWriter) {
    compact()
    writer.write(heads.copy())
    index.write(to: writer)
    writer.writeState(copies)
  }

  func read(from reader: ColumnReader) throws(StateFormatError) {
    let lists = try reader.ints32()
    let read = try GroupIndex.read(from: reader, types: [.int64] + types)
    try reader.readState(into: copies)
    guard copies.count == read.count, case .int(let owners) = read.keys()[0].data else {
      throw reader.failure("the counts of values do not fit the values")
    }
    for entry in 0..<owners.count where owners.base[entry] < 0 || owners.base[entry] >= Int64(lists.count) {
      throw reader.failure("a counted value belongs to no group")
    }
    index = read
    dead = 0
    for entry in 0..<copies.count where copies.base[entry] == 0 { dead += 1 }
    heads.replace(with: lists)
    relink(owners)
  }
}
