// Files as a source: one partition for each, JSON lines, CSV or raw lines. In: paths. Out: chunks of whole lines. A bounded
// JSON or raw file is dealt out as ranges of bytes that workers read themselves; a CSV file (a quoted field may hold a
// newline), a pipe and a growing file are read here, one chunk after the other, and cut behind a line.

import Glibc
import Plan
import Values

package final class FileSource: Source {
  /// How one file is read.
  private enum Reading {
    /// Ranges of a file whose size does not change.
    case ranges(FileReader, size: Int64)
    /// Bytes one after the other; what follows the last whole line waits in `rest`.
    case sequence(FileReader)
  }

  private struct Partition {
    var path: String
    var reading: Reading
    var next: Int64 = 0
    var header: [UInt8]?
    var rest: [UInt8] = []
    var isAtEnd = false
    var lines: LineSearch
    /// Where bytes are read next: `next` and the bytes that wait.
    var readPosition: Int64 { next + Int64(rest.count) }
  }

  private var partitions: [Partition] = []
  private let format: RecordFormat
  private let follow: Bool

  /// Opens the files that `paths` mean; `-` is standard input.
  package init(paths: [String], format: RecordFormat, follow: Bool = false) throws(ExecutionError) {
    self.format = format
    self.follow = follow
    var files: [String] = []
    for path in paths { files += path == "-" ? ["-"] : try FilePaths.expand(path) }
    for path in files {
      let reader = path == "-" ? FileReader() : try FileReader(path: path)
      try Self.refuseCompressed(reader, path: path)
      var partition = Partition(path: reader.path, reading: .sequence(reader), lines: LineSearch(format))
      if format != .csv && !follow && reader.isSeekable {
        partition.reading = .ranges(reader, size: try reader.size())
      }
      partitions.append(partition)
    }
  }

  private static func refuseCompressed(_ reader: FileReader, path: String) throws(ExecutionError) {
    guard reader.isSeekable else { return }
    let start = Blob(uninitialized: 4)
    let count = try reader.read(into: start.base, count: 4, at: 0)
    let magic = (0..<count).map { start.base[$0] }
    if magic.starts(with: [0x1F, 0x8B]) || magic == [0x28, 0xB5, 0x2F, 0xFD] {
      throw .unreadable(
        path: path, reason: "it is compressed; unpack it first, or pipe it: zcat FILE | millrace run … -")
    }
  }

  package var partitionCount: Int { partitions.count }

  package func header(partition: Int) -> [UInt8]? { partitions[partition].header }

  package func next(partition: Int) -> Int64 { partitions[partition].next }

  package var backlog: Int64 {
    partitions.reduce(0) { sum, partition in
      switch partition.reading {
      case .ranges(_, let size): sum + max(0, size - partition.next)
      case .sequence(let reader):
        reader.isSeekable ? sum + max(0, ((try? reader.size()) ?? 0) - partition.next) : sum
      }
    }
  }

  package func isFinished(partition: Int) -> Bool {
    if follow { return false }
    switch partitions[partition].reading {
    case .ranges(_, let size): return partitions[partition].next >= size
    case .sequence: return partitions[partition].isAtEnd && partitions[partition].rest.isEmpty
    }
  }

  package func seek(partition: Int, to next: Int64) throws(ExecutionError) {
    guard case .sequence(let reader) = partitions[partition].reading else {
      partitions[partition].next = next
      return
    }
    guard reader.isSeekable else {
      if next == 0 { return }
      throw .unsupported("cannot resume `\(reader.path)`: a pipe cannot be read again from where it was left")
    }
    if format == .csv { try readHeader(partition, reader) }
    partitions[partition].next = max(next, Int64(partitions[partition].header?.count ?? 0))
    partitions[partition].rest = []
    partitions[partition].isAtEnd = false
  }

  package func place(partition: Int, offset: Int64?) -> String {
    let path = partitions[partition].path
    guard let offset else { return path }
    if let line = try? line(of: offset, partition) { return "\(path):\(line)" }
    return "\(path), record \(offset.addingSaturating(1))"
  }

  /// The line of a record; nil in a pipe, which cannot be read again.
  private func line(of record: Int64, _ partition: Int) throws(ExecutionError) -> Int64? {
    let reader: FileReader
    switch partitions[partition].reading {
    case .ranges(let file, _): reader = file
    case .sequence(let file): reader = file
    }
    guard reader.isSeekable else { return nil }
    return try partitions[partition].lines.line(of: format == .csv ? record.addingSaturating(1) : record, in: reader)
  }

  package func take(partition index: Int, bound: ChunkBound) throws(ExecutionError) -> Chunk? {
    switch partitions[index].reading {
    case .ranges(let reader, let size):
      let start = partitions[index].next
      let end = min(size, bound.end ?? Int64.max, start + Int64(max(bound.bytes, 1)))
      guard end > start else { return nil }
      partitions[index].next = end
      return Chunk(partition: index, content: .fileRange(reader, start..<end, isLast: end == size))
    case .sequence(let reader):
      if format == .csv && partitions[index].header == nil {
        guard try readHeader(index, reader) else { return nil }
      }
      return try takeSequence(index, reader, bound)
    }
  }

  /// Reads the line that names the columns; false while it is not there yet.
  @discardableResult
  private func readHeader(_ index: Int, _ reader: FileReader) throws(ExecutionError) -> Bool {
    if partitions[index].header != nil { return true }
    let (blob, filled) = try fill(index, reader, bytes: 64 << 10, end: nil)
    var length = LineCut.firstLine(blob, count: filled)
    if length == 0 && partitions[index].isAtEnd { length = filled }
    if length > 0 {
      partitions[index].header = Array(UnsafeBufferPointer(start: blob.base, count: length))
      partitions[index].next += Int64(length)
    }
    keepRest(index, blob, length..<filled)
    return length > 0
  }

  private func keepRest(_ index: Int, _ blob: Blob, _ range: Range<Int>) {
    partitions[index].rest = Array(UnsafeBufferPointer(start: blob.base + range.lowerBound, count: range.count))
  }

  /// What waits and up to `bytes` more, as one blob.
  private func fill(
    _ index: Int, _ reader: FileReader, bytes: Int, end: Int64?
  ) throws(ExecutionError) -> (Blob, Int) {
    let position = partitions[index].readPosition
    let wanted = end.map { max(0, Int(min(Int64(bytes), $0 - position))) } ?? bytes
    let rest = partitions[index].rest
    let blob = Blob(uninitialized: rest.count + wanted)
    rest.withUnsafeBufferPointer { if let start = $0.baseAddress { blob.base.update(from: start, count: $0.count) } }
    var filled = 0
    if reader.isSeekable {
      filled = try reader.read(into: blob.base + rest.count, count: wanted, at: position)
      if filled < bytes && end == nil && !follow { partitions[index].isAtEnd = true }
    } else if wanted > 0 && !partitions[index].isAtEnd {
      let result = try reader.readAvailable(into: blob.base + rest.count, count: wanted, waiting: follow ? 0 : 50)
      if result == 0 { partitions[index].isAtEnd = true }
      filled = result ?? 0
    }
    let total = rest.count + filled
    (blob.base + total).update(repeating: 0, count: blob.capacity - total)
    return (blob, total)
  }

  private func takeSequence(
    _ index: Int, _ reader: FileReader, _ bound: ChunkBound
  ) throws(ExecutionError) -> Chunk? {
    var bytes = max(bound.bytes, 1)
    while true {
      let waited = partitions[index].rest.count
      let (blob, filled) = try fill(index, reader, bytes: bytes, end: bound.end)
      if filled == 0 { return nil }
      let read = partitions[index].next + Int64(filled)
      let isLast = partitions[index].isAtEnd || (bound.end.map { read >= $0 } ?? false)
      let end = isLast ? filled : LineCut.end(blob, count: filled, quoted: format == .csv)
      keepRest(index, blob, end..<filled)
      if end > 0 {
        partitions[index].next += Int64(end)
        return Chunk(partition: index, content: .lines(blob, 0..<end, isLast: isLast))
      }
      // No line ends here: more is needed, if there is more.
      if filled == waited { return nil }
      bytes *= 2
    }
  }
}

/// Where a stretch of bytes may be cut.
enum LineCut {
  /// The length of the first line with its newline; 0 when it has none.
  static func firstLine(_ blob: Blob, count: Int) -> Int {
    guard let newline = memchr(blob.base, 10, count) else { return 0 }
    return blob.base.distance(to: newline.assumingMemoryBound(to: UInt8.self)) + 1
  }

  /// The end of the last whole line; 0 when there is none. When `quoted`, newlines between quotes end no line.
  static func end(_ blob: Blob, count: Int, quoted: Bool) -> Int {
    guard quoted, memchr(blob.base, 34, count) != nil else {
      var end = count
      while end > 0 && blob.base[end - 1] != 10 { end -= 1 }
      return end
    }
    var end = 0
    var isInside = false
    for index in 0..<count {
      let byte = blob.base[index]
      if byte == 34 { isInside.toggle() }
      if byte == 10 && !isInside { end = index + 1 }
    }
    return end
  }
}
