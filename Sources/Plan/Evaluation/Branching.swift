// AND, OR, CASE and COALESCE over whole batches: three-valued results, and errors that count only on the rows that
// reach the operand in which they happened. In: operands that are evaluated already. Out: a datum and errors.

import Values

extension EvaluationPass {
  /// AND (`decisive` false) and OR (`decisive` true): an operand of the decisive value decides, whatever comes after.
  func connective(_ node: ProgramNode, decisive: Bool) -> (Datum, RowErrors) {
    var failed = RowErrors()
    // Rows not decided yet; nil for all. Rows on which some operand was NULL; nil for none.
    var open: Vector<Bool>?
    var unknown: Vector<Bool>?
    for operand in node.operands {
      failed = failed.merging(errors[operand].masked(by: open))
      switch results[operand] {
      case .scalar(.bool(let value)):
        if value != decisive { continue }
        return (.scalar(.bool(decisive)), failed)
      case .scalar: unknown = Vector(repeating: true, count: count)
      case .column(let column):
        guard case .bool(let values) = column.data else { continue }
        if let validity = column.validity { unknown = Self.or(unknown, validity.inverted()) }
        open = RowMask.and(open, Self.undecided(values, column.validity, decisive))
      }
    }
    guard let open else {
      return (unknown == nil ? .scalar(.bool(!decisive)) : .scalar(.null), failed)
    }
    // An open row is the neutral value, or NULL where an operand was; a decided row is the decisive value.
    let values = decisive ? open.inverted() : open
    guard let unknown else { return (.column(Column(.bool(values))), failed) }
    let validity = Vector<Bool>(uninitialized: count)
    for row in 0..<count { validity.base[row] = !(open.base[row] && unknown.base[row]) }
    return (.column(Column(.bool(values), validity: validity)), failed)
  }

  /// The rows whose value is not `decisive`: it is the other one, or NULL.
  private static func undecided(_ values: Vector<Bool>, _ validity: Vector<Bool>?, _ decisive: Bool) -> Vector<Bool> {
    guard let validity else { return decisive ? values.inverted() : values }
    let result = Vector<Bool>(uninitialized: values.count)
    for row in 0..<values.count { result.base[row] = !validity.base[row] || values.base[row] != decisive }
    return result
  }

  private static func or(_ a: Vector<Bool>?, _ b: Vector<Bool>) -> Vector<Bool> {
    guard let a else { return b }
    let result = Vector<Bool>(uninitialized: a.count)
    for row in 0..<a.count { result.base[row] = a.base[row] || b.base[row] }
    return result
  }

  /// CASE. Branches are merged from the last to the first, so that the first that applies is on top.
  func conditional(_ node: ProgramNode) -> (Datum, RowErrors) {
    var failed = RowErrors()
    var open: Vector<Bool>?
    var taken: [(mask: Vector<Bool>, operand: Int)] = []
    var base = node.operands.last ?? 0
    var isClosed = false
    for pair in stride(from: 0, to: node.operands.count - 1, by: 2) {
      let (condition, result) = (node.operands[pair], node.operands[pair + 1])
      failed = failed.merging(errors[condition].masked(by: open))
      switch results[condition] {
      case .scalar(.bool(true)):
        base = result
        isClosed = true
      case .scalar: continue
      case .column(let column):
        guard case .bool(let values) = column.data, let isTrue = RowMask.and(values, column.validity) else { continue }
        let reached = RowMask.and(open, isTrue) ?? isTrue
        failed = failed.merging(errors[result].masked(by: reached))
        taken.append((isTrue, result))
        open = RowMask.and(open, isTrue.inverted())
      }
      if isClosed { break }
    }
    failed = failed.merging(errors[base].masked(by: open))
    return (merge(taken, base, node.type), failed)
  }

  /// COALESCE: each operand fills the rows that all before it left NULL.
  func coalesce(_ node: ProgramNode) -> (Datum, RowErrors) {
    var failed = RowErrors()
    var open: Vector<Bool>?
    var taken: [(mask: Vector<Bool>, operand: Int)] = []
    var base: Int?
    for operand in node.operands {
      failed = failed.merging(errors[operand].masked(by: open))
      switch results[operand] {
      case .scalar(.null): continue
      case .scalar: base = operand
      case .column(let column):
        guard let validity = column.validity else {
          base = operand
          break
        }
        taken.append((validity, operand))
        open = RowMask.and(open, validity.inverted())
      }
      if base != nil { break }
    }
    return (merge(taken, base, node.type), failed)
  }

  private func merge(_ taken: [(mask: Vector<Bool>, operand: Int)], _ base: Int?, _ type: DataType) -> Datum {
    let last = base.map { results[$0] } ?? .scalar(.null)
    if taken.isEmpty { return last }
    var result = last.column(type, count: count)
    for (mask, operand) in taken.reversed() {
      result = Column.merge(mask: mask, then: results[operand].column(type, count: count), otherwise: result)
    }
    return .column(result)
  }
}
