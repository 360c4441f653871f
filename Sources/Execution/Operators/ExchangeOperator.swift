// Rows to the worker that owns the hash of their key (DESIGN §4). In: a worker's rows. Out: at each worker the rows that are
// its own, in canonical order whatever worker they come from. The only place where workers meet over rows.

import Plan
import Values

/// What workers leave for each other at one exchange: written in one phase by the sender alone, read in the next by the
/// receiver alone. The barrier between the phases orders the two.
final class Mailbox: @unchecked Sendable {
  private let slots: UnsafeMutableBufferPointer<[PlacedBatch]>
  private let workers: Int

  init(workers: Int) {
    self.workers = workers
    slots = .allocate(capacity: workers * workers)
    slots.initialize(repeating: [])
  }

  deinit {
    slots.deinitialize()
    slots.deallocate()
  }

  func put(_ placed: PlacedBatch, from: Int, to: Int) { slots[from * workers + to].append(placed) }

  /// Everything for one worker, sender by sender.
  func take(to: Int) -> [PlacedBatch] {
    var result: [PlacedBatch] = []
    for from in 0..<workers {
      result += slots[from * workers + to]
      slots[from * workers + to] = []
    }
    return result
  }
}

final class ExchangeOperator: Operator {
  private let keys: [Expression]
  private let types: [DataType]
  private let program: ExpressionProgram
  private let mailbox: Mailbox
  private unowned let worker: Worker

  init(_ keys: [Expression], schema: Schema, mailbox: Mailbox, worker: Worker, timeZone: TimeZoneRules) {
    self.keys = keys
    types = schema.fields.map(\.type)
    program = ExpressionProgram(keys, timeZone: timeZone)
    self.mailbox = mailbox
    self.worker = worker
  }

  func process(_ batch: Batch, input: Int, step: StepContext, output: any OperatorOutput) {
    let from = worker.index
    if step.workers == 1 {
      // Rows of sources come in canonical order already; those that fired wait for the others of their step.
      if !worker.position.isFired { return output.emit(batch) }
      return mailbox.put(placed(batch), from: from, to: 0)
    }
    if keys.isEmpty { return mailbox.put(placed(batch), from: from, to: 0) }
    let (columns, errors) = program.evaluateAll(
      columns: batch.columns, count: batch.count, context: EvaluationContext(now: step.now))
    var batch = batch
    var keyColumns = columns
    if let good = batch.reporting(errors, to: output) {
      batch = batch.gather(good)
      keyColumns = columns.map { $0.gather(good) }
    }
    let parts = KeyHash.partition(keyColumns, types: keys.map(\.type), count: batch.count, parts: step.workers)
    for (to, rows) in parts.enumerated() where rows.count > 0 {
      mailbox.put(placed(rows.count == batch.count ? batch : batch.gather(rows)), from: from, to: to)
    }
  }

  private func placed(_ batch: Batch) -> PlacedBatch {
    PlacedBatch(batch: batch, position: worker.position, offsetsAreRelative: worker.offsetsAreRelative)
  }

  /// Hands on what all workers left for this one.
  func deliver(to node: RunningNode, worker: Worker) {
    for placed in PlacedBatch.inOrder(mailbox.take(to: worker.index), types: types) {
      worker.pass(placed.withAbsoluteOffsets(worker.group.chunkTable), from: node)
    }
  }

  func endStep(isLast: Bool, step: StepContext, output: any OperatorOutput) {
    guard step.workers == 1 else { return }
    for placed in PlacedBatch.inOrder(mailbox.take(to: 0), types: types) {
      worker.position = placed.position
      output.emit(placed.batch)
    }
  }
}
