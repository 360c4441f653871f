// This program run again as a child, with the operating system's account of it: what a whole process costs. In: arguments.
// Out: processor seconds, wall seconds, peak memory.

import Foundation
import Glibc

/// What one finished process used.
struct ProcessUsage {
  var userSeconds: Double
  var systemSeconds: Double
  var wallSeconds: Double
  var peakBytes: Int64

  var processorSeconds: Double { userSeconds + systemSeconds }
}

enum ChildProcess {
  /// Runs this executable with `arguments`, its output thrown away. What it prints on standard error is kept for the
  /// message when it fails.
  static func run(_ arguments: [String]) throws -> ProcessUsage {
    let program = ProcessInfo.processInfo.arguments[0]
    let path =
      program.contains("/")
      ? program : (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? program
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0)
    posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0)
    var words: [UnsafeMutablePointer<CChar>?] = ([path] + arguments).map { strdup($0) }
    words.append(nil)
    defer { for word in words { free(word) } }
    var child: pid_t = 0
    let started = DispatchTime.now()
    guard posix_spawn(&child, path, &actions, nil, words, environ) == 0 else {
      throw EngineError("cannot start `\(path)`: \(String(cString: strerror(errno)))")
    }
    var status: Int32 = 0
    var usage = rusage()
    while wait4(child, &status, 0, &usage) < 0 {
      guard errno == EINTR else { throw EngineError("lost the process of `\(path)`") }
    }
    let wall = Double(DispatchTime.now().uptimeNanoseconds - started.uptimeNanoseconds) / 1e9
    guard status == 0 else {
      throw EngineError("`millrace \(arguments.joined(separator: " "))` failed", advice: "run it by hand to see why")
    }
    return ProcessUsage(
      userSeconds: seconds(usage.ru_utime), systemSeconds: seconds(usage.ru_stime), wallSeconds: wall,
      peakBytes: Int64(usage.ru_maxrss) * 1024)
  }

  private static func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + Double(time.tv_usec) / 1e6 }
}
