// One evaluation of a program over one batch: every node once, in order. All rows are computed; which errors count is
// decided where they meet AND, OR, CASE and COALESCE. In: columns. Out: a datum and errors for each node.

import Values

/// The working memory of one batch.
struct EvaluationPass {
  let columns: [Column]
  let count: Int
  let now: Int64
  let nodes: [ProgramNode]
  private(set) var results: [Datum] = []
  private(set) var errors: [RowErrors] = []

  init(columns: [Column], count: Int, now: Int64, nodes: [ProgramNode]) {
    self.columns = columns
    self.count = count
    self.now = now
    self.nodes = nodes
    results.reserveCapacity(nodes.count)
    errors.reserveCapacity(nodes.count)
  }

  mutating func run() {
    for node in nodes {
      let (datum, failed) = evaluate(node)
      results.append(datum)
      errors.append(failed)
    }
  }

  private func evaluate(_ node: ProgramNode) -> (Datum, RowErrors) {
    switch node.kind {
    case .column(let index):
      guard columns.indices.contains(index) else { return (.scalar(.null), fail(node, .invalidArgument)) }
      return (.column(columns[index]), RowErrors())
    case .literal(let value): return (.scalar(value), RowErrors())
    case .call(let evaluator, let nulls): return call(node, evaluator, nulls)
    case .and: return connective(node, decisive: false)
    case .or: return connective(node, decisive: true)
    case .conditional: return conditional(node)
    case .coalesce: return coalesce(node)
    case .isNull: return (isNull(results[node.operands[0]]), errors[node.operands[0]])
    case .inList(let set): return call(node, { arguments, rows in set.contains(arguments[0], &rows) }, .strictOrMissing)
    case .field(let index): return (field(results[node.operands[0]], index, node.type), errors[node.operands[0]])
    case .makeRow: return (makeRow(node), operandErrors(node))
    case .makeArray: return (makeArray(node), operandErrors(node))
    case .safe: return (nulling(results[node.operands[0]], errors[node.operands[0]], node.type), RowErrors())
    case .broken: return (.scalar(.null), fail(node, .invalidArgument))
    }
  }

  private func fail(_ node: ProgramNode, _ code: RowErrorCode) -> RowErrors {
    .everywhere(code, range: node.range, count: count)
  }

  private func operandErrors(_ node: ProgramNode) -> RowErrors {
    node.operands.reduce(RowErrors()) { $0.merging(errors[$1]) }
  }

  /// A kernel's result, with rows masked that have a NULL argument: their values, and their failures.
  private func call(_ node: ProgramNode, _ evaluator: Evaluator, _ nulls: NullRule) -> (Datum, RowErrors) {
    let arguments = node.operands.map { results[$0] }
    let before = operandErrors(node)
    if nulls.isStrict && arguments.contains(where: \.isNullScalar) { return (.scalar(.null), before) }
    if arguments.allSatisfy(\.isScalar) {
      var rows = Rows(count: 1, now: now)
      let value = evaluator(arguments, &rows).column(node.type, count: 1).value(at: 0)
      guard let failure = rows.failures.first else { return (.scalar(value), before) }
      return (.scalar(.null), before.merging(fail(node, failure.code)))
    }
    var rows = Rows(count: count, now: now)
    var result = evaluator(arguments, &rows)
    var valid: Vector<Bool>?
    if nulls.isStrict {
      for case .column(let column) in arguments { valid = RowMask.and(valid, column.validity) }
      if valid != nil {
        var column = result.column(node.type, count: count)
        column.validity = RowMask.and(column.validity, valid)
        result = .column(column)
      }
    }
    if rows.failures.isEmpty { return (result, before) }
    let own = rows.failures.map { RowError(row: $0.row, code: $0.code, range: node.range) }
    return (result, before.merging(RowErrors(own).masked(by: valid)))
  }

  private func isNull(_ datum: Datum) -> Datum {
    switch datum {
    case .scalar(let value): return .scalar(.bool(value.isNull))
    case .column(let column):
      guard let validity = column.validity else { return .scalar(.bool(false)) }
      return .column(Column(.bool(validity.inverted())))
    }
  }

  private func field(_ datum: Datum, _ index: Int, _ type: DataType) -> Datum {
    switch datum {
    case .scalar(.row(let values)): return .scalar(values.indices.contains(index) ? values[index] : .null)
    case .scalar: return .scalar(.null)
    case .column(let column):
      guard case .row(let fields, _) = column.data, fields.indices.contains(index) else { return .scalar(.null) }
      var field = fields[index]
      field.validity = RowMask.and(field.validity, column.validity)
      return .column(field)
    }
  }

  private func makeRow(_ node: ProgramNode) -> Datum {
    let operands = node.operands.map { results[$0] }
    if let values = Self.scalars(operands) { return .scalar(.row(values)) }
    let fields = zip(operands, node.operands).map { $0.column(nodes[$1].type, count: count) }
    return .column(Column(.row(fields, count: count)))
  }

  private func makeArray(_ node: ProgramNode) -> Datum {
    let operands = node.operands.map { results[$0] }
    if let values = Self.scalars(operands) { return .scalar(.array(values)) }
    var element = DataType.null
    if case .array(let type, _) = node.type { element = type }
    let parts = operands.map { $0.column(element, count: count) }
    let all = Column.concatenate(parts, type: element)
    let width = parts.count
    let order = Vector<Int32>(uninitialized: width * count)
    let views = Vector<ByteView>(uninitialized: count)
    for row in 0..<count {
      views.base[row] = ByteView(offset: row * width, length: width)
      for part in 0..<width { order.base[row * width + part] = Int32(truncatingIfNeeded: part * count + row) }
    }
    return .column(Column(.array(ArrayVector(views: views, elements: all.gather(order)))))
  }

  private static func scalars(_ data: [Datum]) -> [Value]? {
    var values: [Value] = []
    for datum in data {
      guard case .scalar(let value) = datum else { return nil }
      values.append(value)
    }
    return values
  }

  /// The datum with NULL on the failing rows.
  private func nulling(_ datum: Datum, _ failed: RowErrors, _ type: DataType) -> Datum {
    if failed.isEmpty { return datum }
    if failed.list.count == count { return .scalar(.null) }
    var column = datum.column(type, count: count)
    let validity = column.validity?.copy() ?? Vector(repeating: true, count: count)
    for error in failed.list { validity.base[Int(error.row)] = false }
    column.validity = validity
    return .column(column)
  }
}

extension Vector where Element == Bool {
  func inverted() -> Vector<Bool> {
    let result = Vector<Bool>(uninitialized: count)
    for i in 0..<count { result.base[i] = !base[i] }
    return withExtendedLifetime(self) { result }
  }
}
