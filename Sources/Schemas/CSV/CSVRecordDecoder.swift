// CSV records (RFC 4180) to columns. In: lines of a file, or records of a topic. Out: chunks.
//
// A field without content is NULL, one with quotes and nothing between them an empty string. Quoted fields may hold
// commas, doubled quotes and newlines. A record with more or fewer fields than the layout has is bad. Columns are found
// by the names of the first line, or by position where there is none.

import Values

/// What a CSV decoder is to deliver, and how the file is laid out.
package struct CSVDecoderPlan: Hashable, Sendable {
  package var columns: [DecodedColumn]
  /// The names of all fields of a record in their order: the header, or what was declared.
  package var layout: [String]
  package var conventions: TextConventions
  package var separator: UInt8

  package init(
    columns: [DecodedColumn], layout: [String], conventions: TextConventions = TextConventions(),
    separator: UInt8 = UInt8(ascii: ",")
  ) {
    self.columns = columns
    self.layout = layout
    self.conventions = conventions
    self.separator = separator
  }

  /// Columns that the layout does not have: they would be NULL in every row.
  package var missingColumns: [DecodedColumn] {
    columns.filter { column in !layout.contains(column.path.joined(separator: ".")) }
  }
}

/// Decodes CSV records.
package final class CSVRecordDecoder: RecordDecoder {
  private let table: ColumnSlots
  private let cells: CSVCellReader
  /// For each field of a record the first slot that wants it, or -1.
  private let targets: UnsafeMutableBufferPointer<Int>
  /// For each slot the next one that wants the same field, or -1.
  private let twins: [Int]
  /// Columns that the layout does not have.
  private let absent: [Int]
  private let separator: UInt8
  private var recordBytes = 64

  package init(_ plan: CSVDecoderPlan) {
    separator = plan.separator
    table = ColumnSlots(plan.columns.map { ($0.path.joined(separator: "."), $0.field) })
    let names = plan.columns.map { $0.path.joined(separator: ".") }
    targets = .allocate(capacity: plan.layout.count)
    for (index, name) in plan.layout.enumerated() { targets[index] = names.firstIndex(of: name) ?? -1 }
    twins = names.indices.map { index in names[(index + 1)...].firstIndex(of: names[index]) ?? -1 }
    absent = names.indices.filter { !plan.layout.contains(names[$0]) }
    cells = CSVCellReader(table: table, conventions: plan.conventions)
  }

  deinit { targets.deallocate() }

  /// A newline between quotes belongs to a field, and only reading from the start tells.
  package var isSplittable: Bool { false }

  package func decode(_ blob: Blob, range: Range<Int>, isLast: Bool, maximumRecords: Int) -> DecodedChunk {
    var rows = ChunkRows(blob, expected: min(maximumRecords, range.count / recordBytes + 16), slots: table)
    let base = Cursor(blob.base)
    let end = base + range.upperBound
    var p = base + range.lowerBound
    cells.base = base
    while p < end, rows.records < maximumRecords {
      p = csvRecordStart(p, end)
      if p >= end { break }
      let outcome = readRecord(p, end, row: rows.prepare())
      if outcome.stop >= end, !isLast { break }
      close(&rows, start: p, outcome)
      p = min(outcome.stop + 1, end)
    }
    rows.rollBack(from: rows.count)
    if rows.records > 16 { recordBytes = max(8, (p - base - range.lowerBound) / rows.records * 7 / 8) }
    return withExtendedLifetime(blob) { rows.finish(end: p - base) }
  }

  package func decodeRecords(_ blob: Blob, _ records: Vector<ByteView>) -> DecodedChunk {
    var rows = ChunkRows(blob, expected: records.count, slots: table)
    let base = Cursor(blob.base)
    cells.base = base
    var last = 0
    for i in 0..<records.count {
      let start = base + Int(records.base[i].offset)
      let end = start + Int(records.base[i].length)
      var outcome = readRecord(start, end, row: rows.prepare())
      if outcome.mistake == .none, outcome.stop < end, skipSpace(outcome.stop + 1) < end {
        outcome.mistake = .severalLines
        outcome.field = CSVField(start: outcome.stop)
      }
      outcome.stop = end
      close(&rows, start: start, outcome)
      last = end - base
    }
    return withExtendedLifetime((blob, records)) { rows.finish(end: last) }
  }

  /// How reading a record ended.
  private struct Outcome {
    /// The newline, or the end of the range.
    var stop: Cursor
    var mistake = CSVMistake.none
    /// The field that is wrong, and the column it is for, or -1.
    var field: CSVField
    var slot = -1
    /// The number of fields.
    var fields = 0
  }

  private func close(_ rows: inout ChunkRows, start: Cursor, _ outcome: Outcome) {
    var last = outcome.stop
    if last > start, last[-1] == Byte.carriageReturn { last -= 1 }
    if outcome.mistake == .none {
      for index in absent { table.storeNull(index, row: rows.count) }
      rows.keep(start, last)
    } else {
      rows.fail(start, last, at: min(outcome.field.start, last), sentence(outcome))
    }
  }

  private func sentence(_ outcome: Outcome) -> String {
    switch outcome.mistake {
    case .fieldCount: "expected \(targets.count) fields, found \(outcome.fields)"
    case .none, .unterminated, .textAfterQuote, .severalLines, .absent, .empty, .encoding, .malformed, .outOfRange,
      .tooLong, .unsupported:
      outcome.mistake.sentence(outcome.field, slot: outcome.slot, table)
    }
  }

  /// Reads one record into row `row`. A field that is bad does not keep the rest from being delimited.
  private func readRecord(_ start: Cursor, _ end: Cursor, row: Int) -> Outcome {
    var field = CSVField(start: start)
    var outcome = Outcome(stop: start, field: field)
    for index in absent where !table.slots[index].nullable {
      outcome.mistake = .absent
      outcome.slot = index
    }
    var number = 0
    while true {
      let isEnd = field.read(end: end, separator: separator)
      if field.problem != .none, outcome.mistake == .none {
        outcome.mistake = field.problem
        outcome.field = field
      } else if number < targets.count, targets[number] >= 0, outcome.mistake == .none {
        store(field, number, row: row, &outcome)
      }
      number &+= 1
      if isEnd { break }
      field = CSVField(start: field.end + 1)
    }
    if outcome.mistake == .none, number != targets.count {
      outcome.mistake = .fieldCount
      outcome.field = CSVField(start: field.end)
    }
    outcome.fields = number
    outcome.stop = field.end
    return outcome
  }

  /// Stores a field in every column that wants it.
  @inline(__always)
  private func store(_ field: CSVField, _ number: Int, row: Int, _ outcome: inout Outcome) {
    var slot = targets[number]
    repeat {
      let mistake = cells.read(field, slot: slot, row: row)
      if mistake != .none {
        outcome.mistake = mistake
        outcome.field = field
        outcome.slot = slot
        return
      }
      slot = twins[slot]
    } while slot >= 0
  }
}

/// The start of the next record at or behind `start`: blank lines and a byte order mark are skipped.
func csvRecordStart(_ start: Cursor, _ end: Cursor) -> Cursor {
  var p = start
  if end - p >= 3, p[0] == 0xEF, p[1] == 0xBB, p[2] == 0xBF { p += 3 }
  while p < end {
    if p.pointee == Byte.newline {
      p += 1
    } else if p.pointee == Byte.carriageReturn, p + 1 == end || p[1] == Byte.newline {
      p += 1
    } else {
      return p
    }
  }
  return end
}
