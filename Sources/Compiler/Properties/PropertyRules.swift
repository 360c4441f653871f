// What each operator does to the type of a relation beyond its columns (LANGUAGE §5.1, §5.2): changelog mode, keys, time
// attribute, window, partitioning. In: a node over inputs with properties. Out: its own. Never reports an error: the
// resolver has done so before.

import Plan
import Values

enum PropertyRules {
  static func properties(of node: Relation.Node) -> RelationProperties {
    switch node {
    case .scan(let scan): scanned(scan)
    case .side(let side): RelationProperties(schema: side.schema, bounded: side.bounded)
    case .values(let rows): RelationProperties(schema: valuesSchema(rows), bounded: true)
    case .filter(let input, let predicate): filtered(input.properties, by: predicate)
    case .project(let input, let expressions): projected(input.properties, to: expressions)
    case .watermark(let input, let column, _, _):
      with(input.properties) { $0.timeAttribute = TimeAttribute(column: column, delay: 0) }
    case .assignWindow(let input, let window, _): windowed(input.properties, by: window)
    case .aggregate(let input, let aggregation, let isWindowed):
      aggregated(input.properties, aggregation, windowed: isWindowed, delay: input.properties.timeAttribute?.delay ?? 0)
    case .windowAggregate(let input, let window, _, let aggregation):
      aggregated(input.properties, aggregation, windowed: true, delay: window.grace)
    case .union(let inputs): united(inputs.map(\.properties))
    case .join(let left, let right, let join): JoinProperties.joined(left.properties, right.properties, by: join)
    case .temporalJoin(let left, let right, let join):
      JoinProperties.joined(left.properties, right.properties, by: join)
    case .unnest(let input, let unnest): unnested(input.properties, by: unnest)
    case .setOperation(let left, let right, let operation):
      combined(left.properties, right.properties, by: operation)
    case .rank(let input, let ranking): RankProperties.ranked(input.properties, by: ranking)
    case .deduplicate(let input, let deduplication):
      RankProperties.deduplicated(input.properties, by: deduplication)
    case .over(let input, let over): RankProperties.over(input.properties, over)
    case .normalize(let input, let normalization): normalized(input.properties, by: normalization)
    case .sort(let input, _, _, _), .limit(let input, _, _):
      // They speak once, at the end of bounded input, whatever changed before.
      with(input.properties) {
        $0.partitioning = []
        $0.mode = .append
      }
    case .sink(let input, _): input.properties
    }
  }

  static func with(
    _ properties: RelationProperties, _ change: (inout RelationProperties) -> Void
  ) -> RelationProperties {
    var copy = properties
    change(&copy)
    return copy
  }

  private static func scanned(_ scan: StreamScan) -> RelationProperties {
    let stream = scan.stream
    func position(of column: Int) -> Int? {
      scan.outputs.firstIndex { $0.column == column && $0.path.isEmpty }
    }
    let key = stream.primaryKey.compactMap(position)
    var properties = RelationProperties(schema: Schema(scan.outputs.map(\.field)), bounded: scan.bounded)
    let isKeyed = !stream.primaryKey.isEmpty && key.count == stream.primaryKey.count
    if isKeyed { properties.keys = [key] }
    if scan.isVersions {
      // A record is a version of what its key names: the key does not tell records apart.
      properties.keys = []
      if stream.hasDeletions { properties.schema.fields.append(StreamLayout.deletion) }
    } else if stream.isTable {
      // A row may be replaced or taken back however old it is: there is no time by which rows are complete.
      properties.mode = isKeyed ? .upsert(key: key) : .retract
      return properties
    }
    if let watermark = stream.watermark, let column = position(of: watermark.column) {
      properties.timeAttribute = TimeAttribute(column: column, delay: 0)
    }
    return properties
  }

  private static func valuesSchema(_ rows: [[TypedExpression]]) -> Schema {
    guard let first = rows.first else { return Schema([]) }
    return Schema(
      first.indices.map { column in
        let nullable = rows.contains { $0[column].nullable }
        return Field("column\(column + 1)", first[column].type, nullable: nullable)
      })
  }

  private static func filtered(_ input: RelationProperties, by predicate: TypedExpression) -> RelationProperties {
    with(input) { properties in
      for column in NullabilityFacts.nonNullColumns(when: predicate) where column < properties.schema.count {
        properties.schema.fields[column].nullable = false
      }
    }
  }

  private static func projected(_ input: RelationProperties, to items: [NamedExpression]) -> RelationProperties {
    var positions: [Int: Int] = [:]
    for (position, item) in items.enumerated() {
      if case .column(let column) = item.expression.kind, positions[column] == nil { positions[column] = position }
    }
    func mapped(_ columns: [Int]) -> [Int]? {
      let found = columns.compactMap { positions[$0] }
      return found.count == columns.count ? found : nil
    }
    var properties = RelationProperties(schema: Schema(items.map(\.field)), bounded: input.bounded)
    properties.mode =
      switch input.mode {
      case .append: .append
      case .upsert(let key): mapped(key).map { .upsert(key: $0) } ?? .retract
      case .retract: .retract
      }
    properties.keys = input.keys.compactMap(mapped)
    properties.partitioning = input.partitioning.flatMap(mapped)
    if let window = input.window, let columns = mapped([window.start, window.end, window.time]) {
      properties.window = WindowColumns(start: columns[0], end: columns[1], time: columns[2])
    }
    properties.timeAttribute = input.timeAttribute.flatMap { projectedTime($0, positions: positions, items: items) }
    return properties
  }

  /// The time attribute after a projection: copied, or shifted by a constant, which shifts the delay too.
  private static func projectedTime(
    _ attribute: TimeAttribute, positions: [Int: Int], items: [NamedExpression]
  ) -> TimeAttribute? {
    if let position = positions[attribute.column] {
      return TimeAttribute(column: position, delay: attribute.delay)
    }
    for (position, item) in items.enumerated() {
      if let shift = constantShift(item.expression, of: attribute.column) {
        let delay = attribute.delay.subtractingReportingOverflow(shift)
        if !delay.overflow { return TimeAttribute(column: position, delay: delay.partialValue) }
      }
    }
    return nil
  }

  /// The constant by which the expression moves the column forward, in microseconds; nil when it does anything else.
  static func constantShift(_ expression: TypedExpression, of column: Int) -> Int64? {
    guard expression.type == .timestamp, case .call(let function, let arguments) = expression.kind,
      arguments.count == 2, arguments[0].kind == .column(column), arguments[1].type == .intervalDaySecond,
      case .literal(.int(let amount)) = arguments[1].kind
    else { return nil }
    switch function.name {
    case "+": return amount
    case "-": return amount == .min ? nil : -amount
    default: return nil
    }
  }

  private static func windowed(_ input: RelationProperties, by assignment: WindowAssignment) -> RelationProperties {
    let first = input.schema.count
    return with(input) { properties in
      properties.schema.fields += windowFields
      properties.window = WindowColumns(start: first, end: first + 1, time: first + 2)
      properties.timeAttribute = TimeAttribute(column: first + 2, delay: assignment.grace)
      // A row may belong to several windows: only with the window does an old key still identify it.
      let overlaps = assignment.aligned?.overlaps ?? false
      if overlaps { properties.keys = properties.keys.map { [first] + $0 } }
      if overlaps, case .upsert(let key) = properties.mode { properties.mode = .upsert(key: [first] + key) }
      if let session = assignment.session { properties.partitioning = plainColumns(session.partition) }
    }
  }

  /// The columns that expressions are, when all are columns.
  private static func plainColumns(_ expressions: [TypedExpression]) -> [Int]? {
    let columns = expressions.compactMap { if case .column(let index) = $0.kind { index } else { Int?.none } }
    return columns.count == expressions.count ? columns : nil
  }

  /// The columns that every window has.
  static let windowFields = [
    Field("window_start", .timestamp, nullable: false),
    Field("window_end", .timestamp, nullable: false),
    Field("window_time", .timestamp, nullable: false),
  ]

  private static func aggregated(
    _ input: RelationProperties, _ aggregation: Aggregation, windowed: Bool, delay: Int64
  ) -> RelationProperties {
    let prefix = windowed ? windowFields.count : 0
    let keyColumns = Array(prefix..<prefix + aggregation.keys.count)
    let fields = (windowed ? windowFields : []) + aggregation.keys.map(\.field) + aggregation.calls.map(\.result)
    var properties = RelationProperties(schema: Schema(fields), bounded: input.bounded, partitioning: keyColumns)
    if windowed {
      properties.window = WindowColumns(start: 0, end: 1, time: 2)
      properties.timeAttribute = TimeAttribute(column: 2, delay: delay)
      properties.keys = [[0] + keyColumns]
    } else {
      properties.keys = [keyColumns]
    }
    switch aggregation.emission {
    case .final: properties.mode = .append
    case .changes, .every:
      let isDistinct = !windowed && aggregation.calls.isEmpty && input.mode == .append
      properties.mode = isDistinct ? .append : .upsert(key: (windowed ? [0, 1] : []) + keyColumns)
    }
    return properties
  }

  private static func unnested(_ input: RelationProperties, by unnest: Unnest) -> RelationProperties {
    with(input) { properties in
      properties.schema.fields += unnest.elements + (unnest.offset.map { [$0] } ?? [])
      // An element is told from its neighbours only by its offset.
      let offset = unnest.offset == nil ? nil : properties.schema.count - 1
      properties.keys = offset.map { offset in properties.keys.map { $0 + [offset] } } ?? []
      if case .upsert(let key) = properties.mode {
        properties.mode = offset.map { .upsert(key: key + [$0]) } ?? .retract
      }
    }
  }

  private static func combined(
    _ left: RelationProperties, _ right: RelationProperties, by operation: SetOperation
  ) -> RelationProperties {
    var properties = RelationProperties(schema: left.schema, mode: .retract, bounded: left.bounded && right.bounded)
    for column in properties.schema.fields.indices where operation.kind == .intersect {
      properties.schema.fields[column].nullable = left.schema[column].nullable && right.schema[column].nullable
    }
    // What both sides have once stays: with INTERSECT nothing is taken back unless a side takes back.
    if operation.kind == .intersect, left.mode == .append, right.mode == .append { properties.mode = .append }
    let all = Array(left.schema.fields.indices)
    properties.keys = left.keys + (operation.all ? [] : [all])
    properties.partitioning = all
    return properties
  }

  private static func normalized(_ input: RelationProperties, by normalization: Normalization) -> RelationProperties {
    var properties = with(input) { properties in
      if normalization.deletion != nil { properties.schema.fields.removeLast() }
      for key in normalization.keys { properties.schema.fields[key].nullable = false }
      // A row may be replaced however old it is.
      properties.timeAttribute = nil
    }
    properties.mode = .upsert(key: normalization.keys)
    properties.keys = [normalization.keys]
    properties.partitioning = normalization.keys
    return properties
  }

  private static func united(_ inputs: [RelationProperties]) -> RelationProperties {
    guard var properties = inputs.first else { return RelationProperties(schema: Schema([])) }
    for input in inputs.dropFirst() {
      for column in properties.schema.fields.indices where input.schema[column].nullable {
        properties.schema.fields[column].nullable = true
      }
      if input.mode != .append || properties.mode != .append { properties.mode = .retract }
      properties.keys = []
      properties.bounded = properties.bounded && input.bounded
      if properties.window != input.window { properties.window = nil }
      if properties.partitioning != input.partitioning { properties.partitioning = nil }
      if let own = properties.timeAttribute, let other = input.timeAttribute, own.column == other.column {
        properties.timeAttribute?.delay = max(own.delay, other.delay)
      } else {
        properties.timeAttribute = nil
      }
    }
    return properties
  }
}
