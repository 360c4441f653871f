// What may stand in FROM and after JOIN: named tables, files, subqueries, table functions, arrays; and joins.

/// A table and the joins that follow it, from left to right.
package struct FromItem: Hashable, Sendable {
  package var table: TableReference
  package var joins: [JoinClause]
  package var span: SourceSpan
}

package struct TableReference: Hashable, Sendable {
  package var primary: TablePrimary
  package var hint: Hint?
  /// The alias of the table itself.
  package var alias: TableAlias?
  /// The instant of FOR SYSTEM_TIME AS OF.
  package var systemTime: Expression?
  package var suffix: TableSuffix?
  /// The alias of the suffix's result.
  package var suffixAlias: TableAlias?
  package var span: SourceSpan

  /// The alias by which later clauses see this table.
  package var visibleAlias: TableAlias? { suffix == nil ? alias : suffixAlias }
}

/// `AS t (a, b)`.
package struct TableAlias: Hashable, Sendable {
  package var name: Identifier
  package var columns: [Identifier]
  package var span: SourceSpan
}

package struct TablePrimary: Hashable, Sendable {
  package var kind: Kind
  package var span: SourceSpan

  package indirect enum Kind: Hashable, Sendable {
    case name(QualifiedName)
    /// A file as a relation: `FROM 'bids.jsonl'`.
    case file(StringLiteral)
    case subquery(Query, isLateral: Bool)
    /// `f(…)`, or with `isWrapped` in the standard's `TABLE(f(…))`.
    case function(TableFunctionCall, isWrapped: Bool, isLateral: Bool)
    case unnest(Expression, position: UnnestPosition?)
    /// Something that could not be parsed. A diagnostic was reported for it.
    case error
  }
}

/// WITH OFFSET (counted from 0, with its own alias) or WITH ORDINALITY (counted from 1, named by the table alias).
package enum UnnestPosition: Hashable, Sendable {
  case offset(alias: Identifier?)
  case ordinality
}

package indirect enum TableSuffix: Hashable, Sendable {
  case matchRecognize(MatchRecognize)
  case pivot(Pivot)
  case unpivot(Unpivot)
  case sample(TableSample)
}

package struct TableFunctionCall: Hashable, Sendable {
  package var name: QualifiedName
  package var arguments: [TableArgument]
  package var span: SourceSpan
}

package struct TableArgument: Hashable, Sendable {
  /// The name before `=>`.
  package var name: Identifier?
  package var kind: Kind
  package var span: SourceSpan

  package indirect enum Kind: Hashable, Sendable {
    case table(QualifiedName, partitionBy: [Expression])
    /// INPUT TABLE: where CALL puts its input.
    case inputTable
    case descriptor([Identifier])
    /// A value; a parenthesised query (`Expression.Kind.subquery`) may also stand for a table.
    case expression(Expression)
  }
}

package struct JoinClause: Hashable, Sendable {
  package var isNatural: Bool
  package var kind: JoinKind
  package var table: TableReference
  /// MATCH_CONDITION (…) of an as-of join.
  package var matchCondition: Expression?
  package var condition: JoinCondition?
  package var time: JoinTime?
  /// STATE of a join written as a pipe operator.
  package var state: StateClause?
  package var span: SourceSpan
}

package enum JoinKind: String, Hashable, Sendable, CaseIterable {
  case inner = "JOIN"
  case left = "LEFT JOIN"
  case right = "RIGHT JOIN"
  case full = "FULL JOIN"
  case cross = "CROSS JOIN"
  case semi = "SEMI JOIN"
  case leftSemi = "LEFT SEMI JOIN"
  case rightSemi = "RIGHT SEMI JOIN"
  case anti = "ANTI JOIN"
  case leftAnti = "LEFT ANTI JOIN"
  case rightAnti = "RIGHT ANTI JOIN"
  case asOf = "ASOF JOIN"
  case leftAsOf = "LEFT ASOF JOIN"
}

package indirect enum JoinCondition: Hashable, Sendable {
  case on(Expression)
  case using([Identifier])
}

package struct JoinTime: Hashable, Sendable {
  package var kind: Kind
  package var span: SourceSpan

  package enum Kind: Hashable, Sendable {
    /// WITHIN d: on either side.
    case within(DurationLiteral)
    case before(DurationLiteral)
    case after(DurationLiteral)
    case beforeAndAfter(DurationLiteral, DurationLiteral)
    case perWindow
  }
}
