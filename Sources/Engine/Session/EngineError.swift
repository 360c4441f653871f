// What stops a command before or beside its run: files, options, names that the command line binds. In the user's words,
// with the next step and the exit status. Diagnostics of the query's text are never here.

import EventLog
import Execution
import Foundation
import Syntax
import Values

/// A failed command.
package struct EngineError: Error, Hashable, Sendable {
  package var message: String
  package var advice: String
  package var status: ExitStatus

  package init(_ message: String, advice: String = "", status: ExitStatus = .failed) {
    self.message = message
    self.advice = advice
    self.status = status
  }
}

/// Why the system refused, in its words.
func systemReason(_ error: any Error) -> String {
  let error = error as NSError
  let underlying = error.userInfo[NSUnderlyingErrorKey] as? NSError
  for cause in [underlying, error].compactMap({ $0 }) where cause.domain == NSPOSIXErrorDomain {
    return String(cString: strerror(Int32(cause.code)))
  }
  return error.localizedDescription
}

/// The name nearest to `name`, when one is near enough to be meant.
package func closestName(to name: String, among names: [String]) -> String? {
  NameSuggestion.nearest(to: name, in: names)
}

extension Console {
  /// Prints an error for the user and gives the status to end with.
  package func report(_ error: any Error) -> ExitStatus {
    switch error {
    case let error as EngineError:
      self.error("error: \(error.message)\n" + (error.advice.isEmpty ? "" : "  \(error.advice)\n"))
      return error.status
    case ExecutionError.brokenPipe: return .done
    case let error as ExecutionError:
      self.error("error: \(error.message)\n")
      return .failed
    case let error as LogError:
      self.error("error: \(error)\n")
      return .failed
    case let error as GeneratorError:
      self.error("error: \(error)\n")
      return .wrongUsage
    default:
      self.error("error: \(error)\n")
      return .failed
    }
  }
}
