// Bytes in memory: copy, compare, order. In: pointers with slack behind them. Out: the answer, in machine words.
// Never for memory without slack: such callers use memcpy.

/// Copies `count` bytes and up to 15 more: source and target must have that much room behind their ends.
@inlinable
public func copyPadded(from source: UnsafePointer<UInt8>, to target: UnsafeMutablePointer<UInt8>, count: Int) {
  if count > 256 {
    target.update(from: source, count: count)
    return
  }
  let from = UnsafeRawPointer(source)
  let to = UnsafeMutableRawPointer(target)
  var offset = 0
  while offset < count {
    to.storeBytes(
      of: from.loadUnaligned(fromByteOffset: offset, as: SIMD16<UInt8>.self), toByteOffset: offset,
      as: SIMD16<UInt8>.self)
    offset &+= 16
  }
}

/// Copies exactly `count` bytes with overlapping words, without a call: for rows that lie back to back.
@inlinable
public func copyExactly(from source: UnsafePointer<UInt8>, to target: UnsafeMutablePointer<UInt8>, count: Int) {
  let from = UnsafeRawPointer(source)
  let to = UnsafeMutableRawPointer(target)
  if count >= 16 {
    if count > 256 { return target.update(from: source, count: count) }
    var offset = 0
    while offset &+ 16 <= count {
      to.storeBytes(
        of: from.loadUnaligned(fromByteOffset: offset, as: SIMD16<UInt8>.self), toByteOffset: offset,
        as: SIMD16<UInt8>.self)
      offset &+= 16
    }
    let last = from.loadUnaligned(fromByteOffset: count &- 16, as: SIMD16<UInt8>.self)
    to.storeBytes(of: last, toByteOffset: count &- 16, as: SIMD16<UInt8>.self)
  } else if count >= 8 {
    let first = from.loadUnaligned(as: UInt64.self)
    let last = from.loadUnaligned(fromByteOffset: count &- 8, as: UInt64.self)
    to.storeBytes(of: first, as: UInt64.self)
    to.storeBytes(of: last, toByteOffset: count &- 8, as: UInt64.self)
  } else if count >= 4 {
    let first = from.loadUnaligned(as: UInt32.self)
    let last = from.loadUnaligned(fromByteOffset: count &- 4, as: UInt32.self)
    to.storeBytes(of: first, as: UInt32.self)
    to.storeBytes(of: last, toByteOffset: count &- 4, as: UInt32.self)
  } else {
    for i in 0..<count { target[i] = source[i] }
  }
}

/// Whether `count` bytes are the same. Reads up to 7 bytes more on both sides.
@inlinable
public func equalBytes(_ left: UnsafePointer<UInt8>, _ right: UnsafePointer<UInt8>, count: Int) -> Bool {
  let a = UnsafeRawPointer(left)
  let b = UnsafeRawPointer(right)
  var offset = 0
  while offset &+ 8 <= count {
    let x = a.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
    let y = b.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
    if x != y { return false }
    offset &+= 8
  }
  let rest = count &- offset
  if rest == 0 { return true }
  let x = UInt64(littleEndian: a.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
  let y = UInt64(littleEndian: b.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
  return (x ^ y) &<< UInt64(truncatingIfNeeded: 64 &- rest &* 8) == 0
}

/// Order of two byte strings: negative, zero or positive. Reads up to 7 bytes more on both sides.
@inlinable
public func compareBytes(
  _ left: UnsafePointer<UInt8>, _ leftCount: Int, _ right: UnsafePointer<UInt8>, _ rightCount: Int
) -> Int {
  let a = UnsafeRawPointer(left)
  let b = UnsafeRawPointer(right)
  let common = min(leftCount, rightCount)
  var offset = 0
  while offset < common {
    var x = UInt64(bigEndian: a.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
    var y = UInt64(bigEndian: b.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
    let rest = common &- offset
    if rest < 8 {
      let unused = UInt64(truncatingIfNeeded: 64 &- rest &* 8)
      x = x &>> unused
      y = y &>> unused
    }
    if x != y { return x < y ? -1 : 1 }
    offset &+= 8
  }
  return leftCount &- rightCount
}
