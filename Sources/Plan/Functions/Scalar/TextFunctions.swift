// Functions of text that cut, search and measure: positions count code points from 1, lengths too. What is a part of
// the argument is a view into it, never a copy.

import Values

extension FunctionFamily {
  mutating func declareTextParts() {
    declare(
      "LENGTH", ["CHAR_LENGTH", "CHARACTER_LENGTH"], "The number of characters of a text, or of bytes of BYTES.",
      examples: ["LENGTH('größe')": "5"],
      [
        FunctionSignature(["text": .text], .int64, .map { (text: Text) in Int64(UTF8Scalar.count(text)) }),
        FunctionSignature(["bytes": .bytes], .int64, .map { (text: Text) in Int64(text.count) }),
      ])
    declare(
      "BYTE_LENGTH", ["OCTET_LENGTH"], "The number of bytes.", examples: ["BYTE_LENGTH('größe')": "7"],
      [
        FunctionSignature(["text": .text], .int64, .map { (text: Text) in Int64(text.count) }),
        FunctionSignature(["bytes": .bytes], .int64, .map { (text: Text) in Int64(text.count) }),
      ])
    declareTrims()
    declare(
      "SUBSTR", ["SUBSTRING"],
      "The part of a text from a position, at most so long; a negative position counts from the end.",
      examples: ["SUBSTR('stream', 2, 3)": "tre", "SUBSTR('stream', -3)": "eam"],
      [
        FunctionSignature(["text": .text, "position": .int], .text, .viewing { TextPart.substring($0, $1, .max) }),
        FunctionSignature(
          ["text": .text, "position": .int, "length": .int], .text,
          .viewing(or: .failure(.invalidArgument)) { (text: Text, start: Int64, length: Int64) in
            length < 0 ? nil : TextPart.substring(text, start, length)
          }),
      ])
    declare(
      "LEFT", [], "The first characters.", examples: ["LEFT('stream', 2)": "st"],
      [
        FunctionSignature(
          ["text": .text, "length": .int], .text,
          .viewing(or: .failure(.invalidArgument)) { (text: Text, length: Int64) in
            length < 0 ? nil : TextPart.substring(text, 1, length)
          })
      ])
    declare(
      "RIGHT", [], "The last characters.", examples: ["RIGHT('stream', 2)": "am"],
      [
        FunctionSignature(
          ["text": .text, "length": .int], .text,
          .viewing(or: .failure(.invalidArgument)) { (text: Text, length: Int64) in
            length < 0 ? nil : text.part(UTF8Scalar.retreat(text, by: Int(length)), text.count)
          })
      ])
    declareSplits()
    declareSearches()
  }

  private mutating func declareTrims() {
    let sides: [(String, [String], String, Bool, Bool)] = [
      ("TRIM", ["BTRIM"], "both ends", true, true), ("LTRIM", [], "the start", true, false),
      ("RTRIM", [], "the end", false, true),
    ]
    for (name, aliases, place, left, right) in sides {
      declare(
        name, aliases, "The text without white space, or the given characters, at \(place).",
        examples: name == "TRIM" ? ["TRIM('  a ')": "a", "TRIM('xxaxx', 'x')": "a"] : [:],
        [
          FunctionSignature(["text": .text], .text, .viewing { TextPart.trimSpace($0, left, right) }),
          FunctionSignature(
            ["text": .text, "characters": .text], .text,
            .viewing { (text: Text, set: Text) in TextPart.trim(text, set, left, right) }),
        ])
    }
  }

  private mutating func declareSplits() {
    declare(
      "SPLIT", ["STRING_TO_ARRAY"], "The parts between separators; by default commas.",
      examples: ["SPLIT('a,b', ',')": "[\"a\", \"b\"]"],
      [FunctionSignature(["text": .text, "separator": .optional(.text)], .array(element: .text), TextPart.split)])
    declare(
      "SPLIT_INDEX", [], "The part with this number, from 0; NULL when there are not so many.",
      examples: ["SPLIT_INDEX('a/b/c', '/', 1)": "b"],
      [
        FunctionSignature(
          ["text": .text, "separator": .text, "index": .int], .text, nulls: .strictOrMissing,
          .viewing { (text: Text, separator: Text, index: Int64) in TextPart.part(text, separator, index) })
      ])
    declare(
      "SPLIT_PART", [], "The part with this number, from 1, or from the end if negative; empty beyond the last.",
      examples: ["SPLIT_PART('a/b/c', '/', 1)": "a", "SPLIT_PART('a/b/c', '/', -1)": "c"],
      [
        FunctionSignature(
          ["text": .text, "separator": .text, "index": .int], .text,
          .viewing(or: .failure(.invalidArgument)) { (text: Text, separator: Text, index: Int64) in
            if index == 0 { return nil }
            if index > 0 { return TextPart.part(text, separator, index - 1) ?? text.empty }
            return TextPart.part(text, separator, TextPart.count(text, separator) + index) ?? text.empty
          })
      ])
  }

  private mutating func declareSearches() {
    declare(
      "STRPOS", ["INSTR", "POSITION", "LOCATE"], "Where a part begins first, from 1; 0 when it does not occur.",
      examples: ["STRPOS('stream', 'ea')": "4"],
      [
        FunctionSignature(
          ["text": .text, "part": .text], .int64,
          .zip { (text: Text, part: Text) in
            TextSearch.find(part, in: text).map { Int64(UTF8Scalar.count(text.part(0, $0))) + 1 } ?? 0
          })
      ])
    declare(
      "STARTS_WITH", ["STARTSWITH"], "Whether a text begins with another.",
      examples: ["STARTS_WITH('ab', 'a')": "true"],
      [
        FunctionSignature(
          ["text": .text, "prefix": .text], .boolean,
          .zip { (text: Text, part: Text) in
            part.count <= text.count && equalBytes(text.base, part.base, count: part.count)
          })
      ])
    declare(
      "ENDS_WITH", ["ENDSWITH"], "Whether a text ends with another.", examples: ["ENDS_WITH('ab', 'b')": "true"],
      [
        FunctionSignature(
          ["text": .text, "suffix": .text], .boolean,
          .zip { (text: Text, part: Text) in
            part.count <= text.count
              && equalBytes(text.base + (text.count &- part.count), part.base, count: part.count)
          })
      ])
    declare(
      "CONTAINS_SUBSTR", ["CONTAINS"], "Whether a part occurs, whatever the case of its letters.",
      examples: ["CONTAINS_SUBSTR('Stream', 'REA')": "true"],
      [
        FunctionSignature(
          ["text": .text, "part": .text], .boolean,
          .zip { (text: Text, part: Text) in TextCase.contains(text, part) })
      ])
    declareCodePoints()
  }

  private mutating func declareCodePoints() {
    declare(
      "ASCII", [], "The code of the first character, 0 for empty text.", examples: ["ASCII('A')": "65"],
      [
        FunctionSignature(
          ["text": .text], .int64,
          .map { (text: Text) in text.count == 0 ? 0 : Int64(UTF8Scalar.decode(text, at: 0).scalar) })
      ])
    declare(
      "UNICODE", [], "The code point of the first character, 0 for empty text.", examples: ["UNICODE('ö')": "246"],
      [
        FunctionSignature(
          ["text": .text], .int64,
          .map { (text: Text) in text.count == 0 ? 0 : Int64(UTF8Scalar.decode(text, at: 0).scalar) })
      ])
    declare(
      "EDIT_DISTANCE", ["LEVENSHTEIN"], "The number of edits of one character from one text to the other.",
      examples: ["EDIT_DISTANCE('kitten', 'sitting')": "3"],
      [
        FunctionSignature(
          ["a": .text, "b": .text], .int64,
          .zip(or: .failure(.invalidArgument)) { (a: Text, b: Text) -> Int64? in
            // The time is the product of the lengths: bounded, so that no row stops the stream.
            if a.count > 10_000 || b.count > 10_000 { return nil }
            return Int64(editDistance(UTF8Scalar.scalars(a), UTF8Scalar.scalars(b)))
          })
      ])
  }
}

/// Parts of texts.
enum TextPart {
  /// `length` code points from a position that counts from 1, or from the end when negative; 0 means 1.
  static func substring(_ text: Text, _ position: Int64, _ length: Int64) -> Text {
    let isASCII = UTF8Scalar.isASCII(text)
    var start = 0
    if position > 0 {
      let skip = Int(position - 1)
      start = isASCII ? min(skip, text.count) : UTF8Scalar.advance(text, from: 0, by: skip)
    } else if position < 0 {
      let back = Int(clamping: position.magnitude)
      start = isASCII ? max(text.count - back, 0) : UTF8Scalar.retreat(text, by: back)
    }
    let wanted = Int(clamping: length)
    if isASCII { return text.part(start, start + min(wanted, text.count - start)) }
    return text.part(start, UTF8Scalar.advance(text, from: start, by: wanted))
  }

  @inline(__always)
  private static func isSpace(_ byte: UInt8) -> Bool { byte == 32 || (byte >= 9 && byte <= 13) }

  static func trimSpace(_ text: Text, _ left: Bool, _ right: Bool) -> Text {
    var (start, end) = (0, text.count)
    if left { while start < end && isSpace(text[start]) { start &+= 1 } }
    if right { while end > start && isSpace(text[end &- 1]) { end &-= 1 } }
    return text.part(start, end)
  }

  static func trim(_ text: Text, _ set: Text, _ left: Bool, _ right: Bool) -> Text {
    let members = UTF8Scalar.scalars(set)
    var (start, end) = (0, text.count)
    while left && start < end {
      let (scalar, length) = UTF8Scalar.decode(text, at: start)
      if !members.contains(scalar) { break }
      start += length
    }
    while right && end > start {
      let last = UTF8Scalar.retreat(text.part(0, end), by: 1)
      if last < start || !members.contains(UTF8Scalar.decode(text, at: last).scalar) { break }
      end = last
    }
    return text.part(start, end)
  }

  /// The part number `index`, from 0; nil when there are not so many. An empty separator leaves the text whole.
  static func part(_ text: Text, _ separator: Text, _ index: Int64) -> Text? {
    if index < 0 { return nil }
    if separator.count == 0 { return index == 0 ? text : nil }
    if separator.count == 1 { return part(text, separator[0], index) }
    var start = 0
    var left = index
    while true {
      let end = TextSearch.find(separator, in: text, from: start)
      if left == 0 { return text.part(start, end ?? text.count) }
      guard let end else { return nil }
      start = end &+ separator.count
      left &-= 1
    }
  }

  /// The same for the usual separator of one byte: eight bytes a step.
  private static func part(_ text: Text, _ separator: UInt8, _ index: Int64) -> Text? {
    var left = index
    var start = 0
    var position = 0
    while position < text.count {
      var hits = TextSearch.hits(text, position, separator)
      let found = Int64(hits.nonzeroBitCount)
      if found <= left {
        left &-= found
        if found > 0 { start = position &+ 8 &- hits.leadingZeroBitCount / 8 }
      } else {
        while true {
          let hit = position &+ hits.trailingZeroBitCount / 8
          if left == 0 { return text.part(start, hit) }
          left &-= 1
          start = hit &+ 1
          hits &= hits &- 1
          if hits == 0 { break }
        }
      }
      position &+= 8
    }
    return left == 0 ? text.part(start, text.count) : nil
  }

  static func count(_ text: Text, _ separator: Text) -> Int64 {
    if separator.count == 0 { return 1 }
    var count: Int64 = 1
    var start = 0
    while let found = TextSearch.find(separator, in: text, from: start) {
      count &+= 1
      start = found &+ separator.count
    }
    return count
  }

  /// All parts; an empty separator gives one part for each character.
  static let split = Kernel.plain { arguments, rows in
    let lane = Text.lane(arguments[0])
    let separators = arguments.count > 1 ? Text.lane(arguments[1]) : Text.lane(.scalar(.string(",")))
    let parts = ArrayViews(rows: rows.count)
    for row in 0..<rows.count {
      let (text, separator) = (Text.read(lane, row), Text.read(separators, row))
      var start = 0
      while separator.count == 0 && start < text.count {
        let end = UTF8Scalar.advance(text, from: start, by: 1)
        parts.append(text.part(start, end), in: lane)
        start = end
      }
      if separator.count > 0 || text.count == 0 {
        while let end = separator.count > 0 ? TextSearch.find(separator, in: text, from: start) : nil {
          parts.append(text.part(start, end), in: lane)
          start = end + separator.count
        }
        parts.append(text.part(start, text.count), in: lane)
      }
      parts.endRow()
    }
    return parts.finish(lane.blob)
  }
}
