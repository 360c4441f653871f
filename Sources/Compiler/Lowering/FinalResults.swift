// A bounded run that prints final rows needs no changes: an aggregate, ranking or table that only results see speaks once,
// at the end. In: a plan of bounded input. Out: the same plan with fewer words. Never touches one whose changes a sink keeps.

import Plan

extension Dataflow {
  /// The plan in which aggregates and rankings without a window, and tables, emit what they have at the end of input,
  /// where all that reads them, down to the printed results, asks for no more.
  package func emittingFinalResults() -> Dataflow {
    var copy = self
    let silent = nodesThatOnlyResultsSee()
    for index in copy.nodes.indices where silent[index] {
      copy.nodes[index].operation = copy.nodes[index].finalOperation
    }
    return copy
  }

  private func nodesThatOnlyResultsSee() -> [Bool] {
    var result = Array(repeating: true, count: nodes.count)
    for index in nodes.indices.reversed() {
      switch nodes[index].operation {
      case .sink(let sink): result[index] = sinks[sink].isResult
      case .filter, .project, .exchange, .union, .sort, .limit, .groupAggregate, .scan, .values, .watermark,
        .assignWindow, .windowAggregate, .join, .temporalJoin, .unnest, .setOperation, .rank, .deduplicate, .over,
        .normalize:
        break
      }
      if !result[index] {
        for input in nodes[index].inputs { result[input.node] = false }
      }
    }
    return result
  }
}

extension PlanNode {
  /// The same operation speaking once, at the end, if it is one that may.
  fileprivate var finalOperation: Operation {
    switch operation {
    case .groupAggregate(var aggregation):
      // DISTINCT over an append-only stream passes rows on as they come and never revises them.
      if aggregation.calls.isEmpty, properties.mode == .append { return operation }
      aggregation.emission = .final
      return .groupAggregate(aggregation)
    case .rank(var ranking) where ranking.window == nil:
      ranking.emission = .final
      return .rank(ranking)
    case .deduplicate(var deduplication) where deduplication.kept == .last:
      deduplication.emission = .final
      return .deduplicate(deduplication)
    case .normalize(var normalization):
      normalization.isFinal = true
      return .normalize(normalization)
    case .rank, .deduplicate, .scan, .values, .filter, .project, .watermark, .assignWindow, .windowAggregate, .union,
      .join, .temporalJoin, .unnest, .setOperation, .over, .sort, .limit, .exchange, .sink:
      return operation
    }
  }
}
