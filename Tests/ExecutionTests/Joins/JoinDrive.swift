// A join driven by hand, and what it must say: all pairs of the rows that stand, found by trying every pair.

import Plan
import Values

@testable import Execution

/// What happens to one side in one step, in order.
struct JoinChange {
  var side: Int
  var row: [Value]
  var weight: Int64
}

/// Both sides are (k BIGINT, x BIGINT).
struct JoinCase: CustomStringConvertible {
  var kind: JoinKind
  var residual: Residual = .none
  var matchesNulls = false
  var isKeyed = true
  var updates = true
  var seed: UInt64 = 1

  enum Residual: CaseIterable { case none, less, failing }

  var description: String {
    "\(kind) \(residual) keyed \(isKeyed) nulls \(matchesNulls) updates \(updates) seed \(seed)"
  }

  static let schema = Schema([Field("k", .int64), Field("x", .int64)])

  var join: Join {
    let k = Expression.column(0, Self.schema[0])
    let (x, y) = (Expression.column(1, Self.schema[1]), Expression.column(3, Self.schema[1]))
    let difference = TestPlan.call("-", x, y)
    let condition: Expression? =
      switch residual {
      case .none: nil
      case .less: TestPlan.call("<", x, y)
      case .failing:
        TestPlan.call(">", TestPlan.call("DIV", .literal(.int(12), .int64), difference), .literal(.int(2), .int64))
      }
    return Join(kind, keys: isKeyed ? [JoinKey(k, k, matchesNulls: matchesNulls)] : [], residual: condition)
  }

  /// Whether a pair matches; nil where the condition fails.
  func matches(_ left: [Value], _ right: [Value]) -> Bool? {
    if isKeyed {
      if left[0] == .null || right[0] == .null {
        guard matchesNulls, left[0] == right[0] else { return false }
      } else if left[0] != right[0] {
        return false
      }
    }
    guard residual != .none else { return true }
    guard case .int(let x) = left[1], case .int(let y) = right[1] else { return false }
    if residual == .less { return x < y }
    return x == y ? nil : 12 / (x - y) > 2
  }

  func expected(_ left: [[Value]], _ right: [[Value]]) -> [[Value]] {
    let none = [Value.null, .null]
    var result: [[Value]] = []
    var matched = Set<Int>()
    for row in left {
      let partners = right.indices.filter { matches(row, right[$0]) == true }
      matched.formUnion(partners)
      switch kind {
      case .semi: if !partners.isEmpty { result.append(row) }
      case .anti: if partners.isEmpty { result.append(row) }
      case .inner, .left, .right, .full:
        result += partners.map { row + right[$0] }
        if partners.isEmpty, kind == .left || kind == .full { result.append(row + none) }
      }
    }
    if kind.keepsRight {
      for index in right.indices where !matched.contains(index) { result.append(none + right[index]) }
    }
    return result.sorted(by: isBefore)
  }

  func make() -> any Execution.Operator {
    let isAppendOnly = !updates && (kind == .inner || kind == .semi)
    if isAppendOnly, kind == .inner {
      return JoinOperator(join, left: Self.schema, right: Self.schema, isOrdered: true, timeZone: .utc)
    }
    return UpdatingJoinOperator(
      join, left: Self.schema, right: Self.schema, mode: isAppendOnly ? .append : .retract, timeZone: .utc)
  }

  /// Random changes of what stands; what is taken back stood, or came earlier in the same step.
  func changes(from standing: inout [[[Value]]], random: inout DriveNumbers) -> [JoinChange] {
    (0..<random.below(8)).map { _ in
      let side = random.below(2)
      if updates, random.chance(3), !standing[side].isEmpty {
        let index = random.below(standing[side].count)
        return JoinChange(side: side, row: standing[side].remove(at: index), weight: -1)
      }
      let row: [Value] = [
        random.chance(6) ? .null : .int(Int64(random.below(4))),
        random.chance(8) ? .null : .int(Int64(random.below(5))),
      ]
      standing[side].append(row)
      return JoinChange(side: side, row: row, weight: 1)
    }
  }

  func steps(_ count: Int, random: inout DriveNumbers) -> [[JoinChange]] {
    var standing: [[[Value]]] = [[], []]
    return (0..<count).map { _ in changes(from: &standing, random: &random) }
  }
}

/// Runs a join over steps in batches of a size.
final class JoinDrive {
  let test: JoinCase
  var running: any Execution.Operator
  private(set) var bags: [[[Value]]] = [[], []]
  private var offset: Int64 = 0
  private var step: Int64 = 0
  var now: Int64 = 1000

  init(_ test: JoinCase) {
    self.test = test
    running = test.make()
  }

  /// What the step said: rows that stand where they came, then those in the step's own order.
  func run(_ changes: [JoinChange], batch size: Int, apart: Bool) -> CollectedOutput {
    step += 1
    let output = CollectedOutput()
    let context = StepContext(step: step, now: now, worker: 0, workers: 1)
    // Each side keeps its own order; how the sides mix is the batches' affair.
    let ordered = apart ? changes.filter { $0.side == 1 } + changes.filter { $0.side == 0 } : changes
    var start = 0
    while start < ordered.count {
      var end = start + 1
      while end < ordered.count, end - start < size, ordered[end].side == ordered[start].side { end += 1 }
      let part = Array(ordered[start..<end])
      var batch = Batch(
        columns: [0, 1].map { column in Column(part.map { $0.row[column] }, type: .int64) }, count: part.count,
        weights: test.updates ? Vector(part.map(\.weight)) : nil)
      batch.origin = Origin(
        source: Int32(part[0].side), partition: 0, offsets: Vector(part.indices.map { offset + Int64($0) }))
      offset += Int64(part.count)
      running.process(batch, input: part[0].side, step: context, output: output)
      start = end
    }
    _ = running.advance(to: step, step: context, output: output)
    running.endStep(isLast: false, step: context, output: output)
    for change in changes {
      if change.weight > 0 {
        bags[change.side].append(change.row)
      } else if let index = bags[change.side].firstIndex(of: change.row) {
        bags[change.side].remove(at: index)
      }
    }
    return output
  }

  /// Saves the join and goes on with another that reads what it wrote.
  func restore() throws {
    let writer = ColumnWriter()
    running.writeState(to: writer)
    let next = test.make()
    let reader = try ColumnReader(writer.finish())
    try next.readState(from: reader)
    guard reader.isAtEnd else { throw StateFormatError("more was written than read", offset: 0) }
    running = next
  }
}
