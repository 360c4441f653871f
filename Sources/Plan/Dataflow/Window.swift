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

/// Rows to windows. Adds `window_start`, `window_end` and `window_time` at the end of the row, in this order.
package struct WindowAssignment: Hashable, Sendable, Codable {
  package var window: AlignedWindow
  /// The time attribute's column in the input.
  package var timeColumn: Int
  /// How long after its end a window still takes rows, in microseconds.
  package var grace: Int64

  package init(window: AlignedWindow, timeColumn: Int, grace: Int64) {
    self.window = window
    self.timeColumn = timeColumn
    self.grace = grace
  }
}
