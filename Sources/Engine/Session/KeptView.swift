// Materialized views and derived tables in a data folder: a topic of the view's name holds its rows, and a file beside the log
// says what they are, so that any run can read them as a table. In: plans that keep views. Out: topics made ready, files,
// definitions for the catalog.
//
// A run with a journal goes on with the topic it had. Any other run begins it anew: it reads all of its input again, and rows
// of keys that are gone must not stay.

import Compiler
import EventLog
import Foundation
import Plan
import Values

struct KeptView: Codable {
  var name: String
  var schema: Schema
  /// The columns by which rows replace each other; none for rows that are only added, or are taken back whole.
  var key: [Int]
  /// Whether rows are taken back whole.
  var isChangelog: Bool
  /// The pipeline that keeps it.
  var pipeline: String
  var isJournaled: Bool

  private static func folder(_ data: DataFolder) -> String { data.path + "/views" }
  private static func path(_ name: String, _ data: DataFolder) -> String {
    let safe =
      name.addingPercentEncoding(withAllowedCharacters: .alphanumerics.union(.init(charactersIn: "-_"))) ?? name
    return folder(data) + "/\(safe).json"
  }

  static func all(in data: DataFolder) throws -> [KeptView] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder(data))) ?? []
    return try names.filter { $0.hasSuffix(".json") }.sorted().map { try read(folder(data) + "/" + $0) }
  }

  private static func read(_ path: String) throws -> KeptView {
    guard let bytes = FileManager.default.contents(atPath: path),
      let view = try? JSONDecoder().decode(KeptView.self, from: bytes),
      view.key.allSatisfy(view.schema.fields.indices.contains)
    else {
      throw EngineError(
        "the file `\(path)`, which says what a kept view holds, is damaged",
        advice: "remove it and run the view's file again")
    }
    return view
  }

  /// The view as a catalog knows it.
  var definition: StreamDefinition {
    .keptView(name, schema: schema, key: key, isChangelog: isChangelog)
  }

  /// Makes the topics of a plan's views ready to be written.
  static func prepare(_ plan: Dataflow, _ log: EventLog, _ data: DataFolder, isJournaled: Bool) throws {
    for (index, sink) in plan.sinks.enumerated() where sink.isKeptView {
      guard let node = plan.input(ofSink: index) else { continue }
      let view = KeptView(
        name: sink.name, schema: node.properties.schema, key: sink.primaryKey, isChangelog: sink.format == .changelog,
        pipeline: plan.name, isJournaled: isJournaled)
      let file = path(sink.name, data)
      if FileManager.default.fileExists(atPath: file) {
        let known = try read(file)
        try view.checkOwner(known, data)
        if log.hasTopic(view.name), !(isJournaled && known.isJournaled) { try log.deleteTopic(view.name) }
      } else if log.hasTopic(view.name) {
        throw EngineError(
          "there is a topic `\(view.name)` in \(data.described), where the rows of the view `\(view.name)` would be kept",
          advice: "give the view another name, or delete the topic: `millrace topic delete \(view.name)\(data.option)`")
      }
      try view.write(to: file, data)
      if !log.hasTopic(view.name) { _ = try log.createTopic(view.name, partitions: 1) }
    }
  }

  private func checkOwner(_ known: KeptView, _ data: DataFolder) throws {
    guard known.pipeline == pipeline else {
      throw EngineError(
        "the view `\(name)` in \(data.described) is kept by `\(known.pipeline)`",
        advice: "give yours another name, or give that one up: DROP MATERIALIZED VIEW \(name)")
    }
    guard !known.isJournaled || isJournaled else {
      throw EngineError(
        "the view `\(name)` in \(data.described) is kept by runs that go on where the last one stopped",
        advice:
          "add --no-final-watermark to bring it up to date, or --follow to keep it so; to begin anew: DROP MATERIALIZED VIEW \(name)"
      )
    }
  }

  private func write(to file: String, _ data: DataFolder) throws {
    try FileManager.default.createDirectory(atPath: Self.folder(data), withIntermediateDirectories: true)
    try JSONEncoder().encode(self).write(to: URL(fileURLWithPath: file), options: .atomic)
  }

  /// Gives up a view, if one of the name is kept.
  static func drop(_ name: String, in data: DataFolder) throws {
    let file = path(name, data)
    guard FileManager.default.fileExists(atPath: file) else { return }
    let log = try data.openForWriting()
    if log.hasTopic(name) { try log.deleteTopic(name) }
    try log.close()
    try FileManager.default.removeItem(atPath: file)
  }
}
