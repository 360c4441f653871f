// Finds the files that a text reads by name, before it is compiled: their schemas are inferred by whoever may read files.
// In: the tree. Out: paths in the order of the text, each once.

import Syntax

struct FileFinder {
  private(set) var paths: [String] = []

  private mutating func add(_ path: String) {
    if !paths.contains(path) { paths.append(path) }
  }

  mutating func visit(_ statement: Statement) {
    switch statement.kind {
    case .createRelation(let create):
      if !Self.declaresColumns(create) { addPlace(of: create) }
      if let query = create.query { visit(query) }
    case .createView(let create): visit(create.query)
    case .createTableFunction(let create): visit(create.body)
    case .createPipeline(let create): visit(create.query)
    case .insert(let insert): visit(insert.query)
    case .statementSet(let set): for insert in set.inserts { visit(insert.query) }
    case .explain(let explain):
      switch explain.subject {
      case .query(let query): visit(query)
      case .insert(let insert): visit(insert.query)
      case .name: break
      }
    case .query(let query): visit(query)
    case .createType, .createTopic, .createSink, .createFunction, .describe, .show, .drop, .set, .test, .error: break
    }
  }

  /// Whether the statement says itself what columns its records have.
  private static func declaresColumns(_ create: CreateRelation) -> Bool {
    create.elements.contains { if case .column = $0.kind { true } else { false } }
  }

  private mutating func addPlace(of create: CreateRelation) {
    if let source = create.source, source.kind == .file { add(source.location.value) }
    for option in create.options where option.key.text.lowercased() == "path" {
      if case .string(let path) = option.value.kind { add(path) }
    }
  }

  private mutating func visit(_ query: Query) {
    for table in query.with?.tables ?? [] { visit(table.query) }
    visit(query.body.set)
    for op in query.operators { visit(op) }
  }

  private mutating func visit(_ set: SetExpression) {
    switch set {
    case .term(let term): visit(term)
    case .chain(let first, let rest):
      visit(first)
      for operand in rest { visit(operand.operand) }
    }
  }

  private mutating func visit(_ term: QueryTerm) {
    switch term.kind {
    case .select(let select): for item in select.from { visit(item) }
    case .from(let items): for item in items { visit(item) }
    case .parenthesized(let query): visit(query)
    case .values, .error: break
    }
  }

  private mutating func visit(_ item: FromItem) {
    visit(item.table)
    for join in item.joins { visit(join.table) }
  }

  private mutating func visit(_ table: TableReference) {
    switch table.primary.kind {
    case .file(let path): add(path.value)
    case .subquery(let query, _): visit(query)
    case .function(let call, _, _): visit(call)
    case .name, .unnest, .error: break
    }
  }

  private mutating func visit(_ call: TableFunctionCall) {
    for argument in call.arguments {
      if case .expression(let expression) = argument.kind, case .subquery(let query) = expression.kind { visit(query) }
    }
  }

  private mutating func visit(_ op: PipeOperator) {
    switch op.kind {
    case .setOperation(_, let queries): for query in queries { visit(query) }
    case .with(let with): for table in with.tables { visit(table.query) }
    case .join(let join): visit(join.table)
    case .call(let call, _): visit(call)
    case .fork(let branches), .tee(let branches):
      for branch in branches { for op in branch.operators { visit(op) } }
    case .where, .select, .extend, .set, .drop, .rename, .alias, .aggregate, .distinct, .orderBy, .limit, .recursive,
      .sample, .pivot, .unpivot, .matchRecognize, .assert, .describe, .log, .conditional, .finish, .insert, .create,
      .window, .watermark, .emit, .deduplicate, .top, .throttle, .validate, .attempt, .route, .error:
      break
    }
  }
}
