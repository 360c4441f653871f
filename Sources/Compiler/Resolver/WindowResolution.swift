// WINDOW and its table-function forms, and CALL of a user's table function. In: arguments in either surface. Out: one
// window assignment. The labelled form and the standard's positional one become the same node.

import Plan
import Syntax
import Values

/// A length in microseconds, and where it was written.
typealias Length = (value: Int64, span: SourceSpan)

/// The arguments of a window, however they were written.
struct WindowRequest {
  var name: String
  /// The time column that the user named.
  var time: QualifiedName?
  var size: Length?
  /// HOP's EVERY, CUMULATE's STEP.
  var step: Length?
  var offset: Int64 = 0
  var zone: String?
  /// SESSION's GAP, MAX, START WHEN and END WHEN.
  var gap: Length?
  var maximum: Length?
  var start: TypedExpression?
  var end: TypedExpression?
  /// What PER or PARTITION BY names.
  var partition: [TypedExpression] = []
  var grace: Int64 = 0
  var late: LateRows = .stream
  var span: SourceSpan
}

extension Resolver {
  func window(
    _ input: ResolvedQuery, _ window: PipeWindow, at span: SourceSpan, _ environment: Environment
  ) throws(CompileError) -> ResolvedQuery {
    var request = WindowRequest(name: window.function.rawValue, span: span)
    for argument in window.arguments {
      switch argument.kind {
      case .timeColumn(let name): request.time = name
      case .duration(let label, let duration):
        let value = try self.duration(duration, clause: label.rawValue)
        switch label {
        case .size where window.function != .session: request.size = (value, argument.span)
        case .max where window.function == .cumulate: request.size = (value, argument.span)
        case .every where window.function == .hop: request.step = (value, argument.span)
        case .step where window.function == .cumulate: request.step = (value, argument.span)
        case .gap where window.function == .session: request.gap = (value, argument.span)
        case .max where window.function == .session: request.maximum = (value, argument.span)
        case .offset where window.function != .session: request.offset = value
        case .size, .offset, .every, .step, .gap, .max: throw strangeArgument(label.rawValue, window, at: argument.span)
        }
      case .zone(let literal) where window.function != .session: request.zone = try zoneName(literal)
      case .startWhen(let condition) where window.function == .session:
        request.start = try predicate(condition, in: ExpressionContext(input, environment, clause: "START WHEN"))
      case .endWhen(let condition) where window.function == .session:
        request.end = try predicate(condition, in: ExpressionContext(input, environment, clause: "END WHEN"))
      case .zone: throw strangeArgument("ZONE", window, at: argument.span)
      case .startWhen: throw strangeArgument("START WHEN", window, at: argument.span)
      case .endWhen: throw strangeArgument("END WHEN", window, at: argument.span)
      }
    }
    // PER says which rows a session joins; for aligned windows it changes nothing, so its names are checked alone.
    for item in window.per {
      guard case .expression(let expression) = item.kind else {
        throw failure(Codes.invalidWindow, "PER WINDOW says nothing of rows that WINDOW assigns", at: item.span)
      }
      request.partition.append(try typed(expression, in: ExpressionContext(input, environment, clause: "PER")))
    }
    if let grace = window.grace { request.grace = try duration(grace, clause: "GRACE") }
    switch window.late {
    case nil: break
    case .drop: request.late = .drop
    case .into(let name): request.late = .sink(try sink(named: name))
    }
    return try assign(input, request, environment)
  }

  private func strangeArgument(_ label: String, _ window: PipeWindow, at span: SourceSpan) -> CompileError {
    failure(Codes.invalidWindow, "\(window.function.rawValue) takes no \(label)", at: span) {
      $0.help(
        "TUMBLE takes SIZE; HOP takes SIZE and EVERY; CUMULATE takes STEP and SIZE; SESSION takes GAP, MAX, START WHEN and END WHEN"
      )
    }
  }

  private func zoneName(_ literal: StringLiteral) throws(CompileError) -> String? {
    guard TimeZoneRules(literal.value) != nil else {
      let near = TimeZoneRules.suggestions(for: literal.value).first
      throw failure(
        Codes.invalidLiteral, "there is no time zone `\(literal.value)`\(near.map { "; did you mean `\($0)`?" } ?? "")",
        at: literal.span)
    }
    return literal.value
  }

  func assign(
    _ input: ResolvedQuery, _ request: WindowRequest, _ environment: Environment
  ) throws(CompileError) -> ResolvedQuery {
    if input.scope.isUncertain { throw .reported }
    let session = request.name == "SESSION" ? try session(request) : nil
    var (size, step): (Length, Length) = ((0, request.span), (0, request.span))
    if session == nil { (size, step) = try lengths(of: request) }
    if input.relation.properties.mode != .append { throw windowOverUpdates(input, request) }
    let attribute = try timeAttribute(of: input, request, environment)
    if input.scope.isWindowVisible, !readsWindowTime(attribute, input) {
      throw failure(Codes.nestedWindow, "the rows are in windows already, by another time", at: request.span)
    }
    if session == nil { try checkNesting(input, size: size) }
    let usesDays = size.value % 86_400_000_000 == 0 || step.value % 86_400_000_000 == 0
    let zone = request.zone ?? (usesDays && options.timeZone != "UTC" ? options.timeZone : nil)
    let aligned = AlignedWindow(
      kind: request.name == "CUMULATE" ? .cumulating : .sliding, size: size.value, step: step.value,
      offset: request.offset, zone: zone)
    // A column that trails the watermark by a delay is complete that much later.
    let grace = request.grace.addingReportingOverflow(max(0, attribute.delay))
    guard !grace.overflow else { throw failure(Codes.invalidWindow, "GRACE is too long", at: request.span) }
    let assignment = WindowAssignment(
      window: session.map { .session($0) } ?? .aligned(aligned), timeColumn: attribute.column,
      grace: grace.partialValue)
    let late = try lateSink(request.late, input, at: request.span)
    let relation = Relation(
      .assignWindow(input.relation, assignment, late: late), owner: environment.owner,
      range: range(request.span, environment))
    return windowed(input, relation, at: request.span)
  }

  /// The size and the step, which make sense together.
  private func lengths(of request: WindowRequest) throws(CompileError) -> (size: Length, step: Length) {
    let other = ["HOP": ", EVERY 10 SECONDS", "CUMULATE": ", STEP 10 SECONDS"][request.name] ?? ""
    guard let size = request.size else {
      throw failure(Codes.invalidWindow, "\(request.name) needs a SIZE", at: request.span) {
        $0.help("write \(request.name)(SIZE 1 MINUTE\(other))")
      }
    }
    guard size.value > 0 else { throw failure(Codes.invalidWindow, "the SIZE must be above zero", at: size.span) }
    if request.step == nil, request.name == "HOP" {
      throw failure(Codes.invalidWindow, "HOP needs EVERY: how often a window begins", at: request.span)
    }
    if request.step == nil, request.name == "CUMULATE" {
      throw failure(Codes.invalidWindow, "CUMULATE needs STEP: by how much each window is longer", at: request.span)
    }
    let step = request.step ?? size
    guard step.value > 0 else { throw failure(Codes.invalidWindow, "the step must be above zero", at: step.span) }
    let count = (size.value - 1) / step.value + 1
    guard count <= 100_000 else {
      throw failure(Codes.invalidWindow, "each row would belong to \(count) windows", at: step.span)
    }
    if request.name == "CUMULATE" {
      guard size.value % step.value == 0 else {
        throw failure(
          Codes.invalidWindow,
          "\(DurationText.text(size.value)) is no multiple of \(DurationText.text(step.value)): the last window would be cut",
          at: step.span)
      }
    } else {
      warnAboutStep(size: size, step: step)
    }
    return (size, step)
  }

  private func warnAboutStep(size: Length, step: Length) {
    if step.value > size.value {
      report(
        Diagnostic(
          Codes.oddStep,
          "windows of \(DurationText.text(size.value)) every \(DurationText.text(step.value)) leave gaps: rows between them belong to none",
          at: step.span))
    } else if size.value % step.value != 0 {
      report(
        Diagnostic(
          Codes.oddStep,
          "\(DurationText.text(size.value)) is no multiple of \(DurationText.text(step.value)): each window begins and ends within parts of others, so they share shorter parts",
          at: step.span))
    }
  }

  /// A window over the results of tumbling windows must hold them whole.
  private func checkNesting(
    _ input: ResolvedQuery, size: Length
  ) throws(CompileError) {
    guard input.scope.isWindowVisible else { return }
    for relation in input.relation.preorder {
      guard case .assignWindow(_, let inner, _) = relation.node else { continue }
      guard let inner = inner.aligned, inner.isTumbling, size.value % inner.size != 0 else { return }
      throw failure(
        Codes.nestedWindow,
        "a window of \(DurationText.text(size.value)) cannot hold windows of \(DurationText.text(inner.size)) whole",
        at: size.span
      ) { diagnostic in
        self.span(relation.range).map { diagnostic.labelled($0, "the windows within") } ?? diagnostic
      }
    }
  }

  private func readsWindowTime(_ attribute: TimeAttribute, _ input: ResolvedQuery) -> Bool {
    input.relation.properties.window?.time == attribute.column
  }

  private func windowOverUpdates(_ input: ResolvedQuery, _ request: WindowRequest) -> CompileError {
    failure(Codes.needsAppend, "WINDOW needs rows that are never changed, and these are", at: request.span) {
      diagnostic in
      let updating = self.updatingOperator(input.relation)
      if let updating, case .scan(let scan) = updating.node {
        let place = self.span(updating.range).map { diagnostic.labelled($0, "rows of a table are replaced") }
        return (place ?? diagnostic).help(
          "to read each record of `\(scan.stream.name)` once, declare its topic or file as a STREAM too")
      }
      let origin = updating.flatMap { self.span($0.range) }
      let labelled =
        origin.map { diagnostic.labelled($0, "this operator changes rows that it has given") } ?? diagnostic
      return labelled.help("write EMIT FINAL after the windowed aggregate: it then gives each row once")
    }
  }

  /// The old columns keep their names; the window's come at the end.
  private func windowed(_ input: ResolvedQuery, _ relation: Relation, at span: SourceSpan) -> ResolvedQuery {
    var output = input
    output.emptyRow = nil
    output.relation = relation
    output.mayEmit = false
    let first = input.relation.schema.count
    let names = PropertyRules.windowFields.map(\.name)
    // A second window replaces the columns of the first.
    output.scope.columns.removeAll { names.contains(Scope.folded($0.name)) }
    output.scope.columns += names.enumerated().map { ScopeColumn(name: $1, index: first + $0) }
    output.scope.window = WindowColumns(start: first, end: first + 1, time: first + 2)
    output.scope.producer = span
    return output
  }

  /// The time column of the window: the one named, or the only time attribute.
  private func timeAttribute(
    of input: ResolvedQuery, _ request: WindowRequest, _ environment: Environment
  ) throws(CompileError) -> TimeAttribute {
    let attribute = input.relation.properties.timeAttribute
    let visible = attribute.flatMap { known in input.scope.columns.first { $0.index == known.column } }
    guard let name = request.time else {
      if let attribute, visible != nil { return attribute }
      throw noWatermark(
        "\(request.name) needs a time column with a watermark, and this relation has none", input, at: request.span)
    }
    let column = try self.column(name, in: ExpressionContext(input, environment, clause: request.name))
    guard case .column(let index) = column.kind, column.type == .timestamp else {
      throw failure(
        Codes.noWatermark, "\(request.name) needs a TIMESTAMP column, and `\(name.text)` is \(article(column.type))",
        at: name.span)
    }
    if let attribute, attribute.column == index { return attribute }
    if let window = input.scope.window, let attribute, attribute.column == window.time {
      throw failure(
        Codes.nestedWindow, "the rows are in windows already: `\(name.text)` is no time attribute any more",
        at: name.span
      ) { $0.fix("use the window's time", replacing: name.span, with: "window_time", .maybeIncorrect) }
    }
    throw noWatermark(
      "`\(name.text)` has no watermark, so nothing says when a window is complete", input, at: name.span)
  }

  private func noWatermark(_ message: String, _ input: ResolvedQuery, at span: SourceSpan) -> CompileError {
    failure(Codes.noWatermark, message, at: span) { diagnostic in
      if let known = input.relation.properties.timeAttribute,
        let column = input.scope.columns.first(where: { $0.index == known.column })
      {
        return diagnostic.help("the time attribute here is `\(column.name)`")
      }
      let candidates = input.scope.columns.filter { input.relation.schema[$0.index].type == .timestamp }.map(\.name)
      guard let first = candidates.first else {
        return diagnostic.help(
          "declare a TIMESTAMP column, for instance `t TIMESTAMP METADATA FROM 'timestamp'`, with WATERMARK FOR t")
      }
      return diagnostic.help(
        "declare one in CREATE STREAM or put `|> WATERMARK FOR \(first) AS \(first) - INTERVAL '5' SECOND` before"
      )
      .note("TIMESTAMP columns here: \(candidates.joined(separator: ", "))")
    }
  }
}
