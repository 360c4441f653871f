// Aggregate calls found while the expressions of one AGGREGATE or SELECT are typed. Each distinct call is kept once; the
// expression around it reads it as a column beyond the input's, which `Grouping` then moves to its place.

import Plan
import Syntax
import Values

final class AggregateCollector {
  /// Positions from here on stand for calls, below it for the input's columns.
  static let firstPosition = 1 << 40

  private(set) var calls: [AggregateCall] = []
  private(set) var spans: [SourceSpan] = []
  /// Set while the arguments of an aggregate are typed: aggregates do not nest.
  var isInsideCall = false

  /// The expression that reads the result of `call`.
  func reference(to call: AggregateCall, at span: SourceSpan, range: TextRange?) -> TypedExpression {
    var position = calls.firstIndex { $0.isSame(as: call) }
    if position == nil {
      position = calls.count
      calls.append(call)
      spans.append(span)
    }
    let index = AggregateCollector.firstPosition + (position ?? 0)
    return .column(index, call.result, range: range)
  }

  /// Gives the result of the call at `position` a name, unless it has one.
  func name(_ position: Int, _ name: String) {
    if calls[position].result.name.hasPrefix("$") { calls[position].result.name = name }
  }
}

extension AggregateCall {
  /// Whether both compute the same, wherever they are written.
  fileprivate func isSame(as other: AggregateCall) -> Bool {
    function == other.function && distinct == other.distinct && ordering == other.ordering && limit == other.limit
      && keepsNulls == other.keepsNulls && arguments.count == other.arguments.count
      && zip(arguments, other.arguments).allSatisfy { $0.isSame(as: $1) }
      && (filter?.withoutRanges == other.filter?.withoutRanges)
  }
}

extension Plan.Expression {
  /// The expression without its places in the text.
  var withoutRanges: TypedExpression {
    var copy = mapChildren(\.withoutRanges)
    copy.range = nil
    return copy
  }

  /// Whether both mean the same, wherever they are written. Nullability is left out: it may have been sharpened.
  func isSame(as other: TypedExpression) -> Bool {
    guard type == other.type else { return false }
    if case .column(let a) = kind, case .column(let b) = other.kind { return a == b }
    return withoutNullability.withoutRanges == other.withoutNullability.withoutRanges
  }

  private var withoutNullability: TypedExpression {
    var copy = mapChildren(\.withoutNullability)
    copy.nullable = true
    return copy
  }
}
