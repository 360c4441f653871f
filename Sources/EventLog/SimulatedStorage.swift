// A disk in memory whose every change is journaled, so that a test can have the disk of any moment and any crash.
// In: what the log does. Out: the same answers a disk gives, refusals on demand, and crash images. Never: the real disk.

import Synchronization

/// A refusal that a test asks for.
package enum SimulatedFault: Equatable, Sendable {
  /// The disk is full after so many bytes of the write.
  case noSpace(afterBytes: Int)
  /// The device answers with an error.
  case deviceError
}

/// A `Storage` for tests of this target and of those that use the log.
package final class SimulatedStorage: Storage {
  /// Decides before an operation whether it is refused: the operation, its path, how many operations came before.
  package typealias Faults = @Sendable (StorageFailure.Operation, String, Int) -> SimulatedFault?

  private struct State {
    var disk: SimulatedDisk
    var changes: [DiskChange] = []
    var nextNode: Int
    var locked: Set<String> = []
    var operations = 0
    var faults: Faults?

    mutating func record(_ change: DiskChange) {
      disk.apply(change)
      changes.append(change)
    }
  }

  private let initial: SimulatedDisk
  private let state: Mutex<State>

  /// An empty disk, or the one that a crash has left.
  package init(_ disk: SimulatedDisk = SimulatedDisk()) {
    initial = disk
    state = Mutex(State(disk: disk, nextNode: (disk.nodes.keys.max() ?? 0) + 1))
  }

  /// The changes so far.
  package var changes: [DiskChange] { state.withLock { $0.changes } }

  package func setFaults(_ faults: Faults?) { state.withLock { $0.faults = faults } }

  /// A disk as it is after the first `count` changes and a crash; of the last, when it is a write, only `torn` bytes.
  package func image(after count: Int, torn: Int? = nil, _ crash: SimulatedCrash) -> SimulatedStorage {
    SimulatedStorage(initial.after(changes, count: count, torn: torn, crash))
  }

  /// Changes a file behind the log's back, as a failing device does.
  package func damage(_ path: String, _ body: (inout [UInt8]) -> Void) {
    state.withLock { state in
      guard let node = state.disk.node(path), var bytes = state.disk.bytes(node) else { return }
      body(&bytes)
      state.record(.truncate(node: node, size: 0))
      state.record(.write(node: node, position: 0, bytes: bytes))
      state.record(.sync(node: node))
    }
  }

  // MARK: Storage

  package func open(_ path: String, _ access: FileAccess) throws(LogError) -> any StorageFile {
    let node = try change(.open, path) { (state) throws(LogError) -> Int in
      if let node = state.disk.node(path) {
        guard state.disk.bytes(node) != nil else { throw refuse(.open, path, .other("it is a folder")) }
        if access == .replace { state.record(.truncate(node: node, size: 0)) }
        return node
      }
      guard access != .read else { throw refuse(.open, path, .notFound) }
      return try link(path, isFolder: false, .open, &state)
    }
    return File(storage: self, path: path, node: node)
  }

  package func list(_ folder: String) throws(LogError) -> [String] {
    try change(.list, folder) { (state) throws(LogError) in
      guard let node = state.disk.node(folder), let entries = state.disk.entries(node) else {
        throw refuse(.list, folder, .notFound)
      }
      return entries.keys.sorted()
    }
  }

  package func exists(_ path: String) -> Bool { state.withLock { $0.disk.node(path) != nil } }

  package func isFolder(_ path: String) -> Bool {
    state.withLock { state in state.disk.node(path).map { state.disk.entries($0) != nil } ?? false }
  }

  package func createFolder(_ path: String) throws(LogError) {
    try change(.createDirectory, path) { (state) throws(LogError) in
      if state.disk.node(path) == nil { _ = try link(path, isFolder: true, .createDirectory, &state) }
    }
  }

  package func rename(_ path: String, to newPath: String) throws(LogError) {
    try change(.rename, path) { (state) throws(LogError) in
      let (parent, name) = Self.split(path)
      let (newParent, newName) = Self.split(newPath)
      guard parent == newParent, let folder = state.disk.node(parent), state.disk.node(path) != nil else {
        throw refuse(.rename, path, .notFound)
      }
      state.record(.rename(folder: folder, name: name, newName: newName))
    }
  }

  package func remove(_ path: String) throws(LogError) {
    try change(.remove, path) { (state) throws(LogError) in
      let (parent, name) = Self.split(path)
      guard let folder = state.disk.node(parent), let node = state.disk.node(path) else {
        throw refuse(.remove, path, .notFound)
      }
      if let entries = state.disk.entries(node), !entries.isEmpty {
        throw refuse(.remove, path, .other("the folder is not empty"))
      }
      state.record(.unlink(folder: folder, name: name))
    }
  }

  package func syncFolder(_ path: String) throws(LogError) {
    try change(.syncDirectory, path) { (state) throws(LogError) in
      guard let node = state.disk.node(path) else { throw refuse(.syncDirectory, path, .notFound) }
      state.record(.sync(node: node))
    }
  }

  package func lock(_ path: String, note: String) throws(LogError) -> any StorageLock {
    let isNew = state.withLock { $0.locked.insert(path).inserted }
    guard isNew else { throw .locked(path: path, holder: note) }
    return Lock(storage: self, path: path)
  }

  // MARK: Changes

  private static func split(_ path: String) -> (parent: String, name: String) {
    let parts = path.split(separator: "/").map(String.init)
    return (parts.dropLast().joined(separator: "/"), parts.last ?? "")
  }

  private func link(
    _ path: String, isFolder: Bool, _ operation: StorageFailure.Operation, _ state: inout State
  ) throws(LogError) -> Int {
    let (parent, name) = Self.split(path)
    guard let folder = state.disk.node(parent) else { throw refuse(operation, path, .notFound) }
    let node = state.nextNode
    state.nextNode += 1
    state.record(.link(folder: folder, name: name, node: node, isFolder: isFolder))
    return node
  }

  private func change<Result>(
    _ operation: StorageFailure.Operation, _ path: String, _ body: (inout State) throws(LogError) -> Result
  ) throws(LogError) -> Result where Result: Sendable {
    try state.withLock { (state) throws(LogError) -> Result in
      let fault = state.faults?(operation, path, state.operations)
      state.operations += 1
      if fault != nil { throw refuse(operation, path, fault == .deviceError ? .other("input/output error") : .noSpace) }
      return try body(&state)
    }
  }

  private func refuse(
    _ operation: StorageFailure.Operation, _ path: String, _ reason: StorageFailure.Reason
  ) -> LogError { .storage(StorageFailure(operation, path, reason)) }

  private final class Lock: StorageLock {
    let storage: SimulatedStorage
    let path: String

    init(storage: SimulatedStorage, path: String) {
      self.storage = storage
      self.path = path
    }

    deinit { storage.state.withLock { _ = $0.locked.remove(path) } }
  }

  private final class File: StorageFile {
    let storage: SimulatedStorage
    let path: String
    let node: Int

    init(storage: SimulatedStorage, path: String, node: Int) {
      self.storage = storage
      self.path = path
      self.node = node
    }

    func read(into buffer: UnsafeMutableRawBufferPointer, at position: Int) throws(LogError) -> Int {
      try storage.change(.read, path) { (state) throws(LogError) in
        let bytes = state.disk.bytes(node) ?? []
        guard position < bytes.count else { return 0 }
        let part = bytes[position..<min(position + buffer.count, bytes.count)]
        buffer.copyBytes(from: part)
        return part.count
      }
    }

    func write(_ bytes: UnsafeRawBufferPointer, at position: Int) throws(LogError) {
      let content = Array(bytes)
      try storage.state.withLock { (state) throws(LogError) in
        let fault = state.faults?(.write, path, state.operations)
        state.operations += 1
        switch fault {
        case .none: state.record(.write(node: node, position: position, bytes: content))
        case .noSpace(let count):
          if count > 0 { state.record(.write(node: node, position: position, bytes: Array(content.prefix(count)))) }
          throw storage.refuse(.write, path, .noSpace)
        case .deviceError: throw storage.refuse(.write, path, .other("input/output error"))
        }
      }
    }

    func sync() throws(LogError) {
      try storage.change(.sync, path) { (state) throws(LogError) in state.record(.sync(node: node)) }
    }

    func truncate(to size: Int) throws(LogError) {
      try storage.change(.truncate, path) { (state) throws(LogError) in
        state.record(.truncate(node: node, size: size))
      }
    }

    func size() throws(LogError) -> Int {
      try storage.change(.measure, path) { (state) throws(LogError) in (state.disk.bytes(node) ?? []).count }
    }
  }
}
