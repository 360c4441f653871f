// MIN, MAX, ANY_VALUE, MIN_BY, MAX_BY, LOGICAL_ and BIT_ functions over input that takes rows back: out of the counted values
// of a group, for the next best must be known when the best goes. Input that only appends has states of one word instead.

import Values

enum RetractingResults {
  @Sendable static func least(_ values: SortedValues, _ type: DataType) -> (Column, RowErrors) {
    (values.columns[0].gather(optional: values.ranges.map(\.first), type: type), RowErrors())
  }

  @Sendable static func greatest(_ values: SortedValues, _ type: DataType) -> (Column, RowErrors) {
    (values.columns[0].gather(optional: values.ranges.map(\.last), type: type), RowErrors())
  }

  /// A fold of the different values with the number of rows behind each; NULL for none.
  static func fold(
    _ start: Int64, _ function: @escaping @Sendable (Int64, Int64, Int64) -> Int64
  ) -> CountedStates.Result {
    { values, _ in
      guard case .int(let words) = values.columns[0].data else { wrongStorage("a bit aggregate") }
      let results = Vector<Int64>(uninitialized: values.ranges.count)
      for (group, range) in values.ranges.enumerated() {
        results.base[group] = range.reduce(start) { function($0, words.base[$1], values.copies.base[$1]) }
      }
      let present = values.ranges.map { !$0.isEmpty }
      return (Column(.int(results), validity: present.contains(false) ? Vector(present) : nil), RowErrors())
    }
  }

  static func states(
    _ result: @escaping CountedStates.Result
  )
    -> @Sendable ([DataType], DataType)
    -> any AccumulatorState
  {
    { types, _ in CountedStates(types, result: result) }
  }
}
