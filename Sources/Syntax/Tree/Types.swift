// Type names as written in DDL and casts.

package struct TypeName: Hashable, Sendable {
  package var kind: Kind
  package var span: SourceSpan

  package indirect enum Kind: Hashable, Sendable {
    /// `DOUBLE`, `VARCHAR(10)`, `DECIMAL(12, 2)`, `GeoPoint`: zero, one or two parameters.
    case named(QualifiedName, parameters: [IntegerLiteral])
    case array(TypeName)
    case map(key: TypeName, value: TypeName)
    /// STRUCT<...> and ROW<...>.
    case structure([StructField])
    case interval(IntervalRange?)
  }

  package enum IntervalRange: String, Hashable, Sendable, CaseIterable {
    case yearToMonth = "YEAR TO MONTH"
    case dayToSecond = "DAY TO SECOND"
  }
}

package struct StructField: Hashable, Sendable {
  package var name: Identifier
  package var type: TypeName
  package var isNotNull: Bool
  package var span: SourceSpan
}
