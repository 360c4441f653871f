// Letting go of old records: by age, by size, and up to an offset.
// In: limits and a time. Out: a later log start, fewer files. Never: the segment that is appended to, or part of a file.

import Synchronization

/// What retention removed from one partition.
package struct RetentionResult: Equatable, Sendable {
  package let topic: String
  package let partition: Int
  package let logStart: Int64
  package let segments: Int
  package let bytes: Int
}

extension Partition {
  /// Removes closed segments that are older or more than the topic's configuration keeps. Age is that of the last append
  /// by the server's clock (`now` in microseconds), since record timestamps may lie. An old segment that is still appended
  /// to is closed first, or an idle topic would never let go.
  package func applyRetention(now: Int64) throws(LogError) -> RetentionResult? {
    try writer.withLock { (writer) throws(LogError) in
      try checkUsable(toWrite: "apply retention")
      let keepFrom = configuration.retentionMilliseconds.map { now / 1000 - $0 }
      func isOld(_ segment: Segment) -> Bool { keepFrom.map { segment.summary.lastAppend / 1000 < $0 } ?? false }
      if let active = view.withLock({ $0.segments.last }), active.summary.size > 0, isOld(active) {
        _ = try roll(&writer)
      }
      let segments = view.withLock { $0.segments }
      var total = segments.reduce(0) { $0 + $1.summary.size }
      var drop = 0
      for segment in segments.dropLast() {
        let isExcess = configuration.retentionBytes.map { total - segment.summary.size >= $0 } ?? false
        guard isOld(segment) || isExcess else { break }
        total -= segment.summary.size
        drop += 1
      }
      guard drop > 0 else { return nil }
      return try moveStart(to: segments[drop].baseOffset)
    }
  }

  /// Makes `offset` the first one that can be read, at most the end. Whole segments before it are removed.
  package func deleteRecords(before offset: Int64) throws(LogError) {
    try writer.withLock { (_) throws(LogError) in
      try checkUsable(toWrite: "delete records")
      try sync()
      let now = view.withLock { $0 }
      guard offset >= 0, offset <= now.end else {
        throw .offsetOutOfRange(partition: name, offset: offset, start: now.start, end: now.end)
      }
      if offset > now.start { _ = try moveStart(to: offset) }
    }
  }

  /// First the decision, durable; then out of sight; then off the disk. A crash between them is finished at the next open.
  private func moveStart(to start: Int64) throws(LogError) -> RetentionResult {
    try syncing.withLock { (checkpoints) throws(LogError) in
      let durable = view.withLock { $0.durable }
      try checkpoints?.write(Checkpoint(logStart: start, durable: durable), synced: true)
      view.withLock { $0.start = start }
    }
    let removed = view.withLock { view in
      let keep = max(partitioningIndex(view.segments.count) { view.segments[$0].baseOffset > start } - 1, 0)
      let removed = Array(view.segments[..<keep])
      view.segments.removeFirst(keep)
      return removed
    }
    for segment in removed {
      environment.openFiles.forget(segment.path)
      // Readers that hold the file go on reading it; its name is gone for everybody else.
      for suffix in [".index", ".timeindex"] where environment.storage.exists(segment.path + suffix) {
        try environment.storage.remove(segment.path + suffix)
      }
      try environment.storage.rename(segment.logPath, to: segment.logPath + ".deleted")
      try environment.storage.remove(segment.logPath + ".deleted")
    }
    return RetentionResult(
      topic: topic, partition: index, logStart: start, segments: removed.count,
      bytes: removed.reduce(0) { $0 + $1.summary.size })
  }
}
