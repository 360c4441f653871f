// Bytes to tokens, by hand. Any bytes come in; tokens, comments and diagnostics go out. It never stops early and never
// traps: what is not a token gets a diagnostic and is passed over, and every turn of the loop consumes a byte.

package struct Lexer {
  let source: SourceText
  let bytes: [UInt8]
  var offset = 0
  var tokens: [Token] = []
  var comments: [Comment] = []
  var diagnostics: [Diagnostic] = []
  private var sawLineBreak = true

  package static func tokenize(_ source: SourceText) -> TokenStream {
    var lexer = Lexer(source: source)
    lexer.run()
    return TokenStream(tokens: lexer.tokens, comments: lexer.comments, diagnostics: lexer.diagnostics)
  }

  private init(source: SourceText) {
    self.source = source
    bytes = source.bytes
  }

  private mutating func run() {
    while offset < bytes.count {
      let start = offset
      step()
      precondition(offset > start, "each turn of the lexer consumes at least one byte")
    }
    append(.endOfFile, text: "", from: offset)
  }

  private mutating func step() {
    let byte = bytes[offset]
    switch byte {
    case UInt8(ascii: "\n"):
      sawLineBreak = true
      offset += 1
    case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r"), 0x0C:
      offset += 1
    case UInt8(ascii: "-") where peek(1) == UInt8(ascii: "-"):
      lineComment()
    case UInt8(ascii: "/") where peek(1) == UInt8(ascii: "*"):
      blockComment()
    case UInt8(ascii: "'"), UInt8(ascii: "\""):
      string(quote: byte)
    case UInt8(ascii: "`"):
      quotedName()
    case UInt8(ascii: "0")...UInt8(ascii: "9"):
      number()
    case UInt8(ascii: ".") where startsFraction():
      number()
    default:
      if wordLength(at: offset) > 0 { word() } else { symbol() }
    }
  }

  // MARK: Reading

  func peek(_ distance: Int) -> UInt8? {
    let index = offset + distance
    return index < bytes.count ? bytes[index] : nil
  }

  func span(from start: Int) -> SourceSpan {
    SourceSpan(start: start, end: offset, source: source.id)
  }

  func text(from start: Int) -> String {
    String(decoding: bytes[start..<offset], as: UTF8.self)
  }

  mutating func append(_ kind: Token.Kind, text: String, keyword: Keyword? = nil, from start: Int) {
    tokens.append(
      Token(kind: kind, text: text, keyword: keyword, span: span(from: start), isFirstOnLine: sawLineBreak))
    sawLineBreak = false
  }

  mutating func appendComment(isBlock: Bool, from start: Int) {
    var text = text(from: start)
    while let last = text.unicodeScalars.last, last == "\r" || last == " " || last == "\t" {
      text.unicodeScalars.removeLast()
    }
    comments.append(
      Comment(text: text, span: span(from: start), isBlock: isBlock, isOnOwnLine: sawLineBreak))
    if isBlock, text.utf8.contains(UInt8(ascii: "\n")) { sawLineBreak = true }
  }

  // MARK: Words and symbols

  /// The bytes of the letter, digit or underscore at an offset; 0 for anything else.
  func wordLength(at index: Int) -> Int {
    guard index < bytes.count else { return 0 }
    switch bytes[index] {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "_"),
      UInt8(ascii: "0")...UInt8(ascii: "9"):
      return 1
    case 0x80...:
      let decoded = UTF8Decoding.decode(bytes, at: index)
      let isPart = decoded.scalar.map { $0.properties.isXIDContinue } ?? false
      return isPart ? decoded.length : 0
    default:
      return 0
    }
  }

  private mutating func word() {
    let start = offset
    while case let length = wordLength(at: offset), length > 0 { offset += length }
    let text = text(from: start)
    append(.word, text: text, keyword: Keyword.named(text), from: start)
  }

  private mutating func symbol() {
    let start = offset
    for (symbol, spelling) in Symbol.byLength where bytes[offset...].starts(with: spelling) {
      offset += spelling.count
      append(.symbol(symbol), text: symbol.rawValue, from: start)
      return
    }
    let decoded = UTF8Decoding.decode(bytes, at: offset)
    offset += decoded.length
    guard let scalar = decoded.scalar else {
      invalidUTF8(from: start)
      return
    }
    // Spaces and marks that editors and web pages leave behind.
    if scalar.value == 0xFEFF || scalar.value == 0xA0 || scalar.properties.isWhitespace { return }
    diagnostics.append(LexicalMessages.unexpected(scalar, at: span(from: start)))
  }

  private mutating func invalidUTF8(from start: Int) {
    // One message for a run of bad bytes.
    while offset < bytes.count, bytes[offset] >= 0x80 {
      let decoded = UTF8Decoding.decode(bytes, at: offset)
      if decoded.scalar != nil { break }
      offset += decoded.length
    }
    diagnostics.append(LexicalMessages.invalidUTF8(at: span(from: start)))
  }
}
