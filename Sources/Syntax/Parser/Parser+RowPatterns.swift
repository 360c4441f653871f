// MATCH_RECOGNIZE and its patterns.

extension Parser {
  /// matchRecognize ::= 'MATCH_RECOGNIZE' '(' ('PARTITION' 'BY' exprList)? orderBy? ('MEASURES' measure (','
  ///     measure)*)? rowsPerMatch? afterMatch? 'PATTERN' '(' pattern ')' ('WITHIN' duration)? ('SUBSET' subset (','
  ///     subset)*)? 'DEFINE' define (',' define)* ')'
  func parseMatchRecognize() throws(SyntaxFailure) -> MatchRecognize {
    let start = current
    try expect(.matchRecognize)
    let opening = current
    try expect(.leftParenthesis)
    let partitionBy = at(.partition) ? try parsePartitionBy() : []
    let orderBy = at(.order) ? try parseOrderBy() : []
    let measures = accept(.measures) ? try list(parseMeasure) : []
    let rows = at(.one) || at(.all) ? try parseRowsPerMatch() : nil
    let skip = at(.after) ? try parseAfterMatch() : nil
    try expect(.pattern)
    let patternOpening = current
    try expect(.leftParenthesis)
    let pattern = try parsePattern()
    try expectClosing(.rightParenthesis, of: patternOpening)
    let within = accept(.within) ? try parseDuration() : nil
    let subsets = accept(.subset) ? try list(parseSubset) : []
    try expect(.define)
    let definitions = try list(parseDefinition)
    try expectClosing(.rightParenthesis, of: opening)
    return MatchRecognize(
      partitionBy: partitionBy, orderBy: orderBy, measures: measures, rows: rows, skip: skip, pattern: pattern,
      within: within, subsets: subsets, definitions: definitions, span: span(from: start))
  }

  /// measure ::= ('FINAL' | 'RUNNING')? expr 'AS' IDENT
  private func parseMeasure() throws(SyntaxFailure) -> Measure {
    let start = current
    let semantics: Measure.Semantics? = accept(.final) ? .final : accept(.running) ? .running : nil
    let value = try parseExpression()
    try expect(.as)
    let name = try parseIdentifier("a name for the measure")
    return Measure(semantics: semantics, value: value, name: name, span: span(from: start))
  }

  /// rowsPerMatch ::= 'ONE' 'ROW' 'PER' 'MATCH' ('WITH' 'TIMEOUT' 'ROWS')? | 'ALL' 'ROWS' 'PER' 'MATCH' (('SHOW' |
  ///     'OMIT') 'EMPTY' 'MATCHES' | 'WITH' 'UNMATCHED' 'ROWS')?
  private func parseRowsPerMatch() throws(SyntaxFailure) -> RowsPerMatch {
    if accept(.one) {
      for word in [Keyword.row, .per, .match] { try expect(word) }
      guard accept(.with) else { return .one }
      for word in [Keyword.timeout, .rows] { try expect(word) }
      return .oneWithTimeout
    }
    for word in [Keyword.all, .rows, .per, .match] { try expect(word) }
    if accept(.with) {
      for word in [Keyword.unmatched, .rows] { try expect(word) }
      return .allWithUnmatched
    }
    if accept(.show) {
      for word in [Keyword.empty, .matches] { try expect(word) }
      return .allShowEmpty
    }
    guard accept(.omit) else { return .all }
    for word in [Keyword.empty, .matches] { try expect(word) }
    return .allOmitEmpty
  }

  /// afterMatch ::= 'AFTER' 'MATCH' 'SKIP' ('PAST' 'LAST' 'ROW' | 'TO' 'NEXT' 'ROW' | 'TO' ('FIRST' | 'LAST')?
  ///     IDENT)
  private func parseAfterMatch() throws(SyntaxFailure) -> AfterMatchSkip {
    let start = current
    for word in [Keyword.after, .match, .skip] { try expect(word) }
    let kind: AfterMatchSkip.Kind
    if accept(.past) {
      for word in [Keyword.last, .row] { try expect(word) }
      kind = .pastLastRow
    } else {
      try expect(.to)
      if accept(.next, .row) {
        kind = .toNextRow
      } else if at(.first), peek().isName {
        advance()
        kind = .toFirst(try parseIdentifier("a pattern variable"))
      } else {
        if at(.last), peek().isName { advance() }
        kind = .toLast(try parseIdentifier("a pattern variable"))
      }
    }
    return AfterMatchSkip(kind: kind, span: span(from: start))
  }

  /// pattern ::= patternSeq ('|' patternSeq)*
  private func parsePattern() throws(SyntaxFailure) -> RowPattern {
    try nested { () throws(SyntaxFailure) in
      let start = current
      var choices = [try parsePatternSequence()]
      while accept(.bar) { choices.append(try parsePatternSequence()) }
      return choices.count == 1 ? choices[0] : RowPattern(kind: .alternation(choices), span: span(from: start))
    }
  }

  /// patternSeq ::= patternFactor+
  private func parsePatternSequence() throws(SyntaxFailure) -> RowPattern {
    let start = current
    var factors = [try parsePatternFactor()]
    while startsPatternAtom { factors.append(try parsePatternFactor()) }
    return factors.count == 1 ? factors[0] : RowPattern(kind: .sequence(factors), span: span(from: start))
  }

  private var startsPatternAtom: Bool {
    current.isName || at(.leftParenthesis) || at(.leftExclusion) || at(.caret) || at(.dollar)
  }

  /// patternFactor ::= patternAtom patternQuant?
  private func parsePatternFactor() throws(SyntaxFailure) -> RowPattern {
    let start = current
    let atom = try parsePatternAtom()
    guard let quantifier = try parsePatternQuantifier() else { return atom }
    return RowPattern(kind: .quantified(atom, quantifier), span: span(from: start))
  }

  /// patternAtom ::= IDENT | '(' pattern? ')' | '{-' pattern '-}' | '^' | '$' | 'PERMUTE' '(' pattern (','
  ///     pattern)* ')'
  private func parsePatternAtom() throws(SyntaxFailure) -> RowPattern {
    let start = current
    let kind: RowPattern.Kind
    if accept(.leftParenthesis) {
      if accept(.rightParenthesis) {
        kind = .empty
      } else {
        kind = .group(try parsePattern())
        try expectClosing(.rightParenthesis, of: start)
      }
    } else if accept(.leftExclusion) {
      kind = .excluded(try parsePattern())
      try expectClosing(.rightExclusion, of: start)
    } else if accept(.caret) {
      kind = .partitionStart
    } else if accept(.dollar) {
      kind = .partitionEnd
    } else if at(.permute), at(.leftParenthesis, ahead: 1) {
      advance()
      let opening = current
      advance()
      kind = .permute(try list(parsePattern))
      try expectClosing(.rightParenthesis, of: opening)
    } else {
      kind = .variable(try parseIdentifier("a pattern variable"))
    }
    return RowPattern(kind: kind, span: span(from: start))
  }

  /// patternQuant ::= ('*' | '+' | '?' | '{' INT '}' | '{' INT? ',' INT? '}') '?'?
  private func parsePatternQuantifier() throws(SyntaxFailure) -> PatternQuantifier? {
    let start = current
    let range: PatternQuantifier.Range
    if accept(.star) {
      range = .zeroOrMore
    } else if accept(.plus) {
      range = .oneOrMore
    } else if accept(.question) {
      range = .optional
    } else if accept(.leftBrace) {
      range = try parseRepetition()
      try expectClosing(.rightBrace, of: start)
    } else {
      return nil
    }
    let isReluctant = accept(.question)
    return PatternQuantifier(range: range, isReluctant: isReluctant, span: span(from: start))
  }

  private func parseRepetition() throws(SyntaxFailure) -> PatternQuantifier.Range {
    let low = at(.integer) ? try parseInteger("a count") : nil
    guard accept(.comma) else {
      guard let low else { throw failure(expected: "a count such as `{2}` or `{2,5}`") }
      return .exactly(low)
    }
    return .between(low, at(.integer) ? try parseInteger("a count") : nil)
  }

  /// subset ::= IDENT '=' '(' identList ')'
  private func parseSubset() throws(SyntaxFailure) -> PatternSubset {
    let start = current
    let name = try parseIdentifier("a name for the union of variables")
    try expect(.equal)
    let variables = try parseParenthesizedIdentifiers("a pattern variable")
    return PatternSubset(name: name, variables: variables, span: span(from: start))
  }

  /// define ::= IDENT 'AS' expr
  private func parseDefinition() throws(SyntaxFailure) -> PatternDefinition {
    let start = current
    let variable = try parseIdentifier("a pattern variable")
    try expect(.as)
    let condition = try parseExpression()
    return PatternDefinition(variable: variable, condition: condition, span: span(from: start))
  }
}
