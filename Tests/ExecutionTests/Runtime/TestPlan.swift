// Plans for tests, built node by node, and runs of them over rows in memory or files.

import Plan
import Values

@testable import Execution

/// Builds a dataflow over one stream `events (k BIGINT, v STRING, ts TIMESTAMP)`.
struct TestPlan {
  static let schema = Schema([
    Field("k", .int64, nullable: false), Field("v", .text), Field("ts", .timestamp, nullable: false),
  ])

  var plan = Dataflow(name: "test", text: "", sources: [], sinks: [], nodes: [], timeZone: "UTC")

  mutating func add(
    _ operation: Operation, _ inputs: [Port], _ schema: Schema, mode: ChangelogMode = .append, time: Int? = nil
  ) -> Port {
    var properties = RelationProperties(schema: schema, mode: mode)
    properties.timeAttribute = time.map { TimeAttribute(column: $0, delay: 0) }
    plan.nodes.append(PlanNode(operation: operation, inputs: inputs, properties: properties, owner: "test"))
    return Port(node: plan.nodes.count - 1)
  }

  mutating func scan(
    _ name: String = "events", schema: Schema = TestPlan.schema, policy: ErrorPolicy = .deadLetter,
    format: RecordFormat = .json, idleAfter: Int64? = nil, ahead: Int64? = nil, metadata: [RecordPart] = []
  ) -> Port {
    var columns = schema.fields.map { ScanColumn(part: .field([$0.name]), field: $0) }
    for part in metadata {
      let type = part == .headers ? RecordPart.headersType : .int64
      columns.append(ScanColumn(part: part, field: Field("meta", type)))
    }
    plan.sources.append(
      SourceDescription(
        name: name, place: .unbound, format: format, declared: columns, errorPolicy: policy, idleAfter: idleAfter,
        maximumAhead: ahead))
    return add(
      .scan(source: plan.sources.count - 1, columns: columns), [], Schema(columns.map(\.field)))
  }

  mutating func watermark(_ input: Port, delay: Int64 = 0, idleAfter: Int64? = nil) -> Port {
    let ts = Expression.column(2, TestPlan.schema[2])
    let expression = TestPlan.call("-", ts, .literal(.int(delay), .intervalDaySecond))
    return add(
      .watermark(column: 2, expression: expression, idleAfter: idleAfter), [input], plan.schema(of: input), time: 2)
  }

  mutating func filter(_ input: Port, _ predicate: Expression) -> Port {
    add(.filter(predicate), [input], plan.schema(of: input), time: time(of: input))
  }

  mutating func project(_ input: Port, _ columns: [NamedExpression]) -> Port {
    add(.project(columns), [input], Schema(columns.map(\.field)))
  }

  mutating func exchange(_ input: Port, _ columns: [Int]) -> Port {
    let schema = plan.schema(of: input)
    return add(.exchange(columns.map { .column($0, schema[$0]) }), [input], schema, time: time(of: input))
  }

  private func time(of port: Port) -> Int? { plan.nodes[port.node].properties.timeAttribute?.column }

  /// COUNT(*) for each window of `size` and `k`.
  mutating func countByWindow(_ input: Port, size: Int64, grace: Int64 = 0, emission: Emission = .final) -> Port {
    let k = NamedExpression("k", .column(0, TestPlan.schema[0]))
    let count = AggregateCall(
      function: FunctionReference(name: "COUNT", signature: 0), arguments: [],
      result: Field("n", .int64, nullable: false))
    let assignment = WindowAssignment(
      window: .aligned(AlignedWindow(size: size, step: size)), timeColumn: 2, grace: grace)
    let bounds = ["window_start", "window_end", "window_time"].map { Field($0, .timestamp, nullable: false) }
    return add(
      .windowAggregate(.assign(assignment), Aggregation(keys: [k], calls: [count], emission: emission)), [input],
      Schema(bounds + [k.field, count.result]), mode: emission == .final ? .append : .upsert(key: [0, 3]))
  }

  /// COUNT(*) for each `k`, changes at the end of each step.
  mutating func countByKey(_ input: Port) -> Port {
    let k = NamedExpression("k", .column(0, TestPlan.schema[0]))
    let count = AggregateCall(
      function: FunctionReference(name: "COUNT", signature: 0), arguments: [],
      result: Field("n", .int64, nullable: false))
    return add(
      .groupAggregate(Aggregation(keys: [k], calls: [count], emission: .changes)), [input],
      Schema([k.field, count.result]), mode: .upsert(key: [0]))
  }

  mutating func sink(_ input: Port) {
    let schema = plan.schema(of: input)
    plan.sinks.append(SinkDescription(name: "out\(plan.sinks.count)", place: .unbound, format: .json))
    _ = add(.sink(plan.sinks.count - 1), [input], schema)
  }

  static func call(_ name: String, _ arguments: Expression...) -> Expression {
    switch FunctionLibrary.scalar.makeCall(name, arguments) {
    case .success(let call): return call
    case .failure(let failure): preconditionFailure("the test's call of \(name) does not resolve: \(failure)")
    }
  }

  static func k(_ comparison: String, _ value: Int64) -> Expression {
    call(comparison, .column(0, schema[0]), .literal(.int(value), .int64))
  }

  /// Windows of one minute per key, over exchanged rows with a watermark two seconds behind: the usual shape.
  static func windows(idleAfter: Int64? = nil, emission: Emission = .final) -> Dataflow {
    var test = TestPlan()
    let rows = test.exchange(
      test.filter(test.watermark(test.scan(), delay: 2_000_000, idleAfter: idleAfter), k("<", 90)), [0])
    test.sink(test.countByWindow(rows, size: 60_000_000, emission: emission))
    return test.plan
  }
}

/// A row of `events`.
struct Event: Equatable {
  var k: Int64
  var v: String
  var ts: Int64

  var json: String { "{\"k\":\(k),\"v\":\"\(v)\",\"ts\":\"\(stamp)\"}" }

  private var stamp: String {
    func two(_ n: Int64) -> String { n < 10 ? "0\(n)" : "\(n)" }
    let seconds = ts / 1_000_000
    return "1970-01-01T\(two(seconds / 3600)):\(two(seconds / 60 % 60)):\(two(seconds % 60))Z"
  }

  /// `count` events that are in no strict order of time; seconds only, so that text keeps them whole.
  static func sample(_ count: Int, seed: UInt64 = 1) -> [Event] {
    var state = seed &* 0x9E37_79B9_7F4A_7C15 | 1
    func random(_ bound: UInt64) -> Int64 {
      state ^= state << 13
      state ^= state >> 7
      state ^= state << 17
      return Int64(state % bound)
    }
    return (0..<count).map { index in
      // Some come a few seconds late, and a few very late.
      let delay = random(50) == 0 ? random(200) : random(4)
      let second = max(0, Int64(index) - delay)
      return Event(k: random(100), v: "value \(random(1000))", ts: second * 1_000_000)
    }
  }
}

extension Batch {
  init(_ events: [Event]) {
    self.init(
      columns: [
        Column(events.map { .int($0.k) }, type: .int64), Column(events.map { .string($0.v) }, type: .text),
        Column(events.map { .int($0.ts) }, type: .timestamp),
      ], count: events.count)
  }

  /// The rows as lines of text, weights in front where there are any.
  var lines: [String] {
    (0..<count).map { index in
      let values = row(index).map { value in
        switch value {
        case .null: "NULL"
        case .int(let number): "\(number)"
        case .bytes: value.text ?? "?"
        case .bool(let flag): "\(flag)"
        case .double(let number): "\(number)"
        case .decimal(let number): "\(number)"
        case .array, .row: "?"
        }
      }.joined(separator: " ")
      return weights.map { "\($0[index] < 0 ? "-" : "+") \(values)" } ?? values
    }
  }
}

/// Runs a plan with one source over events dealt to partitions, and collects what its first sink gets.
func collect(
  _ plan: Dataflow, _ partitions: [[Event]], _ change: (inout RunOptions) -> Void = { _ in }
) throws -> (lines: [String], run: PipelineRun) {
  let source = MemorySource(partitions: partitions.count)
  for (index, events) in partitions.enumerated() { source.push(Batch(events), partition: index) }
  source.close()
  var options = RunOptions()
  options.clock = { 0 }
  change(&options)
  let (run, sinks) = try start(plan, [source], options)
  _ = try run.run()
  return (sinks[0].rows.lines, run)
}

/// A run whose sinks collect.
func start(
  _ plan: Dataflow, _ sources: [any Source], _ options: RunOptions = RunOptions(), journal: Journal? = nil
) throws -> (PipelineRun, [CollectingSink]) {
  let sinks = plan.nodes.compactMap { node -> CollectingSink? in
    guard case .sink = node.operation else { return nil }
    return CollectingSink(schema: plan.schema(of: node.inputs[0]))
  }
  return (try PipelineRun(plan: plan, options: options, sources: sources, sinks: sinks, journal: journal), sinks)
}
