// LIKE and regular expressions. Constant patterns are compiled once, and a bad one is an error of the compiler; others
// are compiled when they change from row to row, and a bad one fails its row.

import Values

extension FunctionFamily {
  mutating func declarePatterns() {
    declare(
      "LIKE", [], "Whether a text has the form of a pattern: `%` is any text, `_` one character.",
      examples: ["'abc' LIKE 'a%'": "true"],
      [
        FunctionSignature(["text": .text, "pattern": .text, "escape": .optional(.text)], .boolean, PatternKernel.like)
      ])
    declare(
      "REGEXP_CONTAINS", ["REGEXP_LIKE", "REGEXP"], "Whether some part of a text matches a regular expression.",
      examples: ["REGEXP_CONTAINS('item-42', '[0-9]+')": "true"],
      [FunctionSignature(["text": .text, "regexp": .text], .boolean, PatternKernel.contains)])
    declare(
      "REGEXP_EXTRACT", ["REGEXP_SUBSTR"],
      "What the first match, or a group of it, took; NULL without one. A group of 0 is the whole match.",
      examples: [
        "REGEXP_EXTRACT('a=1&b=2', 'b=([0-9]+)')": "2", "REGEXP_EXTRACT('k1', '([a-z])([0-9])', 2)": "1",
      ],
      [
        FunctionSignature(
          ["text": .text, "regexp": .text, "group": .optional(.int)], .text, nulls: .strictOrMissing,
          PatternKernel.extract)
      ])
    declare(
      "REGEXP_EXTRACT_ALL", [], "What every match, or its only group, took.",
      examples: ["REGEXP_EXTRACT_ALL('a1b22', '[0-9]+')": "[\"1\", \"22\"]"],
      [FunctionSignature(["text": .text, "regexp": .text], .array(element: .text), PatternKernel.extractAll)])
    declare(
      "REGEXP_REPLACE", [], "The text with every match replaced; `\\1` in the replacement is a group.",
      examples: ["REGEXP_REPLACE('2024-01', '([0-9]+)-([0-9]+)', '\\2/\\1')": "01/2024"],
      [
        FunctionSignature(
          ["text": .text, "regexp": .text, "replacement": .text], .text, PatternKernel.replace)
      ])
    declare(
      "REGEXP_INSTR", [], "Where the first match begins, from 1; 0 without one.",
      examples: ["REGEXP_INSTR('ab12', '[0-9]')": "3"],
      [FunctionSignature(["text": .text, "regexp": .text], .int64, PatternKernel.position)])
  }
}

/// The kernels of pattern functions.
enum PatternKernel {
  /// The compiled pattern of each row: one for all where it is a constant, else the last one as long as it stays.
  final class Source {
    private let constant: RegexProgram?
    private let lane: Text.Lane
    private var last: (pattern: [UInt8], matcher: RegexMatcher?)?

    init(_ constant: RegexProgram?, _ datum: Datum) {
      self.constant = constant
      lane = Text.lane(datum)
      if let constant { last = ([], RegexMatcher(constant)) }
    }

    /// The matcher of a row; nil when its pattern is wrong.
    func matcher(_ row: Int) -> RegexMatcher? {
      if constant != nil { return last?.matcher }
      let pattern = Text.read(lane, row).array
      if let last, last.pattern == pattern { return last.matcher }
      var matcher: RegexMatcher?
      do throws(RegexError) { matcher = RegexMatcher(try RegexProgram(pattern)) } catch { matcher = nil }
      last = (pattern, matcher)
      return matcher
    }
  }

  static func constant(_ site: CallSite) throws(InvalidConstant) -> RegexProgram? {
    guard let pattern = site.text(1) else { return nil }
    do throws(RegexError) { return try RegexProgram(pattern) } catch {
      throw InvalidConstant(argument: 1, message: error.message)
    }
  }

  private static func pattern(_ text: [UInt8], _ escape: [UInt8]) -> LikePattern? {
    escape.count > 1 ? nil : LikePattern(text, escape: escape.first)
  }

  static let like = Kernel { site throws(InvalidConstant) in
    let hasEscape = site.types.count > 2
    var constant: LikePattern?
    if let text = site.text(1), let escape = hasEscape ? site.text(2) : Array("\\".utf8) {
      constant = pattern(text, escape)
      if constant == nil {
        throw InvalidConstant(
          argument: escape.count > 1 ? 2 : 1,
          message: "the escape must be one ASCII character, and the pattern must not end in it")
      }
    }
    let prepared = constant
    return { arguments, rows in
      let text = Text.lane(arguments[0])
      if let prepared {
        let result = Vector<Bool>(uninitialized: rows.count)
        prepared.match(text, result)
        return .column(Column(.bool(result)))
      }
      let patterns = Text.lane(arguments[1])
      let escapes = hasEscape ? Text.lane(arguments[2]) : Text.lane(.scalar(.string("\\")))
      return Kernel.partial(&rows, .failure(.invalidArgument)) { row in
        pattern(Text.read(patterns, row).array, Text.read(escapes, row).array)?.matches(Text.read(text, row))
      }
    }
  }

  static let contains = Kernel { site throws(InvalidConstant) in
    let program = try constant(site)
    return { arguments, rows in
      let text = Text.lane(arguments[0])
      let source = Source(program, arguments[1])
      return Kernel.partial(&rows, .failure(.invalidArgument)) { row in
        source.matcher(row)?.find(Text.read(text, row))
      }
    }
  }

  static let position = Kernel { site throws(InvalidConstant) in
    let program = try constant(site)
    return { arguments, rows in
      let lane = Text.lane(arguments[0])
      let source = Source(program, arguments[1])
      return Kernel.partial(&rows, .failure(.invalidArgument)) { row -> Int64? in
        guard let matcher = source.matcher(row) else { return nil }
        let text = Text.read(lane, row)
        guard matcher.find(text) else { return 0 }
        return Int64(UTF8Scalar.count(text.part(0, matcher.slots[0]))) + 1
      }
    }
  }

  static let extract = Kernel { site throws(InvalidConstant) in
    let program = try constant(site)
    let hasGroup = site.types.count > 2
    if let program, !hasGroup, program.groups > 1 {
      throw InvalidConstant(
        argument: 1, message: "the pattern has \(program.groups) groups: say which one to extract as a third argument")
    }
    if let program, hasGroup, case .int(let group)? = site.constants[2], group < 0 || group > program.groups {
      throw InvalidConstant(argument: 2, message: "the pattern has only \(program.groups) groups")
    }
    return { arguments, rows in
      let groups = hasGroup ? Int64.lane(arguments[2]) : nil
      let source = Source(program, arguments[1])
      var failed: [Int] = []
      let result = Kernel.view(&rows, of: Text.lane(arguments[0]), or: .null) { row, text -> Text? in
        guard let matcher = source.matcher(row) else {
          failed.append(row)
          return nil
        }
        let group = groups.map { Int64.read($0, row) } ?? Int64(min(matcher.program.groups, 1))
        guard group >= 0, group <= matcher.program.groups else {
          failed.append(row)
          return nil
        }
        return matcher.find(text) ? matcher.group(Int(group), of: text) : nil
      }
      for row in failed { rows.fail(row, .invalidArgument) }
      return result
    }
  }

  static let extractAll = Kernel { site throws(InvalidConstant) in
    let program = try constant(site)
    return { arguments, rows in
      let lane = Text.lane(arguments[0])
      let source = Source(program, arguments[1])
      let parts = ArrayViews(rows: rows.count)
      for row in 0..<rows.count {
        if let matcher = source.matcher(row) {
          let text = Text.read(lane, row)
          eachMatch(matcher, text) { parts.append(matcher.group(min(matcher.program.groups, 1), of: text), in: lane) }
        } else {
          rows.fail(row, .invalidArgument)
        }
        parts.endRow()
      }
      return parts.finish(lane.blob)
    }
  }

  /// Calls `body` for every match, left to right, none overlapping the one before.
  static func eachMatch(_ matcher: RegexMatcher, _ text: Text, _ body: () -> Void) {
    var position = 0
    while position <= text.count, matcher.find(text, from: position) {
      body()
      let end = matcher.slots[1]
      position = end > matcher.slots[0] ? end : end == text.count ? end + 1 : UTF8Scalar.advance(text, from: end, by: 1)
    }
  }

  static let replace = Kernel { site throws(InvalidConstant) in
    let program = try constant(site)
    return { arguments, rows in
      let lane = Text.lane(arguments[0])
      let source = Source(program, arguments[1])
      let replacements = Text.lane(arguments[2])
      return Kernel.write(&rows, bytes: rows.count * 32, or: .failure(.invalidArgument)) { row, sink in
        guard let matcher = source.matcher(row) else { return false }
        let text = Text.read(lane, row)
        var done = 0
        var isValid = true
        eachMatch(matcher, text) {
          sink.append(text.part(done, matcher.slots[0]))
          isValid = substitute(Text.read(replacements, row), matcher, text, sink) && isValid
          done = matcher.slots[1]
        }
        sink.append(text.part(done, text.count))
        return isValid
      }
    }
  }

  /// Appends a replacement with its groups; false when it names a group that the pattern does not have.
  private static func substitute(_ form: Text, _ matcher: RegexMatcher, _ text: Text, _ sink: TextSink) -> Bool {
    var position = 0
    while position < form.count {
      let byte = form[position]
      position += 1
      guard byte == UInt8(ascii: "\\"), position < form.count else {
        sink.append(byte)
        continue
      }
      let next = form[position]
      position += 1
      guard (48...57).contains(next) else {
        sink.append(next)
        continue
      }
      guard Int(next) - 48 <= matcher.program.groups else { return false }
      if let group = matcher.group(Int(next) - 48, of: text) { sink.append(group) }
    }
    return true
  }
}

/// Arrays of parts of one text column, without copies.
final class ArrayViews {
  private let rows: Vector<ByteView>
  private let parts = VectorBuilder<ByteView>()
  private let validity = ValidityBuilder()
  private var row = 0
  private var start = 0

  init(rows count: Int) { rows = Vector(uninitialized: count) }

  /// Adds an element: a part of a text in `lane`, or NULL.
  func append(_ text: Text?, in lane: Text.Lane) {
    validity.append(text != nil)
    guard let text, text.count > 0 else { return parts.append(ByteView(offset: 0, length: 0)) }
    parts.append(ByteView(offset: text.base - UnsafePointer(lane.blob.base), length: text.count))
  }

  func endRow() {
    rows.base[row] = ByteView(offset: start, length: parts.count - start)
    start = parts.count
    row += 1
  }

  func finish(_ blob: Blob) -> Datum {
    let elements = Column(.bytes(BytesVector(views: parts.finish(), blob: blob)), validity: validity.finish())
    return .column(Column(.array(ArrayVector(views: rows, elements: elements))))
  }
}
