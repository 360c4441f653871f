// The first line of a CSV file. In: the first bytes. Out: the names of the columns and where the records begin.

import Values

/// The names in the first line of a CSV file.
package struct CSVHeader: Hashable, Sendable {
  package var names: [String]
  /// The offset of the first record.
  package var end: Int

  /// Reads the header in `range`; nil when the range ends before the line does, unless it is the whole file.
  package init?(_ blob: Blob, range: Range<Int>, isLast: Bool, separator: UInt8 = UInt8(ascii: ",")) {
    let base = Cursor(blob.base)
    let limit = base + range.upperBound
    guard let (fields, stop) = csvFields(base + range.lowerBound, limit, separator: separator) else {
      guard isLast else { return nil }
      self.init(names: [], end: range.upperBound)
      return
    }
    guard stop < limit || isLast else { return nil }
    self.init(names: fields.map { $0 ?? "" }, end: min(stop + 1, limit) - base)
    withExtendedLifetime(blob) {}
  }

  private init(names: [String], end: Int) {
    self.names = names
    self.end = end
  }
}

/// The fields of one record as strings, nil for those without content, and the newline or end behind it; nil when there
/// is no record. For headers and samples.
func csvFields(_ start: Cursor, _ limit: Cursor, separator: UInt8) -> (fields: [String?], stop: Cursor)? {
  let first = csvRecordStart(start, limit)
  if first >= limit { return nil }
  var fields: [String?] = []
  var field = CSVField(start: first)
  while true {
    let isEnd = field.read(end: limit, separator: separator)
    let text = String(decoding: UnsafeBufferPointer(start: field.content, count: field.count), as: UTF8.self)
    if field.count == 0, !field.isQuoted {
      fields.append(nil)
    } else {
      fields.append(field.hasDoubledQuotes ? text.halvingQuotes : text)
    }
    if isEnd { return (fields, field.end) }
    field = CSVField(start: field.end + 1)
  }
}

extension String {
  /// The text with each pair of quotes as one.
  fileprivate var halvingQuotes: String {
    var result = ""
    var wasQuote = false
    for scalar in unicodeScalars {
      if scalar == "\"", wasQuote {
        wasQuote = false
        continue
      }
      wasQuote = scalar == "\""
      result.unicodeScalars.append(scalar)
    }
    return result
  }
}
