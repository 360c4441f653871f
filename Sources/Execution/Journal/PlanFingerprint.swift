// A number that tells plans apart by what they do. In: a dataflow. Out: a stable hash of its operations and edges; places in
// the text, names of files and owners do not count, so that a comment or a path may change.

import Plan
import Values

enum PlanFingerprint {
  static func of(_ plan: Dataflow) -> Int64 {
    var hash = Hash.int(Int64(plan.version))
    for node in plan.nodes {
      // The printed form of these plain values is the same in every process: they hold no sets and no references.
      let text = "\(withoutPlaces(node.operation)) \(node.inputs) \(node.properties.schema) \(plan.timeZone)"
      let bytes = Blob(Array(text.utf8))
      hash = Hash.combine(hash, Hash.bytes(UnsafePointer(bytes.base), count: bytes.capacity))
    }
    return Int64(bitPattern: hash)
  }

  private static func withoutPlaces(_ expression: Expression) -> Expression {
    var copy = expression.mapChildren(withoutPlaces)
    copy.range = nil
    return copy
  }

  private static func withoutPlaces(_ columns: [NamedExpression]) -> [NamedExpression] {
    columns.map { NamedExpression($0.name, withoutPlaces($0.expression)) }
  }

  private static func withoutPlaces(_ aggregation: Aggregation) -> Aggregation {
    var copy = aggregation
    copy.keys = withoutPlaces(aggregation.keys)
    copy.calls = aggregation.calls.map { call in
      var copy = call
      copy.arguments = call.arguments.map(withoutPlaces)
      copy.filter = call.filter.map(withoutPlaces)
      return copy
    }
    return copy
  }

  private static func withoutPlaces(_ operation: Operation) -> Operation {
    switch operation {
    case .scan, .values, .assignWindow, .union, .limit, .sink: operation
    case .filter(let predicate): .filter(withoutPlaces(predicate))
    case .project(let columns): .project(withoutPlaces(columns))
    case .watermark(let column, let expression, let idle):
      .watermark(column: column, expression: withoutPlaces(expression), idleAfter: idle)
    case .windowAggregate(let source, let aggregation): .windowAggregate(source, withoutPlaces(aggregation))
    case .groupAggregate(let aggregation): .groupAggregate(withoutPlaces(aggregation))
    case .sort(let keys, let limit, let offset):
      .sort(
        keys.map { SortKey(withoutPlaces($0.expression), descending: $0.descending, nullsFirst: $0.nullsFirst) },
        limit: limit, offset: offset)
    case .exchange(let keys): .exchange(keys.map(withoutPlaces))
    }
  }
}
