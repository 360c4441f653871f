// Windows as plan nodes hold them: which windows there are, and how rows are assigned to them. Plain data, in
// microseconds; `WindowArithmetic` of `Execution` computes with it.

import Values

/// Windows that lie at the same times for all rows.
package struct AlignedWindow: Hashable, Sendable, Codable {
  package enum Kind: Hashable, Sendable, Codable {
    /// [k * step + offset, k * step + offset + size) for every integer k: hopping windows, tumbling ones where step and
    /// size are equal.
    case sliding
    /// [k * size + offset, k * size + offset + i * step) for i from 1 until the size is reached, a multiple of the step.
    case cumulating
  }

  package var kind: Kind
  package var size: Int64
  package var step: Int64
  package var offset: Int64
  /// The zone in whose local time windows are aligned; nil for UTC.
  package var zone: String?

  package init(kind: Kind = .sliding, size: Int64, step: Int64, offset: Int64 = 0, zone: String? = nil) {
    self.kind = kind
    self.size = size
    self.step = step
    self.offset = offset
    self.zone = zone
  }

  package var isTumbling: Bool { kind == .sliding && step == size }

  /// Whether a time may lie in several windows.
  package var overlaps: Bool { step < size }

  /// The greatest number of windows that a time lies in.
  package var windowsOfATime: Int64 { (size - 1) / step + 1 }
}

/// Sessions: the rows of one value of `partition` between which no more than `gap` lies.
package struct SessionWindow: Hashable, Sendable, Codable {
  package var partition: [Expression]
  package var gap: Int64
  /// The greatest distance from the first row to the end of the window; nil for none.
  package var maximum: Int64?
  /// A session begins only with a row for which this is TRUE (with any row when nil).
  package var start: Expression?
  /// The row for which this is TRUE is the last of its session.
  package var end: Expression?

  package init(
    partition: [Expression], gap: Int64, maximum: Int64? = nil, start: Expression? = nil, end: Expression? = nil
  ) {
    self.partition = partition
    self.gap = gap
    self.maximum = maximum
    self.start = start
    self.end = end
  }

  /// All expressions over the input.
  package var expressions: [Expression] { partition + [start, end].compactMap { $0 } }
}

package enum WindowDefinition: Hashable, Sendable, Codable {
  case aligned(AlignedWindow)
  case session(SessionWindow)
}

/// Rows to windows. Adds `window_start`, `window_end` and `window_time` at the end of the row, in this order.
package struct WindowAssignment: Hashable, Sendable, Codable {
  package var window: WindowDefinition
  /// The time attribute's column in the input.
  package var timeColumn: Int
  /// How long after its end a window still takes rows, in microseconds.
  package var grace: Int64

  package init(window: WindowDefinition, timeColumn: Int, grace: Int64) {
    self.window = window
    self.timeColumn = timeColumn
    self.grace = grace
  }

  /// Windows that lie at the same times for all rows; nil for sessions.
  package var aligned: AlignedWindow? { if case .aligned(let window) = window { window } else { nil } }

  package var session: SessionWindow? { if case .session(let window) = window { window } else { nil } }

  /// The same assignment with every expression replaced.
  package func mapExpressions(_ transform: (Expression) -> Expression) -> WindowAssignment {
    guard case .session(var session) = window else { return self }
    session.partition = session.partition.map(transform)
    session.start = session.start.map(transform)
    session.end = session.end.map(transform)
    var copy = self
    copy.window = .session(session)
    return copy
  }
}
