// `durable.ckpt`: how far a partition is known to be durable, and where it begins.
// In: offsets after each sync. Out: a lower bound after a crash. Never: a claim ahead of the disk.

/// What the file says.
struct Checkpoint: Equatable, Sendable {
  /// The first offset of the partition: retention and deletion move it, and nothing else on disk says it.
  var logStart: Int64 = 0
  /// All offsets before it survived a sync.
  var durable: Int64 = 0
}

/// Two slots written in turn, far enough apart that a torn write hurts only one; the newer intact one counts.
///
///     slot  "MLCP" u32, version u32, sequence u64, log start i64, durable i64, CRC-32C u32; at bytes 0 and 4096
struct CheckpointFile {
  static let name = "durable.ckpt"
  private static let magic: UInt32 = 0x4D4C_4350
  private static let version: UInt32 = 1
  private static let slotBytes = 36
  private static let slotDistance = 4096

  private let file: any StorageFile
  private var sequence: UInt64
  private(set) var latest: Checkpoint

  /// Opens the file for writing, made when missing.
  init(_ storage: any Storage, folder: String) throws(LogError) {
    let path = folder + "/" + Self.name
    file = try storage.open(path, .update)
    let known = Self.newest(file)
    sequence = known?.sequence ?? 0
    latest = known?.checkpoint ?? Checkpoint()
  }

  /// What the file says; nil when there is none, or no intact one.
  static func read(_ storage: any Storage, folder: String) -> Checkpoint? {
    let path = folder + "/" + name
    guard storage.exists(path), let file = try? storage.open(path, .read) else { return nil }
    return newest(file)?.checkpoint
  }

  private static func newest(_ file: any StorageFile) -> (sequence: UInt64, checkpoint: Checkpoint)? {
    var best: (sequence: UInt64, checkpoint: Checkpoint)?
    for slot in 0..<2 {
      guard let bytes = try? file.bytes(at: slot * slotDistance, count: slotBytes), bytes.count == slotBytes,
        var reader = SealedReader(bytes), reader.take(UInt32.self) == magic, reader.take(UInt32.self) == version,
        let sequence: UInt64 = reader.take(), let start: Int64 = reader.take(), let durable: Int64 = reader.take(),
        start >= 0, durable >= start
      else { continue }
      if sequence > best?.sequence ?? 0 || best == nil {
        best = (sequence, Checkpoint(logStart: start, durable: durable))
      }
    }
    return best
  }

  /// Writes the next slot. Without `synced` a power loss may take it back, which leaves an older lower bound.
  mutating func write(_ checkpoint: Checkpoint, synced: Bool) throws(LogError) {
    sequence &+= 1
    var slot = SealedWriter()
    slot.put(Self.magic)
    slot.put(Self.version)
    slot.put(sequence)
    slot.put(checkpoint.logStart)
    slot.put(checkpoint.durable)
    try file.write(slot.sealed(), at: Int(sequence & 1) * Self.slotDistance)
    if synced { try file.sync() }
    latest = checkpoint
  }
}
