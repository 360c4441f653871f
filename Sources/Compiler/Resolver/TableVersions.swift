// What FOR SYSTEM_TIME AS OF reads of a table: not the rows that stand, but every version that ever stood, each from its own
// time on. In: the relation of a table, or of a stream with a primary key. Out: the rows that it is made from, and the keys
// by which they replace each other; and the conditions of a join sorted by whether they choose a version.

import Plan
import Syntax
import Values

/// The rows of which a table keeps the last of each key.
struct VersionedRows {
  var relation: Relation
  /// The keys, any of which tells the rows of the table apart.
  var keys: [[Int]]
  /// The last column, where it says which records end the row of their key.
  var deletion: Int?
}

extension Resolver {
  func versions(_ relation: Relation, at span: SourceSpan) throws(CompileError) -> VersionedRows {
    if let rows = VersionedRows(relation) { return rows }
    if let table = relation.scannedTable { throw unversioned(table, at: span) }
    if relation.properties.mode != .append {
      throw failure(
        Codes.needsAppend, "FOR SYSTEM_TIME AS OF reads the versions of a table, and these rows are changed otherwise",
        at: span
      ) { diagnostic in
        let origin = self.updatingOperator(relation).flatMap { self.span($0.range) }
        let labelled =
          origin.map { diagnostic.labelled($0, "this operator changes rows that it has given") } ?? diagnostic
        return labelled.help("name a table, or join its rows as a stream by ASOF JOIN")
      }
    }
    throw failure(Codes.temporalKey, "FOR SYSTEM_TIME AS OF needs a table with a PRIMARY KEY", at: span) {
      $0.help(
        "declare the PRIMARY KEY, or write ASOF JOIN … MATCH_CONDITION (…), which takes versions by the keys of ON")
    }
  }
}

extension Resolver {
  /// What a table over a topic or file lacks for its versions to be known.
  private func unversioned(_ table: StreamDefinition, at span: SourceSpan) -> CompileError {
    if table.format.saysChanges {
      return notSupported(
        "FOR SYSTEM_TIME AS OF with a table whose records say what they change", at: span,
        help: "what such a record takes back has the time at which it came to be, not that at which it went")
    }
    if table.primaryKey.isEmpty {
      return failure(
        Codes.temporalKey, "`\(table.name)` has no PRIMARY KEY by which its versions replace each other", at: span)
    }
    guard table.watermark == nil else {
      return notSupported(
        "FOR SYSTEM_TIME AS OF with some rows of a table", at: span,
        help: "name the table itself, and ask for what else its rows must be in ON")
    }
    return failure(
      Codes.noWatermark, "`\(table.name)` does not say when its rows became what they are", at: span
    ) { $0.help("declare the TIMESTAMP column of its records with WATERMARK FOR in CREATE TABLE") }
  }
}

extension Relation {
  fileprivate var scannedTable: StreamDefinition? {
    for relation in preorder { if case .scan(let scan) = relation.node, scan.stream.isTable { return scan.stream } }
    return nil
  }
}

extension VersionedRows {
  /// nil where the rows are not the last ones of a key, by time.
  init?(_ relation: Relation) {
    switch relation.node {
    case .scan(var scan) where scan.stream.isTable:
      let stream = scan.stream
      let key = stream.primaryKey.compactMap { column in
        scan.outputs.firstIndex { $0.column == column && $0.path.isEmpty }
      }
      guard !key.isEmpty, key.count == stream.primaryKey.count, stream.watermark != nil, !stream.format.saysChanges
      else {
        return nil
      }
      scan.isVersions = true
      self.init(
        relation: Relation(.scan(scan), owner: relation.owner, range: relation.range), keys: [key],
        deletion: stream.hasDeletions ? scan.outputs.count : nil)
    case .normalize(let input, let normalization) where normalization.deletion == nil:
      guard normalization.order == nil || normalization.order == input.properties.timeAttribute?.column else {
        return nil
      }
      self.init(relation: input, keys: [normalization.keys])
    case .deduplicate(let input, let deduplication) where deduplication.kept == .last:
      let keys = deduplication.keys.compactMap { if case .column(let column) = $0.kind { column } else { nil } }
      guard keys.count == deduplication.keys.count, let time = input.properties.timeAttribute,
        deduplication.order?.kind == .column(time.column)
      else { return nil }
      self.init(relation: input, keys: [keys])
    case .project(let input, let items) where input.properties.mode != .append:
      guard let below = VersionedRows(input) else { return nil }
      let keys = below.keys.compactMap { key -> [Int]? in
        let places = key.compactMap { column in items.firstIndex { $0.expression.kind == .column(column) } }
        return places.count == key.count ? places : nil
      }
      guard !keys.isEmpty else { return nil }
      let mark = below.deletion.map {
        [NamedExpression(StreamLayout.deletion.name, .column($0, StreamLayout.deletion))]
      }
      let projected = Relation(
        .project(below.relation, items + (mark ?? [])), owner: relation.owner, range: relation.range)
      self.init(relation: projected, keys: keys, deletion: mark == nil ? nil : items.count)
    case .scan, .side, .values, .filter, .project, .watermark, .assignWindow, .aggregate, .windowAggregate, .union,
      .join, .temporalJoin, .unnest, .setOperation, .rank, .deduplicate, .over, .normalize, .sort, .limit, .sink:
      // Each row is a version of what its key names.
      let keys = relation.properties.keys.filter { !$0.isEmpty }
      guard relation.properties.mode == .append, !keys.isEmpty else { return nil }
      self.init(relation: relation, keys: keys)
    }
  }
}

/// The conditions of a join with a table, over the left columns followed by the right ones.
struct VersionKeys {
  /// The equalities that choose a row; nil when they leave some column of every key open.
  private(set) var keys: [JoinKey]?
  /// What is asked of the row that was chosen.
  private(set) var residual: [TypedExpression] = []

  init(_ conditions: [TypedExpression], width: Int, _ tableKeys: [[Int]]) {
    let found = conditions.map { Self.key($0, width: width) }
    for tableKey in tableKeys {
      let chosen = tableKey.map { column in found.firstIndex { $0.map { Self.column($0.right) == column } ?? false } }
      guard chosen.allSatisfy({ $0 != nil }) else { continue }
      let positions = chosen.compactMap { $0 }
      keys = positions.compactMap { found[$0] }
      residual = conditions.indices.filter { !positions.contains($0) }.map { conditions[$0] }
      return
    }
  }

  /// `left = right` and `left IS NOT DISTINCT FROM right`, in either order.
  static func key(_ condition: TypedExpression, width: Int) -> JoinKey? {
    guard let (first, second, matchesNulls) = JoinConditions.equality(condition), condition.isDeterministic else {
      return nil
    }
    let isOrdered = first.columnsRead.contains { $0 < width }
    let (own, other) = isOrdered ? (first, second) : (second, first)
    guard !own.columnsRead.isEmpty, own.columnsRead.allSatisfy({ $0 < width }), !other.columnsRead.isEmpty,
      other.columnsRead.allSatisfy({ $0 >= width }), own.type.isAlike(other.type), own.type.isKey
    else { return nil }
    return JoinKey(own, other.remappingColumns { $0 - width }, matchesNulls: matchesNulls)
  }

  /// The column that an expression is, widened or not: different values stay different.
  private static func column(_ expression: TypedExpression) -> Int? {
    switch expression.kind {
    case .column(let column): column
    case .cast(let operand, _): if case .column(let column) = operand.kind { column } else { nil }
    case .literal, .call, .and, .or, .conditional, .coalesce, .isNull, .inList, .field, .makeRow, .makeArray, .safe: nil
    }
  }
}
