// The plan: a graph of operations as plain, versioned data. The compiler makes it, the runner executes it, EXPLAIN prints
// it, and a file holds it. Comparable and Codable; knows nothing of text, threads or files.

import Values

/// An output of a node.
package struct Port: Hashable, Sendable, Codable {
  package enum Stream: String, Hashable, Sendable, Codable {
    /// The relation itself.
    case rows
    /// Rows behind the watermark (the schema of the node's input).
    case late
    /// Records and rows that failed (`DeadLetter.schema`).
    case errors
  }

  package var node: Int
  package var stream: Stream

  package init(node: Int, stream: Stream = .rows) {
    self.node = node
    self.stream = stream
  }
}

/// A node of the dataflow. Nodes are numbered by their position and come after their inputs.
package struct PlanNode: Hashable, Sendable, Codable {
  package var operation: Operation
  package var inputs: [Port]
  /// The type of what it delivers on its `rows` port.
  package var properties: RelationProperties
  package var stateBound: StateBound
  /// The pipeline or stream that the node belongs to: names its side streams and its share of the summary.
  package var owner: String
  /// Where in the user's text it comes from.
  package var range: TextRange?

  package init(
    operation: Operation, inputs: [Port], properties: RelationProperties, stateBound: StateBound = .none,
    owner: String, range: TextRange? = nil
  ) {
    self.operation = operation
    self.inputs = inputs
    self.properties = properties
    self.stateBound = stateBound
    self.owner = owner
    self.range = range
  }
}

/// A compiled file or query.
package struct Dataflow: Hashable, Sendable, Codable {
  /// The version of this form. A runner refuses a plan of any other.
  package static let currentVersion = 2

  package var version: Int
  /// What to call it in messages: the file or the pipeline.
  package var name: String
  /// The user's text, so that errors of a plan without its source can still show the place.
  package var text: String
  package var sources: [SourceDescription]
  package var sinks: [SinkDescription]
  package var nodes: [PlanNode]
  /// The zone of literals, printing and calendar functions where none is given.
  package var timeZone: String

  package init(
    name: String, text: String, sources: [SourceDescription], sinks: [SinkDescription], nodes: [PlanNode],
    timeZone: String
  ) {
    version = Dataflow.currentVersion
    self.name = name
    self.text = text
    self.sources = sources
    self.sinks = sinks
    self.nodes = nodes
    self.timeZone = timeZone
  }
}

/// The fixed schema of error streams (LANGUAGE §2.4).
package enum DeadLetter {
  package static let schema = Schema([
    Field("error_code", .text, nullable: false),
    Field("error_message", .text, nullable: false),
    Field("pipeline", .text, nullable: false),
    Field("operator", .text, nullable: false),
    Field("topic", .text),
    Field("partition", .int32),
    Field("offset", .int64),
    Field("event_time", .timestamp),
    Field("payload", .bytes()),
  ])
}
