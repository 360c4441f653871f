// What a decoder gives back for a stretch of input, and the contract that all formats keep. In: a blob. Out: columns, and
// where each row came from. Records that do not decode are data too: a list, never an error thrown.

import Values

/// A column that is asked of a decoder: where it lies in a record, and its type.
package struct DecodedColumn: Hashable, Sendable {
  /// Names from the record inwards; empty for the whole record (JSON and STRUCT columns).
  package var path: [String]
  package var field: Field

  package init(path: [String], field: Field) {
    self.path = path
    self.field = field
  }
}

/// The unit of a timestamp that is written as an integer.
package enum TimestampUnit: Hashable, Sendable, Codable {
  case seconds
  case milliseconds
  case microseconds

  var micros: Int64 {
    switch self {
    case .seconds: 1_000_000
    case .milliseconds: 1000
    case .microseconds: 1
    }
  }
}

/// How text is understood where it does not say so itself.
package struct TextConventions: Hashable, Sendable {
  /// Of timestamps that are numbers.
  package var timestampUnit: TimestampUnit
  /// Of timestamps without an offset.
  package var zone: TimeZoneRules
  /// Objects and arrays within each other that are decoded; what is skipped may nest without limit.
  package var depthLimit: Int

  package init(timestampUnit: TimestampUnit = .milliseconds, zone: TimeZoneRules = .utc, depthLimit: Int = 64) {
    self.timestampUnit = timestampUnit
    self.zone = zone
    self.depthLimit = depthLimit
  }
}

/// A record that left no row.
package struct DecodeFailure: Sendable {
  /// Its number among the records of the chunk, from 0.
  package var record: Int
  /// Its bytes in the blob.
  package var payload: ByteView
  /// Where in the blob the decoder stopped.
  package var offset: Int
  /// What is wrong, in the user's words.
  package var reason: String

  package init(record: Int, payload: ByteView, offset: Int, reason: String) {
    self.record = record
    self.payload = payload
    self.offset = offset
    self.reason = reason
  }
}

/// The rows of a stretch of input.
package struct DecodedChunk: Sendable {
  package var columns: [Column]
  /// The number of rows.
  package var count: Int
  /// The number of records, good and bad; blank lines are none.
  package var recordCount: Int
  /// The bytes of each row's record.
  package var payloads: Vector<ByteView>
  /// The number of each row's record; nil when it is the row's own number, as it is without failures.
  package var recordNumbers: Vector<Int32>?
  package var failures: [DecodeFailure]
  /// Which rows delete what they name; nil when none does.
  package var deletions: Vector<Bool>?
  /// Records that say nothing of their own and leave neither a row nor a failure.
  package var passedOver = 0
  /// Where decoding stopped: the start of the first line that was not decoded, or the end of the range.
  package var end: Int

  package init(
    columns: [Column], count: Int, recordCount: Int, payloads: Vector<ByteView>, recordNumbers: Vector<Int32>?,
    failures: [DecodeFailure], end: Int
  ) {
    self.columns = columns
    self.count = count
    self.recordCount = recordCount
    self.payloads = payloads
    self.recordNumbers = recordNumbers
    self.failures = failures
    self.end = end
  }
}

/// Bytes to columns, for one reader. It learns from what it reads and is not shared between threads.
package protocol RecordDecoder: AnyObject {
  /// Decodes the lines of `range`, at most `maximumRecords` of them. A last line without a newline is complete only when
  /// `isLast`; otherwise `end` of the chunk says where it starts.
  func decode(_ blob: Blob, range: Range<Int>, isLast: Bool, maximumRecords: Int) -> DecodedChunk
  /// Decodes records that are already cut apart, as those of a topic. Every view is a record, blank ones too.
  func decodeRecords(_ blob: Blob, _ records: Vector<ByteView>) -> DecodedChunk
  /// Whether a file may be cut at any newline and its parts decoded by different readers.
  var isSplittable: Bool { get }
}
