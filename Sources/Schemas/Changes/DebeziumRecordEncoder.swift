// Changes of rows as Debezium's envelopes: `{"before":…,"after":…,"op":"c"}`. In: rows with their kinds of change. Out: one
// JSON object for each insertion, deletion and update; the two rows of an update become one. It has no `ts_ms`: what is
// written again after a crash is the same, byte by byte.

import Values

package final class DebeziumRecordEncoder {
  private let rows: JSONRecordEncoder
  private let scratch = ByteBuffer()

  package init(_ plan: JSONEncoderPlan) {
    var plan = plan
    plan.writesOperation = false
    rows = JSONRecordEncoder(plan)
  }

  /// Writes the changes; gives, for each record, the row that it is of. `rowEnds` gets the end of each record.
  @discardableResult
  package func encode(
    _ batch: Batch, operations: [ChangeKind], into buffer: ByteBuffer, rowEnds: VectorBuilder<Int>? = nil
  ) -> Vector<Int32> {
    scratch.removeAll()
    let ends = VectorBuilder<Int>(capacity: batch.count)
    rows.encode(batch, into: scratch, rowEnds: ends)
    let records = VectorBuilder<Int32>(capacity: batch.count)
    func append(_ row: Int) {
      // The newline of the row is no part of it.
      let start = row == 0 ? 0 : ends.base[row - 1]
      buffer.append(UnsafePointer(scratch.base) + start, count: ends.base[row] - start - 1)
    }
    for row in 0..<batch.count {
      switch operations[row] {
      case .updateBefore: continue
      case .insert:
        buffer.append("{\"before\":null,\"after\":")
        append(row)
        buffer.append(",\"op\":\"c\"}\n")
      case .delete:
        buffer.append("{\"before\":")
        append(row)
        buffer.append(",\"after\":null,\"op\":\"d\"}\n")
      case .updateAfter:
        buffer.append("{\"before\":")
        append(row - 1)
        buffer.append(",\"after\":")
        append(row)
        buffer.append(",\"op\":\"u\"}\n")
      }
      records.append(Int32(truncatingIfNeeded: row))
      rowEnds?.append(buffer.count)
    }
    return records.finish()
  }
}
