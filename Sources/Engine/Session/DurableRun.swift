// Runs that outlive their process: a journal of steps in the log and snapshots of state beside it, so that the next run of
// the same pipeline goes on where this one stopped, with the same rows (DESIGN §6). In: a log and a name. Out: entries of
// an internal topic, files. A run that starts and ends with its input keeps nothing.

import EventLog
import Execution
import Plan

/// The saved state of one pipeline.
struct DurableRun {
  let journal: Journal
  private let snapshots: SnapshotFolder

  /// The state of the pipeline `name` in the log's folder.
  init(log: EventLog, name: String) throws {
    // Names become parts of topics and paths.
    let safe = String(name.map { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-" || $0 == "_") ? $0 : "-" })
    journal = Journal(try LogJournal(pipeline: safe, log: log))
    snapshots = try SnapshotFolder(path: "\(log.folder)/state/\(safe)")
  }

  /// Loads the newest snapshot and re-executes the journaled steps after it.
  func resume(_ run: PipelineRun) throws { _ = try run.resume(from: snapshots) }

  func save(_ run: PipelineRun) throws { try run.saveSnapshot(in: snapshots) }
}
