// One node of the plan at one worker: its operator, its readers, its counts. It is where an operator puts what it makes:
// rows go straight on to the operators that read them, by plain calls.

import Plan
import Values

/// How the batches of a node travel while the step is in a given state.
final class RunningNode: OperatorOutput {
  let id: Int
  let plan: PlanNode
  private unowned let worker: Worker
  /// Set once, when all nodes of the worker exist.
  var operation: any Operator
  var rowReaders: [(node: RunningNode, input: Int)] = []
  var lateReaders: [(node: RunningNode, input: Int)] = []
  var counts = NodeCounts()
  /// The watermark of the node's output; `Int64.min` before anything is known.
  var watermark: Watermark = .min
  /// Whether the operator is being asked for what it holds, rather than given rows.
  private var isFiring = false

  init(id: Int, plan: PlanNode, worker: Worker, operation: any Operator) {
    self.id = id
    self.plan = plan
    self.worker = worker
    self.operation = operation
  }

  /// Rows arrive at `input`. Where ways through the graph meet, the way is noted in the position.
  func receive(_ batch: Batch, input: Int) {
    counts.received += batch.count
    let previous = worker.clock?.enter(id)
    let path = worker.position.path
    if plan.inputs.count > 1 {
      worker.position.path = path &* Int32(truncatingIfNeeded: plan.inputs.count) &+ Int32(truncatingIfNeeded: input)
    }
    operation.process(batch, input: input, step: worker.step, output: self)
    if plan.inputs.count > 1 { worker.position.path = path }
    if let previous { worker.clock?.leave(to: previous) }
  }

  func advance(to input: Watermark) {
    fire { watermark = max(watermark, operation.advance(to: input, step: worker.step, output: self)) }
  }

  func endStep(isLast: Bool) {
    fire { operation.endStep(isLast: isLast, step: worker.step, output: self) }
  }

  private func fire(_ body: () -> Void) {
    worker.position = .firing(id)
    worker.offsetsAreRelative = false
    isFiring = true
    worker.timed(id, body)
    isFiring = false
  }

  func emit(_ batch: Batch) {
    guard batch.count > 0 else { return }
    counts.emitted += batch.count
    for reader in rowReaders { reader.node.receive(batch, input: reader.input) }
  }

  func emitLate(_ batch: Batch) {
    guard batch.count > 0 else { return }
    counts.late += batch.count
    worker.sideStreams.keepLate(batch, node: id, worker: worker)
    for reader in lateReaders { reader.node.receive(batch, input: reader.input) }
  }

  func fail(_ rows: [FailedRow], of batch: Batch) {
    guard !rows.isEmpty else { return }
    if isFiring { counts.failedAtFiring += rows.count } else { counts.failed += rows.count }
    worker.sideStreams.keepFailures(rows, of: batch, node: self, worker: worker)
  }

  func countFiltered(_ rows: Int) {
    if isFiring { counts.filteredAtFiring += rows } else { counts.filtered += rows }
  }
}
