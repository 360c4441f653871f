// Reads one line from a terminal with editing, history, search and completion; from anything else, plain lines.
// In: keys. Out: the line. Puts the terminal back as it was, whatever happens in between.

import Foundation
import Glibc
import Syntax

/// How a line ended.
package enum LineInput: Equatable {
  case line(String)
  /// Ctrl-C: the line is dropped.
  case interrupted
  /// Ctrl-D on an empty line, or the end of a file.
  case endOfInput
}

package final class LineEditor {
  /// Candidates for the word before the cursor, whole words.
  package var completions: (_ textBeforeCursor: String) -> CompletionCandidates = { _ in .none }
  package var history: History
  private let console: Console
  private let isInteractive: Bool
  private var savedMode: termios?
  /// Lines of a paste that were not asked for yet.
  private var pastedLines: [String] = []
  private var pendingInput: [UInt8] = []
  private var search: (text: String, skipped: Int)?

  package init(console: Console, history: History) {
    self.console = console
    self.history = history
    isInteractive = isatty(STDIN_FILENO) == 1 && console.outputIsTerminal
  }

  package func readLine(prompt: String) -> LineInput {
    guard isInteractive else { return Swift.readLine(strippingNewline: true).map(LineInput.line) ?? .endOfInput }
    enterRawMode()
    defer { leaveRawMode() }
    return edit(prompt)
  }

  private func edit(_ prompt: String) -> LineInput {
    var buffer = EditBuffer()
    if !pastedLines.isEmpty {
      let line = pastedLines.removeFirst()
      buffer.insert(line)
      if !pastedLines.isEmpty {
        draw(prompt, buffer)
        console.output("\r\n")
        return .line(line)
      }
    }
    let reader = KeyReader { [self] waits in readByte(waits: waits) }
    while true {
      draw(prompt, buffer)
      guard let key = reader.key() else { return finish(.endOfInput) }
      if search != nil, handleSearch(key, &buffer) { continue }
      switch key {
      case .enter:
        buffer.moveToEnd()
        draw(prompt, buffer)
        return finish(.line(buffer.text))
      case .interrupt:
        console.output("^C")
        pastedLines = []
        return finish(.interrupted)
      case .endOfInput where buffer.characters.isEmpty: return finish(.endOfInput)
      case .paste(let text):
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        buffer.insert(lines.removeFirst())
        guard !lines.isEmpty else { continue }
        pastedLines = lines
        draw(prompt, buffer)
        return finish(.line(buffer.text))
      case .tab: complete(&buffer)
      case .clearScreen: console.output("\u{1B}[2J\u{1B}[H")
      case .reverseSearch: search = ("", 0)
      case .up: if let entry = history.previous(current: buffer.text) { buffer.replace(with: Self.oneLine(entry)) }
      case .down: if let entry = history.next() { buffer.replace(with: Self.oneLine(entry)) }
      default: Self.apply(key, to: &buffer)
      }
    }
  }

  private func finish(_ result: LineInput) -> LineInput {
    search = nil
    console.output("\r\n")
    console.flush()
    return result
  }

  /// A statement of several lines comes back as one: it is edited on one.
  private static func oneLine(_ entry: String) -> String {
    entry.split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }.joined(separator: " ")
  }

  static func apply(_ key: Key, to buffer: inout EditBuffer) {
    switch key {
    case .text(let text): buffer.insert(text)
    case .left: buffer.moveLeft()
    case .right: buffer.moveRight()
    case .home: buffer.moveToStart()
    case .end: buffer.moveToEnd()
    case .wordLeft: buffer.moveWordLeft()
    case .wordRight: buffer.moveWordRight()
    case .backspace: buffer.deleteBackward()
    case .delete, .endOfInput: buffer.deleteForward()
    case .killToEnd: buffer.killToEnd()
    case .killToStart: buffer.killToStart()
    case .killWordLeft: buffer.killWordLeft()
    case .killWordRight: buffer.killWordRight()
    case .yank: buffer.yank()
    case .transpose: buffer.transpose()
    case .paste, .enter, .tab, .interrupt, .clearScreen, .reverseSearch, .cancel, .up, .down, .unknown: break
    }
  }

  /// Ctrl-R: keys narrow the search; any key that edits takes what was found. Returns whether the key was the search's.
  private func handleSearch(_ key: Key, _ buffer: inout EditBuffer) -> Bool {
    guard var current = search else { return false }
    switch key {
    case .text(let text): current = (current.text + text, 0)
    case .backspace: current = (String(current.text.dropLast()), 0)
    case .reverseSearch:
      if history.search(current.text, skipping: current.skipped + 1) != nil { current.skipped += 1 }
    case .cancel, .interrupt:
      search = nil
      return true
    default:
      if let found = history.search(current.text, skipping: current.skipped) { buffer.replace(with: Self.oneLine(found)) }
      search = nil
      return false
    }
    search = current
    return true
  }

  private func complete(_ buffer: inout EditBuffer) {
    let candidates = completions(buffer.textBeforeCursor)
    switch candidates.words.count {
    case 0: console.output("\u{7}")
    case 1: buffer.replaceBeforeCursor(candidates.prefixLength, with: candidates.words[0] + candidates.suffix)
    default:
      let common = candidates.commonPrefix
      if common.count > candidates.prefixLength {
        buffer.replaceBeforeCursor(candidates.prefixLength, with: common)
      } else {
        console.output("\r\n" + candidates.columns(width: console.width).replacing("\n", with: "\r\n"))
      }
    }
  }

  /// Draws the prompt and as much of the line around the cursor as fits the terminal.
  private func draw(_ prompt: String, _ buffer: EditBuffer) {
    var prompt = prompt
    var shown = buffer
    if let search {
      prompt = "(search `\(search.text)`): "
      shown = EditBuffer(history.search(search.text, skipping: search.skipped).map(Self.oneLine) ?? "")
    }
    let room = max(8, console.width - DisplayWidth.of(prompt) - 1)
    var start = shown.cursor
    var used = 0
    while start > 0 {
      let width = DisplayWidth.of(String(shown.characters[start - 1]))
      if used + width > room { break }
      used += width
      start -= 1
    }
    let cursorColumn = DisplayWidth.of(prompt) + used
    var text = String(shown.characters[start..<shown.cursor])
    for character in shown.characters[shown.cursor...] {
      used += DisplayWidth.of(String(character))
      if used > room { break }
      text.append(character)
    }
    console.output("\r\u{1B}[K\(prompt)\(text)\r" + (cursorColumn > 0 ? "\u{1B}[\(cursorColumn)C" : ""))
    console.flush()
  }

  private func enterRawMode() {
    var mode = termios()
    guard tcgetattr(STDIN_FILENO, &mode) == 0 else { return }
    savedMode = mode
    mode.c_lflag &= ~tcflag_t(ICANON | ECHO | ISIG | IEXTEN)
    mode.c_iflag &= ~tcflag_t(IXON | ICRNL | INLCR)
    _ = tcsetattr(STDIN_FILENO, TCSADRAIN, &mode)
    console.output("\u{1B}[?2004h")
  }

  private func leaveRawMode() {
    console.output("\u{1B}[?2004l")
    console.flush()
    if var mode = savedMode { _ = tcsetattr(STDIN_FILENO, TCSADRAIN, &mode) }
    savedMode = nil
  }

  private func readByte(waits: Bool) -> UInt8? {
    if pendingInput.isEmpty {
      if !waits {
        var descriptor = pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0)
        guard poll(&descriptor, 1, 50) > 0 else { return nil }
      }
      var bytes = [UInt8](repeating: 0, count: 4096)
      var count = 0
      repeat { count = read(STDIN_FILENO, &bytes, bytes.count) } while count < 0 && errno == EINTR
      guard count > 0 else { return nil }
      pendingInput = Array(bytes[..<count].reversed())
    }
    return pendingInput.popLast()
  }
}
