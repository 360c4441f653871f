// The files of one stream. In come full row buffers, chunk by chunk from several threads; out go their bytes in the order
// of the chunks, one large write(2) per file and chunk. It never reorders, never keeps bytes, and reports every failure.

import Foundation
import Synchronization

/// One file that was written.
package struct GeneratedFile: Sendable, Equatable {
  package let path: String
  package let rows: Int
  package let bytes: Int
}

/// The open files of one stream, and whose turn it is to write to them.
final class PartitionedFiles: Sendable {
  private struct Written {
    var rows: Int
    var bytes: Int
  }
  let partitions: Int
  private let paths: [String]
  private let descriptors: [Int32]
  private let written: Mutex<[Written]>
  private let turns = Turns()

  /// Opens `NAME.jsonl`, or `NAME-0.jsonl` and so on when there are several partitions; empties what is there.
  init(name: String, partitions: Int, directory: String) throws(GeneratorError) {
    let separator = directory.hasSuffix("/") ? "" : "/"
    paths = (0..<partitions).map { "\(directory)\(separator)\(name)\(partitions == 1 ? "" : "-\($0)").jsonl" }
    var opened: [Int32] = []
    for path in paths {
      let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666)
      if descriptor < 0 {
        let code = errno
        for other in opened { _ = Foundation.close(other) }
        throw .opening(path, code)
      }
      opened.append(descriptor)
    }
    self.partitions = partitions
    descriptors = opened
    written = Mutex(Array(repeating: Written(rows: 0, bytes: 0), count: partitions))
  }

  /// Writes a chunk's rows after those of all earlier chunks; false when another thread gave up.
  func write(_ sheet: Sheet, chunk: Int) throws(GeneratorError) -> Bool {
    guard turns.wait(for: chunk) else { return false }
    for index in 0..<sheet.partitions {
      let buffer = sheet[index]
      try write(UnsafeRawBufferPointer(start: buffer.base, count: buffer.count), to: index)
      written.withLock {
        $0[index].rows += buffer.rows
        $0[index].bytes += buffer.count
      }
    }
    turns.pass()
    return true
  }

  /// Lets no thread wait for a turn that will not come.
  func giveUp() { turns.stop() }

  /// Closes the files; an error here is as bad as one of a write.
  func close() throws(GeneratorError) -> [GeneratedFile] {
    var failure: GeneratorError?
    for (path, descriptor) in zip(paths, descriptors) where Foundation.close(descriptor) != 0 && errno != EINTR {
      failure = failure ?? .writing(path, errno)
    }
    if let failure { throw failure }
    return written.withLock { counts in
      zip(paths, counts).map { GeneratedFile(path: $0, rows: $1.rows, bytes: $1.bytes) }
    }
  }

  private func write(_ bytes: UnsafeRawBufferPointer, to index: Int) throws(GeneratorError) {
    var rest = bytes[...]
    while let start = UnsafeRawBufferPointer(rebasing: rest).baseAddress, !rest.isEmpty {
      let count = Foundation.write(descriptors[index], start, rest.count)
      if count > 0 {
        rest = rest.dropFirst(count)
      } else if count == 0 {
        throw .writing(paths[index], ENOSPC)
      } else if errno != EINTR {
        throw .writing(paths[index], errno)
      }
    }
  }
}

/// Makes the folder and its parents where they are missing.
func makeFolder(_ path: String) throws(GeneratorError) {
  var isFolder: ObjCBool = false
  if FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) {
    if !isFolder.boolValue { throw .notAFolder(path: path) }
    return
  }
  var made = ""
  for part in path.split(separator: "/", omittingEmptySubsequences: false) {
    made += made.isEmpty && !path.hasPrefix("/") ? String(part) : "/" + part
    if part.isEmpty { continue }
    if mkdir(made, 0o777) != 0 && errno != EEXIST {
      throw .folderNotMade(path: path, reason: systemReason(errno))
    }
  }
  if !FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) || !isFolder.boolValue {
    throw .notAFolder(path: path)
  }
}
