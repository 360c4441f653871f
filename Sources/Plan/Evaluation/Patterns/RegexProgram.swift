// A regular expression as instructions over code points. In: a tree. Out: a flat program and the bytes with which a
// match can begin. Repetitions are unrolled, so programs are limited in size.

import Values

/// One instruction. Trivial, so that the matcher reads it from plain memory.
struct RegexInstruction: BitwiseCopyable {
  enum Operation: UInt8 {
    /// One byte, `argument`, then `next`.
    case byte
    /// A code point of the set number `argument`, then `next`.
    case set
    /// `next`, and if that fails `alternative`.
    case split
    /// Notes the position in slot `argument`.
    case save
    /// The condition number `argument`.
    case anchor
    case match
  }

  var operation: Operation
  var argument: Int32 = 0
  var next: Int32 = 0
  var alternative: Int32 = 0
  /// Whether more than one way leads here, or away: where the matcher notes what it has tried. Everything else is on
  /// one way only, and so tried no more often than where that way begins.
  var isJoin = false
}

/// A character set as two words for ASCII and a run of ranges for the rest.
struct RegexSet: BitwiseCopyable {
  var low: UInt64 = 0
  var high: UInt64 = 0
  var start: Int32 = 0
  var end: Int32 = 0
}

/// A compiled pattern.
final class RegexProgram: Sendable {
  static let maximumSize = 20_000

  let instructions: Vector<RegexInstruction>
  let sets: Vector<RegexSet>
  /// Lower and upper bounds, in turn.
  let ranges: Vector<UInt32>
  let groups: Int
  /// For each byte whether a match can begin with it; nil when a match can be empty.
  let firstBytes: Vector<Bool>?
  /// Whether a match can only begin at the start of the text.
  let isAnchored: Bool

  /// Compiles `pattern`, or says what is wrong in it.
  init(_ pattern: [UInt8]) throws(RegexError) {
    let (tree, groups) = try RegexParser.parse(pattern)
    var compiler = RegexCompiler()
    try compiler.compile(.group(tree, 0))
    compiler.instructions.append(RegexInstruction(operation: .match))
    compiler.link()
    instructions = Vector(compiler.instructions)
    sets = Vector(compiler.sets)
    ranges = Vector(compiler.ranges)
    self.groups = groups
    firstBytes = compiler.firstBytes()
    isAnchored = compiler.startsAnchored()
  }
}

/// Turns trees into instructions.
private struct RegexCompiler {
  var instructions: [RegexInstruction] = []
  var sets: [RegexSet] = []
  var ranges: [UInt32] = []
  private var knownSets: [CharacterSet: Int32] = [:]

  private var here: Int32 { Int32(truncatingIfNeeded: instructions.count) }

  mutating func compile(_ tree: RegexTree) throws(RegexError) {
    if instructions.count > RegexProgram.maximumSize {
      throw RegexError(message: "the pattern is too large: its repetitions multiply")
    }
    switch tree {
    case .empty: break
    case .set(let set): emit(set)
    case .sequence(let items): for item in items { try compile(item) }
    case .choice(let branches): try choice(branches)
    case .group(let inner, let index):
      step(.save, Int32(truncatingIfNeeded: index * 2))
      try compile(inner)
      step(.save, Int32(truncatingIfNeeded: index * 2 + 1))
    case .anchor(let anchor): step(.anchor, anchor.number)
    case .repeated(let inner, let least, let most, let lazy): try repeated(inner, least, most, lazy)
    }
  }

  /// An instruction that goes on with the one behind it.
  private mutating func step(_ operation: RegexInstruction.Operation, _ argument: Int32) {
    instructions.append(RegexInstruction(operation: operation, argument: argument, next: here + 1))
  }

  private mutating func emit(_ set: CharacterSet) {
    let normal = set.normalized
    if normal.ranges.count == 1, let range = normal.ranges.first, range.count == 1, range.lowerBound < 128 {
      return step(.byte, Int32(range.lowerBound))
    }
    if let known = knownSets[normal] { return step(.set, known) }
    var bits = RegexSet()
    for scalar in UInt32(0)..<128 where normal.ranges.contains(where: { $0.contains(scalar) }) {
      if scalar < 64 { bits.low |= 1 << UInt64(scalar) } else { bits.high |= 1 << UInt64(scalar - 64) }
    }
    bits.start = Int32(truncatingIfNeeded: ranges.count / 2)
    for range in normal.ranges where range.upperBound >= 128 {
      ranges += [max(range.lowerBound, 128), range.upperBound]
    }
    bits.end = Int32(truncatingIfNeeded: ranges.count / 2)
    sets.append(bits)
    knownSets[normal] = Int32(truncatingIfNeeded: sets.count - 1)
    step(.set, Int32(truncatingIfNeeded: sets.count - 1))
  }

  private mutating func choice(_ branches: [RegexTree]) throws(RegexError) {
    var ends: [Int] = []
    for (index, branch) in branches.enumerated() {
      if index == branches.count - 1 {
        try compile(branch)
        break
      }
      let split = instructions.count
      instructions.append(RegexInstruction(operation: .split, next: here + 1))
      try compile(branch)
      ends.append(instructions.count)
      // A jump: a split whose second way is never better than its first.
      instructions.append(RegexInstruction(operation: .split))
      instructions[split].alternative = here
    }
    for end in ends {
      instructions[end].next = here
      instructions[end].alternative = -1
    }
  }

  private mutating func repeated(_ inner: RegexTree, _ least: Int, _ most: Int?, _ lazy: Bool) throws(RegexError) {
    for _ in 0..<least { try compile(inner) }
    guard let most else {
      let loop = split()
      try compile(inner)
      instructions.append(RegexInstruction(operation: .split, next: Int32(truncatingIfNeeded: loop), alternative: -1))
      close(loop, lazy)
      return
    }
    var splits: [Int] = []
    for _ in 0..<max(most - least, 0) {
      splits.append(split())
      try compile(inner)
    }
    for split in splits { close(split, lazy) }
  }

  private mutating func split() -> Int {
    instructions.append(RegexInstruction(operation: .split, next: here + 1))
    return instructions.count - 1
  }

  /// Makes the way out of a repetition lead here.
  private mutating func close(_ split: Int, _ lazy: Bool) {
    instructions[split].alternative = here
    if lazy {
      instructions[split].alternative = instructions[split].next
      instructions[split].next = here
    }
  }

  /// Makes every instruction lead past jumps, and finds the joins.
  mutating func link() {
    func target(_ index: Int32) -> Int32 {
      var index = index
      var left = instructions.count
      while left > 0, instructions[Int(index)].operation == .split, instructions[Int(index)].alternative < 0 {
        index = instructions[Int(index)].next
        left -= 1
      }
      return index
    }
    var entries = [Int](repeating: 0, count: instructions.count)
    for index in instructions.indices where instructions[index].operation != .match {
      instructions[index].next = target(instructions[index].next)
      entries[Int(instructions[index].next)] += 1
      guard instructions[index].operation == .split, instructions[index].alternative >= 0 else { continue }
      instructions[index].alternative = target(instructions[index].alternative)
      entries[Int(instructions[index].alternative)] += 1
    }
    for index in instructions.indices {
      instructions[index].isJoin = entries[index] > 1 || instructions[index].operation == .split
    }
  }

  /// The bytes with which a match begins; nil when one can begin without a byte.
  func firstBytes() -> Vector<Bool>? {
    var first = [Bool](repeating: false, count: 256)
    var seen = Set<Int32>()
    var open: [Int32] = [0]
    while let index = open.popLast() {
      if !seen.insert(index).inserted { continue }
      let instruction = instructions[Int(index)]
      switch instruction.operation {
      case .match: return nil
      case .byte: first[Int(instruction.argument)] = true
      case .set:
        let set = sets[Int(instruction.argument)]
        for byte in 0..<64 where set.low >> UInt64(byte) & 1 == 1 { first[byte] = true }
        for byte in 0..<64 where set.high >> UInt64(byte) & 1 == 1 { first[byte + 64] = true }
        if set.end > set.start { for byte in 128..<256 { first[byte] = true } }
      case .split:
        open.append(instruction.next)
        if instruction.alternative >= 0 { open.append(instruction.alternative) }
      case .save, .anchor: open.append(instruction.next)
      }
    }
    return first.contains(false) ? Vector(first) : nil
  }

  /// Whether every way into the program passes the start of the text.
  func startsAnchored() -> Bool {
    var index = 0
    while instructions[index].operation == .save { index = Int(instructions[index].next) }
    return instructions[index].operation == .anchor
      && instructions[index].argument == RegexTree.Anchor.textStart.number
  }
}

extension RegexTree.Anchor {
  var number: Int32 {
    switch self {
    case .textStart: 0
    case .textEnd: 1
    case .lineStart: 2
    case .lineEnd: 3
    case .wordBoundary: 4
    case .notWordBoundary: 5
    }
  }
}
