// From a node of the plan to its running operator: one case for each operation, so that a new one cannot be forgotten. In: a
// node. Out: an operator for one worker.

import Plan
import Schemas
import Values

/// What all operators of a run are made from.
struct OperatorFactory {
  let topology: Topology
  let options: RunOptions
  /// By node: the source of a scan or of constant rows.
  let sources: [Int: any Source]
  let sinks: [any Sink]
  let tracker: WatermarkTracker
  let mailboxes: [Int: Mailbox]
  let timeZone: TimeZoneRules

  func make(_ id: Int, _ node: PlanNode, worker: Worker) throws(ExecutionError) -> any Operator {
    let input = node.inputs.first.map { topology.plan.schema(of: $0) } ?? node.properties.schema
    switch node.operation {
    case .scan(let source, let columns): return try scan(id, topology.plan.sources[source], columns)
    case .values:
      let none = SourceDescription(name: "VALUES", place: .unbound, format: .json, declared: [])
      return try scan(id, none, [])
    case .filter(let predicate):
      return FilterOperator(predicate, isRead: topology.columnsRead[id], timeZone: timeZone)
    case .project(let columns): return ProjectOperator(columns, timeZone: timeZone)
    case .watermark(let column, let expression, _):
      return WatermarkOperator(
        id, column: column, expression: expression, topology: topology, tracker: tracker, worker: worker,
        timeZone: timeZone)
    case .assignWindow(let assignment):
      switch assignment.window {
      case .aligned(let window): return AssignWindowOperator(assignment, window)
      case .session(let session):
        return AssignSessionOperator(assignment, session, schema: input, timeZone: timeZone)
      }
    case .windowAggregate(let source, let aggregation):
      return windowAggregate(source, aggregation)
    case .groupAggregate(let aggregation):
      let isAppendOnly = node.inputs.allSatisfy { topology.plan.isAppendOnly($0) }
      return GroupAggregateOperator(
        aggregation, inputIsAppendOnly: isAppendOnly, worker: worker.index, timeZone: timeZone)
    case .union: return UnionOperator()
    case .join(let join): return self.join(join, node, id)
    case .temporalJoin(let join): return temporalJoin(join, node)
    case .unnest(let unnest): return UnnestOperator(unnest, timeZone: timeZone)
    case .setOperation(let operation):
      return SetOperationOperator(operation, schema: input, isAppendOnly: node.properties.mode == .append)
    case .normalize(let normalization):
      let partitions = topology.sources[id].reduce(0) { $0 + (sources[$1]?.partitionCount ?? 1) }
      return NormalizeOperator(normalization, schema: input, hasOnePartition: partitions == 1)
    case .rank(let ranking): return rank(ranking, node, input)
    case .deduplicate(let deduplication): return deduplicate(deduplication, id, node, input)
    case .over:
      throw .unsupported("this version does not run the operation \(OperationText.name(node.operation))")
    case .sort(let keys, let limit, let offset):
      return SortOperator(keys, limit: limit, offset: offset, schema: input, timeZone: timeZone)
    case .limit(let limit, let offset):
      return LimitOperator(limit, offset: offset, schema: input, hasOneSource: topology.sources[id].count == 1)
    case .exchange(let keys):
      guard let mailbox = mailboxes[id] else { throw .unsupported("the plan is damaged: an exchange without workers") }
      return ExchangeOperator(keys, schema: input, mailbox: mailbox, worker: worker, timeZone: timeZone)
    case .sink(let index):
      return SinkOperator(
        sinks[index], schema: input, worker: worker,
        mayBeSplit: topology.workers > 1 && topology.arrivalPhase[id] > 0)
    }
  }

  private func scan(
    _ id: Int, _ description: SourceDescription, _ columns: [ScanColumn]
  ) throws(ExecutionError) -> any Operator {
    guard let source = sources[id] else {
      throw .unsupported(
        "nothing feeds the stream `\(description.name)`: give it a file with --input \(description.name)=PATH")
    }
    return ScanReader(
      id, columns: columns, description: description, source: source, topology: topology, options: options,
      conventions: TextConventions(zone: timeZone))
  }

  private func join(_ join: Join, _ node: PlanNode, _ id: Int) -> any Operator {
    let sides = node.inputs.map { topology.plan.schema(of: $0) }
    let isOrdered = topology.workers > 1 || topology.ordersByOffset[id]
    if let interval = join.interval {
      return IntervalJoinOperator(
        join, interval, left: sides[0], right: sides[1], timeColumn: node.properties.timeAttribute?.column,
        isOrdered: isOrdered, timeZone: timeZone)
    }
    if join.kind == .inner, node.properties.mode == .append, join.timeToLive == nil {
      return JoinOperator(join, left: sides[0], right: sides[1], isOrdered: isOrdered, timeZone: timeZone)
    }
    return UpdatingJoinOperator(
      join, left: sides[0], right: sides[1], mode: node.properties.mode, timeZone: timeZone)
  }

  private func temporalJoin(_ join: TemporalJoin, _ node: PlanNode) -> any Operator {
    let sides = node.inputs.map { topology.plan.schema(of: $0) }
    let delays = node.inputs.map { topology.plan.nodes[$0.node].properties.timeAttribute?.delay ?? 0 }
    return TemporalJoinOperator(
      join, left: sides[0], right: sides[1], delay: delays.max() ?? 0, timeZone: timeZone)
  }

  private func windowAggregate(_ source: WindowSource, _ aggregation: Aggregation) -> any Operator {
    if case .assign(let assignment) = source, let session = assignment.session {
      return SessionAggregateOperator(assignment, session, aggregation, timeZone: timeZone)
    }
    return switch aggregation.emission {
    case .final: WindowAggregateOperator(source, aggregation, timeZone: timeZone)
    case .changes, .every: WindowChangesOperator(source, aggregation, timeZone: timeZone)
    }
  }
}

extension Dataflow {
  /// Whether rows of a port are never taken back.
  func isAppendOnly(_ port: Port) -> Bool {
    switch port.stream {
    case .rows: nodes[port.node].properties.mode == .append
    case .late: nodes[port.node].inputs.allSatisfy { isAppendOnly($0) }
    case .errors: true
    }
  }
}
