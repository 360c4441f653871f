// Addresses of the web, and letters and digits: encoding, decoding and parts of URLs (RFC 3986), base 32 (RFC 4648). In:
// text. Out: text. Text that is not in the form to decode is a row error; a part that is not there is NULL.

import Values

extension FunctionFamily {
  mutating func declareWebText() {
    declare(
      "URL_ENCODE", [], "The text with every byte but letters, digits and -._~ as %XX.",
      examples: ["URL_ENCODE('a b/ö')": "a%20b%2F%C3%B6"],
      [
        FunctionSignature(
          ["text": .text], .text,
          .writing { (text: Text, sink: TextSink) in
            let digits = Array("0123456789ABCDEF".utf8)
            for index in 0..<text.count {
              let byte = text[index]
              if URLText.isPlain(byte) {
                sink.append(byte)
              } else {
                sink.append(UInt8(ascii: "%"))
                sink.append(digits[Int(byte >> 4)])
                sink.append(digits[Int(byte & 15)])
              }
            }
            return true
          })
      ])
    declare(
      "URL_DECODE", [], "The text with %XX as bytes and + as a space; an error where that is not UTF-8.",
      examples: ["URL_DECODE('a%20b+%C3%B6')": "a b ö"],
      [
        FunctionSignature(
          ["text": .text], .text,
          .writing(or: .failure(.invalidArgument)) { (text: Text, sink: TextSink) in URLText.decode(text, sink) })
      ])
    declare(
      "PARSE_URL", [],
      "A part of an address: PROTOCOL, HOST, PORT, PATH, QUERY, REF, AUTHORITY, FILE or USERINFO; of a query, one value.",
      examples: [
        "PARSE_URL('https://a.org:80/x?k=1#r', 'HOST')": "a.org",
        "PARSE_URL('https://a.org/x?j=0&k=1', 'QUERY', 'k')": "1",
      ],
      [
        FunctionSignature(
          ["url": .text, "part": .text], .text, nulls: .strictOrMissing,
          .viewing { (url: Text, part: Text) in URLText.part(url, part.array) }),
        FunctionSignature(
          ["url": .text, "part": .text, "key": .text], .text, nulls: .strictOrMissing,
          .viewing { (url: Text, part: Text, key: Text) in
            guard part.array == Array("QUERY".utf8), let query = URLText.part(url, part.array) else { return nil }
            return URLText.value(of: key, in: query)
          }),
      ])
    declareBase32()
  }

  private mutating func declareBase32() {
    let encode = Kernel.writing { (text: Text, sink: TextSink) in
      let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".utf8)
      for start in stride(from: 0, to: text.count, by: 5) {
        let count = min(5, text.count - start)
        var word: UInt64 = 0
        for index in 0..<5 { word = word << 8 | UInt64(index < count ? text[start + index] : 0) }
        let letters = (count * 8 + 4) / 5
        for index in 0..<8 {
          sink.append(
            index < letters ? alphabet[Int(word >> UInt64(35 - 5 * index) & 31)] : UInt8(ascii: "="))
        }
      }
      return true
    }
    declare(
      "TO_BASE32", [], "The bytes in base 32.", examples: ["TO_BASE32('abcde')": "MFRGGZDF"],
      [
        FunctionSignature(["bytes": .bytes], .text, encode),
        FunctionSignature(["text": .text], .text, encode),
      ])
    declare(
      "FROM_BASE32", [], "The bytes of base 32.",
      examples: ["SAFE_CONVERT_BYTES_TO_STRING(FROM_BASE32('MFRGGZDF'))": "abcde"],
      [
        FunctionSignature(
          ["text": .text], .bytes(),
          .writing(or: .failure(.invalidArgument)) { (text: Text, sink: TextSink) in URLText.decodeBase32(text, sink) })
      ])
  }
}

/// Parts of addresses.
enum URLText {
  static func isPlain(_ byte: UInt8) -> Bool {
    switch byte {
    case 48...57, 65...90, 97...122, UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "~"): true
    default: false
    }
  }

  static func decode(_ text: Text, _ sink: TextSink) -> Bool {
    var index = 0
    while index < text.count {
      let byte = text[index]
      if byte == UInt8(ascii: "%") {
        guard index + 2 < text.count, let high = JSONScanner.hex(text[index + 1]),
          let low = JSONScanner.hex(text[index + 2])
        else { return false }
        sink.append(UInt8(truncatingIfNeeded: high << 4 | low))
        index += 3
      } else {
        sink.append(byte == UInt8(ascii: "+") ? 32 : byte)
        index += 1
      }
    }
    if sink.isTooLong { return true }
    return String(validating: UnsafeBufferPointer(start: sink.pending.base, count: sink.pending.count), as: UTF8.self)
      != nil
  }

  static func decodeBase32(_ text: Text, _ sink: TextSink) -> Bool {
    var end = text.count
    while end > 0, text[end - 1] == UInt8(ascii: "="), text.count - end < 6 { end -= 1 }
    // Letters of a last group that no whole number of bytes has.
    guard text.count % 8 == 0, ![1, 3, 6].contains(end % 8) else { return false }
    var word: UInt64 = 0
    var bits = 0
    for index in 0..<end {
      let digit: UInt64
      switch text[index] {
      case 65...90: digit = UInt64(text[index]) - 65
      case 97...122: digit = UInt64(text[index]) - 97
      case 50...55: digit = UInt64(text[index]) - 24
      default: return false
      }
      word = word << 5 | digit
      bits += 5
      if bits >= 8 {
        bits -= 8
        sink.append(UInt8(truncatingIfNeeded: word >> UInt64(bits)))
      }
    }
    return true
  }

  private static func find(_ byte: Unicode.Scalar, in text: Text, from start: Int = 0) -> Int? {
    (start..<max(text.count, start)).first { text[$0] == UInt8(ascii: byte) }
  }

  /// A part by its name; nil when the address does not have it.
  static func part(_ url: Text, _ name: [UInt8]) -> Text? {
    let fragment = find("#", in: url)
    let whole = url.part(0, fragment ?? url.count)
    let question = find("?", in: whole)
    let hierarchy = whole.part(0, question ?? whole.count)
    var schemeEnd: Int?
    if let colon = find(":", in: hierarchy), colon + 2 < hierarchy.count,
      hierarchy[colon + 1] == UInt8(ascii: "/"), hierarchy[colon + 2] == UInt8(ascii: "/")
    {
      schemeEnd = colon
    }
    guard let schemeEnd else { return nil }
    let pathStart = find("/", in: hierarchy, from: schemeEnd + 3) ?? hierarchy.count
    let authority = hierarchy.part(schemeEnd + 3, pathStart)
    let user = (0..<authority.count).last { authority[$0] == UInt8(ascii: "@") }
    let address = authority.part(user.map { $0 + 1 } ?? 0, authority.count)
    switch String(decoding: name, as: UTF8.self) {
    case "PROTOCOL": return url.part(0, schemeEnd)
    case "AUTHORITY": return authority
    case "USERINFO": return user.map { authority.part(0, $0) }
    case "HOST": return host(address).0
    case "PORT": return host(address).1
    case "PATH": return hierarchy.part(pathStart, hierarchy.count)
    case "FILE": return whole.part(pathStart, whole.count)
    case "QUERY": return question.map { whole.part($0 + 1, whole.count) }
    case "REF": return fragment.map { url.part($0 + 1, url.count) }
    default: return nil
    }
  }

  /// Host and port; colons within brackets belong to the address of IPv6.
  private static func host(_ address: Text) -> (Text, Text?) {
    let bracket = (0..<address.count).last { address[$0] == UInt8(ascii: "]") } ?? 0
    guard let colon = find(":", in: address, from: bracket) else { return (address, nil) }
    return (address.part(0, colon), address.part(colon + 1, address.count))
  }

  /// The value of a name in a query, as written.
  static func value(of key: Text, in query: Text) -> Text? {
    var start = 0
    while start <= query.count {
      let end = find("&", in: query, from: start) ?? query.count
      let pair = query.part(start, end)
      let equals = find("=", in: pair) ?? pair.count
      if pair.part(0, equals) == key { return pair.part(min(equals + 1, pair.count), pair.count) }
      start = end + 1
    }
    return nil
  }
}
