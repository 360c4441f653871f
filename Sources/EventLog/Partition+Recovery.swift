// Opening a partition: which segments there are, where the log ends, what is torn and what is damaged.
// In: a folder after any crash. Out: a partition whose every offset below its end is served or known to be damaged, and notes.
// Never: a cut below the durable offset.

import Synchronization

extension Partition {
  /// Makes the folder of a new, empty partition, durable once the caller has synced the folder above.
  static func create(folder: String, environment: LogEnvironment) throws(LogError) {
    try environment.storage.createFolder(folder)
    var checkpoints = try CheckpointFile(environment.storage, folder: folder)
    try checkpoints.write(Checkpoint(), synced: true)
    _ = try Segment.create(baseOffset: 0, folder: folder, environment: environment)
  }

  static func open(
    topic: String, index: Int, folder: String, configuration: TopicConfiguration, environment: LogEnvironment,
    report: inout RecoveryReport
  ) throws(LogError) -> Partition {
    let storage = environment.storage
    let checkpoint = CheckpointFile.read(storage, folder: folder) ?? Checkpoint()
    let isWriter = environment.mode == .readWrite
    let partition = Partition(
      topic: topic, index: index, folder: folder, configuration: configuration, environment: environment,
      checkpoints: isWriter ? try CheckpointFile(storage, folder: folder) : nil, view: View())
    let names = try storage.list(folder)
    if isWriter { try partition.removeLeftovers(names, &report) }
    let bases = names.compactMap { baseOffset($0, suffix: ".log") }
    // A segment was synced before the next one was made, so everything before the last one is durable.
    let durable = max(checkpoint.durable, bases.last ?? 0)
    var segments = try partition.closedSegments(bases, checkpoint, &report)
    if let last = bases.last {
      let segment = Segment(
        baseOffset: last, folder: folder, environment: environment, summary: SegmentSummary(endOffset: last))
      try partition.recoverLast(segment, durable, &report)
      segments.append(segment)
    }
    let reached = segments.last?.summary.endOffset ?? 0
    partition.view.withLock {
      $0.segments = segments
      $0.start = max(checkpoint.logStart, segments.first.map { $0.baseOffset } ?? 0)
      $0.end = max(reached, $0.start)
      $0.durable = $0.end
    }
    if isWriter { try partition.beginWriting(checkpoint, reached: reached, durable: durable, names, &report) }
    return partition
  }

  /// The offset in a file's name.
  private static func baseOffset(_ name: String, suffix: String) -> Int64? {
    guard name.hasSuffix(suffix), name.utf8.count == 20 + suffix.utf8.count else { return nil }
    let digits = name.utf8.prefix(20)
    guard digits.allSatisfy({ $0 >= 48 && $0 <= 57 }) else { return nil }
    return Int64(name.prefix(20))
  }

  private func removeLeftovers(_ names: [String], _ report: inout RecoveryReport) throws(LogError) {
    for name in names {
      let stem = String(name.prefix(20))
      let isOrphan =
        (name.hasSuffix(".index") || name.hasSuffix(".timeindex")) && !names.contains(stem + ".log")
      if name.hasSuffix(".deleted") || name.hasSuffix(".tmp") || isOrphan {
        try environment.storage.remove(folder + "/" + name)
        report.notes.append(.leftover(path: folder + "/" + name))
      }
    }
  }

  /// All segments but the last, from their index files' summaries, or from a scan where those are in doubt.
  private func closedSegments(
    _ bases: [Int64], _ checkpoint: Checkpoint, _ report: inout RecoveryReport
  ) throws(LogError) -> [Segment] {
    var segments: [Segment] = []
    for (base, next) in zip(bases, bases.dropFirst()) {
      let segment = Segment(
        baseOffset: base, folder: folder, environment: environment, summary: SegmentSummary(endOffset: base))
      if next <= checkpoint.logStart {
        // Deletion was decided and cut short.
        if environment.mode == .readWrite { try remove(segment, &report) }
        continue
      }
      let size = try environment.openFiles.file(segment.logPath).size()
      if let (summary, _) = SegmentIndexFile.summary(environment.storage, segment.path + ".index", baseOffset: base),
        summary.size == size, summary.endOffset == next
      {
        segment.adopt(summary)
      } else {
        let outcome = try segment.scan(durable: next, fromStart: true)
        segment.touch(environment.clock.now())
        report.scannedBytes += size
        report.notes += outcome.damages.map { .damage($0) }
        if outcome.endOffset < next {
          report.notes.append(.missing(partition: name, offsets: outcome.endOffset..<next))
        }
        if environment.mode == .readWrite && outcome.damages.isEmpty && outcome.endOffset == next {
          segment.saveIndexes()
          report.notes.append(.indexRebuilt(file: segment.path + ".index"))
        }
      }
      segments.append(segment)
    }
    return segments
  }

  private func remove(_ segment: Segment, _ report: inout RecoveryReport) throws(LogError) {
    for suffix in [".index", ".timeindex", ".log"] where environment.storage.exists(segment.path + suffix) {
      try environment.storage.remove(segment.path + suffix)
    }
    report.notes.append(.leftover(path: segment.logPath))
  }

  /// Finds the end of the last segment: from its index when the log was closed in order, else by reading it all. That
  /// bounds the time of recovery to one segment a partition.
  private func recoverLast(
    _ segment: Segment, _ durable: Int64, _ report: inout RecoveryReport
  ) throws(LogError) {
    let size = try environment.openFiles.file(segment.logPath).size()
    if report.wasClosedInOrder,
      let (summary, _) = SegmentIndexFile.summary(
        environment.storage, segment.path + ".index", baseOffset: segment.baseOffset),
      summary.size == size, summary.endOffset >= durable, segment.adoptSavedIndex()
    {
      segment.adopt(summary)
      return
    }
    let outcome = try segment.scan(durable: durable, fromStart: true)
    segment.touch(environment.clock.now())
    report.scannedBytes += size
    report.notes += outcome.damages.map { .damage($0) }
    guard environment.mode == .readWrite else { return }
    try segment.openForAppending()
    if let fault = outcome.tornTail {
      report.notes.append(
        .tornTail(
          file: segment.logPath, position: outcome.position, bytes: size - outcome.position,
          nextOffset: outcome.endOffset, reason: fault.description))
      try segment.file().truncate(to: outcome.position)
    }
    // What survived may be in memory only; from here on it is served, so it must not go away again.
    try segment.sync()
  }

  /// Settles where the next record goes, makes the checkpoint say so, and learns what the producers wrote.
  private func beginWriting(
    _ checkpoint: Checkpoint, reached: Int64, durable: Int64, _ names: [String], _ report: inout RecoveryReport
  ) throws(LogError) {
    let end = max(reached, durable, checkpoint.logStart)
    let last = view.withLock { $0.segments.last }
    if let last, reached == end, last.damages.last.map({ $0.positions.upperBound < last.summary.size }) ?? true {
      try last.openForAppending()
    } else {
      // Offsets that were acknowledged are never given out again, even when their records are lost.
      if reached < durable {
        report.notes.append(.missing(partition: name, offsets: max(reached, checkpoint.logStart)..<durable))
      }
      last?.close()
      let fresh = try Segment.create(baseOffset: end, folder: folder, environment: environment)
      view.withLock {
        if $0.segments.isEmpty { $0.start = end }
        $0.segments.append(fresh)
        $0.end = end
        $0.durable = end
      }
    }
    let start = view.withLock { $0.start }
    try syncing.withLock { (checkpoints) throws(LogError) in
      try checkpoints?.write(Checkpoint(logStart: start, durable: end), synced: true)
    }
    try recoverProducers(names, end: end)
  }

  /// Takes the newest intact snapshot that is not ahead of the log, and the batches after it.
  private func recoverProducers(_ names: [String], end: Int64) throws(LogError) {
    var states = ProducerStates()
    var from = view.withLock { $0.start }
    var kept: [Int64] = []
    for offset in names.compactMap({ Self.baseOffset($0, suffix: ".producers") }).sorted() {
      let path = folder + "/" + Segment.name(offset) + ".producers"
      if offset <= end, let bytes = try? environment.storage.contents(path),
        let known = ProducerStates(bytes, asOf: offset)
      {
        states = known
        from = offset
        kept.append(offset)
      } else {
        try environment.storage.remove(path)
      }
    }
    for segment in view.withLock({ $0.segments }) where segment.summary.endOffset > from {
      let scan = try SegmentScan(try segment.file(), segment.logPath, verifying: false)
      _ = try scan.walkAll(from: 0, expecting: segment.baseOffset, durable: segment.summary.endOffset) { batch, _ in
        if batch.header.baseOffset >= from { states.note(batch.header) }
      }
    }
    writer.withLock {
      $0.producers = states
      $0.snapshots = kept
    }
  }

  /// Takes in what the writing process has appended, rolled and deleted since. Does nothing in the writing process.
  package func refresh() throws(LogError) {
    guard environment.mode == .readOnly else { return }
    try writer.withLock { (_) throws(LogError) in
      let checkpoint = CheckpointFile.read(environment.storage, folder: folder) ?? Checkpoint()
      let bases = try environment.storage.list(folder).compactMap { Self.baseOffset($0, suffix: ".log") }
      let durable = max(checkpoint.durable, bases.last ?? 0)
      var segments = view.withLock { $0.segments }.filter { bases.contains($0.baseOffset) }
      for base in bases where base > segments.last?.baseOffset ?? -1 {
        if let last = segments.last { _ = try last.scan(durable: base, fromStart: false) }
        segments.append(
          Segment(
            baseOffset: base, folder: folder, environment: environment, summary: SegmentSummary(endOffset: base)))
      }
      if let last = segments.last { _ = try last.scan(durable: durable, fromStart: false) }
      view.withLock {
        $0.segments = segments
        $0.start = max($0.start, checkpoint.logStart, segments.first?.baseOffset ?? 0)
        $0.end = max(segments.last?.summary.endOffset ?? 0, $0.start)
        $0.durable = $0.end
      }
    }
  }
}
