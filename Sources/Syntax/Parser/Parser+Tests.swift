// TEST statements: a title, a subject, and steps of given rows, advanced time and expectations.

extension Parser {
  /// testStmt ::= 'TEST' STRING ('FOR' name)? options? testStep+
  func parseTest() throws(SyntaxFailure) -> TestStatement {
    try expect(.test)
    let title = try parseString("the test's title in quotes")
    let subject = accept(.for) ? try parseName("the pipeline under test") : nil
    let options = at(.with) ? try parseOptions() : []
    var steps: [TestStep] = []
    repeat { steps.append(try parseTestStep()) } while at(.given) || at(.advance) || at(.expect)
    return TestStatement(title: title, subject: subject, options: options, steps: steps)
  }

  /// testStep ::= 'GIVEN' name ('(' identList ')')? values | 'ADVANCE' ('TIME' | name) ('TO' expr | 'BY' duration)
  ///     | 'EXPECT' name ('(' identList ')')? (values ('IN' 'ORDER')? | 'EMPTY') | 'EXPECT' 'CHANGES' name ('('
  ///     identList ')')? values | 'EXPECT' 'STATE' ('EMPTY' | 'ROWS' ('<' | '<=' | '=') INT) | 'EXPECT' 'ERROR' STRING
  private func parseTestStep() throws(SyntaxFailure) -> TestStep {
    let start = current
    let kind: TestStep.Kind
    if accept(.given) {
      kind = .given(try parseTestRows())
    } else if accept(.advance) {
      kind = try parseAdvance()
    } else if accept(.expect) {
      kind = try parseExpectation()
    } else {
      throw failure(expected: "`GIVEN`, `ADVANCE` or `EXPECT`")
    }
    return TestStep(kind: kind, span: span(from: start))
  }

  private func parseAdvance() throws(SyntaxFailure) -> TestStep.Kind {
    let clock: TestStep.Clock =
      accept(.time) ? .processingTime : .watermark(try parseName("`TIME` or the name of a source"))
    if accept(.to) { return .advance(clock, .to(try parseExpression())) }
    guard accept(.by) else { throw failure(expected: "`TO` or `BY`") }
    return .advance(clock, .by(try parseDuration()))
  }

  private func parseExpectation() throws(SyntaxFailure) -> TestStep.Kind {
    if at(.state), at(.empty, ahead: 1) || at(.rows, ahead: 1) { return try parseStateExpectation() }
    if at(.error), peek().kind == .string {
      advance()
      return .expectError(try parseString("an error code in quotes"))
    }
    if at(.changes), peek().isName, !at(.empty, ahead: 1) {
      advance()
      return .expectChanges(try parseTestRows())
    }
    let relation = try parseName("what to expect: a relation, `CHANGES`, `STATE` or `ERROR`")
    let columns = at(.leftParenthesis) ? try parseParenthesizedIdentifiers() : []
    if accept(.empty) { return .expectEmpty(relation, columns: columns) }
    guard at(.values) else { throw failure(expected: "`VALUES` or `EMPTY`") }
    let rows = TestRows(relation: relation, columns: columns, rows: try parseValues())
    let inOrder = at(.in) && at(.order, ahead: 1)
    if inOrder {
      advance()
      advance()
    }
    return .expectRows(rows, inOrder: inOrder)
  }

  private func parseStateExpectation() throws(SyntaxFailure) -> TestStep.Kind {
    try expect(.state)
    if accept(.empty) { return .expectStateEmpty }
    try expect(.rows)
    let comparison: TestStep.Comparison
    if accept(.less) {
      comparison = .less
    } else if accept(.lessOrEqual) {
      comparison = .lessOrEqual
    } else if accept(.equal) {
      comparison = .equal
    } else {
      throw failure(expected: "`<`, `<=` or `=`")
    }
    return .expectStateRows(comparison, try parseInteger("a number of rows"))
  }

  private func parseTestRows() throws(SyntaxFailure) -> TestRows {
    let relation = try parseName("a stream or table")
    let columns = at(.leftParenthesis) ? try parseParenthesizedIdentifiers() : []
    return TestRows(relation: relation, columns: columns, rows: try parseValues())
  }
}
