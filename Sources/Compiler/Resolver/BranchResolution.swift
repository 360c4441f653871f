// FORK, TEE and ROUTE: one input, several subpipelines, each ending in a sink. In: the branches. Out: their sinks beside
// the statement's own. The input is one relation, so lowering computes it once.

import Plan
import Syntax
import Values

extension Resolver {
  func fork(
    _ input: ResolvedQuery, _ branches: [Subpipeline], _ environment: Environment
  ) throws(CompileError) -> ResolvedQuery {
    for branch in branches { try self.branch(branch, of: input, environment) }
    var output = input
    output.isTerminated = true
    return output
  }

  func tee(
    _ input: ResolvedQuery, _ branches: [Subpipeline], _ op: PipeOperator, _ environment: Environment
  ) throws(CompileError) -> ResolvedQuery {
    guard environment.allowsTerminal else {
      throw failure(Codes.misplaced, "TEE cannot stand in a subquery", at: op.span)
    }
    if branches.isEmpty { throw notSupported("TEE without a branch", at: op.span) }
    for branch in branches { try self.branch(branch, of: input, environment) }
    var output = input
    output.mayEmit = false
    return output
  }

  /// The first condition that holds takes the row.
  func route(
    _ input: ResolvedQuery, _ route: PipeRoute, _ op: PipeOperator, _ environment: Environment
  ) throws(CompileError) -> ResolvedQuery {
    let context = ExpressionContext(input, environment, clause: "ROUTE WHEN")
    var before: [TypedExpression] = []
    for branch in route.branches {
      let condition = try predicate(branch.condition, in: context)
      let own = routed(input, before + [condition], at: branch.span, environment)
      try target(branch.target, own, at: branch.span, environment)
      let known = TypedExpression(
        .coalesce([condition, .literal(.bool(false), .boolean)]), type: .boolean, nullable: false,
        range: condition.range)
      before.append(try not(known, at: branch.condition.span, in: context))
    }
    if let otherwise = route.otherwise {
      try target(otherwise, routed(input, before, at: op.span, environment), at: op.span, environment)
    } else {
      report(
        Diagnostic(
          Codes.routeDrops, "ROUTE without ELSE drops the rows for which no condition holds", at: op.keywordSpan
        )
        .help("add ELSE (…) or ELSE INTO a sink"))
    }
    var output = input
    output.isTerminated = true
    return output
  }

  private func routed(
    _ input: ResolvedQuery, _ conditions: [TypedExpression], at span: SourceSpan, _ environment: Environment
  ) -> ResolvedQuery {
    var output = input
    output.mayEmit = false
    let nullable = conditions.contains(where: \.nullable)
    let predicate =
      conditions.count == 1
      ? conditions[0]
      : TypedExpression(.and(conditions), type: .boolean, nullable: nullable, range: conditions.last?.range)
    output.relation = input.relation.filtered(predicate, owner: environment.owner, range: range(span, environment))
    return output
  }

  private func target(
    _ target: RouteTarget, _ input: ResolvedQuery, at span: SourceSpan, _ environment: Environment
  ) throws(CompileError) {
    switch target {
    case .subpipeline(let pipeline): try branch(pipeline, of: input, environment)
    case .into(let name):
      let output = try insert(input, into: name, [], at: span, environment)
      extraSinks.append(ResolvedSink(relation: output.relation, isResult: false))
    }
  }

  private func branch(
    _ branch: Subpipeline, of input: ResolvedQuery, _ outer: Environment
  ) throws(CompileError) {
    var environment = outer
    environment.allowsTerminal = true
    var current = input
    for (position, op) in branch.operators.enumerated() {
      current = try apply(op, to: current, &environment, isLast: position == branch.operators.count - 1)
    }
    guard current.isTerminated else {
      throw failure(Codes.misplaced, "this branch ends in no sink: its rows would go nowhere", at: branch.span) {
        $0.help("end it with `|> INSERT INTO …`")
      }
    }
    if case .sink = current.relation.node {
      extraSinks.append(ResolvedSink(relation: current.relation, isResult: false))
    }
  }
}
