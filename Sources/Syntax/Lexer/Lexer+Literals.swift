// Strings, quoted names, numbers and comments: the tokens with rules inside.

extension Lexer {
  /// `'…'` with '' for a quote; may span lines. Double quotes are read the same way and reported.
  mutating func string(quote: UInt8) {
    let start = offset
    let (text, isClosed) = quoted(by: quote)
    let span = span(from: start)
    if !isClosed {
      // Reading on to the end of the text would swallow the rest of the script: give up at the end of the line.
      offset = min(offset, source.lineRange(source.lineIndex(of: start)).upperBound)
      offset = max(offset, start + 1)
      diagnostics.append(LexicalMessages.unterminatedString(at: self.span(from: start)))
      append(.string, text: String(decoding: bytes[(start + 1)..<offset], as: UTF8.self), from: start)
      return
    }
    if quote == UInt8(ascii: "\"") { diagnostics.append(LexicalMessages.doubleQuoted(text, at: span)) }
    checkUTF8(from: start)
    append(.string, text: text, from: start)
  }

  mutating func quotedName() {
    let start = offset
    let (text, isClosed) = quoted(by: UInt8(ascii: "`"))
    if !isClosed {
      offset = max(min(offset, source.lineRange(source.lineIndex(of: start)).upperBound), start + 1)
      diagnostics.append(LexicalMessages.unterminatedName(at: span(from: start)))
      append(.quotedName, text: String(decoding: bytes[(start + 1)..<offset], as: UTF8.self), from: start)
      return
    }
    if text.isEmpty { diagnostics.append(LexicalMessages.emptyName(at: span(from: start))) }
    checkUTF8(from: start)
    append(.quotedName, text: text, from: start)
  }

  /// Reads from the opening quote past the closing one; a doubled quote stands for itself.
  private mutating func quoted(by quote: UInt8) -> (text: String, isClosed: Bool) {
    var content: [UInt8] = []
    offset += 1
    while offset < bytes.count {
      let byte = bytes[offset]
      offset += 1
      if byte == quote {
        guard offset < bytes.count, bytes[offset] == quote else {
          return (String(decoding: content, as: UTF8.self), true)
        }
        offset += 1
      }
      content.append(byte)
    }
    return (String(decoding: content, as: UTF8.self), false)
  }

  private mutating func checkUTF8(from start: Int) {
    for decoded in UTF8Decoding.scalars(in: bytes, from: start, to: offset) where decoded.scalar == nil {
      let end = decoded.offset + decoded.length
      diagnostics.append(
        LexicalMessages.invalidUTF8(at: SourceSpan(start: decoded.offset, end: end, source: source.id)))
      return
    }
  }

  // MARK: Numbers

  /// Whether the point at the offset begins a number such as `.5` rather than selecting a field.
  func startsFraction() -> Bool {
    guard let next = peek(1), Self.isDigit(next) else { return false }
    guard let last = tokens.last, last.span.end == offset else { return true }
    switch last.kind {
    case .word, .quotedName, .string, .integer, .decimal, .hint, .endOfFile: return false
    case .symbol(let symbol): return symbol != .rightParenthesis && symbol != .rightBracket
    }
  }

  /// INT, or DECIMAL with a point, an exponent or both.
  mutating func number() {
    let start = offset
    var isDecimal = false
    digits()
    // After a point selects a field (`t.1`), a second point is not part of the number.
    if peek(0) == UInt8(ascii: "."), wordLength(at: offset + 1) == 0 || isDigitOrExponent(at: offset + 1) {
      isDecimal = true
      offset += 1
      digits()
    }
    if let letter = peek(0), letter | 0x20 == UInt8(ascii: "e") {
      let hasSign = peek(1) == UInt8(ascii: "+") || peek(1) == UInt8(ascii: "-")
      if let digit = peek(hasSign ? 2 : 1), Self.isDigit(digit) {
        isDecimal = true
        offset += hasSign ? 2 : 1
        digits()
      }
    }
    let end = offset
    append(isDecimal ? .decimal : .integer, text: text(from: start), from: start)
    if wordLength(at: offset) > 0 {
      var wordEnd = offset
      while case let length = wordLength(at: wordEnd), length > 0 { wordEnd += length }
      diagnostics.append(
        LexicalMessages.numberRunsOn(
          number: SourceSpan(start: start, end: end, source: source.id),
          rest: SourceSpan(start: end, end: wordEnd, source: source.id), in: source))
    }
  }

  private func isDigitOrExponent(at index: Int) -> Bool {
    guard index < bytes.count else { return false }
    if Self.isDigit(bytes[index]) { return true }
    guard bytes[index] | 0x20 == UInt8(ascii: "e"), index + 1 < bytes.count else { return false }
    return Self.isDigit(bytes[index + 1])
  }

  private mutating func digits() {
    while let byte = peek(0), Self.isDigit(byte) { offset += 1 }
  }

  private static func isDigit(_ byte: UInt8) -> Bool {
    byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9")
  }

  // MARK: Comments and hints

  mutating func lineComment() {
    let start = offset
    while let byte = peek(0), byte != UInt8(ascii: "\n") { offset += 1 }
    appendComment(isBlock: false, from: start)
  }

  /// `/* … */`, which does not nest; `/*+ … */` is a hint and a token.
  mutating func blockComment() {
    let start = offset
    offset += 2
    let isHint = peek(0) == UInt8(ascii: "+")
    while offset < bytes.count {
      if bytes[offset] == UInt8(ascii: "*"), peek(1) == UInt8(ascii: "/") {
        offset += 2
        if isHint {
          let content = String(decoding: bytes[(start + 3)..<(offset - 2)], as: UTF8.self)
          append(.hint, text: content, from: start)
        } else {
          appendComment(isBlock: true, from: start)
        }
        return
      }
      offset += 1
    }
    let opening = SourceSpan(start: start, end: start + 2, source: source.id)
    diagnostics.append(LexicalMessages.unterminatedComment(at: opening))
    appendComment(isBlock: true, from: start)
  }
}
