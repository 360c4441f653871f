// What opening a log found and did, as values for whoever opened it to show.
// In: findings of recovery. Out: notes in words. Never: a decision left to the reader that recovery has not taken.

/// The notes of one open. Empty after an orderly shutdown.
package struct RecoveryReport: Equatable, Sendable {
  /// One finding.
  package enum Note: Equatable, Sendable {
    /// Bytes after the last whole batch were cut off; they were never acknowledged as durable.
    case tornTail(file: String, position: Int, bytes: Int, nextOffset: Int64, reason: String)
    /// Acknowledged records that do not read; the file was left as it is.
    case damage(Damage)
    /// Acknowledged records of which the disk has nothing.
    case missing(partition: String, offsets: Range<Int64>)
    /// An index file was made again from its log.
    case indexRebuilt(file: String)
    /// A file or folder left by an interrupted change was removed.
    case leftover(path: String)
  }

  package var notes: [Note] = []
  /// The bytes that were read to find where each partition ends; nothing after an orderly shutdown.
  package var scannedBytes = 0
  /// Whether the last writer closed the log in order.
  package var wasClosedInOrder = false

  /// Whether acknowledged records were lost.
  package var hasLoss: Bool {
    notes.contains {
      switch $0 {
      case .damage, .missing: true
      case .tornTail, .indexRebuilt, .leftover: false
      }
    }
  }
}

extension RecoveryReport.Note: CustomStringConvertible {
  package var description: String {
    switch self {
    case .tornTail(let file, let position, let bytes, let nextOffset, let reason):
      "`\(file)`: \(bytes) bytes of an unfinished append were cut off at byte \(position) (\(reason)); "
        + "the next record will be \(nextOffset)"
    case .damage(let damage): LogError.corrupt(damage).description
    case .missing(let partition, let offsets):
      "\(partition): records \(offsets.lowerBound) to \(offsets.upperBound - 1) were acknowledged and are not on the disk; "
        + "restore them from a copy, new records begin at \(offsets.upperBound)"
    case .indexRebuilt(let file): "`\(file)`: the index was made again"
    case .leftover(let path): "`\(path)`: left by an interrupted change, removed"
    }
  }
}
