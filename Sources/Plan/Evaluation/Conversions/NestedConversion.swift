// CAST of arrays and structs: their elements and fields are converted, and a failing one fails its row. In: the types
// inside. Out: evaluators. Never converts elements that no row refers to into failures.

import Values

extension Conversion {
  static func array(_ from: DataType, _ to: DataType, _ zone: TimeZoneRules) -> Evaluator? {
    guard let element = evaluator(from: from, to: to, zone: zone) else { return nil }
    return { arguments, rows in
      let lane = ArrayRow.lane(arguments[0])
      let elements = lane.array.elements
      var inner = Rows(count: elements.count, now: rows.now)
      var converted = element([.column(elements)], &inner).column(to, count: elements.count)
      converted.validity = RowMask.and(converted.validity, elements.validity)
      failRows(lane, inner.failures.filter { !elements.isNull(Int($0.row)) }, elements.count, &rows)
      let views = Vector<ByteView>(uninitialized: rows.count)
      for row in 0..<rows.count { views.base[row] = lane.array.views.base[row * lane.step] }
      return .column(Column(.array(ArrayVector(views: views, elements: converted))))
    }
  }

  /// Converted keys may come in another order, and may have become equal.
  static func map(_ from: DataType, _ to: DataType, _ zone: TimeZoneRules) -> Evaluator? {
    guard let inner = from.elementType, let outer = to.elementType, case .map(let key, _, _) = to,
      let convert = array(inner, outer, zone)
    else { return nil }
    return { arguments, rows in
      let result = convert(arguments, &rows)
      guard case .column(var column) = result, case .array(let maps) = column.data else { return result }
      column.data = .array(MapForm.canonical(maps, key: key))
      return .column(column)
    }
  }

  private static func failRows(
    _ lane: ArrayRow.Lane, _ failures: [(row: Int32, code: RowErrorCode)], _ count: Int, _ rows: inout Rows
  ) {
    if failures.isEmpty { return }
    var codes = [RowErrorCode?](repeating: nil, count: count)
    for failure in failures { codes[Int(failure.row)] = failure.code }
    for row in 0..<rows.count {
      let array = ArrayRow.read(lane, row)
      if let code = codes[array.start..<(array.start + array.count)].lazy.compactMap({ $0 }).first {
        rows.fail(row, code)
      }
    }
  }

  static func row(_ from: [Field], _ to: [Field], _ zone: TimeZoneRules) -> Evaluator? {
    guard from.count == to.count else { return nil }
    var fields: [Evaluator] = []
    for (source, target) in zip(from, to) {
      guard let field = evaluator(from: source.type, to: target.type, zone: zone) else { return nil }
      fields.append(field)
    }
    let evaluators = fields
    return { arguments, rows in
      let column = arguments[0].column(.row(from), count: rows.count)
      guard case .row(let columns, let count) = column.data, columns.count == from.count else { return .scalar(.null) }
      var result: [Column] = []
      var errors = RowErrors()
      for (index, evaluator) in evaluators.enumerated() {
        var inner = Rows(count: count, now: rows.now)
        var field = evaluator([.column(columns[index])], &inner).column(to[index].type, count: count)
        let valid = columns[index].validity
        field.validity = RowMask.and(field.validity, valid)
        let failed = inner.failures.map { RowError(row: $0.row, code: $0.code, range: nil) }
        errors = errors.merging(RowErrors(failed).masked(by: valid))
        result.append(field)
      }
      for error in errors.list { rows.fail(Int(error.row), error.code) }
      return .column(Column(.row(result, count: count)))
    }
  }
}
