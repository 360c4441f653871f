// What a join in time may not be, and what a join without an end keeps: WITHIN needs two time attributes and rows that are never
// changed, rows in windows meet within their window (LANGUAGE §5.4: E2002, E2004, E2012, W2001). In: resolved joins. Out:
// intervals, or diagnostics that say what to write.

import Plan
import Syntax
import Values

extension Resolver {
  /// WITHIN: how much later than the right row the left one may be, at least and at most.
  func interval(
    _ time: JoinTime, _ left: ResolvedQuery, _ right: ResolvedQuery, isSwapped: Bool
  ) throws(CompileError) -> JoinInterval {
    let before: Int64
    let after: Int64
    switch time.kind {
    case .within(let length):
      before = try duration(length, clause: "WITHIN")
      after = before
    case .before(let length):
      before = try duration(length, clause: "WITHIN")
      after = 0
    case .after(let length):
      before = 0
      after = try duration(length, clause: "WITHIN")
    case .beforeAndAfter(let first, let second):
      before = try duration(first, clause: "WITHIN")
      after = try duration(second, clause: "WITHIN")
    case .perWindow:
      before = 0
      after = 0
    }
    guard before >= 0, after >= 0 else {
      throw failure(Codes.invalidLiteral, "WITHIN needs a length of time that is not below zero", at: time.span)
    }
    for (side, name) in [(left, isSwapped ? "right" : "left"), (right, isSwapped ? "left" : "right")] {
      if side.relation.properties.mode != .append { throw changingSide("WITHIN", side.relation, at: time.span) }
      if side.relation.properties.timeAttribute == nil { throw noTime(side, name, at: time.span) }
    }
    let own = left.relation.properties.timeAttribute?.column ?? 0
    let other = right.relation.properties.timeAttribute?.column ?? 0
    return isSwapped
      ? JoinInterval(leftTime: own, rightTime: other, lower: -before, upper: after)
      : JoinInterval(leftTime: own, rightTime: other, lower: -after, upper: before)
  }

  func changingSide(_ clause: String, _ side: Relation, at span: SourceSpan) -> CompileError {
    failure(Codes.needsAppend, "\(clause) needs rows that are never changed, and those of one side are", at: span) {
      diagnostic in
      let origin = self.updatingOperator(side).flatMap { self.span($0.range) }
      let labelled =
        origin.map { diagnostic.labelled($0, "this operator changes rows that it has given") } ?? diagnostic
      return labelled.help("write EMIT FINAL after a windowed aggregate, or join without \(clause)")
    }
  }

  private func noTime(_ side: ResolvedQuery, _ which: String, at span: SourceSpan) -> CompileError {
    let candidates = side.scope.columns.filter { side.relation.schema[$0.index].type == .timestamp }.map(\.name)
    return failure(
      Codes.noWatermark, "WITHIN compares the time attributes of both sides, and the \(which) side has none", at: span
    ) { diagnostic in
      guard let first = candidates.first else {
        return diagnostic.help("declare a TIMESTAMP column with WATERMARK FOR in CREATE STREAM")
      }
      return diagnostic.help(
        "declare one in CREATE STREAM or put `|> WATERMARK FOR \(first) AS \(first) - INTERVAL '5' SECOND` before"
      ).note("TIMESTAMP columns there: \(candidates.joined(separator: ", "))")
    }
  }

  /// Rows of two windowed relations meet within one window.
  func checkJoin(
    _ joined: ResolvedQuery, _ left: ResolvedQuery, _ right: ResolvedQuery, _ request: JoinRequest
  ) throws(CompileError) {
    guard let own = left.scope.window, let other = right.scope.window,
      case .join(_, _, let join) = joined.relation.node,
      !(join.equates(own.start, other.start) && join.equates(own.end, other.end))
    else { return }
    throw unjoinedWindows(joined.relation, at: request.clause.span, mayFix: request.clause.time == nil)
  }

  func unjoinedWindows(_ relation: Relation, at span: SourceSpan, mayFix: Bool = false) -> CompileError {
    failure(
      Codes.nestedWindow, "both sides are in windows, and the join does not say that the windows are the same",
      at: span
    ) { diagnostic in
      var result = diagnostic
      for window in relation.preorder.filter({ if case .assignWindow = $0.node { true } else { false } }).prefix(2) {
        if let place = self.span(window.range) { result = result.labelled(place, "rows are assigned to windows here") }
      }
      if mayFix {
        return result.fix("join within each window", inserting: " PER WINDOW", after: span, .maybeIncorrect)
      }
      return result.help("compare window_start and window_end of both sides, or write JOIN … PER WINDOW")
    }
  }

  /// Joins that keep rows for ever though nothing says that they may.
  func warnAboutJoins(in relation: Relation) {
    for join in relation.preorder {
      warnAboutVersions(join)
      guard case .join(let left, let right, let description) = join.node, !join.isBounded,
        StateRules.growsWithoutBound(join), let span = span(join.range)
      else { continue }
      let hasTimes = left.properties.timeAttribute != nil && right.properties.timeAttribute != nil
      let isPipe = source.text(of: span).hasPrefix("|>")
      var warning = Diagnostic(
        Codes.unboundedState, "the state of this join grows for as long as the pipeline runs", at: span,
        label: join.stateBound.reason)
      if description.keys.isEmpty {
        warning = warning.note("no equality between the sides: every row is compared with every row of the other side")
      }
      if hasTimes { warning = warning.help("say how far apart in time rows may meet: JOIN … WITHIN 1 HOUR") }
      warning =
        isPipe
        ? warning.fix(
          "forget rows that are not used for a time", inserting: " STATE TTL 1 DAY", after: span, .maybeIncorrect)
        : warning.help("a join written |> JOIN … STATE TTL 1 DAY forgets rows that are not used for that time")
      report(warning)
    }
  }
}
