// How a stream or table is delivered: which parts of a record are decoded, which columns are computed from them, where each
// column that somebody reads then lies. In: what all readers together want of it. Out: the scan's columns, the check, the
// projection, the watermark and the table's normalization, as expressions over one another.
//
// A record that deletes has the key and nothing else: the last column of a table's scan says which do, checks let them
// pass, and computed columns are NULL there.

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
    if stream.isTable {
      let all = Access.covering(Set(wanted).union(stream.primaryKey.map { Access(column: $0) }))
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
    var field = field(access)
    // What a value lacks of the key is taken from the record's key.
    if isTable, scan.stream.primaryKey.contains(access.column) { field.nullable = true }
    switch scan.stream.columns[access.column].origin {
    case .metadata(let part): return ScanColumn(part: part, field: field)
    case .value, .computed: return ScanColumn(part: .field(names(access)), field: field)
    }
  }

  private var isTable: Bool { scan.stream.isTable }
  private var hasDeletions: Bool { scan.stream.hasDeletions }

  static let deletion = Field("$deletion", .boolean, nullable: false)

  var scanned: [ScanColumn] {
    decoded.map(column) + (hasDeletions ? [ScanColumn(part: .deletion, field: Self.deletion)] : [])
  }

  var scannedSchema: Schema { beforeNormalization(decoded) }

  /// What the projection gives, and the scan where there is none.
  var projectedSchema: Schema { beforeNormalization(final) }

  private func beforeNormalization(_ accesses: [Access]) -> Schema {
    guard isTable else { return Schema(accesses.map(field)) }
    let fields = accesses.map { access in
      var field = field(access)
      field.nullable = field.nullable || hasDeletions || scan.stream.primaryKey.contains(access.column)
      return field
    }
    return Schema(fields + (hasDeletions ? [Self.deletion] : []))
  }

  /// What readers see.
  var deliveredSchema: Schema { Schema(final.map(field)) }

  /// How a table keeps the last row of each key; nil for a stream.
  var normalization: Normalization? {
    guard isTable else { return nil }
    let keys = scan.stream.primaryKey.compactMap { final.firstIndex(of: Access(column: $0)) }
    return Normalization(keys: keys, deletion: hasDeletions ? final.count : nil)
  }

  /// The scan's mark of a deletion, over the scanned columns.
  private var deletionMark: TypedExpression { .column(decoded.count, Self.deletion) }

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
    let all =
      enforced.count == 1
      ? first : TypedExpression(.and(enforced), type: .boolean, nullable: enforced.contains(where: \.nullable))
    return hasDeletions ? TypedExpression(.or([deletionMark, all]), type: .boolean, nullable: all.nullable) : all
  }

  /// The projection from scanned to delivered columns; nil when they are the same.
  var projection: [NamedExpression]? {
    if decoded == final, !final.contains(where: isComputed) { return nil }
    let items = final.map { access in NamedExpression(field(access).name, projected(access)) }
    return items + (hasDeletions ? [NamedExpression(Self.deletion.name, deletionMark)] : [])
  }

  private func projected(_ access: Access) -> TypedExpression {
    var value = overScanned(reference(access))
    guard isTable else { return value }
    if hasDeletions, isComputed(access) {
      let nothing = ConditionalBranch(condition: deletionMark, result: .literal(.null, value.type))
      return TypedExpression(.conditional([nothing], otherwise: value), type: value.type, nullable: true)
    }
    value.nullable = value.nullable || hasDeletions || scan.stream.primaryKey.contains(access.column)
    return value
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
    let recordKey = stream.keyColumns.isEmpty ? stream.primaryKey : stream.keyColumns
    return SourceDescription(
      name: stream.name, place: stream.place, format: stream.format, declared: declared,
      errorPolicy: stream.onError.policy, idleAfter: stream.watermark?.idleAfter, maximumAhead: stream.maximumAhead,
      recordKey: stream.isTable ? recordKey.map { column(Access(column: $0)) } : [])
  }
}
