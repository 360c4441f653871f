// Runs a compiled pattern over texts. In: a program and a text. Out: the leftmost match, the first in order of
// preference, with its groups. Time and memory are at most proportional to program times text: backtracking that never
// visits the same instruction at the same position twice (the bit-state matcher of RE2); texts that would need too many
// bits go through a list of threads instead (Pike 1987; Cox 2009).

import Values

/// The working memory of a matcher: one for each batch, never shared.
final class RegexMatcher {
  private static let maximumBits = 1 << 23

  let program: RegexProgram
  /// Start and end of each group of the last match, -1 for a group that took no part.
  let slots: UnsafeMutablePointer<Int>
  private let slotCount: Int
  private let code: UnsafePointer<RegexInstruction>
  private let count: Int
  private let firstBytes: UnsafePointer<Bool>?
  private let sets: UnsafePointer<RegexSet>
  @exclusivity(unchecked) private var visited: UnsafeMutablePointer<UInt64>
  @exclusivity(unchecked) private var visitedRoom = 64
  @exclusivity(unchecked) private var stack: UnsafeMutablePointer<Job>
  @exclusivity(unchecked) private var stackRoom = 256
  @exclusivity(unchecked) private var depth = 0

  /// An instruction to try at a position; a negative instruction restores slot ~instruction to the position.
  private struct Job: BitwiseCopyable {
    var instruction: Int32
    var position: Int
  }

  init(_ program: RegexProgram) {
    self.program = program
    slotCount = (program.groups + 1) * 2
    slots = .allocate(capacity: slotCount)
    slots.initialize(repeating: -1, count: slotCount)
    code = UnsafePointer(program.instructions.base)
    count = program.instructions.count
    sets = UnsafePointer(program.sets.base)
    firstBytes = program.firstBytes.map { UnsafePointer($0.base) }
    visited = .allocate(capacity: visitedRoom)
    stack = .allocate(capacity: stackRoom)
  }

  deinit {
    slots.deallocate()
    visited.deallocate()
    stack.deallocate()
  }

  /// The part of `text` that a group of the last match took; nil when it took none.
  func group(_ index: Int, of text: Text) -> Text? {
    let (start, end) = (slots[index * 2], slots[index * 2 + 1])
    return start >= 0 && end >= start ? text.part(start, end) : nil
  }

  /// Finds the leftmost match at or behind `start`; its groups are in `slots`.
  func find(_ text: Text, from start: Int = 0) -> Bool {
    let bits = (text.count &- start &+ 1) &* count
    if bits > Self.maximumBits { return ThreadListMatcher(program).find(text, from: start, slots) }
    clear(bits)
    var position = start
    let last = program.isAnchored ? 0 : text.count
    while position <= last {
      if let flags = firstBytes {
        while position < text.count && !flags[Int(text[position])] { position &+= 1 }
        if position >= text.count || position > last { return false }
      }
      if run(text, at: position, origin: start) { return true }
      position &+= 1
      while position < text.count && !UTF8Scalar.isStart(text[position]) { position &+= 1 }
    }
    return false
  }

  private func clear(_ bits: Int) {
    let words = bits / 64 &+ 1
    if words > visitedRoom {
      visited.deallocate()
      visitedRoom = words &* 2
      visited = .allocate(capacity: visitedRoom)
    }
    visited.update(repeating: 0, count: words)
  }

  @inline(__always)
  private func push(_ instruction: Int32, _ position: Int) {
    if depth == stackRoom { growStack() }
    stack[depth] = Job(instruction: instruction, position: position)
    depth &+= 1
  }

  private func growStack() {
    let larger = UnsafeMutablePointer<Job>.allocate(capacity: stackRoom * 2)
    larger.update(from: stack, count: depth)
    stack.deallocate()
    stack = larger
    stackRoom *= 2
  }

  /// Tries the program at one position.
  private func run(_ text: Text, at start: Int, origin: Int) -> Bool {
    for slot in 0..<slotCount { slots[slot] = -1 }
    depth = 0
    push(0, start)
    while depth > 0 {
      depth &-= 1
      let job = stack[depth]
      if job.instruction < 0 {
        slots[Int(~job.instruction)] = job.position
        continue
      }
      if follow(Int(job.instruction), job.position, text, origin) { return true }
    }
    return false
  }

  /// Follows one thread until it fails or matches; leaves its alternatives on the stack.
  @inline(__always)
  private func follow(_ first: Int, _ start: Int, _ text: Text, _ origin: Int) -> Bool {
    var index = first
    var position = start
    while true {
      let instruction = code[index]
      if instruction.isJoin {
        let bit = (position &- origin) &* count &+ index
        let mask = UInt64(1) &<< UInt64(truncatingIfNeeded: bit & 63)
        if visited[bit &>> 6] & mask != 0 { return false }
        visited[bit &>> 6] |= mask
      }
      switch instruction.operation {
      case .byte:
        guard position < text.count, Int32(text[position]) == instruction.argument else { return false }
        position &+= 1
      case .set:
        let length = RegexStep.take(sets, program, instruction.argument, text, position)
        if length == 0 { return false }
        position &+= length
      case .split:
        if instruction.alternative >= 0 { push(instruction.alternative, position) }
      case .save:
        let slot = Int(instruction.argument)
        push(~instruction.argument, slots[slot])
        slots[slot] = position
      case .anchor:
        if !RegexStep.holds(instruction.argument, text, position) { return false }
      case .match: return true
      }
      index = Int(instruction.next)
    }
  }
}

/// The steps that both matchers share.
enum RegexStep {
  /// The bytes of the code point at `position` if the set has it, or 0.
  @inline(__always)
  static func take(
    _ sets: UnsafePointer<RegexSet>, _ program: RegexProgram, _ number: Int32, _ text: Text, _ position: Int
  ) -> Int {
    guard position < text.count else { return 0 }
    let set = sets[Int(number)]
    let byte = text[position]
    if byte < 128 {
      let word = byte < 64 ? set.low : set.high
      return word &>> UInt64(byte & 63) & 1 == 1 ? 1 : 0
    }
    return takeWide(program, set, text, position)
  }

  private static func takeWide(_ program: RegexProgram, _ set: RegexSet, _ text: Text, _ position: Int) -> Int {
    let (scalar, length) = UTF8Scalar.decode(text, at: position)
    for range in Int(set.start)..<Int(set.end)
    where scalar >= program.ranges.base[range * 2] && scalar <= program.ranges.base[range * 2 + 1] {
      return length
    }
    return 0
  }

  /// Whether an anchor holds at a position.
  static func holds(_ anchor: Int32, _ text: Text, _ position: Int) -> Bool {
    switch anchor {
    case 0: position == 0
    case 1: position == text.count
    case 2: position == 0 || text[position &- 1] == 10
    case 3: position == text.count || text[position] == 10
    case 4: isWord(text, position &- 1) != isWord(text, position)
    default: isWord(text, position &- 1) == isWord(text, position)
    }
  }

  private static func isWord(_ text: Text, _ position: Int) -> Bool {
    guard position >= 0, position < text.count else { return false }
    let byte = text[position]
    return (48...57).contains(byte) || (65...90).contains(byte & 0xDF) || byte == 95
  }
}

/// Matches with all threads side by side: memory does not grow with the text.
struct ThreadListMatcher {
  private struct Thread {
    var instruction: Int
    var slots: [Int]
  }

  private let program: RegexProgram

  init(_ program: RegexProgram) { self.program = program }

  func find(_ text: Text, from start: Int, _ result: UnsafeMutablePointer<Int>) -> Bool {
    let slotCount = (program.groups + 1) * 2
    var current: [Thread] = []
    var best: [Int]?
    var position = start
    // Threads wait where the code point they took ends: at most three bytes ahead of the others.
    var waiting: [Int: [Thread]] = [:]
    while position <= text.count {
      current = waiting.removeValue(forKey: position) ?? []
      let isStart = position == text.count || UTF8Scalar.isStart(text[position]) || position == start
      var seen = Set<Int>()
      var ready: [Thread] = []
      for thread in current { add(thread, text, position, &seen, &ready) }
      if best == nil && isStart && (!program.isAnchored || position == 0) {
        add(Thread(instruction: 0, slots: Array(repeating: -1, count: slotCount)), text, position, &seen, &ready)
      }
      if ready.isEmpty && best != nil && waiting.isEmpty { break }
      for thread in ready {
        let instruction = program.instructions[thread.instruction]
        if instruction.operation == .match {
          best = thread.slots
          break
        }
        let length =
          instruction.operation == .byte
          ? (position < text.count && Int32(text[position]) == instruction.argument ? 1 : 0)
          : RegexStep.take(UnsafePointer(program.sets.base), program, instruction.argument, text, position)
        if length > 0 {
          waiting[position + length, default: []].append(
            Thread(instruction: Int(instruction.next), slots: thread.slots))
        }
      }
      position += 1
    }
    guard let best else { return false }
    for (slot, value) in best.enumerated() { result[slot] = value }
    return true
  }

  /// Follows a thread to the instructions that take a code point, or match, in order of preference.
  private func add(_ thread: Thread, _ text: Text, _ position: Int, _ seen: inout Set<Int>, _ ready: inout [Thread]) {
    var open = [thread]
    while var next = open.popLast() {
      if !seen.insert(next.instruction).inserted { continue }
      let instruction = program.instructions[next.instruction]
      switch instruction.operation {
      case .byte, .set, .match: ready.append(next)
      case .split:
        if instruction.alternative >= 0 {
          open.append(Thread(instruction: Int(instruction.alternative), slots: next.slots))
        }
        next.instruction = Int(instruction.next)
        open.append(next)
      case .save:
        next.slots[Int(instruction.argument)] = position
        next.instruction = Int(instruction.next)
        open.append(next)
      case .anchor where RegexStep.holds(instruction.argument, text, position):
        next.instruction = Int(instruction.next)
        open.append(next)
      case .anchor: break
      }
    }
  }
}
