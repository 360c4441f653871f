// JSON as a tree, for schemas and other small texts. In: bytes. Out: values, or where and why they are none.
// Total: any bytes give an answer. Never on the way of a record; records go from bytes to columns.

import Values

/// A JSON value. Numbers keep their text, objects the order of their keys.
package indirect enum JSONValue: Hashable, Sendable {
  case null
  case bool(Bool)
  case number(String)
  case string(String)
  case array([JSONValue])
  case object([JSONMember])

  /// The value of the first member of that name.
  package subscript(name: String) -> JSONValue? {
    guard case .object(let members) = self else { return nil }
    return members.first { $0.name == name }?.value
  }

  package var text: String? { if case .string(let text) = self { text } else { nil } }

  package var integer: Int? { if case .number(let text) = self { Int(text) } else { nil } }

  package var elements: [JSONValue]? { if case .array(let elements) = self { elements } else { nil } }
}

/// One name and value of an object.
package struct JSONMember: Hashable, Sendable {
  package var name: String
  package var value: JSONValue

  package init(_ name: String, _ value: JSONValue) {
    self.name = name
    self.value = value
  }
}

/// Why a text is no JSON.
package struct JSONSyntaxError: Error, Hashable, Sendable {
  /// The byte at which reading stopped, from 0.
  package var offset: Int
  package var reason: String
}

extension JSONValue {
  /// Reads a text that is one JSON value.
  package init(parsing text: String, depthLimit: Int = 64) throws(JSONSyntaxError) {
    try self.init(parsing: Array(text.utf8), depthLimit: depthLimit)
  }

  package init(parsing bytes: [UInt8], depthLimit: Int = 64) throws(JSONSyntaxError) {
    var parser = JSONTreeParser(bytes: bytes, depthLimit: depthLimit)
    self = try parser.parse()
  }

  /// The text of the value, without white space.
  package var compactText: String {
    let buffer = ByteBuffer()
    write(into: buffer)
    return String(decoding: buffer.array, as: UTF8.self)
  }

  private func write(into buffer: ByteBuffer) {
    switch self {
    case .null: buffer.append("null")
    case .bool(let value): if value { buffer.append("true") } else { buffer.append("false") }
    case .number(let text): buffer.append(text)
    case .string(let text): JSONText.write(string: Array(text.utf8), into: buffer)
    case .array(let elements):
      buffer.append(Byte.openBracket)
      for (index, element) in elements.enumerated() {
        if index > 0 { buffer.append(Byte.comma) }
        element.write(into: buffer)
      }
      buffer.append(Byte.closeBracket)
    case .object(let members):
      buffer.append(Byte.openBrace)
      for (index, member) in members.enumerated() {
        if index > 0 { buffer.append(Byte.comma) }
        JSONText.write(string: Array(member.name.utf8), into: buffer)
        buffer.append(Byte.colon)
        member.value.write(into: buffer)
      }
      buffer.append(Byte.closeBrace)
    }
  }
}

/// A recursive descent over an array of bytes, every step checked.
private struct JSONTreeParser {
  let bytes: [UInt8]
  let depthLimit: Int
  var position = 0

  init(bytes: [UInt8], depthLimit: Int) {
    self.bytes = bytes
    self.depthLimit = depthLimit
  }

  private var next: UInt8 { position < bytes.count ? bytes[position] : 0 }

  private func error(_ reason: String) -> JSONSyntaxError { JSONSyntaxError(offset: position, reason: reason) }

  mutating func parse() throws(JSONSyntaxError) -> JSONValue {
    skipSpace()
    let value = try value(depth: 0)
    skipSpace()
    if position < bytes.count { throw error("unexpected text after the end of the value") }
    return value
  }

  private mutating func skipSpace() {
    while position < bytes.count, [0x20, 0x09, 0x0A, 0x0D].contains(bytes[position]) { position += 1 }
  }

  private mutating func value(depth: Int) throws(JSONSyntaxError) -> JSONValue {
    switch next {
    case Byte.quote: return .string(try string())
    case Byte.openBrace: return .object(try members(depth: depth + 1))
    case Byte.openBracket: return .array(try elements(depth: depth + 1))
    case 0x74:
      try word("true")
      return .bool(true)
    case 0x66:
      try word("false")
      return .bool(false)
    case 0x6E:
      try word("null")
      return .null
    case Byte.minus, 0x30...0x39: return .number(try number())
    default: throw error(position < bytes.count ? "expected a value" : "the text ends where a value should be")
    }
  }

  private mutating func word(_ word: String) throws(JSONSyntaxError) {
    guard bytes[position...].starts(with: word.utf8) else { throw error("expected a value") }
    position += word.utf8.count
  }

  private mutating func members(depth: Int) throws(JSONSyntaxError) -> [JSONMember] {
    if depth > depthLimit { throw error("objects and arrays are nested too deeply") }
    position += 1
    var members: [JSONMember] = []
    skipSpace()
    if next == Byte.closeBrace {
      position += 1
      return members
    }
    while true {
      guard next == Byte.quote else { throw error("expected a name in quotes") }
      let name = try string()
      skipSpace()
      guard next == Byte.colon else { throw error("expected `:` after the name `\(name)`") }
      position += 1
      skipSpace()
      members.append(JSONMember(name, try value(depth: depth)))
      if try !another(close: Byte.closeBrace) { return members }
    }
  }

  private mutating func elements(depth: Int) throws(JSONSyntaxError) -> [JSONValue] {
    if depth > depthLimit { throw error("objects and arrays are nested too deeply") }
    position += 1
    var elements: [JSONValue] = []
    skipSpace()
    if next == Byte.closeBracket {
      position += 1
      return elements
    }
    while true {
      elements.append(try value(depth: depth))
      if try !another(close: Byte.closeBracket) { return elements }
    }
  }

  /// Moves past a comma, or past the end.
  private mutating func another(close: UInt8) throws(JSONSyntaxError) -> Bool {
    skipSpace()
    let byte = next
    guard byte == Byte.comma || byte == close else { throw error("expected `,` or the end of the object or array") }
    position += 1
    if byte == Byte.comma { skipSpace() }
    return byte == Byte.comma
  }

  private mutating func number() throws(JSONSyntaxError) -> String {
    let start = position
    if next == Byte.minus { position += 1 }
    let first = position
    try digits()
    if position - first > 1, bytes[first] == Byte.zero { throw error("a number starts with a zero") }
    if next == Byte.dot {
      position += 1
      try digits()
    }
    if next | 0x20 == 0x65 {
      position += 1
      if next == Byte.plus || next == Byte.minus { position += 1 }
      try digits()
    }
    return String(decoding: bytes[start..<position], as: UTF8.self)
  }

  private mutating func digits() throws(JSONSyntaxError) {
    let start = position
    while Byte.isDigit(next), position < bytes.count { position += 1 }
    if position == start { throw error("expected a digit") }
  }

  private mutating func string() throws(JSONSyntaxError) -> String {
    position += 1
    var text: [UInt8] = []
    while next != Byte.quote {
      if position >= bytes.count { throw error("a string has no closing quote") }
      if next < Byte.space { throw error("a string holds an unescaped control character") }
      if next == Byte.backslash {
        try escape(into: &text)
      } else {
        text.append(next)
        position += 1
      }
    }
    guard let result = String(validating: text, as: UTF8.self) else { throw error("the text is not valid UTF-8") }
    position += 1
    return result
  }

  private mutating func escape(into text: inout [UInt8]) throws(JSONSyntaxError) {
    position += 1
    let letter = next
    position += 1
    switch letter {
    case Byte.quote, Byte.backslash, Byte.slash: text.append(letter)
    case 0x62: text.append(0x08)
    case 0x66: text.append(0x0C)
    case 0x6E: text.append(0x0A)
    case 0x72: text.append(0x0D)
    case 0x74: text.append(0x09)
    case 0x75:
      var code = try hexadecimal()
      if code & 0xF800 == 0xD800 {
        guard code < 0xDC00, position + 1 < bytes.count, next == Byte.backslash, bytes[position + 1] == 0x75 else {
          throw error("a string holds half of a surrogate pair")
        }
        position += 2
        let low = try hexadecimal()
        guard low & 0xFC00 == 0xDC00 else { throw error("a string holds half of a surrogate pair") }
        code = 0x10000 + ((code & 0x3FF) << 10) + (low & 0x3FF)
      }
      guard let scalar = Unicode.Scalar(code) else { throw error("an escape is no character") }
      text.append(contentsOf: Array(String(Character(scalar)).utf8))
    default: throw error("a string holds an escape that JSON does not have")
    }
  }

  private mutating func hexadecimal() throws(JSONSyntaxError) -> UInt32 {
    guard position + 4 <= bytes.count,
      let code = UInt32(String(decoding: bytes[position..<(position + 4)], as: UTF8.self), radix: 16),
      bytes[position] != Byte.plus
    else { throw error("expected four hexadecimal digits") }
    position += 4
    return code
  }
}
