// Scalar expressions. Parentheses the user wrote are kept (`parenthesized`), so that printing never has to guess them.

package struct Expression: Hashable, Sendable {
  package var kind: Kind
  package var span: SourceSpan

  package indirect enum Kind: Hashable, Sendable {
    case literal(Literal)
    case interval(IntervalLiteral)
    /// `a`, `t.a`, `t.a.b`: which part is the table and which a field is for the resolver to say.
    case name(QualifiedName)
    case parenthesized(Expression)
    /// `(a, b)`: at least two.
    case tuple([Expression])
    /// `(query)` as a value.
    case subquery(Query)
    case exists(Query)
    case unary(UnaryOperator, Expression)
    case binary(BinaryOperator, Expression, Expression, operatorSpan: SourceSpan)
    case isTest(Expression, IsTest, negated: Bool)
    case isDistinctFrom(Expression, Expression, negated: Bool)
    case between(Expression, low: Expression, high: Expression, negated: Bool)
    case like(Expression, pattern: Expression, negated: Bool)
    case membership(Expression, MembershipSet, negated: Bool)
    /// `f(x).field`: a field of something that is not a plain name.
    case field(Expression, Identifier)
    case element(Expression, index: Expression)
    case call(FunctionCall)
    case caseOf(CaseExpression)
    case cast(CastKind, Expression, TypeName)
    case extract(part: Identifier, from: Expression, timeZone: Expression?)
    case array([Expression])
    /// MAP[key, value, …]: keys and values in turn.
    case map([Expression])
    case structure([StructItem])
    /// Something that could not be parsed. A diagnostic was reported for it.
    case error
  }
}

package enum UnaryOperator: String, Hashable, Sendable, CaseIterable {
  case plus = "+"
  case minus = "-"
  case not = "NOT"
}

package enum BinaryOperator: String, Hashable, Sendable, CaseIterable {
  case or = "OR"
  case and = "AND"
  case equal = "="
  /// `<>` and `!=`.
  case notEqual = "<>"
  case less = "<"
  case lessOrEqual = "<="
  case greater = ">"
  case greaterOrEqual = ">="
  case add = "+"
  case subtract = "-"
  case concatenate = "||"
  case multiply = "*"
  case divide = "/"
  case remainder = "%"
}

package enum IsTest: String, Hashable, Sendable, CaseIterable {
  case null = "NULL"
  case `true` = "TRUE"
  case `false` = "FALSE"
}

/// The right side of IN.
package indirect enum MembershipSet: Hashable, Sendable {
  case list([Expression])
  case subquery(Query)
  case unnest(Expression)
}

package enum CastKind: String, Hashable, Sendable, CaseIterable {
  case cast = "CAST"
  case tryCast = "TRY_CAST"
  case safeCast = "SAFE_CAST"
}

/// `CASE operand? WHEN … THEN … ELSE … END`.
package struct CaseExpression: Hashable, Sendable {
  package var operand: Expression?
  package var branches: [Branch]
  package var otherwise: Expression?

  package struct Branch: Hashable, Sendable {
    package var condition: Expression
    package var result: Expression
    package var span: SourceSpan
  }
}

/// One item of STRUCT(...): `expr AS name`.
package struct StructItem: Hashable, Sendable {
  package var value: Expression
  package var name: Identifier?
  package var span: SourceSpan
}
