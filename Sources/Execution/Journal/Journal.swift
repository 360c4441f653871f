// The journal of a pipeline: the steps in order, in commits. In: records. Out: the same, after a crash as far as they were
// committed. A commit is one entry of its store, which keeps it whole or not at all.

import Values

/// Where commits are kept.
package protocol JournalStore: AnyObject {
  /// Appends one commit; durable on return.
  func append(_ entry: [UInt8]) throws(ExecutionError)
  /// All commits, oldest first.
  func entries() throws(ExecutionError) -> [[UInt8]]
}

/// Commits in memory, for tests.
package final class MemoryJournal: JournalStore {
  private var kept: [[UInt8]]

  package init(_ entries: [[UInt8]] = []) { kept = entries }

  package func append(_ entry: [UInt8]) throws(ExecutionError) { kept.append(entry) }
  package func entries() throws(ExecutionError) -> [[UInt8]] { kept }
}

package final class Journal {
  private let store: any JournalStore
  private var pending: [JournalRecord] = []

  package init(_ store: any JournalStore) { self.store = store }

  var pendingCount: Int { pending.count }

  func append(_ record: JournalRecord) { pending.append(record) }

  /// Makes the steps so far permanent: the only point from which they count.
  func commit() throws(ExecutionError) {
    guard !pending.isEmpty else { return }
    let writer = ColumnWriter()
    writer.write(pending.count)
    for record in pending { record.write(to: writer) }
    let blob = writer.finish()
    try store.append(Array(UnsafeBufferPointer(start: blob.base, count: blob.capacity)))
    pending = []
  }

  /// The committed steps after `step`.
  package func records(after step: Int64) throws(ExecutionError) -> [JournalRecord] {
    var records: [JournalRecord] = []
    for entry in try store.entries() {
      do throws(StateFormatError) {
        let reader = try ColumnReader(entry)
        for _ in 0..<(try reader.int()) { records.append(try JournalRecord(from: reader)) }
      } catch {
        throw .unusableSnapshot("its journal is damaged: \(error)")
      }
    }
    return records.filter { $0.step > step }
  }
}

extension PipelineRun {
  /// Runs a step and keeps what the journal must know of it.
  func runAndRecord(_ input: StepInput, isLast: Bool) throws(ExecutionError) {
    try placeSinks()
    let now = options.clock()
    guard let journal else {
      try runStep(input, now: now, isLast: isLast)
      return
    }
    let written = counts
    let checksum = try runStep(input, now: now, isLast: isLast)
    let isQuiet = input.chunks.isEmpty && input.announced.isEmpty && !isLast && counts == written
    // A step that took nothing, gave nothing and changed no idle decision leaves no trace.
    if isQuiet && input.caughtUp == lastCaughtUp { return }
    lastCaughtUp = input.caughtUp
    var ends: [PartitionID: Int64] = [:]
    for taken in input.chunks {
      let id = PartitionID(source: taken.source, partition: taken.chunk.partition)
      ends[id] = sources[id.source].next(partition: id.partition)
    }
    for announced in input.announced {
      let id = PartitionID(source: announced.source, partition: announced.partition)
      ends[id] = sources[id.source].next(partition: id.partition)
    }
    journal.append(
      JournalRecord(
        step: step, now: now, isLast: isLast, ends: ends, caughtUp: input.caughtUp, outputs: sinks.map(\.position),
        checksum: checksum))
    if journal.pendingCount >= options.commitSteps { try commit() }
  }

  /// Puts sinks where the state that was restored left them.
  private func placeSinks() throws(ExecutionError) {
    guard let outputs = resumedOutputs else { return }
    resumedOutputs = nil
    for (sink, position) in zip(sinks, outputs) { try sink.resume(at: position) }
  }

  /// Makes everything so far permanent: the journal first, then the outputs. A crash in between leaves outputs short of the
  /// journal, never ahead of it: executing the journaled steps again, cut as they were, gives just what is missing. Were
  /// the outputs first, steps after a crash could be cut differently, and rows of several partitions come in another order
  /// than those that lie there.
  package func commit() throws(ExecutionError) {
    try placeSinks()
    try journal?.commit()
    for sink in sinks { try sink.flush(isDurable: journal != nil) }
  }

  /// Executes committed steps again, after `restore`: sinks write what of their rows is not where it belongs.
  package func replay() throws(ExecutionError) {
    guard let journal else { return }
    let records = try journal.records(after: step)
    if resumedOutputs == nil, !records.isEmpty { resumedOutputs = sinks.map(\.position) }
    try placeSinks()
    for record in records {
      let input = try selector.retake(record.ends, caughtUp: record.caughtUp)
      step = record.step - 1
      let checksum = try runStep(input, now: record.now, isLast: record.isLast, isReplay: true)
      guard checksum == record.checksum else { throw .divergedReplay(step: record.step) }
      lastCaughtUp = record.caughtUp
      isFinished = record.isLast
    }
  }
}
