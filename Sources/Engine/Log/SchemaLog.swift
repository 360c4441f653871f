// The registry in the log: its events are the records of one internal topic, in order. In: an open log. Out: the registry
// as of the last record; appended events, durable on return. Knows nothing of what the schemas say.

import EventLog
import Schemas
import Values

/// The topic of schema events in one log.
package struct SchemaLog {
  private let log: EventLog

  package init(_ log: EventLog) { self.log = log }

  /// Replays all events.
  package func registry() throws -> SchemaRegistry {
    var registry = SchemaRegistry()
    guard log.hasTopic(SchemaRegistered.topic) else { return registry }
    let partition = try log.topic(SchemaRegistered.topic).partition(0)
    var offset = partition.logStart
    while offset < partition.endOffset {
      let (records, next) = try partition.records(from: offset, visibility: .written)
      for record in records {
        do {
          if let value = record.value { try registry.apply(SchemaRegistered(bytes: value)) }
        } catch {
          throw EngineError(
            "record \(record.offset) of `\(SchemaRegistered.topic)` cannot be used: \(error)",
            advice: "restore the folder from a copy, or use the version of Millrace that wrote it")
        }
      }
      guard next > offset else { break }
      offset = next
    }
    return registry
  }

  /// Adds an event, making the topic for the first one.
  package func append(_ event: SchemaRegistered) throws {
    let topic =
      log.hasTopic(SchemaRegistered.topic)
      ? try log.topic(SchemaRegistered.topic) : try log.createTopic(SchemaRegistered.topic, partitions: 1)
    let batch = RecordBatchWriter(capacity: 4096)
    try batch.append(key: event.key, value: event.bytes, timestamp: LogClock.system.now() / 1000)
    try topic.partition(0).append(batch, acknowledgement: .durable)
  }
}

/// A version of a subject with its columns.
package struct RegisteredColumns: Sendable {
  package var subject: String
  package var version: Int
  package var id: Int
  package var schema: Schema
}

extension SchemaRegistry {
  /// The newest version of a subject; nil when there is none.
  package func latest(_ subject: String) -> RegisteredColumns? { columns(of: subject, version: nil) }

  /// A version of a subject, the newest when none is named.
  package func columns(of subject: String, version: Int?) -> RegisteredColumns? {
    let history = versions(of: subject)
    guard let found = version.map({ wanted in history.first { $0.version == wanted } }) ?? history.last,
      let registered = schema(id: found.id), let columns = try? registered.schema.columns()
    else { return nil }
    return RegisteredColumns(subject: subject, version: found.version, id: found.id, schema: columns)
  }

  /// The schema of a topic's values: registered under the topic's name with `-value` after it, or under the name itself.
  package func registered(forTopic topic: String) -> RegisteredColumns? { latest("\(topic)-value") ?? latest(topic) }
}
