// The real disk, over the C library: positioned reads and writes, fdatasync, flock.
// In: paths and bytes. Out: the effect, or a refusal with its reason. Never: a short write left unnoticed, or a retried sync.

import Glibc

/// Files of the operating system.
package struct FileStorage: Storage {
  package init() {}

  package func open(_ path: String, _ access: FileAccess) throws(LogError) -> any StorageFile {
    let flags: Int32 =
      switch access {
      case .read: O_RDONLY
      case .update: O_RDWR | O_CREAT
      case .replace: O_RDWR | O_CREAT | O_TRUNC
      }
    return SystemFile(path: path, descriptor: try openDescriptor(path, flags, .open))
  }

  package func list(_ folder: String) throws(LogError) -> [String] {
    guard let stream = opendir(folder) else { throw refusal(.list, folder) }
    defer { closedir(stream) }
    let nameOffset = MemoryLayout<dirent>.offset(of: \dirent.d_name) ?? 0
    var names: [String] = []
    while let entry = readdir(stream) {
      let start = UnsafeRawPointer(entry).advanced(by: nameOffset).assumingMemoryBound(to: CChar.self)
      let name = String(cString: start)
      if name != "." && name != ".." { names.append(name) }
    }
    return names.sorted()
  }

  package func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

  package func isFolder(_ path: String) -> Bool {
    var info = stat()
    return stat(path, &info) == 0 && info.st_mode & S_IFMT == S_IFDIR
  }

  package func createFolder(_ path: String) throws(LogError) {
    guard mkdir(path, 0o777) == 0 || (errno == EEXIST && isFolder(path)) else { throw refusal(.createDirectory, path) }
  }

  package func rename(_ path: String, to newPath: String) throws(LogError) {
    guard Glibc.rename(path, newPath) == 0 else { throw refusal(.rename, path) }
  }

  package func remove(_ path: String) throws(LogError) {
    guard Glibc.remove(path) == 0 else { throw refusal(.remove, path) }
  }

  package func syncFolder(_ path: String) throws(LogError) {
    let descriptor = try openDescriptor(path, O_RDONLY | O_DIRECTORY, .syncDirectory)
    defer { close(descriptor) }
    guard fsync(descriptor) == 0 else { throw refusal(.syncDirectory, path) }
  }

  package func lock(_ path: String, note: String) throws(LogError) -> any StorageLock {
    let file = SystemFile(path: path, descriptor: try openDescriptor(path, O_RDWR | O_CREAT, .lock))
    // A child process of the last holder keeps the lock for the moment between its fork and its exec.
    var attempts = 20
    while flock(file.descriptor, LOCK_EX | LOCK_NB) != 0, errno == EWOULDBLOCK, attempts > 0 {
      attempts -= 1
      usleep(10_000)
    }
    guard attempts > 0 || flock(file.descriptor, LOCK_EX | LOCK_NB) == 0 else {
      guard errno == EWOULDBLOCK else { throw refusal(.lock, path) }
      let holder = String(decoding: (try? file.bytes(at: 0, count: 200)) ?? [], as: UTF8.self)
      throw .locked(path: path, holder: holder.isEmpty ? "another process" : holder)
    }
    // The note only helps whoever is refused; a full disk must not keep anyone from reading its log.
    try? file.truncate(to: 0)
    try? file.write(Array(note.utf8), at: 0)
    return SystemLock(file: file)
  }

  private func openDescriptor(
    _ path: String, _ flags: Int32, _ operation: StorageFailure.Operation
  ) throws(LogError) -> Int32 {
    while true {
      let descriptor = Glibc.open(path, flags | O_CLOEXEC, 0o666)
      if descriptor >= 0 { return descriptor }
      if errno != EINTR { throw refusal(operation, path) }
    }
  }
}

/// The lock is the descriptor's: the kernel drops it when the descriptor or the process goes, so it is never stale.
private final class SystemLock: StorageLock {
  let file: SystemFile
  init(file: SystemFile) { self.file = file }
}

private final class SystemFile: StorageFile {
  let path: String
  let descriptor: Int32

  init(path: String, descriptor: Int32) {
    self.path = path
    self.descriptor = descriptor
  }

  deinit { close(descriptor) }

  func read(into buffer: UnsafeMutableRawBufferPointer, at position: Int) throws(LogError) -> Int {
    let done = transferAll(count: buffer.count) { done in
      pread(descriptor, buffer.baseAddress.map { $0 + done }, buffer.count - done, off_t(position + done))
    }
    guard let done else { throw refusal(.read, path) }
    return done
  }

  func write(_ bytes: UnsafeRawBufferPointer, at position: Int) throws(LogError) {
    errno = 0
    let done = transferAll(count: bytes.count) { done in
      pwrite(descriptor, bytes.baseAddress.map { $0 + done }, bytes.count - done, off_t(position + done))
    }
    // A write that makes no progress and names no error is a full device by any other name.
    guard done == bytes.count else { throw refusal(.write, path, errno == 0 ? ENOSPC : errno) }
  }

  func sync() throws(LogError) {
    // No retry, not even after EINTR: a failed sync may have dropped the pages it failed to write.
    guard fdatasync(descriptor) == 0 else { throw refusal(.sync, path) }
  }

  func truncate(to size: Int) throws(LogError) {
    guard ftruncate(descriptor, off_t(size)) == 0 else { throw refusal(.truncate, path) }
  }

  func size() throws(LogError) -> Int {
    var info = stat()
    guard fstat(descriptor, &info) == 0 else { throw refusal(.measure, path) }
    return Int(info.st_size)
  }
}

/// Repeats a transfer that may be short or interrupted until `count` bytes are through or it makes no progress.
/// `transfer` gets the bytes done so far and returns as read(2) and write(2) do. Returns the bytes done, nil on an error.
func transferAll(count: Int, _ transfer: (Int) -> Int) -> Int? {
  var done = 0
  while done < count {
    let step = transfer(done)
    if step > 0 {
      done += step
    } else if step == 0 {
      return done
    } else if errno != EINTR {
      return nil
    }
  }
  return done
}

private func refusal(_ operation: StorageFailure.Operation, _ path: String, _ code: Int32 = errno) -> LogError {
  let reason: StorageFailure.Reason =
    switch code {
    case ENOSPC, EDQUOT: .noSpace
    case EFBIG: .tooLarge
    case ENOENT: .notFound
    case EACCES, EPERM: .notPermitted
    case EROFS: .readOnlyDisk
    case EMFILE, ENFILE: .tooManyOpenFiles
    default: .other(String(cString: strerror(code)))
    }
  return .storage(StorageFailure(operation, path, reason))
}
