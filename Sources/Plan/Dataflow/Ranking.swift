// Operations on rows in an order within their partition, as data: TOP, DEDUPLICATE and OVER. In: nothing. Out: descriptions
// that the resolver makes and the operators run.

import Values

package enum RankFunction: String, Hashable, Sendable, Codable {
  case rowNumber = "ROW_NUMBER"
  case rank = "RANK"
  case denseRank = "DENSE_RANK"
}

/// The first rows of each partition in an order. Equal rows stand in the order of their arrival. The output is the input's
/// columns, then the rank if it is asked for.
package struct Ranking: Hashable, Sendable, Codable {
  package var function: RankFunction
  package var partition: [Expression]
  package var order: [SortKey]
  /// Ranks from `first` to `last`, both included, pass; ranks count from 1.
  package var first: Int64
  package var last: Int64
  package var rankField: Field?
  /// The window by which each partition is closed (PER WINDOW): ranks are said once, when the watermark passes its end.
  package var window: WindowColumns?
  package var emission: Emission
  package var timeToLive: Int64?
  package var acceptsGrowth: Bool

  package init(
    _ function: RankFunction, partition: [Expression], order: [SortKey], first: Int64 = 1, last: Int64,
    rankField: Field? = nil, window: WindowColumns? = nil, emission: Emission = .changes, timeToLive: Int64? = nil,
    acceptsGrowth: Bool = false
  ) {
    self.function = function
    self.partition = partition
    self.order = order
    self.first = first
    self.last = last
    self.rankField = rankField
    self.window = window
    self.emission = emission
    self.timeToLive = timeToLive
    self.acceptsGrowth = acceptsGrowth
  }

  package func mapExpressions(_ transform: (Expression) -> Expression) -> Ranking {
    var copy = self
    copy.partition = partition.map(transform)
    copy.order = order.map { SortKey(transform($0.expression), descending: $0.descending, nullsFirst: $0.nullsFirst) }
    return copy
  }
}

/// One row for each value of the keys: the first one, or the last one, by a time or by arrival.
package struct Deduplication: Hashable, Sendable, Codable {
  package enum Kept: String, Hashable, Sendable, Codable {
    case first
    case last
  }

  package var keys: [Expression]
  package var kept: Kept
  /// The order in which rows are first or last; nil for that of their arrival. Of equal rows KEEP LAST takes the one that
  /// arrived last.
  package var order: Expression?
  /// The time attribute when it is the order of KEEP FIRST: rows are taken in its order, as the watermark passes them.
  package var time: TimeAttribute?
  /// A duplicate is one within this time of the row that was kept, in microseconds; nil for ever.
  package var within: Int64?
  /// When KEEP LAST says what has changed.
  package var emission: Emission
  package var timeToLive: Int64?
  package var acceptsGrowth: Bool

  package init(
    keys: [Expression], kept: Kept, order: Expression? = nil, time: TimeAttribute? = nil, within: Int64? = nil,
    emission: Emission = .changes, timeToLive: Int64? = nil, acceptsGrowth: Bool = false
  ) {
    self.keys = keys
    self.kept = kept
    self.order = order
    self.time = time
    self.within = within
    self.emission = emission
    self.timeToLive = timeToLive
    self.acceptsGrowth = acceptsGrowth
  }

  package func mapExpressions(_ transform: (Expression) -> Expression) -> Deduplication {
    var copy = self
    copy.keys = keys.map(transform)
    copy.order = order.map(transform)
    return copy
  }
}

/// The rows around a row that a window function sees.
package struct Frame: Hashable, Sendable, Codable {
  package enum Unit: String, Hashable, Sendable, Codable {
    case rows
    /// By the distance of the ordering value: a number, or microseconds of a time.
    case range
  }

  package enum Bound: Hashable, Sendable, Codable {
    case unboundedPreceding
    case preceding(Int64)
    case currentRow
    case following(Int64)
    case unboundedFollowing
  }

  package var unit: Unit
  package var start: Bound
  package var end: Bound

  package init(_ unit: Unit, from start: Bound, to end: Bound) {
    self.unit = unit
    self.start = start
    self.end = end
  }
}

/// A window function or an aggregate over the frame of each row.
package struct OverCall: Hashable, Sendable, Codable {
  package var function: FunctionReference
  package var arguments: [Expression]
  package var filter: Expression?
  package var distinct: Bool
  package var ignoresNulls: Bool
  package var frame: Frame
  /// The column that the result becomes.
  package var result: Field

  package init(
    function: FunctionReference, arguments: [Expression], filter: Expression? = nil, distinct: Bool = false,
    ignoresNulls: Bool = false, frame: Frame, result: Field
  ) {
    self.function = function
    self.arguments = arguments
    self.filter = filter
    self.distinct = distinct
    self.ignoresNulls = ignoresNulls
    self.frame = frame
    self.result = result
  }
}

/// Calls over the same partition and order. The output is the input's columns, then the results.
package struct OverWindow: Hashable, Sendable, Codable {
  package var partition: [Expression]
  package var order: [SortKey]
  package var calls: [OverCall]
  /// The time attribute by which rows are ordered and released as the watermark passes; nil on bounded input, where all
  /// is said at the end.
  package var timeColumn: Int?
  package var timeToLive: Int64?
  package var acceptsGrowth: Bool

  package init(
    partition: [Expression], order: [SortKey], calls: [OverCall], timeColumn: Int?, timeToLive: Int64? = nil,
    acceptsGrowth: Bool = false
  ) {
    self.partition = partition
    self.order = order
    self.calls = calls
    self.timeColumn = timeColumn
    self.timeToLive = timeToLive
    self.acceptsGrowth = acceptsGrowth
  }

  package func mapExpressions(_ transform: (Expression) -> Expression) -> OverWindow {
    var copy = self
    copy.partition = partition.map(transform)
    copy.order = order.map { SortKey(transform($0.expression), descending: $0.descending, nullsFirst: $0.nullsFirst) }
    copy.calls = calls.map { call in
      var copy = call
      copy.arguments = call.arguments.map(transform)
      copy.filter = call.filter.map(transform)
      return copy
    }
    return copy
  }
}
