// Regular expressions, the RE2 subset: classes, groups, alternation, greedy and lazy quantifiers, anchors, \b, (?i).
// In: a pattern. Out: a tree, or what is wrong in it. No back-references and no look-around: they cannot be linear.

import Values

/// A set of code points, as sorted ranges.
struct CharacterSet: Hashable, Sendable {
  var ranges: [ClosedRange<UInt32>] = []

  static let digits = CharacterSet(ranges: [48...57])
  static let word = CharacterSet(ranges: [48...57, 65...90, 95...95, 97...122])
  static let space = CharacterSet(ranges: [9...10, 12...13, 32...32])
  static let any = CharacterSet(ranges: [0...0x10FFFF])
  static let notNewline = CharacterSet(ranges: [0...9, 11...0x10FFFF])

  static func one(_ scalar: UInt32) -> CharacterSet { CharacterSet(ranges: [scalar...scalar]) }

  /// Sorted, without overlap.
  var normalized: CharacterSet {
    var result: [ClosedRange<UInt32>] = []
    for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) {
      if let last = result.last, range.lowerBound <= last.upperBound &+ 1 {
        result[result.count - 1] = last.lowerBound...max(last.upperBound, range.upperBound)
      } else {
        result.append(range)
      }
    }
    return CharacterSet(ranges: result)
  }

  var inverted: CharacterSet {
    var result: [ClosedRange<UInt32>] = []
    var next: UInt32 = 0
    for range in normalized.ranges {
      if range.lowerBound > next { result.append(next...(range.lowerBound - 1)) }
      next = range.upperBound &+ 1
    }
    if next <= 0x10FFFF { result.append(next...0x10FFFF) }
    return CharacterSet(ranges: result)
  }

  /// With the other case of every ASCII letter.
  var caseless: CharacterSet {
    var result = self
    for range in ranges {
      for (low, high, shift) in [(UInt32(65), UInt32(90), Int64(32)), (97, 122, -32)] {
        let (from, to) = (max(range.lowerBound, low), min(range.upperBound, high))
        if from <= to { result.ranges.append(UInt32(Int64(from) + shift)...UInt32(Int64(to) + shift)) }
      }
    }
    return result.normalized
  }
}

/// A regular expression as a tree.
indirect enum RegexTree: Hashable, Sendable {
  enum Anchor: Hashable, Sendable { case textStart, textEnd, lineStart, lineEnd, wordBoundary, notWordBoundary }

  case empty
  case set(CharacterSet)
  case sequence([RegexTree])
  case choice([RegexTree])
  case group(RegexTree, Int)
  case anchor(Anchor)
  case repeated(RegexTree, least: Int, most: Int?, lazy: Bool)
}

/// What is wrong in a pattern.
struct RegexError: Error, Hashable {
  var message: String
}

/// Reads patterns.
struct RegexParser {
  /// The most that {n} may ask for, and how deep groups may nest.
  static let maximumRepeat = 1000
  static let maximumDepth = 100

  private let pattern: [UInt32]
  private var position = 0
  private(set) var groups = 0
  private var isCaseless = false
  private var isMultiline = false
  private var dotMatchesNewline = false
  private var depth = 0

  private init(_ pattern: [UInt32]) { self.pattern = pattern }

  /// The tree of a pattern and the number of its groups.
  static func parse(_ pattern: [UInt8]) throws(RegexError) -> (tree: RegexTree, groups: Int) {
    let vector = BytesVector([pattern])
    let scalars = withExtendedLifetime(vector) {
      UTF8Scalar.scalars(Text.read(Text.lane(.column(Column(.bytes(vector)))), 0))
    }
    var parser = RegexParser(scalars)
    let tree = try parser.choice()
    if parser.position < parser.pattern.count { throw RegexError(message: "unmatched `)` in the pattern") }
    return (tree, parser.groups)
  }

  private var peek: UInt32? { position < pattern.count ? pattern[position] : nil }

  private mutating func take(_ character: Unicode.Scalar) -> Bool {
    guard peek == character.value else { return false }
    position += 1
    return true
  }

  private mutating func choice() throws(RegexError) -> RegexTree {
    depth += 1
    defer { depth -= 1 }
    if depth > Self.maximumDepth { throw RegexError(message: "groups nest too deeply in the pattern") }
    var branches = [try sequence()]
    while take("|") { branches.append(try sequence()) }
    return branches.count == 1 ? branches[0] : .choice(branches)
  }

  private mutating func sequence() throws(RegexError) -> RegexTree {
    var items: [RegexTree] = []
    while let next = peek, next != ("|" as Unicode.Scalar).value, next != (")" as Unicode.Scalar).value {
      items.append(try quantified(try atom()))
    }
    return items.count == 1 ? items[0] : .sequence(items)
  }

  private mutating func quantified(_ atom: RegexTree) throws(RegexError) -> RegexTree {
    var least = 0
    var most: Int?
    let start = position
    if take("*") {
    } else if take("+") {
      least = 1
    } else if take("?") {
      most = 1
    } else if take("{") {
      guard let bounds = bounds() else {
        position = start
        return atom
      }
      (least, most) = bounds
      if least > Self.maximumRepeat || most ?? 0 > Self.maximumRepeat || most ?? least < least {
        throw RegexError(message: "a repetition in the pattern is out of range (at most \(Self.maximumRepeat))")
      }
    } else {
      return atom
    }
    let lazy = take("?")
    if let next = peek, next == 42 || next == 43 || next == 63 {
      throw RegexError(message: "a quantifier in the pattern repeats a quantifier")
    }
    return .repeated(atom, least: least, most: most, lazy: lazy)
  }

  /// `n}`, `n,}` or `n,m}`; nil for anything else, where the brace stands for itself.
  private mutating func bounds() -> (Int, Int?)? {
    guard let least = number() else { return nil }
    if take("}") { return (least, least) }
    guard take(",") else { return nil }
    if take("}") { return (least, nil) }
    guard let most = number(), take("}") else { return nil }
    return (least, most)
  }

  private mutating func number() -> Int? {
    var value: Int?
    while let next = peek, (48...57).contains(next) {
      value = min((value ?? 0) * 10 + Int(next - 48), 1_000_000)
      position += 1
    }
    return value
  }

  private func set(_ set: CharacterSet) -> RegexTree { .set(isCaseless ? set.caseless : set) }

  private mutating func atom() throws(RegexError) -> RegexTree {
    guard let next = peek else { return .empty }
    position += 1
    switch Unicode.Scalar(next) {
    case "(": return try group()
    case "[": return set(try bracket())
    case ".": return .set(dotMatchesNewline ? .any : .notNewline)
    case "^": return .anchor(isMultiline ? .lineStart : .textStart)
    case "$": return .anchor(isMultiline ? .lineEnd : .textEnd)
    case "\\": return try escape()
    case "*", "+", "?": throw RegexError(message: "a quantifier in the pattern has nothing to repeat")
    default: return set(.one(next))
    }
  }

  private mutating func group() throws(RegexError) -> RegexTree {
    let flags = (isCaseless, isMultiline, dotMatchesNewline)
    var index: Int?
    if take("?") {
      if take("P") || peek == ("<" as Unicode.Scalar).value {
        guard take("<") else { throw RegexError(message: "unknown group `(?P` in the pattern") }
        while let next = peek, next != (">" as Unicode.Scalar).value { position += 1 }
        guard take(">") else { throw RegexError(message: "a group's name in the pattern has no `>`") }
        groups += 1
        index = groups
      } else if try applyFlags() {
        return .empty
      }
    } else {
      groups += 1
      index = groups
    }
    let inner = try choice()
    guard take(")") else { throw RegexError(message: "a `(` in the pattern has no `)`") }
    (isCaseless, isMultiline, dotMatchesNewline) = flags
    return index.map { .group(inner, $0) } ?? inner
  }

  /// Reads `flags:` or `flags)`; true for the latter, which holds to the end of the enclosing group.
  private mutating func applyFlags() throws(RegexError) -> Bool {
    var value = true
    while let next = peek {
      position += 1
      switch Unicode.Scalar(next) {
      case "i": isCaseless = value
      case "m": isMultiline = value
      case "s": dotMatchesNewline = value
      case "-": value = false
      case ":": return false
      case ")": return true
      default: throw RegexError(message: "the pattern has a group of an unsupported kind: look-around is not supported")
      }
    }
    throw RegexError(message: "a `(` in the pattern has no `)`")
  }

  private mutating func escape() throws(RegexError) -> RegexTree {
    guard let next = peek else { throw RegexError(message: "the pattern ends in a backslash") }
    switch Unicode.Scalar(next) {
    case "b": return anchor(.wordBoundary)
    case "B": return anchor(.notWordBoundary)
    case "A": return anchor(.textStart)
    case "z": return anchor(.textEnd)
    default: return set(try escapedSet())
    }
  }

  private mutating func anchor(_ anchor: RegexTree.Anchor) -> RegexTree {
    position += 1
    return .anchor(anchor)
  }

  /// What a backslash and the next character stand for, in and out of brackets.
  private mutating func escapedSet() throws(RegexError) -> CharacterSet {
    guard let next = peek else { throw RegexError(message: "the pattern ends in a backslash") }
    position += 1
    switch Unicode.Scalar(next) {
    case "d": return .digits
    case "D": return CharacterSet.digits.inverted
    case "w": return .word
    case "W": return CharacterSet.word.inverted
    case "s": return .space
    case "S": return CharacterSet.space.inverted
    case "n": return .one(10)
    case "r": return .one(13)
    case "t": return .one(9)
    case "f": return .one(12)
    case "v": return .one(11)
    case "a": return .one(7)
    case "x": return .one(try hexadecimal())
    default:
      let isPlain = next < 128 && !CharacterSet.word.ranges.contains { $0.contains(next) }
      guard isPlain || next >= 128 || next == 95 else {
        throw RegexError(message: "unknown escape `\\\(Unicode.Scalar(next) ?? "?")` in the pattern")
      }
      return .one(next)
    }
  }

  private mutating func hexadecimal() throws(RegexError) -> UInt32 {
    let isBraced = take("{")
    var value: UInt32 = 0
    var count = 0
    while let next = peek, next < 128, let digit = JSONScanner.hex(UInt8(next)), count < (isBraced ? 6 : 2) {
      value = value << 4 | digit
      position += 1
      count += 1
    }
    guard count > 0, isBraced ? take("}") : count == 2, value <= 0x10FFFF else {
      throw RegexError(message: "a `\\x` in the pattern has no hexadecimal number")
    }
    return value
  }

  private mutating func bracket() throws(RegexError) -> CharacterSet {
    var set = CharacterSet()
    let isInverted = take("^")
    var isFirst = true
    while let next = peek, isFirst || next != 93 {
      isFirst = false
      if next == 91, let named = namedClass() {
        set.ranges += named.ranges
        continue
      }
      let low = try member()
      guard low.ranges.count == 1, let first = low.ranges.first, first.count == 1, peek == 45,
        position + 1 < pattern.count,
        pattern[position + 1] != 93
      else {
        set.ranges += low.ranges
        continue
      }
      position += 1
      let high = try member()
      guard let last = high.ranges.first, last.lowerBound >= first.lowerBound else {
        throw RegexError(message: "a range in the brackets of the pattern runs backwards")
      }
      set.ranges.append(first.lowerBound...last.upperBound)
    }
    guard take("]") else { throw RegexError(message: "a `[` in the pattern has no `]`") }
    if isCaseless { set = set.caseless }
    return isInverted ? set.inverted : set.normalized
  }

  private mutating func member() throws(RegexError) -> CharacterSet {
    if take("\\") { return peek == 98 ? one(8) : try escapedSet() }
    guard let next = peek else { throw RegexError(message: "a `[` in the pattern has no `]`") }
    return one(next)
  }

  private mutating func one(_ scalar: UInt32) -> CharacterSet {
    position += 1
    return .one(scalar)
  }

  /// `[:alpha:]` and its like.
  private mutating func namedClass() -> CharacterSet? {
    let classes: [(String, [ClosedRange<UInt32>])] = [
      ("[:alpha:]", [65...90, 97...122]), ("[:digit:]", [48...57]), ("[:alnum:]", [48...57, 65...90, 97...122]),
      ("[:upper:]", [65...90]), ("[:lower:]", [97...122]), ("[:space:]", [9...13, 32...32]),
      ("[:punct:]", [33...47, 58...64, 91...96, 123...126]), ("[:word:]", CharacterSet.word.ranges),
      ("[:xdigit:]", [48...57, 65...70, 97...102]),
    ]
    for (name, ranges) in classes {
      let scalars = name.unicodeScalars.map(\.value)
      if pattern[position...].starts(with: scalars) {
        position += scalars.count
        return CharacterSet(ranges: ranges)
      }
    }
    return nil
  }
}
