// Where rows come from and go to, as the plan carries it: enough to open the place and decode its records without the
// source text or the registry. Never opens anything.

import Values

/// How the bytes of a record hold its columns.
package enum RecordFormat: Hashable, Sendable, Codable {
  /// One JSON object in each record, or on each line of a file.
  case json
  /// Comma-separated fields (RFC 4180). A file's first line names the columns; a topic's records have no header.
  case csv
  /// The record's bytes as one STRING or BYTES column.
  case raw
  /// Debezium's envelope in JSON: the row before and the row after a change.
  case debezium
  /// One JSON object in each record whose field `op` says what kind of change the row is.
  case changelog

  /// Whether a record says which kind of change it is.
  package var saysChanges: Bool {
    switch self {
    case .debezium, .changelog: true
    case .json, .csv, .raw: false
    }
  }
}

/// A place outside the dataflow.
package enum ExternalPlace: Hashable, Sendable, Codable {
  case topic(String)
  /// A file, a glob or a folder: one partition for each file, in the order of their names.
  case file(String)
  /// Standard input for a source, standard output for a sink.
  case standard
  /// Given only by the command line or a test: a stream declared without a source.
  case unbound
}

/// A part of a record that becomes a column.
package enum RecordPart: Hashable, Sendable, Codable {
  /// A field of the record's value by the path of names that leads to it: `["bid", "price"]`.
  case field([String])
  /// The record's metadata.
  case timestamp
  case partition
  case offset
  case key
  case headers
  case topic
  /// Whether the record deletes its key, a BOOLEAN: a record without a value, in a table over a topic.
  case deletion
}

extension RecordPart {
  /// The type of the headers of a record, in their order; a name may come more than once.
  package static let headersType = DataType.array(
    element: .row([Field("key", .text, nullable: false), Field("value", .bytes())]), elementNullable: false)
}

/// A column that a scan delivers.
package struct ScanColumn: Hashable, Sendable, Codable {
  package var part: RecordPart
  package var field: Field

  package init(part: RecordPart, field: Field) {
    self.part = part
    self.field = field
  }
}

/// What happens to a record or row that fails (ON ERROR).
package enum ErrorPolicy: Hashable, Sendable, Codable {
  /// To the error stream of the relation; counted.
  case deadLetter
  /// Counted, not kept.
  case drop
  /// The run stops with the first failure.
  case fail
}

/// A declared stream, as a scan needs it.
package struct SourceDescription: Hashable, Sendable, Codable {
  /// The relation's name; its side streams are `name.errors` and `name.late`.
  package var name: String
  package var place: ExternalPlace
  package var format: RecordFormat
  /// All declared columns with the path to each, before pruning: what a file without a header, or the encoder of a
  /// test row, goes by.
  package var declared: [ScanColumn]
  package var errorPolicy: ErrorPolicy
  /// Silence after which a caught-up partition stops holding the watermark, in microseconds; nil for the default.
  package var idleAfter: Int64?
  /// How far a time attribute may lie ahead of the clock, in microseconds; nil for any distance.
  package var maximumAhead: Int64?
  /// The columns that a record's key holds, in order, where the stream is a table: what a record without a value deletes.
  package var recordKey: [ScanColumn]

  package init(
    name: String, place: ExternalPlace, format: RecordFormat, declared: [ScanColumn],
    errorPolicy: ErrorPolicy = .deadLetter, idleAfter: Int64? = nil, maximumAhead: Int64? = nil,
    recordKey: [ScanColumn] = []
  ) {
    self.name = name
    self.place = place
    self.format = format
    self.declared = declared
    self.errorPolicy = errorPolicy
    self.idleAfter = idleAfter
    self.maximumAhead = maximumAhead
    self.recordKey = recordKey
  }
}

/// A declared sink, or the place where a bare query prints.
package struct SinkDescription: Hashable, Sendable, Codable {
  package var name: String
  package var place: ExternalPlace
  package var format: RecordFormat
  /// The columns by which records are keyed and spread over the topic's partitions.
  package var keyColumns: [Int]
  /// The declared primary key: the sink accepts upserts on it.
  package var primaryKey: [Int]
  /// Whether this is the result of a query without a sink, which the session prints.
  package var isResult: Bool
  /// Whether this is where the rows of a materialized view or derived table are kept, for other queries to read.
  package var isKeptView: Bool

  package init(
    name: String, place: ExternalPlace, format: RecordFormat, keyColumns: [Int] = [], primaryKey: [Int] = [],
    isResult: Bool = false, isKeptView: Bool = false
  ) {
    self.name = name
    self.place = place
    self.format = format
    self.keyColumns = keyColumns
    self.primaryKey = primaryKey
    self.isResult = isResult
    self.isKeptView = isKeptView
  }
}
