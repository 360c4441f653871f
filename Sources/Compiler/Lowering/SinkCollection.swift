// The sinks of a graph: several queries into one declared sink are one sink that reads them all. In: ports with what they
// go to. Out: entries in the order in which they were first seen. A query that prints keeps a sink of its own.

import Plan
import Values

struct SinkCollection {
  struct Entry {
    var description: SinkDescription
    var ports: [Port]
    var properties: RelationProperties
    var owner: String
    var range: TextRange?
  }

  private(set) var entries: [Entry] = []

  /// Adds a port that feeds a sink; gives the sink's position.
  mutating func add(
    _ port: Port, _ description: SinkDescription, _ properties: RelationProperties, owner: String, range: TextRange?
  ) -> Int {
    let types = properties.schema.fields.map(\.type)
    let known = entries.firstIndex { entry in
      !description.isResult && entry.description == description
        && entry.properties.schema.fields.map(\.type) == types
    }
    guard let known else {
      entries.append(
        Entry(description: description, ports: [port], properties: properties, owner: owner, range: range))
      return entries.count - 1
    }
    entries[known].ports.append(port)
    entries[known].properties.bounded = entries[known].properties.bounded && properties.bounded
    return known
  }
}
