// Functions of arrays: elements by position, searching, joining, generating. In: arrays as runs over one element column.
// Out: views into it wherever no element changes.

import Values

extension FunctionFamily {
  mutating func declareArrays() {
    declare(
      "ARRAY_LENGTH", ["CARDINALITY"], "The number of elements, or of entries of a map.",
      examples: ["ARRAY_LENGTH(ARRAY[1, 2])": "2", "CARDINALITY(MAP['a', 1])": "1"],
      [
        FunctionSignature(["array": .array(of: 0)], .int64, .map { (array: ArrayRow) in Int64(array.count) }),
        FunctionSignature(["map": .map(key: 0, value: 1)], .int64, .map { (map: ArrayRow) in Int64(map.count) }),
      ])
    for (name, base, safe) in [
      ("ARRAY_AT_OFFSET", Int64(0), false), ("ARRAY_AT_ORDINAL", 1, false), ("SAFE_ARRAY_AT_OFFSET", 0, true),
      ("SAFE_ARRAY_AT_ORDINAL", 1, true),
    ] {
      declare(
        name, name == "ARRAY_AT_ORDINAL" ? ["ELEMENT_AT"] : [],
        "The element at a position, from \(base); \(safe ? "NULL" : "an error") outside the array.",
        examples: ["\(name)(ARRAY[7, 8], 1)": base == 0 ? "8" : "7"],
        [
          FunctionSignature(
            ["array": .array(of: 0), "position": .int], .generic(0), nulls: .strictOrMissing,
            ArrayKernel.element(base: base, safe: safe))
        ])
    }
    declare(
      "ARRAY_CONTAINS", ["ARRAY_INCLUDES"], "Whether an element equals a value.",
      examples: ["ARRAY_CONTAINS(ARRAY[1, 2], 2)": "true"],
      [
        FunctionSignature(
          ["array": .array(of: 0), "value": .generic(0, .equatable)], .boolean, ArrayKernel.contains)
      ])
    declare(
      "ARRAY_TO_STRING", ["ARRAY_JOIN"], "The elements as text with a separator between; NULLs left out, or replaced.",
      examples: ["ARRAY_TO_STRING(ARRAY['a', 'b'], '-')": "a-b"],
      [
        FunctionSignature(
          ["array": .array(of: 0), "separator": .text, "null_text": .optional(.text)], .text, ArrayKernel.join)
      ])
    declare(
      "ARRAY_CONCAT", [], "The elements of all arrays in order.",
      examples: ["ARRAY_CONCAT(ARRAY[1], ARRAY[2, 3])": "[1, 2, 3]"],
      [
        FunctionSignature(
          ["array": .array(of: 0), "arrays": .variadic(.array(of: 0))], .array(of: 0), ArrayKernel.concat)
      ])
    declare(
      "ARRAY_REVERSE", [], "The elements from last to first.", examples: ["ARRAY_REVERSE(ARRAY[1, 2])": "[2, 1]"],
      [FunctionSignature(["array": .array(of: 0)], .array(of: 0), ArrayKernel.reverse)])
    declare(
      "ARRAY_SLICE", [], "The elements from one position to another, both from 0 and both included.",
      examples: ["ARRAY_SLICE(ARRAY[1, 2, 3], 1, 2)": "[2, 3]"],
      [
        FunctionSignature(
          ["array": .array(of: 0), "start": .int, "end": .int], .array(of: 0), ArrayKernel.slice)
      ])
    declare(
      "GENERATE_ARRAY", [], "The integers from one bound to another, by a step of 1 or as given.",
      examples: ["GENERATE_ARRAY(1, 7, 3)": "[1, 4, 7]"],
      [
        FunctionSignature(
          ["start": .int, "end": .int, "step": .optional(.int)], .array(element: .int64), ArrayKernel.generate)
      ])
  }
}

/// The kernels of arrays.
enum ArrayKernel {
  /// The most elements that a function makes for one row.
  static let maximumLength: Int64 = 1 << 20

  static func element(base: Int64, safe: Bool) -> Kernel {
    .plain { arguments, rows in
      let arrays = ArrayRow.lane(arguments[0])
      let positions = Int64.lane(arguments[1])
      let selection = Vector<Int32>(uninitialized: rows.count)
      let found = Vector<Bool>(uninitialized: rows.count)
      var all = true
      for row in 0..<rows.count {
        let array = ArrayRow.read(arrays, row)
        let (position, overflow) = Int64.read(positions, row).subtractingReportingOverflow(base)
        let isInside = !overflow && position >= 0 && position < Int64(array.count)
        selection.base[row] = isInside ? Int32(truncatingIfNeeded: Int64(array.start) &+ position) : 0
        found.base[row] = isInside
        all = all && isInside
      }
      if !all && !safe {
        for row in 0..<rows.count where !found.base[row] { rows.fail(row, .indexOutOfRange) }
      }
      // An array without any element has no row 0 to stand in.
      guard arrays.array.elements.count > 0 else { return .scalar(.null) }
      var column = arrays.array.elements.gather(selection)
      if !all { column.validity = RowMask.and(column.validity, found) }
      return .column(column)
    }
  }

  static let contains = Kernel { site throws(InvalidConstant) in
    let type = site.type(1)
    let equal = try Comparison.kernel(.equal, type.storage).prepare(
      CallSite(types: [type, type], result: .boolean, constants: [nil, nil], zone: site.zone))
    return { arguments, rows in
      let arrays = ArrayRow.lane(arguments[0])
      let elements = arrays.array.elements
      let wanted = arguments[1].column(type, count: rows.count)
      let result = Vector<Bool>(uninitialized: rows.count)
      for row in 0..<rows.count {
        let array = ArrayRow.read(arrays, row)
        var inner = Rows(count: array.count, now: rows.now)
        let part = elements.slice(array.start..<(array.start + array.count))
        let same = equal([.column(part), .scalar(wanted.value(at: row))], &inner).column(.boolean, count: array.count)
        var hit = false
        if case .bool(let flags) = same.data {
          for index in 0..<array.count where flags.base[index] && !same.isNull(index) && !part.isNull(index) {
            hit = true
          }
        }
        result.base[row] = hit
      }
      return .column(Column(.bool(result)))
    }
  }

  static let join = Kernel { site throws(InvalidConstant) in
    guard case .array(let element, _) = site.type(0),
      let convert = Conversion.evaluator(from: element, to: .text, zone: site.zone)
    else { throw InvalidConstant(argument: 0, message: "the elements have no text form") }
    return { arguments, rows in
      let arrays = ArrayRow.lane(arguments[0])
      let elements = arrays.array.elements
      var inner = Rows(count: elements.count, now: rows.now)
      let texts = Text.lane(.column(convert([.column(elements)], &inner).column(.text, count: elements.count)))
      let separators = Text.lane(arguments[1])
      let standIn = arguments.count > 2 ? Text.lane(arguments[2]) : nil
      return Kernel.write(&rows, bytes: rows.count * 16) { row, sink in
        let array = ArrayRow.read(arrays, row)
        var isFirst = true
        for index in array.start..<(array.start + array.count) {
          let isNull = elements.isNull(index)
          if isNull && standIn == nil { continue }
          if !isFirst { sink.append(Text.read(separators, row)) }
          isFirst = false
          sink.append(isNull ? standIn.map { Text.read($0, row) } ?? Text.read(texts, index) : Text.read(texts, index))
        }
        return true
      }
    }
  }

  /// Arrays out of chosen elements of `elements`: the closure lists them for each row.
  static func choose(
    _ elements: Column, _ rows: Rows, _ function: (Int, VectorBuilder<Int32>) -> Void
  ) -> Datum {
    let views = Vector<ByteView>(uninitialized: rows.count)
    let chosen = VectorBuilder<Int32>()
    for row in 0..<rows.count {
      let start = chosen.count
      function(row, chosen)
      views.base[row] = ByteView(offset: start, length: chosen.count - start)
    }
    return .column(Column(.array(ArrayVector(views: views, elements: elements.gather(chosen.finish())))))
  }

  static let concat = Kernel { site in
    var element = DataType.null
    if case .array(let type, _) = site.result { element = type }
    let type = element
    return { arguments, rows in
      let lanes = arguments.map { ArrayRow.lane($0) }
      let elements = Column.concatenate(lanes.map(\.array.elements).filter { $0.count > 0 }, type: type)
      return choose(elements, rows) { row, chosen in
        var base = 0
        for lane in lanes {
          let array = ArrayRow.read(lane, row)
          for index in 0..<array.count { chosen.append(Int32(truncatingIfNeeded: base + array.start + index)) }
          base += lane.array.elements.count
        }
      }
    }
  }

  static let reverse = Kernel.plain { arguments, rows in
    let lane = ArrayRow.lane(arguments[0])
    return choose(lane.array.elements, rows) { row, chosen in
      let array = ArrayRow.read(lane, row)
      for index in 0..<array.count {
        chosen.append(Int32(truncatingIfNeeded: array.start + array.count - 1 - index))
      }
    }
  }

  static let slice = Kernel.plain { arguments, rows in
    let lane = ArrayRow.lane(arguments[0])
    let starts = Int64.lane(arguments[1])
    let ends = Int64.lane(arguments[2])
    let views = Vector<ByteView>(uninitialized: rows.count)
    for row in 0..<rows.count {
      let array = ArrayRow.read(lane, row)
      let first = Int(clamping: min(max(Int64.read(starts, row), 0), Int64(array.count)))
      let last = Int(clamping: min(max(Int64.read(ends, row), -1), Int64(array.count) - 1))
      views.base[row] = ByteView(offset: array.start + first, length: max(last - first + 1, 0))
    }
    return .column(Column(.array(ArrayVector(views: views, elements: lane.array.elements))))
  }

  static let generate = Kernel.plain { arguments, rows in
    let starts = Int64.lane(arguments[0])
    let ends = Int64.lane(arguments[1])
    let steps = arguments.count > 2 ? Int64.lane(arguments[2]) : Int64.lane(.scalar(.int(1)))
    let views = Vector<ByteView>(uninitialized: rows.count)
    let elements = VectorBuilder<Int64>()
    for row in 0..<rows.count {
      let (start, end, step) = (Int64.read(starts, row), Int64.read(ends, row), Int64.read(steps, row))
      let offset = elements.count
      if step == 0 {
        rows.fail(row, .invalidArgument)
      } else if (step > 0) == (end >= start) || start == end {
        let (distance, overflow) = end.subtractingReportingOverflow(start)
        let last = step == -1 ? 0 &- distance : overflow ? .max : distance / step
        if overflow || last >= maximumLength {
          rows.fail(row, .invalidArgument)
        } else {
          for index in 0...last { elements.append(start &+ index &* step) }
        }
      }
      views.base[row] = ByteView(offset: offset, length: elements.count - offset)
    }
    return .column(Column(.array(ArrayVector(views: views, elements: Column(.int(elements.finish()))))))
  }

  static let codePoints = Kernel.plain { arguments, rows in
    let texts = Text.lane(arguments[0])
    let views = Vector<ByteView>(uninitialized: rows.count)
    let elements = VectorBuilder<Int64>()
    for row in 0..<rows.count {
      let offset = elements.count
      for scalar in UTF8Scalar.scalars(Text.read(texts, row)) { elements.append(Int64(scalar)) }
      views.base[row] = ByteView(offset: offset, length: elements.count - offset)
    }
    return .column(Column(.array(ArrayVector(views: views, elements: Column(.int(elements.finish()))))))
  }
}
