// The resolved tree as text, without places and generated names: two surfaces that mean the same print the same (LANGUAGE
// §2.3). In: a relation. Out: one line for each operator, inputs below it. Tests compare these; EXPLAIN shows them.

import Plan
import Values

package struct RelationPrinter {
  /// Whether columns, changes, keys and time are printed beside each operator.
  package var showsProperties: Bool

  package init(showsProperties: Bool = false) { self.showsProperties = showsProperties }

  package func text(_ relation: Relation) -> String { lines(relation, indent: "").joined(separator: "\n") }

  private func lines(_ relation: Relation, indent: String) -> [String] {
    var line = indent + describe(relation)
    if showsProperties { line += "  -- " + PropertiesText.text(relation.properties) }
    return [line] + relation.inputs.flatMap { lines($0, indent: indent + "  ") }
  }

  private func name(_ name: String) -> String { name.hasPrefix("$") ? "_" : name }

  /// The schema without generated names.
  private func named(_ schema: Schema) -> Schema {
    Schema(schema.fields.map { Field(name($0.name), $0.type, nullable: $0.nullable) })
  }

  private func printer(_ schema: Schema) -> ExpressionText {
    ExpressionText(names: schema.fields.map { name($0.name) })
  }

  private func items(_ items: [NamedExpression], _ schema: Schema) -> String {
    let printer = printer(schema)
    return items.map { item in
      let text = printer.text(item.expression)
      return text == name(item.name) ? text : "\(text) AS \(name(item.name))"
    }.joined(separator: ", ")
  }

  private func describe(_ relation: Relation) -> String {
    let input = relation.inputs.first?.schema ?? Schema([])
    switch relation.node {
    case .scan(let scan): return "Scan \(scan.stream.name)\(scan.isVersions ? " versions" : "") (\(outputs(scan)))"
    case .side(let side): return "Scan \(side.owner).\(side.stream.rawValue)"
    case .values(let rows):
      let printer = ExpressionText(names: [])
      return "Values " + rows.map { "(\($0.map(printer.text).joined(separator: ", ")))" }.joined(separator: ", ")
    case .filter(_, let predicate): return "Filter \(printer(input).text(predicate))"
    case .project(_, let expressions): return "Project \(items(expressions, input))"
    case .watermark(_, let column, let expression, let idle):
      let after = idle.map { " IDLE AFTER \(LiteralText.length($0))" } ?? ""
      return "Watermark \(input[column].name) AS \(printer(input).text(expression))\(after)"
    case .assignWindow(_, let window, let late): return "WindowAssign \(describe(window, late, input))"
    case .aggregate(_, let aggregation, let windowed):
      return "Aggregate\(windowed ? "(windowed)" : "") \(describe(aggregation, input))"
    case .windowAggregate(_, let window, let late, let aggregation):
      return "WindowAggregate \(describe(window, late, input)) \(describe(aggregation, input))"
    case .union: return "Union"
    case .join(let left, let right, let join):
      return "Join \(RelationalText.text(join, left: named(left.schema), right: named(right.schema)))"
    case .temporalJoin(let left, let right, let join):
      return "TemporalJoin \(RelationalText.text(join, left: named(left.schema), right: named(right.schema)))"
    case .unnest(_, let unnest): return "Unnest \(RelationalText.text(unnest, printer(input)))"
    case .setOperation(_, _, let operation): return RelationalText.text(operation)
    case .rank(_, let ranking): return "Rank \(RelationalText.text(ranking, printer(input)))"
    case .deduplicate(_, let deduplication):
      return "Deduplicate \(RelationalText.text(deduplication, printer(input)))"
    case .over(_, let over): return "Over \(RelationalText.text(over, printer(input)))"
    case .normalize(_, let normalization):
      return "Normalize \(normalization.keys.map { name(input[$0].name) }.joined(separator: ", "))"
    case .sort(_, let keys, let limit, let offset):
      let order = OperationText.text(keys, printer(input))
      return "Sort \(order)" + (limit.map { " LIMIT \($0)" } ?? "") + (offset == 0 ? "" : " OFFSET \(offset)")
    case .limit(_, let count, let offset): return "Limit \(count)" + (offset == 0 ? "" : " OFFSET \(offset)")
    case .sink(_, let sink): return sink.isResult ? "Result" : "Sink \(sink.name)"
    }
  }

  private func outputs(_ scan: StreamScan) -> String {
    scan.outputs.map(\.field.name).joined(separator: ", ")
  }

  private func describe(_ window: WindowAssignment, _ late: LateRows, _ input: Schema) -> String {
    OperationText.text(window, input)
      + {
        switch late {
        case .stream: ""
        case .drop: " LATE DROP"
        case .sink(let sink): " LATE INTO \(sink.name)"
        }
      }()
  }

  private func describe(_ aggregation: Aggregation, _ input: Schema) -> String {
    let printer = printer(input)
    let calls = aggregation.calls.map { call in "\(OperationText.text(call, printer)) AS \(name(call.result.name))" }
    let keys = aggregation.keys.isEmpty ? "" : "keys [\(items(aggregation.keys, input))] "
    return "\(keys)calls [\(calls.joined(separator: ", "))] \(OperationText.text(aggregation.emission))"
      + (aggregation.timeToLive.map { " TTL \(LiteralText.length($0))" } ?? "")
  }
}
