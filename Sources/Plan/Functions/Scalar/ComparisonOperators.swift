// = <> < <= > >= over every type, IS DISTINCT FROM, and the tests for TRUE and FALSE. NaN equals NaN and is the greatest
// double; text compares by bytes, which for UTF-8 is the order of code points.

import Values

extension FunctionFamily {
  mutating func declareComparisons() {
    compare("=", [], "Whether both are equal; NaN equals NaN.", .equal, .equatable, ["1 = 1.0": "true"])
    compare("<>", ["!="], "Whether the operands differ.", .notEqual, .equatable, ["'a' <> 'b'": "true"])
    compare("<", [], "Whether the first is less.", .less, .comparable, ["1 < 2": "true"])
    compare("<=", [], "Whether the first is less or equal.", .lessOrEqual, .comparable, ["'b' <= 'a'": "false"])
    compare(">", [], "Whether the first is greater.", .greater, .comparable, ["2 > 1": "true"])
    compare(">=", [], "Whether the first is greater or equal.", .greaterOrEqual, .comparable, ["2 >= 2": "true"])
    declare(
      "IS_DISTINCT_FROM", [], "Whether the operands differ, where NULL equals NULL; never NULL.",
      examples: ["IS_DISTINCT_FROM(NULL, 1)": "true", "1 IS DISTINCT FROM 1": "false"],
      [
        FunctionSignature(
          ["x": .generic(0, .equatable), "y": .generic(0, .equatable)], .boolean, nulls: .never, Comparison.distinct)
      ])
    declare(
      "IS_TRUE", [], "Whether the operand is TRUE; FALSE for NULL.", examples: ["NULL IS TRUE": "false"],
      [FunctionSignature(["x": .bool], .boolean, nulls: .never, Comparison.truth(is: true))])
    declare(
      "IS_FALSE", [], "Whether the operand is FALSE; FALSE for NULL.", examples: ["FALSE IS FALSE": "true"],
      [FunctionSignature(["x": .bool], .boolean, nulls: .never, Comparison.truth(is: false))])
    declare(
      "NOT", [], "TRUE for FALSE and FALSE for TRUE.", examples: ["NOT TRUE": "false"],
      [FunctionSignature(["x": .bool], .boolean, .map { (x: Bool) in !x })])
    declare(
      "XOR", [], "Whether exactly one of two is TRUE.", examples: ["XOR(TRUE, FALSE)": "true"],
      [FunctionSignature(["x": .bool, "y": .bool], .boolean, .zip { (x: Bool, y: Bool) in x != y })])
  }

  private mutating func compare(
    _ name: String, _ aliases: [String], _ summary: String, _ operation: Comparison.Operation,
    _ constraint: TypeConstraint, _ examples: KeyValuePairs<String, String>
  ) {
    declare(
      name, aliases, summary, examples: examples,
      [
        FunctionSignature(
          ["x": .generic(0, constraint), "y": .generic(0, constraint)], .boolean,
          Comparison.kernel(operation))
      ])
  }
}

/// The kernels of comparisons.
enum Comparison {
  enum Operation: Sendable { case equal, notEqual, less, lessOrEqual, greater, greaterOrEqual }

  static func kernel(_ operation: Operation) -> Kernel {
    Kernel { site throws(InvalidConstant) in
      let type = site.type(0) == .null ? site.type(1) : site.type(0)
      return try kernel(operation, type.storage).prepare(site)
    }
  }

  static func kernel(_ operation: Operation, _ storage: DataType.Storage) -> Kernel {
    switch storage {
    case .bool: ordered(operation) { (x: Bool) in RowMask.byte(x) }
    case .int: ordered(operation) { (x: Int64) in x }
    case .double: doubles(operation)
    case .decimal: ordered(operation) { (x: Int128) in x }
    case .bytes: texts(operation)
    case .array, .row: nested(operation)
    }
  }

  @inline(__always)
  private static func ordered<T: Cell, K: Comparable & SendableMetatype>(
    _ operation: Operation, _ key: @escaping @Sendable (T) -> K
  ) -> Kernel {
    switch operation {
    case .equal: .zip { (x: T, y: T) in key(x) == key(y) }
    case .notEqual: .zip { (x: T, y: T) in key(x) != key(y) }
    case .less: .zip { (x: T, y: T) in key(x) < key(y) }
    case .lessOrEqual: .zip { (x: T, y: T) in key(x) <= key(y) }
    case .greater: .zip { (x: T, y: T) in key(x) > key(y) }
    case .greaterOrEqual: .zip { (x: T, y: T) in key(x) >= key(y) }
    }
  }

  @inline(__always)
  static func equal(_ x: Double, _ y: Double) -> Bool { x == y || (x != x && y != y) }

  /// x < y, where NaN is greater than every number.
  @inline(__always)
  static func less(_ x: Double, _ y: Double) -> Bool { x < y || (x == x && y != y) }

  private static func doubles(_ operation: Operation) -> Kernel {
    switch operation {
    case .equal: .zip { (x: Double, y: Double) in equal(x, y) }
    case .notEqual: .zip { (x: Double, y: Double) in !equal(x, y) }
    case .less: .zip { (x: Double, y: Double) in less(x, y) }
    case .lessOrEqual: .zip { (x: Double, y: Double) in !less(y, x) }
    case .greater: .zip { (x: Double, y: Double) in less(y, x) }
    case .greaterOrEqual: .zip { (x: Double, y: Double) in !less(x, y) }
    }
  }

  @inline(__always)
  private static func order(_ x: Text, _ y: Text) -> Int { compareBytes(x.base, x.count, y.base, y.count) }

  private static func texts(_ operation: Operation) -> Kernel {
    switch operation {
    case .equal: .zip { (x: Text, y: Text) in x == y }
    case .notEqual: .zip { (x: Text, y: Text) in !(x == y) }
    case .less: .zip { (x: Text, y: Text) in order(x, y) < 0 }
    case .lessOrEqual: .zip { (x: Text, y: Text) in order(x, y) <= 0 }
    case .greater: .zip { (x: Text, y: Text) in order(x, y) > 0 }
    case .greaterOrEqual: .zip { (x: Text, y: Text) in order(x, y) >= 0 }
    }
  }

  /// Arrays and structs, by value: they are compared rarely. A NULL inside makes equality unknown, unless something
  /// else differs.
  private static func nested(_ operation: Operation) -> Kernel {
    .plain { arguments, rows in
      let value: (Datum, Int) -> Value = { datum, row in
        switch datum {
        case .column(let column): column.value(at: row)
        case .scalar(let value): value
        }
      }
      return Kernel.partial(&rows, .null) { row -> Bool? in
        let same = equal(value(arguments[0], row), value(arguments[1], row))
        return operation == .equal ? same : same.map { !$0 }
      }
    }
  }

  /// Three-valued equality.
  static func equal(_ x: Value, _ y: Value) -> Bool? {
    switch (x, y) {
    case (.null, _), (_, .null): return nil
    case (.array(let a), .array(let b)), (.row(let a), .row(let b)):
      if a.count != b.count { return false }
      var result: Bool? = true
      for (left, right) in Swift.zip(a, b) {
        switch equal(left, right) {
        case false?: return false
        case nil: result = nil
        case true?: break
        }
      }
      return result
    default: return x == y
    }
  }

  static let distinct = Kernel { site throws(InvalidConstant) in
    let equality = try kernel(.equal).prepare(site)
    return { arguments, rows in
      let count = rows.count
      let equal = equality(arguments, &rows).column(.boolean, count: count)
      let (a, b) = (arguments[0].validity(count: count), arguments[1].validity(count: count))
      let result = Vector<Bool>(uninitialized: count)
      for row in 0..<count {
        let (x, y) = (a.map { $0.base[row] } ?? true, b.map { $0.base[row] } ?? true)
        var same = !x && !y
        if x && y, case .bool(let flags) = equal.data { same = flags.base[row] && !equal.isNull(row) }
        result.base[row] = !same
      }
      return .column(Column(.bool(result)))
    }
  }

  static func truth(is expected: Bool) -> Kernel {
    .plain { arguments, rows in
      let x = Bool.lane(arguments[0])
      let result = Vector<Bool>(uninitialized: rows.count)
      for row in 0..<rows.count { result.base[row] = Bool.read(x, row) == expected }
      let valid = arguments[0].validity(count: rows.count)
      return .column(Column(.bool(RowMask.and(result, valid) ?? result)))
    }
  }
}
