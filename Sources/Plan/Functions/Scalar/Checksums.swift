// Checksums and the longer digest: CRC-32 (ISO 3309, as in zip and Ethernet) and SHA-512 (FIPS 180-4). In: BYTES, or text as
// its UTF-8. Out: a number, or bytes.

import Values

extension FunctionFamily {
  mutating func declareChecksums() {
    let crc = Kernel.map { (text: Text) in Int64(Checksum.crc32(text)) }
    declare(
      "CRC32", [], "The CRC-32 checksum, from 0 to 4294967295.", examples: ["CRC32('123456789')": "3421780262"],
      [FunctionSignature(["text": .text], .int64, crc), FunctionSignature(["bytes": .bytes], .int64, crc)])
    let sha = Kernel.writing { (text: Text, sink: TextSink) in
      sink.append(Checksum.sha512(text))
      return true
    }
    declare(
      "SHA512", [], "The SHA-512 digest, 64 bytes.", examples: ["LEFT(TO_HEX(SHA512('abc')), 16)": "ddaf35a193617aba"],
      [FunctionSignature(["text": .text], .bytes(), sha), FunctionSignature(["bytes": .bytes], .bytes(), sha)])
  }
}

enum Checksum {
  private static let table: [UInt32] = (0..<256).map { byte in
    (0..<8).reduce(UInt32(byte)) { word, _ in word & 1 == 1 ? word >> 1 ^ 0xEDB8_8320 : word >> 1 }
  }

  static func crc32(_ text: Text) -> UInt32 {
    table.withUnsafeBufferPointer { table in
      var word: UInt32 = ~0
      for index in 0..<text.count { word = table[Int((word ^ UInt32(text[index])) & 255)] ^ word >> 8 }
      return ~word
    }
  }

  private static let primes: [UInt64] = (2..<410).filter { n in !(2..<n).contains { n % $0 == 0 } }.map { UInt64($0) }

  /// The first 64 bits of the fraction of the square or cube root of a prime, by bisection: doubles are too short.
  private static func fraction(_ prime: UInt64, cube: Bool) -> UInt64 {
    var (low, high): (UInt128, UInt128) = (0, 1 << 70)
    while high - low > 1 {
      let middle = (low + high) / 2
      // middle^k against prime * 2^(64 k), in 256 bits.
      let isBelow = cube ? !exceeds(cubeOf: middle, prime) : !exceeds(squareOf: middle, prime)
      if isBelow { low = middle } else { high = middle }
    }
    return UInt64(truncatingIfNeeded: low)
  }

  private static func exceeds(squareOf x: UInt128, _ prime: UInt64) -> Bool {
    let (high, low) = x.multipliedFullWidth(by: x)
    return high > UInt128(prime) || (high == UInt128(prime) && low > 0)
  }

  private static func exceeds(cubeOf x: UInt128, _ prime: UInt64) -> Bool {
    // x < 2^67 where it matters: x^2 < 2^134, x^3 < 2^201 as (high, low) with the cube's integer part at bit 192.
    if x >= 1 << 68 { return true }
    let square = x.multipliedFullWidth(by: x)
    let lowCube = UInt128(square.low).multipliedFullWidth(by: x)
    let high = UInt128(square.high) * x + UInt128(lowCube.high)
    let wanted = UInt128(prime) << 64
    return high > wanted || (high == wanted && lowCube.low > 0)
  }

  private static let constants = primes.prefix(80).map { fraction($0, cube: true) }
  private static let start = primes.prefix(8).map { fraction($0, cube: false) }

  private static func rotateRight(_ x: UInt64, _ n: UInt64) -> UInt64 { x >> n | x << (64 - n) }

  static func sha512(_ text: Text) -> [UInt8] {
    var message = text.array
    message.append(0x80)
    while message.count % 128 != 112 { message.append(0) }
    // The length is 128 bits wide, the upper half always zero here.
    message.append(contentsOf: [UInt8](repeating: 0, count: 8))
    let bits = UInt64(text.count) &* 8
    for index in 0..<8 { message.append(UInt8(truncatingIfNeeded: bits >> UInt64(56 - 8 * index))) }
    var state = Array(start)
    for block in stride(from: 0, to: message.count, by: 128) {
      var w = (0..<16).map { word in
        (0..<8).reduce(UInt64(0)) { $0 << 8 | UInt64(message[block + word * 8 + $1]) }
      }
      for i in 16..<80 {
        let s0 = rotateRight(w[i - 15], 1) ^ rotateRight(w[i - 15], 8) ^ w[i - 15] >> 7
        let s1 = rotateRight(w[i - 2], 19) ^ rotateRight(w[i - 2], 61) ^ w[i - 2] >> 6
        w.append(w[i - 16] &+ s0 &+ w[i - 7] &+ s1)
      }
      var h = state
      for i in 0..<80 {
        let s1 = rotateRight(h[4], 14) ^ rotateRight(h[4], 18) ^ rotateRight(h[4], 41)
        let choice = (h[4] & h[5]) ^ (~h[4] & h[6])
        let first = h[7] &+ s1 &+ choice &+ constants[i] &+ w[i]
        let s0 = rotateRight(h[0], 28) ^ rotateRight(h[0], 34) ^ rotateRight(h[0], 39)
        let majority = (h[0] & h[1]) ^ (h[0] & h[2]) ^ (h[1] & h[2])
        h = [first &+ s0 &+ majority, h[0], h[1], h[2], h[3] &+ first, h[4], h[5], h[6]]
      }
      state = zip(state, h).map { $0 &+ $1 }
    }
    return state.flatMap { word in (0..<8).map { UInt8(truncatingIfNeeded: word >> UInt64(56 - 8 * $0)) } }
  }
}
