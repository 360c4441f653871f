// The rows of GIVEN as records of a stream, so that they pass its codec as any other. In: the statement's rows. Out: records
// with their values as JSON. For a table, a first column `op` says what a record does: `-D` is a record without a value,
// which deletes the row of its key; any other kind puts a row.

import Execution
import Plan
import Schemas
import Syntax
import Values

struct GivenRows {
  let source: SourceDescription
  let constants: ConstantRows

  func records(_ rows: TestRows) throws(TestFailure) -> [GivenRecord] {
    let declared = source.declared.filter { if case .field = $0.part { true } else { false } }.map(\.field)
    let isNamed = !rows.columns.isEmpty
    let hasKinds =
      !source.recordKey.isEmpty && rows.columns.first?.text.lowercased() == "op"
      && !declared.contains { $0.name.lowercased() == "op" }
    var fields = hasKinds ? [Field("op", .text)] : []
    if isNamed {
      for column in rows.columns.dropFirst(hasKinds ? 1 : 0) {
        guard let field = declared.first(where: { $0.name.lowercased() == column.text.lowercased() }) else {
          throw TestFailure("  GIVEN \(source.name): the stream has no column `\(column.text)`")
        }
        fields.append(field)
      }
    } else {
      fields += declared
    }
    let batch = try constants.rows(rows.rows.map(\.span), of: fields)
    let skipped = hasKinds ? 1 : 0
    let values = Self.objects(Array(fields[skipped...]), Array(batch.columns[skipped...]), count: batch.count)
    let keys = keys(fields, batch)
    return (0..<batch.count).map { row in
      let isDeleted = hasKinds && batch.columns[0].value(at: row).text == "-D"
      return GivenRecord(key: keys?[row], value: isDeleted ? nil : values[row])
    }
  }

  /// One JSON object for each row.
  private static func objects(_ fields: [Field], _ columns: [Column], count: Int) -> [[UInt8]] {
    let buffer = ByteBuffer()
    JSONRecordEncoder(JSONEncoderPlan(fields: fields)).encode(
      Batch(columns: columns, count: count), operations: nil, into: buffer)
    return buffer.array.split(separator: UInt8(ascii: "\n")).map(Array.init)
  }

  /// The records' keys as a topic has them; nil for a stream, and where a row does not name its key.
  private func keys(_ fields: [Field], _ batch: Batch) -> [[UInt8]]? {
    guard !source.recordKey.isEmpty else { return nil }
    let places = source.recordKey.compactMap { column in fields.firstIndex { $0.name == column.field.name } }
    guard places.count == source.recordKey.count else { return nil }
    if places.count == 1, fields[places[0]].type.isString || fields[places[0]].type.isBytes {
      return (0..<batch.count).map { row in
        if case .bytes(let bytes) = batch.columns[places[0]].value(at: row) { bytes } else { [] }
      }
    }
    return Self.objects(places.map { fields[$0] }, places.map { batch.columns[$0] }, count: batch.count)
  }
}
