// Bytes of rows, as fast as they can be laid down. In come numbers, constant texts and pieces of pools; out comes memory
// that is written to files in one call. It knows nothing of JSON beyond digits, and checks room once a row, not per byte.

/// Where the next byte of a row goes. It lives in registers while a row is written. Its owner has made room for the
/// longest row; copies of a fixed width may write up to `ByteCursor.slack` bytes past the end of what they append.
struct ByteCursor {
  static let slack = 256
  var at: UnsafeMutablePointer<UInt8>

  @inline(__always)
  mutating func put(_ byte: UInt8) {
    at.pointee = byte
    at += 1
  }

  /// A constant text: its length is known when compiling, so that it becomes a few stores.
  @inline(__always)
  mutating func put(_ text: StaticString) {
    at.update(from: text.utf8Start, count: text.utf8CodeUnitCount)
    at += text.utf8CodeUnitCount
  }

  @inline(__always)
  mutating func put24(_ first: UInt64, _ second: UInt64, _ third: UInt64) {
    let raw = UnsafeMutableRawPointer(at)
    raw.storeBytes(of: first.littleEndian, as: UInt64.self)
    raw.storeBytes(of: second.littleEndian, toByteOffset: 8, as: UInt64.self)
    raw.storeBytes(of: third.littleEndian, toByteOffset: 16, as: UInt64.self)
    at += 24
  }

  /// Up to eight bytes held in a word, the first in its lowest byte.
  @inline(__always)
  mutating func putWord(_ word: UInt64, length: Int) {
    UnsafeMutableRawPointer(at).storeBytes(of: word.littleEndian, as: UInt64.self)
    at += length
  }

  /// `count` bytes by blocks of 16; both sides have at least 15 spare bytes.
  @inline(__always)
  mutating func copy(_ source: UnsafePointer<UInt8>, _ count: Int) {
    var from = UnsafeRawPointer(source)
    var to = UnsafeMutableRawPointer(at)
    let end = from + count
    while from < end {
      to.storeBytes(of: from.loadUnaligned(as: SIMD16<UInt8>.self), as: SIMD16<UInt8>.self)
      from += 16
      to += 16
    }
    at += count
  }

  /// A few bytes, their number known when compiling, from a text that may end right after them.
  @inline(__always)
  mutating func copy(_ source: UnsafePointer<UInt8>, exactly count: Int) {
    at.update(from: source, count: count)
    at += count
  }

  /// `count` bytes by `blocks` blocks of 16 whatever the count, so that no branch depends on it.
  @inline(__always)
  mutating func copy(_ source: UnsafePointer<UInt8>, _ count: Int, blocks: Int) {
    let from = UnsafeRawPointer(source)
    let to = UnsafeMutableRawPointer(at)
    for block in 0..<blocks {
      let bytes = from.loadUnaligned(fromByteOffset: block &* 16, as: SIMD16<UInt8>.self)
      to.storeBytes(of: bytes, toByteOffset: block &* 16, as: SIMD16<UInt8>.self)
    }
    at += count
  }

  /// A number in decimal digits.
  @inline(__always)
  mutating func put(number value: UInt64) {
    if value < 100_000_000 {
      put(small: value)
    } else {
      put(large: value)
    }
  }

  @inline(__always)
  mutating func put(number value: Int64) {
    if value < 0 { put(45) }
    put(number: value.magnitude)
  }

  /// A number below 10^8: its leading zeros are shifted out of the word of digits, without a branch.
  @inline(__always)
  private mutating func put(small value: UInt64) {
    let digits = Self.digits(value)
    let zeros = min(7, digits.trailingZeroBitCount &>> 3)
    putWord((digits | 0x3030_3030_3030_3030) &>> UInt64(truncatingIfNeeded: zeros &* 8), length: 8 &- zeros)
  }

  @inline(never)
  private mutating func put(large value: UInt64) {
    let high = value / 100_000_000
    if high < 100_000_000 { put(small: high) } else { put(large: high) }
    put(padded8: value &- high &* 100_000_000)
  }

  /// A number below 10^8 as eight digits.
  @inline(__always)
  mutating func put(padded8 value: UInt64) {
    putWord(Self.digits(value) | 0x3030_3030_3030_3030, length: 8)
  }

  /// A number below 10^4 as four digits.
  @inline(__always)
  mutating func put(padded4 value: UInt64) {
    putWord((Self.digits(value) | 0x3030_3030_3030_3030) &>> 32, length: 4)
  }

  /// A number of hundredths with two digits after the point.
  @inline(__always)
  mutating func put(hundredths value: UInt64) {
    let whole = value / 100
    let rest = value &- whole &* 100
    put(number: whole)
    putWord(0x30_302E &+ (rest / 10) &<< 8 &+ (rest % 10) &<< 16, length: 3)
  }

  /// A number of ten-thousandths with four digits after the point.
  @inline(__always)
  mutating func put(tenThousandths value: Int64) {
    if value < 0 { put(45) }
    let whole = value.magnitude / 10_000
    put(number: whole)
    put(46)
    put(padded4: value.magnitude &- whole &* 10_000)
  }

  /// The low 32 bits as eight hexadecimal digits.
  @inline(__always)
  mutating func put(hexadecimal value: UInt64) {
    // Spread the nibbles to bytes, the highest first, then add what makes each a digit or a letter.
    var word = (value & 0xFFFF_FFFF).byteSwapped &>> 32
    word = (word | word &<< 16) & 0x0000_FFFF_0000_FFFF
    word = (word | word &<< 8) & 0x00FF_00FF_00FF_00FF
    word = (word &>> 4 | word &<< 8) & 0x0F0F_0F0F_0F0F_0F0F
    let letters = (word &+ 0x0606_0606_0606_0606) &>> 4 & 0x0101_0101_0101_0101
    putWord(word &+ 0x3030_3030_3030_3030 &+ letters &* 39, length: 8)
  }

  /// The eight digits of a number below 10^8, one in each byte, the first in the lowest: two halves, four quarters and
  /// eight digits are divided side by side in one word.
  @inline(__always)
  private static func digits(_ value: UInt64) -> UInt64 {
    let high = value / 10_000
    let halves = high | (value &- high &* 10_000) &<< 32
    let hundreds = (halves &* 10_486) &>> 20 & 0x0000_007F_0000_007F
    let quarters = hundreds | (halves &- hundreds &* 100) &<< 16
    let tens = (quarters &* 103) &>> 10 & 0x000F_000F_000F_000F
    return tens | (quarters &- tens &* 10) &<< 8
  }
}

/// The rows of one file that are not written yet.
struct RowBuffer {
  private(set) var base: UnsafeMutablePointer<UInt8>
  private var capacity: Int
  private(set) var count = 0
  private(set) var rows = 0

  init(capacity: Int) {
    self.capacity = capacity
    base = .allocate(capacity: capacity)
  }

  func deallocate() { base.deallocate() }

  /// A cursor at the end, with room for a row of `longest` bytes.
  @inline(__always)
  mutating func open(longest: Int) -> ByteCursor {
    if capacity &- count < longest &+ ByteCursor.slack { grow(by: longest) }
    return ByteCursor(at: base + count)
  }

  /// Takes what the cursor wrote as one row.
  @inline(__always)
  mutating func close(_ cursor: ByteCursor) {
    count = cursor.at - base
    rows &+= 1
  }

  mutating func clear() {
    count = 0
    rows = 0
  }

  @inline(never)
  private mutating func grow(by longest: Int) {
    let wanted = max(capacity * 2, count + longest + ByteCursor.slack)
    let bigger = UnsafeMutablePointer<UInt8>.allocate(capacity: wanted)
    bigger.update(from: base, count: count)
    base.deallocate()
    base = bigger
    capacity = wanted
  }
}

/// The unwritten rows of one stream, dealt round-robin over its files.
struct Sheet {
  private let buffers: UnsafeMutablePointer<RowBuffer>
  let partitions: Int
  /// The file that the next row goes to.
  var turn = 0

  init(partitions: Int, capacity: Int) {
    self.partitions = partitions
    buffers = .allocate(capacity: partitions)
    for index in 0..<partitions { (buffers + index).initialize(to: RowBuffer(capacity: capacity)) }
  }

  func deallocate() {
    for index in 0..<partitions { buffers[index].deallocate() }
    buffers.deallocate()
  }

  subscript(partition: Int) -> RowBuffer { buffers[partition] }

  func clear() {
    for index in 0..<partitions { buffers[index].clear() }
  }

  @inline(__always)
  func open(longest: Int) -> ByteCursor { buffers[turn].open(longest: longest) }

  @inline(__always)
  mutating func close(_ cursor: ByteCursor) {
    buffers[turn].close(cursor)
    turn &+= 1
    if turn == partitions { turn = 0 }
  }
}
