// UNNEST: the elements of an array as rows, beside the row that the array came from (GoogleSQL). In: `UNNEST(array)` alone in
// FROM, in a list, or joined. Out: an unnest node. An array of STRUCT gives a column for each field, and the alias is the
// whole; any other array gives one column, called by the alias. WITH OFFSET counts from 0, WITH ORDINALITY from 1.

import Plan
import Syntax
import Values

extension Resolver {
  /// JOIN UNNEST(…): the array is read from the row on the left.
  func joinedUnnest(
    _ left: ResolvedQuery, _ clause: JoinClause, _ kind: Plan.JoinKind, _ environment: Environment
  ) throws(CompileError) -> ResolvedQuery {
    guard kind == .inner || kind == .left, !clause.isNatural else {
      throw notSupported("\(clause.isNatural ? "NATURAL JOIN" : clause.kind.rawValue) with UNNEST", at: clause.span)
    }
    if let state = clause.state { throw misplacedState(state) }
    if let time = clause.time {
      throw failure(
        Codes.misplaced, "an array belongs to its row: neither WITHIN nor PER WINDOW applies", at: time.span)
    }
    var condition: SyntaxExpression?
    switch clause.condition {
    case .using(let names): throw notSupported("USING with UNNEST", at: names.first?.span ?? clause.span)
    case .on(let expression):
      if case .literal(let literal) = expression.kind, case .boolean(true) = literal.kind { break }
      condition = expression
    case nil: break
    }
    if let condition, kind == .left {
      throw notSupported(
        "a condition of LEFT JOIN UNNEST other than TRUE", at: condition.span, help: "write ON TRUE and filter after")
    }
    let output = try unnest(clause.table, of: left, keepsEmpty: kind == .left, environment)
    return try condition.map { (predicate) throws(CompileError) in
      try self.filter(output, predicate, clause: "ON", at: predicate.span, environment)
    } ?? output
  }

  /// The rows of `left`, or a single one, with each element of the array.
  func unnest(
    _ table: TableReference, of left: ResolvedQuery?, keepsEmpty: Bool, _ environment: Environment
  ) throws(CompileError) -> ResolvedQuery {
    guard case .unnest(let expression, let position) = table.primary.kind else { throw .reported }
    if let suffix = table.suffixAlias { throw notSupported("a suffix of UNNEST", at: suffix.span) }
    let input: ResolvedQuery
    if let left { input = left } else { input = try oneRow(at: table.span, environment) }
    if input.scope.isUncertain { throw .reported }
    let array = try typed(expression, in: ExpressionContext(input, environment, clause: "UNNEST"))
    guard case .array(let element, let elementNullable) = array.type else {
      throw failure(
        Codes.wrongTypes, "UNNEST needs an ARRAY, and this is \(article(array.type))", at: expression.span)
    }
    var names = ElementNames(table.alias, position)
    let elements = names.elements(element, elementNullable || keepsEmpty)
    let offset = position == nil ? nil : Field(names.offset(), .int64, nullable: keepsEmpty)
    if let extra = names.unused.first {
      throw failure(Codes.columnCount, "UNNEST gives fewer columns than are named here", at: extra.span)
    }
    let unnest = Unnest(array: array, elements: elements, offset: offset, keepsEmpty: keepsEmpty)
    var relation = Relation(
      .unnest(input.relation, unnest), owner: environment.owner, range: range(table.span, environment))
    if case .ordinality? = position { relation = try counted(relation, at: table.span, environment) }
    return scoped(relation, input, elements: elements.count, names, at: table)
  }

  /// WITH ORDINALITY: the offset, counted from 1.
  private func counted(
    _ relation: Relation, at span: SourceSpan, _ environment: Environment
  ) throws(CompileError) -> Relation {
    var items = relation.identityExpressions
    guard let last = items.popLast() else { return relation }
    let one = TypedExpression.literal(.int(1), .int64)
    let next = try call(
      "+", [last.expression, one], spans: [span, span], at: span,
      in: ExpressionContext(constantIn: "UNNEST", environment))
    return relation.projected(items + [NamedExpression(last.name, next)], owner: environment.owner)
  }

  private func scoped(
    _ relation: Relation, _ input: ResolvedQuery, elements count: Int, _ names: ElementNames, at table: TableReference
  ) -> ResolvedQuery {
    let width = input.relation.schema.count
    let columns = (width..<relation.schema.count).map { ScopeColumn(name: relation.schema[$0].name, index: $0) }
    var output = input
    output.emptyRow = nil
    output.relation = relation
    output.scope.columns += columns
    if let alias = names.alias {
      // The offset of WITH OFFSET has a name of its own; that of WITH ORDINALITY is a column of the alias.
      let own = names.hasOrdinality ? columns : Array(columns.prefix(count))
      output.scope.variables.append(RangeVariable(name: alias, columns: own))
    }
    output.scope.producer = table.span
    output.mayEmit = false
    output.isOrdered = false
    return output
  }
}

/// What the columns of UNNEST are called.
private struct ElementNames {
  var alias: String?
  /// Names of AS t (a, b) that are not given out yet.
  private(set) var unused: [Identifier]
  let hasOrdinality: Bool
  private let offsetAlias: String?

  init(_ alias: TableAlias?, _ position: UnnestPosition?) {
    self.alias = alias?.name.text
    unused = alias?.columns ?? []
    switch position {
    case .offset(let alias):
      hasOrdinality = false
      offsetAlias = alias?.text
    case .ordinality:
      hasOrdinality = true
      offsetAlias = nil
    case nil:
      hasOrdinality = false
      offsetAlias = nil
    }
  }

  private mutating func next(_ fallback: String) -> String {
    unused.isEmpty ? fallback : unused.removeFirst().text
  }

  mutating func elements(_ element: DataType, _ nullable: Bool) -> [Field] {
    guard case .row(let fields) = element else {
      return [Field(next(alias ?? "unnest"), element, nullable: nullable)]
    }
    var result: [Field] = []
    for field in fields { result.append(Field(next(field.name), field.type, nullable: field.nullable || nullable)) }
    return result
  }

  /// The name of the position.
  mutating func offset() -> String {
    hasOrdinality ? next("ordinality") : offsetAlias ?? "offset"
  }
}
