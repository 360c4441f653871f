// What was entered before: going back and forth, searching, and the file that keeps it.

import Engine
import Foundation
import Testing

@Suite("History")
struct HistoryTests {
  private func path() -> String {
    FileManager.default.temporaryDirectory.appendingPathComponent("millrace-\(UUID().uuidString)/h/history").path
  }

  @Test("going back shows older entries, going forth returns to the line being typed")
  func walking() {
    var history = History(path: nil)
    history.add("one")
    history.add("two")
    #expect(history.previous(current: "draft") == "two")
    #expect(history.previous(current: "two") == "one")
    #expect(history.previous(current: "one") == nil)
    #expect(history.next() == "two")
    #expect(history.next() == "draft")
    #expect(history.next() == nil)
  }

  @Test("blank entries and repetitions are not kept")
  func repetitions() {
    var history = History(path: nil)
    for entry in ["a", "a ", "  ", "b", "a"] { history.add(entry) }
    #expect(history.entries == ["a", "b", "a"])
  }

  @Test("the search finds the newest match, then older ones that differ")
  func searching() {
    var history = History(path: nil)
    for entry in ["FROM a", "FROM b", "SHOW", "FROM b"] { history.add(entry) }
    #expect(history.search("FROM") == "FROM b")
    #expect(history.search("FROM", skipping: 1) == "FROM a")
    #expect(history.search("FROM", skipping: 2) == nil)
    #expect(history.search("nothing") == nil)
    #expect(history.search("") == nil)
  }

  @Test("entries of several lines survive the file as they were")
  func file() throws {
    let path = path()
    defer { try? FileManager.default.removeItem(atPath: path) }
    let entries = ["FROM a\n|> WHERE x = '\\n'", "back\\slash", "漢字;"]
    var first = History(path: path)
    for entry in entries { first.add(entry) }
    #expect(History(path: path).entries == entries)
    let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
    #expect(mode == 0o600)
  }

  @Test("two shells add to one file")
  func sharing() {
    let path = path()
    defer { try? FileManager.default.removeItem(atPath: path) }
    var first = History(path: path)
    var second = History(path: path)
    first.add("one")
    second.add("two")
    first.add("three")
    #expect(History(path: path).entries == ["one", "two", "three"])
  }

  @Test("a file that is no text, and a place that cannot be written, cost only the history")
  func damage() throws {
    let path = path()
    defer { try? FileManager.default.removeItem(atPath: path) }
    let folder = URL(fileURLWithPath: path).deletingLastPathComponent()
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    try Data([0xFF, 0x0A, 0x61, 0x5C, 0x0A, 0x00]).write(to: URL(fileURLWithPath: path))
    #expect(History(path: path).entries.contains("a"))
    var nowhere = History(path: "/dev/null/history")
    nowhere.add("one")
    #expect(nowhere.entries == ["one"])
  }

  @Test("the environment chooses the place")
  func place() {
    #expect(History.defaultPath(["MILLRACE_HISTORY": "/h"]) == "/h")
    #expect(History.defaultPath(["MILLRACE_HISTORY": "", "HOME": "/u"]) == nil)
    #expect(History.defaultPath(["XDG_STATE_HOME": "/s", "HOME": "/u"]) == "/s/millrace/history")
    #expect(History.defaultPath(["HOME": "/u"]) == "/u/.local/state/millrace/history")
    #expect(History.defaultPath([:]) == nil)
  }
}
