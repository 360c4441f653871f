// The seam between the log and a disk: everything the log does to files goes through here.
// In: paths and bytes. Out: bytes, or a typed refusal. Never: a partial success that looks like a whole one.

/// A disk: the real one is `FileStorage`; `SimulatedStorage` is one in memory whose crashes can be chosen.
///
/// Only `sync` and `syncDirectory` make anything survive a power loss, and a name made by `open`, `rename` or
/// `createDirectory` survives only once its folder was synced. Safe to call from any thread.
package protocol Storage: Sendable {
  func open(_ path: String, _ access: FileAccess) throws(LogError) -> any StorageFile
  /// The names in a folder, sorted.
  func list(_ folder: String) throws(LogError) -> [String]
  func exists(_ path: String) -> Bool
  func isFolder(_ path: String) -> Bool
  /// Makes one folder; one that exists already is fine.
  func createFolder(_ path: String) throws(LogError)
  /// Renames within one folder, replacing what has the new name.
  func rename(_ path: String, to newPath: String) throws(LogError)
  /// Removes a file, or an empty folder.
  func remove(_ path: String) throws(LogError)
  func syncFolder(_ path: String) throws(LogError)
  /// Takes an exclusive lock that lives as long as the returned object and never longer than the process.
  /// `note` is left in the file for whoever is refused.
  func lock(_ path: String, note: String) throws(LogError) -> any StorageLock
}

/// How a file is opened.
package enum FileAccess: Sendable {
  /// An existing file, to read.
  case read
  /// To read and write; made when missing, kept when there.
  case update
  /// To read and write; made when missing, emptied when there.
  case replace
}

/// An open file, closed when the last reference goes. Safe to call from any thread.
package protocol StorageFile: AnyObject, Sendable {
  /// Fills `buffer` from `position`; returns fewer bytes than asked only at the end of the file.
  func read(into buffer: UnsafeMutableRawBufferPointer, at position: Int) throws(LogError) -> Int
  /// Writes all bytes, or throws with any part of them written.
  func write(_ bytes: UnsafeRawBufferPointer, at position: Int) throws(LogError)
  /// Returns when content and size survive a power loss. A failure is final: trying again proves nothing.
  func sync() throws(LogError)
  func truncate(to size: Int) throws(LogError)
  func size() throws(LogError) -> Int
}

/// A held lock, released when the last reference goes.
package protocol StorageLock: AnyObject, Sendable {}

extension Storage {
  /// Makes a folder and those above it, durable on return.
  func createFolders(_ path: String) throws(LogError) {
    var prefix = path.hasPrefix("/") ? "/" : ""
    for part in path.split(separator: "/") {
      let parent = prefix.isEmpty ? "." : prefix
      prefix += (prefix.isEmpty || prefix == "/" ? "" : "/") + part
      if !isFolder(prefix) {
        try createFolder(prefix)
        try syncFolder(parent)
      }
    }
  }

  /// Removes a folder and everything in it.
  func removeTree(_ path: String) throws(LogError) {
    if isFolder(path) {
      for name in try list(path) { try removeTree(path + "/" + name) }
    }
    try remove(path)
  }

  /// The whole of a small file.
  func contents(_ path: String) throws(LogError) -> [UInt8] {
    let file = try open(path, .read)
    return try file.bytes(at: 0, count: try file.size())
  }

  /// Replaces a small file as a whole: after a crash there is the old one or the new one. Durable on return.
  func replaceFile(_ path: String, with bytes: [UInt8], in folder: String) throws(LogError) {
    let file = try open(path + ".tmp", .replace)
    try file.write(bytes, at: 0)
    try file.sync()
    try rename(path + ".tmp", to: path)
    try syncFolder(folder)
  }
}

extension StorageFile {
  /// Up to `count` bytes from `position`, as an array: for the cold path.
  func bytes(at position: Int, count: Int) throws(LogError) -> [UInt8] {
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: max(count, 1), alignment: 16)
    defer { buffer.deallocate() }
    let filled = try read(into: UnsafeMutableRawBufferPointer(rebasing: buffer[0..<max(count, 0)]), at: position)
    return Array(buffer[0..<filled])
  }

  func write(_ bytes: [UInt8], at position: Int) throws(LogError) {
    let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: max(bytes.count, 1), alignment: 16)
    defer { copy.deallocate() }
    copy.copyBytes(from: bytes)
    try write(UnsafeRawBufferPointer(rebasing: copy[0..<bytes.count]), at: position)
  }
}
