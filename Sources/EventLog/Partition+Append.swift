// Appending to a partition: offsets, duplicates, rolling to a new segment, and the group commit.
// In: sealed batches. Out: offsets, once what the acknowledgement promises has happened. Never: a part of a batch left.

import Synchronization

extension Partition {
  /// Appends the records of `batch` and returns their offsets. The writer is left sealed: `reset()` it for the next batch.
  @discardableResult
  package func append(
    _ batch: RecordBatchWriter, acknowledgement: Acknowledgement = .written
  ) throws(LogError) -> AppendResult {
    guard !batch.isEmpty else { throw .invalidBatch(.empty) }
    return try append(batch.bytes, batch.seal(), acknowledgement)
  }

  /// Appends one batch that somebody else has built, after judging all of it: checksum, count, every record.
  /// Its offset and leader epoch are written into `bytes`.
  @discardableResult
  package func append(
    foreign bytes: UnsafeMutableRawBufferPointer, acknowledgement: Acknowledgement = .written
  ) throws(LogError) -> AppendResult {
    let header: RecordBatchHeader
    do throws(BatchFault) {
      let batch = try RecordBatch(UnsafeRawBufferPointer(bytes))
      header = batch.header
      guard header.totalBytes == bytes.count else { throw BatchFault.impossibleLength(Int(header.batchLength)) }
      guard header.recordCount > 0 else { throw BatchFault.empty }
      guard header.recordCount - 1 == header.lastOffsetDelta else {
        throw BatchFault.impossibleCount(records: header.recordCount, lastOffsetDelta: header.lastOffsetDelta)
      }
      var cursor = try batch.records()
      while try cursor.next() {}
    } catch {
      throw .invalidBatch(error)
    }
    return try append(bytes, header, acknowledgement)
  }

  private func append(
    _ bytes: UnsafeMutableRawBufferPointer, _ header: RecordBatchHeader, _ acknowledgement: Acknowledgement
  ) throws(LogError) -> AppendResult {
    let result = try writer.withLock { (writer) throws(LogError) -> AppendResult in
      try store(bytes, header, &writer)
    }
    if acknowledgement == .durable {
      try sync(through: result.lastOffset + 1)
    } else if view.withLock({ $0.unsyncedBytes }) >= environment.limits.maxUnsyncedBytes {
      try sync()
    }
    return result
  }

  private func store(
    _ bytes: UnsafeMutableRawBufferPointer, _ sealed: RecordBatchHeader, _ writer: inout Writer
  ) throws(LogError) -> AppendResult {
    try checkUsable(toWrite: "append records")
    switch writer.producers.judge(sealed) {
    case .append: break
    case .duplicate(let known):
      return AppendResult(firstOffset: known.firstOffset, lastOffset: known.lastOffset, isDuplicate: true)
    case .fenced(let current):
      throw .producerFenced(
        partition: name, producerID: sealed.producerID, epoch: sealed.producerEpoch, current: current)
    case .outOfOrder(let expected):
      throw .outOfOrderSequence(
        partition: name, producerID: sealed.producerID, expected: expected, found: sealed.baseSequence)
    }
    let now = environment.clock.now()
    let segment = try segmentToAppend(bytes.count, offsets: Int64(sealed.lastOffsetDelta) + 1, now: now, &writer)
    var header = sealed
    header.baseOffset = segment.summary.endOffset
    header.leaderEpoch = 0
    // Both are outside the checksum, so assigning them costs twelve bytes.
    bytes.storeBytes(of: header.baseOffset.bigEndian, as: Int64.self)
    bytes.storeBytes(of: Int32(0), toByteOffset: 12, as: Int32.self)
    do {
      try segment.append(UnsafeRawBufferPointer(bytes), header, now: now)
    } catch {
      if case .partitionFailed = error { throw fail(error) }
      throw error
    }
    writer.producers.note(header)
    writer.activeSince = writer.activeSince ?? now
    view.withLock {
      $0.end = header.nextOffset
      $0.unsyncedBytes += bytes.count
    }
    signal.announce()
    return AppendResult(firstOffset: header.baseOffset, lastOffset: header.lastOffset, isDuplicate: false)
  }

  /// The last segment, or a new one when that is full or old.
  private func segmentToAppend(
    _ bytes: Int, offsets: Int64, now: Int64, _ writer: inout Writer
  ) throws(LogError) -> Segment {
    guard let active = view.withLock({ $0.segments.last }) else { throw .closed }
    let summary = active.summary
    guard summary.endOffset <= Int64.max - Int64(Int32.max) - offsets - 1 else {
      throw .offsetOutOfRange(partition: name, offset: summary.endOffset, start: logStart, end: summary.endOffset)
    }
    let isFull = summary.size > 0 && summary.size + bytes > configuration.segmentBytes
    let isFar = summary.endOffset - active.baseOffset + offsets > Int64(UInt32.max)
    let isOld = configuration.segmentMilliseconds.map { now / 1000 - (writer.activeSince ?? now) / 1000 >= $0 } ?? false
    guard isFull || isFar || isOld else { return active }
    return try roll(&writer)
  }

  /// Closes the last segment and begins a new one at the end offset. The old one is synced before the new one exists,
  /// so that only the last segment of a partition can ever be torn.
  func roll(_ writer: inout Writer) throws(LogError) -> Segment {
    try sync()
    guard let old = view.withLock({ $0.segments.last }) else { throw .closed }
    let base = old.summary.endOffset
    let new: Segment
    do {
      new = try Segment.create(baseOffset: base, folder: folder, environment: environment)
    } catch {
      if case .storage(let failure) = error, failure.operation == .sync || failure.operation == .syncDirectory {
        throw fail(error)
      }
      throw error
    }
    old.saveIndexes()
    old.close()
    saveProducers(&writer, asOf: base)
    writer.activeSince = nil
    view.withLock { $0.segments.append(new) }
    return new
  }

  /// Writes what is known of the producers; recovery reads the newest intact one and scans on from it.
  func saveProducers(_ writer: inout Writer, asOf offset: Int64) {
    guard writer.snapshots.last != offset else { return }
    let path = folder + "/" + Segment.name(offset) + ".producers"
    guard let file = try? environment.storage.open(path, .replace),
      (try? file.write(writer.producers.encoded(asOf: offset), at: 0)) != nil
    else { return }
    writer.snapshots.append(offset)
    while writer.snapshots.count > 2 {
      try? environment.storage.remove(folder + "/" + Segment.name(writer.snapshots.removeFirst()) + ".producers")
    }
  }

  /// Returns when everything appended before the call is durable.
  package func sync() throws(LogError) { try sync(through: Int64.max) }

  /// Returns when the offsets before `target` are durable. Calls that come while a sync is under way wait for it, and the
  /// first of them then syncs for all.
  func sync(through target: Int64) throws(LogError) {
    try checkUsable(toWrite: "sync")
    try syncing.withLock { (checkpoints) throws(LogError) in
      let now = view.withLock { $0 }
      guard now.durable < min(target, now.end), let active = now.segments.last else { return }
      if let failure = now.failure { throw .partitionFailed(partition: name, cause: failure) }
      do throws(LogError) {
        try active.sync()
      } catch {
        // The kernel may have dropped the pages it could not write and would report success next time.
        throw fail(error)
      }
      view.withLock {
        $0.durable = now.end
        $0.unsyncedBytes -= now.unsyncedBytes
      }
      // Only a lower bound: when it cannot be written the older one stays true.
      try? checkpoints?.write(Checkpoint(logStart: now.start, durable: now.end), synced: false)
    }
    signal.announce()
  }

  /// Syncs, leaves everything that makes the next open quick, and refuses further calls.
  func close() throws(LogError) {
    try writer.withLock { (writer) throws(LogError) in
      let now = view.withLock { $0 }
      if now.isClosed { return }
      defer { markClosed() }
      guard environment.mode == .readWrite else { return }
      if let failure = now.failure { throw .partitionFailed(partition: name, cause: failure) }
      try sync()
      now.segments.last?.saveIndexes()
      saveProducers(&writer, asOf: now.end)
      try syncing.withLock { (checkpoints) throws(LogError) in
        try checkpoints?.write(Checkpoint(logStart: now.start, durable: now.end), synced: true)
        checkpoints = nil
      }
    }
  }

  /// Refuses further calls and lets go of the files, without writing anything.
  func markClosed() {
    let segments = view.withLock {
      $0.isClosed = true
      return $0.segments
    }
    for segment in segments { segment.close() }
    environment.openFiles.forget(folder + "/")
    signal.announce()
  }
}
