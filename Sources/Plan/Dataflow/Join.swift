// What a join does, as data: which rows of two relations meet, and which of them leave alone. In: nothing. Out: a description
// that the resolver makes, the optimiser narrows and `JoinOperator` runs.

import Values

package enum JoinKind: String, Hashable, Sendable, Codable {
  case inner
  /// Left rows without a match leave with NULLs for the right columns.
  case left
  case right
  case full
  /// Left rows with at least one match, once each.
  case semi
  /// Left rows without a match.
  case anti

  /// Whether rows of the left side leave without a match.
  package var keepsLeft: Bool { self == .left || self == .full || self == .anti }
  /// Whether rows of the right side leave without a match.
  package var keepsRight: Bool { self == .right || self == .full }
  /// Whether only columns of the left side leave.
  package var givesLeftOnly: Bool { self == .semi || self == .anti }
}

/// An equality between the sides, by which rows are found and spread over the workers.
package struct JoinKey: Hashable, Sendable, Codable {
  /// Over the columns of the left input.
  package var left: Expression
  /// Over the columns of the right input, counted from 0; of the left one's type.
  package var right: Expression
  /// Whether NULL meets NULL (IS NOT DISTINCT FROM) rather than nothing (=).
  package var matchesNulls: Bool

  package init(_ left: Expression, _ right: Expression, matchesNulls: Bool = false) {
    self.left = left
    self.right = right
    self.matchesNulls = matchesNulls
  }
}

/// Rows meet only within a span of event time: `lower <= left time - right time <= upper`, in microseconds. Each side's rows
/// are forgotten when the watermark says that no match can come.
package struct JoinInterval: Hashable, Sendable, Codable {
  /// The time attribute's column in the left input, and in the right one.
  package var leftTime: Int
  package var rightTime: Int
  package var lower: Int64
  package var upper: Int64

  package init(leftTime: Int, rightTime: Int, lower: Int64, upper: Int64) {
    self.leftTime = leftTime
    self.rightTime = rightTime
    self.lower = lower
    self.upper = upper
  }
}

/// A join of two relations. The output is the left columns, then (but for semi and anti) the right columns.
package struct Join: Hashable, Sendable, Codable {
  package var kind: JoinKind
  /// Without keys every pair is tried, at one worker.
  package var keys: [JoinKey]
  /// What must also be TRUE of a pair, over the left columns followed by the right columns.
  package var residual: Expression?
  package var interval: JoinInterval?
  /// Idle time after which a row is forgotten (STATE TTL), in microseconds of the step clock; nil for never.
  package var timeToLive: Int64?
  /// STATE UNBOUNDED: the user means the state to grow.
  package var acceptsGrowth: Bool

  package init(
    _ kind: JoinKind, keys: [JoinKey], residual: Expression? = nil, interval: JoinInterval? = nil,
    timeToLive: Int64? = nil, acceptsGrowth: Bool = false
  ) {
    self.kind = kind
    self.keys = keys
    self.residual = residual
    self.interval = interval
    self.timeToLive = timeToLive
    self.acceptsGrowth = acceptsGrowth
  }

  /// The same join with every expression replaced.
  package func mapExpressions(_ transform: (Expression) -> Expression) -> Join {
    var copy = self
    copy.keys = keys.map { JoinKey(transform($0.left), transform($0.right), matchesNulls: $0.matchesNulls) }
    copy.residual = residual.map(transform)
    return copy
  }
}

/// The elements of an array, each as a row beside the row it came from: UNNEST. The output is the input's columns, the
/// element (or, for an array of STRUCT that is unfolded, its fields), and the offset if it is asked for.
package struct Unnest: Hashable, Sendable, Codable {
  package var array: Expression
  /// The columns that an element becomes: one, or one for each field of a STRUCT.
  package var elements: [Field]
  /// WITH OFFSET: a BIGINT column that counts from 0.
  package var offset: Field?
  /// Whether a row with an empty or NULL array leaves too, with NULLs (LEFT JOIN UNNEST).
  package var keepsEmpty: Bool

  package init(array: Expression, elements: [Field], offset: Field? = nil, keepsEmpty: Bool = false) {
    self.array = array
    self.elements = elements
    self.offset = offset
    self.keepsEmpty = keepsEmpty
  }
}

/// INTERSECT and EXCEPT over two inputs of equal columns. Rows are equal as groups are: NULL equals NULL.
package struct SetOperation: Hashable, Sendable, Codable {
  package enum Kind: String, Hashable, Sendable, Codable {
    case intersect
    case except
  }

  package var kind: Kind
  /// ALL: as many of equal rows as the counts of both sides say, rather than one.
  package var all: Bool
  package var timeToLive: Int64?

  package init(_ kind: Kind, all: Bool, timeToLive: Int64? = nil) {
    self.kind = kind
    self.all = all
    self.timeToLive = timeToLive
  }
}
