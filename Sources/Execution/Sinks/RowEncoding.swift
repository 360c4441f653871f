// Rows to the text of a file: JSON lines or CSV, with the kind of change in front where it is asked for. In: batches. Out:
// bytes. One for each worker.

import Plan
import Schemas
import Values

/// How a file or standard output is written.
package struct RowEncoding: Hashable, Sendable {
  package enum Form: Hashable, Sendable {
    case jsonLines
    case csv
    case debezium
  }

  package var form: Form
  package var schema: Schema
  /// Whether each record begins with its kind of change, `"op"`.
  package var writesOperation: Bool
  /// The columns that identify a row of an updating stream.
  package var keyColumns: [Int]
  package var zone: TimeZoneRules

  package init(
    form: Form, schema: Schema, writesOperation: Bool = false, keyColumns: [Int] = [], zone: TimeZoneRules = .utc
  ) {
    self.form = form
    self.schema = schema
    self.writesOperation = writesOperation
    self.keyColumns = keyColumns
    self.zone = zone
  }

  var jsonPlan: JSONEncoderPlan {
    JSONEncoderPlan(fields: schema.fields, zone: zone, writesOperation: writesOperation)
  }

  var csvPlan: CSVEncoderPlan {
    CSVEncoderPlan(fields: schema.fields, zone: zone, writesOperation: writesOperation)
  }

  /// What stands before the first row.
  var header: ByteBuffer? {
    switch form {
    case .jsonLines, .debezium: return nil
    case .csv:
      let buffer = ByteBuffer()
      CSVRecordEncoder(csvPlan).encodeHeader(into: buffer)
      return buffer
    }
  }
}

final class TextRowEncoder: SinkEncoder {
  private enum Writer {
    case json(JSONRecordEncoder)
    case csv(CSVRecordEncoder)
    case debezium(DebeziumRecordEncoder)
  }

  private let encoding: RowEncoding
  private let writer: Writer
  /// The bytes of a row so far, by which room is made.
  private var rowBytes = 64
  private var spares: [ByteBuffer] = []

  init(_ encoding: RowEncoding) {
    self.encoding = encoding
    switch encoding.form {
    case .jsonLines: writer = .json(JSONRecordEncoder(encoding.jsonPlan))
    case .csv: writer = .csv(CSVRecordEncoder(encoding.csvPlan))
    case .debezium: writer = .debezium(DebeziumRecordEncoder(encoding.jsonPlan))
    }
  }

  func recycle(_ buffer: ByteBuffer) {
    guard spares.count < 8 else { return }
    buffer.removeAll()
    spares.append(buffer)
  }

  func encode(_ batch: Batch) -> EncodedRows {
    let buffer = spares.popLast() ?? ByteBuffer(capacity: batch.count * rowBytes + 256)
    var kinds: [ChangeKind]?
    if encoding.writesOperation && batch.weights != nil {
      kinds = ChangeKinds.of(
        batch, keyColumns: encoding.keyColumns, types: encoding.schema.fields.map(\.type))
    }
    switch writer {
    case .json(let encoder): encoder.encode(batch, operations: kinds, into: buffer)
    case .csv(let encoder): encoder.encode(batch, operations: kinds, into: buffer)
    case .debezium(let encoder):
      let types = encoding.schema.fields.map(\.type)
      encoder.encode(
        batch, operations: kinds ?? ChangeKinds.of(batch, keyColumns: encoding.keyColumns, types: types), into: buffer)
    }
    if batch.count > 0 { rowBytes = buffer.count / batch.count + 8 }
    return EncodedRows(bytes: buffer, rows: batch.count)
  }
}
