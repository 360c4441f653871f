// The program as users have it: the executable that was built beside these tests, in a folder of its own. In: words, files,
// standard input. Out: what it printed and how it ended.

import Foundation
import Glibc

/// What a finished process said.
struct Outcome {
  var status: Int32
  var output: String
  var error: String

  var lines: [String] { output.split(separator: "\n").map(String.init) }
}

/// A folder with files, in which the program runs.
final class Workplace {
  let path = FileManager.default.temporaryDirectory.appendingPathComponent("millrace-e2e-\(UUID().uuidString)").path
  private var count = 0

  init() throws { try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true) }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  func write(_ name: String, _ text: String) throws {
    try Data(text.utf8).write(to: URL(fileURLWithPath: path + "/" + name))
  }

  func read(_ name: String) -> String {
    String(decoding: FileManager.default.contents(atPath: path + "/" + name) ?? Data(), as: UTF8.self)
  }

  /// Runs the program to its end.
  func run(_ arguments: String..., input: String = "") throws -> Outcome {
    try start(arguments, input: input).finish()
  }

  /// Runs a shell's command line, in which `millrace` is the program.
  func shell(_ line: String) throws -> Outcome {
    try start(["-c", "millrace() { \"$MILLRACE\" \"$@\"; }; " + line], input: "", program: "/bin/bash").finish()
  }

  func start(_ arguments: [String], input: String = "", program: String? = nil) throws -> RunningProgram {
    count += 1
    let built = try BuiltProgram.path().path
    try write(".input\(count)", input)
    return try RunningProgram(
      program ?? built, arguments, in: path, number: count, environment: ["MILLRACE": built])
  }
}

/// The program while it runs.
final class RunningProgram {
  private let process = Process()
  private let base: String

  init(_ program: String, _ arguments: [String], in folder: String, number: Int, environment: [String: String]) throws {
    base = "\(folder)/."
    output = "\(base)output\(number)"
    error = "\(base)error\(number)"
    for file in [output, error] { _ = FileManager.default.createFile(atPath: file, contents: nil) }
    process.executableURL = URL(fileURLWithPath: program)
    process.arguments = arguments
    process.currentDirectoryURL = URL(fileURLWithPath: folder)
    var variables = ProcessInfo.processInfo.environment
    variables["MILLRACE_DATA"] = folder + "/data"
    process.environment = variables.merging(environment) { $1 }
    process.standardInput = FileHandle(forReadingAtPath: "\(base)input\(number)")
    process.standardOutput = FileHandle(forWritingAtPath: output)
    process.standardError = FileHandle(forWritingAtPath: error)
    try process.run()
  }

  private let output: String
  private let error: String

  /// What it has printed so far.
  var printed: String { String(decoding: FileManager.default.contents(atPath: output) ?? Data(), as: UTF8.self) }

  /// Waits until it has printed `count` lines, or for so long that something must be wrong.
  func waitForLines(_ count: Int) -> Bool {
    for _ in 0..<3000 {
      if printed.split(separator: "\n").count >= count { return true }
      usleep(10_000)
    }
    return false
  }

  func signal(_ number: Int32) { kill(process.processIdentifier, number) }

  /// Waits for its end. One that does not come to it is killed, so that a fault is a failed test and not a hang.
  func finish() -> Outcome {
    for _ in 0..<12_000 where process.isRunning { usleep(10_000) }
    if process.isRunning { kill(process.processIdentifier, SIGKILL) }
    process.waitUntilExit()
    return Outcome(
      status: process.terminationStatus, output: printed,
      error: String(decoding: FileManager.default.contents(atPath: error) ?? Data(), as: UTF8.self))
  }
}

/// Inputs that several tests read.
enum Samples {
  static let columns =
    "id BIGINT NOT NULL, k STRING, v BIGINT, ts TIMESTAMP NOT NULL, WATERMARK FOR ts AS ts - INTERVAL '1' SECOND"

  /// Five good records, of which the fourth is late for its minute, a wrong type, and a line that is no JSON.
  static let events = """
    {"id":1,"k":"a","v":10,"ts":"2026-01-01T10:00:01Z"}
    {"id":2,"k":"b","v":20,"ts":"2026-01-01T10:00:02Z"}
    {"id":3,"k":"c","v":40,"ts":"2026-01-01T10:01:04Z"}
    {"id":4,"k":"a","v":50,"ts":"2026-01-01T10:00:05Z"}
    {"id":5,"k":"b","v":"bad","ts":"2026-01-01T10:02:05Z"}
    not json
    {"id":7,"k":"b","v":1,"ts":"2026-01-01T10:03:05Z"}

    """

  /// Records of `count` events, twenty in each second, over seven keys.
  static func stream(_ range: Range<Int>) -> String {
    range.map { id in
      let second = id / 20
      let clock = [second / 3600 + 10, second / 60 % 60, second % 60].map { $0 < 10 ? "0\($0)" : "\($0)" }
      return
        "{\"id\":\(id),\"k\":\"k\(id % 7)\",\"v\":\(id % 11),\"ts\":\"2026-01-01T\(clock.joined(separator: ":"))Z\"}\n"
    }.joined()
  }
}
