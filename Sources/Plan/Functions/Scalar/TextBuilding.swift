// Functions that make new text: joining, padding, repeating, replacing. In: text, or any type where it is joined. Out:
// bytes in one run for the batch. What would grow beyond the longest text is a row error.

import Values

extension FunctionFamily {
  mutating func declareTextBuilding() {
    declare(
      "CONCAT", [], "The texts of all arguments, one after the other; NULL if one is NULL.",
      examples: ["CONCAT('n=', 1, ', ', TRUE)": "n=1, true"],
      [FunctionSignature(["value": .any, "values": .variadic(.any)], .text, TextJoin.concat)])
    declare(
      "||", [], "Texts, bytes or arrays end to end.", examples: ["'a' || 'b'": "ab"],
      [
        FunctionSignature(["a": .text, "b": .text], .text, TextJoin.concat),
        FunctionSignature(["a": .bytes, "b": .bytes], .bytes(), TextJoin.bytes),
        FunctionSignature(["a": .array(of: 0), "b": .array(of: 0)], .array(of: 0), ArrayKernel.concat),
      ])
    declare(
      "CONCAT_WS", [], "The texts of the arguments that are not NULL, with a separator between them.",
      examples: ["CONCAT_WS('-', 'a', NULL, 'b')": "a-b"],
      [
        FunctionSignature(
          ["separator": .text, "values": .variadic(.any)], .text, nulls: .custom, TextJoin.separated)
      ])
    for (name, left) in [("LPAD", true), ("RPAD", false)] {
      declare(
        name, [], "The text cut, or filled up on the \(left ? "left" : "right"), to a number of characters.",
        examples: left ? ["LPAD('7', 3, '0')": "007"] : ["RPAD('ab', 4, '.')": "ab.."],
        [
          FunctionSignature(
            ["text": .text, "length": .int], .text,
            .writing(or: .failure(.invalidArgument)) { (text: Text, length: Int64, sink: TextSink) in
              pad(text, length, [32], left, sink)
            }),
          FunctionSignature(
            ["text": .text, "length": .int, "fill": .text], .text,
            .writing(or: .failure(.invalidArgument)) { (text: Text, length: Int64, fill: Text, sink: TextSink) in
              pad(text, length, fill.array, left, sink)
            }),
        ])
    }
    declare(
      "REPEAT", [], "The text so many times.", examples: ["REPEAT('ab', 3)": "ababab"],
      [
        FunctionSignature(
          ["text": .text, "count": .int], .text,
          .writing(or: .failure(.invalidArgument)) { (text: Text, count: Int64, sink: TextSink) in
            if count < 0 { return false }
            var left = text.count == 0 ? 0 : count
            while left > 0 && !sink.isTooLong {
              sink.append(text)
              left -= 1
            }
            return true
          })
      ])
    declareChanges()
  }

  private mutating func declareChanges() {
    declare(
      "REVERSE", [], "The characters, or bytes, from last to first.", examples: ["REVERSE('für')": "rüf"],
      [
        FunctionSignature(
          ["text": .text], .text,
          .writing { (text: Text, sink: TextSink) in
            var end = text.count
            while end > 0 {
              let start = UTF8Scalar.retreat(text.part(0, end), by: 1)
              sink.append(text.part(start, end))
              end = start
            }
            return true
          })
      ])
    declare(
      "REPLACE", [], "The text with every occurrence of a part replaced.",
      examples: ["REPLACE('aXbX', 'X', '-')": "a-b-"],
      [
        FunctionSignature(
          ["text": .text, "part": .text, "by": .text], .text,
          .writing { (text: Text, part: Text, by: Text, sink: TextSink) in
            var start = 0
            while part.count > 0, let found = TextSearch.find(part, in: text, from: start) {
              sink.append(text.part(start, found))
              sink.append(by)
              start = found &+ part.count
            }
            sink.append(text.part(start, text.count))
            return true
          })
      ])
    declareCharacters()
  }

  private mutating func declareCharacters() {
    declare(
      "TRANSLATE", [], "The text with each character of one list replaced by that of another, or dropped.",
      examples: ["TRANSLATE('abc', 'ac', 'x')": "xb"],
      [
        FunctionSignature(
          ["text": .text, "from": .text, "to": .text], .text,
          .writing { (text: Text, from: Text, to: Text, sink: TextSink) in
            let (sources, targets) = (UTF8Scalar.scalars(from), UTF8Scalar.scalars(to))
            var position = 0
            while position < text.count {
              let (scalar, length) = UTF8Scalar.decode(text, at: position)
              if let index = sources.firstIndex(of: scalar) {
                if index < targets.count { sink.append(scalar: targets[index]) }
              } else {
                sink.append(text.part(position, position + length))
              }
              position += length
            }
            return true
          })
      ])
    declare(
      "CHR", [], "The character with a code point.", examples: ["CHR(246)": "ö"],
      [
        FunctionSignature(
          ["code": .int], .text,
          .writing(or: .failure(.invalidArgument)) { (code: Int64, sink: TextSink) in
            guard let scalar = UInt32(exactly: code), Unicode.Scalar(scalar) != nil else { return false }
            if scalar > 0 { sink.append(scalar: scalar) }
            return true
          })
      ])
    declare(
      "SOUNDEX", [], "The sound of an English word as a letter and three digits.",
      examples: ["SOUNDEX('Robert')": "R163"],
      [FunctionSignature(["text": .text], .text, .writing { (text: Text, sink: TextSink) in soundex(text, sink) })])
  }
}

/// Cuts or fills a text; false for a negative length, or nothing to fill with.
private func pad(_ text: Text, _ length: Int64, _ fill: [UInt8], _ left: Bool, _ sink: TextSink) -> Bool {
  let points = UTF8Scalar.count(text)
  guard length >= 0, !fill.isEmpty || length <= points else { return false }
  if length <= points {
    sink.append(text.part(0, UTF8Scalar.advance(text, from: 0, by: Int(length))))
    return true
  }
  if !left { sink.append(text) }
  let missing = length - Int64(points)
  var made: Int64 = 0
  var index = 0
  // The filling is cut at a code point: it ends before the one that would be too many.
  while !sink.isTooLong {
    if UTF8Scalar.isStart(fill[index]) {
      if made == missing { break }
      made += 1
    }
    sink.append(fill[index])
    index = index + 1 == fill.count ? 0 : index + 1
  }
  if left { sink.append(text) }
  return true
}

/// American Soundex.
private func soundex(_ text: Text, _ sink: TextSink) -> Bool {
  let codes = Array("01230120022455012623010202".utf8)
  var last: UInt8 = 0
  var count = 0
  for index in 0..<text.count where count < 4 {
    let upper = text[index] & 0xDF
    guard (65...90).contains(upper) else { continue }
    let code = codes[Int(upper) - 65]
    if count == 0 {
      sink.append(upper)
      count = 1
      last = code
    } else {
      if code != 48 && code != last {
        sink.append(code)
        count += 1
      }
      // H and W do not part equal sounds, vowels do.
      if upper != 72 && upper != 87 { last = code }
    }
  }
  while count > 0 && count < 4 {
    sink.append(48)
    count += 1
  }
  return true
}

/// Joining texts of any type.
enum TextJoin {
  /// The text forms of the arguments from `first` on.
  private static func converters(_ site: CallSite, from first: Int) throws(InvalidConstant) -> [Evaluator] {
    var result: [Evaluator] = []
    for (index, type) in site.types.enumerated() {
      guard let evaluator = Conversion.evaluator(from: type, to: .text, zone: site.zone) else {
        throw InvalidConstant(argument: index, message: "\(type) has no text form")
      }
      result.append(evaluator)
    }
    return result
  }

  private static func lanes(
    _ converters: [Evaluator], _ arguments: [Datum], _ rows: inout Rows
  ) -> [Text.Lane] {
    zip(converters, arguments).map { convert, argument in
      guard argument.isScalar else { return Text.lane(convert([argument], &rows)) }
      var one = Rows(count: 1, now: rows.now)
      let text = convert([argument], &one).column(.text, count: 1)
      for failure in one.failures { for row in 0..<rows.count { rows.fail(row, failure.code) } }
      return Text.lane(.scalar(text.value(at: 0)))
    }
  }

  static let concat = Kernel { site throws(InvalidConstant) in
    let converters = try converters(site, from: 0)
    return { arguments, rows in
      let lanes = lanes(converters, arguments, &rows)
      return Kernel.write(&rows, bytes: rows.count * 16 * lanes.count) { row, sink in
        for lane in lanes { sink.append(Text.read(lane, row)) }
        return true
      }
    }
  }

  static let bytes = Kernel.writing { (a: Text, b: Text, sink: TextSink) in
    sink.append(a)
    sink.append(b)
    return true
  }

  static let separated = Kernel { site throws(InvalidConstant) in
    let converters = try converters(site, from: 0)
    return { arguments, rows in
      let count = rows.count
      let lanes = lanes(converters, arguments, &rows)
      let valid = arguments.map { $0.validity(count: count) }
      return Kernel.write(&rows, bytes: count * 16 * lanes.count, or: .null) { row, sink in
        if let mask = valid[0], !mask.base[row] { return false }
        let separator = Text.read(lanes[0], row)
        var isFirst = true
        for index in 1..<max(lanes.count, 1) where valid[index].map({ $0.base[row] }) ?? true {
          if !isFirst { sink.append(separator) }
          sink.append(Text.read(lanes[index], row))
          isFirst = false
        }
        return true
      }
    }
  }
}
