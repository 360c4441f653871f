// One TEST statement made ready: the text compiled with an observer on everything the test expects, streams fed from
// memory, time in the test's hands. In: the statement. Out: nothing, or the first expectation that does not hold.

import Compiler
import Execution
import Plan
import Schemas
import Syntax
import Values

final class PreparedTest {
  private let test: TestStatement
  private let query: QuerySource
  private let settings: RunSettings
  private var plan: Dataflow
  private let plainPlan: Dataflow
  /// The sink that observes each expected relation, by its name in lower case.
  private var observers: [String: Int] = [:]
  private let catalog: Catalog

  init(_ test: TestStatement, query: QuerySource, settings: RunSettings) throws(TestFailure) {
    self.test = test
    self.query = query
    self.settings = settings
    var texts = [String(decoding: query.source.bytes, as: UTF8.self)]
    let base = try Self.compile(texts, query, settings, optimised: true)
    var plan = base.plan
    catalog = base.catalog
    // What is expected of a relation that no sink shows is read by a query of the test's own.
    for name in Self.expectedNames(test) {
      if let sink = Self.sink(named: name, in: plan, base.statements) {
        observers[name.lowercased()] = sink
      } else {
        texts.append("FROM \(name)")
        observers[name.lowercased()] = -texts.count
      }
    }
    var plain = try Self.compile(texts, query, settings, optimised: false)
    if texts.count > 1 {
      let whole = try Self.compile(texts, query, settings, optimised: true)
      plan = whole.plan
      let added = whole.statements.suffix(texts.count - 1).map { statement in
        if case .query(let sinks) = statement { sinks.first ?? 0 } else { 0 }
      }
      for (name, place) in observers where place < 0 { observers[name] = added[-place - 2] }
    }
    for index in plan.sources.indices {
      plan.sources[index].format = .json
      plain.plan.sources[index].format = .json
    }
    self.plan = plan
    plainPlan = plain.plan
  }

  private static func compile(
    _ texts: [String], _ query: QuerySource, _ settings: RunSettings, optimised: Bool
  ) throws(TestFailure) -> (plan: Dataflow, statements: [CompiledStatement], catalog: Catalog) {
    var changed = query
    changed.source = SourceText(name: query.source.name, text: texts.joined(separator: ";\n"))
    var settings = settings
    settings.printsChanges = true
    let result: CompileResult
    do {
      result = try Compilation(settings: settings).compile(changed, optimizer: OptimizerOptions(enabled: optimised))
    } catch {
      throw TestFailure("  \((error as? EngineError)?.message ?? "\(error)")")
    }
    guard let plan = result.dataflow, !result.hasErrors else {
      throw TestFailure(DiagnosticRenderer([changed.source]).render(result.diagnostics))
    }
    return (plan, result.statements, result.catalog)
  }

  private static func expectedNames(_ test: TestStatement) -> [String] {
    var names: [String] = []
    for step in test.steps {
      let name: QualifiedName? =
        switch step.kind {
        case .expectRows(let rows, _), .expectChanges(let rows): rows.relation
        case .expectEmpty(let relation, _): relation
        case .given, .advance, .expectStateEmpty, .expectStateRows, .expectError: nil
        }
      if let text = name?.text, !names.contains(where: { $0.lowercased() == text.lowercased() }) { names.append(text) }
    }
    return names
  }

  /// The sink of that name, or the only sink of the pipeline of that name.
  private static func sink(named name: String, in plan: Dataflow, _ statements: [CompiledStatement]) -> Int? {
    for case .pipeline(let pipeline, let sinks) in statements
    where pipeline.lowercased() == name.lowercased() && sinks.count == 1 {
      return sinks[0]
    }
    return plan.sinks.firstIndex { $0.name.lowercased() == name.lowercased() && !$0.isResult }
  }

  func run(_ mode: TestMode) throws(TestFailure) {
    let run = try TestRun(mode == .unoptimised ? plainPlan : plan, mode: mode)
    for step in test.steps { try perform(step, run) }
  }

  private func perform(_ step: TestStep, _ run: TestRun) throws(TestFailure) {
    switch step.kind {
    case .given(let rows): try run.give(rows.relation.text, try records(rows))
    case .advance(.processingTime, .by(let duration)): run.advanceClock(by: try microseconds(duration))
    case .advance(.processingTime, .to(let expression)): run.setClock(try instant(expression.span))
    case .advance(.watermark(let name), .to(let expression)):
      try run.advance(name.text, to: try instant(expression.span))
    case .advance(.watermark(let name), .by(let duration)):
      try run.advance(name.text, by: try microseconds(duration))
    case .expectRows(let rows, let inOrder): try expect(rows, inOrder: inOrder, changes: false, run, step)
    case .expectChanges(let rows): try expect(rows, inOrder: true, changes: true, run, step)
    case .expectEmpty(let name, _):
      let (schema, batch) = try observed(name.text, run)
      guard batch.count == 0 else {
        throw TestFailure("\(place(step))expected \(name.text) to be empty\n" + RowText(schema).lines(batch, mark: "+"))
      }
    case .expectStateEmpty: try expectState(run, step) { $0 == 0 }
    case .expectStateRows(let comparison, let bound):
      let bound = Int(bound.digits) ?? 0
      try expectState(run, step) { rows in
        switch comparison {
        case .less: rows < bound
        case .lessOrEqual: rows <= bound
        case .equal: rows == bound
        }
      }
    case .expectError(let code):
      throw TestFailure("\(place(step))expected \(code.value), but the file compiles")
    }
  }

  private func place(_ step: TestStep) -> String {
    "  \(query.source.name):\(query.source.position(of: step.span.start).line): "
  }

  private func expectState(_ run: TestRun, _ step: TestStep, _ holds: (Int) -> Bool) throws(TestFailure) {
    let held = try run.heldRows()
    guard holds(held) else { throw TestFailure("\(place(step))the state holds \(held) rows") }
  }

  private func observed(_ name: String, _ run: TestRun) throws(TestFailure) -> (Schema, Batch) {
    guard let sink = observers[name.lowercased()] else { throw TestFailure("  nothing observes `\(name)`") }
    return try run.take(sink)
  }

  private func expect(
    _ rows: TestRows, inOrder: Bool, changes: Bool, _ run: TestRun, _ step: TestStep
  ) throws(TestFailure) {
    var (schema, batch) = try observed(rows.relation.text, run)
    // How many times a result was revised on the way is not what EXPECT asks; EXPECT CHANGES does.
    if !changes { batch = batch.consolidated(types: schema.fields.map(\.type)) }
    var all = schema
    var columns = batch.columns
    if changes {
      all.fields.insert(Field("op", .text, nullable: false), at: 0)
      let key = run.key(ofSink: observers[rows.relation.text.lowercased()] ?? 0)
      let kinds = ChangeKinds.of(batch, keyColumns: key, types: schema.fields.map(\.type))
      columns.insert(Column(kinds.map { .string("\($0.text)") }, type: .text), at: 0)
    }
    let picked = try pick(rows, from: all, changes: changes)
    let expected = try ConstantRows(query, settings, catalog).rows(rows.rows.map(\.span), of: picked.map { all[$0] })
    let actual = Batch(columns: picked.map { columns[$0] }, count: batch.count)
    let text = RowText(Schema(picked.map { all[$0] }))
    let difference = text.difference(expected: expected, actual: actual, inOrder: inOrder)
    if let difference {
      throw TestFailure("\(place(step))\(rows.relation.text) differs (- expected, + came)\n" + difference)
    }
  }

  /// The columns that the test names, or all.
  private func pick(_ rows: TestRows, from schema: Schema, changes: Bool) throws(TestFailure) -> [Int] {
    guard !rows.columns.isEmpty else { return Array(schema.fields.indices) }
    var places = changes ? [0] : []
    // The kind of a change is always the first value, whether the list names it or not.
    let named = changes && rows.columns.first?.text.lowercased() == "op" ? rows.columns.dropFirst() : rows.columns[...]
    for column in named {
      guard let place = schema.fields.firstIndex(where: { $0.name.lowercased() == column.text.lowercased() }) else {
        throw TestFailure("  `\(rows.relation.text)` has no column `\(column.text)`; it has \(schema)")
      }
      places.append(place)
    }
    return places
  }

  private func records(_ rows: TestRows) throws(TestFailure) -> [GivenRecord] {
    let name = rows.relation.text
    guard let source = plan.sources.first(where: { $0.name.lowercased() == name.lowercased() }) else {
      throw TestFailure("  GIVEN \(name): no query of the file reads the stream `\(name)`")
    }
    return try GivenRows(source: source, constants: ConstantRows(query, settings, catalog)).records(rows)
  }

  private func instant(_ span: SourceSpan) throws(TestFailure) -> Int64 {
    let batch = try ConstantRows(query, settings, catalog).row(span, of: Field("time", .timestamp))
    guard case .int(let instant) = batch.columns[0].value(at: 0) else { throw TestFailure("  ADVANCE to NULL") }
    return instant
  }

  private func microseconds(_ duration: DurationLiteral) throws(TestFailure) -> Int64 {
    var text = query.source.text(of: duration.span)
    if case .count = duration.kind { text = "INTERVAL " + text }
    let batch = try ConstantRows(query, settings, catalog).row(text, of: Field("duration", .intervalDaySecond))
    guard case .int(let value) = batch.columns[0].value(at: 0) else {
      throw TestFailure("  `\(text)` is no span of time")
    }
    return value
  }
}
