// Functions of arrays that compare elements: sets, positions, order, least and greatest. In: arrays as runs over one
// element column. Out: choices of elements. Equal elements have one number for a whole batch, so that no function takes
// more than linear time, or that of one sort. NULL equals NULL here, and NaN itself.

import Values

extension FunctionFamily {
  mutating func declareArraySets() {
    choice("ARRAY_DISTINCT", [], "The different elements, each where it comes first.", "ARRAY[2, 1, 2]", "[2, 1]") {
      $0.distinct($1, $2)
    }
    choice("ARRAY_COMPACT", [], "The elements that are not NULL.", "ARRAY[1, NULL, 2]", "[1, 2]") { pool, row, chosen in
      for element in pool.range(0, row) where !pool.column.isNull(element) {
        chosen.append(Int32(truncatingIfNeeded: element))
      }
    }
    both("ARRAY_UNION", "The different elements of both arrays.", "ARRAY[1, 2], ARRAY[2, 3]", "[1, 2, 3]") {
      $0.distinct($1, $2, arrays: 2)
    }
    both("ARRAY_INTERSECT", "The different elements that are in both arrays.", "ARRAY[1, 2, 2], ARRAY[2, 3]", "[2]") {
      $0.members($1, $2, ofSecond: true)
    }
    both(
      "ARRAY_EXCEPT", "The different elements of the first array that are not in the second.", "ARRAY[1, 2], ARRAY[2]",
      "[1]"
    ) {
      $0.members($1, $2, ofSecond: false)
    }
    test("ARRAY_INCLUDES_ANY", ["ARRAYS_OVERLAP"], "Whether some element, not NULL, is in both arrays.") { hit, _ in hit
    }
    test("ARRAY_INCLUDES_ALL", [], "Whether every element of the second array is in the first.") { _, all in all }
    declareElementSearches()
    declareOrder()
  }

  private mutating func declareElementSearches() {
    declare(
      "ARRAY_IS_DISTINCT", [], "Whether no two elements are equal.",
      examples: ["ARRAY_IS_DISTINCT(ARRAY[1, 2, 1])": "false"],
      [
        FunctionSignature(
          ["array": .array(of: 0)], .boolean,
          ElementPool.kernel { pool, rows in
            Kernel.partial(&rows, .null) { row in
              let chosen = VectorBuilder<Int32>()
              pool.distinct(row, chosen)
              return chosen.count == pool.range(0, row).count
            }
          })
      ])
    declare(
      "ARRAY_POSITION", [], "Where a value comes first, from 1; 0 when it is not there.",
      examples: ["ARRAY_POSITION(ARRAY[7, 8], 8)": "2"],
      [
        FunctionSignature(
          ["array": .array(of: 0), "value": .generic(0, .equatable)], .int64,
          ElementPool.kernel { pool, rows in
            Kernel.partial(&rows, .null) { row -> Int64? in
              let range = pool.range(0, row)
              let value = pool.ids.base[pool.value(1, row)]
              return range.first { pool.ids.base[$0] == value }.map { Int64($0 - range.lowerBound) + 1 } ?? 0
            }
          })
      ])
    declare(
      "ARRAY_REMOVE", [], "The elements that do not equal a value.",
      examples: ["ARRAY_REMOVE(ARRAY[1, 2, 1], 1)": "[2]"],
      [
        FunctionSignature(
          ["array": .array(of: 0), "value": .generic(0, .equatable)], .array(of: 0),
          ElementPool.kernel { pool, rows in
            ArrayKernel.choose(pool.column, rows) { row, chosen in
              let value = pool.ids.base[pool.value(1, row)]
              for element in pool.range(0, row) where pool.ids.base[element] != value {
                chosen.append(Int32(truncatingIfNeeded: element))
              }
            }
          })
      ])
  }

  private mutating func declareOrder() {
    choice("ARRAY_SORT", [], "The elements in ascending order, NULLs first.", "ARRAY[3, 1, 2]", "[1, 2, 3]") {
      pool, row, chosen in
      let ranks = pool.ranks
      for element in pool.range(0, row).sorted(by: { ranks.base[$0] < ranks.base[$1] }) {
        chosen.append(Int32(truncatingIfNeeded: element))
      }
    }
    for (name, least) in [("ARRAY_MIN", true), ("ARRAY_MAX", false)] {
      declare(
        name, [], "The \(least ? "least" : "greatest") element that is not NULL; NULL without one.",
        examples: ["\(name)(ARRAY[3, 1, 2])": least ? "1" : "3"],
        [
          FunctionSignature(
            ["array": .array(of: 0)], .generic(0), nulls: .strictOrMissing,
            ElementPool.kernel { pool, rows in
              let ranks = pool.ranks
              let chosen = (0..<rows.count).map { row in
                let present = pool.range(0, row).filter { !pool.column.isNull($0) }
                return least
                  ? present.min { ranks.base[$0] < ranks.base[$1] } : present.max { ranks.base[$0] < ranks.base[$1] }
              }
              return .column(pool.column.gather(optional: chosen, type: pool.type))
            })
        ])
    }
  }

  private mutating func choice(
    _ name: String, _ aliases: [String], _ summary: String, _ arguments: String, _ result: String,
    _ function: @escaping @Sendable (ElementPool, Int, VectorBuilder<Int32>) -> Void
  ) {
    declare(
      name, aliases, summary, examples: ["\(name)(\(arguments))": result],
      [FunctionSignature(["array": .array(of: 0)], .array(of: 0), ElementPool.choosing(function))])
  }

  private mutating func both(
    _ name: String, _ summary: String, _ arguments: String, _ result: String,
    _ function: @escaping @Sendable (ElementPool, Int, VectorBuilder<Int32>) -> Void
  ) {
    declare(
      name, [], summary, examples: ["\(name)(\(arguments))": result],
      [FunctionSignature(["a": .array(of: 0), "b": .array(of: 0)], .array(of: 0), ElementPool.choosing(function))])
  }

  /// A test of (some element is in both, every element of the second is in the first).
  private mutating func test(
    _ name: String, _ aliases: [String], _ summary: String, _ function: @escaping @Sendable (Bool, Bool) -> Bool
  ) {
    declare(
      name, aliases, summary, examples: ["\(name)(ARRAY[1, 2], ARRAY[2])": "true"],
      [
        FunctionSignature(
          ["a": .array(of: 0), "b": .array(of: 0)], .boolean,
          ElementPool.kernel { pool, rows in
            Kernel.partial(&rows, .null) { row in
              pool.mark(pool.range(0, row))
              var (hit, all) = (false, true)
              for element in pool.range(1, row) {
                let isMarked = pool.isMarked(element)
                hit = hit || (isMarked && !pool.column.isNull(element))
                all = all && isMarked
              }
              return function(hit, all)
            }
          })
      ])
  }
}

/// The elements of all arrays, and the values, that a call of one batch compares, numbered so that equal ones are equal.
final class ElementPool {
  let type: DataType
  let column: Column
  let ids: Vector<Int32>
  private let lanes: [ArrayRow.Lane?]
  private let bases: [Int]
  private let marks: Vector<Int32>
  private var round: Int32 = 0

  private init(_ arguments: [Datum], _ types: [DataType], element: DataType, count: Int) {
    type = element
    var parts: [Column] = []
    var lanes: [ArrayRow.Lane?] = []
    var bases: [Int] = []
    var total = 0
    for (index, argument) in arguments.enumerated() {
      bases.append(total)
      var part: Column
      if case .array = types[index], index == 0 || types[index] == types[0] {
        let lane = ArrayRow.lane(argument)
        part = lane.array.elements
        lanes.append(lane)
      } else {
        part = argument.column(element, count: count)
        lanes.append(nil)
      }
      // The elements of a constant array of NULLs have no storage of their own.
      if (0..<part.count).allSatisfy({ part.isNull($0) }) { part = Column.nulls(element, count: part.count) }
      total += part.count
      parts.append(part)
    }
    self.lanes = lanes
    self.bases = bases
    column = Column.concatenate(parts, type: element)
    let index = GroupIndex(types: [element])
    ids = index.ids(for: [column], count: total)
    marks = Vector(repeating: 0, count: index.count)
  }

  /// A kernel over the pool of each batch.
  static func kernel(_ function: @escaping @Sendable (ElementPool, inout Rows) -> Datum) -> Kernel {
    Kernel { site in
      var element = DataType.null
      if case .array(let type, _) = site.type(0) { element = type }
      let type = element
      let types = site.types
      return { arguments, rows in
        function(ElementPool(arguments, types, element: type, count: rows.count), &rows)
      }
    }
  }

  static func choosing(_ function: @escaping @Sendable (ElementPool, Int, VectorBuilder<Int32>) -> Void) -> Kernel {
    kernel { pool, rows in ArrayKernel.choose(pool.column, rows) { row, chosen in function(pool, row, chosen) } }
  }

  /// The elements of an array argument in a row.
  func range(_ argument: Int, _ row: Int) -> Range<Int> {
    guard let lane = lanes[argument] else { return 0..<0 }
    let array = ArrayRow.read(lane, row)
    let start = bases[argument] + array.start
    return start..<(start + array.count)
  }

  /// The position of a value argument in a row.
  func value(_ argument: Int, _ row: Int) -> Int { bases[argument] + row }

  /// The place of each element in the order of all.
  private(set) lazy var ranks: Vector<Int32> = {
    let order = SortOrder([SortOrder.Part(index: 0, type: type)]).permutation([column], count: ids.count)
    let ranks = Vector<Int32>(uninitialized: ids.count)
    for place in 0..<order.count { ranks.base[Int(order.base[place])] = Int32(truncatingIfNeeded: place) }
    return ranks
  }()

  /// Marks the values of some elements, and no others.
  func mark(_ range: Range<Int>) {
    round &+= 1
    for element in range { marks.base[Int(ids.base[element])] = round }
  }

  func isMarked(_ element: Int) -> Bool { marks.base[Int(ids.base[element])] == round }

  /// The first of equal elements in the first `arrays` arguments.
  func distinct(_ row: Int, _ chosen: VectorBuilder<Int32>, arrays: Int = 1) {
    round &+= 1
    for argument in 0..<arrays {
      for element in range(argument, row) where !isMarked(element) {
        marks.base[Int(ids.base[element])] = round
        chosen.append(Int32(truncatingIfNeeded: element))
      }
    }
  }

  /// The first of equal elements of the first array that are, or are not, in the second.
  func members(_ row: Int, _ chosen: VectorBuilder<Int32>, ofSecond: Bool) {
    mark(range(1, row))
    let before = round
    round &+= 1
    for element in range(0, row) {
      let mark = marks.base[Int(ids.base[element])]
      guard mark != round, (mark == before) == ofSecond else { continue }
      marks.base[Int(ids.base[element])] = round
      chosen.append(Int32(truncatingIfNeeded: element))
    }
  }
}
