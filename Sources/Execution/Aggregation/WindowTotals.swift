// The totals of windows made of many slices, without merging all slices for each window. In: the bounds of windows in
// order, and the slices. Out: a table for each window. Everything here is derived from the slices, and made again when it
// is missing.
//
// Cumulating windows add a slice to a running total. Sliding windows use two stacks (Tangwongsan et al., DEBS 2017): the
// totals of every suffix of the older slices, made at once when the last of them is used up, and a running total of the
// newer ones; each window is one of the first and the second. That takes a table for each older slice, so it is done only
// where most keys occur in most slices: elsewhere a window's result is as large as its slices together, and merging them
// costs no more than reading it.

import Plan
import Values

final class WindowTotals {
  private let aggregation: Aggregation
  private let isCumulating: Bool
  /// The totals of the slices from each start to `boundary`, the nearest to it first.
  private var suffixes: [(start: Int64, table: AggregateTable)] = []
  /// Where the suffixes end and the running total begins.
  private var boundary = Int64.max
  private var running: AggregateTable?
  /// The start after which slices are not in the running total yet.
  private var through = Int64.min

  /// Below this many slices a window is merged as it is.
  private static let fewSlices = 8

  init(_ aggregation: Aggregation, _ arithmetic: WindowArithmetic) {
    self.aggregation = aggregation
    isCumulating = arithmetic.isCumulating
  }

  var byteCount: Int { suffixes.reduce(running?.byteCount ?? 0) { $0 + $1.table.byteCount } }

  /// Forgets totals that hold the slice: it is about to take rows.
  func willChange(_ key: SliceKey) {
    guard boundary != .max, key.firstEnd == .min else { return }
    if key.start < boundary || key.start <= through { reset() }
  }

  func reset() {
    suffixes = []
    running = nil
    boundary = .max
    through = .min
  }

  /// The groups of the window [start, end): `parts` are its slices in order. nil when there are none.
  func table(
    start: Int64, end: Int64, parts: ArraySlice<SliceKey>, _ slices: [SliceKey: AggregateTable]
  ) -> AggregateTable? {
    // Rows that come too late for some of their windows lie in slices of their own, which few windows hold.
    let odd = parts.lazy.filter { $0.firstEnd != .min && $0.firstEnd <= end }.compactMap { slices[$0] }
    let whole = parts.lazy.filter { $0.firstEnd == .min }
    while let last = suffixes.last, last.start < start { suffixes.removeLast() }
    if suffixes.isEmpty, boundary != .max, start > boundary { reset() }
    if boundary != .max {
      for key in whole where key.start > through { add(key, slices) }
      return merged((suffixes.last.map { [$0.table] } ?? []) + (running.map { [$0] } ?? []) + odd)
    }
    let tables = whole.compactMap { slices[$0] } + odd
    if isCumulating {
      boundary = start
      for key in whole { add(key, slices) }
      return merged((running.map { [$0] } ?? []) + odd)
    }
    let total = merged(tables)
    if let total, tables.count >= Self.fewSlices { stack(Array(whole), total, end: end, slices) }
    return total
  }

  private func add(_ key: SliceKey, _ slices: [SliceKey: AggregateTable]) {
    guard let part = slices[key] else { return }
    let total = running ?? AggregateTable(aggregation)
    total.merge(part)
    running = total
    through = key.start
  }

  /// Makes the totals of all suffixes of a window, if they take little more than its slices.
  private func stack(
    _ keys: [SliceKey], _ total: AggregateTable, end: Int64, _ slices: [SliceKey: AggregateTable]
  ) {
    let parts = keys.compactMap { key in slices[key].map { (start: key.start, table: $0) } }
    let groups = parts.reduce(0) { $0 + $1.table.groupCount }
    guard let newest = parts.last, total.groupCount * parts.count <= groups * 2 else { return }
    suffixes = [newest]
    for part in parts.dropLast().reversed() {
      let table = AggregateTable(aggregation)
      table.merge(suffixes[suffixes.count - 1].table)
      table.merge(part.table)
      suffixes.append((part.start, table))
    }
    boundary = end
    through = newest.start
  }

  /// One table of all; the only one as it is.
  private func merged(_ tables: [AggregateTable]) -> AggregateTable? {
    guard tables.count > 1 else { return tables.first }
    let result = AggregateTable(aggregation)
    for table in tables { result.merge(table) }
    return result
  }
}
