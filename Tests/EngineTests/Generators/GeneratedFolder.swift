// What the generator tests share: a folder of their own for each run, and ways to look at what was written there.

import Engine
import Foundation
import Testing

/// A new folder that a test generates into, removed with the value.
final class GeneratedFolder {
  let path = FileManager.default.temporaryDirectory.appendingPathComponent("millrace-\(UUID().uuidString)").path

  deinit { try? FileManager.default.removeItem(atPath: path) }

  func bytes(_ file: String) throws -> [UInt8] {
    Array(try Data(contentsOf: URL(fileURLWithPath: "\(path)/\(file)")))
  }

  func lines(_ file: String) throws -> [Substring] {
    let text = String(decoding: try bytes(file), as: UTF8.self)
    if text.isEmpty { return [] }
    #expect(text.hasSuffix("\n"), "\(file) ends with a line feed")
    return text.dropLast().split(separator: "\n", omittingEmptySubsequences: false)
  }

  /// The JSON objects of a file, in its order.
  func rows(_ file: String) throws -> [[String: Any]] {
    try lines(file).map { line in
      try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
    }
  }
}

/// FNV-1a in 64 bits: enough to see that not one byte differs by accident.
func fingerprint(_ bytes: [UInt8]) -> UInt64 {
  bytes.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
}

/// Seconds since 1970 of a time such as `2025-03-01T09:00:00.000Z`.
func seconds(_ text: String) throws -> Double {
  Double(try GeneratorOptions.base(from: text)) / 1e6
}
