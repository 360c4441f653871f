// What each node of a dataflow does, one case for each relational idea, in the words that the compiler, the runner and
// the golden scripts share. Plain data: the operators of `Execution` are made from it.

import Values

/// An expression and the column it becomes.
package struct NamedExpression: Hashable, Sendable, Codable {
  package var name: String
  package var expression: Expression

  package init(_ name: String, _ expression: Expression) {
    self.name = name
    self.expression = expression
  }

  package var field: Field { Field(name, expression.type, nullable: expression.nullable) }
}

/// An aggregate function over the rows of a group.
package struct AggregateCall: Hashable, Sendable, Codable {
  package var function: FunctionReference
  /// The arguments of the function, and after them what its ORDER BY sorts by.
  package var arguments: [Expression]
  /// The order of each of the last arguments; empty without ORDER BY.
  package var ordering: [KeyOrder]
  /// At most so many values, the first in their order: the LIMIT of ARRAY_AGG and STRING_AGG.
  package var limit: Int64?
  /// Whether NULL arguments count: RESPECT NULLS.
  package var keepsNulls: Bool
  /// Whether rows of the input may be taken back, so that the states must hold what an extreme value gives way to.
  package var takesRowsBack: Bool
  /// FILTER (WHERE ...): only rows for which this is TRUE count.
  package var filter: Expression?
  package var distinct: Bool
  /// The column that the result becomes.
  package var result: Field

  package init(
    function: FunctionReference, arguments: [Expression], filter: Expression? = nil, distinct: Bool = false,
    result: Field, ordering: [KeyOrder] = [], limit: Int64? = nil, keepsNulls: Bool = false,
    takesRowsBack: Bool = false
  ) {
    self.function = function
    self.arguments = arguments
    self.filter = filter
    self.distinct = distinct
    self.result = result
    self.ordering = ordering
    self.limit = limit
    self.keepsNulls = keepsNulls
    self.takesRowsBack = takesRowsBack
  }
}

/// When an aggregate says what it knows.
package enum Emission: Hashable, Sendable, Codable {
  /// Once for each window, when no more rows can come: an append stream.
  case final
  /// At the end of each step, what has changed in it.
  case changes
  /// As `changes`, at most once in each period (microseconds of the step clock); the last state also when the window
  /// closes if `andFinal`.
  case every(Int64, andFinal: Bool)
}

/// Groups and their aggregates: the output is the keys, then the results. Without calls it is DISTINCT.
package struct Aggregation: Hashable, Sendable, Codable {
  package var keys: [NamedExpression]
  package var calls: [AggregateCall]
  package var emission: Emission
  /// Idle time after which a group is forgotten (STATE TTL), in microseconds of the step clock; nil for never.
  package var timeToLive: Int64?

  package init(keys: [NamedExpression], calls: [AggregateCall], emission: Emission, timeToLive: Int64? = nil) {
    self.keys = keys
    self.calls = calls
    self.emission = emission
    self.timeToLive = timeToLive
  }
}

/// How a windowed aggregate learns the window of a row.
package enum WindowSource: Hashable, Sendable, Codable {
  /// It assigns windows itself, sharing slices between overlapping windows; judges lateness.
  case assign(WindowAssignment)
  /// The input's rows carry their window already (a second aggregate over the same window).
  case columns(WindowColumns)
}

package struct SortKey: Hashable, Sendable, Codable {
  package var expression: Expression
  package var descending: Bool
  package var nullsFirst: Bool

  package init(_ expression: Expression, descending: Bool, nullsFirst: Bool) {
    self.expression = expression
    self.descending = descending
    self.nullsFirst = nullsFirst
  }
}

/// What a node does with its inputs.
package indirect enum Operation: Hashable, Sendable, Codable {
  /// Reads and decodes the records of `sources[source]`. Port 0: decoded rows; port `errors`: records that fail.
  case scan(source: Int, columns: [ScanColumn])
  /// Constant rows; a bounded source of one partition.
  case values([[Value]])
  /// Rows for which the predicate is TRUE. Port `errors`: rows on which it fails.
  case filter(Expression)
  /// One column for each expression. Port `errors` likewise.
  case project([NamedExpression])
  /// Makes `column` the time attribute: the watermark of each partition is the greatest value of `expression` so far.
  case watermark(column: Int, expression: Expression, idleAfter: Int64?)
  /// Adds the window columns. Port `late`: rows late for every window they belong to.
  case assignWindow(WindowAssignment)
  /// Aggregates for each window and key; output: window_start, window_end, window_time, keys, results. Port `late`.
  case windowAggregate(WindowSource, Aggregation)
  /// Aggregates for each key without a window; output: keys, results.
  case groupAggregate(Aggregation)
  /// All rows of all inputs, columns by position.
  case union
  /// Pairs of rows of two inputs. Each input is exchanged by its side of the keys.
  case join(Join)
  /// Rows of the left input with the version of the right one that stood at their time. Exchanged as a join. Port `late`: late rows of
  /// either side, with NULLs for the other.
  case temporalJoin(TemporalJoin)
  /// A row for each element of an array. Port `errors`: rows whose array fails.
  case unnest(Unnest)
  /// INTERSECT or EXCEPT of two inputs, both exchanged by all columns.
  case setOperation(SetOperation)
  /// The first rows of each partition.
  case rank(Ranking)
  /// One row for each key.
  case deduplicate(Deduplication)
  /// Window functions.
  case over(OverWindow)
  /// Records that say what changed to a changelog of rows.
  case normalize(Normalization)
  /// Sorted rows at the end of bounded input, cut to `limit` after `offset`. All rows lie at one worker.
  case sort([SortKey], limit: Int64?, offset: Int64)
  /// The first rows in canonical order (partition, offset) of bounded input. All rows lie at one worker.
  case limit(Int64, offset: Int64)
  /// Rows to the worker that owns the hash of these columns; with no columns, all rows to worker 0.
  case exchange([Expression])
  /// Rows out, to `sinks[sink]`.
  case sink(Int)
}

extension Operation {
  /// The same operation with every expression replaced.
  package func mapExpressions(_ transform: (Expression) -> Expression) -> Operation {
    func named(_ items: [NamedExpression]) -> [NamedExpression] {
      items.map { NamedExpression($0.name, transform($0.expression)) }
    }
    return switch self {
    case .scan, .values, .union, .limit, .sink, .setOperation, .normalize: self
    case .filter(let predicate): .filter(transform(predicate))
    case .project(let columns): .project(named(columns))
    case .watermark(let column, let expression, let idle):
      .watermark(column: column, expression: transform(expression), idleAfter: idle)
    case .assignWindow(let assignment): .assignWindow(assignment.mapExpressions(transform))
    case .windowAggregate(.assign(let assignment), let aggregation):
      .windowAggregate(.assign(assignment.mapExpressions(transform)), aggregation.mapExpressions(transform))
    case .windowAggregate(let source, let aggregation): .windowAggregate(source, aggregation.mapExpressions(transform))
    case .groupAggregate(let aggregation): .groupAggregate(aggregation.mapExpressions(transform))
    case .sort(let keys, let limit, let offset):
      .sort(
        keys.map { SortKey(transform($0.expression), descending: $0.descending, nullsFirst: $0.nullsFirst) },
        limit: limit, offset: offset)
    case .exchange(let keys): .exchange(keys.map(transform))
    case .join(let join): .join(join.mapExpressions(transform))
    case .temporalJoin(let join): .temporalJoin(join.mapExpressions(transform))
    case .unnest(var unnest):
      {
        unnest.array = transform(unnest.array)
        return .unnest(unnest)
      }()
    case .rank(let ranking): .rank(ranking.mapExpressions(transform))
    case .deduplicate(let deduplication): .deduplicate(deduplication.mapExpressions(transform))
    case .over(let over): .over(over.mapExpressions(transform))
    }
  }
}

extension Aggregation {
  /// The same aggregation with every expression replaced.
  package func mapExpressions(_ transform: (Expression) -> Expression) -> Aggregation {
    var copy = self
    copy.keys = keys.map { NamedExpression($0.name, transform($0.expression)) }
    copy.calls = calls.map { call in
      var copy = call
      copy.arguments = call.arguments.map(transform)
      copy.filter = call.filter.map(transform)
      return copy
    }
    return copy
  }
}
