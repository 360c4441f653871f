// Keeps what is read: each operator is asked for the columns, or the fields within STRUCT columns, that its reader needs.
// In: a tree. Out: the same root with narrower inputs; a scan delivers single fields, so that the rest is not decoded.
// An expression that nobody reads is not evaluated, so it does not fail either, as a field that is not decoded does not.

import Plan
import Values

/// A column, or the field within it that a path of positions leads to.
struct Access: Hashable {
  var column: Int
  var path: [Int] = []

  /// The access that an expression of columns and fields makes.
  init?(_ expression: TypedExpression) {
    switch expression.kind {
    case .column(let index): self.init(column: index)
    case .field(let base, let field):
      guard var access = Access(base) else { return nil }
      access.path.append(field)
      self = access
    case .literal, .call, .cast, .and, .or, .conditional, .coalesce, .isNull, .inList, .makeRow, .makeArray, .safe:
      return nil
    }
  }

  init(column: Int, path: [Int] = []) {
    self.column = column
    self.path = path
  }

  /// Every access of an expression, the longest paths.
  static func all(in expression: TypedExpression) -> Set<Access> {
    if let access = Access(expression) { return [access] }
    return expression.children.reduce(into: []) { $0.formUnion(all(in: $1)) }
  }

  /// The accesses that hold all of `accesses`: none is within another.
  static func covering(_ accesses: Set<Access>) -> [Access] {
    accesses.filter { access in
      !(0..<access.path.count).contains { length in
        accesses.contains(Access(column: access.column, path: Array(access.path.prefix(length))))
      }
    }.sorted { ($0.column, $0.path.description) < ($1.column, $1.path.description) }
  }
}

/// A relation with where its reader's accesses are now.
struct Pruned {
  var relation: Relation
  /// The present column of each former access.
  var places: [Access: Int]

  /// The expression over the pruned relation.
  func rewritten(_ expression: TypedExpression) -> TypedExpression {
    if let access = Access(expression) {
      for length in stride(from: access.path.count, through: 0, by: -1) {
        let prefix = Access(column: access.column, path: Array(access.path.prefix(length)))
        if let place = places[prefix] { return self.access(expression, place, depth: access.path.count - length) }
      }
    }
    return expression.mapChildren(rewritten)
  }

  /// `expression` with the part above the last `depth` field steps replaced by the column at `place`.
  private func access(_ expression: TypedExpression, _ place: Int, depth: Int) -> TypedExpression {
    var copy = expression
    if depth == 0 {
      copy.kind = .column(place)
    } else if case .field(let base, let field) = expression.kind {
      copy.kind = .field(access(base, place, depth: depth - 1), field)
    }
    return copy
  }

  func place(of column: Int) -> Int { places[Access(column: column)] ?? 0 }
}

struct ColumnPruning {
  var keepsLateRows: Set<String>

  func apply(_ root: Relation) -> Relation {
    let whole = Set(root.schema.fields.indices.map { Access(column: $0) })
    let pruned = prune(root, whole)
    return restored(pruned, root)
  }

  /// The former columns in their order, where pruning moved them.
  private func restored(_ pruned: Pruned, _ original: Relation) -> Relation {
    let items = original.schema.fields.enumerated().map { index, field in
      NamedExpression(field.name, pruned.rewritten(.column(index, field)))
    }
    return pruned.relation.isIdentity(items)
      ? pruned.relation : pruned.relation.projected(items, owner: original.owner, range: original.range)
  }

  func identity(_ relation: Relation) -> [Access: Int] {
    Dictionary(uniqueKeysWithValues: relation.schema.fields.indices.map { (Access(column: $0), $0) })
  }

  func remade(_ relation: Relation, _ node: Relation.Node) -> Relation {
    Relation(node, owner: relation.owner, range: relation.range)
  }

  func prune(_ relation: Relation, _ needs: Set<Access>) -> Pruned {
    switch relation.node {
    case .scan(let scan): return self.scan(scan, relation, needs)
    case .side, .values: return Pruned(relation: relation, places: identity(relation))
    case .filter(let input, let predicate):
      let below = prune(input, needs.union(Access.all(in: predicate)))
      return Pruned(
        relation: remade(relation, .filter(below.relation, below.rewritten(predicate))), places: below.places)
    case .project(let input, let items): return project(input, items, relation, needs)
    case .watermark(let input, let column, let expression, let idle):
      let below = prune(input, needs.union(Access.all(in: expression)).union([Access(column: column)]))
      let node = Relation.Node.watermark(
        below.relation, column: below.place(of: column), expression: below.rewritten(expression), idleAfter: idle)
      return Pruned(relation: remade(relation, node), places: below.places)
    case .assignWindow(let input, let window, let late): return self.window(input, window, late, relation, needs)
    case .aggregate(let input, let aggregation, let windowed):
      return aggregate(input, aggregation, windowed: windowed, relation, needs)
    case .union(let inputs): return union(inputs, relation, needs)
    case .sort(let input, let keys, let limit, let offset):
      let read = keys.reduce(into: needs) { $0.formUnion(Access.all(in: $1.expression)) }
      let below = prune(input, read)
      let moved = keys.map {
        SortKey(below.rewritten($0.expression), descending: $0.descending, nullsFirst: $0.nullsFirst)
      }
      return Pruned(
        relation: remade(relation, .sort(below.relation, moved, limit: limit, offset: offset)), places: below.places)
    case .limit(let input, let count, let offset):
      let below = prune(input, needs)
      return Pruned(relation: remade(relation, .limit(below.relation, count, offset: offset)), places: below.places)
    case .sink(let input, let sink):
      return Pruned(relation: remade(relation, .sink(apply(input), sink)), places: identity(relation))
    case .rank(let input, let ranking): return rank(input, ranking, relation, needs)
    case .deduplicate(let input, let deduplication): return deduplicate(input, deduplication, relation, needs)
    case .join, .temporalJoin, .unnest, .setOperation, .over, .normalize:
      return Pruned(relation: relation.replacingInputs(apply), places: identity(relation))
    case .windowAggregate:
      // Windows are fused after pruning; a fused one keeps its input whole.
      return Pruned(relation: relation.replacingInputs(apply), places: identity(relation))
    }
  }

  private func scan(_ scan: StreamScan, _ relation: Relation, _ needs: Set<Access>) -> Pruned {
    if scan.isVersions { return Pruned(relation: relation, places: identity(relation)) }
    var outputs: [ScanOutput] = []
    var places: [Access: Int] = [:]
    var kept = Access.covering(needs)
    // A relation has at least one column: COUNT(*) reads none.
    if kept.isEmpty { kept = [Access(column: cheapest(scan))] }
    for access in kept {
      places[access] = outputs.count
      outputs.append(output(scan.outputs[access.column], access.path))
    }
    var narrowed = scan
    narrowed.outputs = outputs
    return Pruned(relation: remade(relation, .scan(narrowed)), places: places)
  }

  /// The column that costs least to decode when any will do.
  private func cheapest(_ scan: StreamScan) -> Int {
    func cost(_ type: DataType) -> Int {
      switch type.storage {
      case .int, .bool: 0
      case .double: 1
      case .decimal: 2
      case .bytes: 3
      case .array, .row: 4
      }
    }
    return scan.outputs.indices.min { cost(scan.outputs[$0].field.type) < cost(scan.outputs[$1].field.type) } ?? 0
  }

  private func output(_ whole: ScanOutput, _ path: [Int]) -> ScanOutput {
    var output = whole
    for step in path {
      guard case .row(let fields) = output.field.type else { break }
      let field = fields[step]
      output.path.append(step)
      output.field = Field(
        "\(output.field.name).\(field.name)", field.type, nullable: output.field.nullable || field.nullable)
    }
    return output
  }

  private func project(
    _ input: Relation, _ items: [NamedExpression], _ relation: Relation, _ needs: Set<Access>
  ) -> Pruned {
    var read: Set<Access> = []
    for need in needs {
      // A field of a column that is itself read from below is asked for below.
      if let access = Access(items[need.column].expression) {
        read.insert(Access(column: access.column, path: access.path + need.path))
      } else {
        read.formUnion(Access.all(in: items[need.column].expression))
      }
    }
    let below = prune(input, read)
    var kept: [NamedExpression] = []
    var places: [Access: Int] = [:]
    for need in Access.covering(needs) {
      let item = items[need.column]
      let isAccess = Access(item.expression) != nil
      let (name, expression) = isAccess ? path(item, need.path) : (item.name, item.expression)
      let place = isAccess ? need : Access(column: need.column)
      guard places[place] == nil else { continue }
      places[place] = kept.count
      kept.append(NamedExpression(name, below.rewritten(expression)))
    }
    if kept.isEmpty { kept = below.relation.identityExpressions.prefix(1).map { $0 } }
    return Pruned(relation: remade(relation, .project(below.relation, kept)), places: places)
  }

  private func path(_ item: NamedExpression, _ path: [Int]) -> (String, TypedExpression) {
    var (name, expression) = (item.name, item.expression)
    for step in path {
      guard case .row(let fields) = expression.type else { break }
      name += ".\(fields[step].name)"
      expression = TypedExpression(
        .field(expression, step), type: fields[step].type, nullable: expression.nullable || fields[step].nullable,
        range: expression.range)
    }
    return (name, expression)
  }

  private func window(
    _ input: Relation, _ window: WindowAssignment, _ late: LateRows, _ relation: Relation, _ needs: Set<Access>
  ) -> Pruned {
    let width = input.schema.count
    let below: Pruned
    if LateReaders.areRead(late, of: relation.owner, keepsLateRows) {
      below = Pruned(relation: apply(input), places: identity(input))
    } else {
      let read = (window.session?.expressions ?? []).reduce(into: [Access(column: window.timeColumn)] as Set<Access>) {
        $0.formUnion(Access.all(in: $1))
      }
      below = prune(input, needs.filter { $0.column < width }.union(read))
    }
    var moved = window.mapExpressions(below.rewritten)
    moved.timeColumn = below.place(of: window.timeColumn)
    var places = below.places
    for added in 0..<PropertyRules.windowFields.count {
      places[Access(column: width + added)] = below.relation.schema.count + added
    }
    return Pruned(relation: remade(relation, .assignWindow(below.relation, moved, late: late)), places: places)
  }

  private func aggregate(
    _ input: Relation, _ aggregation: Aggregation, windowed: Bool, _ relation: Relation, _ needs: Set<Access>
  ) -> Pruned {
    let first = (windowed ? PropertyRules.windowFields.count : 0) + aggregation.keys.count
    let needed = Set(needs.map(\.column))
    var positions = aggregation.calls.indices.filter { needed.contains(first + $0) }
    // Without any call it would be DISTINCT, which does not change rows.
    if positions.isEmpty, !aggregation.calls.isEmpty { positions = [0] }
    var kept = aggregation
    kept.calls = positions.map { aggregation.calls[$0] }
    var read = kept.keys.reduce(into: Set<Access>()) { $0.formUnion(Access.all(in: $1.expression)) }
    for call in kept.calls {
      for expression in call.arguments + (call.filter.map { [$0] } ?? []) { read.formUnion(Access.all(in: expression)) }
    }
    if windowed, let window = input.properties.window {
      read.formUnion([window.start, window.end, window.time].map { Access(column: $0) })
    }
    let below = prune(input, read)
    kept.keys = kept.keys.map { NamedExpression($0.name, below.rewritten($0.expression)) }
    kept.calls = kept.calls.map { call in
      var moved = call
      moved.arguments = call.arguments.map(below.rewritten)
      moved.filter = call.filter.map(below.rewritten)
      return moved
    }
    var places: [Access: Int] = [:]
    for column in 0..<first { places[Access(column: column)] = column }
    for (place, position) in positions.enumerated() { places[Access(column: first + position)] = first + place }
    return Pruned(relation: remade(relation, .aggregate(below.relation, kept, windowed: windowed)), places: places)
  }

  /// Inputs of a union keep one layout: whole columns, in their order.
  private func union(_ inputs: [Relation], _ relation: Relation, _ needs: Set<Access>) -> Pruned {
    var columns = Set(needs.map(\.column)).sorted()
    if columns.isEmpty { columns = [0] }
    let accesses = Set(columns.map { Access(column: $0) })
    let narrowed = inputs.map { input -> Relation in
      let below = prune(input, accesses)
      let items = columns.map { column in
        NamedExpression(input.schema[column].name, below.rewritten(.column(column, input.schema[column])))
      }
      return below.relation.isIdentity(items) ? below.relation : below.relation.projected(items, owner: relation.owner)
    }
    let places = Dictionary(uniqueKeysWithValues: columns.enumerated().map { (Access(column: $1), $0) })
    return Pruned(relation: remade(relation, .union(narrowed)), places: places)
  }
}
