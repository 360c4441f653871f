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
  /// Runs this executable with `arguments`, its rows written to `output`, its messages to `messages`.
  static func run(
    _ arguments: [String], output: String = "/dev/null", messages: String = "/dev/null"
  ) throws -> ProcessUsage {
    let program = ProcessInfo.processInfo.arguments[0]
    let path =
      program.contains("/")
      ? program : (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? program
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, output, O_WRONLY | O_CREAT | O_TRUNC, 0o644)
    posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, messages, O_WRONLY | O_CREAT | O_TRUNC, 0o644)
    var words: [UnsafeMutablePointer<CChar>?] = ([path] + arguments).map { strdup($0) }
    words.append(nil)
    defer { for word in words { free(word) } }
    forgetOwnPeak()
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

  /// Linux counts the peak memory of the process that starts another as the other's; so the peak of this one begins
  /// anew (5 is that request, see proc(5)). Where that is not allowed, the figure is only an upper bound.
  private static func forgetOwnPeak() {
    let file = open("/proc/self/clear_refs", O_WRONLY)
    guard file >= 0 else { return }
    _ = write(file, "5", 1)
    close(file)
  }

  private static func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + Double(time.tv_usec) / 1e6 }
}
