// What the tests of JSON share: decoding a text with given columns, and a second, naive decoder to compare with.

import Schemas
import Values

func column(_ path: String, _ type: DataType, nullable: Bool = true) -> DecodedColumn {
  let parts = path.isEmpty ? [] : path.split(separator: ".").map(String.init)
  return DecodedColumn(path: parts, field: Field(parts.last ?? "record", type, nullable: nullable))
}

/// The rows of a chunk as values.
func rows(_ chunk: DecodedChunk) -> [[Value]] {
  (0..<chunk.count).map { row in chunk.columns.map { $0.value(at: row) } }
}

func decodeLines(_ text: String, _ columns: [DecodedColumn]) -> DecodedChunk {
  decodeLines(Array(text.utf8), columns)
}

/// Decodes all of `bytes` in one go.
func decodeLines(_ bytes: [UInt8], _ columns: [DecodedColumn]) -> DecodedChunk {
  JSONRecordDecoder(JSONDecoderPlan(columns: columns)).decode(
    Blob(bytes), range: 0..<bytes.count, isLast: true, maximumRecords: .max)
}

/// The only value of a one-column record, or the reason why there is none.
func decodeOne(_ json: String, as type: DataType, nullable: Bool = true) -> Result<Value, Reason> {
  let chunk = decodeLines("{\"v\":\(json)}\n", [column("v", type, nullable: nullable)])
  if let failure = chunk.failures.first { return .failure(Reason(text: failure.reason)) }
  return chunk.count == 1 ? .success(chunk.columns[0].value(at: 0)) : .failure(Reason(text: "\(chunk.count) rows"))
}

struct Reason: Error, Equatable, CustomStringConvertible {
  var text: String
  var description: String { text }
}

/// A generator of numbers with a seed (SplitMix64).
struct SeededGenerator: RandomNumberGenerator {
  var state: UInt64

  init(_ seed: Int) { state = UInt64(truncatingIfNeeded: seed) }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
