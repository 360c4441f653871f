// Random sentences of the grammar. Names are drawn from words that are no keywords, so that no contextual keyword can
// change the meaning; below a depth only the shortest choices are taken, so that every sentence ends.

struct SentenceGenerator {
  private let grammar: GrammarFile
  /// The least depth at which each production can end.
  private let heights: [String: Int]
  private var random: SeededRandom
  private var budget = 0

  init(_ grammar: GrammarFile) {
    self.grammar = grammar
    heights = Self.heights(of: grammar)
    random = SeededRandom(seed: 0)
  }

  /// One sentence of a production; the same for the same seed.
  mutating func sentence(_ production: String, depth: Int, seed: Int) -> String {
    random = SeededRandom(seed: seed)
    var words: [String] = []
    budget = 400
    generate(.reference(production), depth: depth, into: &words)
    return words.joined(separator: " ")
  }

  private mutating func generate(_ node: EBNF, depth: Int, into words: inout [String]) {
    let isShort = depth <= 0 || words.count > budget
    switch node {
    case .word(let word): words.append(spelled(word))
    case .reference(let name):
      if let terminal = terminal(name) {
        words.append(terminal)
      } else if let production = grammar.productions[name] {
        generate(production, depth: depth - 1, into: &words)
      }
    case .sequence(let parts): for part in parts { generate(part, depth: depth, into: &words) }
    case .choice(let choices):
      let least = choices.map(height).min() ?? 0
      let usable = choices.filter { !isShort || height($0) == least }
      if let choice = usable.randomElement(using: &random) { generate(choice, depth: depth, into: &words) }
    case .optional(let inner):
      if !isShort, Bool.random(using: &random) { generate(inner, depth: depth, into: &words) }
    case .zeroOrMore(let inner): repeated(inner, least: 0, isShort: isShort, depth: depth, into: &words)
    case .oneOrMore(let inner): repeated(inner, least: 1, isShort: isShort, depth: depth, into: &words)
    }
  }

  private mutating func repeated(
    _ node: EBNF, least: Int, isShort: Bool, depth: Int, into words: inout [String]
  ) {
    let count = isShort ? least : Int.random(in: least...2, using: &random)
    for _ in 0..<count { generate(node, depth: depth, into: &words) }
  }

  /// Keywords in any case.
  private mutating func spelled(_ word: String) -> String {
    Int.random(in: 0..<6, using: &random) == 0 ? word.lowercased() : word
  }

  private mutating func terminal(_ name: String) -> String? {
    let pool: [String]
    switch name {
    case "IDENT": pool = ["a", "b", "price", "bid_1", "Größe", "x", "`order`", "`a b`", "`x``y`", "SECONDS", "JSON"]
    case "INT": pool = ["0", "1", "42", "1000000"]
    case "DECIMAL": pool = ["1.5", ".25", "1e3", "2.5E-7", "3."]
    case "STRING": pool = ["'x'", "''", "'it''s'", "'-- no comment'", "'ü 漢'", "'two\nlines'"]
    case "HINT": pool = ["/*+ broadcast */", "/*+ */"]
    default: return nil
    }
    return pool.randomElement(using: &random)
  }

  // MARK: Heights

  private func height(_ node: EBNF) -> Int { Self.height(node, heights) }

  private static func heights(of grammar: GrammarFile) -> [String: Int] {
    var heights: [String: Int] = [:]
    var hasChanged = true
    while hasChanged {
      hasChanged = false
      for (name, production) in grammar.productions {
        let height = height(production, heights) + 1
        if height < heights[name, default: 1_000_000] {
          heights[name] = height
          hasChanged = true
        }
      }
    }
    return heights
  }

  private static func height(_ node: EBNF, _ heights: [String: Int]) -> Int {
    switch node {
    case .word: 0
    case .reference(let name): name == name.uppercased() ? 0 : heights[name, default: 500_000]
    case .sequence(let parts): parts.map { height($0, heights) }.max() ?? 0
    case .choice(let choices): choices.map { height($0, heights) }.min() ?? 0
    case .optional, .zeroOrMore: 0
    case .oneOrMore(let inner): height(inner, heights)
    }
  }
}
