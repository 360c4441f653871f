// The books of a run: what became of every row (DESIGN §1.2). In: the counts of each node at each worker. Out: totals that
// balance, for the summary. Never guesses: each figure is counted where it happens.

import Plan

/// What passed one node at one worker.
package struct NodeCounts: Hashable, Sendable {
  /// Rows that arrived; for a scan, records that were read.
  package var received = 0
  package var emitted = 0
  package var filtered = 0
  package var late = 0
  package var failed = 0
  /// The same for rows that came out of state: a LIMIT's cut, an aggregate that overflowed.
  package var filteredAtFiring = 0
  package var failedAtFiring = 0

  package init() {}

  static func + (left: NodeCounts, right: NodeCounts) -> NodeCounts {
    var sum = left
    sum.received += right.received
    sum.emitted += right.emitted
    sum.filtered += right.filtered
    sum.late += right.late
    sum.failed += right.failed
    sum.filteredAtFiring += right.filteredAtFiring
    sum.failedAtFiring += right.failedAtFiring
    return sum
  }
}

/// The books.
///
/// They balance: rows that came in (`read`, `copied`, `produced`) are the rows that went out (`emitted`, `filtered`,
/// `late`, `deadLettered`, `folded`). Rows that are `folded` into aggregates and sorts come out again as `produced`; those
/// not yet answered for are `held`.
package struct Ledger: Hashable, Sendable {
  /// What one source gave, by its name.
  package struct Source: Hashable, Sendable {
    package var name: String
    package var read = 0
    package var deadLettered = 0
  }

  /// What one sink took, by its name.
  package struct Sink: Hashable, Sendable {
    package var name: String
    package var emitted = 0
  }

  package var sources: [Source] = []
  package var sinks: [Sink] = []
  package var read = 0
  package var emitted = 0
  package var filtered = 0
  package var late = 0
  package var deadLettered = 0
  package var folded = 0
  package var held = 0
  /// Rows that more than one branch of the plan took, or that lie in more than one window, counted beyond the first; and late
  /// and failing rows that the plan reads.
  package var copied = 0
  package var produced = 0
  /// Rows of a node that nothing reads: none in a plan the compiler made.
  package var unread = 0
  /// The counts of each node, over all workers.
  package var nodes: [NodeCounts] = []

  package init() {}

  package var balances: Bool {
    read + copied + produced == emitted + filtered + late + deadLettered + folded + unread
  }

  /// The books of a plan whose nodes have these counts.
  init(_ topology: Topology, nodes: [NodeCounts], held: Int) {
    self.nodes = nodes
    self.held = held
    for (index, node) in topology.plan.nodes.enumerated() {
      let counts = nodes[index]
      filtered += counts.filtered
      late += counts.late
      deadLettered += counts.failed
      addSides(topology, index, counts)
      add(node, counts, plan: topology.plan)
      if case .sink = node.operation { continue }
      let readers = topology.rows[index].count
      if readers == 0 { unread += counts.emitted } else { copied += counts.emitted * (readers - 1) }
    }
  }

  /// Rows of the late and error streams end there; a plan that reads those streams takes them in again.
  private mutating func addSides(_ topology: Topology, _ index: Int, _ counts: NodeCounts) {
    copied += counts.late * topology.late[index].count
    copied += (counts.failed + counts.failedAtFiring) * topology.errors[index].count
  }

  private mutating func add(_ node: PlanNode, _ counts: NodeCounts, plan: Dataflow) {
    let remaining = counts.received - counts.filtered - counts.late - counts.failed
    switch node.operation {
    case .scan(let source, _):
      sources.append(Source(name: plan.sources[source].name, read: counts.received, deadLettered: counts.failed))
      read += counts.received
      // A record of a changelog may be two rows: one taken back, one added.
      copied += counts.emitted - remaining
    case .values:
      sources.append(Source(name: "VALUES", read: counts.received))
      read += counts.received
    case .sink(let sink):
      sinks.append(Sink(name: plan.sinks[sink].name, emitted: counts.received))
      emitted += counts.received
    case .windowAggregate, .groupAggregate, .join, .temporalJoin, .setOperation, .rank, .deduplicate, .over, .normalize,
      .sort,
      .limit:
      folded += remaining
      produced += counts.emitted + counts.filteredAtFiring + counts.failedAtFiring
      filtered += counts.filteredAtFiring
      deadLettered += counts.failedAtFiring
    case .assignWindow(let assignment) where assignment.session != nil:
      folded += remaining
      produced += counts.emitted + counts.filteredAtFiring
      filtered += counts.filteredAtFiring
    case .filter, .project, .watermark, .assignWindow, .union, .unnest, .exchange:
      copied += counts.emitted - remaining
    }
  }
}
