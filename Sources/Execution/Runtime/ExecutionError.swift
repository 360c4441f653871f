// Why a run cannot start or cannot go on: files, the log, a plan that does not fit. In the user's words, with what to do.
// The data's mistakes are never here (they are dead letters), except where a stream says ON ERROR FAIL.

/// What stops a run.
package enum ExecutionError: Error, Hashable, Sendable {
  /// A source's file or folder is not there. The user names another, or makes it.
  case missing(path: String)
  /// The system refused to open or read. The reason is the system's.
  case unreadable(path: String, reason: String)
  /// The system refused to make or write.
  case unwritable(path: String, reason: String)
  /// No room is left where a sink writes.
  case diskFull(path: String)
  /// Whoever reads our output has closed it: no fault, the run ends quietly.
  case brokenPipe
  /// A record failed in a stream that says ON ERROR FAIL.
  case failedRecord(place: String, reason: String)
  /// The plan, or an option, asks for what this runner does not have.
  case unsupported(String)
  /// The plan and the saved state do not belong together, or the state is damaged.
  case unusableSnapshot(String)
  /// The log failed.
  case log(String)
  /// Re-execution gave other rows than the journal says: a fault of the engine, never passed over.
  case divergedReplay(step: Int64)

  /// The whole message, with the next step where there is one.
  package var message: String {
    switch self {
    case .missing(let path):
      "there is no file or folder `\(path)`; check the path, or give another with --input STREAM=PATH"
    case .unreadable(let path, let reason):
      "cannot read `\(path)`: \(reason); check it, or give another with --input STREAM=PATH"
    case .unwritable(let path, let reason):
      "cannot write `\(path)`: \(reason); check its folder and permissions, or give another with --output SINK=PATH"
    case .diskFull(let path): "no space is left to write `\(path)`; free some and run again"
    case .brokenPipe: "the reader of the output has closed it"
    case .failedRecord(let place, let reason):
      "\(place): \(reason); the stream says ON ERROR FAIL (ON ERROR INTO or DROP would go on)"
    case .unsupported(let what): what
    case .unusableSnapshot(let why):
      "the saved state cannot be used: \(why); start the pipeline under another name, or delete its saved state"
    case .log(let reason): "the log failed: \(reason)"
    case .divergedReplay(let step):
      "re-executing step \(step) gave other rows than the journal records; nothing was written. "
        + "This is a fault of Millrace: please report it with the pipeline and its data folder"
    }
  }
}
