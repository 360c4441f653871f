// The binary operators and their precedence, all in one place: Pratt's method reads the table, and a test compares it
// with `Grammar/operators.txt`. Comparisons, IS, BETWEEN, LIKE and IN share one level and do not chain; BETWEEN reads
// its bounds above that level, so that its AND is its own.

enum Precedence: Int, Comparable, CaseIterable {
  case or = 1
  case and
  case not
  case comparison
  case sum
  case product
  case sign

  static func < (left: Precedence, right: Precedence) -> Bool { left.rawValue < right.rawValue }

  /// The level above: what an operand to the right of a left-associative operator needs.
  var next: Precedence { Precedence(rawValue: rawValue + 1) ?? .sign }
}

enum OperatorTable {
  struct Row {
    let precedence: Precedence
    let spellings: [String]
    let associativity: String
  }

  static let rows: [Row] = [
    Row(precedence: .or, spellings: ["OR"], associativity: "left"),
    Row(precedence: .and, spellings: ["AND"], associativity: "left"),
    Row(precedence: .not, spellings: ["NOT"], associativity: "prefix"),
    Row(
      precedence: .comparison,
      spellings: ["=", "<>", "!=", "<", "<=", ">", ">=", "IS", "BETWEEN", "LIKE", "IN"], associativity: "none"),
    Row(precedence: .sum, spellings: ["+", "-", "||"], associativity: "left"),
    Row(precedence: .product, spellings: ["*", "/", "%"], associativity: "left"),
    Row(precedence: .sign, spellings: ["-", "+"], associativity: "prefix"),
  ]

  /// The left-associative and comparison operators that are one token.
  static func binary(_ token: Token) -> (operator: BinaryOperator, precedence: Precedence)? {
    switch token.kind {
    case .symbol(let symbol): return binary(symbol)
    case .word where token.keyword == .or: return (.or, .or)
    case .word where token.keyword == .and: return (.and, .and)
    case .word, .quotedName, .integer, .decimal, .string, .hint, .endOfFile: return nil
    }
  }

  private static func binary(_ symbol: Symbol) -> (operator: BinaryOperator, precedence: Precedence)? {
    let operators: [Symbol: (BinaryOperator, Precedence)] = [
      .equal: (.equal, .comparison), .doubleEqual: (.equal, .comparison), .notEqual: (.notEqual, .comparison),
      .bangEqual: (.notEqual, .comparison), .less: (.less, .comparison), .lessOrEqual: (.lessOrEqual, .comparison),
      .greater: (.greater, .comparison), .greaterOrEqual: (.greaterOrEqual, .comparison), .plus: (.add, .sum),
      .minus: (.subtract, .sum), .concatenate: (.concatenate, .sum), .star: (.multiply, .product),
      .slash: (.divide, .product), .percent: (.remainder, .product),
    ]
    return operators[symbol].map { ($0.0, $0.1) }
  }
}
