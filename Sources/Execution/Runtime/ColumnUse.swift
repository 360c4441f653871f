// Which columns of each node something downstream reads: a filter moves only these. In: the graph. Out: a flag for each
// column. Says too much rather than too little: an operator that may need whole rows reads all.

import Plan
import Values

enum ColumnUse {
  /// For each node, which columns of its `rows` port are read.
  static func columnsRead(_ plan: Dataflow, _ readers: [[Edge]]) -> [[Bool]] {
    var result = plan.nodes.map { [Bool](repeating: false, count: $0.properties.schema.count) }
    for index in plan.nodes.indices.reversed() {
      for edge in readers[index] {
        var wanted = columnsWanted(by: plan.nodes[edge.node], output: result[edge.node])
        // A dead letter names the event time of its row.
        if let time = plan.nodes[index].properties.timeAttribute, Topology.canFail(plan.nodes[edge.node].operation) {
          wanted?.insert(time.column)
        }
        for column in result[index].indices {
          result[index][column] = result[index][column] || (wanted.map { $0.contains(column) } ?? true)
        }
      }
    }
    return result
  }

  /// The input columns that a node reads, given those read of its output; nil for all.
  private static func columnsWanted(by node: PlanNode, output: [Bool]) -> Set<Int>? {
    let passedOn = Set(output.indices.filter { output[$0] })
    switch node.operation {
    case .filter(let predicate): return passedOn.union(predicate.columnsRead)
    case .project(let columns):
      return columns.reduce(into: []) { $0.formUnion($1.expression.columnsRead) }
    case .watermark(let column, let expression, _): return passedOn.union(expression.columnsRead).union([column])
    case .exchange(let keys): return keys.reduce(into: passedOn) { $0.formUnion($1.columnsRead) }
    case .union: return passedOn
    case .scan, .values, .assignWindow, .windowAggregate, .groupAggregate, .join, .temporalJoin, .unnest, .setOperation,
      .rank,
      .deduplicate, .over, .normalize, .sort, .limit, .sink:
      return nil
    }
  }
}
