// Joins, set operations and rankings in words, for EXPLAIN and for the printed tree. In: a description and the schemas of its
// inputs. Out: text. Knows nothing of layout.

import Values

package enum RelationalText {
  package static func text(_ join: Join, left: Schema, right: Schema) -> String {
    let (leftPrinter, rightPrinter) = (ExpressionText(left), ExpressionText(right))
    let keys = join.keys.map { key in
      "\(leftPrinter.text(key.left)) \(key.matchesNulls ? "IS NOT DISTINCT FROM" : "=") \(rightPrinter.text(key.right))"
    }
    var parts = [join.kind.rawValue.uppercased()]
    if !keys.isEmpty { parts.append("ON \(keys.joined(separator: " AND "))") }
    if let residual = join.residual {
      parts.append("IF \(ExpressionText(Schema(left.fields + right.fields)).text(residual))")
    }
    if let interval = join.interval {
      parts.append(
        "WITHIN \(LiteralText.length(interval.lower)) TO \(LiteralText.length(interval.upper)) OF \(right[interval.rightTime].name)"
      )
    }
    if let ttl = join.timeToLive { parts.append("STATE TTL \(LiteralText.length(ttl))") }
    return parts.joined(separator: " ")
  }

  package static func text(_ join: TemporalJoin, left: Schema, right: Schema) -> String {
    let sides = Join(join.kind, keys: join.keys, residual: join.residual, timeToLive: join.timeToLive)
    let times = "\(left[join.leftTime].name) \(join.isInclusive ? ">=" : ">") \(right[join.rightTime].name)"
    return "\(times) \(text(sides, left: left, right: right))"
  }

  package static func text(_ unnest: Unnest, _ printer: ExpressionText) -> String {
    "\(unnest.keepsEmpty ? "LEFT " : "")\(printer.text(unnest.array)) AS \(unnest.elements.map(\.name).joined(separator: ", "))"
      + (unnest.offset.map { " WITH OFFSET \($0.name)" } ?? "")
  }

  package static func text(_ operation: SetOperation) -> String {
    "\(operation.kind.rawValue.uppercased()) \(operation.all ? "ALL" : "DISTINCT")"
  }

  package static func text(_ ranking: Ranking, _ printer: ExpressionText) -> String {
    var parts = ["\(ranking.function.rawValue) \(ranking.first) TO \(ranking.last)"]
    if ranking.window != nil { parts.append("PER WINDOW") }
    if !ranking.partition.isEmpty { parts.append("PER \(ranking.partition.map(printer.text).joined(separator: ", "))") }
    parts.append("ORDER BY \(OperationText.text(ranking.order, printer))")
    if let field = ranking.rankField { parts.append("RANK AS \(field.name)") }
    parts.append(OperationText.text(ranking.emission))
    if let ttl = ranking.timeToLive { parts.append("STATE TTL \(LiteralText.length(ttl))") }
    return parts.joined(separator: " ")
  }

  package static func text(_ deduplication: Deduplication, _ printer: ExpressionText) -> String {
    var parts = ["ON \(deduplication.keys.map(printer.text).joined(separator: ", "))"]
    parts.append("KEEP \(deduplication.kept.rawValue.uppercased())")
    if let order = deduplication.order { parts.append("BY \(printer.text(order))") }
    if let within = deduplication.within { parts.append("WITHIN \(LiteralText.length(within))") }
    if let ttl = deduplication.timeToLive { parts.append("STATE TTL \(LiteralText.length(ttl))") }
    return parts.joined(separator: " ")
  }

  package static func text(_ over: OverWindow, _ printer: ExpressionText) -> String {
    let calls = over.calls.map { call in
      let arguments = call.arguments.map(printer.text).joined(separator: ", ")
      return
        "\(call.function.name)(\(call.distinct ? "DISTINCT " : "")\(arguments)) \(text(call.frame)) AS \(call.result.name)"
    }
    var parts = [calls.joined(separator: ", ")]
    if !over.partition.isEmpty {
      parts.append("PARTITION BY \(over.partition.map(printer.text).joined(separator: ", "))")
    }
    if !over.order.isEmpty { parts.append("ORDER BY \(OperationText.text(over.order, printer))") }
    return parts.joined(separator: " ")
  }

  private static func text(_ frame: Frame) -> String {
    "\(frame.unit.rawValue.uppercased()) \(text(frame.start, frame.unit)) TO \(text(frame.end, frame.unit))"
  }

  private static func text(_ bound: Frame.Bound, _ unit: Frame.Unit) -> String {
    switch bound {
    case .unboundedPreceding: "UNBOUNDED PRECEDING"
    case .preceding(let distance): "\(distance) PRECEDING"
    case .currentRow: "CURRENT ROW"
    case .following(let distance): "\(distance) FOLLOWING"
    case .unboundedFollowing: "UNBOUNDED FOLLOWING"
    }
  }
}
