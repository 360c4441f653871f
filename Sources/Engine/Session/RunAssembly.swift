// From a plan to something that runs: each of its sources and sinks opened at the place that the plan or the command line
// names. In: a plan, bindings, settings. Out: sources and sinks for `PipelineRun`. Opens nothing twice.

import EventLog
import Execution
import Foundation
import Plan
import Values

/// A plan whose places are those of this run.
package struct BoundPlan {
  package var plan: Dataflow
  /// The files of sources that the command line gives; one partition for each.
  var inputs: [Int: [String]] = [:]

  /// Binds streams and sinks to what the command line names.
  package init(_ plan: Dataflow, _ binding: Binding) throws {
    self.plan = plan
    for (name, path) in binding.inputs { try bind(input: name, to: path) }
    for (name, path) in binding.outputs { try bind(output: name, to: path) }
  }

  private mutating func bind(input name: String, to path: String) throws {
    let matches = plan.sources.indices.filter { plan.sources[$0].name.lowercased() == name.lowercased() }
    guard !matches.isEmpty else { throw Self.unknown("--input", name, "stream", plan.sources.map(\.name)) }
    for index in matches {
      inputs[index, default: []].append(path)
      plan.sources[index].place = path == "-" ? .standard : .file(path)
      plan.sources[index].format = Self.format(of: path, instead: plan.sources[index].format)
    }
  }

  private mutating func bind(output name: String, to path: String) throws {
    let matches = plan.sinks.indices.filter { plan.sinks[$0].name.lowercased() == name.lowercased() }
    guard !matches.isEmpty else { throw Self.unknown("--output", name, "sink", plan.sinks.map(\.name)) }
    for index in matches {
      plan.sinks[index].place = path == "-" ? .standard : .file(path)
      plan.sinks[index].format = Self.format(of: path, instead: plan.sinks[index].format)
      plan.sinks[index].isResult = false
      plan.sinks[index].isKeptView = false
    }
  }

  /// A file of JSON lines holds changes where the declaration says so.
  private static func format(of path: String, instead declared: RecordFormat) -> RecordFormat {
    guard let format = InferredFiles.format(of: path) else { return declared }
    return format == .json && declared.saysChanges ? declared : format
  }

  private static func unknown(_ option: String, _ name: String, _ kind: String, _ names: [String]) -> EngineError {
    let near = closestName(to: name, among: names).map { "; did you mean `\($0)`?" } ?? ""
    let known = names.isEmpty ? "it has no \(kind)s" : "its \(kind)s: \(Set(names).sorted().joined(separator: ", "))"
    return EngineError("\(option): the query has no \(kind) `\(name)`\(near)", advice: known, status: .wrongUsage)
  }

  var readsLog: Bool { plan.sources.contains { $0.place.isTopic } }
  var writesLog: Bool { plan.sinks.contains { $0.place.isTopic } }
}

extension ChangelogMode {
  /// The columns that identify a row of an updating stream; none for other streams.
  var keyColumns: [Int] { if case .upsert(let key) = self { key } else { [] } }
}

extension ExternalPlace {
  var isTopic: Bool { if case .topic = self { true } else { false } }
}

/// Opens what a bound plan reads and writes.
struct RunAssembly {
  let bound: BoundPlan
  let settings: RunSettings
  let data: DataFolder
  let log: EventLog?
  /// The saved state of a run that goes on over topics; nil for one that keeps none.
  private let durable: DurableRun?

  init(_ bound: BoundPlan, settings: RunSettings) throws {
    self.bound = bound
    self.settings = settings
    data = DataFolder(path: settings.dataFolder)
    // A folder that the user names is also where late and failing rows are kept.
    if bound.writesLog || (settings.dataFolder != nil && bound.readsLog) {
      log = try data.openForWriting()
    } else {
      log = bound.readsLog ? try data.openForReading() : nil
    }
    let goesOn = settings.follows || !settings.finalWatermark
    let isReplayable = !bound.plan.sources.isEmpty && bound.plan.sources.allSatisfy(\.place.isTopic)
    durable =
      if let log, goesOn, isReplayable, bound.writesLog { try DurableRun(log: log, name: bound.plan.name) } else { nil }
    if let log { try KeptView.prepare(bound.plan, log, data, isJournaled: durable != nil) }
  }

  func journal() -> Journal? { durable?.journal }

  /// Brings a run to where its last process left it.
  func resume(_ run: PipelineRun) throws { try durable?.resume(run) }

  func saveSnapshot(of run: PipelineRun) throws { try durable?.save(run) }

  /// Late and failing rows go to topics of the folder, where the user named one or the run writes there.
  func sideTarget() -> (any SideTarget)? { bound.writesLog ? log.map { SideTopics($0) } : nil }

  func close() throws { try log?.close() }

  func sources() throws -> [any Source] {
    try bound.plan.sources.enumerated().map { index, source in
      switch source.place {
      case .file(let path):
        return try FileSource(
          paths: bound.inputs[index] ?? [path], format: source.format, follow: settings.follows)
      case .standard: return try FileSource(paths: ["-"], format: source.format, follow: settings.follows)
      case .topic(let topic): return try topicSource(topic, source)
      case .unbound:
        throw EngineError(
          "the stream `\(source.name)` has no source", advice: "give it one: --input \(source.name)=PATH",
          status: .wrongUsage)
      }
    }
  }

  private func topicSource(_ topic: String, _ source: SourceDescription) throws -> any Source {
    guard let log, log.hasTopic(topic) else {
      let names = log?.topics.map(\.name) ?? []
      let near = closestName(to: topic, among: names).map { "; did you mean `\($0)`?" } ?? ""
      throw EngineError(
        "there is no topic `\(topic)` in `\(data.path)`, which the stream `\(source.name)` reads\(near)",
        advice: "make it with `millrace topic create \(topic)`, or read a file: --input \(source.name)=PATH")
    }
    return try TopicSource(topic: try log.topic(topic), follow: settings.follows)
  }

  /// The sink for each of the plan's; `result` makes those of queries without one.
  func sinks(result: (SinkDescription, PlanNode) throws -> any Sink) throws -> [any Sink] {
    try bound.plan.sinks.enumerated().map { index, sink in
      guard let node = bound.plan.input(ofSink: index) else {
        preconditionFailure("a sink of the plan has no node that feeds it")
      }
      if sink.isResult { return try result(sink, node) }
      let encoding = RowEncoding(
        form: sink.format == .csv ? .csv : sink.format == .debezium ? .debezium : .jsonLines,
        schema: node.properties.schema,
        writesOperation: node.properties.mode != .append || sink.format == .changelog,
        keyColumns: node.properties.mode.keyColumns, zone: zone)
      switch sink.place {
      case .file(let path): return try FileSink(path: path, encoding: encoding)
      case .standard, .unbound: return try FileSink(path: "-", encoding: encoding)
      case .topic(let topic):
        guard let log else { preconditionFailure("a plan that writes topics runs with the log open") }
        if !log.hasTopic(topic) { _ = try log.createTopic(topic, partitions: 1) }
        var records = TopicEncoding(
          schema: node.properties.schema, keyColumns: sink.keyColumns.isEmpty ? sink.primaryKey : sink.keyColumns,
          isUpsert: !sink.primaryKey.isEmpty && !sink.format.saysChanges,
          timeColumn: node.properties.timeAttribute?.column)
        records.changes = sink.format.saysChanges ? sink.format : nil
        records.rowKey = node.properties.mode.keyColumns
        let producer = durable.map { _ in "\(bound.plan.name)/\(sink.name)" }
        return TopicSink(topic: try log.topic(topic), encoding: records, producer: producer)
      }
    }
  }

  var zone: TimeZoneRules { TimeZoneRules(bound.plan.timeZone) ?? .utc }
}

extension Dataflow {
  /// The node that feeds the sink, with the properties of what the sink takes: its rows, or one of its side streams.
  func input(ofSink sink: Int) -> PlanNode? {
    for node in nodes {
      guard case .sink(let index) = node.operation, index == sink, let port = node.inputs.first else { continue }
      var input = nodes[port.node]
      if port.stream != .rows {
        input.properties = RelationProperties(schema: schema(of: port), bounded: input.properties.bounded)
      }
      return input
    }
    return nil
  }
}
