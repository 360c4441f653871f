// The bound on what joins, set operations and rankings keep, with the fact that gives it (LANGUAGE §5.3). In: a description and
// its inputs. Out: a bound whose reason names the user's columns.

import Plan
import Values

enum RelationalStateRules {
  static func bound(of join: Join, _ left: Relation, _ right: Relation) -> StateBound {
    if left.isBounded, right.isBounded { return StateBound(.unbounded, reason: "both sides, which end") }
    if let interval = join.interval {
      let span = interval.upper &- interval.lower
      return StateBound(.rows(duration: span), reason: "a row is forgotten when no match can come any more")
    }
    if let ttl = join.timeToLive {
      return StateBound(
        .keys, reason: "rows of both sides, forgotten \(DurationText.text(ttl)) after they were last used")
    }
    return StateBound(.unbounded, reason: "every row of both sides is kept: a match may come at any time")
  }

  static func bound(of join: TemporalJoin, _ right: Relation) -> StateBound {
    let names = text(join.keys.map(\.right), right)
    let waiting = "rows until the watermark of both sides passes them"
    if join.keys.isEmpty { return StateBound(.constant, reason: "\(waiting), and the newest version") }
    let reason = "\(waiting), and the newest version for each value of \(names)"
    guard let ttl = join.timeToLive else { return StateBound(.keys, reason: reason) }
    return StateBound(.keys, reason: "\(reason), forgotten \(DurationText.text(ttl)) after it was last used")
  }

  static func bound(of operation: SetOperation) -> StateBound {
    StateBound(.keys, reason: "one entry for each distinct row, and nothing known bounds how many there are")
  }

  static func bound(of ranking: Ranking, _ input: Relation) -> StateBound {
    let names = text(ranking.partition, input)
    if ranking.window != nil {
      return StateBound(.keysTimesWindows, reason: "the first \(ranking.last) rows of each open window")
    }
    if ranking.partition.isEmpty, input.properties.mode == .append {
      return StateBound(.constant, reason: "the first \(ranking.last) rows")
    }
    if input.properties.mode != .append {
      return StateBound(.unbounded, reason: "every row is kept: one that is taken back lets another move up")
    }
    return StateBound(.keys, reason: "the first \(ranking.last) rows for each value of \(names)")
  }

  static func bound(of deduplication: Deduplication, _ input: Relation) -> StateBound {
    let names = text(deduplication.keys, input)
    if let within = deduplication.within {
      return StateBound(.rows(duration: within), reason: "one entry for each value of \(names), until it is that old")
    }
    return StateBound(
      .keys, reason: "one entry for each value of \(names), and nothing known bounds how many there are")
  }

  static func bound(of over: OverWindow, _ input: Relation) -> StateBound {
    let names = text(over.partition, input)
    return StateBound(
      .keys, reason: names.isEmpty ? "the rows of the frame" : "the rows of the frame for each value of \(names)")
  }

  static func bound(of normalization: Normalization, _ input: Relation) -> StateBound {
    let names = normalization.keys.map { input.schema[$0].name }.joined(separator: ", ")
    return StateBound(.keys, reason: "the row of each \(names), which is the table itself")
  }

  private static func text(_ expressions: [TypedExpression], _ input: Relation) -> String {
    expressions.map(ExpressionText(input.schema).text).joined(separator: ", ")
  }
}
