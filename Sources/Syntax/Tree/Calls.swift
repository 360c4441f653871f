// Function calls with everything that may hang on them: argument modifiers, FILTER, OVER, window definitions and
// frames.

package struct FunctionCall: Hashable, Sendable {
  /// `COUNT`, `SAFE.DIVIDE`, `my_schema.f`.
  package var name: QualifiedName
  package var arguments: CallArguments
  /// FILTER (WHERE condition).
  package var filter: Expression?
  package var over: OverClause?
}

package indirect enum CallArguments: Hashable, Sendable {
  /// `COUNT(*)`.
  case star
  /// `COUNT(t.*)`.
  case qualifiedStar(QualifiedName)
  case list(ArgumentList)
}

package struct ArgumentList: Hashable, Sendable {
  package var isDistinct = false
  package var arguments: [CallArgument] = []
  package var nullHandling: NullHandling?
  package var orderBy: [OrderItem] = []
  package var limit: IntegerLiteral?
}

package struct CallArgument: Hashable, Sendable {
  /// The name before `=>`.
  package var name: Identifier?
  package var value: Expression
  package var span: SourceSpan
}

package enum NullHandling: String, Hashable, Sendable, CaseIterable {
  case ignore = "IGNORE NULLS"
  case respect = "RESPECT NULLS"
}

package enum OverClause: Hashable, Sendable {
  case named(Identifier)
  case definition(WindowDefinition)
}

/// `base PARTITION BY … ORDER BY … frame`; each part may be absent.
package struct WindowDefinition: Hashable, Sendable {
  package var base: Identifier?
  package var partitionBy: [Expression]
  package var orderBy: [OrderItem]
  package var frame: WindowFrame?
  package var span: SourceSpan
}

/// `w AS (definition)` in a WINDOW clause.
package struct NamedWindow: Hashable, Sendable {
  package var name: Identifier
  package var definition: WindowDefinition
  package var span: SourceSpan
}

package struct WindowFrame: Hashable, Sendable {
  package var unit: Unit
  package var start: FrameBound
  /// Nil without BETWEEN: the frame then ends at the current row.
  package var end: FrameBound?
  package var span: SourceSpan

  package enum Unit: String, Hashable, Sendable, CaseIterable {
    case rows = "ROWS"
    case range = "RANGE"
  }
}

package struct FrameBound: Hashable, Sendable {
  package var kind: Kind
  package var span: SourceSpan

  package indirect enum Kind: Hashable, Sendable {
    case currentRow
    case unbounded(FrameDirection)
    case offset(Expression, FrameDirection)
    /// `5 MINUTES PRECEDING`. An INTERVAL literal is an `offset` whose expression is the interval.
    case duration(DurationLiteral, FrameDirection)
  }
}

package enum FrameDirection: String, Hashable, Sendable, CaseIterable {
  case preceding = "PRECEDING"
  case following = "FOLLOWING"
}
