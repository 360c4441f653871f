// Pipe operators: one input, one output. This file says which operator does what and refuses by name those that this
// version does not run; the operators themselves stand in files by idea.

import Plan
import Syntax
import Values

extension Resolver {
  func apply(
    _ op: PipeOperator, to input: ResolvedQuery, _ environment: inout Environment, isLast: Bool
  ) throws(CompileError) -> ResolvedQuery {
    if input.scope.isUncertain, case .emit = op.kind { return input }
    if !input.correlations.isEmpty { try requireCarried(op) }
    switch op.kind {
    case .where(let predicate): return try filter(input, predicate, clause: "WHERE", at: op.span, environment)
    case .select(let select): return try pipeSelect(input, select, at: op.span, environment)
    case .extend(let extend): return try self.extend(input, extend, at: op.span, environment)
    case .set(let items): return try set(input, items, at: op.span, environment)
    case .drop(let names): return try drop(input, names, at: op.span)
    case .rename(let items): return try rename(input, items, at: op.span)
    case .alias(let name): return aliased(input, name)
    case .aggregate(let aggregate): return try self.aggregate(input, aggregate, op, environment)
    case .distinct(let state): return try distinct(input, state: state, name: "DISTINCT", at: op.span, environment)
    case .call(let call, let alias): return try self.call(call, alias: alias, input: input, environment)
    case .orderBy(let items): return try order(input, by: items, at: op.span, environment)
    case .limit(let limit): return try self.limit(input, limit, at: op.span, environment)
    case .setOperation(let setOperator, let queries):
      return try pipeSetOperation(input, setOperator, queries, environment)
    case .with(let with):
      try define(with, in: &environment)
      return input
    case .window(let window): return try self.window(input, window, at: op.span, environment)
    case .watermark(let declaration): return try watermark(input, declaration, at: op.span, environment)
    case .emit(let emit): return try self.emit(emit, on: input, throughFilter: false)
    case .insert(let insert):
      try requireTerminal("INSERT INTO", op, environment, isLast: isLast)
      return try self.insert(input, insert, at: op.span, environment)
    case .finish:
      try requireTerminal("FINISH", op, environment, isLast: isLast)
      return input
    case .fork(let branches):
      try requireTerminal("FORK", op, environment, isLast: isLast)
      return try fork(input, branches, environment)
    case .tee(let branches): return try tee(input, branches, op, environment)
    case .route(let route):
      try requireTerminal("ROUTE", op, environment, isLast: isLast)
      return try self.route(input, route, op, environment)
    case .join(let join): return try self.join(input, join, at: op.span, environment)
    case .pivot(let pivot, let alias): return try self.pivot(input, pivot, alias: alias, at: op.span, environment)
    case .unpivot(let unpivot, let alias):
      return try self.unpivot(input, unpivot, alias: alias, at: op.span, environment)
    case .sample(let sample): return try self.sample(input, sample, environment)
    case .conditional(let choice): return try choose(input, choice, op, &environment, isLast: isLast)
    case .describe: return describe(input, at: op.span, environment)
    case .deduplicate(let deduplicate): return try self.deduplicate(input, deduplicate, op, environment)
    case .top(let top): return try self.top(input, top, op, environment)
    case .recursive, .matchRecognize, .assert, .log, .create, .throttle, .validate, .attempt:
      throw refused(op)
    case .error: throw .reported
    }
  }

  /// The operators that can stand above conditions on the outer row, for they keep what these read.
  private func requireCarried(_ op: PipeOperator) throws(CompileError) {
    switch op.kind {
    case .where, .select, .extend, .set, .drop, .rename, .alias, .aggregate, .distinct, .orderBy, .with, .join, .error:
      return
    case .limit, .call, .setOperation, .window, .watermark, .emit, .insert, .finish, .fork, .tee, .route, .recursive,
      .sample, .pivot, .unpivot, .matchRecognize, .assert, .describe, .log, .conditional, .create, .deduplicate, .top,
      .throttle, .validate, .attempt:
      let name = source.text(of: op.keywordSpan).uppercased()
      throw notSupported("\(name) in a subquery after a condition on the outer row", at: op.span)
    }
  }

  /// The operators of the grammar that this version does not run, by the name that the user wrote.
  private func refused(_ op: PipeOperator) -> CompileError {
    let keyword = source.text(of: op.keywordSpan).uppercased()
    let name = keyword.isEmpty ? "this operator" : "the operator \(keyword)"
    return notSupported(name, at: op.keywordSpan.isEmpty ? op.span : op.keywordSpan)
  }

  private func requireTerminal(
    _ name: String, _ op: PipeOperator, _ environment: Environment, isLast: Bool
  ) throws(CompileError) {
    guard isLast, environment.allowsTerminal else {
      throw failure(
        Codes.misplaced, "\(name) ends a pipeline: nothing can follow it, and it cannot stand in a subquery",
        at: op.span)
    }
  }

  func filter(
    _ input: ResolvedQuery, _ predicate: SyntaxExpression, clause: String, at span: SourceSpan,
    _ environment: Environment
  ) throws(CompileError) -> ResolvedQuery {
    var context = ExpressionContext(input, environment, clause: clause)
    let subqueries = SubqueryCollector()
    context.subqueries = subqueries
    context.readsOuter = environment.outer != nil
    let condition = try self.predicate(predicate, in: context)
    warnAboutClock(condition, input, at: predicate.span)
    var output = try restricted(input, to: condition, subqueries, at: span, environment)
    if output.relation.properties.window != nil, output.scope.unjoinedWindows != nil {
      output.scope.unjoinedWindows = nil
      output.scope.window = output.relation.properties.window
    }
    output.mayEmit = false
    return output
  }

  /// A predicate that reads the clock means something else on a stream than in a database.
  private func warnAboutClock(_ condition: TypedExpression, _ input: ResolvedQuery, at span: SourceSpan) {
    guard !input.relation.isBounded, readsClock(condition) else { return }
    report(
      Diagnostic(
        Codes.clockInPredicate, "this condition is judged once for each row, by the clock of the moment it arrives",
        at: span, label: "reads the clock"
      ).help("compare with an event time of the row instead, so that a replay gives the same answer"))
  }

  private func readsClock(_ expression: TypedExpression) -> Bool {
    if case .call(let function, _) = expression.kind,
      ["CURRENT_TIMESTAMP", "CURRENT_DATE", "CURRENT_TIME", "NOW", "PROCTIME", "UNIX_TIMESTAMP"].contains(function.name)
    {
      return true
    }
    return expression.children.contains(where: readsClock)
  }

  private func aliased(_ input: ResolvedQuery, _ name: Identifier) -> ResolvedQuery {
    var output = input
    output.scope.variables = [RangeVariable(name: name.text, columns: input.scope.columns)]
    output.scope.replaced = [:]
    return output
  }

  private func watermark(
    _ input: ResolvedQuery, _ declaration: WatermarkDeclaration, at span: SourceSpan, _ environment: Environment
  ) throws(CompileError) -> ResolvedQuery {
    let context = ExpressionContext(input, environment, clause: "WATERMARK")
    let name = QualifiedName(parts: [declaration.column], span: declaration.column.span)
    let column = try self.column(name, in: context)
    guard case .column(let index) = column.kind, column.type == .timestamp else {
      throw failure(
        Codes.invalidDeclaration,
        "WATERMARK FOR needs a TIMESTAMP column, and `\(declaration.column.text)` is \(article(column.type))",
        at: declaration.column.span)
    }
    let value = try typed(declaration.value, in: context)
    guard value.type == .timestamp else {
      throw failure(
        Codes.invalidDeclaration, "a watermark is a TIMESTAMP, and this is \(article(value.type))",
        at: declaration.value.span)
    }
    try refuseMonths(in: value, at: declaration.value.span)
    let idle = try declaration.idleAfter.map { (d) throws(CompileError) in try self.duration(d, clause: "IDLE AFTER") }
    var output = input
    output.relation = Relation(
      .watermark(input.relation, column: index, expression: value, idleAfter: idle), owner: environment.owner,
      range: range(span, environment))
    output.mayEmit = false
    return output
  }
}
