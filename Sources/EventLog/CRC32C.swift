// CRC-32C (Castagnoli), the checksum of record batches and of our own small files.
// In: bytes. Out: 32 bits. Never: allocation, or a dependency on processor extensions.

/// CRC-32C as in RFC 3720: reflected polynomial 82F63B78, the check value of "123456789" is E3069283.
///
/// Slicing by sixteen (after Kounavis and Berry, "A Systematic Approach to Building High Performance Software-Based CRC
/// Generators"): sixteen table look-ups per step, of which only four wait for the step before.
package enum CRC32C {
  /// The checksum of `bytes`.
  package static func checksum(_ bytes: UnsafeRawBufferPointer) -> UInt32 {
    guard let base = bytes.baseAddress else { return 0 }
    return ~advance(~0, base, bytes.count)
  }

  /// The checksum of `bytes`; for the cold path.
  package static func checksum(_ bytes: [UInt8]) -> UInt32 { bytes.withUnsafeBytes { checksum($0) } }

  private static func advance(_ start: UInt32, _ base: UnsafeRawPointer, _ count: Int) -> UInt32 {
    let t = table
    var crc = start
    var p = base
    var left = count
    while left >= 16 {
      let a = UInt64(littleEndian: p.loadUnaligned(as: UInt64.self)) ^ UInt64(crc)
      let b = UInt64(littleEndian: p.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
      // The second word first: it does not depend on the previous step.
      let far = lookUp(t, 0, b)
      crc = far ^ lookUp(t, 2048, a)
      p += 16
      left &-= 16
    }
    while left > 0 {
      crc = (crc >> 8) ^ t[Int(UInt8(truncatingIfNeeded: crc) ^ p.load(as: UInt8.self))]
      p += 1
      left &-= 1
    }
    return crc
  }

  /// Eight look-ups: the first byte of the word is farthest from the end and so takes the highest table.
  @inline(__always)
  private static func lookUp(_ t: UnsafePointer<UInt32>, _ first: Int, _ word: UInt64) -> UInt32 {
    let q = t + first
    let x0 = q[1792 &+ Int(word & 0xff)] ^ q[1536 &+ Int((word >> 8) & 0xff)]
    let x1 = q[1280 &+ Int((word >> 16) & 0xff)] ^ q[1024 &+ Int((word >> 24) & 0xff)]
    let x2 = q[768 &+ Int((word >> 32) & 0xff)] ^ q[512 &+ Int((word >> 40) & 0xff)]
    let x3 = q[256 &+ Int((word >> 48) & 0xff)] ^ q[Int(word >> 56)]
    return (x0 ^ x1) ^ (x2 ^ x3)
  }
}

/// Sixteen tables of 256 entries. Allocated once, filled before the first use, never written again and never freed,
/// which is why threads may share the pointer.
private nonisolated(unsafe) let table: UnsafePointer<UInt32> = {
  let table = UnsafeMutablePointer<UInt32>.allocate(capacity: 16 * 256)
  for byte in 0..<256 {
    var crc = UInt32(byte)
    for _ in 0..<8 { crc = (crc >> 1) ^ (crc & 1 == 1 ? 0x82F6_3B78 : 0) }
    table[byte] = crc
  }
  for entry in 256..<(16 * 256) {
    let previous = table[entry - 256]
    table[entry] = (previous >> 8) ^ table[Int(previous & 0xff)]
  }
  return UnsafePointer(table)
}()
