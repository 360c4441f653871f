// Strings as JSON writes them (RFC 8259). In: UTF-8. Out: quoted, escaped text.
// Never checks UTF-8: strings were checked when they were decoded.

/// JSON strings.
public enum JSONText {
  /// Adds a string in quotes.
  @inlinable
  public static func write(string source: UnsafePointer<UInt8>, count: Int, into buffer: ByteBuffer) {
    let target = buffer.reserve(count &+ 2)
    target[0] = 34
    var position = 0
    // Sixteen bytes at a time while none of them needs an escape: over-copied, for both sides have slack.
    while position < count {
      let word = UnsafeRawPointer(source).loadUnaligned(fromByteOffset: position, as: UInt64.self)
      let special = escapes(UInt64(littleEndian: word))
      if special != 0, position &+ special.trailingZeroBitCount / 8 < count {
        buffer.commit(1 &+ position)
        return writeEscaped(source + position, count: count &- position, into: buffer)
      }
      UnsafeMutableRawPointer(target).storeBytes(of: word, toByteOffset: position &+ 1, as: UInt64.self)
      position &+= 8
    }
    target[count &+ 1] = 34
    buffer.commit(count &+ 2)
  }

  /// Marks, in each byte's high bit, the first byte that is a quote, a backslash or a control character (and perhaps
  /// later ones).
  @inlinable @inline(__always)
  static func escapes(_ word: UInt64) -> UInt64 {
    let ones: UInt64 = 0x0101_0101_0101_0101
    let quote = word ^ (ones &* 34)
    let slash = word ^ (ones &* 92)
    let control = word &- ones &* 32
    return ((quote &- ones) & ~quote | (slash &- ones) & ~slash | control & ~word) & (ones &* 128)
  }

  @usableFromInline
  static func writeEscaped(_ source: UnsafePointer<UInt8>, count: Int, into buffer: ByteBuffer) {
    for i in 0..<count {
      let byte = source[i]
      let target = buffer.reserve(8)
      if byte != 34 && byte != 92 && byte >= 32 {
        target[0] = byte
        buffer.commit(1)
        continue
      }
      target[0] = 92
      if let short = short(byte) {
        target[1] = short
        buffer.commit(2)
      } else {
        for (index, character) in "u00".utf8.enumerated() { target[1 + index] = character }
        target[4] = 48 + byte >> 4
        target[5] = byte & 15 < 10 ? 48 + byte & 15 : 87 + byte & 15
        buffer.commit(6)
      }
    }
    buffer.append(34)
  }

  private static func short(_ byte: UInt8) -> UInt8? {
    switch byte {
    case 34, 92: byte
    case 8: UInt8(ascii: "b")
    case 9: UInt8(ascii: "t")
    case 10: UInt8(ascii: "n")
    case 12: UInt8(ascii: "f")
    case 13: UInt8(ascii: "r")
    default: nil
    }
  }

  /// Adds the string of a row in quotes.
  @inlinable
  public static func write(string vector: BytesVector, row: Int, into buffer: ByteBuffer) {
    let view = vector.views.base[row]
    write(string: UnsafePointer(vector.blob.base) + Int(view.offset), count: Int(view.length), into: buffer)
  }

  /// Adds bytes in quotes, on the cold path.
  public static func write(string bytes: [UInt8], into buffer: ByteBuffer) {
    let blob = Blob(bytes)
    write(string: UnsafePointer(blob.base), count: bytes.count, into: buffer)
    withExtendedLifetime(blob) {}
  }
}
