// The executable that was built beside these tests, run as a user runs it. In: arguments. Out: what it printed and its
// status.

import Foundation

enum BuiltProgram {
  struct Outcome {
    var output: String
    var errors: String
    var status: Int32
  }

  struct NotFound: Error, CustomStringConvertible {
    var description: String
  }

  /// Where the build put the executable.
  static func path() throws -> URL {
    let folder = URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent()
    let places = [folder, folder.deletingLastPathComponent(), Documents.root.appending(path: ".build/debug")]
    for place in places {
      let candidate = place.appending(path: "millrace")
      if FileManager.default.isExecutableFile(atPath: candidate.path) { return candidate }
    }
    throw NotFound(description: "the executable is not built: swift build")
  }

  /// Runs the program in the root of the repository, with a data folder of its own.
  static func run(_ arguments: [String], in folder: URL = Documents.root) throws -> Outcome {
    let process = Process()
    process.executableURL = try path()
    process.arguments = arguments
    process.currentDirectoryURL = folder
    let scratch = FileManager.default.temporaryDirectory.appending(path: "millrace-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: scratch, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: scratch) }
    process.environment = ProcessInfo.processInfo.environment.merging([
      "MILLRACE_DATA": scratch.appending(path: "data").path
    ]) { $1 }
    // Files, not pipes: a pipe that nobody empties stops the process.
    let output = scratch.appending(path: "output")
    let errors = scratch.appending(path: "errors")
    for file in [output, errors] { FileManager.default.createFile(atPath: file.path, contents: nil) }
    process.standardOutput = try FileHandle(forWritingTo: output)
    process.standardError = try FileHandle(forWritingTo: errors)
    process.standardInput = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    return Outcome(
      output: try String(contentsOf: output, encoding: .utf8), errors: try String(contentsOf: errors, encoding: .utf8),
      status: process.terminationStatus)
  }
}
