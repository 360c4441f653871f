// Names in expressions: columns, columns of a table, fields of a STRUCT, parameters of a function. In: `a.b.c` and a
// scope. Out: the column and the fields below it. A miss says what is visible, what nearly is, and what was.

import Plan
import Syntax
import Values

extension Resolver {
  func column(_ name: QualifiedName, in context: ExpressionContext) throws(CompileError) -> TypedExpression {
    guard let first = name.parts.first else { throw .reported }
    if name.parts.count > 1, let variable = context.scope.variable(first.text),
      let value = try column(name.parts[1], of: variable, in: context, name: name)
    {
      return try fields(name.parts.dropFirst(2), of: value, in: context)
    }
    var matches = context.scope.matches(first.text)
    // `FROM t, UNNEST(t.tags) AS tags`: the range variable hides the column (LANGUAGE §1.4).
    if matches.count > 1, let variable = context.scope.variable(first.text), variable.columns.count == 1,
      matches.contains(variable.columns[0])
    {
      matches = variable.columns
    }
    if matches.count > 1 { throw ambiguous(first, in: context) }
    if let match = matches.first {
      let value = reference(match, at: name.parts.count == 1 ? name.span : first.span, in: context)
      return try fields(name.parts.dropFirst(), of: value, in: context)
    }
    if let parameter = context.environment.parameters[Scope.folded(first.text)] {
      if parameter.readsOuter { context.environment.outer?.use(parameter.remappingColumns { $0 + OuterColumns.level }) }
      let parameter = try outerValue(parameter, called: name, in: context)
      return try fields(name.parts.dropFirst(), of: parameter, in: context)
    }
    if name.parts.count == 1, let variable = context.scope.variable(first.text) {
      return wholeRow(variable, at: name.span, in: context)
    }
    if context.scope.isUncertain { throw .reported }
    if let variable = context.scope.variable(first.text), name.parts.count > 1 {
      throw unknownColumn(name.parts[1], of: variable, in: context)
    }
    if name.parts.count == 1, !first.isQuoted, Self.clockReadings.contains(first.text.uppercased()) {
      return try call(first.text.uppercased(), [], spans: [], at: name.span, named: name.span, in: context)
    }
    if let value = try outerColumn(name, in: context) { return value }
    throw unknownColumn(first, in: context)
  }

  /// A name of the row around this subquery; nil if it means nothing there either.
  private func outerColumn(
    _ name: QualifiedName, in context: ExpressionContext
  ) throws(CompileError) -> TypedExpression? {
    guard let outer = context.environment.outer else { return nil }
    let reported = diagnostics.count
    let value: TypedExpression
    do throws(CompileError) {
      value = try column(name, in: outer.context)
    } catch {
      if outer.needsValues || !isUnknownColumn(error) { throw error }
      forget(diagnosticsAfter: reported)
      return nil
    }
    outer.use(value)
    return try outerValue(OuterColumns.wrapped(value), called: name, in: context)
  }

  /// A value of the outer row where it may be read, or a value of the row itself that equals it.
  private func outerValue(
    _ value: TypedExpression, called name: QualifiedName, in context: ExpressionContext
  ) throws(CompileError) -> TypedExpression {
    guard value.readsOuter else { return value }
    let own = context.input?.localised(value) ?? value
    if own.readsOuter, !context.readsOuter {
      context.environment.outer?.needValues(of: value)
      throw notSupported("`\(name.text)` of the outer query in \(context.clause) of this subquery", at: name.span)
    }
    return own
  }

  private func isUnknownColumn(_ error: CompileError) -> Bool {
    if case .diagnostic(let diagnostic) = error { diagnostic.code == Codes.unknownColumn.code } else { false }
  }

  /// The functions that the standard calls without parentheses. A column of that name comes first.
  private static let clockReadings: Set<String> = [
    "CURRENT_TIMESTAMP", "CURRENT_DATE", "CURRENT_TIME", "LOCALTIMESTAMP", "LOCALTIME",
  ]

  private func reference(_ column: ScopeColumn, at span: SourceSpan, in context: ExpressionContext) -> TypedExpression {
    .column(column.index, context.schema[column.index], range: range(span, context.environment))
  }

  private func column(
    _ part: Identifier, of variable: RangeVariable, in context: ExpressionContext, name: QualifiedName
  ) throws(CompileError) -> TypedExpression? {
    let matches = Scope.matches(part.text, in: variable.columns)
    guard let match = matches.first else { return nil }
    if matches.count > 1 { throw ambiguous(part, in: context) }
    if let replacedAt = context.scope.replaced[Scope.folded(match.name)],
      let current = context.scope.matches(match.name).first, current.index != match.index
    {
      report(
        Diagnostic(
          Codes.oldValue, "`\(name.text)` is the value before SET; `\(match.name)` alone is the new one", at: name.span,
          label: "the old value"
        ).labelled(replacedAt, "replaced here")
          .fix("read the new value", replacing: name.span, with: match.name, .maybeIncorrect))
    }
    return reference(match, at: name.span, in: context)
  }

  private func wholeRow(
    _ variable: RangeVariable, at span: SourceSpan, in context: ExpressionContext
  ) -> TypedExpression {
    let values = variable.columns.map { reference($0, at: span, in: context) }
    let fields = zip(variable.columns, values).map { Field($0.name, $1.type, nullable: $1.nullable) }
    return TypedExpression(
      .makeRow(values), type: .row(fields), nullable: false, range: range(span, context.environment))
  }

  private func fields(
    _ parts: ArraySlice<Identifier>, of value: TypedExpression, in context: ExpressionContext
  ) throws(CompileError) -> TypedExpression {
    var result = value
    for part in parts { result = try field(part, of: result, in: context) }
    return result
  }

  func field(
    _ name: Identifier, of base: TypedExpression, in context: ExpressionContext
  ) throws(CompileError) -> TypedExpression {
    guard case .row(let fields) = base.type else {
      if base.type == .json { return try jsonField(name.text, of: base, at: name.span, in: context) }
      throw failure(
        Codes.unknownColumn, "`.\(name.text)` needs a STRUCT, and this is \(article(base.type))", at: name.span)
    }
    let exact = fields.firstIndex { $0.name == name.text }
    let folded = Scope.folded(name.text)
    guard let index = exact ?? fields.firstIndex(where: { Scope.folded($0.name) == folded }) else {
      let names = fields.map(\.name)
      throw failure(
        Codes.unknownColumn,
        "the STRUCT has no field `\(name.text)`\(self.suggestion(for: name.text, in: names))", at: name.span
      ) { diagnostic in
        diagnostic.note("its fields are \(names.joined(separator: ", "))").suggesting(name, from: names)
      }
    }
    let field = fields[index]
    let whole = base.range.map { TextRange(start: $0.start, end: max($0.end, name.span.end)) }
    let kind: TypedExpression.Kind =
      if case .makeRow(let values) = base.kind { values[index].kind } else { .field(base, index) }
    return TypedExpression(
      kind, type: field.type, nullable: field.nullable || base.nullable,
      range: name.span.source == source.id ? whole : base.range)
  }

  private func ambiguous(_ name: Identifier, in context: ExpressionContext) -> CompileError {
    let holders = context.scope.variables.filter { !Scope.matches(name.text, in: $0.columns).isEmpty }.map(\.name)
    return failure(
      Codes.ambiguousColumn, "`\(name.text)` could be more than one column here", at: name.span, label: "ambiguous"
    ) { diagnostic in
      let adorned =
        context.scope.producer.map { diagnostic.labelled($0, "this output has the name twice") } ?? diagnostic
      return holders.isEmpty
        ? adorned.help("RENAME one of them, or DROP what you do not need")
        : adorned.help("say which: \(holders.map { "`\($0).\(name.text)`" }.joined(separator: " or "))")
    }
  }

  func suggestion(for name: String, in candidates: [String]) -> String {
    NameSuggestion.nearest(to: name, in: candidates).map { "; did you mean `\($0)`?" } ?? ""
  }

  func unknownColumn(_ name: Identifier, in context: ExpressionContext) -> CompileError {
    let visible = context.scope.columns.map(\.name) + context.environment.parameters.keys.sorted()
    let lost = context.scope.lost.first { Scope.folded($0.name) == Scope.folded(name.text) }
    let hint = lost == nil ? suggestion(for: name.text, in: visible) : ""
    return failure(Codes.unknownColumn, "no column `\(name.text)` here\(hint)", at: name.span) { diagnostic in
      var result = diagnostic
      if let lost {
        result = result.labelled(lost.span, "`\(lost.name)` was dropped by \(lost.operatorName) here")
        if lost.operatorName == "AGGREGATE" || lost.operatorName == "GROUP BY" {
          result = result.help("add `\(lost.name)` to GROUP BY, or wrap it in ANY_VALUE")
        }
        return result
      }
      if let producer = context.scope.producer {
        result = result.labelled(producer, "this gives: \(self.listing(visible))")
      } else if visible.isEmpty {
        result = result.help("there are no columns here: the query has no FROM")
      }
      return result.suggesting(name, from: visible)
    }
  }

  private func unknownColumn(
    _ name: Identifier, of variable: RangeVariable, in context: ExpressionContext
  ) -> CompileError {
    let names = variable.columns.map(\.name)
    return failure(
      Codes.unknownColumn, "`\(variable.name)` has no column `\(name.text)`\(suggestion(for: name.text, in: names))",
      at: name.span
    ) { $0.note("its columns are \(self.listing(names))").suggesting(name, from: names) }
  }

  /// Names in a message: all of a few, the first of many.
  func listing(_ names: [String]) -> String {
    let shown = names.prefix(12).joined(separator: ", ")
    return names.count > 12 ? "\(shown) and \(names.count - 12) more" : shown
  }
}

extension Diagnostic {
  /// With the edit that puts the nearest of `candidates` in the name's place, if one is near.
  func suggesting(_ name: Identifier, from candidates: [String]) -> Diagnostic {
    guard let near = NameSuggestion.nearest(to: name.text, in: candidates) else { return self }
    return fix("a similar name exists", replacing: name.span, with: near, .maybeIncorrect)
  }
}
