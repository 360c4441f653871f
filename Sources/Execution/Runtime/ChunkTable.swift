// How many records of each partition lie before each chunk of a step. In: what workers counted while they decoded. Out: the
// offset of a chunk's first record. With several workers it is known only after all have decoded.

import Values

/// The offsets of the records of one step.
///
/// Workers set the counts of chunks that are theirs alone, during the first phase; the coordinator resolves what is left
/// before the second; from then on it is only read.
final class ChunkTable: @unchecked Sendable {
  struct Entry: Sendable {
    var node: Int
    var partition: Int
    /// Which of the partition's chunks in this step.
    var chunk: Int
    /// The offset of the first record, where the source knows it or once it was counted.
    var firstRecord: Int64?
    /// The records of the partition before this step.
    var before: Int64
    /// The entry of the chunk before this one in the partition and step.
    var previous: Int?
  }

  private var entries: [Entry] = []
  private var counts = UnsafeMutableBufferPointer<Int>.allocate(capacity: 0)
  private var index: [Int64: Int] = [:]

  deinit { counts.deallocate() }

  private static func key(_ node: Int, _ partition: Int, _ chunk: Int) -> Int64 {
    (Int64(node) << 48) | (Int64(partition) << 24) | Int64(chunk)
  }

  func begin(_ entries: [Entry]) {
    self.entries = entries
    index.removeAll(keepingCapacity: true)
    for (position, entry) in entries.enumerated() {
      index[Self.key(entry.node, entry.partition, entry.chunk)] = position
    }
    if counts.count < entries.count {
      counts.deallocate()
      counts = .allocate(capacity: entries.count)
    }
    for position in entries.indices { counts[position] = 0 }
  }

  /// A worker has read this many records of the chunk, good and bad.
  func count(_ records: Int, at position: Int) { counts[position] &+= records }

  /// The offset of the chunk's first record, when all chunks before it have been counted.
  @discardableResult
  func resolve(_ position: Int) -> Int64 {
    if let known = entries[position].firstRecord { return known }
    let first = entries[position].previous.map { resolve($0) &+ Int64(counts[$0]) } ?? entries[position].before
    entries[position].firstRecord = first
    return first
  }

  func resolveAll() { for position in entries.indices { resolve(position) } }

  /// The offset after the last record of each partition that was read, later chunks after earlier ones.
  var ends: [(node: Int, partition: Int, records: Int64)] {
    entries.indices.map { (entries[$0].node, entries[$0].partition, resolve($0) &+ Int64(counts[$0])) }
  }

  /// The offset of the first record of the chunk that a batch came from.
  func firstRecord(_ position: Position) -> Int64 {
    index[Self.key(Int(position.source), Int(position.partition), Int(position.chunk))]
      .flatMap { entries[$0].firstRecord } ?? 0
  }
}

extension PlacedBatch {
  /// The batch with offsets that count from the start of its partition.
  func withAbsoluteOffsets(_ table: ChunkTable) -> PlacedBatch {
    guard offsetsAreRelative else { return self }
    var result = self
    result.offsetsAreRelative = false
    guard let offsets = batch.origin?.offsets else { return result }
    let first = table.firstRecord(position)
    if first == 0 { return result }
    // A new vector: another branch of the plan may hold the old one.
    let absolute = Vector<Int64>(uninitialized: offsets.count)
    for row in 0..<offsets.count { absolute.base[row] = offsets.base[row] &+ first }
    result.batch.origin?.offsets = absolute
    return withExtendedLifetime(offsets) { result }
  }
}
