// A 64-bit hash for keys, groups and partitions. In: integers or bytes. Out: the same number in every process, always:
// partitioning and saved state depend on it. Never for untrusted sizes of tables where collisions are an attack.
//
// Multiply and fold (the 128-bit product's halves, xored), as in Wang Yi's wyhash, with constants of its own choice.

/// The stable hash functions of the engine. Pinned by test vectors: changing them changes where rows go.
public enum Hash {
  @usableFromInline static var k0: UInt64 { 0x9E37_79B9_7F4A_7C15 }
  @usableFromInline static var k1: UInt64 { 0xD6E8_FEB8_6659_FD93 }
  @usableFromInline static var k2: UInt64 { 0xA076_1D64_78BD_642F }

  /// The hash of NULL as a key of its own.
  @inlinable public static var null: UInt64 { 0x5851_F42D_4C95_7F2D }

  @inlinable @inline(__always)
  static func fold(_ a: UInt64, _ b: UInt64) -> UInt64 {
    let product = a.multipliedFullWidth(by: b)
    return product.high ^ product.low
  }

  /// The hash of one integer.
  @inlinable @inline(__always)
  public static func int(_ value: Int64) -> UInt64 {
    let x = UInt64(bitPattern: value)
    return fold(x ^ k0, k1) ^ fold(x, k2)
  }

  /// The hash of two integers, in order.
  @inlinable @inline(__always)
  public static func pair(_ first: Int64, _ second: Int64) -> UInt64 {
    fold(fold(UInt64(bitPattern: first) ^ k0, k1) ^ UInt64(bitPattern: second), k2)
  }

  /// One hash out of two, in order.
  @inlinable @inline(__always)
  public static func combine(_ first: UInt64, _ second: UInt64) -> UInt64 {
    fold(first ^ k0, second ^ k1)
  }

  /// The hash of `count` bytes; reads up to 15 bytes more, which do not count.
  @inlinable
  public static func bytes(_ start: UnsafePointer<UInt8>, count: Int) -> UInt64 {
    let raw = UnsafeRawPointer(start)
    var seed = k0
    var offset = 0
    while count &- offset > 16 {
      let a = UInt64(littleEndian: raw.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
      let b = UInt64(littleEndian: raw.loadUnaligned(fromByteOffset: offset &+ 8, as: UInt64.self))
      seed = fold(a ^ k1, b ^ seed)
      offset &+= 16
    }
    var a = UInt64(littleEndian: raw.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
    var b = UInt64(littleEndian: raw.loadUnaligned(fromByteOffset: offset &+ 8, as: UInt64.self))
    let rest = count &- offset
    // Smart shifts by 64 give zero, which is what an absent word must be.
    a &= rest >= 8 ? ~0 : ~(~0 << UInt64(truncatingIfNeeded: rest &* 8))
    b &= rest >= 16 ? ~0 : ~(~0 << UInt64(truncatingIfNeeded: max(rest &- 8, 0) &* 8))
    return fold(k2 ^ UInt64(truncatingIfNeeded: count), fold(a ^ k1, b ^ seed))
  }
}
