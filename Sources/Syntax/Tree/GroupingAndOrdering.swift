// GROUP BY, ORDER BY, LIMIT and EMIT: the clauses that both surfaces share.

package struct GroupByClause: Hashable, Sendable {
  /// GROUP AND ORDER BY.
  package var isOrdered: Bool
  package var items: [GroupItem]
  package var span: SourceSpan
}

package struct GroupItem: Hashable, Sendable {
  package var kind: Kind
  package var span: SourceSpan

  package indirect enum Kind: Hashable, Sendable {
    /// The columns of the window the input is assigned to.
    case window
    case rollup([Expression])
    case cube([Expression])
    case groupingSets([GroupSet])
    /// `()`: one group of everything.
    case empty
    case expression(Expression, alias: Identifier?, order: Ordering?)
  }
}

/// One set of GROUPING SETS: `(a, b)`, `()` or a bare expression.
package struct GroupSet: Hashable, Sendable {
  package var expressions: [Expression]
  package var span: SourceSpan
}

package struct OrderItem: Hashable, Sendable {
  package var value: Expression
  package var order: Ordering?
  package var span: SourceSpan
}

/// What follows a sort key: at least one of the two is present.
package struct Ordering: Hashable, Sendable {
  package var direction: Direction?
  package var nulls: NullPlacement?
  package var span: SourceSpan

  package enum Direction: String, Hashable, Sendable, CaseIterable {
    case ascending = "ASC"
    case descending = "DESC"
  }

  package enum NullPlacement: String, Hashable, Sendable, CaseIterable {
    case first = "NULLS FIRST"
    case last = "NULLS LAST"
  }
}

package struct LimitClause: Hashable, Sendable {
  package var count: Expression
  package var offset: Expression?
  package var span: SourceSpan
}

package struct EmitClause: Hashable, Sendable {
  package var kind: Kind
  package var span: SourceSpan

  package enum Kind: Hashable, Sendable {
    case changes
    case final
    case every(DurationLiteral, andFinal: Bool)
  }
}
