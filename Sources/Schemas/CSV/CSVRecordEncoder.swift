// Columns to CSV (RFC 4180). In: columns and their fields. Out: lines in a buffer, with quotes only where they are needed.
// NULL is nothing, an empty string a pair of quotes; arrays and structs are their JSON.

import Values

/// What a CSV encoder writes.
package struct CSVEncoderPlan: Hashable, Sendable {
  package var fields: [Field]
  package var timestamps: TimestampStyle
  package var zone: TimeZoneRules
  /// Whether the first field of a record is the kind of change.
  package var writesOperation: Bool
  package var separator: UInt8

  package init(
    fields: [Field], timestamps: TimestampStyle = .sql, zone: TimeZoneRules = .utc, writesOperation: Bool = false,
    separator: UInt8 = UInt8(ascii: ",")
  ) {
    self.fields = fields
    self.timestamps = timestamps
    self.zone = zone
    self.writesOperation = writesOperation
    self.separator = separator
  }
}

/// Writes rows as CSV.
package final class CSVRecordEncoder {
  private let plan: CSVEncoderPlan
  private var text: TextWriter

  package init(_ plan: CSVEncoderPlan) {
    self.plan = plan
    text = TextWriter(TextOptions(zone: plan.zone, timestamps: plan.timestamps))
  }

  /// Writes the line with the names of the columns.
  package func encodeHeader(into buffer: ByteBuffer) {
    let names = (plan.writesOperation ? ["op"] : []) + plan.fields.map(\.name)
    for (index, name) in names.enumerated() {
      if index > 0 { buffer.append(plan.separator) }
      let start = buffer.count
      buffer.append(name)
      quoteIfNeeded(from: start, in: buffer)
    }
    buffer.append(Byte.newline)
  }

  /// Writes all rows of a batch; as `JSONRecordEncoder.encode`.
  package func encode(
    _ batch: Batch, operations: [ChangeKind]? = nil, into buffer: ByteBuffer, rowEnds: VectorBuilder<Int>? = nil
  ) {
    precondition(batch.columns.count == plan.fields.count, "an encoder was given other columns than planned")
    for row in 0..<batch.count {
      if plan.writesOperation {
        buffer.append((operations?[row] ?? batch.change(row)).text)
        if !plan.fields.isEmpty { buffer.append(plan.separator) }
      }
      for index in plan.fields.indices {
        if index > 0 { buffer.append(plan.separator) }
        let column = batch.columns[index]
        if column.isNull(row) { continue }
        let start = buffer.count
        text.write(column, row: row, type: plan.fields[index].type, into: buffer)
        quoteIfNeeded(from: start, in: buffer)
      }
      buffer.append(Byte.newline)
      rowEnds?.append(buffer.count)
    }
  }

  /// Puts the field that was written from `start` on in quotes when it holds a separator, a quote or a line's end, or
  /// nothing at all.
  private func quoteIfNeeded(from start: Int, in buffer: ByteBuffer) {
    let count = buffer.count - start
    let field = UnsafePointer(buffer.base) + start
    var quotes = 0
    var isPlain = count > 0
    for i in 0..<count {
      let byte = field[i]
      if byte == Byte.quote { quotes += 1 }
      if byte == plan.separator || byte == Byte.quote || byte == Byte.newline || byte == Byte.carriageReturn {
        isPlain = false
      }
    }
    if isPlain { return }
    let total = count + quotes + 2
    _ = buffer.reserve(quotes + 2)
    let target = buffer.base + start
    // From the back, for the field grows over itself.
    var to = total - 1
    target[to] = Byte.quote
    for from in stride(from: count - 1, through: 0, by: -1) {
      to -= 1
      target[to] = target[from]
      if target[to] == Byte.quote {
        to -= 1
        target[to] = Byte.quote
      }
    }
    target[0] = Byte.quote
    buffer.commit(quotes + 2)
  }
}
