// Payloads of the pipe operators that GoogleSQL does not have, and of the STATE, PER and ON ERROR clauses.

/// `WINDOW TUMBLE(ts, SIZE 1 HOUR) PER k GRACE 5 MINUTES LATE INTO t`.
package struct PipeWindow: Hashable, Sendable {
  package var function: Function
  package var arguments: [WindowArgument]
  package var per: [PerItem]
  package var grace: DurationLiteral?
  package var late: LateTarget?

  package enum Function: String, Hashable, Sendable, CaseIterable {
    case tumble = "TUMBLE"
    case hop = "HOP"
    case cumulate = "CUMULATE"
    case session = "SESSION"
  }
}

package struct WindowArgument: Hashable, Sendable {
  package var kind: Kind
  package var span: SourceSpan

  package indirect enum Kind: Hashable, Sendable {
    case timeColumn(QualifiedName)
    case duration(Label, DurationLiteral)
    case zone(StringLiteral)
    case startWhen(Expression)
    case endWhen(Expression)
  }

  package enum Label: String, Hashable, Sendable, CaseIterable {
    case size = "SIZE"
    case every = "EVERY"
    case step = "STEP"
    case gap = "GAP"
    case max = "MAX"
    case offset = "OFFSET"
  }
}

package struct PerItem: Hashable, Sendable {
  package var kind: Kind
  package var span: SourceSpan

  package indirect enum Kind: Hashable, Sendable {
    case window
    case expression(Expression)
  }
}

package enum LateTarget: Hashable, Sendable {
  case drop
  case into(QualifiedName)
}

package enum ErrorTarget: Hashable, Sendable {
  case into(QualifiedName)
  case drop
  case fail
}

package struct StateClause: Hashable, Sendable {
  package var kind: Kind
  package var span: SourceSpan

  package enum Kind: Hashable, Sendable {
    case timeToLive(DurationLiteral)
    case unbounded
  }
}

package struct PipeDeduplicate: Hashable, Sendable {
  package var keys: [Expression]
  package var keep: KeepClause?
  package var within: DurationLiteral?
  package var state: StateClause?
}

package struct KeepClause: Hashable, Sendable {
  package var which: Which
  package var by: Expression?
  package var span: SourceSpan

  package enum Which: String, Hashable, Sendable, CaseIterable {
    case first = "FIRST"
    case last = "LAST"
  }
}

package struct PipeTop: Hashable, Sendable {
  package var count: IntegerLiteral
  package var withTies: Bool
  package var per: [PerItem]
  package var orderBy: [OrderItem]
  /// The column of RANK AS.
  package var rank: Identifier?
  package var state: StateClause?
}

package struct PipeThrottle: Hashable, Sendable {
  package var count: IntegerLiteral
  package var every: DurationLiteral
  package var per: [PerItem]
  /// The column of SUPPRESSED AS.
  package var suppressed: Identifier?
}

package struct PipeValidate: Hashable, Sendable {
  package var rules: [ValidationRule]
  package var onFailure: ErrorTarget
}

package struct ValidationRule: Hashable, Sendable {
  package var condition: Expression
  package var reason: StringLiteral
  package var span: SourceSpan
}

package struct PipeRoute: Hashable, Sendable {
  package var branches: [Branch]
  package var otherwise: RouteTarget?

  package struct Branch: Hashable, Sendable {
    package var condition: Expression
    package var target: RouteTarget
    package var span: SourceSpan
  }
}

package enum RouteTarget: Hashable, Sendable {
  case subpipeline(Subpipeline)
  case into(QualifiedName)
}
