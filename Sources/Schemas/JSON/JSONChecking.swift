// Whether a stretch of a record is one valid JSON value (RFC 8259), to the last byte. In: a cursor at a value. Out: the
// cursor behind it, or a complaint. For JSON columns, whose text others will read without checking it again.

extension JSONObjectReader {
  /// Checks the value at `p`.
  func checkValue(_ p: Cursor, depth: Int) -> Cursor? {
    switch p.pointee {
    case Byte.quote: return checkString(p)
    case Byte.openBrace, Byte.openBracket:
      if depth >= conventions.depthLimit { return fail(.depth, p) }
      return checkItems(p, isObject: p.pointee == Byte.openBrace, depth: depth + 1)
    case 0x74: return readLiteral(p, "true")
    case 0x66: return readLiteral(p, "false")
    case 0x6E: return readLiteral(p, "null")
    case Byte.minus, 0x30...0x39:
      var q = p
      var parts = NumberParts()
      return readNumberParts(&q, &parts) ? q : fail(.number, p)
    default: return fail(.expectedValue, p)
    }
  }

  private func checkItems(_ start: Cursor, isObject: Bool, depth: Int) -> Cursor? {
    let close = isObject ? Byte.closeBrace : Byte.closeBracket
    var p = skipSpace(start + 1)
    if p.pointee == close { return p + 1 }
    while true {
      if isObject {
        guard p.pointee == Byte.quote else { return fail(.expectedKey, p) }
        guard let end = checkString(p) else { return nil }
        p = skipSpace(end)
        guard p.pointee == Byte.colon else { return fail(.expectedColon, p) }
        p = skipSpace(p + 1)
      }
      guard let end = checkValue(p, depth: depth) else { return nil }
      p = skipSpace(end)
      if p.pointee == close { return p + 1 }
      guard p.pointee == Byte.comma else { return fail(.expectedComma, p) }
      p = skipSpace(p + 1)
    }
  }

  private func checkString(_ p: Cursor) -> Cursor? {
    // Its text, if it has escapes, lands in the room for copies and is not kept there.
    stringContent(p)?.end
  }
}
