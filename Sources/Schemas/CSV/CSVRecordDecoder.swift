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
  /// For each field of a record the slots that want it.
  private let targets: [[Int]]
  /// Columns that the layout does not have.
  private let absent: [Int]
  private let separator: UInt8
  private var recordBytes = 64

  package init(_ plan: CSVDecoderPlan) {
    separator = plan.separator
    table = ColumnSlots(plan.columns.map { ($0.path.joined(separator: "."), $0.field) })
    targets = plan.layout.map { name in
      plan.columns.indices.filter { plan.columns[$0].path.joined(separator: ".") == name }
    }
    absent = plan.columns.indices.filter { !plan.layout.contains(plan.columns[$0].path.joined(separator: ".")) }
    cells = CSVCellReader(table: table, conventions: plan.conventions)
  }

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
      if outcome.reason == nil, outcome.stop < end, skipSpace(outcome.stop + 1) < end {
        outcome.reason = "a record of a topic holds one CSV line, and this one has more"
        outcome.place = outcome.stop
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
    var reason: String?
    var place: Cursor
  }

  private func close(_ rows: inout ChunkRows, start: Cursor, _ outcome: Outcome) {
    var last = outcome.stop
    if last > start, last[-1] == Byte.carriageReturn { last -= 1 }
    if let reason = outcome.reason {
      rows.fail(start, last, at: min(outcome.place, last), reason)
    } else {
      for index in absent { table.storeNull(index, row: rows.count) }
      rows.keep(start, last)
    }
  }

  /// Reads one record into row `row`. A field that is bad does not keep the rest from being delimited.
  private func readRecord(_ start: Cursor, _ end: Cursor, row: Int) -> Outcome {
    var field = CSVField(start: start)
    var number = 0
    var reason: String?
    var place = start
    for index in absent where !table.slots[index].nullable {
      reason = "`\(table.paths[index])`: the file has no such column, and the column is NOT NULL"
    }
    while true {
      let isEnd = field.read(end: end, separator: separator)
      if reason == nil {
        if let problem = field.problem {
          reason = problem
        } else if number < targets.count {
          for slot in targets[number] where reason == nil { reason = cells.read(field, slot: slot, row: row) }
        }
        if reason != nil { place = field.start }
      }
      number += 1
      if isEnd { break }
      field = CSVField(start: field.end + 1)
    }
    if reason == nil, number != targets.count {
      reason = "expected \(targets.count) fields, found \(number)"
      place = field.end
    }
    return Outcome(stop: field.end, reason: reason, place: place)
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

/// One field of a CSV record.
struct CSVField {
  /// The first byte, which may be a quote.
  var start: Cursor
  /// The separator, newline or end behind it.
  var end: Cursor
  /// The content without quotes.
  var content: Cursor
  var count = 0
  var isQuoted = false
  /// Whether the content holds doubled quotes.
  var hasDoubledQuotes = false
  var problem: String?

  init(start: Cursor) {
    self.start = start
    end = start
    content = start
  }

  /// Finds the end of the field; true when the record ends there too.
  @inline(__always)
  mutating func read(end limit: Cursor, separator: UInt8) -> Bool {
    if start < limit, start.pointee == Byte.quote { return readQuoted(limit, separator) }
    var p = start
    let comma = splat(separator)
    let newline = splat(Byte.newline)
    while p < limit {
      let block = loadBlock(p)
      let found = bits(either(block .== comma, block .== newline))
      if found != 0 {
        p += found.trailingZeroBitCount
        break
      }
      p += 16
    }
    end = min(p, limit)
    count = end - start
    let isEnd = end == limit || end.pointee == Byte.newline
    if isEnd, count > 0, end[-1] == Byte.carriageReturn { count -= 1 }
    return isEnd
  }

  private mutating func readQuoted(_ limit: Cursor, _ separator: UInt8) -> Bool {
    isQuoted = true
    content = start + 1
    var p = content
    while true {
      p = findByte(Byte.quote, p, limit)
      if p == limit {
        problem = "a quoted field has no closing quote before the end of the input"
        end = limit
        return true
      }
      guard p + 1 < limit, p[1] == Byte.quote else { break }
      hasDoubledQuotes = true
      p += 2
    }
    count = p - content
    end = p + 1
    if end < limit, end.pointee == Byte.carriageReturn, end + 1 == limit || end[1] == Byte.newline { end += 1 }
    if end == limit || end.pointee == Byte.newline { return true }
    if end.pointee == separator { return false }
    problem = "text follows the closing quote of a field"
    while end < limit, end.pointee != separator, end.pointee != Byte.newline { end += 1 }
    return end == limit || end.pointee == Byte.newline
  }
}

/// The first `byte` in `start ..< end`, or `end`.
func findByte(_ byte: UInt8, _ start: Cursor, _ end: Cursor) -> Cursor {
  var p = start
  let wanted = splat(byte)
  while p < end {
    let found = bits(loadBlock(p) .== wanted)
    if found != 0 { return min(p + found.trailingZeroBitCount, end) }
    p += 16
  }
  return end
}
