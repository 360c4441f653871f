// The contract between a running node and the step that drives it. Batches and watermarks come in, batches go out, all
// by plain calls on one worker: an operator takes no lock, awaits nothing and owns its state.

import Plan
import Values

/// Event time up to which input is complete, in microseconds: no row that counts has a time before it any more.
/// `Int64.min` before anything is known, `Int64.max` at the end of bounded input.
package typealias Watermark = Int64

/// What an operator may know of the step in which it is called.
package struct StepContext: Sendable {
  /// The number of the step, from 1.
  package var step: Int64
  /// The clock reading of the step, in microseconds; journaled, so that a replay reads the same.
  package var now: Int64
  package var worker: Int
  package var workers: Int

  package init(step: Int64, now: Int64, worker: Int, workers: Int) {
    self.step = step
    self.now = now
    self.worker = worker
    self.workers = workers
  }
}

/// A row that failed, on its way to the error stream: the batch it was in says where it came from.
package struct FailedRow: Sendable {
  package var row: Int32
  package var code: RowErrorCode
  package var message: String
  /// The expression that failed, in the text of the plan.
  package var range: TextRange?

  package init(row: Int32, code: RowErrorCode, message: String, range: TextRange? = nil) {
    self.row = row
    self.code = code
    self.message = message
    self.range = range
  }
}

/// Where an operator puts what it makes. The runtime implements it; tests collect.
package protocol OperatorOutput: AnyObject {
  /// Rows of the node's schema.
  func emit(_ batch: Batch)
  /// Rows of the input's schema that came behind the watermark.
  func emitLate(_ batch: Batch)
  /// Rows of `batch` (of the input's schema) that failed; they are accounted for as dead letters.
  func fail(_ rows: [FailedRow], of batch: Batch)
  /// Rows that ended here on purpose (a filter's), for the books.
  func countFiltered(_ rows: Int)
}

/// The size of what an operator keeps, for EXPLAIN, the books and `bench`.
package struct StateSize: Hashable, Sendable {
  /// Input rows that are kept or folded in and not yet answered for.
  package var rows: Int
  package var keys: Int
  package var bytes: Int

  package init(rows: Int = 0, keys: Int = 0, bytes: Int = 0) {
    self.rows = rows
    self.keys = keys
    self.bytes = bytes
  }
}

/// A running node of the dataflow at one worker.
///
/// In each step, calls come in this order: `process` for every batch, then `advance` once, then `endStep` once. After the
/// last step of bounded input, the step's watermark is `Int64.max` and `isLast` is true.
package protocol Operator: AnyObject {
  /// Handles one batch that arrives at `input`, and emits any results before it returns.
  func process(_ batch: Batch, input: Int, step: StepContext, output: any OperatorOutput)
  /// Event time has reached `watermark` over all inputs and partitions. Returns the watermark of the node's output.
  func advance(to watermark: Watermark, step: StepContext, output: any OperatorOutput) -> Watermark
  /// All rows and the watermark of the step are in: the moment for changes. `isLast` at the end of bounded input.
  func endStep(isLast: Bool, step: StepContext, output: any OperatorOutput)
  /// Writes everything that `process` depends on; nothing for an operator without state.
  func writeState(to writer: ColumnWriter)
  /// Replaces the state by what `writeState` wrote.
  func readState(from reader: ColumnReader) throws(StateFormatError)
  var stateSize: StateSize { get }
  /// Whether it needs no more input (a LIMIT that is full), so that sources may stop.
  var isSatisfied: Bool { get }
}

extension Operator {
  package func advance(to watermark: Watermark, step: StepContext, output: any OperatorOutput) -> Watermark {
    watermark
  }
  package func endStep(isLast: Bool, step: StepContext, output: any OperatorOutput) {}
  package func writeState(to writer: ColumnWriter) {}
  package func readState(from reader: ColumnReader) throws(StateFormatError) {}
  package var stateSize: StateSize { StateSize() }
  package var isSatisfied: Bool { false }
}
