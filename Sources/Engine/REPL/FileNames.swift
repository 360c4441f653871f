// Names of files for completion. In: the start of a path. Out: candidates for its last part; folders end with a slash.

import Foundation

enum FileNames {
  /// Candidates for the last part of a path that is being typed between quotes; `closing` follows a file's name.
  static func candidates(for path: String, closing: String) -> CompletionCandidates {
    let parts = path.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
    let partial = parts.last ?? ""
    var folder = parts.dropLast().joined(separator: "/")
    if folder.isEmpty { folder = path.hasPrefix("/") ? "/" : "." }
    if folder.hasPrefix("~") { folder = NSString(string: folder).expandingTildeInPath }
    guard let names = try? FileManager.default.contentsOfDirectory(atPath: folder) else { return .none }
    var words: [String] = []
    for name in names.sorted() where name.hasPrefix(partial) && (partial.hasPrefix(".") || !name.hasPrefix(".")) {
      var isFolder: ObjCBool = false
      _ = FileManager.default.fileExists(atPath: folder + "/" + name, isDirectory: &isFolder)
      words.append(isFolder.boolValue ? name + "/" : name)
    }
    let isFolder = words.count == 1 && words[0].hasSuffix("/")
    return CompletionCandidates(prefixLength: partial.count, words: words, suffix: isFolder ? "" : closing)
  }
}
