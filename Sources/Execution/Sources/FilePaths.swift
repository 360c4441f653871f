// From what a user writes to the files that are read: a file, a glob, or a folder. In: a path. Out: files in the order of
// their names, one partition each.

import Glibc

package enum FilePaths {
  /// The files that `path` means.
  package static func expand(_ path: String) throws(ExecutionError) -> [String] {
    if isFolder(path) {
      let files = try list(path).map { path.hasSuffix("/") ? path + $0 : path + "/" + $0 }.filter { !isFolder($0) }
      guard !files.isEmpty else { throw .unreadable(path: path, reason: "the folder has no files") }
      return files
    }
    guard path.contains(where: { "*?[".contains($0) }), access(path, F_OK) != 0 else { return [path] }
    var found = glob_t()
    defer { globfree(&found) }
    let result = glob(path, 0, nil, &found)
    guard result == 0, let names = found.gl_pathv else { throw .missing(path: path) }
    let files = (0..<Int(found.gl_pathc)).compactMap { index in names[index].map { String(cString: $0) } }
      .filter { !isFolder($0) }
    guard !files.isEmpty else { throw .missing(path: path) }
    return files.sorted { Array($0.utf8).lexicographicallyPrecedes(Array($1.utf8)) }
  }

  static func isFolder(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }

  /// The visible names in a folder, sorted by their bytes.
  private static func list(_ path: String) throws(ExecutionError) -> [String] {
    guard let folder = opendir(path) else { throw .unreadable(path: path, reason: systemMessage(errno)) }
    defer { closedir(folder) }
    var names: [String] = []
    while let entry = readdir(folder) {
      let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
        String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      if !name.hasPrefix(".") { names.append(name) }
    }
    return names.sorted { Array($0.utf8).lexicographicallyPrecedes(Array($1.utf8)) }
  }
}
