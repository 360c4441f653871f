// From a ranking or a deduplication to the operator that runs it. In: a node of the plan. Out: an operator for one worker.

import Plan
import Values

extension OperatorFactory {
  func rank(_ ranking: Ranking, _ node: PlanNode, _ input: Schema) -> any Operator {
    if let window = ranking.window {
      return WindowRankOperator(ranking, window: window, schema: input, timeZone: timeZone)
    }
    let isAppendOnly = node.inputs.allSatisfy { topology.plan.isAppendOnly($0) }
    return RankOperator(ranking, schema: input, inputIsAppendOnly: isAppendOnly, timeZone: timeZone)
  }

  /// One row for each key. The last one, and the first one of several partitions, is the first in an order of arrival.
  func deduplicate(
    _ deduplication: Deduplication, _ id: Int, _ node: PlanNode, _ input: Schema
  ) -> any Operator {
    func ranking(_ order: [SortKey], _ emission: Emission) -> Ranking {
      Ranking(
        .rowNumber, partition: deduplication.keys, order: order, last: 1, emission: emission,
        timeToLive: deduplication.timeToLive)
    }
    switch deduplication.kept {
    case .last:
      let order = deduplication.order.map { [SortKey($0, descending: true, nullsFirst: false)] } ?? []
      return RankOperator(
        ranking(order, deduplication.emission), schema: input, inputIsAppendOnly: true, latestFirst: true,
        timeZone: timeZone)
    case .first:
      if let time = deduplication.time {
        return DeduplicateByTimeOperator(deduplication, time: time, schema: input, timeZone: timeZone)
      }
      // Which partition is read first is chance: with an end of the input there is time to wait for the first one's row.
      let partitions = topology.sources[id].reduce(0) { $0 + (sources[$1]?.partitionCount ?? 1) }
      if node.properties.bounded, partitions > 1, deduplication.within == nil, deduplication.timeToLive == nil {
        return RankOperator(ranking([], .final), schema: input, inputIsAppendOnly: true, timeZone: timeZone)
      }
      return DeduplicateOperator(deduplication, timeZone: timeZone)
    }
  }
}
