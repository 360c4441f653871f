// Pipe operators: the dispatch on their first word, and those that GoogleSQL has.

extension Parser {
  /// One operator from `|>` on, or from its keyword when `|>` is missing.
  func parsePipeOperator() -> PipeOperator {
    let start = current
    _ = accept(.pipe)
    let hint = acceptHint()
    let keywordSpan = operatorKeywordSpan
    let kind: PipeOperator.Kind
    let brackets = openBrackets
    do throws(SyntaxFailure) {
      kind = try nested(parsePipeBody)
    } catch {
      skip(outOf: brackets)
      kind = .error
    }
    return PipeOperator(hint: hint, kind: kind, span: span(from: start), keywordSpan: keywordSpan)
  }

  /// The words that name the operator here: ORDER BY, LEFT OUTER JOIN, INSERT INTO, UNION ALL.
  private var operatorKeywordSpan: SourceSpan {
    let first = current.span
    if at(.order) || at(.insert) { return first.joined(with: peek().span) }
    if at(.union) || at(.intersect) || at(.except) {
      return at(.all, ahead: 1) || at(.distinct, ahead: 1) ? first.joined(with: peek().span) : first
    }
    let joinWords: Set<Keyword> = [.natural, .inner, .left, .right, .full, .cross, .outer, .semi, .anti, .asof]
    var distance = 0
    while let keyword = peek(distance).keyword, joinWords.contains(keyword) { distance += 1 }
    return at(.join, ahead: distance) ? first.joined(with: peek(distance).span) : first
  }

  /// pipeBody ::= where | pipeSelect | pipeExtend | pipeSet | pipeDrop | pipeRename | pipeAs | pipeAggregate |
  ///     pipeDistinct | pipeJoin | pipeCall | orderBy | limit | pipeSetOp | pipeRecursive | sample | with | pipePivot |
  ///     pipeUnpivot | matchRecognize | pipeAssert | pipeDescribe | pipeLog | pipeIf | pipeFork | pipeTee | pipeFinish
  ///     | pipeInsert | pipeCreate | pipeWindow | watermark | emit | pipeDedup | pipeTop | pipeThrottle | pipeValidate
  ///     | pipeTry | pipeRoute
  private func parsePipeBody() throws(SyntaxFailure) -> PipeOperator.Kind {
    if startsJoin { return .join(try parsePipeJoin()) }
    guard let keyword = current.keyword else { throw report(SyntaxMessages.unknownOperator(current)) }
    switch keyword {
    case .where: return .where(try parseWhere())
    case .select: return .select(try parsePipeSelect())
    case .extend: return .extend(try parsePipeExtend())
    case .set: return .set(try parsePipeSet())
    case .drop: return .drop(try parsePipeDrop())
    case .rename: return .rename(try parsePipeRename())
    case .as: return .alias(try parsePipeAs())
    case .aggregate: return .aggregate(try parsePipeAggregate())
    case .distinct: return .distinct(state: try parsePipeDistinct())
    case .call: return try parsePipeCall()
    case .order: return .orderBy(try parseOrderBy())
    case .limit: return .limit(try parseLimit())
    case .union, .intersect, .except: return try parsePipeSetOperation()
    case .recursive: return .recursive(try parsePipeRecursive())
    case .tablesample: return .sample(try parseSample())
    case .with: return .with(try parseWith())
    case .pivot: return try parsePipePivot()
    case .unpivot: return try parsePipeUnpivot()
    case .matchRecognize: return .matchRecognize(try parseMatchRecognize())
    default: return try parseFurtherPipeBody(keyword)
    }
  }

  private func parseFurtherPipeBody(_ keyword: Keyword) throws(SyntaxFailure) -> PipeOperator.Kind {
    switch keyword {
    case .assert: return try parsePipeAssert()
    case .describe: return parsePipeDescribe()
    case .log: return .log(try parsePipeLog())
    case .if: return .conditional(try parsePipeIf())
    case .fork: return .fork(try parsePipeFork())
    case .tee: return .tee(try parsePipeTee())
    case .finish: return parsePipeFinish()
    case .insert: return .insert(try parsePipeInsert())
    case .create: return .create(try parsePipeCreate())
    case .window: return try parsePipeWindow()
    case .watermark: return .watermark(try parseWatermark())
    case .emit: return .emit(try parseEmit())
    case .deduplicate: return .deduplicate(try parsePipeDeduplicate())
    case .top: return .top(try parsePipeTop())
    case .throttle: return .throttle(try parsePipeThrottle())
    case .validate: return .validate(try parsePipeValidate())
    case .try: return try parsePipeTry()
    case .route: return .route(try parsePipeRoute())
    default: return try parseMistakenPipeBody(keyword)
    }
  }

  /// Clauses of SELECT that people write after `|>`: read for what was meant, and reported.
  private func parseMistakenPipeBody(_ keyword: Keyword) throws(SyntaxFailure) -> PipeOperator.Kind {
    let token = current
    switch keyword {
    case .group:
      note(SyntaxMessages.groupByAlone(at: token, hasPipe: true))
      return .aggregate(PipeAggregate(items: [], groupBy: try parseGroupBy(), state: try parseState()))
    case .having, .qualify:
      note(SyntaxMessages.filterKeyword(at: token))
      advance()
      return .where(try parseExpression())
    default:
      throw report(SyntaxMessages.unknownOperator(token))
    }
  }

  /// subpipeline ::= '(' pipeOp* ')'
  func parseSubpipeline() throws(SyntaxFailure) -> Subpipeline {
    let opening = current
    guard accept(.leftParenthesis) else { throw failure(expected: "`(` and a pipeline that starts with `|>`") }
    let operators = parsePipeOperators()
    try expectClosing(.rightParenthesis, of: opening)
    return Subpipeline(operators: operators, span: span(from: opening))
  }

  // MARK: Columns

  /// pipeSelect ::= 'SELECT' 'DISTINCT'? selectList namedWindows? stateClause?
  private func parsePipeSelect() throws(SyntaxFailure) -> PipeSelect {
    try expect(.select)
    let isDistinct = accept(.distinct)
    let items = try parseSelectList()
    let windows = at(.window) ? try parseNamedWindows() : []
    return PipeSelect(isDistinct: isDistinct, items: items, windows: windows, state: try parseState())
  }

  /// pipeExtend ::= 'EXTEND' selectList namedWindows? stateClause?
  private func parsePipeExtend() throws(SyntaxFailure) -> PipeExtend {
    try expect(.extend)
    let items = try parseSelectList()
    let windows = at(.window) ? try parseNamedWindows() : []
    return PipeExtend(items: items, windows: windows, state: try parseState())
  }

  /// pipeSet ::= 'SET' setItem (',' setItem)* ','?
  private func parsePipeSet() throws(SyntaxFailure) -> [SetItem] {
    try expect(.set)
    return try listWithTrailingComma(startsWhere: { current.isName }, parseSetItem)
  }

  /// setItem ::= IDENT '=' expr
  private func parseSetItem() throws(SyntaxFailure) -> SetItem {
    let start = current
    let column = try parseIdentifier("a column to set")
    if at(.doubleEqual) {
      note(SyntaxMessages.doubleEqual(at: current))
      advance()
    } else {
      try expect(.equal)
    }
    let value = try parseExpression()
    return SetItem(column: column, value: value, span: span(from: start))
  }

  /// pipeDrop ::= 'DROP' identList ','?
  private func parsePipeDrop() throws(SyntaxFailure) -> [Identifier] {
    try expect(.drop)
    return try listWithTrailingComma(startsWhere: { current.isName }) { () throws(SyntaxFailure) in
      try parseIdentifier("a column to drop")
    }
  }

  /// pipeRename ::= 'RENAME' renameItem (',' renameItem)* ','?
  private func parsePipeRename() throws(SyntaxFailure) -> [RenameItem] {
    try expect(.rename)
    return try listWithTrailingComma(startsWhere: { current.isName }, parseRenameItem)
  }

  /// renameItem ::= IDENT 'AS'? IDENT
  private func parseRenameItem() throws(SyntaxFailure) -> RenameItem {
    let start = current
    let from = try parseIdentifier("a column to rename")
    _ = accept(.as)
    let to = try parseIdentifier("its new name")
    return RenameItem(from: from, to: to, span: span(from: start))
  }

  /// pipeAs ::= 'AS' IDENT
  private func parsePipeAs() throws(SyntaxFailure) -> Identifier {
    try expect(.as)
    return try parseIdentifier("an alias")
  }

  // MARK: Grouping

  /// pipeAggregate ::= 'AGGREGATE' aggList? groupBy? stateClause?
  private func parsePipeAggregate() throws(SyntaxFailure) -> PipeAggregate {
    try expect(.aggregate)
    let items = startsSelectItem ? try parseAggregateList() : []
    let groupBy = at(.group) ? try parseGroupBy() : nil
    return PipeAggregate(items: items, groupBy: groupBy, state: try parseState())
  }

  /// aggList ::= aggItem (',' aggItem)* ','?
  private func parseAggregateList() throws(SyntaxFailure) -> [AggregateItem] {
    try listWithTrailingComma(startsWhere: { startsSelectItem }, parseAggregateItem)
  }

  /// aggItem ::= expr alias? order?
  func parseAggregateItem() throws(SyntaxFailure) -> AggregateItem {
    let start = current
    let value = try parseExpression()
    let alias = try parseItemAlias()
    let order = try parseOrdering()
    return AggregateItem(value: value, alias: alias, order: order, span: span(from: start))
  }

  /// pipeDistinct ::= 'DISTINCT' stateClause?
  private func parsePipeDistinct() throws(SyntaxFailure) -> StateClause? {
    try expect(.distinct)
    return try parseState()
  }

  // MARK: Tables

  /// pipeJoin ::= 'NATURAL'? joinType? 'JOIN' tableRef joinCond? joinTime? stateClause?
  private func parsePipeJoin() throws(SyntaxFailure) -> JoinClause {
    let start = current
    var join = try parseJoin()
    join.state = try parseState()
    join.span = span(from: start)
    return join
  }

  /// pipeCall ::= 'CALL' tvf alias?
  private func parsePipeCall() throws(SyntaxFailure) -> PipeOperator.Kind {
    try expect(.call)
    let function = try parseTableFunction()
    return .call(function, alias: try parseItemAlias())
  }

  /// pipeSetOp ::= setOp '(' query ')' (',' '(' query ')')* ','?
  private func parsePipeSetOperation() throws(SyntaxFailure) -> PipeOperator.Kind {
    let setOperator = try parseSetOperator()
    let queries = try listWithTrailingComma(startsWhere: { at(.leftParenthesis) }, parseParenthesizedQuery)
    return .setOperation(setOperator, queries)
  }

  /// pipeRecursive ::= 'RECURSIVE' setOp (subpipeline | '(' query ')') ('AS' IDENT)?
  private func parsePipeRecursive() throws(SyntaxFailure) -> PipeRecursive {
    try expect(.recursive)
    let setOperator = try parseSetOperator()
    let isSubpipeline = at(.pipe, ahead: 1) || at(.rightParenthesis, ahead: 1)
    let step: PipeRecursive.Step =
      isSubpipeline ? .subpipeline(try parseSubpipeline()) : .query(try parseParenthesizedQuery())
    let alias = accept(.as) ? try parseIdentifier("an alias") : nil
    return PipeRecursive(operator: setOperator, step: step, alias: alias)
  }

  /// sample ::= 'TABLESAMPLE' IDENT '(' expr ('PERCENT' | 'ROWS') ')'
  func parseSample() throws(SyntaxFailure) -> TableSample {
    let start = current
    try expect(.tablesample)
    let method = try parseIdentifier("a sampling method such as `BERNOULLI`")
    let opening = current
    try expect(.leftParenthesis)
    let size = try parseExpression()
    let unit: TableSample.Unit
    if accept(Keyword.percent) {
      unit = .percent
    } else if accept(.rows) {
      unit = .rows
    } else {
      throw failure(expected: "`PERCENT` or `ROWS`")
    }
    try expectClosing(.rightParenthesis, of: opening)
    return TableSample(method: method, size: size, unit: unit, span: span(from: start))
  }
}
