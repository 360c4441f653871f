// Upper and lower case: eight ASCII bytes a step, Unicode's simple mappings for the rest. In: text. Out: new text.
// Never depends on a locale.

import Values

extension FunctionFamily {
  mutating func declareCase() {
    declare(
      "UPPER", ["UCASE"], "The text in upper case.", examples: ["UPPER('größe')": "GRÖSSE"],
      [FunctionSignature(["text": .text], .text, TextCase.kernel(upper: true))])
    declare(
      "LOWER", ["LCASE"], "The text in lower case.", examples: ["LOWER('ÄB')": "äb"],
      [FunctionSignature(["text": .text], .text, TextCase.kernel(upper: false))])
    declare(
      "INITCAP", [], "The text with the first letter of every word in upper case and the others in lower case.",
      examples: ["INITCAP('hello wORLD')": "Hello World"],
      [
        FunctionSignature(
          ["text": .text], .text, .writing { (text: Text, sink: TextSink) in TextCase.title(text, sink) })
      ])
  }
}

/// Changes of case.
enum TextCase {
  static func kernel(upper: Bool) -> Kernel {
    .plain { arguments, rows in
      let lane = Text.lane(arguments[0])
      var total = 0
      for row in 0..<rows.count { total &+= Text.read(lane, row).count }
      return withExtendedLifetime(lane) {
        Kernel.write(&rows, bytes: total) { row, sink in
          let text = Text.read(lane, row)
          guard let target = sink.reserve(text.count) else { return true }
          if change(text, to: target, upper: upper) {
            sink.advance(text.count)
          } else {
            changeWide(text, sink, upper: upper)
          }
          return true
        }
      }
    }
  }

  /// Changes ASCII into `target`, eight bytes at a time; false at a byte that is none.
  @inline(__always)
  private static func change(_ text: Text, to target: UnsafeMutablePointer<UInt8>, upper: Bool) -> Bool {
    let ones: UInt64 = 0x0101_0101_0101_0101
    let (low, high): (UInt64, UInt64) = upper ? (97, 122) : (65, 90)
    let source = UnsafeRawPointer(text.base)
    let out = UnsafeMutableRawPointer(target)
    var seen: UInt64 = 0
    var offset = 0
    while offset < text.count {
      var word = source.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
      let rest = text.count &- offset
      if rest < 8 { word = UInt64(littleEndian: word) & ~(~0 &<< UInt64(truncatingIfNeeded: rest &* 8)) }
      seen |= word
      // The top bit of each byte: set by the first sum from `low` on, by the second beyond `high`.
      let seven = word & (0x7F &* ones)
      let letters = (seven &+ (0x80 &- low) &* ones) & ~(seven &+ (0x7F &- high) &* ones) & (0x80 &* ones)
      out.storeBytes(of: word ^ (letters &>> 2), toByteOffset: offset, as: UInt64.self)
      offset &+= 8
    }
    return seen & (0x80 &* ones) == 0
  }

  private static func changeWide(_ text: Text, _ sink: TextSink, upper: Bool) {
    var position = 0
    while position < text.count {
      let (scalar, length) = UTF8Scalar.decode(text, at: position)
      append(scalar, upper: upper, text.part(position, position + length), sink)
      position += length
    }
  }

  /// Appends a code point in another case; bytes that are no UTF-8 as they are.
  private static func append(_ scalar: UInt32, upper: Bool, _ original: Text, _ sink: TextSink) {
    guard scalar != 0xFFFD, let character = Unicode.Scalar(scalar) else { return sink.append(original) }
    sink.append(upper ? character.properties.uppercaseMapping : character.properties.lowercaseMapping)
  }

  static func title(_ text: Text, _ sink: TextSink) -> Bool {
    var position = 0
    var isInside = false
    while position < text.count {
      let (scalar, length) = UTF8Scalar.decode(text, at: position)
      let character = Unicode.Scalar(scalar)
      let isLetter = character.map { $0.properties.isAlphabetic || ("0"..."9").contains($0) } ?? false
      append(scalar, upper: !isInside, text.part(position, position + length), sink)
      isInside = isLetter
      position += length
    }
    return true
  }

  /// Whether `part` occurs in `text` when both are in lower case.
  static func contains(_ text: Text, _ part: Text) -> Bool {
    let sink = TextSink(rows: 2, bytes: text.count + part.count + 16)
    changeWide(text, sink, upper: false)
    let fits = sink.endRow()
    changeWide(part, sink, upper: false)
    guard fits, sink.endRow() else { return false }
    let lane = Text.lane(.column(Column(.bytes(sink.finish()))))
    return withExtendedLifetime(lane) { TextSearch.find(Text.read(lane, 1), in: Text.read(lane, 0)) != nil }
  }
}
