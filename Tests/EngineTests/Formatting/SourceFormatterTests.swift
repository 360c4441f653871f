// `fmt` on files: rewritten whole, left alone when wrong, found below folders, and only judged with `--check`.

import Foundation
import Testing

@testable import Engine

@Suite("Formatting of files")
struct SourceFormatterTests {
  private let folder = FileManager.default.temporaryDirectory.appendingPathComponent("millrace-\(UUID().uuidString)")
  private let formatter = SourceFormatter(console: Console())

  private func write(_ text: String, _ name: String) throws -> String {
    let url = folder.appendingPathComponent(name)
    try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(text.utf8).write(to: url)
    return url.path
  }

  private func text(_ path: String) throws -> String { try String(contentsOfFile: path, encoding: .utf8) }

  @Test("a file is rewritten with its permissions, a second time it stays")
  func rewriting() throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    let path = try write("from bids |> where price>1;", "a.pipe")
    try FileManager.default.setAttributes([.posixPermissions: 0o640], ofItemAtPath: path)
    let link = folder.appendingPathComponent("link.pipe").path
    try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: path)
    #expect(try formatter.format([link], onlyChecks: false) == .done)
    #expect(try text(path) == "FROM bids\n|> WHERE price > 1;\n")
    #expect(try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int == 0o640)
    #expect(try FileManager.default.attributesOfItem(atPath: link)[.type] as? FileAttributeType == .typeSymbolicLink)
    #expect(try formatter.format([path], onlyChecks: true) == .done)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() == ["a.pipe", "link.pipe"])
  }

  @Test("a check changes nothing and tells by its status")
  func checking() throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    let path = try write("from bids", "a.pipe")
    #expect(try formatter.format([path], onlyChecks: true) == .wrongQuery)
    #expect(try text(path) == "from bids")
  }

  @Test("a file with mistakes stays as it is, the others are formatted")
  func mistakes() throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    let wrong = try write("FROM bids |> WHERE (;", "a.pipe")
    let right = try write("from bids;", "b.pipe")
    #expect(try formatter.format([folder.path], onlyChecks: false) == .wrongQuery)
    #expect(try text(wrong) == "FROM bids |> WHERE (;")
    #expect(try text(right) == "FROM bids;\n")
    #expect(try formatter.format([folder.path + "/none.pipe"], onlyChecks: false) == .failed)
  }

  @Test("a folder stands for the .pipe files below it, each once, by name")
  func folders() throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    for name in ["b.pipe", "a.pipe", "deep/er/c.pipe", ".git/d.pipe", "e.txt"] { _ = try write("", name) }
    let root = folder.path
    #expect(
      try SourceFormatter.files([root, root + "/a.pipe"])
        == ["a.pipe", "b.pipe", "deep/er/c.pipe"].map { root + "/" + $0 })
  }
}
