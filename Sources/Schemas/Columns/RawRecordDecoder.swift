// Records as they are: each line, or each record of a topic, is one STRING or BYTES value. In: bytes. Out: chunks whose
// columns are views of the input. A STRING column demands UTF-8; blank lines are records too.

import Values

/// Decodes RAW records into columns that all hold the whole record.
package final class RawRecordDecoder: RecordDecoder {
  private let table: ColumnSlots

  package init(columns: [DecodedColumn]) {
    table = ColumnSlots(columns.map { ($0.field.name, $0.field) })
  }

  package var isSplittable: Bool { true }

  package func decode(_ blob: Blob, range: Range<Int>, isLast: Bool, maximumRecords: Int) -> DecodedChunk {
    var rows = ChunkRows(blob, expected: min(maximumRecords, range.count / 64 + 16), slots: table)
    let base = Cursor(blob.base)
    let end = base + range.upperBound
    var p = base + range.lowerBound
    while p < end, rows.records < maximumRecords {
      let lineEnd = findNewline(p, end)
      if lineEnd == end, !isLast { break }
      let last = lineEnd > p && lineEnd[-1] == Byte.carriageReturn ? lineEnd - 1 : lineEnd
      close(&rows, p, last, base: base)
      p = lineEnd == end ? end : lineEnd + 1
    }
    return withExtendedLifetime(blob) { rows.finish(end: p - base) }
  }

  package func decodeRecords(_ blob: Blob, _ records: Vector<ByteView>) -> DecodedChunk {
    var rows = ChunkRows(blob, expected: records.count, slots: table)
    let base = Cursor(blob.base)
    var last = 0
    for i in 0..<records.count {
      let start = base + Int(records.base[i].offset)
      last = Int(records.base[i].offset) + Int(records.base[i].length)
      close(&rows, start, base + last, base: base)
    }
    return withExtendedLifetime((blob, records)) { rows.finish(end: last) }
  }

  private func close(_ rows: inout ChunkRows, _ start: Cursor, _ end: Cursor, base: Cursor) {
    let row = rows.prepare()
    for index in 0..<table.topCount {
      let slot = table.slots + index
      if let reason = mistake(slot.pointee, start, end) {
        return rows.fail(start, end, at: start, "`\(table.paths[index])`: \(reason)")
      }
      slot.pointee.store(ByteView(offset: start == end ? 0 : start - base, length: end - start), at: row)
    }
    rows.keep(start, end)
  }

  private func mistake(_ slot: ColumnSlot, _ start: Cursor, _ end: Cursor) -> String? {
    switch slot.kind {
    case .text:
      if endOfUTF8(start, end) != end { return "the record is not valid UTF-8" }
      let isLong = end - start > slot.limit && codePoints(start, count: end - start) > slot.limit
      return isLong ? "the record is longer than the column allows" : nil
    case .bytes: return end - start > slot.limit ? "the record is longer than the column allows" : nil
    case .null, .boolean, .integer, .decimal, .float, .double, .timestamp, .date, .time, .months, .duration, .json,
      .uuid, .array, .row, .map:
      return "a RAW record is a STRING or BYTES column, nothing else"
    }
  }
}
