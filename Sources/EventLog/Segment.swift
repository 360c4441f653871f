// One segment of a partition: a file of record batches, nothing else in it, named by the offset of its first record.
// In: sealed batches from the one appending thread. Out: bytes of whole batches for any number of readers.
// Never: a rewrite of what was appended.
//
// What a crash leaves: killed process: every batch whose append returned, then perhaps a part of one. Power loss: every
// batch before the last sync, then any mixture of later batches, zeros and a shorter file. Either way the file up to the
// last whole batch in an unbroken chain of offsets is kept, and the rest was never acknowledged as durable.

import Synchronization

/// Shared by one appender and many readers: `state` guards everything that changes.
final class Segment: Sendable {
  let baseOffset: Int64
  /// The path without its suffix.
  let path: String
  private let environment: LogEnvironment
  private let state: Mutex<State>

  struct State {
    var summary: SegmentSummary
    /// Nil for a closed segment whose indexes were not needed yet.
    var index: SegmentIndex?
    /// Batches before this position are known to be intact: they were appended here or verified once.
    var verified = 0
    var damages: [Damage] = []
    /// The segment that is appended to keeps its file open.
    var file: (any StorageFile)?
  }

  init(baseOffset: Int64, folder: String, environment: LogEnvironment, summary: SegmentSummary) {
    self.baseOffset = baseOffset
    self.environment = environment
    path = folder + "/" + Self.name(baseOffset)
    state = Mutex(State(summary: summary))
  }

  /// Twenty digits, so that names sort as offsets do.
  static func name(_ offset: Int64) -> String {
    let digits = String(max(offset, 0))
    return String(repeating: "0", count: max(0, 20 - digits.count)) + digits
  }

  /// Makes an empty segment whose name survives a power loss before anything in it can be acknowledged.
  static func create(
    baseOffset: Int64, folder: String, environment: LogEnvironment
  ) throws(LogError) -> Segment {
    let segment = Segment(
      baseOffset: baseOffset, folder: folder, environment: environment,
      summary: SegmentSummary(endOffset: baseOffset, lastAppend: environment.clock.now()))
    let file = try environment.storage.open(segment.logPath, .replace)
    try file.sync()
    try environment.storage.syncFolder(folder)
    segment.state.withLock {
      $0.file = file
      $0.index = SegmentIndex(baseOffset: baseOffset)
    }
    return segment
  }

  var logPath: String { path + ".log" }
  var summary: SegmentSummary { state.withLock { $0.summary } }
  var damages: [Damage] { state.withLock { $0.damages } }

  /// The file to read from.
  func file() throws(LogError) -> any StorageFile {
    if let own = state.withLock({ $0.file }) { return own }
    return try environment.openFiles.file(logPath)
  }

  // MARK: Appending, one thread at a time

  /// Opens the file for appending after recovery has settled its end.
  func openForAppending() throws(LogError) {
    let file = try environment.storage.open(logPath, .update)
    state.withLock { $0.file = file }
  }

  /// Appends a sealed batch whose offset is the segment's end. When the disk refuses, what was written of it is cut off
  /// again and the segment is as before; when even that fails, throws `partitionFailed`.
  func append(_ bytes: UnsafeRawBufferPointer, _ header: RecordBatchHeader, now: Int64) throws(LogError) {
    let position = summary.size
    let file = try self.file()
    do {
      try file.write(bytes, at: position)
    } catch {
      do {
        try file.truncate(to: position)
      } catch {
        throw .partitionFailed(partition: path, cause: "a refused write could not be undone: \(error)")
      }
      throw error
    }
    state.withLock { state in
      note(header, at: position, &state)
      state.summary.lastAppend = max(state.summary.lastAppend, now)
      state.verified = state.summary.size
    }
  }

  func sync() throws(LogError) { try file().sync() }

  /// Writes the index files of a segment that is complete. They are a convenience: a failure to write them is none.
  func saveIndexes() {
    let (index, summary) = state.withLock { ($0.index, $0.summary) }
    guard let index else { return }
    let files = SegmentIndexFile.encode(index, summary)
    try? environment.storage.open(path + ".index", .replace).write(files.offsets, at: 0)
    try? environment.storage.open(path + ".timeindex", .replace).write(files.times, at: 0)
  }

  /// No more appends: readers open the file when they need it.
  func close() { state.withLock { $0.file = nil } }

  private func note(_ header: RecordBatchHeader, at position: Int, _ state: inout State) {
    state.index?.note(header, at: position, maxTimestamp: state.summary.maxTimestamp)
    state.summary.size = position + header.totalBytes
    state.summary.endOffset = header.nextOffset
    state.summary.maxTimestamp = max(state.summary.maxTimestamp, header.maxTimestamp)
  }

  // MARK: Scanning

  /// Takes in what the file has beyond what is known, or all of it. Damage below `durable` is remembered and passed over.
  /// One thread at a time; readers see the result as a whole.
  func scan(durable: Int64, fromStart: Bool) throws(LogError) -> SegmentScan.Outcome {
    var next = state.withLock { $0 }
    if fromStart || next.index == nil {
      next.summary = SegmentSummary(endOffset: baseOffset, lastAppend: next.summary.lastAppend)
      next.index = SegmentIndex(baseOffset: baseOffset)
      next.damages = []
    }
    let scan = try SegmentScan(try file(), logPath)
    let start = next.summary
    let outcome = try scan.walkAll(from: start.size, expecting: start.endOffset, durable: durable) { batch, position in
      note(batch.header, at: position, &next)
    }
    next.summary.size = outcome.position
    next.summary.endOffset = outcome.endOffset
    next.damages += outcome.damages
    next.verified = next.damages.isEmpty ? outcome.position : 0
    state.withLock {
      next.file = $0.file
      $0 = next
    }
    return outcome
  }

  /// The indexes: in memory, from their files, or made again from the log.
  private func loadIndex() throws(LogError) {
    if state.withLock({ $0.index != nil }) { return }
    if let loaded = SegmentIndexFile.load(environment.storage, path, baseOffset: baseOffset) {
      state.withLock { $0.index = $0.index ?? loaded }
    } else {
      _ = try scan(durable: summary.endOffset, fromStart: true)
      if environment.mode == .readWrite { saveIndexes() }
    }
  }

  /// Accepts the indexes of a log that was closed in order, so that appending can go on without a scan.
  func adoptSavedIndex() -> Bool {
    guard let loaded = SegmentIndexFile.load(environment.storage, path, baseOffset: baseOffset) else { return false }
    state.withLock { $0.index = loaded }
    return true
  }

  /// Takes over what a saved index says of the segment.
  func adopt(_ summary: SegmentSummary) { state.withLock { $0.summary = summary } }

  /// Counts the segment as appended to at `now`, when a scan cannot tell: retention then errs on the side of keeping.
  func touch(_ now: Int64) { state.withLock { $0.summary.lastAppend = max($0.summary.lastAppend, now) } }

  // MARK: Looking up

  /// Where to begin looking for `offset`, a position from which a batch with the returned offset starts.
  func place(of offset: Int64) throws(LogError) -> (offset: Int64, position: Int) {
    try loadIndex()
    return state.withLock { state in
      if let damage = state.damages.last(where: { $0.offsets.upperBound <= offset }) {
        let indexed: (offset: Int64, position: Int) = state.index?.place(of: offset) ?? (baseOffset, 0)
        // Walking from an entry before the damage would run into it.
        return indexed.position < damage.positions.upperBound
          ? (damage.offsets.upperBound, damage.positions.upperBound) : indexed
      }
      return state.index?.place(of: offset) ?? (baseOffset, 0)
    }
  }

  /// An offset before which no record is as late as `timestamp`.
  func offset(before timestamp: Int64) throws(LogError) -> Int64 {
    try loadIndex()
    return state.withLock { $0.index?.offset(before: timestamp) ?? baseOffset }
  }

  func damage(containing offset: Int64) -> Damage? {
    state.withLock { state in state.damages.first { $0.offsets.contains(offset) } }
  }

  /// The prefix whose checksums need no second look.
  var verifiedBytes: Int { state.withLock { $0.verified } }

  /// Extends the verified prefix when `range` touches it.
  func markVerified(_ range: Range<Int>) {
    state.withLock { if range.lowerBound <= $0.verified { $0.verified = max($0.verified, range.upperBound) } }
  }

  /// Finds and remembers the extent of damage met by a reader.
  func quarantine(at position: Int, expecting offset: Int64, _ fault: BatchFault) throws(LogError) -> Damage {
    let scan = try SegmentScan(try file(), logPath)
    let stop = SegmentScan.Stop(position: position, nextOffset: offset, fault: fault)
    let damage = try scan.damage(at: stop, upTo: summary.endOffset)
    state.withLock {
      if !$0.damages.contains(damage) { $0.damages.append(damage) }
    }
    return damage
  }
}
