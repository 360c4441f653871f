// Strings with more in them than printable ASCII. In: a string as the record has it. Out: its text, checked to be UTF-8,
// with escapes undone: a view of the input when there were none.

import Values

extension JSONObjectReader {
  /// Reads the string at `p` into a text column.
  @inline(never)
  func readText(_ index: Int, _ p: Cursor, row: Int) -> Cursor? {
    guard p.pointee == Byte.quote else { return fail(.wrongType, p, slot: index) }
    guard let (start, count, end) = stringContent(p) else { return nil }
    let slot = slots + index
    if count > slot.pointee.limit, codePoints(start, count: count) > slot.pointee.limit {
      return fail(.tooLong, p, slot: index)
    }
    if start == p + 1 {
      slot.pointee.store(ByteView(offset: start - state.pointee.base, length: count), at: row)
    } else {
      slot.pointee.store(ByteView(offset: 0, length: 0), at: row)
      table.copies.keep(slot: index, row: row, count: count)
    }
    return end
  }

  /// The text of the string at the quote `p`: a stretch of the input, or, when it has escapes, of the room for copies,
  /// with a zero behind it. `end` is behind the closing quote.
  func stringContent(_ p: Cursor) -> (start: Cursor, count: Int, end: Cursor)? {
    var stop = p + 1
    while true {
      stop = endOfPlainText(stop)
      if stop.pointee == Byte.quote { return (p + 1, stop - p - 1, stop + 1) }
      if stop.pointee < 0x80 { break }
      guard let length = lengthOfCharacter(stop) else {
        _ = fail(.encoding, stop)
        return nil
      }
      stop += length
    }
    if stop.pointee != Byte.backslash {
      _ = fail(stop.pointee == Byte.newline || stop.pointee == 0 ? .unterminated : .controlByte, stop)
      return nil
    }
    guard let end = endOfString(p) else { return nil }
    let room = table.copies.room(end - p)
    guard let count = unescape(p + 1, end - 1, to: room) else { return nil }
    room[count] = 0
    return (UnsafePointer(room), count, end)
  }

  /// Undoes the escapes of `start ..< end` into `target`, which has as much room. Returns the length of the text.
  func unescape(_ start: Cursor, _ end: Cursor, to target: UnsafeMutablePointer<UInt8>) -> Int? {
    var p = start
    var written = 0
    while p < end {
      let byte = p.pointee
      if byte == Byte.backslash {
        guard let next = unescapeOne(p, target + written, &written) else { return nil }
        p = next
      } else if byte < Byte.space {
        _ = fail(.controlByte, p)
        return nil
      } else {
        var length = 1
        if byte >= 0x80 {
          guard let found = lengthOfCharacter(p) else {
            _ = fail(.encoding, p)
            return nil
          }
          length = found
        }
        for i in 0..<length { target[written + i] = p[i] }
        written += length
        p += length
      }
    }
    return written
  }

  private func unescapeOne(_ p: Cursor, _ target: UnsafeMutablePointer<UInt8>, _ written: inout Int) -> Cursor? {
    let plain: UInt8
    switch p[1] {
    case Byte.quote, Byte.backslash, Byte.slash: plain = p[1]
    case 0x62: plain = 0x08
    case 0x66: plain = 0x0C
    case 0x6E: plain = Byte.newline
    case 0x72: plain = Byte.carriageReturn
    case 0x74: plain = Byte.tab
    case 0x75:
      guard var scalar = hexadecimal(p + 2) else { return fail(.escape, p) }
      var end = p + 6
      if scalar & 0xF800 == 0xD800 {
        guard scalar < 0xDC00, end[0] == Byte.backslash, end[1] == 0x75, let low = hexadecimal(end + 2),
          low & 0xFC00 == 0xDC00
        else { return fail(.surrogate, p) }
        scalar = 0x10000 &+ ((scalar & 0x3FF) &<< 10) &+ (low & 0x3FF)
        end += 6
      }
      written += writeUTF8(scalar, to: target)
      return end
    default: return fail(.escape, p)
    }
    target.pointee = plain
    written += 1
    return p + 2
  }

  private func hexadecimal(_ p: Cursor) -> UInt32? {
    var value: UInt32 = 0
    for i in 0..<4 {
      let digit: UInt8
      switch p[i] {
      case 0x30...0x39: digit = p[i] - 0x30
      case 0x41...0x46: digit = p[i] - 0x41 + 10
      case 0x61...0x66: digit = p[i] - 0x61 + 10
      default: return nil
      }
      value = value &<< 4 | UInt32(digit)
    }
    return value
  }
}
