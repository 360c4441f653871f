// What a catalog holds for each declared thing: resolved and typed where the declaration is checked on its own, the
// syntax tree where the body is resolved again at each use. Values; nothing here looks anything up.

import Plan
import Syntax
import Values

/// A column of a declared stream.
package struct StreamColumn: Hashable, Sendable {
  package enum Origin: Hashable, Sendable {
    /// A field of the record's value.
    case value
    case metadata(RecordPart)
    /// Computed from the other columns; reads value and metadata columns only, by their declared position.
    case computed(TypedExpression)
  }

  package var field: Field
  package var origin: Origin
  package var comment: String?
}

/// WATERMARK FOR in a declaration.
package struct StreamWatermark: Hashable, Sendable {
  package var column: Int
  /// Over the declared columns.
  package var expression: TypedExpression
  package var idleAfter: Int64?
}

/// CHECK: enforced at ingestion, or a fact that the analysis may use.
package struct StreamCheck: Hashable, Sendable {
  package var name: String?
  package var condition: TypedExpression
  package var isEnforced: Bool
}

/// What happens to a stream's bad records, with the sink that takes them.
package enum ErrorDestination: Hashable, Sendable {
  case stream
  case sink(SinkDefinition)
  case drop
  case fail

  var policy: ErrorPolicy {
    switch self {
    case .stream, .sink: .deadLetter
    case .drop: .drop
    case .fail: .fail
    }
  }
}

/// CREATE STREAM or CREATE TABLE over a topic, a file, or nothing (fed by the command line or a test).
package struct StreamDefinition: Hashable, Sendable {
  package var name: String
  /// Whether a record replaces the row of its primary key, or takes rows back: CREATE TABLE with a PRIMARY KEY, or in a format
  /// that says what changes.
  package var isTable = false
  package var columns: [StreamColumn]
  package var watermark: StreamWatermark?
  package var checks: [StreamCheck] = []
  package var place: ExternalPlace
  package var format: RecordFormat
  package var keyColumns: [Int] = []
  package var primaryKey: [Int] = []
  package var onError: ErrorDestination = .stream
  package var maximumAhead: Int64?
  package var range: TextRange?

  package var schema: Schema { Schema(columns.map(\.field)) }

  /// Whether a record may delete the row of its key. A file of plain rows has no way to say so.
  var hasDeletions: Bool {
    guard isTable else { return false }
    if case .file = place { return format.saysChanges }
    return true
  }
}

extension StreamDefinition {
  /// A view whose rows are kept in the topic of its name: by key, or as changes, or as they were added.
  package static func keptView(_ name: String, schema: Schema, key: [Int], isChangelog: Bool) -> StreamDefinition {
    var view = StreamDefinition(
      name: name, columns: schema.fields.map { StreamColumn(field: $0, origin: .value) }, place: .topic(name),
      format: isChangelog ? .changelog : .json)
    view.isTable = isChangelog || !key.isEmpty
    view.primaryKey = key
    for column in key { view.columns[column].field.nullable = false }
    return view
  }
}

/// CREATE SINK.
package struct SinkDefinition: Hashable, Sendable {
  package var name: String
  /// The declared columns; nil when the sink takes whatever columns come.
  package var schema: Schema?
  package var place: ExternalPlace
  package var format: RecordFormat
  package var keyColumns: [String] = []
  package var primaryKey: [String] = []
  package var range: TextRange?
}

/// A query by name: CREATE VIEW, CREATE STREAM … AS, CREATE PIPELINE. Resolved again where it is read.
package struct QueryDefinition: Hashable, Sendable {
  package enum Kind: String, Hashable, Sendable {
    case view = "view"
    case materializedView = "materialized view"
    case stream = "stream"
    /// CREATE TABLE … AS: the last row of each primary key.
    case table = "table"
    case pipeline = "pipeline"
  }

  package var name: String
  package var kind: Kind
  package var query: Query
  /// Pipe operators that go before a terminal CREATE were part of `query`; column names given by the declaration.
  package var columns: [String] = []
  /// The names of a table's key.
  package var primaryKey: [String] = []
  package var range: TextRange?
}

/// CREATE FUNCTION with an SQL body.
package struct ScalarFunctionDefinition: Hashable, Sendable {
  /// CREATE AGGREGATE FUNCTION: the body aggregates its parameters.
  package var isAggregate = false
  package var name: String
  package var parameters: [Field]
  package var returns: DataType
  package var body: Syntax.Expression
  package var range: TextRange?
}

/// CREATE TABLE FUNCTION.
package struct TableFunctionDefinition: Hashable, Sendable {
  package var name: String
  package var parameters: [Parameter]
  package var body: Query
  package var range: TextRange?
}

/// A topic of the log, as far as the compiler needs it.
package struct TopicDefinition: Hashable, Sendable {
  package var name: String
  package var partitions: Int?
  /// Microseconds; nil for ever.
  package var retention: Int64?

  package init(name: String, partitions: Int? = nil, retention: Int64? = nil) {
    self.name = name
    self.partitions = partitions
    self.retention = retention
  }
}

/// What was found out about a file that a query names in quotes.
package struct InferredFile: Hashable, Sendable {
  package var schema: Schema
  package var format: RecordFormat

  package init(schema: Schema, format: RecordFormat) {
    self.schema = schema
    self.format = format
  }
}

/// A definition with the name under which it is found.
package enum CatalogEntry: Hashable, Sendable {
  case stream(StreamDefinition)
  case query(QueryDefinition)
  case sink(SinkDefinition)

  package var name: String {
    switch self {
    case .stream(let stream): stream.name
    case .query(let query): query.name
    case .sink(let sink): sink.name
    }
  }

  /// The kind in the user's words.
  package var kind: String {
    switch self {
    case .stream(let stream): stream.isTable ? "table" : "stream"
    case .query(let query): query.kind.rawValue
    case .sink: "sink"
    }
  }
}
