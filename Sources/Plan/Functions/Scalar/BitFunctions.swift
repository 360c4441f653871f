// Bits of integers. In: 64-bit integers. Out: the same. Shifts by 64 or more give 0; negative shifts fail.

import Values

extension FunctionFamily {
  mutating func declareBits() {
    declare(
      "BIT_COUNT", [], "The number of one bits.", examples: ["BIT_COUNT(7)": "3"],
      [FunctionSignature(["x": .int], .int64, .map { (x: Int64) in Int64(x.nonzeroBitCount) })])
    binary("BITWISE_AND", ["&"], "The bits that are one in both.", ["BITWISE_AND(6, 3)": "2"]) { $0 & $1 }
    binary("BITWISE_OR", ["|"], "The bits that are one in either.", ["BITWISE_OR(6, 3)": "7"]) { $0 | $1 }
    binary("BITWISE_XOR", ["^"], "The bits that differ.", ["BITWISE_XOR(6, 3)": "5"]) { $0 ^ $1 }
    declare(
      "BITWISE_NOT", ["~"], "The other bits.", examples: ["BITWISE_NOT(0)": "-1"],
      [FunctionSignature(["x": .int], .int64, .map { (x: Int64) in ~x })])
    shift("BITWISE_LEFT_SHIFT", ["<<", "SHIFTLEFT"], "The bits moved to the left.", ["BITWISE_LEFT_SHIFT(1, 3)": "8"]) {
      $1 > 63 ? 0 : $0 &<< $1
    }
    shift(
      "BITWISE_RIGHT_SHIFT", [">>", "SHIFTRIGHT"], "The bits moved to the right.", ["BITWISE_RIGHT_SHIFT(8, 3)": "1"]
    ) {
      $1 > 63 ? 0 : Int64(bitPattern: UInt64(bitPattern: $0) &>> UInt64(bitPattern: $1))
    }
  }

  private mutating func binary(
    _ name: String, _ aliases: [String], _ summary: String, _ examples: KeyValuePairs<String, String>,
    _ function: @escaping @Sendable (Int64, Int64) -> Int64
  ) {
    declare(
      name, aliases, summary, examples: examples,
      [FunctionSignature(["x": .int, "y": .int], .int64, .zip(function))])
  }

  private mutating func shift(
    _ name: String, _ aliases: [String], _ summary: String, _ examples: KeyValuePairs<String, String>,
    _ function: @escaping @Sendable (Int64, Int64) -> Int64
  ) {
    declare(
      name, aliases, summary, examples: examples,
      [
        FunctionSignature(
          ["x": .int, "bits": .int], .int64,
          .zip(or: .failure(.invalidArgument)) { (x: Int64, bits: Int64) in bits < 0 ? nil : function(x, bits) })
      ])
  }
}
