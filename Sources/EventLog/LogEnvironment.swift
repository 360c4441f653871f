// What all parts of one open log share: the disk, the clock, the limits, and the files that readers have open.
// In: chosen once at open. Out: the same for everybody. Never: changed afterwards.

import Synchronization

/// How a log is opened.
package enum LogMode: Sendable {
  /// The one writer: holds the folder's lock, recovers, appends.
  case readWrite
  /// Any number of readers beside it, in any process: take no lock and change nothing.
  case readOnly
}

/// Limits of an open log.
package struct LogLimits: Sendable {
  /// A partition with this many bytes not yet synced is synced by the next append: the first sync after much more stalls.
  package var maxUnsyncedBytes = 8 << 20
  /// Closed segments that readers keep open, for the whole log.
  package var maxOpenFiles = 128

  package init() {}
}

struct LogEnvironment: Sendable {
  let storage: any Storage
  let clock: LogClock
  let mode: LogMode
  let limits: LogLimits
  let openFiles: OpenFiles

  init(storage: any Storage, clock: LogClock, mode: LogMode, limits: LogLimits) {
    self.storage = storage
    self.clock = clock
    self.mode = mode
    self.limits = limits
    openFiles = OpenFiles(storage, limit: limits.maxOpenFiles)
  }
}

/// The files of closed segments in use lately: the oldest is let go first, and closes when its last reader is done.
final class OpenFiles: Sendable {
  private let storage: any Storage
  private let limit: Int
  private let entries = Mutex<[(path: String, file: any StorageFile)]>([])

  init(_ storage: any Storage, limit: Int) {
    self.storage = storage
    self.limit = max(limit, 1)
  }

  func file(_ path: String) throws(LogError) -> any StorageFile {
    let known = entries.withLock { entries -> (any StorageFile)? in
      guard let at = entries.lastIndex(where: { $0.path == path }) else { return nil }
      if at < entries.count - 1 { entries.append(entries.remove(at: at)) }
      return entries.last?.file
    }
    if let known { return known }
    let file = try storage.open(path, .read)
    entries.withLock {
      if $0.count >= limit { $0.removeFirst() }
      $0.append((path, file))
    }
    return file
  }

  /// Lets go of a file that is about to be removed or renamed.
  func forget(_ path: String) { entries.withLock { $0.removeAll { $0.path.hasPrefix(path) } } }
}
