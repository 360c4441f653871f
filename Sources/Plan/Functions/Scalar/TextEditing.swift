// Further functions of text: overwriting a part, parts before a separator, kinds of characters, choosing among texts,
// counting and splitting by regular expressions. In: text. Out: text, numbers, arrays. Positions count code points from 1.

import Values

extension FunctionFamily {
  mutating func declareTextEditing() {
    let overlay: @Sendable (Text, Text, Int64, Int64, TextSink) -> Bool = { text, by, start, length, sink in
      if start < 1 || length < 0 { return false }
      sink.append(TextPart.substring(text, 1, start - 1))
      sink.append(by)
      let (next, overflow) = start.addingReportingOverflow(length)
      if !overflow { sink.append(TextPart.substring(text, next, .max)) }
      return true
    }
    declare(
      "OVERLAY", [], "The text with the characters from a position replaced by another text, or so many of them.",
      examples: ["OVERLAY('stream', 'AM', 5)": "streAM", "OVERLAY('abcd', 'X', 2, 2)": "aXd"],
      [
        FunctionSignature(
          ["text": .text, "by": .text, "position": .int], .text,
          .writing(or: .failure(.invalidArgument)) { (text: Text, by: Text, start: Int64, sink: TextSink) in
            overlay(text, by, start, Int64(UTF8Scalar.count(by)), sink)
          }),
        FunctionSignature(
          ["text": .text, "by": .text, "position": .int, "length": .int], .text,
          .plain { arguments, rows in
            let (texts, others) = (Text.lane(arguments[0]), Text.lane(arguments[1]))
            let (starts, lengths) = (Int64.lane(arguments[2]), Int64.lane(arguments[3]))
            return Kernel.write(&rows, bytes: rows.count * 16, or: .failure(.invalidArgument)) { row, sink in
              overlay(
                Text.read(texts, row), Text.read(others, row), Int64.read(starts, row), Int64.read(lengths, row), sink)
            }
          }),
      ])
    declare(
      "SUBSTRING_INDEX", [],
      "The text before the n-th separator; after the n-th from the end where n is negative.",
      examples: ["SUBSTRING_INDEX('a.b.c', '.', 2)": "a.b", "SUBSTRING_INDEX('a.b.c', '.', -1)": "c"],
      [
        FunctionSignature(
          ["text": .text, "separator": .text, "count": .int], .text,
          .viewing { (text: Text, separator: Text, count: Int64) in TextPart.before(text, separator, count) })
      ])
    declare(
      "SPACE", [], "So many spaces.", examples: ["LENGTH(SPACE(3))": "3"],
      [
        FunctionSignature(
          ["count": .int], .text,
          .writing(or: .failure(.invalidArgument)) { (count: Int64, sink: TextSink) in
            var left = count
            while left > 0 && !sink.isTooLong {
              sink.append(32 as UInt8)
              left -= 1
            }
            return count >= 0
          })
      ])
    declare(
      "BIT_LENGTH", [], "The number of bits.", examples: ["BIT_LENGTH('ab')": "16"],
      [
        FunctionSignature(["text": .text], .int64, .map { (text: Text) in Int64(text.count) * 8 }),
        FunctionSignature(["bytes": .bytes], .int64, .map { (text: Text) in Int64(text.count) * 8 }),
      ])
    declareKinds()
    declareChoosing()
  }

  private mutating func declareKinds() {
    kind("IS_DIGIT", "Whether a text is digits only, and not empty.", "IS_DIGIT('42')") {
      $0.properties.numericType == .decimal
    }
    kind("IS_ALPHA", "Whether a text is letters only, and not empty.", "IS_ALPHA('ö')") { $0.properties.isAlphabetic }
    declare(
      "IS_DECIMAL", [], "Whether a text can be read as a number.", examples: ["IS_DECIMAL('-1.5')": "true"],
      [
        FunctionSignature(
          ["text": .text], .boolean,
          Kernel { site throws(InvalidConstant) in
            guard let convert = Conversion.evaluator(from: .text, to: .float64, zone: site.zone) else {
              throw InvalidConstant(argument: 0, message: "text has no conversion to numbers")
            }
            return { arguments, rows in
              var inner = Rows(count: rows.count, now: rows.now)
              let result = Vector<Bool>(repeating: true, count: rows.count)
              let column = arguments[0].column(.text, count: rows.count)
              _ = convert([.column(column)], &inner)
              for failure in inner.failures { result.base[Int(failure.row)] = false }
              return .column(Column(.bool(result)))
            }
          })
      ])
  }

  private mutating func kind(
    _ name: String, _ summary: String, _ example: String, _ test: @escaping @Sendable (Unicode.Scalar) -> Bool
  ) {
    declare(
      name, [], summary, examples: [example: "true"],
      [
        FunctionSignature(
          ["text": .text], .boolean,
          .map { (text: Text) in
            text.count > 0 && UTF8Scalar.scalars(text).allSatisfy { Unicode.Scalar($0).map(test) ?? false }
          })
      ])
  }

  private mutating func declareChoosing() {
    declare(
      "ELT", [], "The text with this number, from 1, among the other arguments; NULL when there are not so many.",
      examples: ["ELT(2, 'a', 'b')": "b"],
      [
        FunctionSignature(
          ["number": .int, "text": .text, "texts": .variadic(.text)], .text, nulls: .strictOrMissing,
          .plain { arguments, rows in
            let numbers = Int64.lane(arguments[0])
            let lanes = arguments.dropFirst().map { Text.lane($0) }
            return Kernel.write(&rows, bytes: rows.count * 16, or: .null) { row, sink in
              let number = Int64.read(numbers, row)
              guard number >= 1, number <= Int64(lanes.count) else { return false }
              sink.append(Text.read(lanes[Int(number) - 1], row))
              return true
            }
          })
      ])
    declare(
      "CODE_POINTS_TO_STRING", [], "The text of code points.",
      examples: ["CODE_POINTS_TO_STRING(ARRAY[97, 246])": "aö"],
      [
        FunctionSignature(
          ["codes": .type(.array(element: .int64))], .text, nulls: .strictOrMissing,
          .writing(or: .failure(.invalidArgument)) { (array: ArrayRow, sink: TextSink) in
            guard case .int(let codes) = array.elements.data else { return array.count == 0 }
            for index in array.start..<(array.start + array.count) {
              guard !array.elements.isNull(index), let code = UInt32(exactly: codes.base[index]),
                Unicode.Scalar(code) != nil
              else { return false }
              sink.append(scalar: code)
            }
            return true
          })
      ])
  }

  mutating func declareMatches() {
    declare(
      "REGEXP_COUNT", [], "How many matches a text has, none overlapping another.",
      examples: ["REGEXP_COUNT('a1b22', '[0-9]+')": "2"],
      [FunctionSignature(["text": .text, "regexp": .text], .int64, PatternKernel.count)])
    declare(
      "REGEXP_SPLIT", ["REGEXP_SPLIT_TO_ARRAY"], "The parts of a text between the matches.",
      examples: ["REGEXP_SPLIT('a1b22c', '[0-9]+')": "[\"a\", \"b\", \"c\"]"],
      [FunctionSignature(["text": .text, "regexp": .text], .array(element: .text), PatternKernel.split)])
  }
}

extension TextPart {
  /// The part before the n-th separator, or after the n-th from the end; the whole text when there are not so many.
  static func before(_ text: Text, _ separator: Text, _ count: Int64) -> Text {
    if count == 0 || separator.count == 0 { return text.empty }
    let total = Self.count(text, separator) - 1
    let wanted = count > 0 ? count - 1 : total + (count == .min ? -.max : count)
    if wanted < 0 || wanted >= total { return text }
    var start = 0
    for number in 0...wanted {
      guard let found = TextSearch.find(separator, in: text, from: start) else { return text }
      if number == wanted { return count > 0 ? text.part(0, found) : text.part(found + separator.count, text.count) }
      start = found + separator.count
    }
    return text
  }
}

extension PatternKernel {
  static let count = Kernel { site throws(InvalidConstant) in
    let program = try constant(site)
    return { arguments, rows in
      let lane = Text.lane(arguments[0])
      let source = Source(program, arguments[1])
      return Kernel.partial(&rows, .failure(.invalidArgument)) { row -> Int64? in
        guard let matcher = source.matcher(row) else { return nil }
        var count: Int64 = 0
        eachMatch(matcher, Text.read(lane, row)) { count += 1 }
        return count
      }
    }
  }

  static let split = Kernel { site throws(InvalidConstant) in
    let program = try constant(site)
    return { arguments, rows in
      let lane = Text.lane(arguments[0])
      let source = Source(program, arguments[1])
      let parts = ArrayViews(rows: rows.count)
      for row in 0..<rows.count {
        let text = Text.read(lane, row)
        var start = 0
        if let matcher = source.matcher(row) {
          eachMatch(matcher, text) {
            // An empty match at the start or the end parts nothing.
            let (from, to) = (matcher.slots[0], matcher.slots[1])
            if from == to && (from == 0 || from == text.count) { return }
            parts.append(text.part(start, from), in: lane)
            start = to
          }
          parts.append(text.part(start, text.count), in: lane)
        } else {
          rows.fail(row, .invalidArgument)
        }
        parts.endRow()
      }
      return parts.finish(lane.blob)
    }
  }
}
