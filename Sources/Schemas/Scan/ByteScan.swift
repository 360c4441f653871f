// Finding bytes that matter, sixteen at a time. In: a cursor into a blob. Out: the cursor of the first such byte.
// Every scan stops at a control byte, and the slack after a blob is zero: so none of them needs to know where it ends.
// What lies after the end of a record is the caller's to check.

#if arch(x86_64)
internal import _Builtin_intrinsics.intel
#endif

/// A place in a blob.
typealias Cursor = UnsafePointer<UInt8>

/// The bytes by which JSON and CSV are cut.
enum Byte {
  static var tab: UInt8 { 0x09 }
  static var newline: UInt8 { 0x0A }
  static var carriageReturn: UInt8 { 0x0D }
  static var space: UInt8 { 0x20 }
  static var quote: UInt8 { 0x22 }
  static var plus: UInt8 { 0x2B }
  static var comma: UInt8 { 0x2C }
  static var minus: UInt8 { 0x2D }
  static var dot: UInt8 { 0x2E }
  static var slash: UInt8 { 0x2F }
  static var zero: UInt8 { 0x30 }
  static var colon: UInt8 { 0x3A }
  static var openBracket: UInt8 { 0x5B }
  static var backslash: UInt8 { 0x5C }
  static var closeBracket: UInt8 { 0x5D }
  static var openBrace: UInt8 { 0x7B }
  static var closeBrace: UInt8 { 0x7D }

  /// Whether a byte is a decimal digit.
  @inline(__always)
  static func isDigit(_ byte: UInt8) -> Bool { byte &- 0x30 < 10 }
}

typealias Block = SIMD16<UInt8>
typealias BlockMask = SIMDMask<SIMD16<Int8>>

/// One bit for each lane of a mask, the first lane lowest.
@inline(__always)
func bits(_ mask: BlockMask) -> UInt32 {
  #if arch(x86_64)
  return UInt32(truncatingIfNeeded: _mm_movemask_epi8(unsafeBitCast(mask, to: SIMD2<Int64>.self)))
  #else
  return portableBits(mask)
  #endif
}

/// `bits` for processors without an instruction for it: a multiplication gathers the lanes' lowest bits.
@inline(__always)
func portableBits(_ mask: BlockMask) -> UInt32 {
  let words = unsafeBitCast(mask, to: SIMD2<UInt64>.self)
  let gather: UInt64 = 0x0102_0408_1020_4080
  let ones: UInt64 = 0x0101_0101_0101_0101
  let low = ((UInt64(littleEndian: words.x) & ones) &* gather) &>> 56
  let high = ((UInt64(littleEndian: words.y) & ones) &* gather) &>> 56
  return UInt32(truncatingIfNeeded: low | (high &<< 8))
}

@inline(__always)
func loadBlock(_ p: Cursor) -> Block { UnsafeRawPointer(p).loadUnaligned(as: Block.self) }

/// Eight bytes, the first one lowest.
@inline(__always)
func loadWord(_ p: Cursor) -> UInt64 { UInt64(littleEndian: UnsafeRawPointer(p).loadUnaligned(as: UInt64.self)) }

@inline(__always)
func splat(_ byte: UInt8) -> Block { Block(repeating: byte) }

/// Both masks, lane by lane. Written on the storage: the mask's own operator is not always one instruction.
@inline(__always)
func either(_ a: BlockMask, _ b: BlockMask) -> BlockMask {
  let left = unsafeBitCast(a, to: SIMD2<UInt64>.self)
  let right = unsafeBitCast(b, to: SIMD2<UInt64>.self)
  return unsafeBitCast(left | right, to: BlockMask.self)
}

/// Lanes below 0x20: control bytes.
@inline(__always)
func isControl(_ block: Block) -> BlockMask {
  let high = splat(0xE0)
  let none = splat(0)
  return (block & high) .== none
}

/// The first byte that ends plain text inside a string: quote, backslash, control byte, or the start of a character
/// outside ASCII.
@inline(__always)
func endOfPlainText(_ start: Cursor) -> Cursor {
  var p = start
  let quote = splat(Byte.quote)
  let backslash = splat(Byte.backslash)
  let limit = SIMD16<Int8>(repeating: 0x20)
  while true {
    let block = loadBlock(p)
    // As signed numbers, control bytes and bytes from 0x80 on are both less than a space.
    let special = unsafeBitCast(block, to: SIMD16<Int8>.self) .< limit
    let found = bits(either(either(block .== quote, block .== backslash), special))
    if found != 0 { return p + found.trailingZeroBitCount }
    p += 16
  }
}

/// The first quote, backslash or control byte: where the text of a string that nobody reads may end.
@inline(__always)
func endOfSkippedText(_ start: Cursor) -> Cursor {
  var p = start
  let quote = splat(Byte.quote)
  let backslash = splat(Byte.backslash)
  while true {
    let block = loadBlock(p)
    let found = bits(either(either(block .== quote, block .== backslash), isControl(block)))
    if found != 0 { return p + found.trailingZeroBitCount }
    p += 16
  }
}

/// The first quote, bracket, brace or control byte.
@inline(__always)
func nextStructural(_ start: Cursor) -> Cursor {
  var p = start
  let quote = splat(Byte.quote)
  let fold = splat(0x20)
  let open = splat(Byte.openBrace)
  let close = splat(Byte.closeBrace)
  while true {
    let block = loadBlock(p)
    let folded = block | fold
    let nesting = either(folded .== open, folded .== close)
    let found = bits(either(either(block .== quote, nesting), isControl(block)))
    if found != 0 { return p + found.trailingZeroBitCount }
    p += 16
  }
}

/// The first newline in `start ..< end`, or `end`.
@inline(__always)
func findNewline(_ start: Cursor, _ end: Cursor) -> Cursor {
  var p = start
  let newline = splat(Byte.newline)
  while p < end {
    let first = bits(loadBlock(p) .== newline)
    let second = bits(loadBlock(p + 16) .== newline)
    let found = first | (second &<< 16)
    if found != 0 { return min(p + found.trailingZeroBitCount, end) }
    p += 32
  }
  return end
}

/// The first byte that is no space, tab or carriage return.
@inline(__always)
func skipSpace(_ start: Cursor) -> Cursor {
  var p = start
  while p.pointee == Byte.space || p.pointee == Byte.tab || p.pointee == Byte.carriageReturn { p += 1 }
  return p
}
