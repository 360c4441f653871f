// The sparse indexes of one segment, by offset and by time, and their files.
// In: the batches of a segment in order. Out: where to begin looking. Never: truth; what is here can be made again.
//
// `.index`      "MLIX" u32, version u32, base offset i64, log bytes i64, end offset i64, max timestamp i64,
//               last append i64 (µs), entries u32, CRC-32C u32; then entries (relative offset u32, position u32), CRC-32C u32
// `.timeindex`  "MLTX" u32, version u32, entries u32; then entries (timestamp i64 ms, relative offset u32), CRC-32C u32
//
// They are written when a segment is closed, without a sync: after a crash a file is whole and says how many log bytes it
// covers, or its checksum fails and it is made again from the log.

/// What is known about a segment without reading its records.
struct SegmentSummary: Equatable, Sendable {
  /// The bytes of the log file that hold batches.
  var size = 0
  /// The offset after the last record.
  var endOffset: Int64
  /// The largest record timestamp in milliseconds; `Int64.min` when there are no records.
  var maxTimestamp = Int64.min
  /// When the last batch was appended by the server's clock, in microseconds: what retention goes by, since record
  /// timestamps are the producers' and may lie.
  var lastAppend: Int64 = 0
}

/// Sparse entries: one at the first batch that begins at least `interval` bytes after the last entry.
struct SegmentIndex: Equatable, Sendable {
  static let interval = 4096

  let baseOffset: Int64
  var relativeOffsets: [UInt32] = []
  var positions: [UInt32] = []
  /// Strictly increasing: all records before the offset have at most that timestamp.
  var timestamps: [Int64] = []
  var timeOffsets: [UInt32] = []
  fileprivate var nextEntry = 0

  init(baseOffset: Int64) { self.baseOffset = baseOffset }

  /// Takes note of a batch that begins at `position`; `maxTimestamp` is that of all batches before it.
  mutating func note(_ header: RecordBatchHeader, at position: Int, maxTimestamp: Int64) {
    guard position >= nextEntry else { return }
    let relative = header.baseOffset &- baseOffset
    guard relative >= 0, relative <= Int64(UInt32.max), position <= Int(UInt32.max) else { return }
    relativeOffsets.append(UInt32(relative))
    positions.append(UInt32(position))
    nextEntry = position + Self.interval
    if position > 0 && maxTimestamp > (timestamps.last ?? Int64.min) {
      timestamps.append(maxTimestamp)
      timeOffsets.append(UInt32(relative))
    }
  }

  /// The last indexed batch that begins at or before `offset`; the segment's start when there is none.
  func place(of offset: Int64) -> (offset: Int64, position: Int) {
    let found = partitioningIndex(relativeOffsets.count) { baseOffset &+ Int64(relativeOffsets[$0]) > offset }
    guard found > 0 else { return (baseOffset, 0) }
    return (baseOffset &+ Int64(relativeOffsets[found - 1]), Int(positions[found - 1]))
  }

  /// An offset before which no record is as late as `timestamp`.
  func offset(before timestamp: Int64) -> Int64 {
    let found = partitioningIndex(timestamps.count) { timestamps[$0] >= timestamp }
    return found > 0 ? baseOffset &+ Int64(timeOffsets[found - 1]) : baseOffset
  }
}

/// The first of `0..<count` for which `isAfter` holds, given that it holds for all from there on.
func partitioningIndex(_ count: Int, _ isAfter: (Int) -> Bool) -> Int {
  var low = 0
  var high = count
  while low < high {
    let middle = (low + high) / 2
    if isAfter(middle) { high = middle } else { low = middle + 1 }
  }
  return low
}

/// The files of the indexes.
enum SegmentIndexFile {
  private static let magic: UInt32 = 0x4D4C_4958
  private static let timeMagic: UInt32 = 0x4D4C_5458
  private static let version: UInt32 = 1
  private static let headerBytes = 56

  static func encode(_ index: SegmentIndex, _ summary: SegmentSummary) -> (offsets: [UInt8], times: [UInt8]) {
    var header = SealedWriter()
    header.put(magic)
    header.put(version)
    header.put(index.baseOffset)
    header.put(Int64(summary.size))
    header.put(summary.endOffset)
    header.put(summary.maxTimestamp)
    header.put(summary.lastAppend)
    header.put(UInt32(index.relativeOffsets.count))
    var entries = SealedWriter()
    for i in index.relativeOffsets.indices {
      entries.put(index.relativeOffsets[i])
      entries.put(index.positions[i])
    }
    var times = SealedWriter()
    times.put(timeMagic)
    times.put(version)
    times.put(UInt32(index.timestamps.count))
    for i in index.timestamps.indices {
      times.put(index.timestamps[i])
      times.put(index.timeOffsets[i])
    }
    return (header.sealed() + entries.sealed(), times.sealed())
  }

  /// The summary in a `.index` file, nil when in doubt; reads the header only.
  static func summary(_ storage: any Storage, _ path: String, baseOffset: Int64) -> (SegmentSummary, entries: Int)? {
    guard storage.exists(path), let file = try? storage.open(path, .read),
      let bytes = try? file.bytes(at: 0, count: headerBytes), var reader = SealedReader(bytes),
      reader.take(UInt32.self) == magic, reader.take(UInt32.self) == version, reader.take(Int64.self) == baseOffset,
      let size: Int64 = reader.take(), let end: Int64 = reader.take(), let maxTimestamp: Int64 = reader.take(),
      let lastAppend: Int64 = reader.take(), let entries: UInt32 = reader.take(),
      size >= 0, size <= Int64(UInt32.max), end >= baseOffset
    else { return nil }
    let summary = SegmentSummary(
      size: Int(size), endOffset: end, maxTimestamp: maxTimestamp, lastAppend: lastAppend)
    return (summary, Int(entries))
  }

  /// Both indexes, nil when in doubt: a checksum, a count or an order is wrong.
  static func load(_ storage: any Storage, _ path: String, baseOffset: Int64) -> SegmentIndex? {
    guard let (summary, count) = summary(storage, path + ".index", baseOffset: baseOffset),
      let all = try? storage.contents(path + ".index"), all.count == headerBytes + count * 8 + 4,
      var entries = SealedReader(Array(all[headerBytes...])),
      let timeBytes = try? storage.contents(path + ".timeindex"), var times = SealedReader(timeBytes),
      times.take(UInt32.self) == timeMagic, times.take(UInt32.self) == version,
      let timeCount: UInt32 = times.take(), timeBytes.count == 16 + Int(timeCount) * 12
    else { return nil }
    var index = SegmentIndex(baseOffset: baseOffset)
    for _ in 0..<count {
      guard let relative: UInt32 = entries.take(), let position: UInt32 = entries.take(),
        relative > index.relativeOffsets.last ?? 0 || index.relativeOffsets.isEmpty,
        position > index.positions.last ?? 0 || index.positions.isEmpty, Int(position) < summary.size
      else { return nil }
      index.relativeOffsets.append(relative)
      index.positions.append(position)
    }
    for _ in 0..<timeCount {
      guard let time: Int64 = times.take(), let relative: UInt32 = times.take(),
        index.timestamps.isEmpty || time > index.timestamps.last ?? Int64.max
      else { return nil }
      index.timestamps.append(time)
      index.timeOffsets.append(relative)
    }
    index.continueAfterLastEntry()
    return index
  }
}

extension SegmentIndex {
  /// Sets the place of the next entry after entries were loaded.
  fileprivate mutating func continueAfterLastEntry() {
    nextEntry = positions.last.map { Int($0) + Self.interval } ?? 0
  }
}
