// What the records of a topic say of a table by their keys. In: records, a decoder of their values. Out: rows in the order
// of the records: a record without a value is the deletion of the row that its key names, and key columns that a value
// lacks come from the key. Never keeps a row.
//
// A key is written as `TopicSink` writes it: one text or binary column as it is, another as JSON, several as one JSON
// object; a JSON object is read for one column too.

import Plan
import Schemas
import Values

final class RecordKeyDecoder {
  /// By column of the record's key: where it lies among the decoded columns, and in the decoded key.
  private let places: [(column: Int, key: Int)]
  private let types: [DataType]
  private let keyTypes: [DataType]
  private let decoder: any RecordDecoder
  private let wrapsScalar: [UInt8]?
  /// Whether a record without a value says nothing: Debezium's tombstone comes after the deletion.
  private let passesOverEmpty: Bool

  /// nil when records need nothing of their keys.
  init?(_ source: SourceDescription, columns: [ScanColumn], conventions: TextConventions) {
    let recordKey = source.recordKey
    if recordKey.isEmpty { return nil }
    passesOverEmpty = source.format == .debezium
    let fields = columns.filter { if case .field = $0.part { true } else { false } }
    types = fields.map(\.field.type)
    var places: [(column: Int, key: Int)] = []
    for (key, column) in recordKey.enumerated() {
      if let place = fields.firstIndex(where: { $0.part == column.part }) { places.append((place, key)) }
    }
    self.places = places
    keyTypes = recordKey.map(\.field.type)
    let decoded = recordKey.map { column in
      var field = column.field
      field.nullable = true
      return DecodedColumn(path: [column.field.name], field: field)
    }
    if recordKey.count == 1, decoded[0].field.type.isString || decoded[0].field.type.isBytes {
      decoder = RawRecordDecoder(columns: decoded)
      wrapsScalar = nil
    } else {
      decoder = JSONRecordDecoder(JSONDecoderPlan(columns: decoded, conventions: conventions))
      if recordKey.count == 1 {
        let name = ByteBuffer()
        JSONText.write(string: Array(decoded[0].field.name.utf8), into: name)
        wrapsScalar = Array("{".utf8) + name.array + Array(":".utf8)
      } else {
        wrapsScalar = nil
      }
    }
  }

  /// The rows of the records.
  func decode(_ run: RecordRun, _ values: any RecordDecoder) -> DecodedChunk {
    guard let hasValue = run.hasValue else {
      var decoded = values.decodeRecords(run.blob, run.values)
      fill(&decoded, from: run)
      return decoded
    }
    let present = VectorBuilder<Int32>()
    let absent = VectorBuilder<Int32>()
    for record in 0..<run.values.count {
      (hasValue.base[record] ? present : absent).append(Int32(truncatingIfNeeded: record))
    }
    let upserts = present.finish()
    var decoded = values.decodeRecords(run.blob, run.values.gather(upserts))
    // Numbers among the records that have a value become numbers among all.
    decoded.recordNumbers = decoded.recordNumbers.map { upserts.gather($0) } ?? upserts
    for index in decoded.failures.indices {
      decoded.failures[index].record = Int(upserts[decoded.failures[index].record])
    }
    fill(&decoded, from: run)
    if passesOverEmpty {
      decoded.recordCount = run.values.count
      decoded.passedOver += absent.count
      return decoded
    }
    return merged(decoded, deleting: absent.finish(), run)
  }

  /// Rows and deletions in the order of their records.
  private func merged(_ decoded: DecodedChunk, deleting records: Vector<Int32>, _ run: RecordRun) -> DecodedChunk {
    let numbers = decoded.recordNumbers ?? Vector.indices(decoded.count)
    let keys = keyColumns(of: records, run)
    let order = VectorBuilder<Int32>(capacity: decoded.count + records.count)
    let places = VectorBuilder<Int32>(capacity: decoded.count + records.count)
    let isDeletion = VectorBuilder<Bool>(capacity: decoded.count + records.count)
    var (row, deletion) = (0, 0)
    while row < decoded.count || deletion < records.count {
      let deletes = row == decoded.count || (deletion < records.count && records.base[deletion] < numbers.base[row])
      order.append(Int32(truncatingIfNeeded: deletes ? decoded.count + deletion : row))
      places.append(deletes ? records.base[deletion] : numbers.base[row])
      isDeletion.append(deletes || (decoded.deletions?.base[row] ?? false))
      if deletes { deletion += 1 } else { row += 1 }
    }
    let selection = order.finish()
    var result = decoded
    result.columns = decoded.columns.indices.map { index in
      let none = Column.nulls(types[index], count: records.count)
      let deleted = self.places.first { $0.column == index }.map { keys[$0.key] } ?? none
      return Column.concatenate([decoded.columns[index], deleted], type: types[index]).gather(selection)
    }
    result.count = selection.count
    result.recordCount = run.values.count
    let nothing = Vector(repeating: ByteView(offset: 0, length: 0), count: records.count)
    result.payloads = Vector(decoded.payloads.array + nothing.array).gather(selection)
    result.recordNumbers = places.finish()
    result.deletions = isDeletion.finish()
    return result
  }

  /// Key columns that are NULL in the value and not in the record's key.
  private func fill(_ decoded: inout DecodedChunk, from run: RecordRun) {
    let lacking = places.filter { decoded.columns[$0.column].validity != nil }
    guard !lacking.isEmpty, run.keys != nil, decoded.count > 0 else { return }
    let keys = keyColumns(of: decoded.recordNumbers ?? Vector.indices(decoded.count), run)
    for place in lacking {
      let given = decoded.columns[place.column]
      let selection = Vector<Int32>(uninitialized: decoded.count)
      for row in 0..<decoded.count {
        selection.base[row] = Int32(truncatingIfNeeded: given.isNull(row) ? decoded.count + row : row)
      }
      decoded.columns[place.column] = Column.concatenate([given, keys[place.key]], type: types[place.column])
        .gather(selection)
    }
  }

  /// The columns of the keys of some records; NULL where a record has no key or it does not decode.
  private func keyColumns(of records: Vector<Int32>, _ run: RecordRun) -> [Column] {
    guard let keys = run.keys, case .bytes(let strings) = keys.data else {
      return keyTypes.map { .nulls($0, count: records.count) }
    }
    let known = VectorBuilder<Int32>()
    for row in 0..<records.count where !keys.isNull(Int(records.base[row])) {
      known.append(Int32(truncatingIfNeeded: row))
    }
    let rows = known.finish()
    let wanted = json(strings.gather(records.gather(rows)))
    let decoded = decoder.decodeRecords(wanted.blob, wanted.views)
    // Back to one row for each record: the row behind the last is NULL.
    let selection = Vector<Int32>(repeating: Int32(truncatingIfNeeded: decoded.count), count: records.count)
    for row in 0..<decoded.count {
      let number = decoded.recordNumbers.map { Int($0.base[row]) } ?? row
      selection.base[Int(rows.base[number])] = Int32(truncatingIfNeeded: row)
    }
    return decoded.columns.indices.map { index in
      Column.concatenate([decoded.columns[index], .nulls(keyTypes[index], count: 1)], type: keyTypes[index])
        .gather(selection)
    }
  }

  /// A key that is a bare JSON value becomes an object of one field.
  private func json(_ keys: BytesVector) -> BytesVector {
    guard let wrapsScalar else { return keys }
    let builder = BytesBuilder(rows: keys.count)
    for row in 0..<keys.count {
      let bytes = keys.bytes(row)
      let isObject = bytes.first { $0 > 32 } == UInt8(ascii: "{")
      builder.append(isObject ? bytes : wrapsScalar + bytes + [UInt8(ascii: "}")])
    }
    return builder.finish()
  }
}
