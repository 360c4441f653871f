// CREATE statements and their clauses.

package struct CreateType: Hashable, Sendable {
  package var name: QualifiedName
  package var type: TypeName
}

package struct CreateTopic: Hashable, Sendable {
  package var topic: StringLiteral
  package var partitions: IntegerLiteral?
  package var retention: DurationLiteral?
  package var options: [Option]
}

/// CREATE STREAM or CREATE TABLE, over a source, `AS query`, or neither.
package struct CreateRelation: Hashable, Sendable {
  package var kind: Kind
  package var orReplace: Bool
  package var name: QualifiedName
  package var elements: [TableElement]
  package var source: SourceClause?
  package var onError: ErrorTarget?
  package var options: [Option]
  package var query: Query?

  package enum Kind: String, Hashable, Sendable, CaseIterable {
    case stream = "STREAM"
    case table = "TABLE"
  }
}

package struct CreateView: Hashable, Sendable {
  package var orReplace: Bool
  package var isMaterialized: Bool
  package var name: QualifiedName
  package var columns: [Identifier]
  package var query: Query
}

package struct CreateSink: Hashable, Sendable {
  package var orReplace: Bool
  package var name: QualifiedName
  package var elements: [TableElement]
  package var target: SinkTarget
  /// The columns of KEY (…).
  package var key: [Identifier]
  package var format: FormatClause?
  package var options: [Option]
}

package enum SinkTarget: Hashable, Sendable {
  case topic(StringLiteral)
  case file(StringLiteral)
  case standardOutput
}

package struct CreateFunction: Hashable, Sendable {
  package var orReplace: Bool
  package var isAggregate: Bool
  package var name: QualifiedName
  package var parameters: [Parameter]
  package var returns: TypeName
  /// DETERMINISTIC or NOT DETERMINISTIC; nil when not said.
  package var isDeterministic: Bool?
  package var body: Expression
}

package struct CreateTableFunction: Hashable, Sendable {
  package var orReplace: Bool
  package var name: QualifiedName
  package var parameters: [Parameter]
  package var body: Query
}

package struct CreatePipeline: Hashable, Sendable {
  package var orReplace: Bool
  package var name: QualifiedName
  package var options: [Option]
  package var query: Query
}

package struct Parameter: Hashable, Sendable {
  package var name: Identifier
  package var kind: Kind
  package var span: SourceSpan

  package enum Kind: Hashable, Sendable {
    case scalar(TypeName)
    /// TABLE or TABLE<fields>.
    case table([StructField])
  }
}

package struct TableElement: Hashable, Sendable {
  package var kind: Kind
  package var span: SourceSpan

  package indirect enum Kind: Hashable, Sendable {
    case column(ColumnDefinition)
    /// `name AS expression`.
    case computedColumn(Identifier, Expression)
    case watermark(WatermarkDeclaration)
    case primaryKey([Identifier], isEnforced: Bool)
    case check(CheckConstraint)
  }
}

package struct ColumnDefinition: Hashable, Sendable {
  package var name: Identifier
  package var type: TypeName
  package var isNotNull: Bool
  package var metadata: Metadata?
  package var comment: StringLiteral?

  /// `METADATA FROM 'timestamp' VIRTUAL`.
  package struct Metadata: Hashable, Sendable {
    package var key: StringLiteral?
    package var isVirtual: Bool
  }
}

/// `WATERMARK FOR ts AS expression IDLE AFTER d`: a table element and a pipe operator.
package struct WatermarkDeclaration: Hashable, Sendable {
  package var column: Identifier
  package var value: Expression
  package var idleAfter: DurationLiteral?
  package var span: SourceSpan
}

package struct CheckConstraint: Hashable, Sendable {
  package var name: Identifier?
  package var condition: Expression
  package var isEnforced: Bool
}

/// `FROM TOPIC 'x' KEY (k) FORMAT JSON`.
package struct SourceClause: Hashable, Sendable {
  package var kind: Kind
  package var location: StringLiteral
  /// The columns of KEY (…).
  package var key: [Identifier]
  package var format: FormatClause?
  package var span: SourceSpan

  package enum Kind: String, Hashable, Sendable, CaseIterable {
    case topic = "TOPIC"
    case file = "FILE"
  }
}

/// `FORMAT JSON`, `FORMAT DEBEZIUM JSON`.
package struct FormatClause: Hashable, Sendable {
  package var name: Identifier
  package var payload: Identifier?
  package var span: SourceSpan
}

/// One `key = value` of WITH (…).
package struct Option: Hashable, Sendable {
  package var key: OptionKey
  package var value: Literal
  package var span: SourceSpan
}

package enum OptionKey: Hashable, Sendable {
  case string(StringLiteral)
  case name(QualifiedName)

  /// The key itself, however it was written.
  package var text: String {
    switch self {
    case .string(let literal): literal.value
    case .name(let name): name.text
    }
  }
}
