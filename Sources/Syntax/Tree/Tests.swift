// TEST statements: steps of given rows, advanced time and expectations.

package struct TestStatement: Hashable, Sendable {
  package var title: StringLiteral
  /// The pipeline of FOR.
  package var subject: QualifiedName?
  package var options: [Option]
  package var steps: [TestStep]
}

package struct TestStep: Hashable, Sendable {
  package var kind: Kind
  package var span: SourceSpan

  package indirect enum Kind: Hashable, Sendable {
    case given(TestRows)
    case advance(Clock, Advance)
    case expectRows(TestRows, inOrder: Bool)
    case expectEmpty(QualifiedName, columns: [Identifier])
    case expectChanges(TestRows)
    case expectStateEmpty
    case expectStateRows(Comparison, IntegerLiteral)
    case expectError(StringLiteral)
  }

  package enum Clock: Hashable, Sendable {
    /// ADVANCE TIME: processing time.
    case processingTime
    /// ADVANCE source: that source's watermark.
    case watermark(QualifiedName)
  }

  package indirect enum Advance: Hashable, Sendable {
    case to(Expression)
    case by(DurationLiteral)
  }

  package enum Comparison: String, Hashable, Sendable, CaseIterable {
    case less = "<"
    case lessOrEqual = "<="
    case equal = "="
  }
}

/// `name (columns) VALUES (…), (…)`.
package struct TestRows: Hashable, Sendable {
  package var relation: QualifiedName
  package var columns: [Identifier]
  package var rows: [ValuesRow]
}
