// Whether a plan fits together: a file may hold anything, and what runs relies on types. In: a dataflow. Out: nothing, or
// the node that is wrong and why. The compiler's own plans always pass; nothing else is asked of a plan before it runs.

import Values

/// What does not fit in a plan.
package struct PlanFault: Error, Hashable, Sendable {
  package var node: Int
  package var reason: String
}

extension Dataflow {
  package func validate() throws(PlanFault) {
    for position in nodes.indices {
      do throws(Misfit) {
        try NodeValidation(self, position).check()
      } catch {
        throw PlanFault(node: position, reason: error.reason)
      }
    }
    guard nodes.contains(where: { if case .sink = $0.operation { true } else { false } }) else {
      throw PlanFault(node: 0, reason: "the plan has no sink")
    }
  }
}

/// Why a part does not fit.
struct Misfit: Error {
  var reason: String

  init(_ reason: String) { self.reason = reason }

  static func demand(_ condition: Bool, _ reason: @autoclosure () -> String) throws(Misfit) {
    if !condition { throw Misfit(reason()) }
  }
}

/// One node against its inputs.
private struct NodeValidation {
  let dataflow: Dataflow
  let node: PlanNode
  let position: Int
  private var input: Schema { dataflow.inputSchema(of: node) }

  init(_ dataflow: Dataflow, _ position: Int) {
    self.dataflow = dataflow
    self.position = position
    node = dataflow.nodes[position]
  }

  func check() throws(Misfit) {
    try checkInputs()
    try checkProperties()
    if let expected = try outputTypes() {
      let types = node.properties.schema.fields.map(\.type)
      try Misfit.demand(
        types.count == expected.count && zip(types, expected).allSatisfy { $0.isAlike($1) },
        "it is said to give \(node.properties.schema), and gives other columns")
    }
  }

  private func checkInputs() throws(Misfit) {
    for port in node.inputs {
      try Misfit.demand(
        port.node >= 0 && port.node < position, "it reads node \(port.node), which does not come before it")
      switch (port.stream, dataflow.nodes[port.node].operation) {
      case (_, .sink): throw Misfit("it reads a sink")
      case (.rows, _), (.errors, _), (.late, .assignWindow), (.late, .windowAggregate), (.late, .deduplicate),
        (.late, .over), (.late, .join), (.late, .temporalJoin):
        break
      case (.late, _): throw Misfit("it reads late rows of node \(port.node), which has none")
      }
    }
    let expected: ClosedRange<Int> =
      switch node.operation {
      case .scan, .values: 0...0
      case .union: 1...Int.max
      case .join, .temporalJoin, .setOperation: 2...2
      case .filter, .project, .watermark, .assignWindow, .windowAggregate, .groupAggregate, .sort, .limit, .exchange,
        .sink, .unnest, .rank, .deduplicate, .over, .normalize:
        1...1
      }
    try Misfit.demand(expected.contains(node.inputs.count), "it has \(node.inputs.count) inputs")
  }

  private func checkProperties() throws(Misfit) {
    let properties = node.properties
    for field in properties.schema.fields { try field.type.checkBounds() }
    var columns = properties.keys.flatMap { $0 } + (properties.partitioning ?? [])
    if case .upsert(let key) = properties.mode { columns += key }
    try Misfit.demand(
      columns.allSatisfy(properties.schema.fields.indices.contains), "its keys name columns that it does not have")
    var times = properties.timeAttribute.map { [$0.column] } ?? []
    if let window = properties.window { times += [window.start, window.end, window.time] }
    for time in times { try checkTime(time, in: properties.schema) }
  }

  private func checkTime(_ column: Int, in schema: Schema) throws(Misfit) {
    try Misfit.demand(
      schema.fields.indices.contains(column) && schema[column].type == .timestamp, "its time column is no TIMESTAMP")
  }

  /// The types of the columns that the node gives; nil for a sink.
  private func outputTypes() throws(Misfit) -> [DataType]? {
    let same = input.fields.map(\.type)
    switch node.operation {
    case .scan(let source, let columns): return try scan(source, columns)
    case .values(let rows):
      let types = node.properties.schema.fields.map(\.type)
      for row in rows {
        try Misfit.demand(
          row.count == types.count && zip(row, types).allSatisfy { $0.fits($1) }, "a row of VALUES does not fit")
      }
      return types
    case .filter(let predicate):
      try check(predicate, is: .boolean)
      return same
    case .project(let items): return try types(of: items.map(\.expression))
    case .watermark(let column, let expression, _):
      try checkTime(column, in: input)
      try check(expression, is: .timestamp)
      return same
    case .assignWindow(let window):
      try check(window)
      return same + [.timestamp, .timestamp, .timestamp]
    case .windowAggregate(.assign(let window), let aggregation):
      try check(window)
      return try [.timestamp, .timestamp, .timestamp] + types(of: aggregation)
    case .windowAggregate(.columns(let window), let aggregation):
      for column in [window.start, window.end, window.time] { try checkTime(column, in: input) }
      return try [.timestamp, .timestamp, .timestamp] + types(of: aggregation)
    case .groupAggregate(let aggregation): return try types(of: aggregation)
    case .union:
      for port in node.inputs.dropFirst() {
        let other = dataflow.schema(of: port).fields.map(\.type)
        try Misfit.demand(
          other.count == same.count && zip(other, same).allSatisfy { $0.isAlike($1) }, "its inputs differ in columns")
      }
      return same
    case .join(let join): return try types(of: join)
    case .temporalJoin(let join): return try types(of: join)
    case .unnest(let unnest): return try types(of: unnest)
    case .setOperation:
      let other = dataflow.schema(of: node.inputs[1]).fields.map(\.type)
      try Misfit.demand(
        other.count == same.count && zip(other, same).allSatisfy { $0.isAlike($1) }, "its inputs differ in columns")
      return same
    case .rank(let ranking):
      _ = try types(of: ranking.partition + ranking.order.map(\.expression))
      try Misfit.demand(ranking.first >= 1 && ranking.last >= ranking.first, "its ranks do not count from 1")
      for column in ranking.window.map({ [$0.start, $0.end, $0.time] }) ?? [] { try checkTime(column, in: input) }
      return same + (ranking.rankField == nil ? [] : [.int64])
    case .deduplicate(let deduplication):
      _ = try types(of: deduplication.keys + (deduplication.order.map { [$0] } ?? []))
      if let time = deduplication.time { try checkTime(time.column, in: input) }
      return same
    case .over(let over): return try same + types(of: over)
    case .normalize(let normalization):
      try Misfit.demand(normalization.keys.allSatisfy(same.indices.contains), "its keys name columns it does not have")
      if let order = normalization.order { try checkTime(order, in: input) }
      guard let deletion = normalization.deletion else { return same }
      try Misfit.demand(
        deletion == same.count - 1 && same[deletion] == .boolean, "its mark of deletion is not its last column")
      return Array(same.dropLast())
    case .sort(let keys, let limit, let offset):
      _ = try types(of: keys.map(\.expression))
      try Misfit.demand((limit ?? 0) >= 0 && offset >= 0, "its LIMIT is below zero")
      return same
    case .limit(let count, let offset):
      try Misfit.demand(count >= 0 && offset >= 0, "its LIMIT is below zero")
      return same
    case .exchange(let keys):
      _ = try types(of: keys)
      return same
    case .sink(let sink): return try self.sink(sink)
    }
  }

  private func scan(_ source: Int, _ columns: [ScanColumn]) throws(Misfit) -> [DataType] {
    try Misfit.demand(dataflow.sources.indices.contains(source), "it reads a source that the plan does not have")
    for column in columns + dataflow.sources[source].declared {
      let natural: DataType.Storage? =
        switch column.part {
        case .field(let path): path.isEmpty ? DataType.Storage.row : nil
        case .timestamp, .partition, .offset: .int
        case .key, .topic: .bytes
        case .headers: .array
        case .deletion: .bool
        }
      try column.field.type.checkBounds()
      try Misfit.demand(
        natural == nil || column.field.type.storage == natural, "the column `\(column.field.name)` has another type")
    }
    return columns.map(\.field.type)
  }

  private func sink(_ sink: Int) throws(Misfit) -> [DataType]? {
    try Misfit.demand(dataflow.sinks.indices.contains(sink), "it writes a sink that the plan does not have")
    let description = dataflow.sinks[sink]
    try Misfit.demand(
      (description.keyColumns + description.primaryKey).allSatisfy(input.fields.indices.contains),
      "the sink's key names columns that it does not get")
    return input.fields.map(\.type)
  }

  private func check(_ assignment: WindowAssignment) throws(Misfit) {
    try checkTime(assignment.timeColumn, in: input)
    switch assignment.window {
    case .aligned(let window):
      try Misfit.demand(
        window.size > 0 && window.step > 0 && window.windowsOfATime <= 100_000 && assignment.grace >= 0
          && (window.kind == .sliding || window.size % window.step == 0),
        "its window has no sensible size")
    case .session(let window):
      try Misfit.demand(
        window.gap > 0 && window.maximum.map { $0 > 0 } ?? true && assignment.grace >= 0,
        "its sessions have no sensible gap")
      _ = try types(of: window.partition)
      for condition in [window.start, window.end] {
        if let condition { try check(condition, is: .boolean) }
      }
    }
  }

  private func types(of join: Join) throws(Misfit) -> [DataType] {
    let right = dataflow.schema(of: node.inputs[1])
    for key in join.keys {
      try ExpressionValidation(input: input).check(key.left)
      try ExpressionValidation(input: right).check(key.right)
      try Misfit.demand(key.left.type.isAlike(key.right.type), "it compares columns of different types")
    }
    if let residual = join.residual {
      try ExpressionValidation(input: Schema(input.fields + right.fields)).check(residual)
      try Misfit.demand(residual.type == .boolean, "its condition is no BOOLEAN")
    }
    if let interval = join.interval {
      try checkTime(interval.leftTime, in: input)
      try checkTime(interval.rightTime, in: right)
      try Misfit.demand(interval.lower <= interval.upper, "its interval is empty")
    }
    return input.fields.map(\.type) + (join.kind.givesLeftOnly ? [] : right.fields.map(\.type))
  }

  private func types(of join: TemporalJoin) throws(Misfit) -> [DataType] {
    try checkTime(join.leftTime, in: input)
    try checkTime(join.rightTime, in: dataflow.schema(of: node.inputs[1]))
    let all = try types(of: Join(join.kind, keys: join.keys, residual: join.residual))
    guard let deletion = join.deletion else { return all }
    try Misfit.demand(
      deletion + input.count == all.count - 1 && all[all.count - 1] == .boolean,
      "its mark of deletion is not its last column")
    return all.dropLast()
  }

  private func types(of unnest: Unnest) throws(Misfit) -> [DataType] {
    try ExpressionValidation(input: input).check(unnest.array)
    guard case .array(let element, _) = unnest.array.type else { throw Misfit("it unfolds what is no ARRAY") }
    var types = unnest.elements.map(\.type)
    if case .row(let fields) = element, types.count != 1 || !types[0].isAlike(element) {
      try Misfit.demand(
        fields.count == types.count && zip(fields, types).allSatisfy { $0.type.isAlike($1) },
        "its columns are not the fields of its elements")
    } else {
      try Misfit.demand(types.count == 1 && types[0].isAlike(element), "its column is not its array's element")
    }
    if unnest.offset != nil { types.append(.int64) }
    return input.fields.map(\.type) + types
  }

  private func types(of over: OverWindow) throws(Misfit) -> [DataType] {
    _ = try types(of: over.partition + over.order.map(\.expression))
    if let time = over.timeColumn { try checkTime(time, in: input) }
    for call in over.calls {
      _ = try types(of: call.arguments)
      if let filter = call.filter { try check(filter, is: .boolean) }
      try call.result.type.checkBounds()
    }
    return over.calls.map(\.result.type)
  }

  private func types(of aggregation: Aggregation) throws(Misfit) -> [DataType] {
    for call in aggregation.calls {
      _ = try types(of: call.arguments)
      if let filter = call.filter { try check(filter, is: .boolean) }
      try call.result.type.checkBounds()
      let resolution = AggregateLibrary.function(named: call.function.name)?.resolve(
        call.arguments.dropLast(call.ordering.count).map(\.type))
      try Misfit.demand(
        resolution.map { resolution in
          resolution.type.isAlike(call.result.type)
            && zip(resolution.parameterTypes, call.arguments).allSatisfy { $0.isAlike($1.type) }
        } ?? false, "it calls the aggregate \(call.function.name) in a way that there is none")
    }
    return try types(of: aggregation.keys.map(\.expression)) + aggregation.calls.map(\.result.type)
  }

  private func types(of expressions: [Expression]) throws(Misfit) -> [DataType] {
    for expression in expressions { try ExpressionValidation(input: input).check(expression) }
    return expressions.map(\.type)
  }

  private func check(_ expression: Expression, is type: DataType) throws(Misfit) {
    try ExpressionValidation(input: input).check(expression)
    try Misfit.demand(expression.type == type, "an expression is \(expression.type) where \(type) is needed")
  }
}
