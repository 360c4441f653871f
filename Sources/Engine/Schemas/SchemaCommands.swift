// `schema`: register, list and show schemas in Avro's JSON notation. In: subjects, files. Out: events in the log,
// listings. What `show` writes to standard output is a schema and nothing else, so that it can be registered again.

import EventLog
import Foundation
import Schemas
import Values

/// The commands on schemas.
package struct SchemaCommands {
  private let console: Console
  private let folder: DataFolder

  package init(console: Console, dataFolder: String?) {
    self.console = console
    folder = DataFolder(path: dataFolder)
  }

  /// Registers the schema in `file` (`-` is standard input) as the next version of a subject.
  package func register(_ subject: String, file: String) throws -> ExitStatus {
    let name = file == "-" ? "standard input" : file
    let text = try read(file, name)
    // What is wrong with the text is said before a folder is made for it.
    try check(subject, text, name)
    let log = try folder.openForWriting()
    let registry = try folder.registry(in: log)
    let registration: SchemaRegistration
    do {
      registration = try registry.register(subject: subject, text: text)
    } catch {
      throw described(error, name)
    }
    if let event = registration.event { try folder.append(event, to: log) }
    let topics = folder.topics(in: log)
    try log.close()
    let place = "version \(registration.version), id \(registration.id)"
    console.output(
      registration.isNew ? "registered `\(subject)`: \(place)\n" : "`\(subject)` has it already: \(place)\n")
    if topics[subject] == nil, topics[subject.strippingValueSuffix] == nil {
      console.error(
        "there is no topic `\(subject.strippingValueSuffix)` yet; streams find the schema by the topic's name\n")
    }
    return .done
  }

  package func list() throws -> ExitStatus {
    let registry = try folder.openForReading().map { try folder.registry(in: $0) } ?? SchemaRegistry()
    guard !registry.subjects.isEmpty else {
      console.error(
        "no schemas in \(folder.described); add one with `millrace schema register TOPIC FILE\(folder.option)`\n")
      return .done
    }
    var table = AlignedTable([("subject", .left), ("version", .right), ("id", .right), ("fields", .right)])
    for subject in registry.subjects {
      guard let latest = registry.latest(subject) else { continue }
      table.append([subject, "\(latest.version)", "\(latest.id)", "\(latest.schema.fields.count)"])
    }
    console.output(table.text(isForTerminal: console.outputIsTerminal))
    return .done
  }

  /// Writes a version as Avro text to standard output, and its columns as SQL beside it.
  package func show(_ subject: String, version: Int?) throws -> ExitStatus {
    let registry = try folder.registry(in: folder.openExisting())
    guard let found = registry.columns(of: subject, version: version), let registered = registry.schema(id: found.id)
    else { throw missing(subject, version, registry) }
    let text = (try? JSONValue(parsing: registered.text))?.indented ?? registered.text
    console.output(text + "\n")
    let count = registry.versions(of: subject).count
    var notes = "-- `\(subject)` version \(found.version) of \(count), id \(found.id)\n(\n"
    notes += found.schema.fields.map { "  \($0)" }.joined(separator: ",\n")
    console.error(notes + "\n)\n")
    return .done
  }

  private func read(_ file: String, _ name: String) throws -> String {
    let bytes: Data
    if file == "-" {
      bytes = FileHandle.standardInput.readDataToEndOfFile()
    } else if let content = FileManager.default.contents(atPath: file) {
      bytes = content
    } else {
      let exists = FileManager.default.fileExists(atPath: file)
      throw EngineError(
        exists ? "`\(file)` cannot be read" : "there is no file `\(file)`",
        advice: exists ? "check that it is a file, and its permissions" : "name a file with an Avro schema (.avsc)")
    }
    guard let text = String(data: bytes, encoding: .utf8) else {
      throw EngineError("\(name) is not UTF-8", advice: "an Avro schema is JSON; save it as UTF-8")
    }
    return text
  }

  private func check(_ subject: String, _ text: String, _ name: String) throws {
    do {
      _ = try SchemaRegistry().register(subject: subject, text: text)
    } catch {
      throw described(error, name)
    }
  }

  private func described(_ error: SchemaRegistryError, _ name: String) -> EngineError {
    switch error {
    case .invalid(let error):
      EngineError(
        "\(name): \(error.path): \(error.reason)", advice: "the path leads from `$`, the whole schema, to the mistake",
        status: .wrongQuery)
    case .invalidSubject: EngineError("\(error)", advice: "use the name of the topic", status: .wrongUsage)
    case .outOfOrder, .undecodable: EngineError("\(error)")
    }
  }

  private func missing(_ subject: String, _ version: Int?, _ registry: SchemaRegistry) -> EngineError {
    let versions = registry.versions(of: subject)
    if let version, let last = versions.last {
      return EngineError("`\(subject)` has no version \(version)", advice: "its versions are 1 to \(last.version)")
    }
    let near = closestName(to: subject, among: registry.subjects)
    return EngineError(
      "no schema is registered as `\(subject)` in \(folder.described)" + (near.map { "; did you mean `\($0)`?" } ?? ""),
      advice: "`millrace schema list\(folder.option)` lists what is registered")
  }
}

extension String {
  /// The topic of a subject.
  fileprivate var strippingValueSuffix: String { hasSuffix("-value") ? String(dropLast("-value".count)) : self }
}
