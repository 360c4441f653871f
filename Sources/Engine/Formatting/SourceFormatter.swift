// The `fmt` command: files in the canonical layout. In: files, folders, standard input. Out: rewritten files, or which
// would change. A file with mistakes is reported and left alone; a file is replaced whole or not at all.

import Foundation
import Glibc
import Syntax

/// Formats sources for the command line.
package struct SourceFormatter {
  private let console: Console

  package init(console: Console) { self.console = console }

  /// Formats files, the `.pipe` files below folders, and standard input for `-`. With `onlyChecks` it changes nothing,
  /// lists what would change and ends with status 1 if anything would.
  package func format(_ paths: [String], onlyChecks: Bool) throws -> ExitStatus {
    var status = ExitStatus.done
    for path in try Self.files(paths) {
      let outcome: ExitStatus
      do {
        outcome = try format(path, onlyChecks: onlyChecks)
      } catch {
        outcome = console.report(error)
      }
      if outcome.rawValue > status.rawValue { status = outcome }
    }
    return status
  }

  /// The files that paths stand for, each once, those of folders by name.
  static func files(_ paths: [String]) throws -> [String] {
    var files: [String] = []
    for path in paths {
      var isFolder: ObjCBool = false
      guard path != "-", FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue else {
        files.append(path)
        continue
      }
      guard let names = try? FileManager.default.subpathsOfDirectory(atPath: path) else {
        throw EngineError("the folder `\(path)` cannot be read", advice: "check its permissions (`ls -ld \(path)`)")
      }
      let prefix = path.hasSuffix("/") ? path : path + "/"
      let found = names.filter { name in
        name.hasSuffix(".pipe") && !name.split(separator: "/").contains { $0.hasPrefix(".") }
      }
      files += found.sorted().map { prefix + $0 }
    }
    var seen: Set<String> = []
    return files.filter { seen.insert($0).inserted }
  }

  private func format(_ path: String, onlyChecks: Bool) throws -> ExitStatus {
    let bytes = path == "-" ? FileHandle.standardInput.readDataToEndOfFile() : try read(path)
    let source = SourceText(name: path == "-" ? "<stdin>" : path, bytes: Array(bytes))
    let (text, diagnostics) = Formatter.format(source)
    guard let text else {
      console.error(DiagnosticRenderer(source, usesColour: console.usesColour).render(diagnostics))
      return .wrongQuery
    }
    let isChanged = Data(text.utf8) != bytes
    if onlyChecks {
      if isChanged { console.output(source.name + "\n") }
      return isChanged ? .wrongQuery : .done
    }
    if path == "-" {
      console.output(text)
    } else if isChanged {
      try replace(path, with: Array(text.utf8))
      console.error("formatted \(path)\n")
    }
    return .done
  }

  private func read(_ path: String) throws -> Data {
    do {
      return try Data(contentsOf: URL(fileURLWithPath: path))
    } catch {
      guard FileManager.default.fileExists(atPath: path) else {
        throw EngineError(
          "there is no file `\(path)`", advice: "check the name; a folder stands for the .pipe files below it")
      }
      throw EngineError("`\(path)` cannot be read", advice: "check its permissions (`ls -l \(path)`)")
    }
  }

  /// Writes a file beside it and renames that onto it, permissions and symbolic links kept.
  private func replace(_ path: String, with bytes: [UInt8]) throws {
    let target = URL(fileURLWithPath: path).resolvingSymlinksInPath().path
    let draft = target + ".millrace-\(getpid())"
    var information = stat()
    guard stat(target, &information) == 0, access(target, W_OK) == 0 else {
      throw EngineError("`\(path)` cannot be written: \(systemReason(errno))", advice: "check its permissions")
    }
    let descriptor = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, information.st_mode & 0o7777)
    guard descriptor >= 0 else {
      throw EngineError(
        "no file can be made beside `\(path)`: \(systemReason(errno))", advice: "check the permissions of its folder")
    }
    var written = 0
    var failure: Int32 = 0
    while written < bytes.count, failure == 0 {
      let count = bytes[written...].withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
      if count < 0, errno != EINTR { failure = errno }
      if count > 0 { written += count }
    }
    if failure == 0, fsync(descriptor) != 0 { failure = errno }
    if close(descriptor) != 0, failure == 0 { failure = errno }
    if failure == 0, rename(draft, target) != 0 { failure = errno }
    guard failure == 0 else {
      unlink(draft)
      throw EngineError("`\(path)` cannot be written: \(systemReason(failure))", advice: "it is as it was before")
    }
  }
}
