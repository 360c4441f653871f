// Lowering: optimised trees to one dataflow. Streams are scanned once however many queries read them, equal operators
// over equal inputs are one node, and rows are exchanged where an operator needs them by key. In: trees that end in
// sinks. Out: the graph, and where each tree's sink is in it. Never rewrites an expression's meaning.

import Plan
import Syntax
import Values

/// The graph with the sink that each tree became.
struct LoweredTrees {
  var dataflow: Dataflow
  var sinkPositions: [Int]
}

struct Lowering {
  let name: String
  let source: SourceText
  let timeZone: String
  let enabled: Bool
  private(set) var nodes: [PlanNode] = []
  private(set) var sources: [SourceDescription] = []
  private var positions: [NodeKey: Int] = [:]
  private var streams: [String: StreamSite] = [:]
  private var sinks = SinkCollection()

  /// What makes two nodes one.
  private struct NodeKey: Hashable {
    var operation: Operation
    var inputs: [Port]
    var owner: String
  }

  /// A stream of the graph: its definition, what is read of it, and the node that delivers that.
  struct StreamSite {
    var scan: StreamScan
    var needsWatermark: Bool
    var node: Int?
    /// Of a table: whether somebody reads every record, or the rows that stand, and where the records are.
    var needsVersions = false
    var needsRows = false
    var versions: Int?

    var layout: StreamLayout { StreamLayout(scan, needsWatermark: needsWatermark || needsVersions) }
  }

  init(name: String, source: SourceText, timeZone: String, enabled: Bool) {
    self.name = name
    self.source = source
    self.timeZone = timeZone
    self.enabled = enabled
  }

  mutating func lower(_ trees: [Relation]) -> LoweredTrees {
    collectStreams(trees)
    var targets = [Int](repeating: 0, count: trees.count)
    // Side streams are read after what they come from is there.
    let order = trees.indices.sorted { (readsSide(trees[$0]) ? 1 : 0, $0) < (readsSide(trees[$1]) ? 1 : 0, $1) }
    for index in order {
      guard case .sink(let input, let description) = trees[index].node else { continue }
      let port = lower(input)
      targets[index] = sinks.add(
        port, description, input.properties, owner: trees[index].owner, range: trees[index].range)
    }
    addErrorSinks()
    let descriptions = addSinkNodes()
    let dataflow = Dataflow(
      name: name, text: String(decoding: source.bytes, as: UTF8.self), sources: sources, sinks: descriptions,
      nodes: nodes, timeZone: timeZone)
    return LoweredTrees(dataflow: dataflow, sinkPositions: targets)
  }

  private func readsSide(_ tree: Relation) -> Bool {
    tree.preorder.contains { relation in if case .side = relation.node { true } else { false } }
  }

  // MARK: Nodes

  /// The node that does this, made unless there is one already.
  mutating func add(
    _ operation: Operation, _ inputs: [Port], _ properties: RelationProperties, owner: String, range: TextRange?,
    state: StateBound = .none
  ) -> Port {
    let key = NodeKey(operation: operation, inputs: inputs, owner: owner)
    if let known = positions[key] { return Port(node: known) }
    positions[key] = nodes.count
    nodes.append(
      PlanNode(
        operation: operation, inputs: inputs, properties: properties, stateBound: state, owner: owner, range: range))
    return Port(node: nodes.count - 1)
  }

  private mutating func add(_ operation: Operation, _ inputs: [Port], _ relation: Relation) -> Port {
    add(
      operation, inputs, relation.properties, owner: relation.owner, range: relation.range, state: relation.stateBound)
  }

  mutating func lower(_ relation: Relation) -> Port {
    switch relation.node {
    case .scan(let scan): return stream(scan, relation)
    case .side(let side): return self.side(side, relation)
    case .values(let rows):
      return values(rows, relation)
    case .filter(let input, let predicate): return add(.filter(predicate), [lower(input)], relation)
    case .project(let input, let items): return add(.project(items), [lower(input)], relation)
    case .watermark(let input, let column, let expression, let idle):
      return add(.watermark(column: column, expression: expression, idleAfter: idle), [lower(input)], relation)
    case .assignWindow(let input, let window, let late):
      let below = lower(input)
      let port = add(
        .assignWindow(window),
        [window.session.map { exchange(below, input.properties, $0.partition, relation) } ?? below], relation)
      addLateSink(late, port, relation)
      return port
    case .windowAggregate(let input, let window, let late, let aggregation):
      let exchanged = exchange(lower(input), input.properties, aggregation.keys.map(\.expression), relation)
      let port = add(.windowAggregate(.assign(window), aggregation), [exchanged], relation)
      addLateSink(late, port, relation)
      return port
    case .aggregate(let input, let aggregation, let windowed):
      if windowed, let fused = WindowFusion.sessions(relation) { return lower(fused) }
      let exchanged = exchange(lower(input), input.properties, aggregation.keys.map(\.expression), relation)
      guard windowed, let window = input.properties.window else {
        return add(.groupAggregate(aggregation), [exchanged], relation)
      }
      return add(.windowAggregate(.columns(window), aggregation), [exchanged], relation)
    case .union(let inputs): return add(.union, inputs.map { lower($0) }, relation)
    case .join(let left, let right, let join):
      return add(.join(join), exchange(left, right, join.keys.map { ($0.left, $0.right) }, relation), relation)
    case .temporalJoin(let left, let right, let join):
      let keys = join.keys.map { ($0.left, $0.right) }
      return add(.temporalJoin(join), exchange(left, right, keys, relation), relation)
    case .unnest(let input, let unnest): return add(.unnest(unnest), [lower(input)], relation)
    case .setOperation(let left, let right, let operation):
      let columns = zip(left.identityExpressions, right.identityExpressions).map { ($0.expression, $1.expression) }
      return add(.setOperation(operation), exchange(left, right, columns, relation), relation)
    case .rank(let input, let ranking):
      return add(.rank(ranking), [exchange(lower(input), input.properties, ranking.partition, relation)], relation)
    case .deduplicate(let input, let deduplication):
      let exchanged = exchange(lower(input), input.properties, deduplication.keys, relation)
      return add(.deduplicate(deduplication), [exchanged], relation)
    case .over(let input, let over):
      return add(.over(over), [exchange(lower(input), input.properties, over.partition, relation)], relation)
    case .normalize(let input, let normalization):
      let keys = normalization.keys.map { TypedExpression.column($0, input.schema[$0]) }
      return add(.normalize(normalization), [exchange(lower(input), input.properties, keys, relation)], relation)
    case .sort(let input, let keys, let limit, let offset):
      return add(
        .sort(keys, limit: limit, offset: offset), [gather(lower(input), input.properties, relation)], relation)
    case .limit(let input, let count, let offset):
      return add(.limit(count, offset: offset), [gather(lower(input), input.properties, relation)], relation)
    case .sink(let input, _): return lower(input)
    }
  }

  /// VALUES hold constants. What did not fold, such as a division by zero or a reading of the clock, is computed when the
  /// plan runs, so that it fails as any row does: a projection of one row for each.
  private mutating func values(_ rows: [[TypedExpression]], _ relation: Relation) -> Port {
    let constants = rows.map { row in
      row.compactMap { cell in if case .literal(let value) = cell.kind { value } else { Value?.none } }
    }
    if zip(constants, rows).allSatisfy({ $0.count == $1.count }) { return add(.values(constants), [], relation) }
    let one = RelationProperties(schema: Schema([]), bounded: true)
    let ports = rows.map { row in
      let items = zip(relation.properties.schema.fields, row).map { NamedExpression($0.name, $1) }
      let input = add(.values([[]]), [], one, owner: relation.owner, range: relation.range)
      return add(.project(items), [input], relation)
    }
    return ports.count == 1 ? ports[0] : add(.union, ports, relation)
  }

  // MARK: Exchanges

  /// Rows where those of one group meet: nothing to do when they lie together already.
  private mutating func exchange(
    _ port: Port, _ properties: RelationProperties, _ keys: [TypedExpression], _ relation: Relation
  ) -> Port {
    let columns = keys.map { key -> Int? in if case .column(let index) = key.kind { index } else { nil } }
    if let partitioning = properties.partitioning, partitioning.allSatisfy({ columns.contains($0) }),
      !partitioning.isEmpty || properties.partitioning == []
    {
      return port
    }
    var moved = properties
    let plain = columns.compactMap { $0 }
    moved.partitioning = plain.count == keys.count ? plain : nil
    return add(.exchange(keys), [port], moved, owner: relation.owner, range: relation.range)
  }

  /// Rows of two sides where those with equal keys meet. A side that lies by some of the keys already stays, and the other
  /// comes to it.
  private mutating func exchange(
    _ left: Relation, _ right: Relation, _ keys: [(left: TypedExpression, right: TypedExpression)], _ relation: Relation
  ) -> [Port] {
    let ports = [lower(left), lower(right)]
    let spread = RowSpread(nodes: nodes)
    let sides = [keys.map(\.left), keys.map(\.right)]
    let alike = keys.map { $0.left.type == $0.right.type }
    // The keys by which each side lies, in order.
    let lies = zip(ports, sides).map { port, keys in
      spread.columns(of: port).flatMap { RowSpread.positions(of: $0, in: keys) }
    }
    let whole = Array(keys.indices)
    let chosen = lies.lazy.compactMap { $0 }.first { !$0.isEmpty && $0.allSatisfy { alike[$0] } } ?? whole
    return zip(zip(ports, [left, right]), zip(sides, lies)).map { side, keys in
      if keys.1 == chosen, !chosen.isEmpty || keys.0.isEmpty { return side.0 }
      var moved = side.1.properties
      let wanted = chosen.map { keys.0[$0] }
      let plain = wanted.compactMap { key -> Int? in if case .column(let index) = key.kind { index } else { nil } }
      moved.partitioning = plain.count == wanted.count ? plain : nil
      return add(.exchange(wanted), [side.0], moved, owner: relation.owner, range: relation.range)
    }
  }

  private mutating func gather(_ port: Port, _ properties: RelationProperties, _ relation: Relation) -> Port {
    exchange(port, properties, [], relation)
  }

  // MARK: Streams

  /// What all trees together read of each stream.
  private mutating func collectStreams(_ trees: [Relation]) {
    for tree in trees { collect(tree, underEventTime: false) }
  }

  private mutating func collect(_ relation: Relation, underEventTime: Bool) {
    switch relation.node {
    case .scan(let scan):
      var site = streams[scan.stream.name] ?? StreamSite(scan: scan, needsWatermark: !enabled, node: nil)
      for output in scan.outputs where !site.scan.outputs.contains(output) { site.scan.outputs.append(output) }
      site.needsWatermark = site.needsWatermark || underEventTime || scan.stream.maximumAhead != nil
      // The last row of a key is that of the log, whatever its time.
      if scan.stream.isTable { site.needsWatermark = false }
      if scan.isVersions { site.needsVersions = true } else { site.needsRows = true }
      streams[scan.stream.name] = site
    case .watermark(let input, _, _, _): collect(input, underEventTime: false)
    case .assignWindow, .windowAggregate, .temporalJoin:
      for input in relation.inputs { collect(input, underEventTime: true) }
    case .join(_, _, let join):
      for input in relation.inputs { collect(input, underEventTime: underEventTime || join.interval != nil) }
    case .over(let input, let over): collect(input, underEventTime: underEventTime || over.timeColumn != nil)
    case .deduplicate(let input, let deduplication):
      collect(input, underEventTime: underEventTime || deduplication.time != nil)
    case .side, .values, .filter, .project, .aggregate, .union, .unnest, .setOperation, .rank, .normalize, .sort,
      .limit, .sink:
      for input in relation.inputs { collect(input, underEventTime: underEventTime) }
    }
  }

  /// The columns that one reader wants, over those that the stream's node delivers for all.
  private mutating func stream(_ scan: StreamScan, _ relation: Relation) -> Port {
    var node = deliver(scan.stream, bounded: scan.bounded)
    guard let site = streams[scan.stream.name] else { return Port(node: node) }
    if scan.isVersions { node = site.versions ?? node }
    let delivered = nodes[node].properties.schema
    let layout = site.layout
    var items = scan.outputs.map { NamedExpression($0.field.name, layout.delivered($0)) }
    if scan.isVersions, let mark = layout.normalization?.deletion {
      items.append(NamedExpression(StreamLayout.deletion.name, .column(mark, StreamLayout.deletion)))
    }
    let isWhole =
      items.count == delivered.count
      && items.enumerated().allSatisfy { $1.expression.kind == .column($0) && $1.name == delivered[$0].name }
    if isWhole { return Port(node: node) }
    var properties = relation.properties
    properties.partitioning = nil
    return add(.project(items), [Port(node: node)], properties, owner: relation.owner, range: relation.range)
  }

  /// The last node of a stream's own operators: scan, checks, computed columns, watermark.
  mutating func deliver(_ stream: StreamDefinition, bounded: Bool) -> Int {
    if streams[stream.name] == nil {
      let outputs = stream.columns.enumerated().map { ScanOutput(column: $0, field: $1.field) }
      streams[stream.name] = StreamSite(
        scan: StreamScan(stream: stream, outputs: outputs, bounded: bounded), needsWatermark: !stream.isTable, node: nil
      )
    }
    guard var site = streams[stream.name] else { return 0 }
    if let node = site.node { return node }
    let layout = site.layout
    sources.append(layout.source)
    let range = stream.range
    func properties(_ schema: Schema) -> RelationProperties { RelationProperties(schema: schema, bounded: bounded) }
    var port = add(
      .scan(source: sources.count - 1, columns: layout.scanned), [], properties(layout.scannedSchema),
      owner: stream.name, range: range)
    if let check = layout.check {
      port = add(.filter(check), [port], properties(layout.scannedSchema), owner: stream.name, range: range)
    }
    if let projection = layout.projection {
      port = add(
        .project(projection), [port], properties(layout.projectedSchema), owner: stream.name, range: range)
    }
    let records = port
    if let normalization = layout.normalization, site.needsRows || !site.needsVersions {
      port = normalize(port, layout, normalization, bounded: bounded)
    }
    if let (column, expression) = layout.watermark {
      var timed = properties(site.needsVersions ? layout.projectedSchema : layout.deliveredSchema)
      timed.timeAttribute = TimeAttribute(column: column, delay: 0)
      let watermarked = add(
        .watermark(column: column, expression: expression, idleAfter: stream.watermark?.idleAfter),
        [site.needsVersions ? records : port], timed, owner: stream.name, range: range)
      if site.needsVersions { site.versions = watermarked.node }
      if !site.needsVersions || !site.needsRows { port = watermarked }
    }
    site.node = port.node
    streams[stream.name] = site
    return port.node
  }

  // MARK: Side streams and sinks

  private mutating func side(_ side: SideScan, _ relation: Relation) -> Port {
    if side.stream == .errors, let entry = streamToScan(side.owner) { _ = deliver(entry, bounded: side.bounded) }
    let ports = sidePorts(of: side.owner, side.stream)
    if ports.isEmpty { return add(.values([]), [], relation) }
    return ports.count == 1 ? ports[0] : add(.union, ports, relation)
  }

  /// Streams whose errors are read though no query reads their rows.
  var scannedForErrors: [String: StreamDefinition] = [:]

  private func streamToScan(_ name: String) -> StreamDefinition? {
    streams[name] == nil ? scannedForErrors[name] : streams[name]?.scan.stream
  }

  /// The ports of the owner's operators on which late or failed rows leave.
  private func sidePorts(of owner: String, _ stream: Port.Stream) -> [Port] {
    nodes.enumerated().compactMap { index, node in
      guard node.owner == owner else { return nil }
      let matches =
        switch node.operation {
        case .scan, .filter, .project, .join, .unnest, .rank, .normalize: stream == .errors
        case .deduplicate(let deduplication): stream == .errors || stream == .late && deduplication.time != nil
        case .over(let over): stream == .errors || stream == .late && over.timeColumn != nil
        case .assignWindow, .windowAggregate(.assign, _), .temporalJoin: stream == .late || stream == .errors
        case .windowAggregate, .groupAggregate, .watermark, .sort: stream == .errors
        case .values, .union, .setOperation, .limit, .exchange, .sink: false
        }
      return matches ? Port(node: index, stream: stream) : nil
    }
  }

  private mutating func addLateSink(_ late: LateRows, _ port: Port, _ relation: Relation) {
    guard case .sink(let sink) = late, let input = nodes[port.node].inputs.first else { return }
    let lateRows = Port(node: port.node, stream: .late)
    let schema = nodes[input.node].properties.schema
    addNamed(sink, lateRows, schema, owner: relation.owner, range: relation.range, bounded: relation.properties.bounded)
  }

  private mutating func addErrorSinks() {
    for (_, site) in streams.sorted(by: { $0.key < $1.key }) {
      guard case .sink(let sink) = site.scan.stream.onError else { continue }
      let name = site.scan.stream.name
      let ports = sidePorts(of: name, .errors)
      guard !ports.isEmpty else { continue }
      let properties = RelationProperties(schema: DeadLetter.schema, bounded: site.scan.bounded)
      let port = ports.count == 1 ? ports[0] : add(.union, ports, properties, owner: name, range: nil)
      addNamed(sink, port, DeadLetter.schema, owner: name, range: nil, bounded: site.scan.bounded)
    }
  }

  /// A sink that takes its columns by name.
  private mutating func addNamed(
    _ sink: SinkDefinition, _ port: Port, _ schema: Schema, owner: String, range: TextRange?, bounded: Bool
  ) {
    let columns = schema.fields.enumerated().map { ScopeColumn(name: $1.name, index: $0) }
    let wanted = sink.schema ?? schema
    let items = wanted.fields.map { field -> NamedExpression in
      guard let match = Scope.matches(field.name, in: columns).first else {
        return NamedExpression(field.name, .literal(.null, field.type))
      }
      return NamedExpression(
        field.name, TypedExpression.column(match.index, schema[match.index]).widened(to: field.type))
    }
    let properties = RelationProperties(schema: Schema(items.map(\.field)), bounded: bounded)
    let projected = add(.project(items), [port], properties, owner: owner, range: range)
    func places(_ names: [String]) -> [Int] { names.compactMap { name in wanted.index(of: name) } }
    let description = SinkDescription(
      name: sink.name, place: sink.place, format: sink.format, keyColumns: places(sink.keyColumns),
      primaryKey: places(sink.primaryKey))
    _ = sinks.add(projected, description, properties, owner: owner, range: range)
  }

  private mutating func addSinkNodes() -> [SinkDescription] {
    for (index, entry) in sinks.entries.enumerated() {
      var port = entry.ports[0]
      if entry.ports.count > 1 {
        port = add(.union, entry.ports, entry.properties, owner: entry.owner, range: entry.range)
      }
      nodes.append(
        PlanNode(
          operation: .sink(index), inputs: [port], properties: entry.properties, owner: entry.owner, range: entry.range)
      )
    }
    return sinks.entries.map(\.description)
  }
}
