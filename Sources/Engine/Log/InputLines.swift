// Standard input cut into lines, in blocks: as much as has come, and whether more is waiting. In: a file descriptor. Out:
// lines of any length up to a bound. Holds one block and never the whole input.

import Glibc

/// Reads lines from a descriptor.
final class InputLines {
  enum Failure: Error, Equatable {
    /// A line is longer than the bound.
    case lineTooLong(number: Int, limit: Int)
    case unreadable(reason: String)
  }

  private let descriptor: Int32
  private let limit: Int
  private var buffer: UnsafeMutableRawBufferPointer
  /// The bytes of the buffer that are filled and not yet handed out.
  private var filled = 0
  private var isAtEnd = false
  /// The lines handed out so far.
  private(set) var lineCount = 0

  init(descriptor: Int32 = STDIN_FILENO, limit: Int) {
    self.descriptor = descriptor
    self.limit = limit
    buffer = .allocate(byteCount: 256 << 10, alignment: 16)
  }

  deinit { buffer.deallocate() }

  /// Waits for input and gives every whole line of it to `body`, without its line break (a line feed, or one after a
  /// carriage return). Returns false at the end of the input, and when a signal came instead.
  func next(_ body: (UnsafeRawBufferPointer) throws -> Void) throws -> Bool {
    guard !isAtEnd else { return false }
    if filled == buffer.count { try grow() }
    let count = Glibc.read(descriptor, buffer.baseAddress?.advanced(by: filled), buffer.count - filled)
    if count < 0 {
      if errno == EINTR { return !InterruptFlag.isRaised }
      throw Failure.unreadable(reason: systemReason(errno))
    }
    let searched = filled
    filled += count
    if count == 0 {
      isAtEnd = true
      // A last line without a line feed is a line.
      if filled > 0 { try hand(0..<filled, to: body) }
      filled = 0
      return false
    }
    try handOut(searched, body)
    return true
  }

  /// Whether more input is there already.
  var hasMore: Bool {
    var request = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    return poll(&request, 1, 0) > 0
  }

  private func handOut(_ searched: Int, _ body: (UnsafeRawBufferPointer) throws -> Void) throws {
    guard let base = buffer.baseAddress else { return }
    var start = 0
    var place = searched
    while place < filled, let found = memchr(base + place, 10, filled - place) {
      let end = UnsafeRawPointer(found) - UnsafeRawPointer(base)
      try hand(start..<end, to: body)
      start = end + 1
      place = start
    }
    memmove(base, base + start, filled - start)
    filled -= start
  }

  private func hand(_ range: Range<Int>, to body: (UnsafeRawBufferPointer) throws -> Void) throws {
    lineCount += 1
    var end = range.upperBound
    if end > range.lowerBound, buffer[end - 1] == 13 { end -= 1 }
    try body(UnsafeRawBufferPointer(rebasing: buffer[range.lowerBound..<end]))
  }

  private func grow() throws {
    guard buffer.count < limit else { throw Failure.lineTooLong(number: lineCount + 1, limit: limit) }
    let larger = UnsafeMutableRawBufferPointer.allocate(byteCount: min(buffer.count * 2, limit), alignment: 16)
    larger.copyMemory(from: UnsafeRawBufferPointer(rebasing: buffer[..<filled]))
    buffer.deallocate()
    buffer = larger
  }
}
