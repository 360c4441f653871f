// The symbolic bound on what each operator keeps, with the fact that gives it (LANGUAGE §5.3). In: a node over inputs.
// Out: a `StateBound` whose reason names the user's columns. EXPLAIN STATE prints it; W2001 is made from it.

import Plan
import Values

enum StateRules {
  static func bound(of node: Relation.Node) -> StateBound {
    switch node {
    case .scan, .side, .values, .filter, .project, .watermark, .union, .unnest, .sink: .none
    case .assignWindow(_, let assignment, _): assignment.session.map { heldSessions($0, assignment.grace) } ?? .none
    case .join(let left, let right, let join): RelationalStateRules.bound(of: join, left, right)
    case .temporalJoin(_, let right, let join): RelationalStateRules.bound(of: join, right)
    case .setOperation(_, _, let operation): RelationalStateRules.bound(of: operation)
    case .rank(let input, let ranking): RelationalStateRules.bound(of: ranking, input)
    case .deduplicate(let input, let deduplication): RelationalStateRules.bound(of: deduplication, input)
    case .over(let input, let over): RelationalStateRules.bound(of: over, input)
    case .normalize(let input, let normalization): RelationalStateRules.bound(of: normalization, input)
    case .aggregate(_, let aggregation, let windowed):
      windowed ? perWindow(aggregation, grace: 0) : perGroup(aggregation)
    case .windowAggregate(_, let window, _, let aggregation):
      window.session.map { sessions($0, aggregation, grace: window.grace) }
        ?? perWindow(aggregation, grace: window.grace)
    case .sort(_, _, let limit, let offset):
      if let limit {
        StateBound(.constant, reason: "keeps the first \(limit &+ offset) rows of the order")
      } else {
        StateBound(.unbounded, reason: "keeps all rows until the end of the input, which is bounded")
      }
    case .limit: StateBound(.constant, reason: "a count of rows")
    }
  }

  private static func perWindow(_ aggregation: Aggregation, grace: Int64) -> StateBound {
    let keys = aggregation.keys.map(\.name).joined(separator: ", ")
    let what = keys.isEmpty ? "one entry for each open window" : "one entry for each open window and value of \(keys)"
    let release = grace == 0 ? "" : " and GRACE"
    return StateBound(
      .keysTimesWindows, reason: "\(what), released when the watermark passes the window's end\(release)")
  }

  private static func sessions(_ session: SessionWindow, _ aggregation: Aggregation, grace: Int64) -> StateBound {
    let keys = aggregation.keys.map(\.name).joined(separator: ", ")
    let release = grace == 0 ? "" : " and GRACE"
    let waiting =
      session.maximum == nil && session.start == nil && session.end == nil
      ? "" : "; and the rows that the watermark has not passed"
    return StateBound(
      .keysTimesWindows,
      reason:
        "one entry for each open session of each value of \(keys), released \(LiteralText.length(session.gap)) after its last row\(release)\(waiting)"
    )
  }

  private static func heldSessions(_ session: SessionWindow, _ grace: Int64) -> StateBound {
    let length = session.maximum.map { "of at most \(LiteralText.length($0))" } ?? "however long they are"
    return StateBound(
      session.maximum.map { .rows(duration: $0.addingReportingOverflow(grace).overflow ? .max : $0 &+ grace) }
        ?? .keysTimesWindows,
      reason: "the rows of open sessions, \(length), released \(LiteralText.length(session.gap)) after the last")
  }

  private static func perGroup(_ aggregation: Aggregation) -> StateBound {
    let keeping = aggregation.calls.first(where: \.keepsValues)
    if aggregation.keys.allSatisfy({ $0.expression.type == .boolean || isConstant($0.expression) }) {
      return keeping != nil
        ? StateBound(.unbounded, reason: keptValues(keeping))
        : StateBound(.constant, reason: aggregation.keys.isEmpty ? "one group" : "the keys take few values")
    }
    let keys = aggregation.keys.map(\.name).joined(separator: ", ")
    if let ttl = aggregation.timeToLive {
      return StateBound(
        .keys, reason: "one entry for each value of \(keys), forgotten \(DurationText.text(ttl)) after its last change")
    }
    return StateBound(.keys, reason: "one entry for each value of \(keys), and nothing known bounds how many there are")
  }

  private static func keptValues(_ call: AggregateCall?) -> String {
    guard let call, !call.distinct else { return "every distinct value counted by a DISTINCT aggregate is kept" }
    return "every different value of \(call.function.name) is kept"
  }

  private static func isConstant(_ expression: TypedExpression) -> Bool { expression.columnsRead.isEmpty }

  /// Whether the operator's state can grow for as long as the pipeline runs and nothing in the text says that it may.
  static func growsWithoutBound(_ relation: Relation) -> Bool {
    let isMeant: Bool
    switch relation.node {
    case .aggregate(_, let aggregation, false): isMeant = aggregation.timeToLive != nil
    case .join(_, _, let join): isMeant = join.timeToLive != nil || join.acceptsGrowth
    case .temporalJoin(_, _, let join): isMeant = join.timeToLive != nil || join.acceptsGrowth
    case .setOperation(_, _, let operation): isMeant = operation.timeToLive != nil
    case .rank(_, let ranking): isMeant = ranking.timeToLive != nil || ranking.acceptsGrowth
    case .deduplicate(_, let deduplication): isMeant = deduplication.timeToLive != nil || deduplication.acceptsGrowth
    case .over(_, let over): isMeant = over.timeToLive != nil || over.acceptsGrowth
    case .scan, .side, .values, .filter, .project, .watermark, .assignWindow, .aggregate, .windowAggregate, .union,
      .unnest, .normalize, .sort, .limit, .sink:
      return false
    }
    guard !isMeant else { return false }
    return relation.stateBound.size == .keys || relation.stateBound.size == .unbounded
  }
}
