// A file or standard output. In: encoded rows, in order. Out: bytes by write(2), in large pieces. A new run begins the file
// anew; a resumed one cuts it to what the journal knows and goes on there.

import Glibc
import Values

package final class FileSink: Sink {
  private let path: String
  private let isStandard: Bool
  private let encoding: RowEncoding
  private var descriptor: Int32 = -1
  private let buffer = ByteBuffer(capacity: FileSink.bufferSize + 4096)
  private var written: Int64 = 0

  private static let bufferSize = 256 << 10

  /// Opens `path` for writing; `-` is standard output.
  package init(path: String, encoding: RowEncoding) throws(ExecutionError) {
    self.path = path == "-" ? "standard output" : path
    isStandard = path == "-"
    self.encoding = encoding
    if isStandard {
      descriptor = dup(1)
    } else {
      // Not truncated yet: a run that resumes keeps what it has written.
      descriptor = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0o644)
    }
    guard descriptor >= 0 else { throw .unwritable(path: path, reason: systemMessage(errno)) }
  }

  deinit { if descriptor >= 0 { Glibc.close(descriptor) } }

  package func makeEncoder() -> (any SinkEncoder)? { TextRowEncoder(encoding) }

  package var position: [Int64] { [written + Int64(buffer.count)] }

  package func resume(at position: [Int64]) throws(ExecutionError) {
    written = position.first ?? 0
    buffer.removeAll()
    if isStandard || written == 0 { return }
    guard ftruncate(descriptor, off_t(written)) == 0, lseek(descriptor, off_t(written), SEEK_SET) >= 0 else {
      throw .unwritable(path: path, reason: systemMessage(errno))
    }
  }

  package func write(_ piece: SinkPiece, step: SinkStep) throws(ExecutionError) {
    // What standard output was given stays given; a file was cut to where the replay begins.
    if step.isReplay && isStandard { return }
    try begin()
    switch piece {
    case .bytes(let encoded): try append(encoded.bytes)
    case .rows(let batch): try append(TextRowEncoder(encoding).encode(batch).bytes)
    }
  }

  /// Empties the file and writes the header, once, when nothing was written before.
  private func begin() throws(ExecutionError) {
    guard written == 0 && buffer.count == 0 else { return }
    if !isStandard, ftruncate(descriptor, 0) != 0, errno != EINVAL {
      throw .unwritable(path: path, reason: systemMessage(errno))
    }
    if let header = encoding.header { try append(header) }
  }

  private func append(_ bytes: ByteBuffer) throws(ExecutionError) {
    if bytes.count >= Self.bufferSize / 2 {
      try drain()
      try write(bytes)
    } else {
      buffer.append(UnsafePointer(bytes.base), count: bytes.count)
      if buffer.count >= Self.bufferSize { try drain() }
    }
  }

  private func drain() throws(ExecutionError) {
    try write(buffer)
    buffer.removeAll()
  }

  private func write(_ bytes: ByteBuffer) throws(ExecutionError) {
    var offset = 0
    while offset < bytes.count {
      let result = Glibc.write(descriptor, bytes.base + offset, bytes.count - offset)
      if result >= 0 {
        offset += result
        written += Int64(result)
        continue
      }
      switch errno {
      case EINTR: continue
      case EAGAIN:
        var request = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        poll(&request, 1, 1000)
      case EPIPE: throw .brokenPipe
      case ENOSPC, EDQUOT: throw .diskFull(path: path)
      default: throw .unwritable(path: path, reason: systemMessage(errno))
      }
    }
  }

  package func flush(isDurable: Bool) throws(ExecutionError) {
    try drain()
    guard isDurable, !isStandard else { return }
    guard fdatasync(descriptor) == 0 || errno == EINVAL || errno == EROFS else {
      throw errno == ENOSPC ? .diskFull(path: path) : .unwritable(path: path, reason: systemMessage(errno))
    }
  }

  package func close() throws(ExecutionError) {
    // Also a run without rows leaves an empty file, or one with a header.
    try begin()
    try drain()
  }
}
