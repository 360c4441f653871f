// An open file, and the lines that start within a range of its bytes. In: a path, ranges. Out: blobs of whole lines. Several
// workers read one file at once, each its own ranges: positions are given with every read, none is kept.

import Glibc
import Values

/// The system's sentence for an error number.
func systemMessage(_ number: Int32) -> String { String(cString: strerror(number)) }

/// A file that is open for reading until the last reference goes.
package final class FileReader: Sendable {
  let path: String
  private let descriptor: Int32
  /// Whether positions mean anything: not for pipes and terminals.
  let isSeekable: Bool

  init(path: String) throws(ExecutionError) {
    let opened = open(path, O_RDONLY | O_CLOEXEC)
    if opened < 0 {
      let number = errno
      throw number == ENOENT ? .missing(path: path) : .unreadable(path: path, reason: systemMessage(number))
    }
    var status = stat()
    fstat(opened, &status)
    if status.st_mode & S_IFMT == S_IFDIR {
      close(opened)
      throw .unreadable(path: path, reason: "it is a folder")
    }
    self.path = path
    descriptor = opened
    isSeekable = status.st_mode & S_IFMT == S_IFREG
    if isSeekable { posix_fadvise(opened, 0, 0, POSIX_FADV_SEQUENTIAL) }
  }

  /// Standard input.
  init() {
    path = "standard input"
    descriptor = dup(0)
    isSeekable = false
  }

  deinit { if descriptor >= 0 { close(descriptor) } }

  /// The size now.
  func size() throws(ExecutionError) -> Int64 {
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw .unreadable(path: path, reason: systemMessage(errno)) }
    return Int64(status.st_size)
  }

  /// Reads up to `count` bytes; fewer only at the end.
  func read(into target: UnsafeMutablePointer<UInt8>, count: Int, at position: Int64) throws(ExecutionError) -> Int {
    var filled = 0
    while filled < count {
      let result = pread(descriptor, target + filled, count - filled, off_t(position) + off_t(filled))
      if result < 0 && errno == EINTR { continue }
      guard result >= 0 else { throw .unreadable(path: path, reason: systemMessage(errno)) }
      if result == 0 { break }
      filled += result
    }
    return filled
  }

  /// Reads what is there of a pipe or terminal, waiting up to `milliseconds`; nil when nothing came, 0 at its end.
  func readAvailable(
    into target: UnsafeMutablePointer<UInt8>, count: Int, waiting milliseconds: Int32
  ) throws(ExecutionError) -> Int? {
    var request = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    let ready = poll(&request, 1, milliseconds)
    if ready == 0 || (ready < 0 && errno == EINTR) { return nil }
    let result = Glibc.read(descriptor, target, count)
    if result < 0 && (errno == EINTR || errno == EAGAIN) { return nil }
    guard result >= 0 else { throw .unreadable(path: path, reason: systemMessage(errno)) }
    return result
  }

  /// The whole lines that start within `range`, as one blob and where they lie in it.
  ///
  /// A line starts at the file's first byte or behind a newline. The last one may reach beyond the range: it is read to
  /// its newline, or to the end of the file. `spare` is a blob that nobody else holds, to be used again if it is large
  /// enough: fresh memory costs a page fault every 4 KB.
  func lines(in range: Range<Int64>, spare: Blob?) throws(ExecutionError) -> (Blob, Range<Int>) {
    // One byte more in front tells whether a line starts right at the range.
    let before: Int64 = range.lowerBound > 0 ? 1 : 0
    let start = range.lowerBound - before
    let wanted = Int(range.upperBound - start)
    var margin = 4096
    while true {
      let blob = spare.flatMap { $0.capacity >= wanted + margin ? $0 : nil } ?? Blob(uninitialized: wanted + margin)
      let filled = try read(into: blob.base, count: wanted + margin, at: start)
      (blob.base + filled).update(repeating: 0, count: min(blob.capacity - filled, Blob.slack))
      let inside = min(wanted, filled)
      var first = 0
      if before > 0 {
        guard let newline = memchr(blob.base, 10, inside) else { return (blob, 0..<0) }
        first = blob.base.distance(to: newline.assumingMemoryBound(to: UInt8.self)) + 1
      }
      // Behind the last newline of the range no line starts any more.
      guard first < inside else { return (blob, 0..<0) }
      if blob.base[inside - 1] == 10 { return (blob, first..<inside) }
      if let newline = memchr(blob.base + inside, 10, filled - inside) {
        return (blob, first..<(blob.base.distance(to: newline.assumingMemoryBound(to: UInt8.self)) + 1))
      }
      if filled < wanted + margin { return (blob, first..<filled) }
      margin *= 8
    }
  }
}
