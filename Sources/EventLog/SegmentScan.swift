// Walks the batches of a segment file and judges each: the one reader that recovery, followers and the checker share.
// In: a file, a position, the offset due there. Out: whole batches, and where and why the walk stopped.
// Never: a change to the file.

/// A walk over one segment file through a window that grows to the largest batch.
struct SegmentScan {
  /// Where a walk stopped.
  struct Stop {
    var position: Int
    var nextOffset: Int64
    /// Why; nil when the file ended exactly after a batch.
    var fault: BatchFault?
  }

  /// What a walk over damaged and torn bytes came to.
  struct Outcome {
    /// The end of what is kept. Bytes after it are a torn tail.
    var position: Int
    var endOffset: Int64
    var damages: [Damage] = []
    /// Why the tail was cut; nil when the file ended exactly after a batch.
    var tornTail: BatchFault?
    /// The file's last bytes are damaged below the durable offset: nothing may be appended after them.
    var endsInDamage = false
  }

  let file: any StorageFile
  let path: String
  let size: Int
  /// Whether checksums are computed.
  var verifying = true

  init(_ file: any StorageFile, _ path: String, verifying: Bool = true) throws(LogError) {
    self.file = file
    self.path = path
    self.verifying = verifying
    size = try file.size()
  }

  /// Walks whole batches from `position`, where `offset` is due, until the first that is not one.
  func walk(
    from position: Int, expecting offset: Int64, _ visit: (RecordBatch, Int) -> Void
  ) throws(LogError) -> Stop {
    var stop = Stop(position: position, nextOffset: offset)
    // Followers look often and mostly find nothing: no window for them.
    if position >= size { return stop }
    var window = Window()
    while stop.position < size {
      switch try batchAt(stop.position, expecting: stop.nextOffset, &window, verifying: verifying) {
      case .batch(let batch):
        visit(batch, stop.position)
        stop.position += batch.bytes.count
        stop.nextOffset = batch.header.nextOffset
      case .fault(let fault):
        stop.fault = fault
        return stop
      }
    }
    return stop
  }

  /// Walks to the end, past damage below `durable`; what does not read at or above it is a torn tail.
  func walkAll(
    from position: Int, expecting offset: Int64, durable: Int64, _ visit: (RecordBatch, Int) -> Void
  ) throws(LogError) -> Outcome {
    var outcome = Outcome(position: position, endOffset: offset)
    while true {
      let stop = try walk(from: outcome.position, expecting: outcome.endOffset, visit)
      outcome.position = stop.position
      outcome.endOffset = stop.nextOffset
      guard let fault = stop.fault else { return outcome }
      guard stop.nextOffset < durable else {
        outcome.tornTail = fault
        return outcome
      }
      let damage = try damage(at: stop, upTo: durable)
      outcome.damages.append(damage)
      outcome.position = damage.positions.upperBound
      outcome.endOffset = damage.offsets.upperBound
      outcome.endsInDamage = outcome.position >= size
      if outcome.endsInDamage { return outcome }
    }
  }

  /// The extent of the damage where a walk stopped: to the next whole batch whose offset is plausible, else to the end of
  /// the file and to `limit`.
  func damage(at stop: Stop, upTo limit: Int64) throws(LogError) -> Damage {
    let reason = stop.fault.map { "\($0)" } ?? "the file ends here"
    let next = stop.position < size ? try nextBatch(after: stop, upTo: limit) : nil
    return Damage(
      file: path, positions: stop.position..<max(next?.position ?? size, stop.position),
      offsets: stop.nextOffset..<max(next?.offset ?? limit, stop.nextOffset + 1), reason: reason)
  }

  private func nextBatch(after stop: Stop, upTo limit: Int64) throws(LogError) -> (position: Int, offset: Int64)? {
    let lowest = stop.nextOffset + 1
    var window = Window()
    var view = try window.bytes(file, at: stop.position, atLeast: RecordBatchHeader.size)
    // The common damage leaves the header's length intact: look behind the broken batch first.
    if view.count >= RecordBatchHeader.size, let base = view.baseAddress {
      let behind = stop.position + RecordBatchHeader(base).totalBytes
      if behind > stop.position, behind < size,
        let found = try wholeBatch(at: behind, offsets: lowest...max(limit, lowest), &window)
      {
        return (behind, found)
      }
    }
    var position = stop.position + 1
    while position < size {
      view = try window.bytes(file, at: position, atLeast: RecordBatchHeader.size)
      guard view.count >= RecordBatchHeader.size, let base = view.baseAddress else { return nil }
      var at = 0
      while at <= view.count - RecordBatchHeader.size {
        if (base + at + 16).load(as: UInt8.self) == 2 {
          let header = RecordBatchHeader(base + at)
          if header.fault == nil, header.baseOffset >= lowest, header.baseOffset <= limit { break }
        }
        at += 1
      }
      position += at
      if at <= view.count - RecordBatchHeader.size {
        if let found = try wholeBatch(at: position, offsets: lowest...max(limit, lowest), &window) {
          return (position, found)
        }
        position += 1
      }
    }
    return nil
  }

  private func wholeBatch(
    at position: Int, offsets: ClosedRange<Int64>, _ window: inout Window
  ) throws(LogError) -> Int64? {
    switch try batchAt(position, expecting: nil, &window, verifying: true) {
    case .batch(let batch): offsets.contains(batch.header.baseOffset) ? batch.header.baseOffset : nil
    case .fault: nil
    }
  }

  private enum Found {
    case batch(RecordBatch)
    case fault(BatchFault)
  }

  /// The batch at `position`; it lives until the window moves.
  private func batchAt(
    _ position: Int, expecting offset: Int64?, _ window: inout Window, verifying: Bool
  ) throws(LogError) -> Found {
    var view = try window.bytes(file, at: position, atLeast: RecordBatchHeader.size)
    if view.count >= RecordBatchHeader.size, let base = view.baseAddress {
      let header = RecordBatchHeader(base)
      if header.fault == nil, header.totalBytes > view.count {
        // A length beyond the file is torn, whatever it says: do not make room for it.
        guard header.totalBytes <= size - position else { return .fault(.truncated) }
        view = try window.bytes(file, at: position, atLeast: header.totalBytes)
      }
    }
    do {
      let batch = try RecordBatch(view, verifying: verifying)
      if let offset, batch.header.baseOffset != offset {
        return .fault(.unexpectedOffset(expected: offset, found: batch.header.baseOffset))
      }
      return .batch(batch)
    } catch {
      return .fault(error)
    }
  }
}

/// A movable view of a file, at least a mebibyte at a time.
private struct Window: ~Copyable {
  private var memory = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 16)
  private var start = 0
  private var filled = 0

  deinit { memory.deallocate() }

  /// The bytes from `position` on: at least `count` of them unless the file ends before.
  mutating func bytes(
    _ file: any StorageFile, at position: Int, atLeast count: Int
  ) throws(LogError) -> UnsafeRawBufferPointer {
    if position < start || position + count > start + filled {
      if count > memory.count {
        memory.deallocate()
        memory = .allocate(byteCount: count, alignment: 16)
      }
      filled = 0
      filled = try file.read(into: memory, at: position)
      start = position
    }
    return UnsafeRawBufferPointer(rebasing: memory[(position - start)..<filled])
  }
}
