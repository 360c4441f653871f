// LIKE and regular expressions against small matchers that are obviously right, on random patterns and texts.

import Testing
import Values

@testable import Plan

/// LIKE by definition.
private func naiveLike(_ text: ArraySlice<Character>, _ pattern: ArraySlice<Character>) -> Bool {
  guard let first = pattern.first else { return text.isEmpty }
  let rest = pattern.dropFirst()
  if first == "%" { return (text.startIndex...text.endIndex).contains { naiveLike(text[$0...], rest) } }
  if first == "\\" {
    return rest.first.map { text.first == $0 && naiveLike(text.dropFirst(), rest.dropFirst()) } ?? false
  }
  return !text.isEmpty && (first == "_" || text.first == first) && naiveLike(text.dropFirst(), rest)
}

/// A backtracking matcher over the tree: continuations, in order of preference.
private struct NaiveRegex {
  let text: [UInt32]

  typealias State = (position: Int, groups: [Int: Range<Int>])

  func match(_ tree: RegexTree, _ state: State, _ then: (State) -> State?) -> State? {
    switch tree {
    case .empty: return then(state)
    case .set(let set):
      guard state.position < text.count, set.ranges.contains(where: { $0.contains(text[state.position]) }) else {
        return nil
      }
      return then((state.position + 1, state.groups))
    case .sequence(let items): return sequence(items[...], state, then)
    case .choice(let branches):
      for branch in branches { if let found = match(branch, state, then) { return found } }
      return nil
    case .group(let inner, let index):
      return match(inner, state) { end in
        var groups = end.groups
        groups[index] = state.position..<end.position
        return then((end.position, groups))
      }
    case .anchor(let anchor): return holds(anchor, state.position) ? then(state) : nil
    case .repeated(let inner, let least, let most, let lazy):
      return repeated(inner, least, most, lazy, state, then)
    }
  }

  private func sequence(_ items: ArraySlice<RegexTree>, _ state: State, _ then: (State) -> State?) -> State? {
    guard let first = items.first else { return then(state) }
    return match(first, state) { sequence(items.dropFirst(), $0, then) }
  }

  private func repeated(
    _ inner: RegexTree, _ least: Int, _ most: Int?, _ lazy: Bool, _ state: State, _ then: (State) -> State?
  ) -> State? {
    func again() -> State? {
      if most == 0 { return nil }
      return match(inner, state) { end in
        // A round that takes nothing would go on for ever.
        if end.position == state.position && least <= 0 { return nil }
        return repeated(inner, max(least - 1, 0), most.map { $0 - 1 }, lazy, end, then)
      }
    }
    if least > 0 { return again() }
    return lazy ? then(state) ?? again() : again() ?? then(state)
  }

  private func holds(_ anchor: RegexTree.Anchor, _ position: Int) -> Bool {
    func isWord(_ index: Int) -> Bool {
      text.indices.contains(index) && CharacterSet.word.ranges.contains { $0.contains(text[index]) }
    }
    switch anchor {
    case .textStart: return position == 0
    case .textEnd: return position == text.count
    case .lineStart: return position == 0 || text[position - 1] == 10
    case .lineEnd: return position == text.count || text[position] == 10
    case .wordBoundary: return isWord(position - 1) != isWord(position)
    case .notWordBoundary: return isWord(position - 1) == isWord(position)
    }
  }

  func find(_ tree: RegexTree) -> (Range<Int>, [Int: Range<Int>])? {
    for start in 0...text.count {
      if let end = match(tree, (start, [:]), { $0 }) { return (start..<end.position, end.groups) }
    }
    return nil
  }
}

extension RegexTree {
  /// Whether it can match without taking a character.
  fileprivate var canBeEmpty: Bool {
    switch self {
    case .empty, .anchor: true
    case .set: false
    case .sequence(let items): items.allSatisfy(\.canBeEmpty)
    case .choice(let branches): branches.contains(where: \.canBeEmpty)
    case .group(let inner, _): inner.canBeEmpty
    case .repeated(let inner, let least, _, _): least == 0 || inner.canBeEmpty
    }
  }

  /// Whether a repetition has rounds that take nothing. Engines differ in what comes after such a round, though not in
  /// whether there is a match.
  fileprivate var hasEmptyRounds: Bool {
    switch self {
    case .empty, .anchor, .set: false
    case .sequence(let items), .choice(let items): items.contains(where: \.hasEmptyRounds)
    case .group(let inner, _): inner.hasEmptyRounds
    case .repeated(let inner, _, _, _): inner.canBeEmpty || inner.hasEmptyRounds
    }
  }
}

@Suite("Patterns")
struct PatternTests {
  static func withText<R>(_ string: String, _ body: (Text) -> R) -> R {
    let lane = Text.lane(.scalar(.string(string)))
    return withExtendedLifetime(lane) { body(Text.read(lane, 0)) }
  }

  @Test("LIKE agrees with its definition")
  func like() throws {
    var draws = Draws(seed: 1)
    for _ in 0..<5000 {
      let pattern = (0..<draws.below(6)).map { _ in draws.pick(["%", "_", "a", "b", "ö", "\\_", "\\%"]) }.joined()
      let string = (0..<draws.below(7)).map { _ in draws.pick(["a", "b", "ö", "_", "%"]) }.joined()
      let like = try #require(LikePattern(Array(pattern.utf8), escape: UInt8(ascii: "\\")))
      let expected = naiveLike(Array(string)[...], Array(pattern)[...])
      #expect(Self.withText(string) { like.matches($0) } == expected, "'\(string)' LIKE '\(pattern)'")
      let called = call("LIKE", column(0, .text), text(pattern))
      #expect(outcomes(called, [Column([.string(string)], type: .text)], count: 1) == [.value(.bool(expected))])
    }
  }

  static func randomPattern(_ draws: inout Draws, _ depth: Int) -> String {
    let atom: String
    switch draws.below(depth > 2 ? 7 : 10) {
    case 0, 1, 2: atom = draws.pick(["a", "b", "c", "ö"])
    case 3: atom = draws.pick([".", "[ab]", "[^a]", "\\w", "[a-cö]"])
    case 4: atom = draws.pick(["^", "$", "\\b", "\\B"])
    case 5, 6: atom = "ab"
    case 7: atom = "(" + randomPattern(&draws, depth + 1) + ")"
    case 8: atom = "(?:" + randomPattern(&draws, depth + 1) + "|" + randomPattern(&draws, depth + 1) + ")"
    default: atom = randomPattern(&draws, depth + 1) + randomPattern(&draws, depth + 1)
    }
    if ["^", "$", "\\b", "\\B"].contains(atom) || draws.below(3) > 0 { return atom }
    return "(?:\(atom))" + draws.pick(["*", "+", "?", "*?", "+?", "??", "{1,2}", "{2}"])
  }

  @Test("the matcher finds what a backtracking reference finds, groups too")
  func regex() throws {
    var draws = Draws(seed: 3)
    for _ in 0..<3000 {
      let pattern = Self.randomPattern(&draws, 0)
      let string = (0..<draws.below(8)).map { _ in draws.pick(["a", "b", "c", "ö", " "]) }.joined()
      let (tree, groups) = try RegexParser.parse(Array(pattern.utf8))
      let program = try RegexProgram(Array(pattern.utf8))
      let matcher = RegexMatcher(program)
      let reference = NaiveRegex(text: string.unicodeScalars.map(\.value)).find(tree)
      Self.withText(string) { text in
        let found = matcher.find(text)
        #expect(found == (reference != nil), "\(pattern) in '\(string)'")
        guard found, let reference, !tree.hasEmptyRounds else { return }
        let range = UTF8Scalar.count(text.part(0, matcher.slots[0]))..<UTF8Scalar.count(text.part(0, matcher.slots[1]))
        #expect(range == reference.0, "\(pattern) in '\(string)'")
        let slots = UnsafeMutablePointer<Int>.allocate(capacity: (groups + 1) * 2)
        defer { slots.deallocate() }
        #expect(ThreadListMatcher(program).find(text, from: 0, slots))
        for slot in 0..<2 { #expect(slots[slot] == matcher.slots[slot], "threads: \(pattern) in '\(string)'") }
      }
    }
  }

  @Test("extraction by group, whole match and position")
  func extraction() {
    let url = text("https://x.com/?a=1&channel_id=42&b=2")
    let pattern = text("(&|^)channel_id=([^&]*)")
    #expect(show(call("REGEXP_EXTRACT", url, pattern, int(2))) == "42")
    #expect(show(call("REGEXP_EXTRACT", url, pattern, int(0))) == "&channel_id=42")
    #expect(show(call("REGEXP_EXTRACT", url, text("nothing"))) == "NULL")
    #expect(show(call("REGEXP_EXTRACT", text("ab12"), text("[a-z]+([0-9]+)"))) == "12")
    #expect(show(call("REGEXP_REPLACE", text("a1b22"), text("([0-9]+)"), text("<\\1>"))) == "a<1>b<22>")
    #expect(show(call("REGEXP_REPLACE", text("äö"), text(""), text("-"))) == "-ä-ö-")
    #expect(show(call("REGEXP_CONTAINS", text("STREAM"), text("(?i)tre"))) == "true")
    #expect(show(call("REGEXP_INSTR", text("öö1"), text("[0-9]"))) == "3")
  }

  @Test(
    "a pattern that is wrong is refused before it runs",
    arguments: ["(", ")", "[a", "a{2,1}", "*", "a**", "\\", "(?=a)", "a{1001}", "(?<n", "\\q", "[b-a]"])
  func invalid(pattern: String) {
    let result = FunctionLibrary.scalar.makeCall("REGEXP_CONTAINS", [column(0, .text), text(pattern)])
    guard case .failure(.invalidConstant(_, let argument, let message)) = result else {
      Issue.record("\(pattern) was accepted")
      return
    }
    #expect(argument == 1)
    #expect(!message.isEmpty)
  }

  @Test("patterns that come with the rows fail their rows only")
  func variablePatterns() {
    let columns = [
      Column([.string("a"), .string("a"), .string("b")], type: .text),
      Column([.string("a"), .string("("), .string("[^b]")], type: .text),
    ]
    let results = outcomes(call("REGEXP_CONTAINS", column(0, .text), column(1, .text)), columns, count: 3)
    #expect(results == [.value(.bool(true)), .failure(.invalidArgument), .value(.bool(false))])
  }

  @Test("random bytes as patterns are refused or run, never trap")
  func fuzz() {
    var draws = Draws(seed: 9)
    let letters = Array("ab()[]{}*+?|^$\\.,-:<>Pim01wdsbx".utf8)
    for _ in 0..<20_000 {
      let pattern = (0..<draws.below(12)).map { _ in
        draws.below(20) == 0 ? UInt8(draws.below(256)) : draws.pick(letters)
      }
      guard let program = try? RegexProgram(pattern) else { continue }
      Self.withText("aab(b)1 x") { _ = RegexMatcher(program).find($0) }
    }
  }
}
