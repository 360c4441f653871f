// MEDIAN, PERCENTILE_CONT, PERCENTILE_DISC, MODE, COUNT_DISTINCT, ENTROPY, STRING_AGG and ARRAY_AGG: functions of all
// values of a group in their order. Exact, and rows can be taken back; the price is memory for each different value.

import Values

extension AggregateLibrary {
  static let countedFunctions: [AggregateFunction] = [
    counted(
      "MEDIAN", parameters: "x", "The middle value as DOUBLE; the mean of the two middle ones where they are even.",
      AggregateExample("MEDIAN(x)", "1.5"), resolve: oneNumber, Percentile.median),
    counted(
      "PERCENTILE_CONT", aliases: ["QUANTILE"], parameters: "x, p",
      "The value below which the share p (0 to 1) of the values lies, between two values where it falls between.",
      AggregateExample("PERCENTILE_CONT(x, 0.25)", "1.25"),
      resolve: { types in
        types.count == 2 && types.allSatisfy(isNumber) ? AggregateResolution([.float64, .float64], .float64) : nil
      }, Percentile.continuous),
    counted(
      "PERCENTILE_DISC", parameters: "x, p",
      "The least value that at least the share p (0 to 1) of the values reaches.",
      AggregateExample("PERCENTILE_DISC(x, 0.5)", "1"),
      resolve: { types in
        types.count == 2 && isNumber(types[1]) ? AggregateResolution([types[0], .float64], types[0]) : nil
      }, Percentile.discrete),
    counted(
      "MODE", parameters: "x", "The most frequent value; of equally frequent ones, the least.",
      AggregateExample("MODE(x)", "1"),
      resolve: { types in types.count == 1 ? AggregateResolution(types, types[0]) : nil }, mode),
    counted(
      "ENTROPY", parameters: "x", "The entropy of the values in bits: 0 when all are the same.",
      AggregateExample("ENTROPY(x)", "1.0"),
      resolve: { types in types.count == 1 ? AggregateResolution(types, .float64) : nil }, entropy),
    counted(
      "STRING_AGG", aliases: ["LISTAGG", "GROUP_CONCAT"], parameters: "text, [separator]",
      "The texts with a separator, by default a comma, between them: in ascending order, or as ORDER BY says; LIMIT too.",
      AggregateExample("STRING_AGG('a', '-')", "a-a-a"),
      resolve: { types in
        (1...2).contains(types.count) && types.allSatisfy(isText)
          ? AggregateResolution(types.map { _ in .text }, .text) : nil
      }, takesOrder: true, Gathering.texts),
    counted(
      "ARRAY_AGG", parameters: "x",
      "The values as an array: in ascending order, or as ORDER BY says; LIMIT, and NULLs with RESPECT NULLS.",
      AggregateExample("ARRAY_AGG(x)", "[1, 2]"),
      resolve: { types in types.count == 1 ? AggregateResolution(types, .array(element: types[0])) : nil },
      takesOrder: true, Gathering.values),
    AggregateFunction(
      "COUNT_DISTINCT", parameters: "x", "Counts the different values that are not NULL, exactly.",
      example: AggregateExample("COUNT_DISTINCT(x)", "2"), supportsRetraction: true, keepsValues: true,
      resolve: { types in
        types.count == 1 ? AggregateResolution(types, .int64, nullableWhenEmpty: false) : nil
      },
      makeStates: { types, _ in CountedStates(types, result: nil) }),
  ]

  static func counted(
    _ name: String, aliases: [String] = [], parameters: String, _ summary: String, _ example: AggregateExample,
    resolve: @escaping @Sendable ([DataType]) -> AggregateResolution?, takesOrder: Bool = false,
    _ result: @escaping CountedStates.Result
  ) -> AggregateFunction {
    AggregateFunction(
      name, aliases: aliases, parameters: parameters, summary, example: example, supportsRetraction: true,
      keepsValues: true, resolve: resolve, makeStates: { types, _ in CountedStates(types, result: result) },
      gathering: takesOrder ? result : nil)
  }

  @Sendable static func isNumber(_ type: DataType) -> Bool { type.isNumeric || type == .null }

  @Sendable private static func isText(_ type: DataType) -> Bool {
    if case .string = type { true } else { type == .null }
  }

  @Sendable static func oneNumber(_ types: [DataType]) -> AggregateResolution? {
    types.count == 1 && isNumber(types[0]) ? AggregateResolution([.float64], .float64) : nil
  }

  @Sendable private static func mode(_ values: SortedValues, _ type: DataType) -> (Column, RowErrors) {
    let chosen = values.ranges.map { range -> Int? in
      var best: Int?
      for entry in range where best.map({ values.copies.base[entry] > values.copies.base[$0] }) ?? true {
        best = entry
      }
      return best
    }
    return (values.columns[0].gather(optional: chosen, type: type), RowErrors())
  }

  @Sendable private static func entropy(_ values: SortedValues, _ type: DataType) -> (Column, RowErrors) {
    let result = zip(values.ranges, values.totals).map { range, total -> Double? in
      guard total > 0 else { return nil }
      // Ascending values: one order of additions, whatever the order of the rows.
      return range.reduce(0.0) { sum, entry in
        let share = Double(values.copies.base[entry]) / Double(total)
        return sum - share * Real.log2(share)
      }
    }
    return (Column(optional: result), RowErrors())
  }
}

extension Column {
  /// The chosen rows, NULL where none is chosen.
  func gather(optional rows: [Int?], type: DataType) -> Column {
    guard count > 0 else { return Column.nulls(type, count: rows.count) }
    var result = gather(Vector(rows.map { Int32(truncatingIfNeeded: $0 ?? 0) }))
    if rows.contains(nil) { result.validity = RowMask.and(result.validity, Vector(rows.map { $0 != nil })) }
    return result
  }

  /// Doubles, NULL for nil.
  init(optional values: [Double?]) {
    self.init(
      .double(Vector(values.map { $0 ?? 0 })), validity: values.contains(nil) ? Vector(values.map { $0 != nil }) : nil)
  }
}
