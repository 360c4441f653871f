// Table functions: the standard's windows with positional arguments, and the user's with an SQL body. In: a call,
// with or without a piped input. Out: the relation that WINDOW would make, or the body's with its parameters bound.

import Plan
import Syntax
import Values

extension Resolver {
  /// `|> CALL f(…)`.
  func call(
    _ call: TableFunctionCall, alias: Identifier?, input: ResolvedQuery, _ environment: Environment
  ) throws(CompileError) -> ResolvedQuery {
    var output = try tableFunction(call, input: input, environment)
    if let alias {
      output.scope.variables = [RangeVariable(name: alias.text, columns: output.scope.columns)]
    }
    return output
  }

  func tableFunction(
    _ call: TableFunctionCall, input: ResolvedQuery?, _ environment: Environment
  ) throws(CompileError) -> ResolvedQuery {
    switch call.name.text.uppercased() {
    case "TUMBLE", "HOP", "CUMULATE", "SESSION": return try windowFunction(call, input: input, environment)
    default: break
    }
    guard let function = catalog.tableFunction(named: call.name.text) else {
      let names = catalog.tableFunctions.keys.sorted() + ["TUMBLE", "HOP", "CUMULATE", "SESSION"]
      throw failure(
        Codes.unknownFunction,
        "there is no table function `\(call.name.text)`\(suggestion(for: call.name.text, in: names))",
        at: call.name.span)
    }
    return try inlined(function, call, input: input, environment)
  }

  /// TUMBLE(TABLE t, DESCRIPTOR(ts), size), HOP(TABLE t, DESCRIPTOR(ts), slide, size) and CUMULATE(TABLE t, DESCRIPTOR(ts),
  /// step, size): the shorter length comes first; all take an offset after them. SESSION(TABLE t PARTITION BY k,
  /// DESCRIPTOR(ts), gap).
  private func windowFunction(
    _ call: TableFunctionCall, input: ResolvedQuery?, _ environment: Environment
  ) throws(CompileError) -> ResolvedQuery {
    let name = call.name.text.uppercased()
    var request = WindowRequest(name: name, span: call.span)
    var source = input
    var lengths: [(value: Int64, span: SourceSpan)] = []
    for argument in call.arguments {
      switch argument.kind {
      case .table(let table, let partitionBy):
        if let first = partitionBy.first, name != "SESSION" {
          throw failure(
            Codes.invalidWindow, "\(name) takes no PARTITION BY: its windows are the same for all rows", at: first.span)
        }
        let relation = try self.relation(named: table, environment)
        let named = ResolvedQuery(
          relation: relation, scope: Scope(relation, alias: table.parts.last?.text, producer: argument.span))
        for part in partitionBy {
          request.partition.append(
            try typed(part, in: ExpressionContext(named, environment, clause: "PARTITION BY")))
        }
        source = named
      case .inputTable: source = input
      case .descriptor(let columns):
        guard let column = columns.first, columns.count == 1 else {
          throw failure(Codes.invalidWindow, "DESCRIPTOR names one time column here", at: argument.span)
        }
        request.time = QualifiedName(parts: [column], span: column.span)
      case .expression(let expression):
        if case .subquery(let query) = expression.kind {
          let relation = try resolveSubquery(query, environment)
          source = ResolvedQuery(relation: relation, scope: Scope(relation, alias: nil, producer: query.span))
          continue
        }
        let length = (value: try self.length(expression, environment), span: argument.span)
        switch argument.name?.text.uppercased() {
        case "GAP" where name == "SESSION": request.gap = length
        case "SIZE" where name != "SESSION": request.size = length
        case "SLIDE" where name == "HOP", "STEP" where name == "CUMULATE": request.step = length
        case "OFFSET" where name != "SESSION": request.offset = length.value
        case nil: lengths.append(length)
        case .some(let other):
          throw failure(Codes.invalidWindow, "\(name) has no argument `\(other)`", at: argument.span)
        }
      }
    }
    if name == "SESSION", request.gap == nil, !lengths.isEmpty { request.gap = lengths.removeFirst() }
    if name == "SESSION", let extra = lengths.first {
      throw failure(Codes.wrongArgumentCount, "SESSION takes one length, its gap", at: extra.span)
    }
    if name != "TUMBLE", request.step == nil, !lengths.isEmpty { request.step = lengths.removeFirst() }
    if request.size == nil, !lengths.isEmpty { request.size = lengths.removeFirst() }
    if !lengths.isEmpty { request.offset = lengths.removeFirst().value }
    guard let source else {
      throw failure(
        Codes.wrongArgumentCount, "\(name) needs a table: \(name)(TABLE t, DESCRIPTOR(ts), …)", at: call.span)
    }
    return try assign(source, request, environment)
  }

  private func length(_ expression: SyntaxExpression, _ environment: Environment) throws(CompileError) -> Int64 {
    let value = try typed(expression, in: ExpressionContext(constantIn: "a window", environment)).folded(timeZone: zone)
    guard value.type == .intervalDaySecond, case .literal(.int(let length)) = value.kind else {
      throw failure(
        Codes.invalidWindow, "a window's length is an INTERVAL such as INTERVAL '1' MINUTE", at: expression.span)
    }
    return length
  }

  private func inlined(
    _ function: TableFunctionDefinition, _ call: TableFunctionCall, input: ResolvedQuery?, _ outer: Environment
  ) throws(CompileError) -> ResolvedQuery {
    guard !outer.expanding.contains(function.name) else {
      throw failure(Codes.recursion, "`\(function.name)` calls itself", at: call.span)
    }
    var environment = Environment(owner: outer.owner)
    environment.expanding = outer.expanding + [function.name]
    environment.callSite = call.span.source == source.id ? call.span : outer.callSite
    environment.allowsTerminal = false
    var arguments = call.arguments.filter { argument in
      if case .inputTable = argument.kind { false } else { true }
    }
    var pending = input
    for parameter in function.parameters {
      if case .table = parameter.kind, let piped = pending {
        try bind(piped.finished, to: parameter, at: call.span, in: &environment)
        pending = nil
        continue
      }
      guard !arguments.isEmpty else {
        throw failure(
          Codes.wrongArgumentCount, "`\(function.name)` needs a value for `\(parameter.name.text)`", at: call.span)
      }
      let named = arguments.firstIndex { $0.name.map { Scope.folded($0.text) } == Scope.folded(parameter.name.text) }
      guard let position = named ?? arguments.firstIndex(where: { $0.name == nil }) else {
        throw failure(
          Codes.wrongArgumentCount, "`\(function.name)` has no parameter `\(arguments[0].name?.text ?? "")`",
          at: arguments[0].span
        ) { $0.note("its parameters are \(self.listing(function.parameters.map(\.name.text)))") }
      }
      try bind(arguments.remove(at: position), to: parameter, outer, in: &environment)
    }
    if let extra = arguments.first {
      throw failure(
        Codes.wrongArgumentCount, "`\(function.name)` takes \(function.parameters.count) arguments", at: extra.span)
    }
    let relation = try resolveSubquery(function.body, environment)
    return ResolvedQuery(relation: relation, scope: Scope(relation, alias: nil, producer: call.span))
  }

  private func bind(
    _ relation: Relation, to parameter: Parameter, at span: SourceSpan, in environment: inout Environment
  ) throws(CompileError) {
    if case .table(let fields) = parameter.kind {
      for field in fields {
        let matches = Scope.matches(field.name.text, in: Scope(relation, alias: nil, producer: nil).columns)
        let wanted = try type(field.type)
        guard let match = matches.first,
          ImplicitConversion.cost(from: relation.schema[match.index].type, to: wanted) != nil
        else {
          throw failure(
            Codes.unknownColumn,
            "the table given as `\(parameter.name.text)` needs a column `\(field.name.text) \(wanted)`",
            at: span)
        }
      }
    }
    environment.tables[Scope.folded(parameter.name.text)] = ResolvedQuery(
      relation: relation, scope: Scope(relation, alias: parameter.name.text, producer: span))
  }

  private func bind(
    _ argument: TableArgument, to parameter: Parameter, _ outer: Environment, in environment: inout Environment
  ) throws(CompileError) {
    switch (parameter.kind, argument.kind) {
    case (.table, .table(let name, let partitionBy)):
      if let first = partitionBy.first { throw notSupported("PARTITION BY of a table argument", at: first.span) }
      try bind(try relation(named: name, outer), to: parameter, at: argument.span, in: &environment)
    case (.table, .expression(let expression)):
      guard case .subquery(let query) = expression.kind else {
        throw failure(
          Codes.wrongTypes, "`\(parameter.name.text)` is a table: write TABLE t, or a query in parentheses",
          at: argument.span)
      }
      try bind(try resolveSubquery(query, outer), to: parameter, at: argument.span, in: &environment)
    case (.scalar(let name), .expression(let expression)):
      let value = try typed(expression, in: ExpressionContext(constantIn: "an argument", outer))
      let wanted = try type(name)
      guard ImplicitConversion.cost(from: value.type, to: wanted) != nil else {
        throw failure(
          Codes.wrongTypes, "`\(parameter.name.text)` is \(wanted), and this is \(article(value.type))",
          at: argument.span)
      }
      environment.parameters[Scope.folded(parameter.name.text)] = value.widened(to: wanted)
    case (.scalar, _):
      throw failure(Codes.wrongTypes, "`\(parameter.name.text)` is a value, and this is a table", at: argument.span)
    case (.table, _):
      throw failure(Codes.wrongTypes, "`\(parameter.name.text)` is a table", at: argument.span)
    }
  }

  /// The body as far as it can be read on its own: with tables whose columns the parameters say. One without columns may be
  /// any, and is read at the call.
  func checkBody(_ create: CreateTableFunction, at span: SourceSpan) throws(CompileError) {
    var environment = Environment(owner: create.name.text)
    environment.expanding = [create.name.text]
    var isOpen = false
    var seen: Set<String> = []
    for (position, parameter) in create.parameters.enumerated() {
      let key = Scope.folded(parameter.name.text)
      guard seen.insert(key).inserted else {
        throw failure(
          Codes.duplicateName, "two parameters are called `\(parameter.name.text)`", at: parameter.name.span)
      }
      switch parameter.kind {
      case .scalar(let name):
        environment.parameters[key] = .column(position, Field(parameter.name.text, try type(name)))
      case .table(let fields):
        isOpen = isOpen || fields.isEmpty
        let columns = try fields.map { (field) throws(CompileError) in
          StreamColumn(
            field: Field(field.name.text, try self.type(field.type), nullable: !field.isNotNull), origin: .value)
        }
        let table = StreamDefinition(name: parameter.name.text, columns: columns, place: .unbound, format: .json)
        let relation = scan(table, at: parameter.span, environment)
        environment.tables[key] = ResolvedQuery(
          relation: relation, scope: Scope(relation, alias: parameter.name.text, producer: parameter.span))
      }
    }
    if !isOpen { _ = try resolveSubquery(create.body, environment) }
  }
}
