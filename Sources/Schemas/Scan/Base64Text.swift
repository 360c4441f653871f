// Base64 (RFC 4648 §4, and §5's two other letters) to bytes and back. In: text. Out: bytes, or nil for text that is none.
// Padding may be left out; white space is not accepted.

/// The six bits of a letter, or 255.
private func sextet(_ letter: UInt8) -> UInt8 {
  switch letter {
  case 0x41...0x5A: letter - 0x41
  case 0x61...0x7A: letter - 0x61 + 26
  case 0x30...0x39: letter - 0x30 + 52
  case 0x2B, 0x2D: 62
  case 0x2F, 0x5F: 63
  default: 255
  }
}

/// Decodes `count` letters into `target`, which has room for three bytes in every four letters and two more.
/// Returns the number of bytes, or nil.
func decodeBase64(_ source: Cursor, count: Int, to target: UnsafeMutablePointer<UInt8>) -> Int? {
  var letters = count
  while letters > 0, count - letters < 2, source[letters - 1] == 0x3D { letters -= 1 }
  if letters != count, count % 4 != 0 { return nil }
  if letters % 4 == 1 { return nil }
  var written = 0
  var pending: UInt32 = 0
  var bits = 0
  for i in 0..<letters {
    let value = sextet(source[i])
    if value == 255 { return nil }
    pending = (pending &<< 6) | UInt32(value)
    bits += 6
    if bits >= 8 {
      bits -= 8
      target[written] = UInt8(truncatingIfNeeded: pending &>> UInt32(bits))
      written += 1
    }
  }
  // What is left of the last letter must be zero, or two texts would mean the same bytes.
  if bits > 0, pending & ((1 &<< UInt32(bits)) &- 1) != 0 { return nil }
  return written
}

private let alphabet: [UInt8] = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

/// The padded length of `count` bytes as text.
func base64Length(_ count: Int) -> Int { (count + 2) / 3 * 4 }

/// Writes `count` bytes as padded text.
func encodeBase64(_ source: Cursor, count: Int, to target: UnsafeMutablePointer<UInt8>) {
  alphabet.withUnsafeBufferPointer { letters in
    var to = target
    var i = 0
    while i < count {
      let a = UInt32(source[i])
      let b = i + 1 < count ? UInt32(source[i + 1]) : 0
      let c = i + 2 < count ? UInt32(source[i + 2]) : 0
      let group = a &<< 16 | b &<< 8 | c
      to[0] = letters[Int(group &>> 18 & 63)]
      to[1] = letters[Int(group &>> 12 & 63)]
      to[2] = i + 1 < count ? letters[Int(group &>> 6 & 63)] : 0x3D
      to[3] = i + 2 < count ? letters[Int(group & 63)] : 0x3D
      to += 4
      i += 3
    }
  }
}
