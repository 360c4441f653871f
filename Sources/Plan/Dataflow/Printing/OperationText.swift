// Operations in words: the line that EXPLAIN, the graphs and the tests show for each. In: an operation and the schema of
// its input. Out: text. Knows nothing of layout.

import Values

package enum OperationText {
  package static func text(_ assignment: WindowAssignment, _ input: Schema) -> String {
    let place = assignment.timeColumn
    let column = input.fields.indices.contains(place) ? input[place].name : "#\(place)"
    let grace = assignment.grace == 0 ? "" : " GRACE \(LiteralText.length(assignment.grace))"
    return switch assignment.window {
    case .aligned(let window): text(window, column) + grace
    case .session(let window): text(window, column, ExpressionText(names: input.fields.map(\.name))) + grace
    }
  }

  private static func text(_ window: AlignedWindow, _ column: String) -> String {
    var text = "\(name(window))(\(column), SIZE \(LiteralText.length(window.size))"
    switch window.kind {
    case .sliding:
      if !window.isTumbling { text += ", EVERY \(LiteralText.length(window.step))" }
    case .cumulating: text += ", STEP \(LiteralText.length(window.step))"
    }
    if window.offset != 0 { text += ", OFFSET \(LiteralText.length(window.offset))" }
    if let zone = window.zone { text += ", ZONE '\(zone)'" }
    return text + ")"
  }

  private static func text(_ window: SessionWindow, _ column: String, _ printer: ExpressionText) -> String {
    var text = "SESSION(\(column), GAP \(LiteralText.length(window.gap))"
    if let maximum = window.maximum { text += ", MAX \(LiteralText.length(maximum))" }
    if let start = window.start { text += ", START WHEN \(printer.text(start))" }
    if let end = window.end { text += ", END WHEN \(printer.text(end))" }
    return text + ") PER " + window.partition.map(printer.text).joined(separator: ", ")
  }

  private static func name(_ window: AlignedWindow) -> String {
    switch window.kind {
    case .sliding: window.isTumbling ? "TUMBLE" : "HOP"
    case .cumulating: "CUMULATE"
    }
  }

  package static func text(_ call: AggregateCall, _ printer: ExpressionText) -> String {
    let own = call.arguments.dropLast(call.ordering.count).map(printer.text)
    var arguments = call.arguments.isEmpty ? "*" : own.joined(separator: ", ")
    if call.keepsNulls { arguments += " RESPECT NULLS" }
    if !call.ordering.isEmpty {
      let keys = zip(call.arguments.suffix(call.ordering.count), call.ordering).map { key, order in
        let nulls = order.nullsFirst == !order.descending ? "" : order.nullsFirst ? " NULLS FIRST" : " NULLS LAST"
        return printer.text(key) + (order.descending ? " DESC" : "") + nulls
      }
      arguments += " ORDER BY " + keys.joined(separator: ", ")
    }
    if let limit = call.limit { arguments += " LIMIT \(limit)" }
    let filter = call.filter.map { " FILTER (WHERE \(printer.text($0)))" } ?? ""
    return "\(call.function.name)(\(call.distinct ? "DISTINCT " : "")\(arguments))\(filter)"
  }

  package static func text(_ emission: Emission) -> String {
    switch emission {
    case .final: "EMIT FINAL"
    case .changes: "EMIT CHANGES"
    case .every(let period, let andFinal): "EMIT EVERY \(LiteralText.length(period))\(andFinal ? " AND FINAL" : "")"
    }
  }

  package static func text(_ place: ExternalPlace) -> String {
    switch place {
    case .topic(let name): "TOPIC '\(name)'"
    case .file(let path): "FILE '\(path)'"
    case .standard: "STDOUT"
    case .unbound: "nothing: give it with --input"
    }
  }

  package static func text(_ part: RecordPart) -> String {
    switch part {
    case .field(let path): path.joined(separator: ".")
    case .timestamp: "METADATA timestamp"
    case .partition: "METADATA partition"
    case .offset: "METADATA offset"
    case .key: "METADATA key"
    case .headers: "METADATA headers"
    case .topic: "METADATA topic"
    case .deletion: "deletions"
    }
  }

  /// The operation's name in one word.
  package static func name(_ operation: Operation) -> String {
    switch operation {
    case .scan: "Scan"
    case .values: "Values"
    case .filter: "Filter"
    case .project: "Project"
    case .watermark: "Watermark"
    case .assignWindow: "AssignWindow"
    case .windowAggregate: "WindowAggregate"
    case .groupAggregate: "GroupAggregate"
    case .union: "Union"
    case .join: "Join"
    case .temporalJoin: "TemporalJoin"
    case .unnest: "Unnest"
    case .setOperation: "SetOperation"
    case .rank: "Rank"
    case .deduplicate: "Deduplicate"
    case .over: "Over"
    case .normalize: "Normalize"
    case .sort: "Sort"
    case .limit: "Limit"
    case .exchange: "Exchange"
    case .sink: "Sink"
    }
  }

  /// What follows the name.
  package static func details(_ operation: Operation, _ inputs: [Schema], of dataflow: Dataflow) -> String {
    let input = inputs.first ?? Schema([])
    let printer = ExpressionText(input)
    switch operation {
    case .scan(let source, let columns):
      let place = dataflow.sources.indices.contains(source) ? dataflow.sources[source] : nil
      let name = place.map { "\($0.name) FROM \(text($0.place))" } ?? "#\(source)"
      return "\(name) reads \(columns.map { text($0.part) }.joined(separator: ", "))"
    case .values(let rows): return "\(rows.count) row\(rows.count == 1 ? "" : "s")"
    case .filter(let predicate): return printer.text(predicate)
    case .project(let items): return text(items, printer)
    case .watermark(let column, let expression, let idle):
      let after = idle.map { " IDLE AFTER \(LiteralText.length($0))" } ?? ""
      return "\(printer.text(.column(column, input[column]))) AS \(printer.text(expression))\(after)"
    case .assignWindow(let window): return text(window, input)
    case .windowAggregate(let source, let aggregation):
      let window =
        switch source {
        case .assign(let window): text(window, input)
        case .columns: "of the input"
        }
      return "\(window) \(text(aggregation, printer))"
    case .groupAggregate(let aggregation): return text(aggregation, printer)
    case .union: return ""
    case .join(let join):
      return RelationalText.text(join, left: input, right: inputs.count > 1 ? inputs[1] : Schema([]))
    case .temporalJoin(let join):
      return RelationalText.text(join, left: input, right: inputs.count > 1 ? inputs[1] : Schema([]))
    case .unnest(let unnest): return RelationalText.text(unnest, printer)
    case .setOperation(let operation): return RelationalText.text(operation)
    case .rank(let ranking): return RelationalText.text(ranking, printer)
    case .deduplicate(let deduplication): return RelationalText.text(deduplication, printer)
    case .over(let over): return RelationalText.text(over, printer)
    case .normalize(let normalization):
      if normalization.keys.isEmpty { return "rows that are taken back whole" }
      return
        "by \(normalization.keys.map { input.fields.indices.contains($0) ? input[$0].name : "#\($0)" }.joined(separator: ", "))"
    case .sort(let keys, let limit, let offset): return sort(keys, limit, offset, printer)
    case .limit(let count, let offset): return "\(count)" + (offset == 0 ? "" : " OFFSET \(offset)")
    case .exchange(let keys):
      return keys.isEmpty ? "all rows to one worker" : "by \(keys.map(printer.text).joined(separator: ", "))"
    case .sink(let sink):
      guard dataflow.sinks.indices.contains(sink) else { return "#\(sink)" }
      let description = dataflow.sinks[sink]
      return description.isResult ? "result" : "\(description.name) TO \(text(description.place))"
    }
  }

  private static func text(_ items: [NamedExpression], _ printer: ExpressionText) -> String {
    items.map { item in
      let text = printer.text(item.expression)
      return text == item.name ? text : "\(text) AS \(item.name)"
    }.joined(separator: ", ")
  }

  private static func text(_ aggregation: Aggregation, _ printer: ExpressionText) -> String {
    let calls = aggregation.calls.map { "\(text($0, printer)) AS \($0.result.name)" }.joined(separator: ", ")
    let keys = aggregation.keys.isEmpty ? "" : "GROUP BY \(text(aggregation.keys, printer)) "
    let ttl = aggregation.timeToLive.map { " STATE TTL \(LiteralText.length($0))" } ?? ""
    return "\(calls.isEmpty ? "" : calls + " ")\(keys)\(text(aggregation.emission))\(ttl)"
  }

  package static func text(_ order: [SortKey], _ printer: ExpressionText) -> String {
    order.map { key in
      let nulls = key.nullsFirst == key.descending ? (key.nullsFirst ? " NULLS FIRST" : " NULLS LAST") : ""
      return "\(printer.text(key.expression))\(key.descending ? " DESC" : "")\(nulls)"
    }.joined(separator: ", ")
  }

  private static func sort(_ keys: [SortKey], _ limit: Int64?, _ offset: Int64, _ printer: ExpressionText) -> String {
    text(keys, printer) + (limit.map { " LIMIT \($0)" } ?? "")
      + (offset == 0 ? "" : " OFFSET \(offset)")
  }
}

/// The type of a relation in words.
package enum PropertiesText {
  package static func text(_ properties: RelationProperties) -> String {
    func names(_ columns: [Int]) -> String {
      columns.map { properties.schema.fields.indices.contains($0) ? properties.schema[$0].name : "#\($0)" }
        .joined(separator: ", ")
    }
    var parts: [String] = []
    switch properties.mode {
    case .append: parts.append("append")
    case .upsert(let key): parts.append("upsert(\(names(key)))")
    case .retract: parts.append("retract")
    }
    if let key = properties.keys.first { parts.append("key (\(names(key)))") }
    if let time = properties.timeAttribute {
      parts.append("time \(names([time.column]))" + (time.delay == 0 ? "" : " - \(LiteralText.length(time.delay))"))
    }
    if properties.window != nil { parts.append("windowed") }
    if let columns = properties.partitioning {
      parts.append(columns.isEmpty ? "at one worker" : "spread by (\(names(columns)))")
    }
    parts.append(properties.bounded ? "bounded" : "unbounded")
    return parts.joined(separator: ", ")
  }

  package static func size(_ size: StateBound.Size) -> String {
    switch size {
    case .none: "none"
    case .constant: "O(1)"
    case .keys: "O(keys)"
    case .keysTimesWindows: "O(keys × windows)"
    case .rows(let duration): "O(rows in \(LiteralText.length(duration)))"
    case .unbounded: "∞"
    }
  }

  package static func text(_ bound: StateBound) -> String {
    let size = size(bound.size)
    return bound.reason.isEmpty ? size : "\(size): \(bound.reason)"
  }
}
