// MD5 (RFC 1321), SHA-1 and SHA-256 (FIPS 180-4). In: bytes. Out: digests. For fingerprints of data; MD5 and SHA-1 are
// here because people have stored them, not because they are safe.

import Values

/// Message digests.
enum Digest {
  static let textHash = Kernel.map { (text: Text) in
    Int64(bitPattern: Hash.bytes(text.base, count: text.count))
  }

  /// The message with a one bit, zeros and its length in bits, to a multiple of 64 bytes.
  private static func padded(_ text: Text, bigEndian: Bool) -> [UInt8] {
    var bytes = text.array
    bytes.append(0x80)
    while bytes.count % 64 != 56 { bytes.append(0) }
    let bits = UInt64(text.count) &* 8
    for index in 0..<8 {
      bytes.append(UInt8(truncatingIfNeeded: bits >> UInt64(8 * (bigEndian ? 7 - index : index))))
    }
    return bytes
  }

  private static func words(_ block: ArraySlice<UInt8>, bigEndian: Bool) -> [UInt32] {
    let start = block.startIndex
    return (0..<16).map { word in
      (0..<4).reduce(UInt32(0)) { sum, byte in
        sum | UInt32(block[start + word * 4 + byte]) << UInt32(8 * (bigEndian ? 3 - byte : byte))
      }
    }
  }

  private static func rotateLeft(_ x: UInt32, _ n: UInt32) -> UInt32 { x << n | x >> (32 - n) }

  private static func bytes(_ words: [UInt32], bigEndian: Bool) -> [UInt8] {
    words.flatMap { word in
      (0..<4).map { UInt8(truncatingIfNeeded: word >> UInt32(8 * (bigEndian ? 3 - $0 : $0))) }
    }
  }

  /// floor(2^32 * |sin(i + 1)|), the constants of MD5.
  private static let md5Constants: [UInt32] = (0..<64).map { index in
    UInt32(truncatingIfNeeded: Int64(absoluteSine(Double(index + 1)) * 4_294_967_296))
  }

  static func md5(_ text: Text) -> [UInt8] {
    let shifts: [[UInt32]] = [[7, 12, 17, 22], [5, 9, 14, 20], [4, 11, 16, 23], [6, 10, 15, 21]]
    var state: [UInt32] = [0x6745_2301, 0xEFCD_AB89, 0x98BA_DCFE, 0x1032_5476]
    let message = padded(text, bigEndian: false)
    for start in stride(from: 0, to: message.count, by: 64) {
      let x = words(message[start..<(start + 64)], bigEndian: false)
      var (a, b, c, d) = (state[0], state[1], state[2], state[3])
      for i in 0..<64 {
        let mixed: UInt32
        let word: Int
        switch i / 16 {
        case 0: (mixed, word) = ((b & c) | (~b & d), i)
        case 1: (mixed, word) = ((d & b) | (~d & c), (5 * i + 1) % 16)
        case 2: (mixed, word) = (b ^ c ^ d, (3 * i + 5) % 16)
        default: (mixed, word) = (c ^ (b | ~d), 7 * i % 16)
        }
        let sum = a &+ mixed &+ md5Constants[i] &+ x[word]
        (a, d, c, b) = (d, c, b, b &+ rotateLeft(sum, shifts[i / 16][i % 4]))
      }
      state = [state[0] &+ a, state[1] &+ b, state[2] &+ c, state[3] &+ d]
    }
    return bytes(state, bigEndian: false)
  }

  static func sha1(_ text: Text) -> [UInt8] {
    var state: [UInt32] = [0x6745_2301, 0xEFCD_AB89, 0x98BA_DCFE, 0x1032_5476, 0xC3D2_E1F0]
    let message = padded(text, bigEndian: true)
    for start in stride(from: 0, to: message.count, by: 64) {
      var w = words(message[start..<(start + 64)], bigEndian: true)
      for i in 16..<80 { w.append(rotateLeft(w[i - 3] ^ w[i - 8] ^ w[i - 14] ^ w[i - 16], 1)) }
      var (a, b, c, d, e) = (state[0], state[1], state[2], state[3], state[4])
      for i in 0..<80 {
        let (mixed, constant): (UInt32, UInt32) =
          switch i / 20 {
          case 0: ((b & c) | (~b & d), 0x5A82_7999)
          case 1: (b ^ c ^ d, 0x6ED9_EBA1)
          case 2: ((b & c) | (b & d) | (c & d), 0x8F1B_BCDC)
          default: (b ^ c ^ d, 0xCA62_C1D6)
          }
        let sum = rotateLeft(a, 5) &+ mixed &+ e &+ constant &+ w[i]
        (e, d, c, b, a) = (d, c, rotateLeft(b, 30), a, sum)
      }
      state = [state[0] &+ a, state[1] &+ b, state[2] &+ c, state[3] &+ d, state[4] &+ e]
    }
    return bytes(state, bigEndian: true)
  }

  /// The first 32 bits of the fractions of roots of the first primes: cube roots for the rounds, square roots for the
  /// start.
  private static let primes: [Double] = {
    var primes: [Double] = []
    var candidate = 2
    while primes.count < 64 {
      if primes.allSatisfy({ candidate % Int($0) != 0 }) { primes.append(Double(candidate)) }
      candidate += 1
    }
    return primes
  }()

  private static func fraction(_ root: Double) -> UInt32 {
    UInt32(truncatingIfNeeded: Int64((root - root.rounded(.down)) * 4_294_967_296))
  }

  private static let sha256Constants: [UInt32] = primes.map { fraction(cubeRoot($0)) }
  private static let sha256Start: [UInt32] = primes.prefix(8).map { fraction($0.squareRoot()) }

  static func sha256(_ text: Text) -> [UInt8] {
    var state = sha256Start
    let message = padded(text, bigEndian: true)
    for start in stride(from: 0, to: message.count, by: 64) {
      var w = words(message[start..<(start + 64)], bigEndian: true)
      for i in 16..<64 {
        let s0 = rotateLeft(w[i - 15], 25) ^ rotateLeft(w[i - 15], 14) ^ w[i - 15] >> 3
        let s1 = rotateLeft(w[i - 2], 15) ^ rotateLeft(w[i - 2], 13) ^ w[i - 2] >> 10
        w.append(w[i - 16] &+ s0 &+ w[i - 7] &+ s1)
      }
      var h = state
      for i in 0..<64 {
        let s1 = rotateLeft(h[4], 26) ^ rotateLeft(h[4], 21) ^ rotateLeft(h[4], 7)
        let choice = (h[4] & h[5]) ^ (~h[4] & h[6])
        let first = h[7] &+ s1 &+ choice &+ sha256Constants[i] &+ w[i]
        let s0 = rotateLeft(h[0], 30) ^ rotateLeft(h[0], 19) ^ rotateLeft(h[0], 10)
        let majority = (h[0] & h[1]) ^ (h[0] & h[2]) ^ (h[1] & h[2])
        h = [first &+ s0 &+ majority, h[0], h[1], h[2], h[3] &+ first, h[4], h[5], h[6]]
      }
      state = zip(state, h).map { $0 &+ $1 }
    }
    return bytes(state, bigEndian: true)
  }
}
