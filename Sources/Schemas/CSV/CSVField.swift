// One field of a CSV record (RFC 4180) in its bytes: where it starts, where it ends, what lies between its quotes. In: a
// cursor at a field. Out: the field and what is wrong with it. Never says what the content means.

import Values

/// What can be wrong with a CSV record.
enum CSVMistake: UInt8 {
  case none
  // Of the record:
  case unterminated
  case textAfterQuote
  case severalLines
  case fieldCount
  // Of a column:
  case absent
  case empty
  case encoding
  case malformed
  case outOfRange
  case tooLong
  case unsupported

  /// The sentence for the user, for all mistakes but a wrong number of fields.
  func sentence(_ field: CSVField, slot: Int, _ table: ColumnSlots) -> String {
    let column = slot >= 0 ? "`\(table.paths[slot])`" : "the record"
    let type = slot >= 0 ? table.types[slot] : .text
    let shown = min(field.count, 48)
    let text = String(decoding: UnsafeBufferPointer(start: field.content, count: shown), as: UTF8.self)
    let found = "found \"\(text)\(shown < field.count ? "..." : "")\""
    switch self {
    case .none, .fieldCount: return "the number of fields is wrong"
    case .unterminated: return "a quoted field has no closing quote before the end of the input"
    case .textAfterQuote: return "text follows the closing quote of a field"
    case .severalLines: return "a record of a topic holds one CSV line, and this one has more"
    case .absent: return "\(column): the file has no such column, and the column is NOT NULL"
    case .empty: return "\(column): the field is empty, and the column is NOT NULL"
    case .encoding: return "\(column): the text is not valid UTF-8"
    case .malformed: return "\(column): \(found): \(TextFailure.malformed.message(type))"
    case .outOfRange: return "\(column): \(found): \(TextFailure.outOfRange.message(type))"
    case .tooLong: return "\(column): \(found): \(TextFailure.tooLong.message(type))"
    case .unsupported: return "\(column): \(found): \(TextFailure.unsupported.message(type))"
    }
  }
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
  var problem = CSVMistake.none

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
        problem = .unterminated
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
    problem = .textAfterQuote
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
