// The cost of each operator of a run as a table, for `run --profile` and `bench nexmark`. In: costs, in the order of the
// plan. Out: text. The most expensive operators are marked by their share, not sorted away from their place.

import Execution
import Plan

enum RunProfileText {
  static func table(_ costs: [OperatorCost]) -> AlignedTable {
    var table = AlignedTable([
      ("share", .right), ("CPU", .right), ("rows in", .right), ("rows out", .right), ("peak state", .right),
      ("keys", .right), ("bound", .left), ("operator", .left),
    ])
    let total = max(costs.reduce(0) { $0 + $1.seconds }, 1e-9)
    for cost in costs {
      let hasState = cost.peakState.bytes > 0
      table.append([
        "\(Int((cost.seconds / total * 100).rounded())) %", Quantity.seconds(cost.seconds),
        Quantity.grouped(cost.rowsIn), Quantity.grouped(cost.rowsOut),
        hasState ? Quantity.bytes(cost.peakState.bytes) : "", hasState ? Quantity.grouped(cost.peakState.keys) : "",
        PropertiesText.size(cost.node.stateBound.size), line(cost),
      ])
    }
    return table
  }

  /// The operator as EXPLAIN names it, on one line that a terminal can hold.
  private static func line(_ cost: OperatorCost) -> String {
    let text = cost.details.isEmpty ? cost.name : "\(cost.name) \(cost.details)"
    return text.count > 60 ? text.prefix(59) + "…" : text
  }
}
