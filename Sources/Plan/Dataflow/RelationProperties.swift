// What the compiler knows of the rows on an edge beyond their columns (LANGUAGE §5.1): how they change, what identifies
// them, what time they carry. In: nothing. Out: plain data that EXPLAIN prints and lowering obeys.

import Values

/// How the rows of a relation come and go.
package enum ChangelogMode: Hashable, Sendable, Codable {
  /// Rows are added and never taken back.
  case append
  /// At most one row for each value of these columns; a new row replaces the old one.
  case upsert(key: [Int])
  /// Rows are added and taken back whole.
  case retract
}

/// A column whose values only trail the watermark by `delay` (microseconds): rows at or before watermark - delay are
/// complete.
package struct TimeAttribute: Hashable, Sendable, Codable {
  package var column: Int
  package var delay: Int64

  package init(column: Int, delay: Int64) {
    self.column = column
    self.delay = delay
  }
}

/// The columns that hold the bounds of the window to which each row belongs.
package struct WindowColumns: Hashable, Sendable, Codable {
  package var start: Int
  package var end: Int
  package var time: Int

  package init(start: Int, end: Int, time: Int) {
    self.start = start
    self.end = end
    self.time = time
  }
}

/// The symbolic bound on what an operator keeps, with the fact that gives it (LANGUAGE §5.3).
package struct StateBound: Hashable, Sendable, Codable {
  package enum Size: Hashable, Sendable, Codable {
    case none
    case constant
    /// One entry for each distinct key, and keys are not bounded by anything the compiler knows.
    case keys
    /// One entry for each key and open window.
    case keysTimesWindows
    /// Rows of a span of time, in microseconds.
    case rows(duration: Int64)
    case unbounded
  }

  package var size: Size
  /// Why, in words, naming columns.
  package var reason: String

  package init(_ size: Size, reason: String = "") {
    self.size = size
    self.reason = reason
  }

  package static let none = StateBound(.none)
}

/// The type of a relation: its columns and what is known of its rows.
package struct RelationProperties: Hashable, Sendable, Codable {
  package var schema: Schema
  package var mode: ChangelogMode
  /// Minimal sets of columns that are unique over the current rows.
  package var keys: [[Int]]
  package var timeAttribute: TimeAttribute?
  /// Set while each row belongs to a window that a following aggregate must group by.
  package var window: WindowColumns?
  package var bounded: Bool
  /// The columns by whose hash rows are spread over the workers; nil when they lie as the source has them.
  package var partitioning: [Int]?

  package init(
    schema: Schema, mode: ChangelogMode = .append, keys: [[Int]] = [], timeAttribute: TimeAttribute? = nil,
    window: WindowColumns? = nil, bounded: Bool = false, partitioning: [Int]? = nil
  ) {
    self.schema = schema
    self.mode = mode
    self.keys = keys
    self.timeAttribute = timeAttribute
    self.window = window
    self.bounded = bounded
    self.partitioning = partitioning
  }
}
