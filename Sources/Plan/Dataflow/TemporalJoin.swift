// A join with what was true at a row's own time, as data: the newest version of a key at or before it. In: nothing. Out:
// the description that ASOF JOIN and FOR SYSTEM_TIME AS OF become and `TemporalJoinOperator` runs.

import Values

/// Each left row meets the one right row of its keys that is the newest at the left row's time, or none. The output is the
/// left columns, then the right columns, and it is never taken back: a row leaves when the watermark of both sides has
/// passed its time, and nothing can change what was true then.
///
/// Of right rows with one time the last in the order of the log counts.
package struct TemporalJoin: Hashable, Sendable, Codable {
  /// Equalities by which versions are told apart; without keys there is one thing with versions.
  package var keys: [JoinKey]
  /// The time attribute's column in the left input, and in the right one.
  package var leftTime: Int
  package var rightTime: Int
  /// Whether a version counts from its own instant on (>=) rather than after it (>).
  package var isInclusive: Bool
  /// A BOOLEAN column of the right input, its last one, that is TRUE where a record ends the row of its key; it is not passed on. nil
  /// when nothing is deleted.
  package var deletion: Int?
  /// Whether a left row without a version leaves too, with NULLs for the right columns.
  package var keepsLeft: Bool
  /// What must also be TRUE of a row and its version, over the left columns followed by the right ones. It does not choose
  /// the version: where it fails there is none.
  package var residual: Expression?
  /// Idle time after which a version is forgotten (STATE TTL), in microseconds of the step clock; nil for never.
  package var timeToLive: Int64?
  /// The versions are those of a table, or STATE UNBOUNDED says that the state may grow.
  package var acceptsGrowth: Bool

  package init(
    keys: [JoinKey], leftTime: Int, rightTime: Int, isInclusive: Bool = true, deletion: Int? = nil,
    keepsLeft: Bool = false,
    residual: Expression? = nil, timeToLive: Int64? = nil, acceptsGrowth: Bool = false
  ) {
    self.keys = keys
    self.leftTime = leftTime
    self.rightTime = rightTime
    self.isInclusive = isInclusive
    self.deletion = deletion
    self.keepsLeft = keepsLeft
    self.residual = residual
    self.timeToLive = timeToLive
    self.acceptsGrowth = acceptsGrowth
  }

  /// The same join with every expression replaced.
  package func mapExpressions(_ transform: (Expression) -> Expression) -> TemporalJoin {
    var copy = self
    copy.keys = keys.map { JoinKey(transform($0.left), transform($0.right), matchesNulls: $0.matchesNulls) }
    copy.residual = residual.map(transform)
    return copy
  }

  /// The kind of a join with the same columns.
  package var kind: JoinKind { keepsLeft ? .left : .inner }
}
