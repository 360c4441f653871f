// Sessions: their arguments, and what an aggregate over them must group by. In: the arguments of SESSION in either surface, a
// grouping. Out: the window, or what is wrong with it.

import Plan
import Syntax
import Values

extension Resolver {
  /// The sessions that a request describes.
  func session(_ request: WindowRequest) throws(CompileError) -> SessionWindow {
    guard let gap = request.gap else {
      throw failure(
        Codes.invalidWindow, "SESSION needs a GAP: how long nothing may come before a session is over", at: request.span
      ) { $0.help("write SESSION(GAP 30 MINUTES)") }
    }
    guard gap.value > 0 else { throw failure(Codes.invalidWindow, "the GAP must be above zero", at: gap.span) }
    if let maximum = request.maximum, maximum.value <= 0 {
      throw failure(Codes.invalidWindow, "MAX must be above zero", at: maximum.span)
    }
    guard !request.partition.isEmpty else {
      throw failure(Codes.invalidWindow, "SESSION needs PER: whose rows make a session", at: request.span) {
        $0.help("write `WINDOW SESSION(…) PER user_id`, or SESSION(TABLE t PARTITION BY user_id, …)")
      }
    }
    var partition: [TypedExpression] = []
    for part in request.partition where !partition.contains(where: { $0.isSame(as: part) }) { partition.append(part) }
    return SessionWindow(
      partition: partition, gap: gap.value, maximum: request.maximum?.value, start: request.start, end: request.end)
  }

  /// An aggregate over sessions groups by what they are sessions of: those of two users are not one.
  func checkSessionKeys(_ grouping: Grouping, at keyword: SourceSpan) throws(CompileError) {
    guard grouping.window != nil, let sessions = sessions(in: grouping.input.relation) else { return }
    let missing = zip(sessions.keys, sessions.names).filter { key, _ in
      guard let key else { return true }
      return !grouping.keys.contains { $0.item.expression.isSame(as: key) }
    }
    guard !missing.isEmpty else { return }
    let visible = Set(grouping.input.scope.columns.map(\.index))
    let isGone = missing.contains { key, _ in key.map { !visible.isSuperset(of: $0.columnsRead) } ?? true }
    let names = missing.map(\.1).joined(separator: ", ")
    throw failure(
      Codes.windowIgnored, "the sessions are those of each \(sessions.names.joined(separator: ", "))", at: keyword
    ) { diagnostic in
      var result = diagnostic
      if let place = self.span(sessions.range) { result = result.labelled(place, "rows are assigned to sessions here") }
      return isGone
        ? result.help("keep \(names) up to here, and group by it: GROUP BY WINDOW, \(names)")
        : result.help("group by \(names) as well: GROUP BY WINDOW, \(names)")
    }
  }

  private struct Sessions {
    /// What the sessions are of, over the relation asked about; nil where it is gone.
    var keys: [TypedExpression?]
    var names: [String]
    var range: TextRange?
  }

  /// The sessions that rows of a relation are in, if nothing but filters and projections lies between.
  private func sessions(in relation: Relation) -> Sessions? {
    switch relation.node {
    case .assignWindow(let input, let window, _):
      guard let session = window.session else { return nil }
      let printer = ExpressionText(names: input.schema.fields.map(\.name))
      return Sessions(keys: session.partition, names: session.partition.map(printer.text), range: relation.range)
    case .filter(let input, _): return sessions(in: input)
    case .project(let input, let items):
      guard var below = sessions(in: input) else { return nil }
      below.keys = below.keys.map { key in
        key.flatMap { key in
          items.firstIndex { $0.expression.isSame(as: key) }.map { .column($0, relation.schema[$0]) }
        }
      }
      return below
    case .scan, .side, .values, .watermark, .aggregate, .windowAggregate, .union, .join, .temporalJoin, .unnest,
      .setOperation, .rank, .deduplicate, .over, .normalize, .sort, .limit, .sink:
      return nil
    }
  }

  /// Sessions that say what they know before they are over keep accumulators, not rows: nothing may stand between WINDOW and
  /// AGGREGATE, and the keys are those of the sessions.
  func checkEarlySessions(_ aggregate: Relation, at span: SourceSpan) throws(CompileError) {
    guard case .aggregate(let input, _, true) = aggregate.node, let sessions = sessions(in: input),
      WindowFusion.sessions(aggregate) == nil
    else { return }
    let names = sessions.names.joined(separator: ", ")
    throw notSupported(
      "EMIT CHANGES of rows that were held for their sessions", at: span,
      help: "put AGGREGATE … GROUP BY WINDOW, \(names) right behind WINDOW SESSION, or leave EMIT away")
  }
}
