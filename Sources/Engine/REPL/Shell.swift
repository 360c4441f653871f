// The interactive shell: lines to statements, statements to the session. In: a terminal, or a script on standard input.
// Out: what the session prints. Ctrl-C ends the line or the running statement and never the shell.

import Foundation
import Glibc
import Syntax

/// Reads and executes until the end of the input.
package final class Shell {
  private let console: Console
  private let session: any ShellSession
  private let editor: LineEditor
  private var format: ResultFormat?
  private var showsTimes = false
  /// The lines of a statement that is not whole yet.
  private var pending = ""
  private var status = ExitStatus.done
  private var statementCount = 0

  package init(console: Console, session: any ShellSession, historyPath: String? = History.defaultPath()) {
    self.console = console
    self.session = session
    let isTerminal = TerminalMode.canEdit(outputIsTerminal: console.outputIsTerminal)
    editor = LineEditor(console: console, history: History(path: isTerminal ? historyPath : nil))
    editor.completions = { [unowned self] before, after in
      Completer(session).candidates(before: pending + before, after: after)
    }
  }

  /// Runs the shell. The status is that of the last failure in a script, and success after an interactive session.
  package func run() throws -> ExitStatus {
    if editor.isInteractive {
      console.output("Millrace \(Version.current): statements end with `;`, `.help` helps, Ctrl-D leaves.\n")
    }
    while true {
      switch editor.readLine(prompt: pending.isEmpty ? "millrace> " : "      -> ") {
      case .line(let line):
        if try !take(line) { return finish() }
      case .interrupted: pending = ""
      case .endOfInput:
        if !pending.isEmpty, !editor.isInteractive { runPending() }
        return finish()
      }
      if console.isOutputClosed { return .done }
    }
  }

  private func finish() -> ExitStatus {
    console.flush()
    return editor.isInteractive ? .done : status
  }

  /// Takes one line in; returns false when it asks to leave.
  private func take(_ line: String) throws -> Bool {
    if pending.isEmpty {
      if line.allSatisfy(\.isWhitespace) { return true }
      do throws(DotCommand.Mistake) {
        if let command = try DotCommand.parse(line.trimmingCharacters(in: .whitespaces)) {
          editor.history.add(line)
          return execute(command)
        }
      } catch {
        editor.history.add(line)
        fail("error: \(error.message)\n", .wrongQuery)
        return true
      }
    }
    pending += line + "\n"
    if Parser.isComplete(SourceText(name: "<shell>", text: pending)) == .complete { runPending() }
    return true
  }

  private func runPending() {
    let text = String(pending.dropLast())
    pending = ""
    editor.history.add(text)
    guard !Lexer.tokenize(SourceText(name: "<shell>", text: text)).tokens.allSatisfy({ $0.kind == .endOfFile }) else {
      return
    }
    statementCount += 1
    run(text, name: editor.isInteractive ? "<statement \(statementCount)>" : "<stdin>")
  }

  private func run(_ text: String, name: String) {
    let interrupt = InterruptFlag([SIGINT])
    let echo = editor.isInteractive ? TerminalMode.hideControlCharacters() : nil
    defer {
      TerminalMode.restore(echo)
      interrupt.stop()
    }
    console.flush()
    let start = ContinuousClock.now
    let outcome = session.execute(text, name: name, format: format) { InterruptFlag.isRaised }
    console.flush()
    if showsTimes {
      let elapsed = (ContinuousClock.now - start).components
      console.error("\(Quantity.seconds(Double(elapsed.seconds) + Double(elapsed.attoseconds) * 1e-18))\n")
    }
    if interrupt.isRaised { editor.discardPaste() }
    if outcome != .done { status = outcome }
  }

  private func fail(_ text: String, _ status: ExitStatus) {
    console.error(text)
    self.status = status
  }

  /// Executes a command of the shell; returns false when it is to leave.
  private func execute(_ command: DotCommand) -> Bool {
    switch command {
    case .quit: return false
    case .help: console.output(DotCommand.helpText)
    case .history: for entry in editor.history.entries { console.output(entry + "\n") }
    case .tables: listRelations()
    case .schema(let name): run("DESCRIBE \(name);", name: "<.schema>")
    case .timer(let isOn): showsTimes = isOn
    case .follow(let isOn): session.follows = isOn
    case .format(let format): self.format = format
    case .read(let path): read(path)
    }
    console.flush()
    return true
  }

  private func listRelations() {
    let names = session.relationNames.sorted()
    if names.isEmpty { console.error("no relations yet; CREATE STREAM makes one, and FROM 'file' needs none\n") }
    for name in names { console.output(name + "\n") }
  }

  private func read(_ path: String) {
    guard let bytes = FileManager.default.contents(atPath: path) else {
      let exists = FileManager.default.fileExists(atPath: path)
      let reason = exists ? "cannot be read: is it a folder, or are its permissions missing?" : "is not there"
      return fail("error: the file `\(path)` \(reason)\n", .failed)
    }
    run(String(decoding: bytes, as: UTF8.self), name: path)
  }
}
