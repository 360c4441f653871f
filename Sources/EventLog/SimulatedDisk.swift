// The content of a disk in memory as a tree of nodes, and the elementary changes to it.
// In: changes in order. Out: the tree after them, all or a part. Never: time, threads or the real disk.

/// One change, as small as a crash can tell apart. Nodes are numbered; node 0 is the root folder.
package enum DiskChange: Equatable, Sendable {
  case link(folder: Int, name: String, node: Int, isFolder: Bool)
  case unlink(folder: Int, name: String)
  case rename(folder: Int, name: String, newName: String)
  case write(node: Int, position: Int, bytes: [UInt8])
  case truncate(node: Int, size: Int)
  /// A sync of a file or a folder: its changes so far survive.
  case sync(node: Int)

  /// The node whose sync makes the change survive.
  var node: Int {
    switch self {
    case .link(let folder, _, _, _), .unlink(let folder, _), .rename(let folder, _, _): folder
    case .write(let node, _, _), .truncate(let node, _), .sync(let node): node
    }
  }
}

/// Files and folders as values.
package struct SimulatedDisk: Equatable, Sendable {
  enum Node: Equatable, Sendable {
    case file([UInt8])
    case folder([String: Int])
  }

  private(set) var nodes: [Int: Node] = [0: .folder([:])]

  func entries(_ folder: Int) -> [String: Int]? {
    if case .folder(let entries) = nodes[folder] { return entries }
    return nil
  }

  func bytes(_ file: Int) -> [UInt8]? {
    if case .file(let bytes) = nodes[file] { return bytes }
    return nil
  }

  /// The node of a path, nil when there is none.
  func node(_ path: some StringProtocol) -> Int? {
    var node = 0
    for name in path.split(separator: "/") where name != "." {
      guard let next = entries(node)?[String(name)] else { return nil }
      node = next
    }
    return node
  }

  /// Applies a change; one that makes no sense on what is there (its predecessor was lost in a crash) has no effect.
  mutating func apply(_ change: DiskChange) {
    switch change {
    case .link(let folder, let name, let node, let isFolder):
      edit(folder) { $0[name] = node }
      if nodes[node] == nil { nodes[node] = isFolder ? .folder([:]) : .file([]) }
    case .unlink(let folder, let name): edit(folder) { $0[name] = nil }
    case .rename(let folder, let name, let newName):
      edit(folder) {
        guard let node = $0.removeValue(forKey: name) else { return }
        $0[newName] = node
      }
    case .write(let node, let position, let bytes):
      var content = self.bytes(node) ?? []
      if content.count < position + bytes.count {
        content += [UInt8](repeating: 0, count: position + bytes.count - content.count)
      }
      content.replaceSubrange(position..<position + bytes.count, with: bytes)
      nodes[node] = .file(content)
    case .truncate(let node, let size):
      var content = bytes(node) ?? []
      if content.count > size {
        content.removeLast(content.count - size)
      } else {
        content += [UInt8](repeating: 0, count: size - content.count)
      }
      nodes[node] = .file(content)
    case .sync: break
    }
  }

  private mutating func edit(_ folder: Int, _ body: (inout [String: Int]) -> Void) {
    var entries = entries(folder) ?? [:]
    body(&entries)
    nodes[folder] = .folder(entries)
  }
}

/// What a crash does with the changes that were not synced.
package enum SimulatedCrash: Equatable, Sendable {
  /// The process ends, the machine goes on: every change is kept.
  case processKill
  /// The power goes: nothing unsynced is kept.
  case powerLoss
  /// The power goes: of the unsynced changes any subset is kept, of a write any subset of its 512-byte sectors.
  case scattered(seed: UInt64)
}

extension SimulatedDisk {
  private static let sector = 512

  /// The disk after the first `count` of `changes` and a crash; of the last one, when it is a write, only `torn` bytes.
  func after(_ changes: [DiskChange], count: Int, torn: Int?, _ crash: SimulatedCrash) -> SimulatedDisk {
    var done = Array(changes.prefix(count))
    if let torn, case .write(let node, let position, let bytes) = done.last {
      done[done.count - 1] = .write(node: node, position: position, bytes: Array(bytes.prefix(torn)))
    }
    // The last sync of each node so far: earlier changes to it survive.
    var lastSync: [Int: Int] = [:]
    for (i, change) in done.enumerated() {
      if case .sync(let node) = change { lastSync[node] = i }
    }
    var random: SplitMix
    switch crash {
    case .processKill, .powerLoss: random = SplitMix(state: 0)
    case .scattered(let seed): random = SplitMix(state: seed)
    }
    var disk = self
    for (i, change) in done.enumerated() {
      if i < lastSync[change.node] ?? -1 || crash == .processKill {
        disk.apply(change)
      } else if case .scattered = crash {
        disk.scatter(change, &random)
      }
    }
    return disk
  }

  private mutating func scatter(_ change: DiskChange, _ random: inout SplitMix) {
    guard case .write(let node, let position, let bytes) = change else {
      if random.next() & 1 == 0 { apply(change) }
      return
    }
    var start = 0
    while start < bytes.count {
      let end = min(bytes.count, (position + start) / Self.sector * Self.sector + Self.sector - position)
      if random.next() & 1 == 0 {
        apply(.write(node: node, position: position + start, bytes: Array(bytes[start..<end])))
      }
      start = end
    }
  }
}

/// A small generator of numbers (Steele, Lea and Flood's SplitMix64): the same seed, the same crash.
package struct SplitMix: RandomNumberGenerator, Sendable {
  private var state: UInt64

  package init(state: UInt64) { self.state = state }

  package mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
