// The line of a record, for messages: records are counted while they are read, but a user looks for a line, and blank lines
// and quoted newlines make the two differ. In: a file and the number of a record. Out: the number of its first line. Reads
// the file again, and goes on from where it last was; only messages ask.

import Glibc
import Plan
import Values

struct LineSearch {
  private let format: RecordFormat
  private var position: Int64 = 0
  /// The line at `position`, from 1, and the record that starts at or behind it, from 0.
  private var line: Int64 = 1
  private var record: Int64 = 0

  init(_ format: RecordFormat) { self.format = format }

  /// The first line of a record of the file, a header counted as one; nil when the file has no such record.
  mutating func line(of wanted: Int64, in reader: FileReader) throws(ExecutionError) -> Int64? {
    if wanted < record { self = LineSearch(format) }
    var size = 1 << 18
    while true {
      let blob = Blob(uninitialized: size)
      let filled = try reader.read(into: blob.base, count: size, at: position)
      let before = position
      if let found = search(blob, filled, isLast: filled < size, wanted) { return found }
      if filled < size { return nil }
      // No record ends in what was read: more is needed at once.
      if position == before { size *= 2 }
    }
  }

  /// Walks over whole records, up to the wanted one.
  private mutating func search(_ blob: Blob, _ count: Int, isLast: Bool, _ wanted: Int64) -> Int64? {
    var start = 0
    while start < count {
      guard let length = recordLength(blob, start..<count) ?? (isLast ? count - start : nil) else { break }
      let isRecord = format == .raw || !isBlank(blob, start..<(start + length))
      if isRecord && record == wanted {
        position += Int64(start)
        return line
      }
      if isRecord { record += 1 }
      line += newlines(blob, start..<(start + length))
      start += length
    }
    position += Int64(start)
    return nil
  }

  /// The bytes up to and with the newline that ends a record; nil when it is not there.
  private func recordLength(_ blob: Blob, _ range: Range<Int>) -> Int? {
    guard format == .csv else {
      guard let newline = memchr(blob.base + range.lowerBound, 10, range.count) else { return nil }
      return (blob.base + range.lowerBound).distance(to: newline.assumingMemoryBound(to: UInt8.self)) + 1
    }
    var isInside = false
    for index in range {
      let byte = blob.base[index]
      if byte == 34 { isInside.toggle() }
      if byte == 10 && !isInside { return index + 1 - range.lowerBound }
    }
    return nil
  }

  private func isBlank(_ blob: Blob, _ range: Range<Int>) -> Bool {
    range.allSatisfy { [9, 10, 13, 32].contains(blob.base[$0]) }
  }

  private func newlines(_ blob: Blob, _ range: Range<Int>) -> Int64 {
    format == .csv ? range.reduce(0) { $0 + (blob.base[$1] == 10 ? 1 : 0) } : 1
  }
}
