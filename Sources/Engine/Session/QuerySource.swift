// The text of a query with the place that its file names are relative to. In: a path, standard input, or text. Out: a
// source for the parser.

import Foundation
import Syntax

/// A loaded text.
package struct QuerySource {
  package var source: SourceText
  /// The folder that relative file names in the text mean; nil for the current one.
  package var folder: String?
  /// The name of what the text makes, where the text gives none: the file's name without its ending.
  package var name: String

  package init(_ text: QueryText) throws {
    switch text {
    case .text(let query):
      source = SourceText(name: "query", text: query)
      name = "query"
    case .file("-"):
      let bytes = FileHandle.standardInput.readDataToEndOfFile()
      source = SourceText(name: "<standard input>", bytes: Array(bytes))
      name = "query"
    case .file(let path):
      let url = URL(fileURLWithPath: path)
      source = SourceText(name: path, bytes: try Self.read(path))
      folder = url.deletingLastPathComponent().path
      name = url.lastPathComponent.split(separator: ".").first.map(String.init) ?? "query"
    }
  }

  static func read(_ path: String) throws -> [UInt8] {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
      throw EngineError("there is no file `\(path)`", advice: nearby(path))
    }
    if isFolder.boolValue {
      throw EngineError("`\(path)` is a folder", advice: "name a .pipe file in it; `millrace test` takes folders")
    }
    do {
      return Array(try Data(contentsOf: URL(fileURLWithPath: path)))
    } catch {
      throw EngineError("cannot read `\(path)`: \(systemReason(error))", advice: "check its permissions")
    }
  }

  /// A file of nearly that name beside it.
  private static func nearby(_ path: String) -> String {
    let url = URL(fileURLWithPath: path)
    let folder = url.deletingLastPathComponent().path
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    guard let near = closestName(to: url.lastPathComponent, among: names) else { return "check the path" }
    return "did you mean `\(path.contains("/") ? folder + "/" : "")\(near)`?"
  }

  /// A file name of the text, as this process finds it.
  package func resolved(_ path: String) -> String {
    guard let folder, !path.hasPrefix("/"), path != "-" else { return path }
    // A name that is found from where the user stands stays as it was written, for messages.
    let beside = folder + "/" + path
    let isFoundBeside = FileManager.default.fileExists(atPath: beside)
    return !isFoundBeside && FileManager.default.fileExists(atPath: path) ? path : Self.shortened(beside)
  }

  /// The path from the current folder, where that is shorter.
  private static func shortened(_ path: String) -> String {
    let current = FileManager.default.currentDirectoryPath + "/"
    let absolute = URL(fileURLWithPath: path).standardizedFileURL.path
    return absolute.hasPrefix(current) ? String(absolute.dropFirst(current.count)) : absolute
  }
}
