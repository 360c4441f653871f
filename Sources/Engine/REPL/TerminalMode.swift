// The terminal while a line is edited: byte by byte, without echo. In: standard input. Out: the mode it had before, put
// back at the end of the line, and also when a signal ends the process in the middle of one.

import Glibc
import Synchronization

// What the handlers below may touch. Safe without a lock: the pointer never changes, and what it points to is written by
// the thread that edits lines, before the handlers that read it are installed.
private nonisolated(unsafe) let savedMode = UnsafeMutablePointer<termios>.allocate(capacity: 1)
private let isEditing = Atomic<Bool>(false)
private let hasResized = Atomic<Bool>(false)

/// Puts the terminal into the mode for editing and back.
enum TerminalMode {
  private static let fatal = [SIGTERM, SIGHUP, SIGQUIT]

  /// Whether standard input is a terminal that takes control sequences.
  static func canEdit(outputIsTerminal: Bool) -> Bool {
    guard isatty(STDIN_FILENO) == 1, outputIsTerminal, let name = getenv("TERM") else { return false }
    let kind = String(cString: name)
    return !kind.isEmpty && kind != "dumb"
  }

  /// Switches to editing; does nothing where that fails.
  static func enter() {
    guard tcgetattr(STDIN_FILENO, savedMode) == 0 else { return }
    isEditing.store(true, ordering: .sequentiallyConsistent)
    installHandlers()
    var mode = savedMode.pointee
    mode.c_lflag &= ~tcflag_t(ICANON | ECHO | ISIG | IEXTEN)
    mode.c_iflag &= ~tcflag_t(IXON | ICRNL | INLCR)
    _ = tcsetattr(STDIN_FILENO, TCSADRAIN, &mode)
  }

  static func leave() {
    guard isEditing.exchange(false, ordering: .sequentiallyConsistent) else { return }
    _ = tcsetattr(STDIN_FILENO, TCSADRAIN, savedMode)
    for number in fatal { signal(number, SIG_DFL) }
  }

  /// Stops the terminal from writing `^C` into the results of a running statement; returns the mode to restore.
  static func hideControlCharacters() -> termios? {
    var mode = termios()
    guard tcgetattr(STDIN_FILENO, &mode) == 0 else { return nil }
    let saved = mode
    mode.c_lflag &= ~tcflag_t(ECHOCTL)
    _ = tcsetattr(STDIN_FILENO, TCSADRAIN, &mode)
    return saved
  }

  static func restore(_ mode: termios?) {
    guard var mode else { return }
    _ = tcsetattr(STDIN_FILENO, TCSADRAIN, &mode)
  }

  /// Whether the terminal has changed its size since the last call.
  static func takeResize() -> Bool { hasResized.exchange(false, ordering: .sequentiallyConsistent) }

  private static func installHandlers() {
    var resize = sigaction()
    // Without SA_RESTART, so that the line is drawn anew at once.
    resize.__sigaction_handler.sa_handler = { _ in hasResized.store(true, ordering: .sequentiallyConsistent) }
    sigaction(SIGWINCH, &resize, nil)
    for number in fatal {
      signal(number) { number in
        // tcsetattr is safe in a handler (POSIX.1, 2.4.3).
        if isEditing.exchange(false, ordering: .sequentiallyConsistent) {
          _ = tcsetattr(STDIN_FILENO, TCSANOW, savedMode)
        }
        signal(number, SIG_DFL)
        raise(number)
      }
    }
  }
}
