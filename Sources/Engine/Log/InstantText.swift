// Instants of records as text and back. In: milliseconds since 1970, or what a user wrote. Out: ISO 8601 in UTC, or
// milliseconds.

import Values

enum InstantText {
  /// `2026-01-01T10:00:00.000Z`.
  static func iso(milliseconds: Int64) -> String {
    var writer = TimestampWriter(zone: .utc, style: .iso)
    return withUnsafeTemporaryAllocation(of: UInt8.self, capacity: TimestampWriter.maximumLength + 16) { target in
      guard let base = target.baseAddress else { return "" }
      let (micros, overflowed) = milliseconds.multipliedReportingOverflow(by: 1000)
      if overflowed { return "\(milliseconds)ms" }
      let length = writer.write(micros, to: base)
      return String(decoding: UnsafeBufferPointer(start: base, count: length), as: UTF8.self)
    }
  }

  /// The first whole millisecond at or after the instant that `text` names: a date, or a date and a time, in UTC unless
  /// it has an offset. Nil for any other text.
  static func milliseconds(_ text: String) -> Int64? {
    var reader = TimestampReader(zone: .utc)
    var bytes = Array(text.utf8)
    let count = bytes.count
    // The reader may look at bytes after the end.
    bytes += [UInt8](repeating: 0, count: 16)
    let micros = bytes.withUnsafeBufferPointer { bytes in
      bytes.baseAddress.flatMap { reader.parse($0, count: count) }
    }
    return micros.map { $0 >= 0 ? ($0 &+ 999) / 1000 : $0 / 1000 }
  }
}
