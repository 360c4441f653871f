// How far apart in event time two rows of a join may lie, read from conditions on their time attributes in any spelling:
// BETWEEN, comparisons, differences (LANGUAGE §2.3, interval joins). In: conditions over the left columns followed by the right
// ones. Out: `lower <= left time - right time <= upper`, when both bounds are known.

import Plan
import Values

struct TimeDistance {
  /// The time attributes' columns, both counted over the joined row.
  let left: Int
  let right: Int
  private var lower: Int64?
  private var upper: Int64?

  /// Beyond this, sums of bounds and times could leave the range of a TIMESTAMP.
  private static let greatest = Int64.max / 4

  init(left: Int, right: Int, _ known: JoinInterval?) {
    self.left = left
    self.right = right
    lower = known?.lower
    upper = known?.upper
  }

  /// Both bounds, if they leave anything between them.
  var bounds: (lower: Int64, upper: Int64)? {
    guard let lower, let upper, lower <= upper else { return nil }
    return (lower, upper)
  }

  mutating func narrow(to distance: Int64) {
    lower = max(lower ?? distance, distance)
    upper = min(upper ?? distance, distance)
  }

  /// Takes in a comparison of the two times; false when the condition is anything else.
  mutating func narrow(by condition: TypedExpression) -> Bool {
    guard case .call(let function, let operands) = condition.kind, operands.count == 2,
      let first = sum(operands[0]), let second = sum(operands[1]), let difference = first.minus(second)
    else { return false }
    let isForward = difference.left == 1 && difference.right == -1
    guard isForward || (difference.left == -1 && difference.right == 1),
      abs(difference.constant) < Self.greatest
    else { return false }
    // left - right + c < 0, or right - left + c < 0.
    let bound = isForward ? -difference.constant : difference.constant
    switch (function.name, isForward) {
    case ("=", _): narrow(to: bound)
    case ("<=", true), (">=", false): upper = min(upper ?? bound, bound)
    case ("<", true), (">", false): upper = min(upper ?? bound - 1, bound - 1)
    case (">=", true), ("<=", false): lower = max(lower ?? bound, bound)
    case (">", true), ("<", false): lower = max(lower ?? bound + 1, bound + 1)
    default: return false
    }
    return true
  }

  /// A key as the condition that it was.
  static func equality(_ key: JoinKey, width: Int) -> TypedExpression {
    let sides = [key.left, key.right.remappingColumns { $0 + width }]
    return TypedExpression(
      .call(FunctionReference(name: "=", signature: 0), sides), type: .boolean, nullable: true)
  }

  /// So many times the left time, the right time, and a length.
  private struct Sum {
    var left = 0
    var right = 0
    var constant: Int64 = 0

    func minus(_ other: Sum) -> Sum? { combined(other, -1) }
    func plus(_ other: Sum) -> Sum? { combined(other, 1) }

    private func combined(_ other: Sum, _ sign: Int) -> Sum? {
      let (constant, overflow) =
        sign > 0
        ? constant.addingReportingOverflow(other.constant) : constant.subtractingReportingOverflow(other.constant)
      return overflow || constant == .min
        ? nil : Sum(left: left + sign * other.left, right: right + sign * other.right, constant: constant)
    }
  }

  private func sum(_ expression: TypedExpression) -> Sum? {
    switch expression.kind {
    case .column(left): return Sum(left: 1)
    case .column(right): return Sum(right: 1)
    case .literal(.int(let length)) where expression.type == .intervalDaySecond: return Sum(constant: length)
    case .call(let function, let operands):
      let sums = operands.compactMap(sum)
      guard sums.count == operands.count else { return nil }
      switch (function.name, sums.count) {
      case ("+", 2): return sums[0].plus(sums[1])
      case ("-", 2): return sums[0].minus(sums[1])
      case ("-", 1): return Sum().minus(sums[0])
      default: return nil
      }
    case .column, .literal, .cast, .and, .or, .conditional, .coalesce, .isNull, .inList, .field, .makeRow, .makeArray,
      .safe:
      return nil
    }
  }
}
