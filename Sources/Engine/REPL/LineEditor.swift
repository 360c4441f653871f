// Reads one line from a terminal with editing, history, search and completion; from anything else, plain lines.
// In: keys. Out: the line. Puts the terminal back as it was, whatever happens in between.

import Foundation
import Glibc

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
  package var completions: (_ before: String, _ after: String) -> CompletionCandidates = { _, _ in .none }
  package var history: History
  /// Whether lines are edited: standard input and output are a terminal that can.
  package let isInteractive: Bool
  private let console: Console
  private let hasPrompt: Bool
  private var drawing = LineDrawing()
  /// Lines of a paste that were not asked for yet.
  private var pastedLines: [String] = []
  private var pendingInput: [UInt8] = []
  private var search: HistorySearch?

  package init(console: Console, history: History) {
    self.console = console
    self.history = history
    isInteractive = TerminalMode.canEdit(outputIsTerminal: console.outputIsTerminal)
    hasPrompt = isatty(STDIN_FILENO) == 1 && console.outputIsTerminal
  }

  package func readLine(prompt: String) -> LineInput {
    guard isInteractive else {
      if hasPrompt { console.output(prompt) }
      console.flush()
      return Swift.readLine(strippingNewline: true).map(LineInput.line) ?? .endOfInput
    }
    enterEditing()
    defer { leaveEditing() }
    return edit(prompt)
  }

  /// Forgets the rest of a paste, as after Ctrl-C.
  package func discardPaste() {
    pastedLines = []
    pendingInput = []
  }

  private func edit(_ prompt: String) -> LineInput {
    var buffer = EditBuffer()
    drawing.reset()
    if !pastedLines.isEmpty {
      buffer.insert(pastedLines.removeFirst())
      if !pastedLines.isEmpty { return accept(prompt, &buffer) }
    }
    let reader = KeyReader { [self] waits in readByte(waits: waits) }
    while true {
      draw(prompt, buffer)
      guard let key = reader.key() else { return finish(.endOfInput) }
      if search != nil, handleSearch(key, &buffer) { continue }
      switch key {
      case .enter: return accept(prompt, &buffer)
      case .interrupt:
        buffer.moveToEnd()
        draw(prompt, buffer)
        console.output("^C")
        discardPaste()
        history.rewind()
        return finish(.interrupted)
      case .endOfInput where buffer.characters.isEmpty: return finish(.endOfInput)
      case .paste(let text):
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        buffer.insert(lines.removeFirst())
        guard !lines.isEmpty else { continue }
        // What stood behind the cursor comes after the paste.
        lines[lines.count - 1] += buffer.textAfterCursor
        buffer.killToEnd()
        pastedLines = lines
        return accept(prompt, &buffer)
      case .tab: complete(&buffer)
      case .clearScreen: console.output("\u{1B}[2J\u{1B}[H")
      case .reverseSearch: search = HistorySearch()
      case .up: if let entry = history.previous(current: buffer.text) { buffer.replace(with: entry) }
      case .down: if let entry = history.next() { buffer.replace(with: entry) }
      case .suspend: suspend()
      default: buffer.apply(key)
      }
    }
  }

  private func accept(_ prompt: String, _ buffer: inout EditBuffer) -> LineInput {
    buffer.moveToEnd()
    search = nil
    draw(prompt, buffer)
    return finish(.line(buffer.text))
  }

  private func finish(_ result: LineInput) -> LineInput {
    search = nil
    console.output("\r\n")
    console.flush()
    return result
  }

  /// Ctrl-R: keys narrow the search; any key that edits takes what was found. Returns whether the key was the search's.
  private func handleSearch(_ key: Key, _ buffer: inout EditBuffer) -> Bool {
    guard let current = search else { return false }
    switch key {
    case .text(let text): search?.narrow(by: text)
    case .backspace: search?.widen()
    case .reverseSearch: search?.goOn(in: history)
    case .resized: break
    case .cancel, .interrupt: search = nil
    default:
      if let found = current.found(in: history) { buffer.replace(with: found) }
      search = nil
      return false
    }
    return true
  }

  private func complete(_ buffer: inout EditBuffer) {
    let candidates = completions(buffer.textBeforeCursor, buffer.textAfterCursor)
    switch candidates.words.count {
    case 0: console.output("\u{7}")
    case 1: buffer.replaceBeforeCursor(candidates.prefixLength, with: candidates.words[0] + candidates.suffix)
    default:
      let common = candidates.commonPrefix
      if common.count > candidates.prefixLength {
        buffer.replaceBeforeCursor(candidates.prefixLength, with: common)
      } else {
        console.output("\r\n" + candidates.columns(width: console.width).replacing("\n", with: "\r\n"))
        drawing.reset()
      }
    }
  }

  private func draw(_ prompt: String, _ buffer: EditBuffer) {
    if let search {
      let shown = EditBuffer(search.found(in: history) ?? "")
      console.output(drawing.draw(search.prompt(in: history), shown, width: console.width))
    } else {
      console.output(drawing.draw(prompt, buffer, width: console.width))
    }
    console.flush()
  }

  // MARK: The terminal

  private func enterEditing() {
    TerminalMode.enter()
    console.output("\u{1B}[?2004h")
  }

  private func leaveEditing() {
    console.output("\u{1B}[?2004l")
    console.flush()
    TerminalMode.leave()
  }

  private func suspend() {
    console.output("\r\n")
    leaveEditing()
    raise(SIGTSTP)
    enterEditing()
    drawing.reset()
  }

  private func readByte(waits: Bool) -> KeyInput {
    if let byte = pendingInput.popLast() { return .byte(byte) }
    var request = pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0)
    while true {
      if TerminalMode.takeResize() { return .resized }
      let ready = poll(&request, 1, waits ? -1 : 50)
      if ready == 0 { return .nothing }
      if ready < 0 {
        if errno == EINTR { continue }
        return .end
      }
      var bytes = [UInt8](repeating: 0, count: 4096)
      let count = read(STDIN_FILENO, &bytes, bytes.count)
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { return .end }
      pendingInput = Array(bytes[..<count].reversed())
      return pendingInput.popLast().map(KeyInput.byte) ?? .end
    }
  }
}
