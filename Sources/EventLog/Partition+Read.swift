// Reading from a partition: by offset, by time, and where damage is met.
// In: an offset and memory. Out: whole, intact batches. Never: a batch past what the reader may see, or one half read.

import Synchronization

/// What a read brought.
package struct ReadResult: Equatable, Sendable {
  /// The bytes of whole batches at the front of the buffer; 0 when there is nothing at or after the offset yet.
  package var byteCount: Int
  /// The offset to read next.
  package var nextOffset: Int64
  /// When not 0, the buffer was too small for the next batch, which needs this many bytes.
  package var neededBytes = 0
}

extension Partition {
  /// Reads whole batches into `buffer`, the first of which contains `offset` (so records before it may precede).
  ///
  /// Checksums are verified once: batches appended here, recovered or read before are not computed again.
  /// Throws `corrupt` when `offset` itself is damaged; damage further on ends the read before it.
  package func read(
    from offset: Int64, into buffer: UnsafeMutableRawBufferPointer, visibility: Visibility = .durable
  ) throws(LogError) -> ReadResult {
    while true {
      try checkUsable()
      let now = view.withLock { $0 }
      guard offset >= now.start, offset <= now.end else {
        throw .offsetOutOfRange(partition: name, offset: offset, start: now.start, end: now.end)
      }
      let limit = visibility == .written || environment.mode == .readOnly ? now.end : now.durable
      if offset >= limit { return ReadResult(byteCount: 0, nextOffset: offset) }
      let segment = try segment(of: offset, in: now)
      do {
        if let result = try read(segment, from: offset, limit: limit, into: buffer) { return result }
      } catch {
        guard case .storage(let failure) = error, failure.reason == .notFound else { throw error }
        // Retention has removed the file under us; the next round says which offsets are left.
        if environment.mode == .readOnly { try refresh() }
        if view.withLock({ $0.segments.contains { $0 === segment } }) { throw error }
      }
    }
  }

  /// Reads whole batches of about `maxBytes`; at least one batch when there is any, however large it is.
  package func read(
    from offset: Int64, maxBytes: Int, visibility: Visibility = .durable
  ) throws(LogError) -> LogBytes {
    var capacity = max(maxBytes, 4096)
    while true {
      let bytes = LogBytes(capacity: capacity)
      let result = try read(from: offset, into: bytes.space, visibility: visibility)
      if result.neededBytes > 0 {
        capacity = result.neededBytes
        continue
      }
      bytes.fill(count: result.byteCount, nextOffset: result.nextOffset)
      return bytes
    }
  }

  /// The first offset whose record's timestamp (milliseconds since 1970 UTC) is at or after `timestamp`; nil when there
  /// is none. Record timestamps are the producers' and need not be in order.
  package func offset(
    forTime timestamp: Int64, visibility: Visibility = .durable
  ) throws(LogError) -> Int64? {
    let now = view.withLock { $0 }
    for segment in now.segments where segment.summary.maxTimestamp >= timestamp {
      var offset = max(try segment.offset(before: timestamp), now.start)
      let end = segment.summary.endOffset
      while offset < end {
        let bytes: LogBytes
        do {
          bytes = try read(from: offset, maxBytes: 1 << 20, visibility: visibility)
        } catch .corrupt(let damage) {
          offset = damage.offsets.upperBound
          continue
        }
        if bytes.count == 0 { break }
        if let found = try firstRecord(in: bytes, from: offset, atOrAfter: timestamp) { return found }
        offset = bytes.nextOffset
      }
    }
    return nil
  }

  private func firstRecord(
    in bytes: LogBytes, from offset: Int64, atOrAfter timestamp: Int64
  ) throws(LogError) -> Int64? {
    do throws(BatchFault) {
      var rest = bytes.bytes
      while !rest.isEmpty {
        let batch = try RecordBatch(rest, verifying: false)
        rest = UnsafeRawBufferPointer(rebasing: rest[batch.bytes.count...])
        if batch.header.maxTimestamp < timestamp || batch.header.lastOffset < offset { continue }
        var cursor = try batch.records()
        while try cursor.next() {
          if cursor.timestamp >= timestamp && cursor.offset >= offset { return cursor.offset }
        }
      }
      return nil
    } catch {
      throw .invalidBatch(error)
    }
  }

  /// The segment that has or had `offset`; throws `corrupt` when recovery found none.
  private func segment(of offset: Int64, in now: View) throws(LogError) -> Segment {
    let after = partitioningIndex(now.segments.count) { now.segments[$0].baseOffset > offset }
    let next = after < now.segments.count ? now.segments[after].baseOffset : now.end
    guard after > 0 else {
      throw .corrupt(
        Damage(file: folder, positions: 0..<0, offsets: offset..<next, reason: "the segment file is missing"))
    }
    let segment = now.segments[after - 1]
    if let damage = segment.damage(containing: offset) { throw .corrupt(damage) }
    let summary = segment.summary
    if offset >= summary.endOffset && summary.endOffset < next {
      throw .corrupt(
        Damage(
          file: segment.logPath, positions: summary.size..<summary.size, offsets: summary.endOffset..<next,
          reason: "the file ends before these records"))
    }
    return segment
  }

  /// Reads from one segment; nil to try again because damage before `offset` was found and is now known.
  private func read(
    _ segment: Segment, from offset: Int64, limit: Int64, into buffer: UnsafeMutableRawBufferPointer
  ) throws(LogError) -> ReadResult? {
    guard buffer.count >= RecordBatchHeader.size, let base = buffer.baseAddress else {
      return ReadResult(byteCount: 0, nextOffset: offset, neededBytes: RecordBatchHeader.size)
    }
    let file = try segment.file()
    let size = segment.summary.size
    var place = try segment.place(of: offset)
    while true {
      let wanted = UnsafeMutableRawBufferPointer(start: base, count: min(buffer.count, max(size - place.position, 0)))
      let filled = try file.read(into: wanted, at: place.position)
      let bytes = UnsafeRawBufferPointer(start: base, count: filled)
      let skip = skipBatches(bytes, before: offset, expecting: place.offset)
      if let fault = skip.fault {
        return try quarantine(segment, place.position + skip.bytes, skip.offset, fault, wanted: offset)
      }
      if skip.bytes > 0 {
        place = (skip.offset, place.position + skip.bytes)
        continue
      }
      return try takeBatches(
        bytes, of: segment, at: place.position, from: offset, expecting: place.offset, limit: limit, size: size)
    }
  }

  /// How many bytes of batches end before `offset`; a fault where the chain breaks before it.
  private func skipBatches(
    _ bytes: UnsafeRawBufferPointer, before offset: Int64, expecting first: Int64
  ) -> (bytes: Int, offset: Int64, fault: BatchFault?) {
    var position = 0
    var expected = first
    while true {
      guard bytes.count - position >= RecordBatchHeader.size, let base = bytes.baseAddress else {
        return (position, expected, position == 0 ? .truncated : nil)
      }
      let header = RecordBatchHeader(base + position)
      if let fault = header.fault { return (position, expected, fault) }
      guard header.baseOffset == expected else {
        return (position, expected, .unexpectedOffset(expected: expected, found: header.baseOffset))
      }
      if header.nextOffset > offset { return (position, expected, nil) }
      position += header.totalBytes
      expected = header.nextOffset
    }
  }

  /// Verifies and counts the whole batches at the front of `bytes`.
  private func takeBatches(
    _ bytes: UnsafeRawBufferPointer, of segment: Segment, at position: Int, from offset: Int64,
    expecting first: Int64, limit: Int64, size: Int
  ) throws(LogError) -> ReadResult? {
    var taken = 0
    var expected = first
    let verified = segment.verifiedBytes
    while taken < bytes.count && expected < limit {
      do throws(BatchFault) {
        let rest = UnsafeRawBufferPointer(rebasing: bytes[taken...])
        let batch = try RecordBatch(rest, verifying: position + taken >= verified)
        guard batch.header.baseOffset == expected else {
          throw BatchFault.unexpectedOffset(expected: expected, found: batch.header.baseOffset)
        }
        guard batch.header.codec == 0 else { throw BatchFault.compressed(codec: batch.header.codec) }
        taken += batch.bytes.count
        expected = batch.header.nextOffset
      } catch {
        // What comes before the obstacle is delivered; the next read, which begins at the obstacle, reports it.
        if taken > 0 { break }
        return try obstacle(error, bytes, segment, position, expected, from: offset, size: size)
      }
    }
    segment.markVerified(position..<position + taken)
    return ReadResult(byteCount: taken, nextOffset: expected)
  }

  private func obstacle(
    _ fault: BatchFault, _ bytes: UnsafeRawBufferPointer, _ segment: Segment, _ position: Int, _ expected: Int64,
    from offset: Int64, size: Int
  ) throws(LogError) -> ReadResult? {
    if case .compressed(let codec) = fault {
      throw .unsupportedCompression(
        codec: RecordBatchHeader.codecName(codec), place: "the batch at offset \(expected) of \(name)")
    }
    if fault == .truncated, bytes.count >= RecordBatchHeader.size, let base = bytes.baseAddress {
      let total = RecordBatchHeader(base).totalBytes
      if total <= size - position { return ReadResult(byteCount: 0, nextOffset: offset, neededBytes: total) }
    }
    return try quarantine(segment, position, expected, fault, wanted: offset)
  }

  private func quarantine(
    _ segment: Segment, _ position: Int, _ expected: Int64, _ fault: BatchFault, wanted offset: Int64
  ) throws(LogError) -> ReadResult? {
    let damage = try segment.quarantine(at: position, expecting: expected, fault)
    if damage.offsets.contains(offset) { throw .corrupt(damage) }
    return nil
  }
}
