// The contract between an expression and the code that computes it: a kernel is prepared once for a call, with the
// call's types and constants, and then run a batch at a time. Rows that fail are noted, never thrown.

import Values

/// A constant argument that the function can never accept.
struct InvalidConstant: Error {
  var argument: Int
  var message: String
}

/// What a kernel knows when it is prepared.
struct CallSite {
  var types: [DataType]
  var result: DataType
  /// The value of each argument that is a literal.
  var constants: [Value?]
  var zone: TimeZoneRules

  /// The text of a literal argument.
  func text(_ index: Int) -> [UInt8]? {
    guard constants.indices.contains(index), case .bytes(let bytes)? = constants[index] else { return nil }
    return bytes
  }

  func type(_ index: Int) -> DataType { types.indices.contains(index) ? types[index] : .null }
}

/// The rows that a kernel works on, and those on which it failed.
struct Rows {
  let count: Int
  /// The clock reading of the step, in microseconds.
  let now: Int64
  /// Ascending by row.
  var failures: [(row: Int32, code: RowErrorCode)] = []

  init(count: Int, now: Int64) {
    self.count = count
    self.now = now
  }

  mutating func fail(_ row: Int, _ code: RowErrorCode) {
    failures.append((Int32(truncatingIfNeeded: row), code))
  }
}

/// Computes a call over a batch. The caller masks rows with NULL arguments afterwards, their failures too.
typealias Evaluator = @Sendable (_ arguments: [Datum], _ rows: inout Rows) -> Datum

/// How a signature is computed.
struct Kernel: Sendable {
  let prepare: @Sendable (CallSite) throws(InvalidConstant) -> Evaluator

  init(_ prepare: @escaping @Sendable (CallSite) throws(InvalidConstant) -> Evaluator) { self.prepare = prepare }

  /// A kernel that needs nothing of its call.
  @inline(__always)
  static func plain(_ evaluator: @escaping Evaluator) -> Kernel { Kernel { _ in evaluator } }
}

/// What a missing result of a kernel's function stands for.
enum Missing: Sendable {
  case null
  case failure(RowErrorCode)
}
