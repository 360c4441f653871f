// A bounded run that prints final rows needs no changes: an aggregate or table that only results see speaks once, at the
// end. In: a plan of bounded input. Out: the same plan with fewer words. Never touches one whose changes a sink keeps.

import Plan

extension Dataflow {
  /// The plan in which aggregates without a window, and tables, emit what they have at the end of input, where all that reads them, down
  /// to the printed results, asks for no more.
  package func emittingFinalResults() -> Dataflow {
    var copy = self
    let silent = nodesThatOnlyResultsSee()
    for index in copy.nodes.indices where silent[index] {
      if case .normalize(var normalization) = copy.nodes[index].operation {
        normalization.isFinal = true
        copy.nodes[index].operation = .normalize(normalization)
      }
      guard case .groupAggregate(var aggregation) = copy.nodes[index].operation else { continue }
      // DISTINCT over an append-only stream passes rows on as they come and never revises them.
      if aggregation.calls.isEmpty, copy.nodes[index].properties.mode == .append { continue }
      aggregation.emission = .final
      copy.nodes[index].operation = .groupAggregate(aggregation)
    }
    return copy
  }

  private func nodesThatOnlyResultsSee() -> [Bool] {
    var result = Array(repeating: true, count: nodes.count)
    for index in nodes.indices.reversed() {
      switch nodes[index].operation {
      case .sink(let sink): result[index] = sinks[sink].isResult
      case .filter, .project, .exchange, .union, .sort, .limit, .groupAggregate, .scan, .values, .watermark,
        .assignWindow, .windowAggregate, .join, .unnest, .setOperation, .rank, .deduplicate, .over, .normalize:
        break
      }
      if !result[index] {
        for input in nodes[index].inputs { result[input.node] = false }
      }
    }
    return result
  }
}
