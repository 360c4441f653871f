// MATCH_RECOGNIZE and its patterns.

package struct MatchRecognize: Hashable, Sendable {
  package var partitionBy: [Expression]
  package var orderBy: [OrderItem]
  package var measures: [Measure]
  package var rows: RowsPerMatch?
  package var skip: AfterMatchSkip?
  package var pattern: RowPattern
  package var within: DurationLiteral?
  package var subsets: [PatternSubset]
  package var definitions: [PatternDefinition]
  package var span: SourceSpan
}

package struct Measure: Hashable, Sendable {
  package var semantics: Semantics?
  package var value: Expression
  package var name: Identifier
  package var span: SourceSpan

  package enum Semantics: String, Hashable, Sendable, CaseIterable {
    case final = "FINAL"
    case running = "RUNNING"
  }
}

package enum RowsPerMatch: String, Hashable, Sendable, CaseIterable {
  case one = "ONE ROW PER MATCH"
  case oneWithTimeout = "ONE ROW PER MATCH WITH TIMEOUT ROWS"
  case all = "ALL ROWS PER MATCH"
  case allShowEmpty = "ALL ROWS PER MATCH SHOW EMPTY MATCHES"
  case allOmitEmpty = "ALL ROWS PER MATCH OMIT EMPTY MATCHES"
  case allWithUnmatched = "ALL ROWS PER MATCH WITH UNMATCHED ROWS"
}

package struct AfterMatchSkip: Hashable, Sendable {
  package var kind: Kind
  package var span: SourceSpan

  package enum Kind: Hashable, Sendable {
    case pastLastRow
    case toNextRow
    case toFirst(Identifier)
    /// TO LAST v, also written TO v.
    case toLast(Identifier)
  }
}

package struct RowPattern: Hashable, Sendable {
  package var kind: Kind
  package var span: SourceSpan

  package indirect enum Kind: Hashable, Sendable {
    case variable(Identifier)
    /// At least two, in order of preference.
    case alternation([RowPattern])
    /// At least two, one after the other.
    case sequence([RowPattern])
    case quantified(RowPattern, PatternQuantifier)
    /// `( pattern )`.
    case group(RowPattern)
    /// `()`.
    case empty
    /// `{- pattern -}`: matched, but left out of ALL ROWS.
    case excluded(RowPattern)
    /// `^`.
    case partitionStart
    /// `$`.
    case partitionEnd
    case permute([RowPattern])
    /// Something that could not be parsed. A diagnostic was reported for it.
    case error
  }
}

package struct PatternQuantifier: Hashable, Sendable {
  package var range: Range
  package var isReluctant: Bool
  package var span: SourceSpan

  package enum Range: Hashable, Sendable {
    case zeroOrMore
    case oneOrMore
    case optional
    case exactly(IntegerLiteral)
    /// `{n,m}`, `{n,}`, `{,m}`, `{,}`.
    case between(IntegerLiteral?, IntegerLiteral?)
  }
}

/// `u = (a, b)`.
package struct PatternSubset: Hashable, Sendable {
  package var name: Identifier
  package var variables: [Identifier]
  package var span: SourceSpan
}

/// `a AS condition`.
package struct PatternDefinition: Hashable, Sendable {
  package var variable: Identifier
  package var condition: Expression
  package var span: SourceSpan
}
