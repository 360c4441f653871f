// HISTOGRAM, APPROX_TOP_COUNT, APPROX_QUANTILES and PRODUCT: out of the counted values of a group. Exact, whatever their
// names promise: the same log gives the same answer in any split over workers, and rows can be taken back.

import Values

extension AggregateLibrary {
  static let distributionFunctions: [AggregateFunction] = [
    counted(
      "HISTOGRAM", parameters: "x", "A map from each value to the number of its rows.",
      AggregateExample("HISTOGRAM(x)", "{\"1\": 1, \"2\": 1}"),
      resolve: { types in
        types.count == 1 && TypeConstraint.equatable.allows(types[0])
          ? AggregateResolution(types, .map(key: types[0], value: .int64, valueNullable: false)) : nil
      }, Distribution.histogram),
    counted(
      "APPROX_TOP_COUNT", aliases: ["TOP_COUNT"], parameters: "x, n",
      "The n most frequent values with their counts, most frequent first; of equally frequent ones, the least.",
      AggregateExample("APPROX_TOP_COUNT(x, 1)", "[{\"value\": 1, \"count\": 1}]"),
      resolve: { types in
        guard types.count == 2, types[1].isInteger else { return nil }
        let entry = DataType.row([Field("value", types[0]), Field("count", .int64, nullable: false)])
        return AggregateResolution([types[0], .int64], .array(element: entry, elementNullable: false))
      }, Distribution.topCount),
    counted(
      "APPROX_QUANTILES", parameters: "x, n", "The n + 1 bounds of n parts with equally many values each.",
      AggregateExample("APPROX_QUANTILES(x, 2)", "[1, 1, 2]"),
      resolve: { types in
        guard types.count == 2, types[1].isInteger else { return nil }
        return AggregateResolution([types[0], .int64], .array(element: types[0]))
      }, Distribution.quantiles),
    counted(
      "PRODUCT", parameters: "x", "The product of the values as DOUBLE, multiplied from the least to the greatest.",
      AggregateExample("PRODUCT(x)", "2.0"), resolve: oneNumber, Distribution.product),
  ]
}

enum Distribution {
  /// The most parts that quantiles and top counts give.
  private static let maximumParts: Int64 = 100_000

  @Sendable static func histogram(_ values: SortedValues, _ type: DataType) -> (Column, RowErrors) {
    // Values are in ascending order and different: the one form of a map.
    let views = Vector<ByteView>(uninitialized: values.ranges.count)
    for (group, range) in values.ranges.enumerated() {
      views.base[group] = ByteView(offset: range.lowerBound, length: range.count)
    }
    let entries = Column(.row([values.columns[0], Column(.int(values.copies))], count: values.copies.count))
    return (Column(.array(ArrayVector(views: views, elements: entries)), validity: present(values)), RowErrors())
  }

  @Sendable static func topCount(_ values: SortedValues, _ type: DataType) -> (Column, RowErrors) {
    arrays(values) { group, count, chosen in
      let entries = values.ranges[group].sorted { a, b in
        let (x, y) = (values.copies.base[a], values.copies.base[b])
        return x != y ? x > y : a < b
      }
      for entry in entries.prefix(Int(count)) { chosen.append(Int32(truncatingIfNeeded: entry)) }
    } elements: { chosen in
      let counts = Column(.int(values.copies.gather(chosen)))
      return Column(.row([values.columns[0].gather(chosen), counts], count: chosen.count))
    }
  }

  @Sendable static func quantiles(_ values: SortedValues, _ type: DataType) -> (Column, RowErrors) {
    arrays(values) { group, count, chosen in
      let last = Double(values.totals[group] - 1)
      var entry = values.ranges[group].lowerBound
      var passed = values.copies.base[entry]
      for part in 0...count {
        let rank = Int64((last * (Double(part) / Double(count))).rounded(.down))
        while passed <= rank, entry + 1 < values.ranges[group].upperBound {
          entry += 1
          passed &+= values.copies.base[entry]
        }
        chosen.append(Int32(truncatingIfNeeded: entry))
      }
    } elements: {
      values.columns[0].gather($0)
    }
  }

  @Sendable static func product(_ values: SortedValues, _ type: DataType) -> (Column, RowErrors) {
    guard case .double(let numbers) = values.columns[0].data else { wrongStorage("PRODUCT") }
    let results = values.ranges.map { range -> Double? in
      if range.isEmpty { return nil }
      return range.reduce(1.0) { $0 * Real.power(numbers.base[$1], Double(values.copies.base[$1])) }
    }
    return (Column(optional: results), RowErrors())
  }

  private static func present(_ values: SortedValues) -> Vector<Bool>? {
    let present = values.ranges.map { !$0.isEmpty }
    return present.contains(false) ? Vector(present) : nil
  }

  /// An array for each group, of entries that `choose` picks; its size comes from the second argument, as with shares
  /// from the row with the greatest value.
  private static func arrays(
    _ values: SortedValues, _ choose: (Int, Int64, VectorBuilder<Int32>) -> Void,
    elements: (Vector<Int32>) -> Column
  ) -> (Column, RowErrors) {
    guard case .int(let sizes) = values.columns[1].data else { wrongStorage("a distribution") }
    var errors = RowErrors()
    let views = Vector<ByteView>(uninitialized: values.ranges.count)
    let chosen = VectorBuilder<Int32>()
    for (group, range) in values.ranges.enumerated() {
      let start = chosen.count
      if let last = range.last {
        let size = sizes.base[last]
        if size < 1 || size > maximumParts {
          errors.list.append(RowError(row: Int32(truncatingIfNeeded: group), code: .invalidArgument, range: nil))
        } else {
          choose(group, size, chosen)
        }
      }
      views.base[group] = ByteView(offset: start, length: chosen.count - start)
    }
    let column = Column(
      .array(ArrayVector(views: views, elements: elements(chosen.finish()))), validity: present(values))
    return (column, errors)
  }
}
