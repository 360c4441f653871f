// Pipe operators that branch, observe or end a pipeline.

extension Parser {
  /// pipeAssert ::= 'ASSERT' expr (',' expr)*
  func parsePipeAssert() throws(SyntaxFailure) -> PipeOperator.Kind {
    try expect(.assert)
    let condition = try parseExpression()
    let payload = accept(.comma) ? try parseExpressionList() : []
    return .assert(condition, payload: payload)
  }

  /// pipeDescribe ::= 'DESCRIBE'
  func parsePipeDescribe() -> PipeOperator.Kind {
    advance()
    return .describe
  }

  /// pipeLog ::= 'LOG' subpipeline?
  func parsePipeLog() throws(SyntaxFailure) -> Subpipeline? {
    try expect(.log)
    return at(.leftParenthesis) ? try parseSubpipeline() : nil
  }

  /// pipeIf ::= 'IF' expr 'THEN' subpipeline ('ELSEIF' expr 'THEN' subpipeline)* ('ELSE' subpipeline)?
  func parsePipeIf() throws(SyntaxFailure) -> PipeIf {
    var branches: [PipeIf.Branch] = []
    repeat {
      let start = current
      // IF the first time, ELSEIF after that.
      advance()
      let condition = try parseExpression()
      try expect(.then)
      let body = try parseSubpipeline()
      branches.append(PipeIf.Branch(condition: condition, body: body, span: span(from: start)))
    } while at(.elseif)
    let otherwise = accept(.else) ? try parseSubpipeline() : nil
    return PipeIf(branches: branches, otherwise: otherwise)
  }

  /// pipeFork ::= 'FORK' subpipeline (',' subpipeline)* ','?
  func parsePipeFork() throws(SyntaxFailure) -> [Subpipeline] {
    try expect(.fork)
    return try listWithTrailingComma(startsWhere: { at(.leftParenthesis) }, parseSubpipeline)
  }

  /// pipeTee ::= 'TEE' (subpipeline (',' subpipeline)*)?
  func parsePipeTee() throws(SyntaxFailure) -> [Subpipeline] {
    try expect(.tee)
    return at(.leftParenthesis) ? try list(parseSubpipeline) : []
  }

  /// pipeFinish ::= 'FINISH'
  func parsePipeFinish() -> PipeOperator.Kind {
    advance()
    return .finish
  }

  /// pipeInsert ::= 'INSERT' 'INTO' name ('(' identList ')')? onConflict?
  func parsePipeInsert() throws(SyntaxFailure) -> PipeInsert {
    try expect(.insert)
    try expect(.into)
    let target = try parseName("the stream, table or sink to insert into")
    let columns = at(.leftParenthesis) ? try parseParenthesizedIdentifiers() : []
    return PipeInsert(target: target, columns: columns, onConflict: try parseOnConflict())
  }

  /// pipeCreate ::= 'CREATE' orReplace? ('STREAM' | 'TABLE' | 'MATERIALIZED'? 'VIEW') name elements? options?
  func parsePipeCreate() throws(SyntaxFailure) -> PipeCreate {
    try expect(.create)
    let orReplace = try parseOrReplace()
    let kind: DerivedRelationKind
    if accept(.stream) {
      kind = .stream
    } else if accept(.table) {
      kind = .table
    } else if accept(.view) {
      kind = .view
    } else if accept(.materialized, .view) {
      kind = .materializedView
    } else {
      throw failure(expected: "`STREAM`, `TABLE` or `VIEW` after `CREATE`")
    }
    let name = try parseName("a name")
    let elements = at(.leftParenthesis) ? try parseElements() : []
    let options = at(.with) ? try parseOptions() : []
    return PipeCreate(orReplace: orReplace, kind: kind, name: name, elements: elements, options: options)
  }

  /// pipeTry ::= 'TRY' subpipeline 'ON' 'ERROR' errorTarget
  func parsePipeTry() throws(SyntaxFailure) -> PipeOperator.Kind {
    try expect(.try)
    let body = try parseSubpipeline()
    guard accept(.on, .error) else { throw failure(expected: "`ON ERROR` after the pipeline of `TRY`") }
    return .attempt(body, onError: try parseErrorTarget())
  }

  /// pipeValidate ::= 'VALIDATE' rule (',' rule)* 'ELSE' errorTarget
  func parsePipeValidate() throws(SyntaxFailure) -> PipeValidate {
    try expect(.validate)
    let rules = try list(parseRule)
    guard accept(.else) else { throw failure(expected: "`,` and another rule, or `ELSE`") }
    return PipeValidate(rules: rules, onFailure: try parseErrorTarget())
  }

  /// rule ::= expr 'AS' STRING
  private func parseRule() throws(SyntaxFailure) -> ValidationRule {
    let start = current
    let condition = try parseExpression()
    try expect(.as)
    let reason = try parseString("the reason in quotes")
    return ValidationRule(condition: condition, reason: reason, span: span(from: start))
  }

  /// pipeRoute ::= 'ROUTE' ('WHEN' expr 'THEN' routeTarget)+ ('ELSE' routeTarget)?
  func parsePipeRoute() throws(SyntaxFailure) -> PipeRoute {
    try expect(.route)
    var branches: [PipeRoute.Branch] = []
    repeat {
      let start = current
      try expect(.when)
      let condition = try parseExpression()
      try expect(.then)
      let target = try parseRouteTarget()
      branches.append(PipeRoute.Branch(condition: condition, target: target, span: span(from: start)))
    } while at(.when)
    let otherwise = accept(.else) ? try parseRouteTarget() : nil
    return PipeRoute(branches: branches, otherwise: otherwise)
  }

  /// routeTarget ::= subpipeline | 'INTO' name
  private func parseRouteTarget() throws(SyntaxFailure) -> RouteTarget {
    if accept(.into) { return .into(try parseName("where these rows go")) }
    guard at(.leftParenthesis) else { throw failure(expected: "`INTO` or a pipeline in parentheses") }
    return .subpipeline(try parseSubpipeline())
  }

  /// errorTarget ::= 'INTO' name | 'DROP' | 'FAIL'
  func parseErrorTarget() throws(SyntaxFailure) -> ErrorTarget {
    if accept(.into) { return .into(try parseName("where failing rows go")) }
    if accept(.drop) { return .drop }
    if accept(.fail) { return .fail }
    throw failure(expected: "`INTO`, `DROP` or `FAIL`")
  }
}
