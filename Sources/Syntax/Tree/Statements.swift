// Statements that are neither definitions, queries nor tests.

package struct InsertStatement: Hashable, Sendable {
  package var target: QualifiedName
  package var columns: [Identifier]
  package var query: Query
  package var onConflict: ConflictAction?
  package var span: SourceSpan
}

package enum ConflictAction: String, Hashable, Sendable, CaseIterable {
  case error = "ERROR"
  case nothing = "NOTHING"
  case deduplicate = "DEDUPLICATE"
}

/// `EXECUTE STATEMENT SET BEGIN insert; insert; END`.
package struct StatementSet: Hashable, Sendable {
  package var inserts: [InsertStatement]
}

package struct ExplainStatement: Hashable, Sendable {
  package var kind: Kind?
  package var subject: Subject

  package enum Kind: String, Hashable, Sendable, CaseIterable {
    case ast = "AST"
    case plan = "PLAN"
    case state = "STATE"
    case type = "TYPE"
    case watermark = "WATERMARK"
    case analyze = "ANALYZE"
  }

  package indirect enum Subject: Hashable, Sendable {
    case query(Query)
    case insert(InsertStatement)
    case name(QualifiedName)
  }
}

/// `SHOW STREAMS LIKE 'a%'`.
package struct ShowStatement: Hashable, Sendable {
  package var what: Identifier
  package var pattern: StringLiteral?
}

package struct DropStatement: Hashable, Sendable {
  package var kind: Kind
  package var ifExists: Bool
  package var target: Target

  package enum Kind: String, Hashable, Sendable, CaseIterable {
    case stream = "STREAM"
    case table = "TABLE"
    case view = "VIEW"
    case materializedView = "MATERIALIZED VIEW"
    case sink = "SINK"
    case pipeline = "PIPELINE"
    case topic = "TOPIC"
    case type = "TYPE"
    case function = "FUNCTION"
    case tableFunction = "TABLE FUNCTION"
  }

  package enum Target: Hashable, Sendable {
    case name(QualifiedName)
    case string(StringLiteral)
  }
}

/// `SET 'time_zone' = 'UTC'`.
package struct SetStatement: Hashable, Sendable {
  package var key: OptionKey
  package var value: Literal
}
