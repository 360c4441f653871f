// What statements do beside queries: topics are made and deleted, and DESCRIBE, SHOW and EXPLAIN print. In: a compiled
// text. Out: changes of the log, text on the console.

import Compiler
import EventLog
import Foundation
import Plan
import Syntax
import Values

extension CompiledStatement {
  var isDefinition: Bool {
    switch self {
    case .definition, .set, .drop, .test: true
    case .createTopic, .dropTopic, .query, .insert, .pipeline, .explain, .describe, .show: false
    }
  }
}

struct StatementEffects {
  let console: Console
  let settings: RunSettings
  /// Whether definitions and changes are acknowledged, as a shell does.
  var acknowledges = false

  func apply(_ result: CompileResult) throws {
    for statement in result.statements {
      switch statement {
      case .definition(let kind, let name): acknowledge("\(kind) \(name)")
      case .createTopic(let topic): try create(topic)
      case .dropTopic(let name): try drop(topic: name)
      case .explain(let kind, let plan, let relation): explain(kind, plan, relation)
      case .describe(let description): console.output(DescriptionText.text(description))
      case .show(_, let names): for name in names { console.output(name + "\n") }
      case .drop(let kind, let name):
        try KeptView.drop(name, in: DataFolder(path: settings.dataFolder))
        acknowledge("dropped \(kind) \(name)")
      case .set(let name, let value): acknowledge("\(name) = \(value.text ?? "\(value)")")
      case .query, .insert, .pipeline, .test: break
      }
    }
    console.flush()
  }

  private func acknowledge(_ text: String) {
    if acknowledges { console.output("ok: \(text)\n") }
  }

  private func create(_ topic: TopicDefinition) throws {
    let log = try DataFolder(path: settings.dataFolder).openForWriting()
    // A file that is run again finds its topics there.
    if !log.hasTopic(topic.name) {
      var configuration = TopicConfiguration()
      configuration.retentionMilliseconds = topic.retention.map { $0 / 1000 }
      _ = try log.createTopic(topic.name, partitions: topic.partitions ?? 1, configuration: configuration)
      acknowledge("topic \(topic.name)")
    }
    try log.close()
  }

  private func drop(topic name: String) throws {
    let log = try DataFolder(path: settings.dataFolder).openForWriting()
    try log.deleteTopic(name)
    try log.close()
    acknowledge("dropped topic \(name)")
  }

  private func explain(_ kind: ExplainStatement.Kind?, _ plan: Dataflow, _ relation: String) {
    switch kind {
    case .ast: console.output(relation)
    case .state: console.output(DataflowPrinter(plan, detail: .state).text)
    case .plan, .type, .watermark, .analyze, nil: console.output(DataflowPrinter(plan).text)
    }
  }
}

/// DESCRIBE in words.
enum DescriptionText {
  static func text(_ description: ObjectDescription) -> String {
    switch description {
    case .relation(let name, let kind, let properties): return relation(name, kind, properties)
    case .sink(let sink):
      let columns = sink.schema.map { $0.fields.map { "  \($0)\n" }.joined() } ?? "  whatever columns come\n"
      return "sink \(sink.name)\n" + columns
    case .type(let name, let type): return "type \(name) = \(type)\n"
    case .scalarFunction(let function):
      let parameters = function.parameters.map { "\($0.name) \($0.type)" }.joined(separator: ", ")
      return "function \(function.name)(\(parameters)) returns \(function.returns)\n"
    case .tableFunction(let function): return "table function \(function.name)\n"
    case .libraryFunction(let name): return "function \(name)\n"
    }
  }

  private static func relation(_ name: String, _ kind: String, _ properties: RelationProperties) -> String {
    var text = "\(kind) \(name)\n"
    let widest = properties.schema.fields.map(\.name.count).max() ?? 0
    for (index, field) in properties.schema.fields.enumerated() {
      let padding = String(repeating: " ", count: widest - field.name.count)
      text += "  \(field.name)\(padding)  \(field.type)\(field.nullable ? "" : " NOT NULL")"
      if properties.timeAttribute?.column == index { text += "  -- time attribute" }
      text += "\n"
    }
    switch properties.mode {
    case .append: text += "rows are only added"
    case .upsert(let key):
      text += "rows are replaced by \(key.map { properties.schema[$0].name }.joined(separator: ", "))"
    case .retract: text += "rows are added and taken back"
    }
    return text + (properties.bounded ? "; bounded\n" : "; unbounded\n")
  }
}
