// PIVOT and UNPIVOT, as table suffixes and as pipe operators.

extension Parser {
  /// pipePivot ::= pivot alias?
  func parsePipePivot() throws(SyntaxFailure) -> PipeOperator.Kind {
    let pivot = try parsePivot()
    return .pivot(pivot, alias: try parseItemAlias())
  }

  /// pivot ::= 'PIVOT' '(' aggItem (',' aggItem)* 'FOR' name 'IN' '(' pivotVal (',' pivotVal)* ')' ')'
  func parsePivot() throws(SyntaxFailure) -> Pivot {
    let start = current
    try expect(.pivot)
    let opening = current
    try expect(.leftParenthesis)
    let aggregates = try list(parseAggregateItem)
    try expect(.for)
    let column = try parseName("the column whose values become columns")
    try expect(.in)
    let values = try parenthesizedList(parsePivotValue)
    try expectClosing(.rightParenthesis, of: opening)
    return Pivot(aggregates: aggregates, column: column, values: values, span: span(from: start))
  }

  /// pivotVal ::= expr alias?
  private func parsePivotValue() throws(SyntaxFailure) -> Pivot.PivotValue {
    let start = current
    let value = try parseExpression()
    let alias = try parseItemAlias()
    return Pivot.PivotValue(value: value, alias: alias, span: span(from: start))
  }

  /// pipeUnpivot ::= unpivot alias?
  func parsePipeUnpivot() throws(SyntaxFailure) -> PipeOperator.Kind {
    let unpivot = try parseUnpivot()
    return .unpivot(unpivot, alias: try parseItemAlias())
  }

  /// unpivot ::= 'UNPIVOT' '(' IDENT 'FOR' IDENT 'IN' '(' unpivotVal (',' unpivotVal)* ')' ')'
  func parseUnpivot() throws(SyntaxFailure) -> Unpivot {
    let start = current
    try expect(.unpivot)
    let opening = current
    try expect(.leftParenthesis)
    let valueColumn = try parseIdentifier("a name for the value column")
    try expect(.for)
    let nameColumn = try parseIdentifier("a name for the column of names")
    try expect(.in)
    let columns = try parenthesizedList(parseUnpivotColumn)
    try expectClosing(.rightParenthesis, of: opening)
    return Unpivot(valueColumn: valueColumn, nameColumn: nameColumn, columns: columns, span: span(from: start))
  }

  /// unpivotVal ::= IDENT ('AS'? STRING)?
  private func parseUnpivotColumn() throws(SyntaxFailure) -> Unpivot.UnpivotColumn {
    let start = current
    let column = try parseIdentifier("a column name")
    let hasLabel = accept(.as) || at(.string)
    let label = hasLabel ? try parseString("a label in quotes") : nil
    return Unpivot.UnpivotColumn(column: column, label: label, span: span(from: start))
  }
}
