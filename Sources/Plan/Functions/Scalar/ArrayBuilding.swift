// Functions that take ends of arrays, make longer ones, and add up their numbers. In: arrays as runs over one element
// column. Out: elements, arrays, numbers. What would have more than a million elements is a row error.

import Values

extension FunctionFamily {
  mutating func declareArrayBuilding() {
    for (name, first) in [("ARRAY_FIRST", true), ("ARRAY_LAST", false)] {
      declare(
        name, [], "The \(first ? "first" : "last") element; NULL without one.",
        examples: ["\(name)(ARRAY[7, 8])": first ? "7" : "8"],
        [
          FunctionSignature(
            ["array": .array(of: 0)], .generic(0), nulls: .strictOrMissing,
            ElementPool.kernel { pool, rows in
              let chosen = (0..<rows.count).map { row in
                first ? pool.range(0, row).first : pool.range(0, row).last
              }
              return .column(pool.column.gather(optional: chosen, type: pool.type))
            })
        ])
    }
    for (name, last) in [("ARRAY_APPEND", true), ("ARRAY_PREPEND", false)] {
      declare(
        name, [], "The array with a value more at the \(last ? "end" : "start").",
        examples: ["\(name)(ARRAY[1], 2)": last ? "[1, 2]" : "[2, 1]"],
        [
          FunctionSignature(
            ["array": .array(of: 0), "value": .generic(0, .any)], .array(of: 0), nulls: .custom,
            ElementPool.kernel { pool, rows in
              ArrayKernel.choose(pool.column, rows) { row, chosen in
                let value = Int32(truncatingIfNeeded: pool.value(1, row))
                if !last { chosen.append(value) }
                for element in pool.range(0, row) { chosen.append(Int32(truncatingIfNeeded: element)) }
                if last { chosen.append(value) }
              }
            }.nullWhereFirstIs)
        ])
    }
    declare(
      "ARRAY_REPEAT", [], "An array of a value so many times.", examples: ["ARRAY_REPEAT('a', 2)": "[\"a\", \"a\"]"],
      [
        FunctionSignature(
          ["value": .generic(0, .any), "count": .int], .array(of: 0), ArrayKernel.repeating)
      ])
    declare(
      "ARRAY_FLATTEN", ["FLATTEN"], "The elements of the arrays in an array.",
      examples: ["ARRAY_LENGTH(ARRAY_FLATTEN(ARRAY[SPLIT('a,b'), SPLIT('c')]))": "3"],
      [
        FunctionSignature(
          ["arrays": .array(of: 0)],
          .computed("T") { types in
            if case .array(let element, _)? = types.first { element } else { .null }
          }, ArrayKernel.flatten)
      ])
    declareArraySums()
  }

  private mutating func declareArraySums() {
    declare(
      "ARRAY_SUM", [], "The sum of the elements that are not NULL; NULL without one.",
      examples: ["ARRAY_SUM(ARRAY[1, 2, 3])": "6"],
      [
        FunctionSignature(
          ["array": .type(.array(element: .int64))], .int64, nulls: .strictOrMissing,
          .plain { arguments, rows in
            let sums =
              ArrayKernel.folded(arguments[0], rows.count) { sum, values, element in
                guard case .int(let numbers) = values else { return sum }
                let (next, overflow) = (sum ?? 0).addingReportingOverflow(Int128(numbers.base[element]))
                return overflow ? sum : next
              } as [Int128?]
            let data = Vector<Int64>(uninitialized: rows.count)
            for row in 0..<rows.count {
              let sum = Int64(exactly: sums[row] ?? 0)
              data.base[row] = sum ?? 0
              if sum == nil { rows.fail(row, .overflow) }
            }
            return .column(Column(.int(data), validity: Vector(sums.map { $0 != nil })))
          }),
        FunctionSignature(
          ["array": .type(.array(element: .float64))], .float64, nulls: .strictOrMissing,
          .plain { arguments, rows in
            let sums = ArrayKernel.folded(arguments[0], rows.count, ArrayKernel.addDouble)
            return .column(Column(optional: sums.map { $0?.sum }))
          }),
      ])
    declare(
      "ARRAY_AVG", [], "The mean of the elements that are not NULL; NULL without one.",
      examples: ["ARRAY_AVG(ARRAY[1.0, 2.0])": "1.5"],
      [
        FunctionSignature(
          ["array": .type(.array(element: .float64))], .float64, nulls: .strictOrMissing,
          .plain { arguments, rows in
            let sums = ArrayKernel.folded(arguments[0], rows.count, ArrayKernel.addDouble)
            return .column(Column(optional: sums.map { $0.map { $0.sum / $0.count } }))
          }),
        FunctionSignature(
          ["array": .type(.array(element: .int64))], .float64, nulls: .strictOrMissing,
          .plain { arguments, rows in
            let sums = ArrayKernel.folded(arguments[0], rows.count, ArrayKernel.addDouble)
            return .column(Column(optional: sums.map { $0.map { $0.sum / $0.count } }))
          }),
      ])
  }
}

extension Kernel {
  /// NULL where the first argument is.
  var nullWhereFirstIs: Kernel {
    Kernel { site throws(InvalidConstant) in
      let inner = try prepare(site)
      return { arguments, rows in
        var column = inner(arguments, &rows).column(site.result, count: rows.count)
        column.validity = RowMask.and(column.validity, arguments[0].validity(count: rows.count))
        return .column(column)
      }
    }
  }
}

extension ArrayKernel {
  /// Folds the elements of each row that are not NULL, in their order; nil without one.
  static func folded<T>(_ datum: Datum, _ count: Int, _ function: (T?, ColumnData, Int) -> T?) -> [T?] {
    let lane = ArrayRow.lane(datum)
    let elements = lane.array.elements
    return (0..<count).map { row in
      let array = ArrayRow.read(lane, row)
      return (array.start..<(array.start + array.count)).reduce(T?.none) { sum, element in
        elements.isNull(element) ? sum : function(sum, elements.data, element)
      }
    }
  }

  static func addDouble(
    _ sum: (sum: Double, count: Double)?, _ data: ColumnData, _ element: Int
  ) -> (sum: Double, count: Double)? {
    var number = 0.0
    if case .double(let numbers) = data { number = numbers.base[element] }
    if case .int(let numbers) = data { number = Double(numbers.base[element]) }
    return ((sum?.sum ?? 0) + number, (sum?.count ?? 0) + 1)
  }

  static let repeating = Kernel { site in
    let type = site.type(0)
    return { arguments, rows in
      let values = arguments[0].column(type, count: rows.count)
      let counts = Int64.lane(arguments[1])
      var failed: [(Int, RowErrorCode)] = []
      var total: Int64 = 0
      let result = choose(values, rows) { row, chosen in
        let count = Int64.read(counts, row)
        if count < 0 || count > maximumLength { return failed.append((row, .invalidArgument)) }
        total &+= count
        // Positions are 32 bits wide, and memory is finite.
        if total > 1 << 26 { return failed.append((row, .overflow)) }
        chosen.append(repeating: Int32(truncatingIfNeeded: row), count: Int(count))
      }
      for (row, code) in failed { rows.fail(row, code) }
      return result
    }
  }

  static let flatten = Kernel { site throws(InvalidConstant) in
    guard case .array(let inner, _) = site.type(0), case .array = inner else {
      throw InvalidConstant(argument: 0, message: "the elements of the array must be arrays")
    }
    return { arguments, rows in
      let lane = ArrayRow.lane(arguments[0])
      let arrays = lane.array.elements
      guard case .array(let parts) = arrays.data else { return .scalar(.array([])) }
      return choose(parts.elements, rows) { row, chosen in
        let outer = ArrayRow.read(lane, row)
        for index in outer.start..<(outer.start + outer.count) where !arrays.isNull(index) {
          let view = parts.views.base[index]
          for element in 0..<Int(view.length) {
            chosen.append(Int32(truncatingIfNeeded: Int(view.offset) + element))
          }
        }
      }
    }
  }
}
