// Values that nobody asked for. In: a cursor at a value. Out: a cursor behind it. Strings and brackets are paired, numbers
// and words only delimited: what is skipped is not checked beyond that, which is what makes skipping fast.

extension JSONObjectReader {
  /// The end of any value.
  @inline(__always)
  func skipValue(_ p: Cursor) -> Cursor? {
    if p.pointee == Byte.quote {
      let stop = endOfSkippedText(p + 1)
      return stop.pointee == Byte.quote ? stop + 1 : endOfString(p)
    }
    if p.pointee == Byte.openBrace || p.pointee == Byte.openBracket { return skipNested(p) }
    return skipWord(p)
  }

  /// The end of a number, `true`, `false` or `null`.
  @inline(__always)
  private func skipWord(_ start: Cursor) -> Cursor? {
    var p = start
    while p.pointee > Byte.space, p.pointee != Byte.comma, p.pointee != Byte.closeBrace, p.pointee != Byte.closeBracket
    {
      p += 1
    }
    return p == start ? fail(.expectedValue, p) : p
  }

  /// The end of a string that starts at the quote `start`, whatever it holds.
  @inline(never)
  func endOfString(_ start: Cursor) -> Cursor? {
    var p = start + 1
    while true {
      p = endOfSkippedText(p)
      switch p.pointee {
      case Byte.quote: return p + 1
      case Byte.backslash:
        // A backslash hides the next byte, unless that is the end of the record.
        if p[1] < Byte.space { return fail(.unterminated, p + 1) }
        p += 2
      case Byte.newline, 0: return fail(.unterminated, p)
      default: p += 1
      }
    }
  }

  /// The end of an object or array.
  @inline(never)
  func skipNested(_ start: Cursor) -> Cursor? {
    var p = start
    var depth = 0
    while true {
      p = nextStructural(p)
      switch p.pointee {
      case Byte.quote:
        let stop = endOfSkippedText(p + 1)
        if stop.pointee == Byte.quote {
          p = stop + 1
        } else {
          guard let end = endOfString(p) else { return nil }
          p = end
        }
      case Byte.openBrace, Byte.openBracket:
        depth += 1
        p += 1
      case Byte.closeBrace, Byte.closeBracket:
        depth -= 1
        p += 1
        if depth == 0 { return p }
      case Byte.tab, Byte.carriageReturn: p += 1
      default: return fail(.expectedComma, p)
      }
    }
  }

  /// The end of `null`, `true` or `false`.
  func readLiteral(_ p: Cursor, _ word: StaticString) -> Cursor? {
    for i in 0..<word.utf8CodeUnitCount where p[i] != word.utf8Start[i] { return fail(.expectedValue, p) }
    return p + word.utf8CodeUnitCount
  }
}
