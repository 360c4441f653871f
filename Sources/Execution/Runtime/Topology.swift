// The graph of a plan as the step needs it: who reads which port, and in which phase of a step each node runs. In: a
// dataflow. Out: tables by node. Derived once; knows no rows.
//
// With several workers a step is cut into phases, and workers wait for each other between them. A phase ends where
// rows or facts must meet: at an exchange (rows by key), at a watermark (the greatest time of earlier chunks, which
// other workers decoded) and before error streams (the count of earlier records). With one worker there are no cuts.

import Plan
import Values

/// Who reads a port: a node and which of its inputs.
struct Edge: Hashable, Sendable {
  var node: Int
  var input: Int
}

/// The tables that a step goes by.
struct Topology: Sendable {
  let plan: Dataflow
  let workers: Int
  /// The readers of each node's ports.
  let rows: [[Edge]]
  let late: [[Edge]]
  let errors: [[Edge]]
  /// The phase in which the rows of a node's inputs arrive.
  let arrivalPhase: [Int]
  /// The phase in which a node hands on its rows, its watermark and the end of the step.
  let phase: [Int]
  let phases: Int
  /// The scans and constant relations upstream of each node, ascending.
  let sources: [[Int]]
  /// Whether anything downstream of a scan may have to say which record failed.
  let mayFail: [Bool]
  /// Whether anything downstream of a scan puts rows in the order of their offsets.
  let ordersByOffset: [Bool]
  /// For each node, which of its columns something reads.
  let columnsRead: [[Bool]]
  /// Whether anything downstream of a watermark judges lateness row by row.
  let judgesLateness: [Bool]

  init(_ plan: Dataflow, workers: Int) throws(ExecutionError) {
    guard plan.version == Dataflow.currentVersion else {
      throw .unsupported(
        "this plan has version \(plan.version) and this program runs version \(Dataflow.currentVersion); "
          + "compile the source again")
    }
    self.plan = plan
    self.workers = workers
    let count = plan.nodes.count
    var rows = [[Edge]](repeating: [], count: count)
    var late = rows
    var errors = rows
    for (index, node) in plan.nodes.enumerated() {
      for (input, port) in node.inputs.enumerated() {
        guard port.node >= 0 && port.node < index else {
          throw .unsupported(
            "the plan is damaged: node \(index) reads node \(port.node), which does not come before it")
        }
        let edge = Edge(node: index, input: input)
        switch port.stream {
        case .rows: rows[port.node].append(edge)
        case .late: late[port.node].append(edge)
        case .errors: errors[port.node].append(edge)
        }
      }
    }
    self.rows = rows
    self.late = late
    self.errors = errors
    (arrivalPhase, phase) = Self.phases(of: plan, workers: workers)
    phases = (phase.max() ?? 0) + 1
    sources = Self.sources(of: plan)
    mayFail = Self.downstream(plan, rows, stopping: { Self.holdsRows($0.operation) }) { Self.canFail($0.operation) }
    ordersByOffset = Self.downstream(plan, rows, stopping: { Self.holdsRows($0.operation) }) {
      Self.holdsRows($0.operation)
    }
    columnsRead = ColumnUse.columnsRead(plan, rows)
    judgesLateness = Self.downstream(plan, rows, stopping: { Self.holdsRows($0.operation) }) {
      Self.judgesLateness($0.operation)
    }
    try checkWatermarks()
  }

  /// Whether workers meet at this node: what arrives is handed on a phase later.
  static func isMeeting(_ operation: Operation) -> Bool {
    switch operation {
    case .watermark, .exchange: true
    case .scan, .values, .filter, .project, .assignWindow, .windowAggregate, .groupAggregate, .union, .join,
      .temporalJoin, .unnest,
      .setOperation, .rank, .deduplicate, .over, .normalize, .sort, .limit, .sink:
      false
    }
  }

  /// Whether rows end at this node and others come out of it.
  static func holdsRows(_ operation: Operation) -> Bool {
    switch operation {
    case .windowAggregate, .groupAggregate, .join, .temporalJoin, .setOperation, .rank, .deduplicate, .over, .normalize,
      .sort, .limit:
      true
    case .assignWindow(let assignment): assignment.session != nil
    case .scan, .values, .filter, .project, .watermark, .union, .unnest, .exchange, .sink: false
    }
  }

  /// Whether this node calls rows late by the watermark of their own partition.
  private static func judgesLateness(_ operation: Operation) -> Bool {
    switch operation {
    case .assignWindow, .windowAggregate(.assign, _), .temporalJoin: true
    case .join(let join): join.interval != nil
    case .over(let over): over.timeColumn != nil
    case .deduplicate(let deduplication): deduplication.time != nil
    case .scan, .values, .filter, .project, .watermark, .windowAggregate(.columns, _), .groupAggregate, .union,
      .unnest, .setOperation, .rank, .normalize, .sort, .limit, .exchange, .sink:
      false
    }
  }

  /// Whether a row may fail at this node.
  static func canFail(_ operation: Operation) -> Bool {
    switch operation {
    case .filter(let predicate): canFail(predicate)
    case .project(let columns): columns.contains { canFail($0.expression) }
    case .watermark, .assignWindow, .windowAggregate, .groupAggregate: true
    case .sort(let keys, _, _): keys.contains { canFail($0.expression) }
    case .exchange(let keys): keys.contains(where: canFail)
    case .join, .temporalJoin, .unnest, .rank, .deduplicate, .over, .normalize: true
    case .scan, .values, .union, .setOperation, .limit, .sink: false
    }
  }

  /// Whether evaluating may give row errors: columns, constants and their comparison never do.
  private static func canFail(_ expression: Expression) -> Bool {
    let comparisons: Set<String> = ["=", "<>", "!=", "<", "<=", ">", ">=", "NOT"]
    switch expression.kind {
    case .column, .literal: return false
    case .call(let function, let arguments):
      return !comparisons.contains(function.name) || arguments.contains(where: canFail)
    case .cast(let operand, let safe): return !safe || canFail(operand)
    case .safe: return false
    case .and, .or, .conditional, .coalesce, .isNull, .inList, .field, .makeRow, .makeArray:
      return expression.children.contains(where: canFail)
    }
  }

  private static func phases(of plan: Dataflow, workers: Int) -> (arrival: [Int], own: [Int]) {
    var arrival: [Int] = []
    var own: [Int] = []
    for node in plan.nodes {
      let arrives = node.inputs.reduce(0) { latest, port in
        // Error streams wait for the counts of the records before them.
        max(latest, own[port.node] + (port.stream == .errors && workers > 1 ? 1 : 0))
      }
      arrival.append(arrives)
      own.append(arrives + (workers > 1 && isMeeting(node.operation) ? 1 : 0))
    }
    return (arrival, own)
  }

  private static func sources(of plan: Dataflow) -> [[Int]] {
    var result: [[Int]] = []
    for (index, node) in plan.nodes.enumerated() {
      switch node.operation {
      case .scan, .values: result.append([index])
      case .filter, .project, .watermark, .assignWindow, .windowAggregate, .groupAggregate, .union, .join,
        .temporalJoin, .unnest,
        .setOperation, .rank, .deduplicate, .over, .normalize, .sort, .limit, .exchange, .sink:
        result.append(Set(node.inputs.flatMap { result[$0.node] }).sorted())
      }
    }
    return result
  }

  /// For each node, whether `property` holds for a node that its rows reach without passing one that stops them.
  private static func downstream(
    _ plan: Dataflow, _ rows: [[Edge]], stopping: (PlanNode) -> Bool, where property: (PlanNode) -> Bool
  ) -> [Bool] {
    var result = [Bool](repeating: false, count: plan.nodes.count)
    for index in plan.nodes.indices.reversed() {
      result[index] = rows[index].contains { edge in
        let reader = plan.nodes[edge.node]
        return property(reader) || (!stopping(reader) && result[edge.node])
      }
    }
    return result
  }

  /// A watermark is the greatest time over the records before a row: behind an exchange of rows of sources that order is
  /// lost, and the compiler never plans it so.
  private func checkWatermarks() throws(ExecutionError) {
    guard workers > 1 else { return }
    var spread = [Bool](repeating: false, count: plan.nodes.count)
    for (index, node) in plan.nodes.enumerated() {
      let inherited = node.inputs.contains { spread[$0.node] }
      switch node.operation {
      case .exchange(let keys): spread[index] = !keys.isEmpty || inherited
      case .windowAggregate, .groupAggregate, .join, .temporalJoin, .setOperation, .rank, .deduplicate, .over,
        .normalize, .sort, .limit, .scan, .values:
        spread[index] = false
      case .watermark where inherited:
        throw .unsupported("the plan is damaged: node \(index) takes a watermark from rows that were exchanged before")
      case .watermark, .filter, .project, .assignWindow, .union, .unnest, .sink: spread[index] = inherited
      }
    }
  }
}
