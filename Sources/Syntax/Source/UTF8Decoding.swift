// Decodes bytes to code points one at a time. Any bytes come in; each call yields a code point or says that the bytes
// are not UTF-8, and always consumes at least one byte. It never skips or repairs on its own.

package struct DecodedScalar: Sendable {
  /// Nil when the bytes are not UTF-8.
  package let scalar: Unicode.Scalar?
  package let offset: Int
  /// At least 1.
  package let length: Int
}

package enum UTF8Decoding {
  /// The code point at `offset`, which must be inside the bytes. The rules are those of The Unicode Standard, table
  /// 3-7: no overlong forms, no surrogates, nothing above U+10FFFF.
  package static func decode(_ bytes: [UInt8], at offset: Int) -> DecodedScalar {
    let first = bytes[offset]
    if first < 0x80 {
      return DecodedScalar(scalar: Unicode.Scalar(first), offset: offset, length: 1)
    }
    let length: Int
    var value: UInt32
    switch first {
    case 0xC2...0xDF: (length, value) = (2, UInt32(first & 0x1F))
    case 0xE0...0xEF: (length, value) = (3, UInt32(first & 0x0F))
    case 0xF0...0xF4: (length, value) = (4, UInt32(first & 0x07))
    default: return DecodedScalar(scalar: nil, offset: offset, length: 1)
    }
    for index in 1..<length {
      guard offset + index < bytes.count, bytes[offset + index] & 0xC0 == 0x80 else {
        return DecodedScalar(scalar: nil, offset: offset, length: index)
      }
      value = value << 6 | UInt32(bytes[offset + index] & 0x3F)
    }
    let isOverlong = (length == 3 && value < 0x800) || (length == 4 && value < 0x1_0000)
    guard !isOverlong, let scalar = Unicode.Scalar(value) else {
      return DecodedScalar(scalar: nil, offset: offset, length: 1)
    }
    return DecodedScalar(scalar: scalar, offset: offset, length: length)
  }

  package static func scalars(in bytes: [UInt8], from start: Int, to end: Int) -> [DecodedScalar] {
    var result: [DecodedScalar] = []
    var offset = start
    while offset < min(end, bytes.count) {
      let decoded = decode(bytes, at: offset)
      result.append(decoded)
      offset += decoded.length
    }
    return result
  }
}
