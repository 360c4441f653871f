// Going on after a mistake. `|>` at the same depth is the best place to start again: it begins an operator and cannot
// be anything else. Here are the skipping rules and what is said of tokens that cannot follow a whole operator or
// query.

extension Parser {
  /// Passes over tokens up to the next `|>` or closing bracket where only `brackets` are open, the next `;`, the end of
  /// the text, or a place that `stops` names. A `|>` on which a production failed is where the user meant to go on,
  /// with whatever is open then forgotten to be closed.
  func skip(outOf brackets: Int, to stops: () -> Bool = { false }) {
    if at(.pipe) { openBrackets = brackets }
    while !atEnd, !at(.semicolon) {
      if openBrackets <= brackets {
        if at(.pipe) || at(.rightParenthesis) || at(.rightBracket) || stops() { return }
      }
      advance()
    }
    openBrackets = brackets
  }

  /// Where a query can end: the end of the text, `;`, `)`, or the clause of the INSERT around it.
  private var atQueryEnd: Bool {
    atEnd || at(.semicolon) || at(.rightParenthesis) || (at(.on) && at(.conflict, ahead: 1))
  }

  /// pipeOp ::= '|>' HINT? pipeBody
  ///
  /// All operators that follow. Never fails: an operator that does not parse becomes an `error` node.
  func parsePipeOperators(after body: QueryBody? = nil) -> [PipeOperator] {
    var operators: [PipeOperator] = []
    // Each turn reads at least one token: a `|>`, or the keyword of an operator whose `|>` is missing.
    while true {
      if at(.pipe) {
        operators.append(parsePipeOperator())
      } else if atQueryEnd {
        return operators
      } else if startsStatementOnNewLine {
        // The end of this statement reports the missing semicolon.
        return operators
      } else if operators.isEmpty, let body, body.isSelect, at(anyOf: Self.lateClauses) {
        _ = report(SyntaxMessages.lateClause(current))
        advance()
        skip(outOf: openBrackets)
      } else if startsOperatorWithoutPipe {
        note(SyntaxMessages.missingPipe(before: current))
        operators.append(parsePipeOperator())
      } else {
        // The failure is reported; the node that is already there stays good.
        _ = report(SyntaxMessages.unexpectedAfterQueryPart(current, previous: index > 0 ? tokens[index - 1] : current))
        let before = index
        skip(outOf: openBrackets)
        if index == before { return operators }
      }
    }
  }

  /// Words that begin a pipe operator and can follow a finished query only if `|>` was forgotten.
  private var startsOperatorWithoutPipe: Bool {
    guard let keyword = current.keyword else { return false }
    return keyword != .with && PipeKeywords.starting.contains(keyword)
  }

  private static let lateClauses: Set<Keyword> = [.from, .where, .group, .having, .window, .qualify]

  /// CREATE and INSERT begin statements as well as operators. On a line of its own CREATE is taken for a statement, and
  /// INSERT when a query follows its target.
  private var startsStatementOnNewLine: Bool {
    guard current.isFirstOnLine, openBrackets == 0 else { return false }
    if at(.create) { return true }
    guard at(.insert), at(.into, ahead: 1) else { return false }
    var distance = 3
    while at(.dot, ahead: distance) { distance += 2 }
    return opensQuery(ahead: distance) || peek(distance).keyword.map(Self.queryStarts.contains) ?? false
  }

  /// An operator's word first on its line is not an alias without AS: `|>` was forgotten before it. A word that is
  /// followed by the end of the clause can still be an alias.
  var startsPipeOperatorOnNewLine: Bool {
    guard current.isFirstOnLine, let keyword = current.keyword else { return false }
    guard !keyword.isReserved, PipeKeywords.starting.contains(keyword) else { return false }
    let next = peek()
    switch next.kind {
    case .word, .quotedName, .integer, .decimal, .string, .hint: return !next.isFirstOnLine
    case .symbol(let symbol): return symbol == .leftParenthesis
    case .endOfFile: return false
    }
  }
}

extension QueryBody {
  /// Whether the body ends in the SELECT surface, so that its clauses could still have been meant.
  fileprivate var isSelect: Bool {
    var last = set
    while case .chain(_, let rest) = last, let operand = rest.last?.operand { last = operand }
    guard case .term(let term) = last, case .select = term.kind else { return false }
    return true
  }
}

/// The words that begin pipe operators.
enum PipeKeywords {
  /// In the order of the grammar; suggestions for a misspelt operator come from here.
  static let all: [Keyword] = [
    .where, .select, .extend, .set, .drop, .rename, .as, .aggregate, .distinct, .join, .call, .order, .limit, .union,
    .intersect, .except, .recursive, .tablesample, .with, .pivot, .unpivot, .matchRecognize, .assert, .describe, .log,
    .if, .fork, .tee, .finish, .insert, .create, .window, .watermark, .emit, .deduplicate, .top, .throttle, .validate,
    .try, .route, .left, .right, .full, .inner, .cross, .natural, .semi, .anti, .asof,
  ]

  static let starting = Set(all)
}
