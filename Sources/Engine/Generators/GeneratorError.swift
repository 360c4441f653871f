// Why a generator stopped, in words for the person who asked: what is wrong, where, and what to do next. In comes the
// number the system gave for a failed call; out comes one sentence or two. It never holds a row or a stack.

import Foundation

/// Why `generate` did not finish.
package enum GeneratorError: Error, Equatable, CustomStringConvertible {
  case badOption(option: String, problem: String, advice: String)
  case unknownKind(String)
  case folderNotMade(path: String, reason: String)
  case notAFolder(path: String)
  case fileNotOpened(path: String, reason: String)
  case diskFull(path: String)
  case writeFailed(path: String, reason: String)

  package var description: String {
    switch self {
    case .badOption(let option, let problem, let advice):
      "\(option): \(problem). \(advice)"
    case .unknownKind(let name):
      "there is no generator named '\(name)'. Choose one of \(GeneratorKind.names)."
    case .folderNotMade(let path, let reason):
      "the folder '\(path)' cannot be made: \(reason). Choose another folder with --out."
    case .notAFolder(let path):
      "'\(path)' is a file, not a folder. Name a folder with --out."
    case .fileNotOpened(let path, let reason):
      "'\(path)' cannot be written: \(reason). Choose another folder with --out, or change its permissions."
    case .diskFull(let path):
      "the disk is full: '\(path)' is incomplete. Delete it, and free some space or ask for fewer --events."
    case .writeFailed(let path, let reason):
      "writing '\(path)' failed: \(reason). The file is incomplete: delete it and run again."
    }
  }

  /// The error of a failed open(2).
  static func opening(_ path: String, _ code: Int32) -> GeneratorError {
    code == ENOSPC || code == EDQUOT ? .diskFull(path: path) : .fileNotOpened(path: path, reason: systemReason(code))
  }

  /// The error of a failed write(2) or close(2).
  static func writing(_ path: String, _ code: Int32) -> GeneratorError {
    code == ENOSPC || code == EDQUOT ? .diskFull(path: path) : .writeFailed(path: path, reason: systemReason(code))
  }
}

/// The system's sentence for an error number, with a small first letter so that it can follow a colon.
func systemReason(_ code: Int32) -> String {
  let text = String(cString: strerror(code))
  return text.prefix(1).lowercased() + text.dropFirst()
}
