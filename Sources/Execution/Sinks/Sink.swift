// The contract of a place that rows go to. In: batches, encoded at the workers where that is the work. Out: whatever the
// place keeps, written by the coordinator alone, in canonical order, at the end of each step.

import Plan
import Values

/// Rows on their way out: as they are, or as bytes that a worker made of them.
package enum SinkPiece: Sendable {
  case rows(Batch)
  case bytes(EncodedRows)
}

/// Encoded rows. Written by one worker, then handed over.
package final class EncodedRows: @unchecked Sendable {
  package let bytes: ByteBuffer
  package let rows: Int
  /// Keys, partitions and times, for a topic.
  package let records: EncodedRecords?

  package init(bytes: ByteBuffer, rows: Int, records: EncodedRecords? = nil) {
    self.bytes = bytes
    self.rows = rows
    self.records = records
  }
}

/// One worker's encoder for a sink; nil results keep the rows as they are.
package protocol SinkEncoder: AnyObject {
  func encode(_ batch: Batch) -> EncodedRows
  /// Takes back the buffer of rows that were written, to use it again.
  func recycle(_ buffer: ByteBuffer)
}

extension SinkEncoder {
  package func recycle(_ buffer: ByteBuffer) {}
}

/// What a sink is told of the step whose rows it gets.
package struct SinkStep: Sendable {
  package var step: Int64
  package var now: Int64
  /// Whether the step is a re-execution, whose output lies where it belongs already.
  package var isReplay: Bool

  package init(step: Int64, now: Int64, isReplay: Bool) {
    self.step = step
    self.now = now
    self.isReplay = isReplay
  }
}

/// A running sink. Called by the coordinator only, but for `makeEncoder`.
package protocol Sink: AnyObject {
  /// The encoder of one worker; nil when the sink wants rows.
  func makeEncoder() -> (any SinkEncoder)?
  /// Takes rows; pieces of a step come in canonical order.
  func write(_ piece: SinkPiece, step: SinkStep) throws(ExecutionError)
  /// The step has no more rows.
  func endStep(_ step: SinkStep) throws(ExecutionError)
  /// Makes sure that what was written reaches its reader, and lasts when `isDurable`.
  func flush(isDurable: Bool) throws(ExecutionError)
  /// The run is over.
  func close() throws(ExecutionError)
  /// Where the next row goes, for the journal.
  var position: [Int64] { get }
  /// Goes on behind what a resumed run had written up to `position`.
  func resume(at position: [Int64]) throws(ExecutionError)
  func writeState(to writer: ColumnWriter)
  func readState(from reader: ColumnReader) throws(StateFormatError)
}

extension Sink {
  package func makeEncoder() -> (any SinkEncoder)? { nil }
  package func endStep(_ step: SinkStep) throws(ExecutionError) {}
  package func flush(isDurable: Bool) throws(ExecutionError) {}
  package func close() throws(ExecutionError) {}
  package var position: [Int64] { [] }
  package func resume(at position: [Int64]) throws(ExecutionError) {}
  package func writeState(to writer: ColumnWriter) {}
  package func readState(from reader: ColumnReader) throws(StateFormatError) {}
}

/// Takes late and failing rows that the plan does not read itself: topics `<owner>.late` and `<owner>.errors`.
package protocol SideTarget: AnyObject, Sendable {
  func write(_ batch: Batch, schema: Schema, owner: String, stream: Port.Stream, now: Int64) throws(ExecutionError)
}
