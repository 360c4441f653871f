// How a stream is delivered: which parts of a record are decoded, which columns are computed from them, where each column
// that somebody reads then lies. In: what all readers together want of the stream. Out: the scan's columns, the check, the
// projection and the watermark, as expressions over one another.

import Plan
import Values

struct StreamLayout {
  let scan: StreamScan
  /// Declared value and metadata columns, or fields within them, that are decoded.
  private let decoded: [Access]
  /// Columns after computing, in order: what readers want, then what the watermark needs besides.
  private let final: [Access]
  private let needsWatermark: Bool

  init(_ scan: StreamScan, needsWatermark: Bool) {
    self.scan = scan
    let stream = scan.stream
    let hasWatermark = needsWatermark && stream.watermark != nil
    self.needsWatermark = hasWatermark
    var wanted = Access.covering(Set(scan.outputs.map { Access(column: $0.column, path: $0.path) }))
    if hasWatermark, let watermark = stream.watermark {
      let extra = Access.all(in: watermark.expression).union([Access(column: watermark.column)])
      let all = Access.covering(Set(wanted).union(extra))
      wanted = wanted.filter(all.contains) + all.filter { !wanted.contains($0) }
    }
    final = wanted
    var read: Set<Access> = []
    func add(_ access: Access) {
      if case .computed(let expression) = stream.columns[access.column].origin {
        read.formUnion(Access.all(in: expression))
      } else {
        read.insert(access)
      }
    }
    wanted.forEach(add)
    for check in stream.checks where check.isEnforced { Access.all(in: check.condition).forEach(add) }
    decoded = Access.covering(read)
  }

  private func field(_ access: Access) -> Field {
    var field = scan.stream.columns[access.column].field
    for step in access.path {
      guard case .row(let fields) = field.type else { break }
      field = Field(
        "\(field.name).\(fields[step].name)", fields[step].type, nullable: field.nullable || fields[step].nullable)
    }
    return field
  }

  private func names(_ access: Access) -> [String] {
    var field = scan.stream.columns[access.column].field
    var names = [field.name]
    for step in access.path {
      guard case .row(let fields) = field.type else { break }
      field = fields[step]
      names.append(field.name)
    }
    return names
  }

  private func column(_ access: Access) -> ScanColumn {
    switch scan.stream.columns[access.column].origin {
    case .metadata(let part): ScanColumn(part: part, field: field(access))
    case .value, .computed: ScanColumn(part: .field(names(access)), field: field(access))
    }
  }

  var scanned: [ScanColumn] { decoded.map(column) }

  var scannedSchema: Schema { Schema(decoded.map(field)) }

  var deliveredSchema: Schema { Schema(final.map(field)) }

  /// Over the scanned columns.
  private func overScanned(_ expression: TypedExpression) -> TypedExpression {
    let inlined = expression.substituting { index, reference in
      guard case .computed(let definition) = scan.stream.columns[index].origin else { return reference }
      return definition
    }
    let places = Dictionary(uniqueKeysWithValues: decoded.enumerated().map { ($1, $0) })
    let empty = Relation(.values(rows: []), owner: "", range: nil)
    return Pruned(relation: empty, places: places).rewritten(inlined)
  }

  /// Over the delivered columns.
  private func overDelivered(_ expression: TypedExpression) -> TypedExpression {
    let places = Dictionary(uniqueKeysWithValues: final.enumerated().map { ($1, $0) })
    let empty = Relation(.values(rows: []), owner: "", range: nil)
    return Pruned(relation: empty, places: places).rewritten(expression)
  }

  private func reference(_ access: Access) -> TypedExpression {
    var field = scan.stream.columns[access.column].field
    var expression = TypedExpression.column(access.column, field)
    for step in access.path {
      guard case .row(let fields) = field.type else { break }
      field = Field(fields[step].name, fields[step].type, nullable: field.nullable || fields[step].nullable)
      expression = TypedExpression(.field(expression, step), type: field.type, nullable: field.nullable)
    }
    return expression
  }

  /// An output as an expression over the delivered columns.
  func delivered(_ output: ScanOutput) -> TypedExpression {
    overDelivered(reference(Access(column: output.column, path: output.path)))
  }

  /// Rows for which a CHECK is FALSE fail: NULL passes, as in SQL.
  var check: TypedExpression? {
    let enforced = scan.stream.checks.filter(\.isEnforced).map { check -> TypedExpression in
      let condition = overScanned(check.condition)
      let known =
        condition.nullable
        ? TypedExpression(.coalesce([condition, .literal(.bool(true), .boolean)]), type: .boolean, nullable: false)
        : condition
      let range = check.condition.range
      switch FunctionLibrary.scalar.makeCall("ENFORCE", [known], range: range) {
      case .success(let call): return call
      case .failure: return known
      }
    }
    guard let first = enforced.first else { return nil }
    return enforced.count == 1
      ? first : TypedExpression(.and(enforced), type: .boolean, nullable: enforced.contains(where: \.nullable))
  }

  /// The projection from scanned to delivered columns; nil when they are the same.
  var projection: [NamedExpression]? {
    if decoded == final, !final.contains(where: isComputed) { return nil }
    return final.map { access in NamedExpression(field(access).name, overScanned(reference(access))) }
  }

  private func isComputed(_ access: Access) -> Bool {
    if case .computed = scan.stream.columns[access.column].origin { true } else { false }
  }

  /// The time column and the watermark's expression over the delivered columns.
  var watermark: (column: Int, expression: TypedExpression)? {
    guard needsWatermark, let watermark = scan.stream.watermark,
      let column = final.firstIndex(of: Access(column: watermark.column))
    else { return nil }
    return (column, overDelivered(watermark.expression))
  }

  /// The stream as the plan describes it.
  var source: SourceDescription {
    let stream = scan.stream
    let declared = stream.columns.indices.compactMap { index -> ScanColumn? in
      if case .computed = stream.columns[index].origin { return nil }
      return column(Access(column: index))
    }
    return SourceDescription(
      name: stream.name, place: stream.place, format: stream.format, declared: declared,
      errorPolicy: stream.onError.policy, idleAfter: stream.watermark?.idleAfter, maximumAhead: stream.maximumAhead)
  }
}
