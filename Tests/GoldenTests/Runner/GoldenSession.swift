// One run of a script in one mode: definitions, pipelines and a log that its commands work on. In: commands. Out: what
// each prints and whether it failed.

import Compiler
import Foundation
import Plan
import Synchronization
import Syntax
import Values

@testable import Engine
@testable import Execution

final class GoldenSession {
  let mode: GoldenMode
  private let script: GoldenScript
  private var catalog = Catalog()
  private(set) var pipelines: [ObservedPipeline] = []
  private let clock = GoldenClock()
  private var log = GoldenLog()
  /// The watermarks that serial pipelines had after each block, which dealt input is told.
  private let announced: [[Int64?]]
  private(set) var watermarks: [[Int64?]] = []
  private(set) var hasLateRows = false
  private var hasEnded = false

  init(_ script: GoldenScript, mode: GoldenMode, announced: [[Int64?]] = []) {
    self.script = script
    self.mode = mode
    self.announced = announced
  }

  /// Runs the commands of a block; gives its output.
  func run(_ block: GoldenBlock) throws(GoldenError) -> String {
    for pipeline in pipelines { try pipeline.interrupt() }
    var output = ""
    for command in block.commands {
      let (text, failed) = try perform(command)
      if failed != command.mustFail {
        throw GoldenError(
          line: command.line,
          message: failed
            ? "the command fails; `!\(command.verb)` says that it must:\n\(text)" : "the command does not fail")
      }
      output += text
    }
    watermarks.append(pipelines.map { $0.run?.progress.watermark })
    hasLateRows = hasLateRows || pipelines.contains { !$0.lateLines.isEmpty }
    return output
  }

  private func perform(_ command: GoldenCommand) throws(GoldenError) -> (text: String, failed: Bool) {
    do throws(GoldenError) {
      switch command.verb {
      case "lex": return StageText.lex(command.body)
      case "parse": return StageText.parse(command.body)
      case "expr": return try expressions(command.body)
      case "run": return try define(command)
      case "query": return try query(command)
      case "explain": return try explain(command)
      case "produce": return (try log.produce(command), false)
      case "consume": return (try log.consume(command), false)
      case "segments": return (try log.segments(command), false)
      case "check": return (try log.check(), false)
      default: return (lines(try control(command)), false)
      }
    } catch {
      throw error.line == 0 ? GoldenError(line: command.line, message: error.message) : error
    }
  }

  private func lines(_ lines: [String]) -> String { lines.map { $0 + "\n" }.joined() }

  // MARK: Compiling

  func compile(_ text: String, name: String, follows: Bool = false) throws(GoldenError) -> (CompileResult, String) {
    if let violation = StageText.roundTrip(text) { throw GoldenError(line: 0, message: violation) }
    var settings = RunSettings()
    settings.printsChanges = true
    settings.follows = follows
    do {
      var query = try QuerySource(.text(text))
      query.source = SourceText(name: name, text: text)
      query.name = name
      let result = try Compilation(settings: settings, catalog: catalog).compile(
        query, optimizer: OptimizerOptions(enabled: mode != .unoptimised))
      let rendered = DiagnosticRenderer(query.source, mentionsExplain: false).render(result.diagnostics)
      return (result, rendered.isEmpty || rendered.hasSuffix("\n") ? rendered : rendered + "\n")
    } catch let error as EngineError {
      throw GoldenError(line: 0, message: error.message)
    } catch {
      throw GoldenError(line: 0, message: "\(error)")
    }
  }

  private func define(_ command: GoldenCommand) throws(GoldenError) -> (String, Bool) {
    let (result, rendered) = try compile(command.body, name: "run", follows: command.tags.contains("follow"))
    if result.hasErrors { return (rendered, true) }
    catalog = result.catalog
    var text = rendered
    for statement in result.statements { text += describe(statement) }
    guard let plan = result.dataflow else { return (text, false) }
    let name = result.statements.compactMap { if case .pipeline(let name, _) = $0 { name } else { nil } }.first ?? "run"
    return (text + lines(try start(name, plan, command)), false)
  }

  private func describe(_ statement: CompiledStatement) -> String {
    switch statement {
    case .definition(let kind, let name):
      guard case .relation(_, _, let properties)? = Compiler.describe(name, catalog: catalog) else {
        return "ok: \(kind) \(name)\n"
      }
      let columns = properties.schema.fields.enumerated().map { index, field in
        "\(field)" + (properties.timeAttribute?.column == index ? " *time*" : "")
      }
      return "ok: \(kind) \(name) (\(columns.joined(separator: ", ")))\n"
    case .createTopic(let topic): return "ok: topic \(topic.name)\n"
    case .dropTopic(let name): return "ok: dropped topic \(name)\n"
    case .pipeline(let name, _): return "ok: pipeline \(name)\n"
    case .query, .insert, .test: return ""
    case .explain(_, let plan, _): return DataflowPrinter(plan).text
    case .describe(let description): return DescriptionText.text(description)
    case .show(_, let names): return lines(names)
    case .drop(let kind, let name): return "ok: dropped \(kind) \(name)\n"
    case .set(let name, let value): return "ok: \(name) = \(value.text ?? "\(value)")\n"
    }
  }

  private func query(_ command: GoldenCommand) throws(GoldenError) -> (String, Bool) {
    guard let name = command.words.first else { throw GoldenError(line: command.line, message: "query NAME") }
    let (result, rendered) = try compile(command.body, name: name, follows: command.tags.contains("follow"))
    if result.hasErrors { return (rendered, true) }
    guard let plan = result.dataflow else { throw GoldenError(line: command.line, message: "the text has no query") }
    return (rendered + lines(try start(name, plan, command)), false)
  }

  private func start(_ name: String, _ plan: Dataflow, _ command: GoldenCommand) throws(GoldenError) -> [String] {
    let pipeline = try ObservedPipeline(name, plan, mode: mode, clock: clock) { stream in
      mode == .partitions ? 3 : partitionCount(of: stream)
    }
    pipelines.append(pipeline)
    try pipeline.settle()
    return pipeline.headings + (try takeLines(command))
  }

  /// The partitions that the script feeds.
  private func partitionCount(of stream: String) -> Int {
    let fed = script.blocks.flatMap(\.commands).filter {
      ["feed", "watermark"].contains($0.verb) && $0.words.first?.lowercased() == stream.lowercased()
    }
    return 1 + (fed.compactMap { $0.option("partition").flatMap(Int.init) }.max() ?? 0)
  }

  private func explain(_ command: GoldenCommand) throws(GoldenError) -> (String, Bool) {
    let (result, rendered) = try compile(command.body, name: "explain", follows: command.tags.contains("follow"))
    guard !result.hasErrors, let plan = result.dataflow else { return (rendered, true) }
    var text = rendered
    if command.tags.contains("relation") {
      text += lines(result.relations.map { RelationPrinter(showsProperties: true).text($0) })
    } else if command.tags.contains("state") {
      text += DataflowPrinter(plan, detail: .state).text
    } else if command.tags.contains("dot") {
      text += GraphvizPrinter(plan).text
    } else if command.tags.contains("mermaid") {
      text += MermaidPrinter(plan).text
    } else {
      text += DataflowPrinter(plan).text
    }
    return (text.hasSuffix("\n") ? text : text + "\n", false)
  }

  /// Each line as an expression: its value and type, or why there is none.
  private func expressions(_ body: String) throws(GoldenError) -> (String, Bool) {
    var text = ""
    var failures = 0
    let expressions = body.split(separator: "\n")
    for expression in expressions {
      let (result, rendered) = try compile("VALUES (\(expression))", name: "expr")
      guard !result.hasErrors, let plan = result.dataflow else {
        failures += 1
        text += rendered
        continue
      }
      let type = plan.input(ofSink: 0)?.properties.schema[0].type ?? .null
      let pipeline = try ObservedPipeline("expr", plan, mode: .serial, clock: clock) { _ in 1 }
      try pipeline.settle()
      let rows = try pipeline.takeLines(prefixed: false, sorted: false).filter { $0 != "~  end" }
      let row = rows.first ?? "nothing"
      let isValue = row.hasPrefix("+  ")
      text += "\(expression)  =>  \(isValue ? String(row.dropFirst(3)) + "  \(type)" : Self.reason(row))\n"
    }
    return (text, failures > 0 && failures == expressions.count)
  }

  /// Code and message of an error line, without the place that constants do not have.
  private static func reason(_ line: String) -> String {
    let words = line.split(separator: " ", maxSplits: 3)
    guard words.count == 4, words[0] == "error" else { return line }
    let message = words[3].split(separator: " ", maxSplits: 1).last.map(String.init) ?? ""
    return "error \(words[1]) \(message.hasSuffix("  ·") ? String(message.dropLast(3)) : message)"
  }

  // MARK: Running

  private func takeLines(_ command: GoldenCommand) throws(GoldenError) -> [String] {
    let prefixed = pipelines.reduce(0) { $0 + $1.sinkCount } > 1
    var lines: [String] = []
    for pipeline in pipelines {
      lines += try pipeline.takeLines(prefixed: prefixed, sorted: command.tags.contains("sorted"))
    }
    if command.tags.contains("table") { lines += tables(nil, prefixed: prefixed) }
    return lines
  }

  private func tables(_ name: String?, prefixed: Bool) -> [String] {
    pipelines.flatMap { pipeline in
      (0..<pipeline.sinkCount).flatMap { sink -> [String] in
        guard name == nil || name == pipeline.name || name == pipeline.label(sink) else { return [] }
        return pipeline.table(sink).map { prefixed ? "\(pipeline.label(sink)): \($0)" : $0 }
      }
    }
  }

  private func control(_ command: GoldenCommand) throws(GoldenError) -> [String] {
    switch command.verb {
    case "feed": try feed(command)
    case "watermark": try announce(command)
    case "idle": try passTime(until: try idleAfter(command))
    case "clock": try passTime(until: try RowNotation.duration(command.words.first ?? ""))
    case "end":
      hasEnded = true
      for pipeline in pipelines { try pipeline.end() }
    case "table": return tables(command.words.first, prefixed: command.words.isEmpty && pipelines.count > 1)
    case "state": return pipelines.flatMap(\.stateLines)
    case "late": return pipelines.flatMap(\.lateLines)
    case "errors": return pipelines.flatMap(\.errorLines)
    case "snapshot":
      for pipeline in pipelines { try pipeline.snapshot() }
      return ["ok"]
    case "restore":
      hasEnded = false
      for pipeline in pipelines { try pipeline.restore() }
    case "crash":
      for pipeline in pipelines { pipeline.crash() }
      return ["ok"]
    case "recover": for pipeline in pipelines { try pipeline.recover() }
    default: throw GoldenError(line: command.line, message: "there is no verb `\(command.verb)`")
    }
    for pipeline in pipelines { try pipeline.settle() }
    return try takeLines(command)
  }

  private func feed(_ command: GoldenCommand) throws(GoldenError) {
    let stream = command.words.first ?? ""
    let partition = command.option("partition").flatMap(Int.init) ?? 0
    var isRead = false
    for (index, pipeline) in pipelines.enumerated() {
      for (place, source) in pipeline.plan.sources.enumerated() where source.name.lowercased() == stream.lowercased() {
        isRead = true
        guard !hasEnded else { throw GoldenError(line: command.line, message: "the input of `\(stream)` ended") }
        // A query that needs no more input has stopped reading.
        if pipeline.isFinished { continue }
        let records =
          command.tags.contains("raw")
          ? command.body.split(separator: "\n", omittingEmptySubsequences: false).map { line in
            let (key, value) = GoldenLog.record(String(line))
            return GivenRecord(key: key, value: value)
          } : try RowNotation.records(command.body, of: source)
        push(records, to: pipeline.sources[place], partition: partition, pipeline: index)
      }
    }
    if !isRead { throw GoldenError(line: command.line, message: "no pipeline reads `\(stream)`") }
  }

  private func push(_ records: [GivenRecord], to source: MemorySource, partition: Int, pipeline: Int) {
    guard mode == .partitions else { return source.push(records, partition: partition) }
    for (number, record) in records.enumerated() {
      // Records of one key lie in one partition, as a keyed topic has them.
      let place = record.key.map { $0.reduce(0) { ($0 &* 31 &+ Int($1)) & 0xFFFF } } ?? number
      source.push([record], partition: place % 3)
    }
    guard watermarks.count < announced.count, pipeline < announced[watermarks.count].count,
      let watermark = announced[watermarks.count][pipeline]
    else { return }
    for partition in 0..<3 { source.advance(to: watermark, partition: partition) }
  }

  private func announce(_ command: GoldenCommand) throws(GoldenError) {
    guard command.words.count == 2 else { throw GoldenError(line: command.line, message: "watermark STREAM TIME") }
    let time = try RowNotation.time(command.words[1])
    for pipeline in pipelines {
      for source in pipeline.sources(named: command.words[0]) {
        let wanted = command.option("partition").flatMap(Int.init).map { [$0] } ?? Array(0..<source.partitionCount)
        for partition in wanted { source.advance(to: time, partition: partition) }
      }
    }
  }

  private func passTime(until duration: Int64) throws(GoldenError) {
    clock.now.add(duration, ordering: .relaxed)
  }

  /// The silence after which the stream counts as idle.
  private func idleAfter(_ command: GoldenCommand) throws(GoldenError) -> Int64 {
    for pipeline in pipelines {
      for source in pipeline.plan.sources where source.name.lowercased() == command.words.first?.lowercased() {
        if let idle = source.idleAfter { return idle }
      }
      for case .watermark(_, _, let idle?) in pipeline.plan.nodes.map(\.operation) { return idle }
    }
    throw GoldenError(line: command.line, message: "the stream says no IDLE AFTER")
  }
}
