// What each operator of a run cost: time, rows, and the most that it kept. In: a run that was asked to be profiled. Out: plain
// data, a line for each node of the plan. Sampled at the end of each step.

import Plan

/// The cost of one node, over all workers.
package struct OperatorCost: Sendable {
  package var node: PlanNode
  package var name: String
  package var details: String
  /// Processor seconds, without the operators downstream.
  package var seconds: Double
  package var rowsIn: Int
  package var rowsOut: Int
  /// The most that it kept at the end of any step.
  package var peakState: StateSize
}

extension PipelineRun {
  /// The cost of each node; nil unless `RunOptions.profiles` was set.
  package var profile: [OperatorCost]? {
    guard options.profiles else { return nil }
    let counts = counts
    return plan.nodes.enumerated().map { id, node in
      let nanoseconds = group.workers.reduce(UInt64(0)) { $0 &+ ($1.clock?[id] ?? 0) }
      return OperatorCost(
        node: node, name: OperationText.name(node.operation),
        details: OperationText.details(node.operation, node.inputs.map { plan.schema(of: $0) }, of: plan),
        seconds: Double(nanoseconds) / 1e9, rowsIn: counts[id].received, rowsOut: counts[id].emitted,
        peakState: peakStates[id])
    }
  }

  /// Notes what operators keep at the end of a step.
  func notePeakStates() {
    guard options.profiles else { return }
    for (id, size) in stateSizes.enumerated() where size.bytes > peakStates[id].bytes { peakStates[id] = size }
  }
}
