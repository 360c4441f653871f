// SELECT, EXTEND, SET, DROP, RENAME: which columns a relation has and what they are called (LANGUAGE §1.2). SET, DROP and
// RENAME change the scope and leave the old columns in the physical row, where `t.c` still finds them.

import Plan
import Syntax
import Values

extension Resolver {
  /// The items of a select list, stars put in.
  func items(
    _ list: [SelectItem], in context: ExpressionContext, input: ResolvedQuery
  ) throws(CompileError) -> [NamedExpression] {
    let groups = try collecting(list) { (item) throws(CompileError) -> [NamedExpression] in
      switch item.kind {
      case .star(let star): return try self.star(star, at: item.span, in: context, input: input)
      case .expression(let expression, let alias):
        let value = try self.typed(expression, in: context)
        return [NamedExpression(alias?.text ?? self.impliedName(expression) ?? self.generatedName(expression), value)]
      }
    }
    return named(groups.flatMap { $0 })
  }

  /// The name of a column that the user did not name: the function's, or a marker that `named` numbers.
  func generatedName(_ expression: SyntaxExpression) -> String {
    switch expression.kind {
    case .call(let call): call.name.parts.last?.text.lowercased() ?? ""
    case .parenthesized(let inner): generatedName(inner)
    case .literal, .interval, .name, .tuple, .subquery, .exists, .unary, .binary, .isTest, .isDistinctFrom, .between,
      .like, .membership, .field, .element, .caseOf, .cast, .extract, .array, .map, .structure, .error:
      ""
    }
  }

  /// Numbers the items that have no name by their place.
  func named(_ items: [NamedExpression]) -> [NamedExpression] {
    items.enumerated().map { position, item in
      item.name.isEmpty ? NamedExpression("column\(position + 1)", item.expression) : item
    }
  }

  private func star(
    _ star: Star, at span: SourceSpan, in context: ExpressionContext, input: ResolvedQuery
  ) throws(CompileError) -> [NamedExpression] {
    var columns = input.scope.columns
    if let qualifier = star.qualifier {
      guard let expanded = try qualified(qualifier, in: context) else {
        return try structFields(qualifier, at: span, in: context)
      }
      columns = expanded
    }
    for name in star.excluded where Scope.matches(name.text, in: columns).isEmpty {
      throw unknownColumn(name, in: context)
    }
    var replacements: [String: TypedExpression] = [:]
    for item in star.replaced {
      guard !Scope.matches(item.name.text, in: columns).isEmpty else { throw unknownColumn(item.name, in: context) }
      replacements[Scope.folded(item.name.text)] = try typed(item.value, in: context)
    }
    let excluded = Set(star.excluded.map { Scope.folded($0.text) })
    let kept = columns.filter { !excluded.contains(Scope.folded($0.name)) }
    guard !kept.isEmpty else {
      throw failure(Codes.columnCount, "nothing is left of `*`", at: span)
    }
    return kept.map { column in
      let own = TypedExpression.column(
        column.index, context.schema[column.index], range: range(span, context.environment))
      return NamedExpression(column.name, replacements[Scope.folded(column.name)] ?? own)
    }
  }

  private func qualified(
    _ qualifier: QualifiedName, in context: ExpressionContext
  ) throws(CompileError) -> [ScopeColumn]? {
    guard qualifier.parts.count == 1, let variable = context.scope.variable(qualifier.text) else { return nil }
    return variable.columns
  }

  /// `column.*` of a STRUCT.
  private func structFields(
    _ name: QualifiedName, at span: SourceSpan, in context: ExpressionContext
  ) throws(CompileError) -> [NamedExpression] {
    let value = try column(name, in: context)
    guard case .row(let fields) = value.type else {
      throw failure(Codes.unknownColumn, "`\(name.text)` is no table and no STRUCT, so it has no `*`", at: span)
    }
    return try fields.map { (inner) throws(CompileError) in
      let identifier = Identifier(text: inner.name, span: span)
      return NamedExpression(inner.name, try self.field(identifier, of: value, in: context))
    }
  }

  /// The relation of these items; the scope is theirs alone.
  func projected(
    _ input: ResolvedQuery, to items: [NamedExpression], by name: String, at span: SourceSpan,
    _ environment: Environment
  ) -> ResolvedQuery {
    var output = input.projected(to: items, owner: environment.owner, range: range(span, environment))
    output.scope.producer = span
    output.scope.isUncertain = input.scope.isUncertain
    if input.scope.window == nil { output.scope.window = nil }
    output.scope.recordLost(from: input.scope, by: name, at: span)
    output.isOrdered = input.isOrdered
    return output
  }

  func pipeSelect(
    _ input: ResolvedQuery, _ select: PipeSelect, at span: SourceSpan, _ environment: Environment
  ) throws(CompileError) -> ResolvedQuery {
    if let window = select.windows.first { throw notSupported("WINDOW … AS with OVER", at: window.span) }
    var context = ExpressionContext(input, environment, clause: "|> SELECT")
    let subqueries = SubqueryCollector()
    context.subqueries = subqueries
    let typed = try self.items(select.items, in: context, input: input)
    let (input, items) = try attached(subqueries, to: input, typed, at: span, environment)
    let output = projected(input, to: items, by: "SELECT", at: span, environment)
    guard select.isDistinct else {
      if let state = select.state { throw misplacedState(state) }
      return output
    }
    return try distinct(output, state: select.state, name: "SELECT DISTINCT", at: span, environment)
  }

  func misplacedState(_ state: StateClause) -> CompileError {
    failure(Codes.misplaced, "this operator keeps no state of its own, so STATE does not apply", at: state.span)
  }

  func extend(
    _ input: ResolvedQuery, _ extend: PipeExtend, at span: SourceSpan, _ environment: Environment
  ) throws(CompileError) -> ResolvedQuery {
    if let window = extend.windows.first { throw notSupported("WINDOW … AS with OVER", at: window.span) }
    var context = ExpressionContext(input, environment, clause: "EXTEND")
    let subqueries = SubqueryCollector()
    context.subqueries = subqueries
    let typed = try items(extend.items, in: context, input: input)
    let (input, added) = try attached(subqueries, to: input, typed, at: span, environment)
    if let state = extend.state { throw misplacedState(state) }
    var output = input
    let first = input.relation.schema.count
    output.relation = input.relation.projected(
      input.relation.identityExpressions + added, owner: environment.owner, range: range(span, environment))
    output.emptyRow = input.emptyRow.map { $0 + added.map { $0.expression.overEmpty(input.emptyRow) } }
    output.scope.columns += added.enumerated().map { ScopeColumn(name: $1.name, index: first + $0) }
    output.scope.producer = span
    output.mayEmit = false
    for (item, expression) in zip(added, extend.items) where !input.scope.matches(item.name).isEmpty {
      guard case .expression(_, let alias) = expression.kind else { continue }
      report(
        Diagnostic(
          Codes.duplicateExtend,
          "EXTEND adds a second column `\(item.name)`: the first stays, and `\(item.name)` alone is ambiguous",
          at: alias?.span ?? expression.span
        ).help("to give the column a new value, use `|> SET \(item.name) = …`"))
    }
    return output
  }

  func set(
    _ input: ResolvedQuery, _ items: [SetItem], at span: SourceSpan, _ environment: Environment
  ) throws(CompileError) -> ResolvedQuery {
    var context = ExpressionContext(input, environment, clause: "SET")
    let subqueries = SubqueryCollector()
    context.subqueries = subqueries
    var values: [NamedExpression] = []
    var positions: [Int] = []
    for item in items {
      let position = try visiblePosition(item.column, in: context, verb: "SET")
      guard !positions.contains(position) else {
        throw failure(Codes.duplicateName, "SET gives `\(item.column.text)` two values", at: item.span)
      }
      values.append(NamedExpression(input.scope.columns[position].name, try typed(item.value, in: context)))
      positions.append(position)
    }
    let (input, added) = try attached(subqueries, to: input, values, at: span, environment)
    var output = input
    let first = input.relation.schema.count
    for (place, (position, item)) in zip(positions, items).enumerated() {
      output.scope.replaced[Scope.folded(input.scope.columns[position].name)] = item.span
      output.scope.columns[position].index = first + place
    }
    output.emptyRow = input.emptyRow.map { $0 + added.map { $0.expression.overEmpty(input.emptyRow) } }
    output.relation = input.relation.projected(
      input.relation.identityExpressions + added, owner: environment.owner, range: range(span, environment))
    output.scope.reviewWindow()
    output.mayEmit = false
    return output
  }

  /// The place of the only visible column of this name.
  private func visiblePosition(
    _ name: Identifier, in context: ExpressionContext, verb: String
  ) throws(CompileError) -> Int {
    let matches = context.scope.matches(name.text)
    guard let match = matches.first else {
      if context.scope.isUncertain { throw .reported }
      throw unknownColumn(name, in: context)
    }
    guard matches.count == 1 else {
      throw failure(
        Codes.ambiguousColumn, "\(verb) needs one column, and \(matches.count) are called `\(name.text)`", at: name.span
      )
    }
    return context.scope.columns.firstIndex(of: match) ?? 0
  }

  func drop(_ input: ResolvedQuery, _ names: [Identifier], at span: SourceSpan) throws(CompileError) -> ResolvedQuery {
    var output = input
    let context = ExpressionContext(input, Environment(owner: fileOwner), clause: "DROP")
    for name in names {
      let matches = output.scope.matches(name.text)
      guard !matches.isEmpty else {
        if context.scope.isUncertain { throw .reported }
        throw unknownColumn(name, in: context)
      }
      output.scope.columns.removeAll { column in matches.contains(column) }
    }
    guard !output.scope.columns.isEmpty else {
      throw failure(Codes.columnCount, "DROP leaves no column", at: span)
    }
    output.scope.recordLost(from: input.scope, by: "DROP", at: span)
    output.scope.reviewWindow()
    output.mayEmit = false
    return output
  }

  func rename(
    _ input: ResolvedQuery, _ items: [RenameItem], at span: SourceSpan
  ) throws(CompileError) -> ResolvedQuery {
    let context = ExpressionContext(input, Environment(owner: fileOwner), clause: "RENAME")
    var output = input
    var seen: Set<Int> = []
    for item in items {
      let position = try visiblePosition(item.from, in: context, verb: "RENAME")
      guard seen.insert(position).inserted else {
        throw failure(Codes.duplicateName, "RENAME gives `\(item.from.text)` two names", at: item.span)
      }
      output.scope.columns[position].name = item.to.text
    }
    output.scope.recordLost(from: input.scope, by: "RENAME", at: span)
    return output
  }
}
