// Bytes as text: base64 (RFC 4648) and hexadecimal. In: bytes. Out: bytes. Readers refuse what a writer would not write,
// but take base64 without padding and hexadecimal in both cases.

/// Text of BYTES values.
public enum BinaryText {
  private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
  private static let hexDigits = Array("0123456789abcdef".utf8)

  /// Adds the base64 form, with padding.
  public static func write(base64 source: UnsafePointer<UInt8>, count: Int, into buffer: ByteBuffer) {
    let length = (count + 2) / 3 * 4
    let target = buffer.reserve(length)
    alphabet.withUnsafeBufferPointer { alphabet in
      var written = 0
      var position = 0
      while position < count {
        let left = count - position
        let word =
          UInt32(source[position]) << 16 | (left > 1 ? UInt32(source[position + 1]) << 8 : 0)
          | (left > 2 ? UInt32(source[position + 2]) : 0)
        target[written] = alphabet[Int(word >> 18)]
        target[written + 1] = alphabet[Int(word >> 12 & 63)]
        target[written + 2] = left > 1 ? alphabet[Int(word >> 6 & 63)] : 61
        target[written + 3] = left > 2 ? alphabet[Int(word & 63)] : 61
        written += 4
        position += 3
      }
    }
    buffer.commit(length)
  }

  /// The value of a character of base64, or of its variant for URLs; 255 for others.
  private static func value(_ character: UInt8) -> UInt8 {
    switch character {
    case 65...90: character - 65
    case 97...122: character - 71
    case 48...57: character + 4
    case 43, 45: 62
    case 47, 95: 63
    default: 255
    }
  }

  /// Reads base64 into `target`, which has room for three quarters of `count`; returns the length, nil for other text.
  public static func parse(
    base64 source: UnsafePointer<UInt8>, count: Int, to target: UnsafeMutablePointer<UInt8>
  ) -> Int? {
    var end = count
    if count % 4 == 0 {
      while end > 0, count - end < 2, source[end - 1] == 61 { end -= 1 }
    }
    if end % 4 == 1 { return nil }
    var word: UInt32 = 0
    var bits = 0
    var length = 0
    for position in 0..<end {
      let value = value(source[position])
      if value == 255 { return nil }
      word = word << 6 | UInt32(value)
      bits += 6
      if bits >= 8 {
        bits -= 8
        target[length] = UInt8(truncatingIfNeeded: word >> UInt32(bits))
        length += 1
      }
    }
    return length
  }

  /// Adds the hexadecimal form, in lower case.
  public static func write(hex source: UnsafePointer<UInt8>, count: Int, into buffer: ByteBuffer) {
    let target = buffer.reserve(count * 2)
    hexDigits.withUnsafeBufferPointer { digits in
      for i in 0..<count {
        target[2 * i] = digits[Int(source[i] >> 4)]
        target[2 * i + 1] = digits[Int(source[i] & 15)]
      }
    }
    buffer.commit(count * 2)
  }

  /// Reads hexadecimal into `target`, which has room for half of `count`; returns the length, nil for other text.
  public static func parse(
    hex source: UnsafePointer<UInt8>, count: Int, to target: UnsafeMutablePointer<UInt8>
  ) -> Int? {
    if count % 2 != 0 { return nil }
    for i in 0..<(count / 2) {
      let high = nibble(source[2 * i])
      let low = nibble(source[2 * i + 1])
      if high > 15 || low > 15 { return nil }
      target[i] = high << 4 | low
    }
    return count / 2
  }

  private static func nibble(_ character: UInt8) -> UInt8 {
    switch character {
    case 48...57: character - 48
    case 65...70: character - 55
    case 97...102: character - 87
    default: 255
    }
  }
}
