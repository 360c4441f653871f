// The loops of kernels, written once: over one, two or three arguments, giving a value, perhaps a value, or bytes.
// A function of the library is a closure over single elements; it is inlined into the loop at each declaration.

import Values

extension Kernel {
  /// One argument, always a result.
  @inline(__always)
  static func map<A: KernelArgument, R: Cell>(_ function: @escaping @Sendable (A) -> R) -> Kernel {
    .plain { arguments, rows in
      let a = A.lane(arguments[0])
      let result = Vector<R>(uninitialized: rows.count)
      let target = result.base
      for row in 0..<rows.count { target[row] = function(A.read(a, row)) }
      return withExtendedLifetime(a) { .column(Column(R.data(result))) }
    }
  }

  /// Two arguments, always a result.
  @inline(__always)
  static func zip<A: KernelArgument, B: KernelArgument, R: Cell>(
    _ function: @escaping @Sendable (A, B) -> R
  ) -> Kernel {
    .plain { arguments, rows in
      let a = A.lane(arguments[0])
      let b = B.lane(arguments[1])
      let result = Vector<R>(uninitialized: rows.count)
      let target = result.base
      // A scalar operand is loaded once: with that the loop over the other one is a vector loop.
      if B.isScalar(b) {
        let right = B.read(b, 0)
        for row in 0..<rows.count { target[row] = function(A.read(a, row), right) }
      } else if A.isScalar(a) {
        let left = A.read(a, 0)
        for row in 0..<rows.count { target[row] = function(left, B.read(b, row)) }
      } else {
        for row in 0..<rows.count { target[row] = function(A.read(a, row), B.read(b, row)) }
      }
      return withExtendedLifetime((a, b)) { .column(Column(R.data(result))) }
    }
  }

  /// Two arguments, a result and perhaps a failure. The loop only remembers whether there was one; a second loop, which
  /// is nearly never needed, finds the rows.
  @inline(__always)
  static func checked<A: Cell, B: Cell, R: Cell>(
    _ function: @escaping @Sendable (A, B) -> (R, RowErrorCode?)
  ) -> Kernel {
    .plain { arguments, rows in
      let a = A.lane(arguments[0])
      let b = B.lane(arguments[1])
      let result = Vector<R>(uninitialized: rows.count)
      let target = result.base
      var failed = false
      if b.step == 0 {
        let right = b.base[0]
        for row in 0..<rows.count {
          let (value, code) = function(A.read(a, row), right)
          target[row] = value
          failed = unsafeBitCast(RowMask.byte(failed) | RowMask.byte(code != nil), to: Bool.self)
        }
      } else {
        for row in 0..<rows.count {
          let (value, code) = function(A.read(a, row), B.read(b, row))
          target[row] = value
          failed = unsafeBitCast(RowMask.byte(failed) | RowMask.byte(code != nil), to: Bool.self)
        }
      }
      if failed {
        for row in 0..<rows.count {
          if let code = function(A.read(a, row), B.read(b, row)).1 { rows.fail(row, code) }
        }
      }
      return withExtendedLifetime((a, b)) { .column(Column(R.data(result))) }
    }
  }

  /// One argument, a result and perhaps a failure.
  @inline(__always)
  static func checked<A: Cell, R: Cell>(_ function: @escaping @Sendable (A) -> (R, RowErrorCode?)) -> Kernel {
    .plain { arguments, rows in
      let a = A.lane(arguments[0])
      let result = Vector<R>(uninitialized: rows.count)
      let target = result.base
      var failed = false
      for row in 0..<rows.count {
        let (value, code) = function(A.read(a, row))
        target[row] = value
        failed = unsafeBitCast(RowMask.byte(failed) | RowMask.byte(code != nil), to: Bool.self)
      }
      if failed {
        for row in 0..<rows.count {
          if let code = function(A.read(a, row)).1 { rows.fail(row, code) }
        }
      }
      return withExtendedLifetime(a) { .column(Column(R.data(result))) }
    }
  }

  /// One argument; nil is `missing`.
  @inline(__always)
  static func map<A: KernelArgument, R: Cell>(
    or missing: Missing, _ function: @escaping @Sendable (A) -> R?
  ) -> Kernel {
    .plain { arguments, rows in
      let a = A.lane(arguments[0])
      let result = withExtendedLifetime(a) { partial(&rows, missing) { row in function(A.read(a, row)) } }
      return result
    }
  }

  /// Two arguments; nil is `missing`.
  @inline(__always)
  static func zip<A: KernelArgument, B: KernelArgument, R: Cell>(
    or missing: Missing, _ function: @escaping @Sendable (A, B) -> R?
  ) -> Kernel {
    .plain { arguments, rows in
      let a = A.lane(arguments[0])
      let b = B.lane(arguments[1])
      return withExtendedLifetime((a, b)) {
        partial(&rows, missing) { row in function(A.read(a, row), B.read(b, row)) }
      }
    }
  }

  /// Three arguments; nil is `missing`.
  @inline(__always)
  static func zip<A: KernelArgument, B: KernelArgument, C: KernelArgument, R: Cell>(
    or missing: Missing, _ function: @escaping @Sendable (A, B, C) -> R?
  ) -> Kernel {
    .plain { arguments, rows in
      let a = A.lane(arguments[0])
      let b = B.lane(arguments[1])
      let c = C.lane(arguments[2])
      return withExtendedLifetime((a, b, c)) {
        partial(&rows, missing) { row in function(A.read(a, row), B.read(b, row), C.read(c, row)) }
      }
    }
  }

  /// The loop of functions that do not always have a result: all rows first, then the few that had none.
  @inline(__always)
  static func partial<R: Cell>(_ rows: inout Rows, _ missing: Missing, _ function: (Int) -> R?) -> Datum {
    let result = Vector<R>(uninitialized: rows.count)
    let found = Vector<Bool>(uninitialized: rows.count)
    let target = result.base
    let flags = found.base
    var all = true
    for row in 0..<rows.count {
      let value = function(row)
      target[row] = value ?? R.zero
      let present = value != nil
      flags[row] = present
      all = all && present
    }
    return finish(R.data(result), found, all: all, missing, &rows)
  }

  /// The column, with rows that are not `found` made NULL or noted as failures.
  static func finish(
    _ data: ColumnData, _ found: Vector<Bool>, all: Bool, _ missing: Missing, _ rows: inout Rows
  ) -> Datum {
    if all { return .column(Column(data)) }
    switch missing {
    case .null: return .column(Column(data, validity: found))
    case .failure(let code):
      for row in 0..<found.count where !found.base[row] { rows.fail(row, code) }
      return withExtendedLifetime(found) { .column(Column(data)) }
    }
  }
}
