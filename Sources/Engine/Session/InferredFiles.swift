// The schema of a file that a query names in quotes, from its first megabyte. In: a path. Out: columns and a format. Never
// reads the whole file.

import Compiler
import Execution
import Foundation
import Plan
import Schemas
import Values

package enum InferredFiles {
  /// The bytes that are looked at.
  private static let sampleSize = 1 << 20

  package static func infer(_ path: String) throws -> InferredFile {
    let file = try FilePaths.expand(path).first ?? path
    guard let format = format(of: file) else {
      throw EngineError(
        "the format of `\(path)` is not known from its name",
        advice:
          "name it .jsonl, .json or .csv, or declare it: CREATE STREAM name (columns) FROM FILE '\(path)' FORMAT JSON",
        status: .wrongQuery)
    }
    let sample = try firstBytes(of: file)
    let schema = format == .csv ? SchemaInference.csv(sample).schema : SchemaInference.json(sample)
    guard schema.count > 0 else {
      if let first = sample.first(where: { !" \r\n\t".utf8.contains($0) }) { throw unlike(format, path, first: first) }
      throw EngineError(
        "`\(path)` is empty, so its columns are not known",
        advice: "declare them: CREATE STREAM name (columns) FROM FILE '\(path)'", status: .wrongQuery)
    }
    return InferredFile(schema: schema, format: format)
  }

  /// A file that has something in it, and nothing of its format.
  private static func unlike(_ format: RecordFormat, _ path: String, first: UInt8) -> EngineError {
    if format == .json, first == UInt8(ascii: "[") {
      return EngineError(
        "`\(path)` holds one JSON array, and a stream is one JSON object on each line",
        advice: "turn it into lines first: jq -c '.[]' \(path) > lines.jsonl", status: .wrongQuery)
    }
    return EngineError(
      "no record of `\(path)` could be read, so its columns are not known",
      advice: format == .json
        ? "write each record as one JSON object on a line of its own, as `jq -c .` does"
        : "check that its first line names the columns", status: .wrongQuery)
  }

  /// The format that a file's name says it has.
  package static func format(of path: String) -> RecordFormat? {
    switch path.split(separator: ".").last?.lowercased() {
    case "jsonl", "json", "ndjson": .json
    case "csv": .csv
    case "txt", "log": .raw
    case .some, nil: nil
    }
  }

  private static func firstBytes(of path: String) throws -> [UInt8] {
    guard let handle = FileHandle(forReadingAtPath: path) else {
      throw EngineError("there is no file `\(path)`", advice: "check the path; it is relative to the .pipe file")
    }
    defer { try? handle.close() }
    do {
      return Array(try handle.read(upToCount: sampleSize) ?? Data())
    } catch {
      throw EngineError("cannot read `\(path)`: \(systemReason(error))", advice: "check its permissions")
    }
  }
}
