// What was entered before, across runs: a file of one statement on each line, newlines inside a statement as `\n`.
// Shells that run at the same time add to the file line by line; it is cut to its limit when it is read.
// In: statements. Out: statements, newest last. A file that cannot be read or written costs the history and nothing else.

import Foundation
import Glibc

package struct History {
  private static let limit = 2000
  private let path: String?
  package private(set) var entries: [String] = []
  /// Where the user is looking: `entries.count` is the line being typed.
  private var place = 0
  private var draft = ""

  /// Reads the history at `path`; nil keeps it in memory.
  package init(path: String?) {
    self.path = path
    if let path, let bytes = try? Data(contentsOf: URL(fileURLWithPath: path)) {
      // Not every byte of a file that others may write is UTF-8.
      let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n")
      entries = lines.suffix(Self.limit).map { Self.unescaped(String($0)) }
      if lines.count > Self.limit * 2 { rewrite() }
    }
    place = entries.count
  }

  /// $MILLRACE_HISTORY, or a file in the user's state folder.
  package static func defaultPath(_ environment: [String: String] = ProcessInfo.processInfo.environment) -> String? {
    if let path = environment["MILLRACE_HISTORY"] { return path.isEmpty ? nil : path }
    if let state = environment["XDG_STATE_HOME"], !state.isEmpty { return state + "/millrace/history" }
    return environment["HOME"].map { $0 + "/.local/state/millrace/history" }
  }

  package mutating func add(_ statement: String) {
    let trimmed = statement.trimmingCharacters(in: .whitespacesAndNewlines)
    defer { rewind() }
    guard !trimmed.isEmpty, entries.last != trimmed else { return }
    entries.append(trimmed)
    if entries.count > Self.limit { entries.removeFirst(entries.count - Self.limit) }
    save(trimmed)
  }

  /// Starts again from the line being typed.
  package mutating func rewind() {
    place = entries.count
    draft = ""
  }

  /// The entry before the one shown; `current` is kept to come back to.
  package mutating func previous(current: String) -> String? {
    guard place > 0 else { return nil }
    if place == entries.count { draft = current }
    place -= 1
    return entries[place]
  }

  package mutating func next() -> String? {
    guard place < entries.count else { return nil }
    place += 1
    return place == entries.count ? draft : entries[place]
  }

  /// The newest entry that contains `text`, after the `skipping` newest of the entries that do; equal entries are one.
  package func search(_ text: String, skipping: Int = 0) -> String? {
    guard !text.isEmpty else { return nil }
    var seen: Set<String> = []
    for entry in entries.reversed() where entry.contains(text) && seen.insert(entry).inserted {
      if seen.count > skipping { return entry }
    }
    return nil
  }

  private func save(_ entry: String) {
    guard let path else { return }
    let folder = URL(fileURLWithPath: path).deletingLastPathComponent()
    try? FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    // Statements may name what is nobody else's business: the file is the user's alone.
    let descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { return }
    let line = Array((Self.escaped(entry) + "\n").utf8)
    // One write, so that lines of several shells do not mix.
    _ = write(descriptor, line, line.count)
    close(descriptor)
  }

  private func rewrite() {
    guard let path else { return }
    let text = entries.map(Self.escaped).joined(separator: "\n") + "\n"
    try? Data(text.utf8).write(to: URL(fileURLWithPath: path), options: .atomic)
  }

  private static func escaped(_ text: String) -> String {
    text.replacing("\\", with: "\\\\").replacing("\n", with: "\\n")
  }

  private static func unescaped(_ text: String) -> String {
    var result = ""
    var escaping = false
    for character in text {
      if escaping {
        result.append(character == "n" ? "\n" : character)
        escaping = false
      } else if character == "\\" {
        escaping = true
      } else {
        result.append(character)
      }
    }
    return result
  }
}
