// JSON records to columns: a decoder for one set of columns. In: lines of a file, or records of a topic. Out: chunks.
//
// What is checked: the fields that are asked for, and the structure on the way to them. Once every column has its value,
// the rest of the record is not read, only that it ends in `}`; so a broken tail is not noticed, and a query that needs
// fewer columns may accept a record that one with more would not. The first of duplicate keys wins, for the same reason.

import Values

/// What a JSON decoder is to deliver.
package struct JSONDecoderPlan: Hashable, Sendable {
  package var columns: [DecodedColumn]
  package var conventions: TextConventions

  package init(columns: [DecodedColumn], conventions: TextConventions = TextConventions()) {
    self.columns = columns
    self.conventions = conventions
  }
}

/// Decodes JSON records.
package final class JSONRecordDecoder: RecordDecoder {
  let reader: JSONObjectReader
  let table: ColumnSlots
  /// Columns that want the whole record.
  private let wholeRecord: [Int]
  private let needsFields: Bool
  /// The mean size of a record so far, by which room is made.
  private var recordBytes = 128

  package init(_ plan: JSONDecoderPlan) {
    table = ColumnSlots(plan.columns.map { ($0.path.joined(separator: "."), $0.field) })
    var trie = JSONTrie(table)
    var whole: [Int] = []
    for (index, column) in plan.columns.enumerated() {
      if column.path.isEmpty { whole.append(index) } else { trie.add(column.path[...], slot: index, to: 0) }
    }
    for index in 0..<table.count { trie.addStruct(index) }
    wholeRecord = whole
    needsFields = whole.count < plan.columns.count
    reader = JSONObjectReader(table: table, keys: KeyTable(trie.objects), conventions: plan.conventions)
  }

  package var isSplittable: Bool { true }

  package func decode(_ blob: Blob, range: Range<Int>, isLast: Bool, maximumRecords: Int) -> DecodedChunk {
    var rows = ChunkRows(blob, expected: min(maximumRecords, range.count / recordBytes + 16), slots: table)
    let base = Cursor(blob.base)
    let end = base + range.upperBound
    var p = base + range.lowerBound
    reader.state.pointee.base = base
    while p < end, rows.records < maximumRecords {
      if p.pointee != Byte.openBrace {
        guard let start = skipBlank(p, end) else {
          // Blank to the end: complete only when no more can follow.
          if isLast { p = end }
          break
        }
        p = start
      }
      let finish = readRecord(p, row: rows.prepare())
      let lineEnd = findNewline(finish ?? p, end)
      if lineEnd == end, !isLast { break }
      close(&rows, start: p, lineEnd: lineEnd, finish: finish)
      p = lineEnd == end ? end : lineEnd + 1
    }
    rows.rollBack(from: rows.count)
    if rows.records > 16 { recordBytes = max(16, (p - base - range.lowerBound) / rows.records * 7 / 8) }
    return withExtendedLifetime(blob) { rows.finish(end: p - base) }
  }

  package func decodeRecords(_ blob: Blob, _ records: Vector<ByteView>) -> DecodedChunk {
    var rows = ChunkRows(blob, expected: records.count, slots: table)
    let base = Cursor(blob.base)
    reader.state.pointee.base = base
    var last = 0
    for i in 0..<records.count {
      let view = records.base[i]
      let start = base + Int(view.offset)
      let end = start + Int(view.length)
      let first = skipMark(skipSpace(start), end)
      last = end - base
      close(&rows, start: first < end ? first : start, lineEnd: end, finish: readRecord(first, row: rows.prepare()))
    }
    return withExtendedLifetime((blob, records)) { rows.finish(end: last) }
  }

  /// The next byte that starts a record, past blank lines; nil when there is none before `end`.
  private func skipBlank(_ start: Cursor, _ end: Cursor) -> Cursor? {
    var p = start
    while true {
      p = skipSpace(p)
      if p >= end { return nil }
      if p.pointee == Byte.newline { p += 1 } else { return skipMark(p, end) }
    }
  }

  /// Skips a byte order mark, which some editors put first in a file; files put end to end have it in their middle.
  private func skipMark(_ p: Cursor, _ end: Cursor) -> Cursor {
    p[0] == 0xEF && p[1] == 0xBB && p[2] == 0xBF && end - p >= 3 ? skipSpace(p + 3) : p
  }

  /// Reads one record into row `row`. Returns where reading stopped, or nil after a mistake.
  @inline(__always)
  private func readRecord(_ start: Cursor, row: Int) -> Cursor? {
    let state = reader.state
    state.pointee.stamp &+= 1
    state.pointee.remaining = table.topCount
    let stamp = state.pointee.stamp
    state.pointee.record = stamp
    if !wholeRecord.isEmpty { return readWhole(start, row: row, stamp: stamp) }
    guard start.pointee == Byte.openBrace else { return reader.fail(.notAnObject, start) }
    if !needsFields { return start + 1 }
    return reader.readObject(0, start + 1, row: row, stamp: stamp)
  }

  /// Reads a record that is, as a whole, the value of a column.
  private func readWhole(_ start: Cursor, row: Int, stamp: Int) -> Cursor? {
    var end: Cursor?
    for index in wholeRecord {
      end = reader.readColumn(index, start, row: row, stamp: stamp, weight: 1)
      if end == nil { return nil }
    }
    if needsFields {
      guard start.pointee == Byte.openBrace else { return reader.fail(.notAnObject, start) }
      if reader.readObject(0, start + 1, row: row, stamp: stamp) == nil { return nil }
    }
    return end
  }

  /// Ends a record: fills in what is missing, and keeps the row or says why not.
  private func close(_ rows: inout ChunkRows, start: Cursor, lineEnd: Cursor, finish: Cursor?) {
    var last = lineEnd
    while last > start, last[-1] <= Byte.space { last -= 1 }
    if let finish, settle(finish, start: start, last: last, row: rows.count) {
      rows.keep(start, last)
      return
    }
    let complaint = reader.state.pointee.complaint
    rows.fail(
      start, last, at: min(complaint.place, last),
      complaint.sentence(slots: table, keys: reader.keys, start: start, end: last))
  }

  /// Whether the record is whole: its end is where reading stopped, or lies behind it and is a brace.
  private func settle(_ finish: Cursor, start: Cursor, last: Cursor, row: Int) -> Bool {
    let remaining = reader.state.pointee.remaining
    if finish > last { return reader.fail(.truncated, last) != nil }
    if remaining == 0, wholeRecord.isEmpty {
      return last[-1] == Byte.closeBrace || reader.fail(.truncated, last) != nil
    }
    let rest = skipSpace(finish)
    if rest < last { return reader.fail(.trailing, rest) != nil }
    if remaining == 0 { return true }
    let stamp = reader.state.pointee.record
    for index in 0..<table.topCount where table.slots[index].stamp != stamp {
      if !table.slots[index].nullable { return reader.fail(.missing, start, slot: index) != nil }
      table.storeNull(index, row: row)
    }
    return true
  }
}
