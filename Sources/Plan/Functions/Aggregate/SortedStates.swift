// The states behind every function of sorted values: a counted multiset, and what the function makes of it. In: rows by group,
// added and taken back. Out: results. ORDER BY, LIMIT and RESPECT NULLS of a call are settled here, for all functions alike.

import Values

/// States whose results are functions of the counted values; without one, how many different ones there are.
final class CountedStates: AccumulatorState {
  typealias Result = @Sendable (SortedValues, DataType) -> (Column, RowErrors)

  private let values: CountedValues
  private let type: DataType
  private let limit: Int64?
  private let result: Result?

  init(_ types: [DataType], result: Result?) {
    values = CountedValues(types: types)
    type = types[0]
    limit = nil
    self.result = result
  }

  /// The last arguments, as many as `ordering` has, are what the values are sorted by.
  init(_ types: [DataType], ordering: [KeyOrder], limit: Int64?, keepsNulls: Bool, _ result: @escaping Result) {
    let own = types.count - ordering.count
    values = CountedValues(
      types: types, required: keepsNulls ? [] : Array(0..<own),
      parts: ordering.enumerated().map { (index: own + $0.offset, order: $0.element) })
    type = types[0]
    self.limit = limit
    self.result = result
  }

  /// Sorted by the argument at `key`, which alone must not be NULL, and then by the others.
  init(_ types: [DataType], by key: Int, _ result: @escaping Result) {
    values = CountedValues(types: types, required: [key], parts: [(index: key, order: .ascending)])
    type = types[0]
    limit = nil
    self.result = result
  }

  var byteCount: Int { values.byteCount }

  func resize(to groups: Int) { values.resize(to: groups) }

  func accumulate(groups: Vector<Int32>, arguments: [Column], mask: Vector<Bool>?, weights: Vector<Int64>?) {
    values.accumulate(groups: groups, arguments: arguments, mask: mask, weights: weights)
  }

  func merge(_ other: any AccumulatorState, sources: Vector<Int32>, targets: Vector<Int32>) {
    guard let other = other as? CountedStates else { wrongStorage("a counted aggregate") }
    values.merge(other.values, sources: sources, targets: targets)
  }

  func results(of groups: Vector<Int32>) -> (Column, RowErrors) {
    guard let result else { return (Column(.int(values.differentValues(groups))), RowErrors()) }
    let sorted = values.sorted(groups)
    return result(limit.map { sorted.limited(to: $0) } ?? sorted, type)
  }

  func clear(_ groups: Vector<Int32>) { values.clear(groups) }

  func write(to writer: ColumnWriter) { values.write(to: writer) }

  func read(from reader: ColumnReader) throws(StateFormatError) { try values.read(from: reader) }
}

extension SortedValues {
  /// The first `limit` rows of each group.
  func limited(to limit: Int64) -> SortedValues {
    let kept = copies.copy()
    var cut: [Range<Int>] = []
    for range in ranges {
      var left = max(limit, 0)
      var end = range.lowerBound
      while end < range.upperBound, left > 0 {
        kept.base[end] = min(kept.base[end], left)
        left -= kept.base[end]
        end += 1
      }
      cut.append(range.lowerBound..<end)
    }
    return SortedValues(columns: columns, copies: kept, ranges: cut, totals: totals.map { min($0, max(limit, 0)) })
  }
}
