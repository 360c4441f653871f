// Operators driven by hand: rows as values in, rows as values out, saved and restored between any two calls when asked.
// The rows of the tests are (k BIGINT, x BIGINT, ts TIMESTAMP).

import Plan
import Values

@testable import Execution

/// SplitMix64: the same numbers on every run.
struct DriveNumbers: RandomNumberGenerator {
  private var state: UInt64

  init(_ seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  mutating func below(_ limit: Int) -> Int { Int(next() % UInt64(limit)) }
  mutating func chance(_ one: Int) -> Bool { below(one) == 0 }
}

/// Collects what an operator says.
final class CollectedOutput: OperatorOutput {
  var rows: [[Value]] = []
  var weights: [Int64] = []
  var batches: [Batch] = []
  var late: [[Value]] = []
  var failed: [(code: RowErrorCode, row: [Value])] = []
  var filtered = 0

  func emit(_ batch: Batch) {
    batches.append(batch)
    for row in 0..<batch.count {
      rows.append(batch.row(row))
      weights.append(batch.weights?.base[row] ?? 1)
    }
  }

  func emitLate(_ batch: Batch) { for row in 0..<batch.count { late.append(batch.row(row)) } }

  func fail(_ rows: [FailedRow], of batch: Batch) {
    for row in rows { failed.append((row.code, batch.row(Int(row.row)))) }
  }

  func countFiltered(_ rows: Int) { filtered += rows }

  /// What stands after all changes, sorted; nil when something was taken back that did not stand.
  var folded: [[Value]]? {
    var counts: [[Value]: Int64] = [:]
    for (row, weight) in zip(rows, weights) {
      counts[row, default: 0] += weight
      if let count = counts[row], count < 0 { return nil }
    }
    return counts.flatMap { Array(repeating: $0.key, count: Int($0.value)) }.sorted(by: isBefore)
  }
}

/// The order of rows by their values, NULL first.
func isBefore(_ left: [Value], _ right: [Value]) -> Bool {
  for (a, b) in zip(left, right) where a != b {
    switch (a, b) {
    case (.null, _): return true
    case (_, .null): return false
    case (.int(let x), .int(let y)): return x < y
    default: return "\(a)" < "\(b)"
    }
  }
  return left.count < right.count
}

/// An operator between steps.
final class OperatorDrive {
  let make: () -> any Execution.Operator
  var running: any Execution.Operator
  let output = CollectedOutput()
  var random: DriveNumbers
  let restores: Bool
  var now: Int64 = 1_000
  var step: Int64 = 1

  init(seed: UInt64 = 1, restores: Bool = false, _ make: @escaping () -> any Execution.Operator) {
    self.make = make
    self.restores = restores
    running = make()
    random = DriveNumbers(seed)
  }

  var context: StepContext { StepContext(step: step, now: now, worker: 0, workers: 1) }

  /// Saves the operator and goes on with another that reads what it wrote.
  func restoreNow() throws {
    let writer = ColumnWriter()
    running.writeState(to: writer)
    let next = make()
    let reader = try ColumnReader(writer.finish())
    try next.readState(from: reader)
    guard reader.isAtEnd else { throw StateFormatError("more was written than read", offset: 0) }
    running = next
  }

  private func mayRestore() throws { if restores, random.chance(3) { try restoreNow() } }

  func process(_ batch: Batch) throws {
    try mayRestore()
    running.process(batch, input: 0, step: context, output: output)
  }

  @discardableResult
  func advance(_ watermark: Int64) throws -> Int64 {
    try mayRestore()
    return running.advance(to: watermark, step: context, output: output)
  }

  func endStep(isLast: Bool = false) throws {
    try mayRestore()
    running.endStep(isLast: isLast, step: context, output: output)
    step += 1
  }
}

/// A row of the tests.
struct TestRow: Hashable {
  var k: Int64?
  var x: Int64?
  var ts: Int64?
  /// The watermark of its partition just before it.
  var watermark = Int64.min
  var partition: Int32 = 0
  var offset: Int64 = 0

  var values: [Value] { [k, x, ts].map { $0.map(Value.int) ?? .null } }

  static let fields = [Field("k", .int64), Field("x", .int64), Field("ts", .timestamp)]

  static func batch(_ rows: [TestRow], weights: [Int64]? = nil) -> Batch {
    let columns = fields.indices.map { index in Column(rows.map { $0.values[index] }, type: fields[index].type) }
    var batch = Batch(columns: columns, count: rows.count, weights: weights.map { Vector($0) })
    if let first = rows.first, weights == nil {
      batch.origin = Origin(
        source: 0, partition: first.partition, offsets: Vector(rows.map(\.offset)),
        watermarks: Vector(rows.map(\.watermark)))
    }
    return batch
  }
}

enum TestAggregation {
  static let k = Expression.column(0, TestRow.fields[0])
  static let x = Expression.column(1, TestRow.fields[1])

  static func call(
    _ name: String, _ arguments: [Expression], _ type: DataType = .int64, distinct: Bool = false,
    filter: Expression? = nil
  ) -> AggregateCall {
    AggregateCall(
      function: FunctionReference(name: name, signature: 0), arguments: arguments, filter: filter, distinct: distinct,
      result: Field(name.lowercased(), type), takesRowsBack: distinct)
  }

  static func scalar(_ name: String, _ arguments: [Expression], _ type: DataType) -> Expression {
    Expression(.call(FunctionReference(name: name, signature: 0), arguments), type: type, nullable: true)
  }

  static func literal(_ value: Int64) -> Expression { .literal(.int(value), .int64) }

  static let isPositive = scalar(">", [x, literal(0)], .boolean)

  /// COUNT(*), SUM(x), COUNT(DISTINCT x), COUNT(*) FILTER (WHERE x > 0) by k.
  static func byKey(_ emission: Emission, timeToLive: Int64? = nil) -> Aggregation {
    Aggregation(
      keys: [NamedExpression("k", k)],
      calls: [
        call("COUNT", []), call("SUM", [x]), call("COUNT", [x], distinct: true),
        call("COUNT", [], filter: isPositive),
      ], emission: emission, timeToLive: timeToLive)
  }

  /// The naive results of `byKey` over rows: (k, results...), in the order of keys.
  static func results(_ rows: [TestRow]) -> [[Value]] {
    Dictionary(grouping: rows, by: \.k).map { k, rows in
      let values = rows.compactMap(\.x)
      return [
        k.map(Value.int) ?? .null, .int(Int64(rows.count)), values.isEmpty ? .null : .int(values.reduce(0, +)),
        .int(Int64(Set(values).count)), .int(Int64(values.filter { $0 > 0 }.count)),
      ]
    }.sorted(by: isBefore)
  }
}
