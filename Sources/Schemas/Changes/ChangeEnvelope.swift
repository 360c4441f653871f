// What a record of a changelog says: which rows it adds and which it takes back. In: the bytes of a record. Out: images of
// rows as places in those bytes, or why there are none. Decodes no row.
//
// Debezium: an envelope `before`, `after`, `op`, alone or below `payload`; op is c, r, u or d. A message of another kind (m)
// says nothing of rows. Changelog: a row with its kind of change as its field `op`: +I, -U, +U or -D.

import Values

package enum ChangeEnvelope: Hashable, Sendable {
  case debezium
  case changelog
}

/// One row that a record adds or takes back.
struct RowImage {
  var start: Cursor
  var end: Cursor
  var isDeletion: Bool
}

/// What is found in one record.
enum EnvelopeContent {
  case images([RowImage])
  /// Nothing is said of rows.
  case nothing
  case mistake(Cursor, String)
}

extension ChangeEnvelope {
  /// The images in a record. With `keepsOldRows` an update takes the old row back; without it, what replaces the row of a
  /// key needs the new row only.
  func content(_ start: Cursor, _ end: Cursor, keepsOldRows: Bool) -> EnvelopeContent {
    switch self {
    case .changelog: Self.changelog(start, end, keepsOldRows: keepsOldRows)
    case .debezium: Self.debezium(start, end, keepsOldRows: keepsOldRows)
    }
  }

  private static func changelog(_ start: Cursor, _ end: Cursor, keepsOldRows: Bool) -> EnvelopeContent {
    var members = JSONMembers(start, limit: end)
    while let member = members.next() {
      guard member.isCalled("op") else { continue }
      guard let text = member.text else { return .mistake(member.value, "`op` is no text") }
      let kind = String(decoding: text, as: UTF8.self)
      let whole = { RowImage(start: start, end: end, isDeletion: $0) }
      switch kind {
      case "+I", "+U", "I", "U": return .images([whole(false)])
      case "-D", "D": return .images([whole(true)])
      case "-U": return keepsOldRows ? .images([whole(true)]) : .nothing
      default: return .mistake(member.value, "`op` is `\(kind)`, and the kinds of change are +I, -U, +U and -D")
      }
    }
    return .mistake(start, members.isBroken ? "the record is no JSON object" : "the record has no `op`")
  }

  private static func debezium(
    _ start: Cursor, _ end: Cursor, keepsOldRows: Bool, isPayload: Bool = false
  ) -> EnvelopeContent {
    var members = JSONMembers(start, limit: end)
    var before: JSONMembers.Member?
    var after: JSONMembers.Member?
    var operation: JSONMembers.Member?
    while let member = members.next() {
      if member.isCalled("payload"), !isPayload {
        // A record without a payload is the tombstone after a deletion.
        if member.isNull { return .nothing }
        return debezium(member.value, member.end, keepsOldRows: keepsOldRows, isPayload: true)
      }
      if member.isCalled("before") { before = member }
      if member.isCalled("after") { after = member }
      if member.isCalled("op") { operation = member }
    }
    if members.isBroken { return .mistake(start, "the record is no JSON object") }
    guard let text = operation?.text else { return .mistake(start, "the envelope has no `op`") }
    let old = before.flatMap { $0.isObject ? RowImage(start: $0.value, end: $0.end, isDeletion: true) : nil }
    let new = after.flatMap { $0.isObject ? RowImage(start: $0.value, end: $0.end, isDeletion: false) : nil }
    switch String(decoding: text, as: UTF8.self) {
    case "c", "r": return new.map { .images([$0]) } ?? .mistake(start, "the envelope has no row `after`")
    case "u":
      guard let new else { return .mistake(start, "the envelope has no row `after`") }
      if !keepsOldRows { return .images([new]) }
      return old.map { .images([$0, new]) }
        ?? .mistake(start, "an update without the row `before`: a table with a PRIMARY KEY needs none")
    case "d":
      if let old { return .images([old]) }
      // The record's key says which row it is.
      if !keepsOldRows { return .images([RowImage(start: start, end: start, isDeletion: true)]) }
      return .mistake(start, "a deletion without the row `before`: a table with a PRIMARY KEY needs none")
    case "m": return .nothing
    case let other: return .mistake(start, "`op` is `\(other)`, and c, r, u and d are understood")
    }
  }
}
