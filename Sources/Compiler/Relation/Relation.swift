// The resolved relation tree: what both surfaces of the language become (DESIGN §3). A node says what it does, on which
// inputs, and the type of its rows. In: nothing of the syntax tree. Out: values that the optimiser rewrites and lowering
// turns into a dataflow. Never holds an unresolved name.

import Plan
import Values

/// Where rows behind the watermark of a window go.
package enum LateRows: Hashable, Sendable {
  /// To the owner's late stream, which a query may read.
  case stream
  /// Counted, not kept.
  case drop
  /// To a declared sink, whose columns are taken by name.
  case sink(SinkDefinition)
}

/// An output column of a scan: a declared column, or a field within one.
package struct ScanOutput: Hashable, Sendable {
  /// The position of the declared column.
  package var column: Int
  /// The positions of the fields that lead from the column to the value; empty for the column itself.
  package var path: [Int]
  package var field: Field

  package init(column: Int, path: [Int] = [], field: Field) {
    self.column = column
    self.path = path
    self.field = field
  }
}

/// The rows of a declared stream, with its computed columns, checks and watermark.
package struct StreamScan: Hashable, Sendable {
  package var stream: StreamDefinition
  package var outputs: [ScanOutput]
  package var bounded: Bool
  /// Of a table: every record, with its mark of deletion behind the outputs, rather than the rows that stand.
  package var isVersions = false

  package init(stream: StreamDefinition, outputs: [ScanOutput], bounded: Bool) {
    self.stream = stream
    self.outputs = outputs
    self.bounded = bounded
  }
}

/// The late or failed rows of a stream or pipeline of the same file.
package struct SideScan: Hashable, Sendable {
  package var owner: String
  package var stream: Port.Stream
  package var schema: Schema
  package var bounded: Bool
}

/// A resolved relation.
package struct Relation: Hashable, Sendable {
  package indirect enum Node: Hashable, Sendable {
    case scan(StreamScan)
    case side(SideScan)
    case values(rows: [[TypedExpression]])
    case filter(Relation, TypedExpression)
    case project(Relation, [NamedExpression])
    case watermark(Relation, column: Int, expression: TypedExpression, idleAfter: Int64?)
    case assignWindow(Relation, WindowAssignment, late: LateRows)
    case aggregate(Relation, Aggregation, windowed: Bool)
    /// A window and the aggregate over it as one operator: made by the optimiser only.
    case windowAggregate(Relation, WindowAssignment, late: LateRows, Aggregation)
    case union([Relation])
    case join(Relation, Relation, Join)
    case temporalJoin(Relation, Relation, TemporalJoin)
    case unnest(Relation, Unnest)
    case setOperation(Relation, Relation, SetOperation)
    case rank(Relation, Ranking)
    case deduplicate(Relation, Deduplication)
    case over(Relation, OverWindow)
    case normalize(Relation, Normalization)
    case sort(Relation, [SortKey], limit: Int64?, offset: Int64)
    case limit(Relation, Int64, offset: Int64)
    case sink(Relation, SinkDescription)
  }

  package var node: Node
  package var properties: RelationProperties
  package var stateBound: StateBound
  /// The pipeline or stream that the operator belongs to.
  package var owner: String
  /// Where the user wrote the operator.
  package var range: TextRange?

  package var schema: Schema { properties.schema }

  package var inputs: [Relation] {
    switch node {
    case .scan, .side, .values: []
    case .filter(let input, _), .project(let input, _), .watermark(let input, _, _, _),
      .assignWindow(let input, _, _), .aggregate(let input, _, _), .windowAggregate(let input, _, _, _),
      .sort(let input, _, _, _), .limit(let input, _, _), .sink(let input, _), .unnest(let input, _),
      .rank(let input, _), .deduplicate(let input, _), .over(let input, _), .normalize(let input, _):
      [input]
    case .join(let left, let right, _), .temporalJoin(let left, let right, _), .setOperation(let left, let right, _):
      [left, right]
    case .union(let inputs): inputs
    }
  }

  /// The same operator over other inputs, with the properties that follow.
  package func replacingInputs(_ transform: (Relation) -> Relation) -> Relation {
    let replaced: Node =
      switch node {
      case .scan, .side, .values: node
      case .filter(let input, let predicate): .filter(transform(input), predicate)
      case .project(let input, let expressions): .project(transform(input), expressions)
      case .watermark(let input, let column, let expression, let idle):
        .watermark(transform(input), column: column, expression: expression, idleAfter: idle)
      case .assignWindow(let input, let window, let late): .assignWindow(transform(input), window, late: late)
      case .aggregate(let input, let aggregation, let windowed):
        .aggregate(transform(input), aggregation, windowed: windowed)
      case .windowAggregate(let input, let window, let late, let aggregation):
        .windowAggregate(transform(input), window, late: late, aggregation)
      case .union(let inputs): .union(inputs.map(transform))
      case .join(let left, let right, let join): .join(transform(left), transform(right), join)
      case .temporalJoin(let left, let right, let join): .temporalJoin(transform(left), transform(right), join)
      case .unnest(let input, let unnest): .unnest(transform(input), unnest)
      case .setOperation(let left, let right, let operation):
        .setOperation(transform(left), transform(right), operation)
      case .rank(let input, let ranking): .rank(transform(input), ranking)
      case .deduplicate(let input, let deduplication): .deduplicate(transform(input), deduplication)
      case .over(let input, let over): .over(transform(input), over)
      case .normalize(let input, let normalization): .normalize(transform(input), normalization)
      case .sort(let input, let keys, let limit, let offset):
        .sort(transform(input), keys, limit: limit, offset: offset)
      case .limit(let input, let count, let offset): .limit(transform(input), count, offset: offset)
      case .sink(let input, let sink): .sink(transform(input), sink)
      }
    return Relation(replaced, owner: owner, range: range)
  }
}

/// An expression whose names are resolved and whose types are known.
package typealias TypedExpression = Plan.Expression
