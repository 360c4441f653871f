// What can be wrong with a JSON record, and how that is said. In: a code, a place, a column. Out: one sentence that names
// the path, what was found and what was expected. Built only for records that failed.

import Values

/// The kinds of mistakes in a record.
enum JSONMistake: UInt8 {
  case none
  case notAnObject
  case expectedKey
  case expectedColon
  case expectedComma
  case expectedValue
  case unterminated
  case controlByte
  case escape
  case surrogate
  case encoding
  case number
  case depth
  case trailing
  case truncated
  // Of a column:
  case wrongType
  case outOfRange
  case inexact
  case tooLong
  case missing
  case null
}

/// Where a record went wrong.
struct JSONComplaint {
  var mistake = JSONMistake.none
  var place: Cursor
  /// The column concerned, or -1.
  var slot = -1
  /// The name of an object on the way to columns, when the mistake is that it is none.
  var key = -1

  /// The sentence for the user. `end` is the end of the record, behind which nothing is quoted.
  func sentence(slots: ColumnSlots, keys: KeyTable, start: Cursor, end: Cursor) -> String {
    let found = Self.excerpt(place, end)
    let position = "at byte \(max(place - start, 0) + 1)"
    if place >= end, mistake.isAboutText { return "the record ends in the middle of a value" }
    switch mistake {
    case .none, .truncated: return "the record ends in the middle of a value"
    case .notAnObject:
      if key < 0 { return "expected a JSON object, found \(found)" }
      let entry = keys.entries[key]
      let name = String(decoding: UnsafeBufferPointer(start: entry.token + 1, count: entry.length - 3), as: UTF8.self)
      return "`\(name)`: expected an object, found \(found)"
    case .expectedKey: return "expected a field name in quotes \(position), found \(found)"
    case .expectedColon: return "expected `:` after a field name \(position), found \(found)"
    case .expectedComma: return "expected `,` or the end of the object or array \(position), found \(found)"
    case .expectedValue: return "expected a value \(position), found \(found)"
    case .unterminated: return "a string has no closing quote before the end of the record"
    case .controlByte: return "a string holds an unescaped control character \(position)"
    case .escape: return "a string holds an escape that JSON does not have \(position): \(found)"
    case .surrogate: return "a string holds half of a surrogate pair \(position): \(found)"
    case .encoding: return "the text is not valid UTF-8 \(position)"
    case .number: return "expected a number \(position), found \(found)"
    case .depth: return "objects and arrays are nested too deeply \(position)"
    case .trailing: return "unexpected text after the end of the object \(position): \(found)"
    case .wrongType: return "\(column(slots)): expected \(expected(slots)), found \(found)"
    case .outOfRange: return "\(column(slots)): \(found) is outside the range of \(expected(slots))"
    case .inexact: return "\(column(slots)): \(found) has more digits after the point than \(expected(slots)) holds"
    case .tooLong: return "\(column(slots)): \(found) is longer than \(expected(slots)) allows"
    case .missing: return "\(column(slots)): the field is missing, and the column is NOT NULL"
    case .null: return "\(column(slots)): found null, and the column is NOT NULL"
    }
  }

  private func column(_ slots: ColumnSlots) -> String {
    guard slot >= 0 else { return "the record" }
    return slots.paths[slot].isEmpty ? "the record" : "`\(slots.paths[slot])`"
  }

  private func expected(_ slots: ColumnSlots) -> String { slot >= 0 ? "\(slots.types[slot])" : "a value" }

  /// What stands at `place`, shortened, named by its kind.
  static func excerpt(_ place: Cursor, _ end: Cursor) -> String {
    if place >= end { return "the end of the record" }
    var length = 0
    let first = place.pointee
    if first == Byte.quote {
      length = 1
      while place + length < end, place[length] != Byte.quote { length += place[length] == Byte.backslash ? 2 : 1 }
      length += 1
    } else if first == Byte.openBrace || first == Byte.openBracket {
      length = end - place
    } else {
      while place + length < end, place[length] > 0x20, place[length] != Byte.comma,
        place[length] != Byte.closeBrace, place[length] != Byte.closeBracket
      { length += 1 }
      length = max(length, 1)
    }
    length = min(length, end - place)
    let shown = min(length, 48)
    let text = String(decoding: UnsafeBufferPointer(start: place, count: shown), as: UTF8.self)
    return (kind(first) + text) + (shown < length ? "..." : "")
  }

  private static func kind(_ first: UInt8) -> String {
    switch first {
    case Byte.quote: "the string "
    case Byte.openBrace: "the object "
    case Byte.openBracket: "the array "
    case Byte.minus, 0x30...0x39: "the number "
    default: ""
    }
  }
}

extension JSONMistake {
  /// Whether the mistake concerns the text rather than a column's type: then the end of the record explains it.
  var isAboutText: Bool {
    switch self {
    case .none, .notAnObject, .expectedKey, .expectedColon, .expectedComma, .expectedValue, .unterminated,
      .controlByte, .escape, .surrogate, .encoding, .number, .depth, .trailing, .truncated, .wrongType:
      true
    case .outOfRange, .inexact, .tooLong, .missing, .null: false
    }
  }
}
