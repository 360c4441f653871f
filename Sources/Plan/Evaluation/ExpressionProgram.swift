// Expressions made ready to run: constant patterns compiled, zones loaded, equal parts shared. In: the columns of a
// batch. Out: columns and the rows that failed. Never reads the clock and never throws for a row.

import Values

/// What an evaluation may know beyond its input.
package struct EvaluationContext: Hashable, Sendable {
  /// The clock reading of the step, in microseconds since 1970.
  package var now: Int64

  package init(now: Int64) { self.now = now }
}

/// Prepared expressions over the columns of one input. Immutable: workers share it.
package final class ExpressionProgram: Sendable {
  /// The types of the results.
  package let types: [DataType]
  let nodes: [ProgramNode]
  let roots: [Int]

  /// Prepares `expressions`; constants are folded. An expression that the library cannot compute (a plan that was
  /// tampered with: the compiler checks its own) fails on every row.
  package convenience init(_ expressions: [Expression], timeZone: TimeZoneRules = .utc) {
    self.init(folded: expressions.map { ConstantFolder.fold($0, timeZone: timeZone) }, timeZone: timeZone)
  }

  package convenience init(_ expression: Expression, timeZone: TimeZoneRules = .utc) {
    self.init([expression], timeZone: timeZone)
  }

  init(folded expressions: [Expression], timeZone: TimeZoneRules) {
    var builder = ProgramBuilder(timeZone: timeZone)
    var roots: [Int] = []
    for expression in expressions { roots.append(builder.add(expression)) }
    types = expressions.map(\.type)
    nodes = builder.nodes
    self.roots = roots
  }

  /// The result of the first expression for each row. Rows with errors hold unspecified values.
  package func evaluate(columns: [Column], count: Int, context: EvaluationContext) -> (Column, RowErrors) {
    let (results, errors) = evaluateAll(columns: columns, count: count, context: context)
    return (results.first ?? Column.nulls(.null, count: count), errors)
  }

  /// The results of all expressions, and the first error of each row.
  package func evaluateAll(columns: [Column], count: Int, context: EvaluationContext) -> ([Column], RowErrors) {
    var pass = EvaluationPass(columns: columns, count: count, now: context.now, nodes: nodes)
    pass.run()
    var errors = RowErrors()
    var results: [Column] = []
    for (root, type) in zip(roots, types) {
      results.append(pass.results[root].column(type, count: count).withEmptyNulls())
      errors = errors.merging(pass.errors[root])
    }
    return (results, errors)
  }

  /// The rows for which the first expression is TRUE, and those on which it fails, which are never among them.
  package func evaluatePredicate(
    columns: [Column], count: Int, context: EvaluationContext
  ) -> (Vector<Bool>, RowErrors) {
    let (column, errors) = evaluate(columns: columns, count: count, context: context)
    guard case .bool(let values) = column.data else { return (Vector(repeating: false, count: count), errors) }
    guard let mask = RowMask.and(values, column.validity), !errors.isEmpty else {
      return (RowMask.and(values, column.validity) ?? values, errors)
    }
    let passing = mask.slice(0..<count).copy()
    for error in errors.list { passing.base[Int(error.row)] = false }
    return (passing, errors)
  }
}

extension Vector {
  /// The same elements in memory of their own.
  func copy() -> Vector<Element> {
    let result = Vector<Element>(uninitialized: count)
    result.base.update(from: base, count: count)
    return withExtendedLifetime(self) { result }
  }
}

extension Column {
  /// The column with empty views where it is NULL, as consumers of strings expect.
  func withEmptyNulls() -> Column {
    guard let validity, case .bytes(let strings) = data else { return self }
    let views = strings.views.copy()
    for row in 0..<views.count where !validity.base[row] { views.base[row] = ByteView(offset: 0, length: 0) }
    return Column(.bytes(BytesVector(views: views, blob: strings.blob)), validity: validity)
  }
}
