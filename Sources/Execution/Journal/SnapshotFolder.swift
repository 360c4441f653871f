// Snapshots as files in a pipeline's folder: `snapshot-<step>`, of which the newest whole one counts. In: bytes. Out: the
// same after a crash, or the one before. Written beside, synced, then renamed, so that no name ever holds half a snapshot.

import Glibc

package struct SnapshotFolder: Sendable {
  private let path: String
  /// Snapshots that are kept, in case the newest is damaged.
  private static let kept = 2

  /// The folder, made when it is missing.
  package init(path: String) throws(ExecutionError) {
    self.path = path
    var prefix = path.hasPrefix("/") ? "" : "."
    for part in path.split(separator: "/") {
      prefix += "/" + part
      if mkdir(prefix, 0o755) != 0 && errno != EEXIST {
        throw .unwritable(path: prefix, reason: systemMessage(errno))
      }
    }
  }

  /// The steps of which snapshots are there, newest first.
  private func steps() -> [Int64] {
    guard let folder = opendir(path) else { return [] }
    defer { closedir(folder) }
    var steps: [Int64] = []
    while let entry = readdir(folder) {
      let name = withUnsafeBytes(of: &entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
      if name.hasPrefix("snapshot-"), let step = Int64(name.dropFirst("snapshot-".count)) { steps.append(step) }
    }
    return steps.sorted(by: >)
  }

  /// Keeps the snapshot of a step; durable on return.
  package func save(_ bytes: [UInt8], step: Int64) throws(ExecutionError) {
    let name = "\(path)/snapshot-\(step)"
    let descriptor = open(name + ".tmp", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw .unwritable(path: name, reason: systemMessage(errno)) }
    var offset = 0
    while offset < bytes.count {
      let result = bytes.withUnsafeBytes {
        Glibc.write(descriptor, $0.baseAddress.map { $0 + offset }, bytes.count - offset)
      }
      if result < 0 && errno == EINTR { continue }
      guard result >= 0 else {
        let number = errno
        close(descriptor)
        throw number == ENOSPC ? .diskFull(path: name) : .unwritable(path: name, reason: systemMessage(number))
      }
      offset += result
    }
    let isSynced = fsync(descriptor) == 0
    close(descriptor)
    guard isSynced, rename(name + ".tmp", name) == 0 else {
      throw .unwritable(path: name, reason: systemMessage(errno))
    }
    let folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    if folder >= 0 {
      fsync(folder)
      close(folder)
    }
    for old in steps().dropFirst(Self.kept) { unlink("\(path)/snapshot-\(old)") }
  }

  /// The snapshots, newest first.
  package func load() throws(ExecutionError) -> [[UInt8]] {
    var result: [[UInt8]] = []
    for step in steps() {
      let reader = try FileReader(path: "\(path)/snapshot-\(step)")
      let size = Int(try reader.size())
      let memory = UnsafeMutablePointer<UInt8>.allocate(capacity: max(size, 1))
      defer { memory.deallocate() }
      let count = try reader.read(into: memory, count: size, at: 0)
      result.append(Array(UnsafeBufferPointer(start: memory, count: count)))
    }
    return result
  }
}

extension PipelineRun {
  /// Goes on where an earlier run of the same plan stood at its last commit: the newest snapshot that fits, then the
  /// committed steps after it once more, with output suppressed. Gives back whether there was anything to resume.
  package func resume(from folder: SnapshotFolder?) throws(ExecutionError) -> Bool {
    var damage: ExecutionError?
    for bytes in try folder?.load() ?? [] {
      do throws(ExecutionError) {
        try restore(from: bytes)
        damage = nil
        break
      } catch {
        // A damaged file is passed over for an older one; state of another plan is not.
        guard case .unusableSnapshot(let why) = error, why.contains("checksum") || why.contains("cut short") else {
          throw error
        }
        damage = error
      }
    }
    let records = try journal?.records(after: step) ?? []
    if let damage, records.first?.step != 1 { throw damage }
    try replay()
    return step > 0
  }

  /// Commits, then keeps the state in the folder.
  package func saveSnapshot(in folder: SnapshotFolder) throws(ExecutionError) {
    try commit()
    try folder.save(snapshot(), step: step)
  }
}
