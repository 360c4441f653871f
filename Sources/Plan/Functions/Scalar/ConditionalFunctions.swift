// Functions that choose by equality or NULL. COALESCE, IF and CASE are special forms of the compiler, for errors in what
// they do not choose must not count.

import Values

extension FunctionFamily {
  mutating func declareConditionals() {
    declare(
      "NULLIF", [], "NULL when both are equal, else the first.",
      examples: ["NULLIF(1, 1)": "NULL", "NULLIF(2, 1)": "2"],
      [
        FunctionSignature(
          ["x": .generic(0, .equatable), "y": .generic(0, .equatable)], .generic(0), nulls: .custom, Choice.nullIf)
      ])
    declare(
      "ENFORCE", [], "TRUE, or an error of the row where the condition is FALSE: how a CHECK is kept.",
      examples: ["ENFORCE(1 < 2)": "true"], [FunctionSignature(["condition": .bool], .boolean, Choice.enforce)])
    declare(
      "AT_MOST_ONE", [], "TRUE for a count of 0 or 1, else an error of the row: how a subquery is held to one row.",
      examples: ["AT_MOST_ONE(1)": "true"], [FunctionSignature(["count": .int], .boolean, Choice.atMostOne)])
    declare(
      "ZEROIFNULL", [], "0 for NULL, else the number.", examples: ["ZEROIFNULL(NULL)": "0"],
      [
        FunctionSignature(["x": .int], .int64, nulls: .never, Choice.zeroIfNull),
        FunctionSignature(["x": .generic(0, .numeric)], .generic(0), nulls: .never, Choice.zeroIfNull),
      ])
    declare(
      "NULLIFZERO", [], "NULL for 0, else the number.", examples: ["NULLIFZERO(0)": "NULL"],
      [FunctionSignature(["x": .generic(0, .numeric)], .generic(0), nulls: .strictOrMissing, Choice.nullIfZero)])
  }
}

/// The kernels of choices.
enum Choice {
  static let enforce = Kernel.checked { (condition: Bool) in
    (true, condition ? nil : RowErrorCode.checkFailed)
  }

  static let atMostOne = Kernel.checked { (count: Int64) in
    (true, count <= 1 ? nil : RowErrorCode.severalRows)
  }

  static let nullIf = Kernel { site throws(InvalidConstant) in
    let type = site.result
    let equal = try Comparison.kernel(.equal, type.storage).prepare(
      CallSite(types: [type, type], result: .boolean, constants: [nil, nil], zone: site.zone))
    return { arguments, rows in
      let count = rows.count
      var column = arguments[0].column(type, count: count)
      let same = equal(arguments, &rows).column(.boolean, count: count)
      guard case .bool(let flags) = same.data else { return .column(column) }
      let bothValid = RowMask.and(column.validity, arguments[1].validity(count: count))
      let equalRows = RowMask.and(RowMask.and(flags, same.validity), bothValid) ?? flags
      column.validity = RowMask.and(column.validity, equalRows.inverted())
      return .column(column)
    }
  }

  static let zeroIfNull = Kernel { site in
    let zero: Value =
      switch site.result.storage {
      case .double: .double(0)
      case .decimal: .decimal(0)
      case .bool, .int, .bytes, .array, .row: .int(0)
      }
    let type = site.result
    return { arguments, rows in
      guard case .column(let column) = arguments[0] else {
        return arguments[0].isNullScalar ? .scalar(zero) : arguments[0]
      }
      guard let validity = column.validity else { return arguments[0] }
      let zeros = Column.repeating(zero, type: type, count: rows.count)
      return .column(Column.merge(mask: validity, then: Column(column.data), otherwise: zeros))
    }
  }

  static let nullIfZero = Kernel { site in
    { arguments, rows in
      var column = arguments[0].column(site.result, count: rows.count)
      let isNotZero = Vector<Bool>(uninitialized: rows.count)
      for row in 0..<rows.count {
        switch column.data {
        case .int(let vector): isNotZero.base[row] = vector.base[row] != 0
        case .double(let vector): isNotZero.base[row] = vector.base[row] != 0
        case .decimal(let vector): isNotZero.base[row] = vector.base[row] != 0
        case .bool, .bytes, .array, .row: isNotZero.base[row] = true
        }
      }
      column.validity = RowMask.and(column.validity, isNotZero)
      return .column(column)
    }
  }
}
