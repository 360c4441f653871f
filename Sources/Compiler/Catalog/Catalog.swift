// What names mean at one moment: an immutable snapshot that a compile reads, and from which a definition makes the next.
// Names are found exactly as declared first, then whatever their case. Never reads a registry, a log or a file: whoever
// compiles puts their facts in.

import Plan
import Values

package struct Catalog: Hashable, Sendable {
  /// Streams, queries by name and sinks share one space of names.
  package private(set) var entries: [String: CatalogEntry] = [:]
  package private(set) var types: [String: DataType] = [:]
  package private(set) var functions: [String: ScalarFunctionDefinition] = [:]
  package private(set) var tableFunctions: [String: TableFunctionDefinition] = [:]
  package var topics: [String: TopicDefinition] = [:]
  /// The newest registered schema of each subject.
  package var registeredSchemas: [String: Schema] = [:]
  /// The schemas of quoted file names, by the text between the quotes.
  package var files: [String: InferredFile] = [:]
  /// Views and tables whose rows earlier runs keep in topics of the folder: what a name means that nothing here defines.
  package var kept: [String: StreamDefinition] = [:]
  /// SET options in force, by name.
  package private(set) var settings: [String: Value] = [:]
  /// The position of each definition in the order in which they were made, for listings.
  private var order: [String: Int] = [:]

  package init() {}

  /// What a definition or SET does to the catalog.
  package enum Change: Hashable, Sendable {
    case define(CatalogEntry)
    case defineType(String, DataType)
    case defineFunction(ScalarFunctionDefinition)
    case defineTableFunction(TableFunctionDefinition)
    case defineTopic(TopicDefinition)
    case drop(String)
    case dropType(String)
    case dropFunction(String)
    case dropTopic(String)
    case set(String, Value)
  }

  /// The catalog after the change.
  package func applying(_ change: Change) -> Catalog {
    var next = self
    switch change {
    case .define(let entry):
      next.entries[entry.name] = entry
      next.order[entry.name] = (order.values.max() ?? 0) + 1
    case .defineType(let name, let type): next.types[name] = type
    case .defineFunction(let function): next.functions[function.name] = function
    case .defineTableFunction(let function): next.tableFunctions[function.name] = function
    case .defineTopic(let topic): next.topics[topic.name] = topic
    case .drop(let name):
      next.entries[name] = nil
      next.kept[name] = nil
    case .dropType(let name): next.types[name] = nil
    case .dropFunction(let name):
      next.functions[name] = nil
      next.tableFunctions[name] = nil
    case .dropTopic(let name): next.topics[name] = nil
    case .set(let name, let value): next.settings[name] = value
    }
    return next
  }

  package func entry(named name: String) -> CatalogEntry? { Catalog.find(name, in: entries) }
  package func keptView(named name: String) -> StreamDefinition? { Catalog.find(name, in: kept) }
  package func type(named name: String) -> DataType? { Catalog.find(name, in: types) }
  package func function(named name: String) -> ScalarFunctionDefinition? { Catalog.find(name, in: functions) }
  package func tableFunction(named name: String) -> TableFunctionDefinition? { Catalog.find(name, in: tableFunctions) }

  package func sink(named name: String) -> SinkDefinition? {
    if case .sink(let sink)? = entry(named: name) { sink } else { nil }
  }

  /// Every definition, oldest first.
  package var listing: [CatalogEntry] {
    entries.values.sorted { (order[$0.name] ?? 0, $0.name) < (order[$1.name] ?? 0, $1.name) }
  }

  /// A stream with what SET says where its declaration says nothing. Streams without a watermark have no time to hold back.
  func withSettings(_ stream: StreamDefinition) -> StreamDefinition {
    func length(_ name: String) -> Int64? { settings[name]?.text.flatMap { DurationText.microseconds($0) } }
    guard var watermark = stream.watermark else { return stream }
    var stream = stream
    watermark.idleAfter = watermark.idleAfter ?? length("idle_after")
    stream.watermark = watermark
    stream.maximumAhead = stream.maximumAhead ?? length("max_ahead")
    return stream
  }

  /// The registered schema of a topic's values: the subject is the topic's name, or with the usual `-value` after it.
  package func registeredSchema(ofTopic topic: String) -> (subject: String, schema: Schema)? {
    for subject in ["\(topic)-value", topic] {
      if let schema = registeredSchemas[subject] { return (subject, schema) }
    }
    return nil
  }

  /// Exactly this name, or the only one that differs in case alone.
  private static func find<Entry>(_ name: String, in entries: [String: Entry]) -> Entry? {
    if let exact = entries[name] { return exact }
    let folded = name.lowercased()
    let matches = entries.filter { $0.key.lowercased() == folded }
    return matches.count == 1 ? matches.first?.value : nil
  }
}
