// Standard output and standard error as the commands use them: buffered, aware of terminals, quiet about closed pipes.
// In: text and bytes. Out: file descriptors. Never formats anything.

import Foundation
import Glibc

/// How the process ends; scripts rely on the numbers.
package enum ExitStatus: Int32, Sendable {
  case done = 0
  /// The query or a test is wrong.
  case wrongQuery = 1
  /// The command line is wrong.
  case wrongUsage = 2
  /// The run failed.
  case failed = 3
}

package func exit(with status: ExitStatus) -> Never { Glibc.exit(status.rawValue) }

/// Where the commands write.
package final class Console {
  private var pending: [UInt8] = []
  private static let flushAt = 1 << 16
  /// Whether the reader of standard output has gone away.
  package private(set) var isOutputClosed = false

  /// What standard output and standard error are.
  package let outputIsTerminal: Bool
  package let errorIsTerminal: Bool
  package let usesColour: Bool

  package init() {
    Self.reserveStandardDescriptors()
    outputIsTerminal = isatty(STDOUT_FILENO) == 1
    errorIsTerminal = isatty(STDERR_FILENO) == 1
    let environment = ProcessInfo.processInfo.environment
    usesColour = errorIsTerminal && environment["NO_COLOR"] == nil && environment["TERM"] != "dumb"
    // A closed pipe is an error of write(2), not the end of the process.
    signal(SIGPIPE, SIG_IGN)
  }

  /// A standard descriptor that the parent closed would be given to the next file that is opened, which would then be read
  /// or written in its place. Opened the wrong way round, it stays an error to use it.
  private static func reserveStandardDescriptors() {
    for descriptor in [STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO] where fcntl(descriptor, F_GETFD) < 0 {
      _ = open("/dev/null", descriptor == STDIN_FILENO ? O_WRONLY : O_RDONLY)
    }
  }

  /// The columns of the terminal; 100 where there is none.
  package var width: Int {
    var size = winsize()
    guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 100 }
    return Int(size.ws_col)
  }

  package func output(_ text: String) { output(bytes: Array(text.utf8)) }

  package func output(bytes: [UInt8]) {
    pending += bytes
    if pending.count >= Self.flushAt { flush() }
  }

  package func flush() {
    guard !pending.isEmpty else { return }
    if !isOutputClosed, !Self.write(pending, to: STDOUT_FILENO) { isOutputClosed = true }
    pending.removeAll(keepingCapacity: true)
  }

  /// Writes to standard error at once, after what standard output was given before.
  package func error(_ text: String) {
    flush()
    Self.writeError(text)
  }

  /// Writes to standard error from any thread.
  package static func writeError(_ text: String) { _ = write(Array(text.utf8), to: STDERR_FILENO) }

  private static func write(_ bytes: [UInt8], to descriptor: Int32) -> Bool {
    bytes.withUnsafeBytes { buffer in
      var written = 0
      while written < buffer.count {
        let count = Glibc.write(descriptor, buffer.baseAddress?.advanced(by: written), buffer.count - written)
        if count < 0 {
          if errno == EINTR || errno == EAGAIN { continue }
          return false
        }
        written += count
      }
      return true
    }
  }
}
