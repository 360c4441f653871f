// A window directly below the aggregate that groups by it becomes part of it. In: a tree. Out: `windowAggregate` nodes. The
// aggregate then sees rows once, whatever the number of windows they belong to.

import Plan
import Values

struct WindowFusion {
  func apply(_ relation: Relation) -> Relation {
    let rebuilt = relation.replacingInputs(apply)
    guard case .aggregate(let input, let aggregation, true) = rebuilt.node,
      case .assignWindow(let below, let window, let late) = input.node, input.owner == rebuilt.owner,
      !readsWindow(aggregation, from: below.schema.count), window.session == nil
    else { return rebuilt }
    return Relation(
      .windowAggregate(below, window, late: late, aggregation), owner: rebuilt.owner, range: rebuilt.range)
  }

  /// An aggregate of sessions by the keys that they are of, as one node that merges accumulators instead of holding rows.
  /// It is no matter of speed alone, since only so can a session say what it knows before it is over: lowering always asks.
  static func sessions(_ relation: Relation) -> Relation? {
    guard case .aggregate(let input, let aggregation, true) = relation.node,
      case .assignWindow(let below, let window, let late) = input.node, let session = window.session,
      input.owner == relation.owner, !WindowFusion().readsWindow(aggregation, from: below.schema.count)
    else { return nil }
    let keys = aggregation.keys.map(\.expression)
    guard keys.allSatisfy({ key in session.partition.contains { $0.isSame(as: key) } }),
      session.partition.allSatisfy({ part in keys.contains { $0.isSame(as: part) } })
    else { return nil }
    return Relation(
      .windowAggregate(below, window, late: late, aggregation), owner: relation.owner, range: relation.range)
  }

  /// Whether keys or arguments read the window's columns, which only exist after the window was assigned.
  private func readsWindow(_ aggregation: Aggregation, from first: Int) -> Bool {
    let expressions =
      aggregation.keys.map(\.expression) + aggregation.calls.flatMap { $0.arguments + ($0.filter.map { [$0] } ?? []) }
    return expressions.contains { $0.columnsRead.contains { $0 >= first } }
  }
}
