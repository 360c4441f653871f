// Queries: WITH, a body in the SELECT or FROM surface, then pipe operators. The surfaces stay apart in the tree;
// the resolver lowers both to the same relations.

/// `WITH … body |> operator |> operator`. Pipe operators apply to the whole body.
package struct Query: Hashable, Sendable {
  package var with: WithClause?
  package var body: QueryBody
  package var operators: [PipeOperator]
  package var span: SourceSpan
}

package struct WithClause: Hashable, Sendable {
  package var isRecursive: Bool
  package var tables: [CommonTable]
  package var span: SourceSpan
}

/// `name (columns) AS (query)`.
package struct CommonTable: Hashable, Sendable {
  package var name: Identifier
  package var columns: [Identifier]
  package var query: Query
  package var span: SourceSpan
}

package struct QueryBody: Hashable, Sendable {
  package var set: SetExpression
  package var orderBy: [OrderItem]
  package var limit: LimitClause?
  package var emit: EmitClause?
  package var span: SourceSpan
}

/// Terms joined by set operators. INTERSECT binds tighter than UNION and EXCEPT, which apply from left to right; a
/// chain holds the operators of one level, so that a long UNION is long and not deep.
package indirect enum SetExpression: Hashable, Sendable {
  case term(QueryTerm)
  case chain(first: SetExpression, rest: [SetOperand])
}

package struct SetOperand: Hashable, Sendable {
  package var `operator`: SetOperator
  package var operand: SetExpression
}

package struct SetOperator: Hashable, Sendable {
  package var kind: Kind
  package var quantifier: Quantifier?
  package var isByName: Bool
  package var span: SourceSpan

  package enum Kind: String, Hashable, Sendable, CaseIterable {
    case union = "UNION"
    case intersect = "INTERSECT"
    case except = "EXCEPT"
  }

  package enum Quantifier: String, Hashable, Sendable, CaseIterable {
    case all = "ALL"
    case distinct = "DISTINCT"
  }
}

package struct QueryTerm: Hashable, Sendable {
  package var kind: Kind
  package var span: SourceSpan

  package indirect enum Kind: Hashable, Sendable {
    case select(SelectClause)
    /// `FROM a, b JOIN c` alone.
    case from([FromItem])
    case values([ValuesRow])
    case parenthesized(Query)
    /// Something that could not be parsed. A diagnostic was reported for it.
    case error
  }
}

package struct ValuesRow: Hashable, Sendable {
  package var values: [Expression]
  package var span: SourceSpan
}

package struct SelectClause: Hashable, Sendable {
  package var hint: Hint?
  package var quantifier: SelectQuantifier?
  package var items: [SelectItem]
  /// Empty without FROM.
  package var from: [FromItem]
  package var `where`: Expression?
  package var groupBy: GroupByClause?
  package var having: Expression?
  package var windows: [NamedWindow]
  package var qualify: Expression?
}

package enum SelectQuantifier: Hashable, Sendable {
  case all
  case distinct
  /// DISTINCT ON (keys).
  case distinctOn([Expression])
}

package struct SelectItem: Hashable, Sendable {
  package var kind: Kind
  package var span: SourceSpan

  package indirect enum Kind: Hashable, Sendable {
    case star(Star)
    case expression(Expression, alias: Identifier?)
  }
}

/// `t.* EXCLUDE (a) REPLACE (b + 1 AS b)`.
package struct Star: Hashable, Sendable {
  package var qualifier: QualifiedName?
  /// The columns of EXCLUDE (also written EXCEPT).
  package var excluded: [Identifier]
  package var replaced: [ReplaceItem]

  package struct ReplaceItem: Hashable, Sendable {
    package var value: Expression
    package var name: Identifier
    package var span: SourceSpan
  }
}
