// CREATE TABLE … AS, and where the rows of such tables and of materialized views are kept. In: a query and its key. Out: the
// relation that holds the last row of each key, and the sink that writes it to a topic of its name, for other runs to read.
//
// Rows that are only added are a table by their last one: by time where they have one, then in the order of the log. Rows
// that replace each other are one when they do so by the table's key.

import Plan
import Syntax
import Values

extension Resolver {
  func derivedTable(
    _ create: CreateRelation, _ query: Query, at span: SourceSpan
  ) throws(CompileError) -> Catalog.Change {
    _ = try DeclarationOptions(create.options, known: [], self)
    var key: [Identifier] = []
    for element in create.elements {
      guard case .primaryKey(let names, _) = element.kind else {
        throw notSupported("columns of a table made by a query", at: element.span)
      }
      key = names
    }
    guard !key.isEmpty else {
      throw failure(
        Codes.invalidDeclaration, "a table made by a query needs the key of its rows", at: create.name.span
      ) { $0.help("CREATE TABLE \(create.name.text) (PRIMARY KEY (…)) AS …, or CREATE STREAM, or CREATE VIEW") }
    }
    return try self.query(query, named: create.name, .table, columns: [], primaryKey: key, at: span)
  }

  /// The last row of each key of a relation.
  func keyed(
    _ relation: Relation, by key: [(name: String, span: SourceSpan)], of table: String, at span: SourceSpan
  ) throws(CompileError) -> Relation {
    let columns = relation.schema.fields.enumerated().map { ScopeColumn(name: $1.name, index: $0) }
    let positions = try key.map { (part) throws(CompileError) -> Int in
      guard let match = Scope.matches(part.name, in: columns).first else {
        throw self.failure(
          Codes.unknownColumn,
          "the query has no column `\(part.name)`\(self.suggestion(for: part.name, in: columns.map(\.name)))",
          at: part.span)
      }
      return match.index
    }
    switch relation.properties.mode {
    case .append:
      if relation.properties.keys.contains(where: { Set($0).isSubset(of: Set(positions)) }) { return relation }
      let normalization = Normalization(keys: positions, order: relation.properties.timeAttribute?.column)
      return Relation(.normalize(relation, normalization), owner: relation.owner, range: relation.range)
    case .upsert(let own) where Self.withoutWindowEnd(own, relation) == Self.withoutWindowEnd(positions, relation):
      return relation
    case .upsert(let own):
      let names = own.map { relation.schema[$0].name }.joined(separator: ", ")
      throw failure(
        Codes.sinkKey,
        "`\(table)` has PRIMARY KEY (\(key.map(\.name).joined(separator: ", "))), and the rows of its query replace each other by \(names.isEmpty ? "nothing: there is one" : names)",
        at: span
      ) { names.isEmpty ? $0 : $0.help("declare PRIMARY KEY (\(names))") }
    case .retract:
      throw failure(
        Codes.sinkKey, "the rows of the query are taken back whole, and no column says which row of `\(table)` that is",
        at: span
      ) { $0.help("keep the columns by which its operators tell rows apart, or CREATE MATERIALIZED VIEW") }
    }
  }

  /// The start of a window says which it is.
  private static func withoutWindowEnd(_ columns: [Int], _ relation: Relation) -> Set<Int> {
    guard let window = relation.properties.window else { return Set(columns) }
    return Set(columns.map { [window.end, window.time].contains($0) ? window.start : $0 })
  }

  /// The sink that keeps the rows of a materialized view or derived table; nil for another definition.
  func keptView(_ query: QueryDefinition, _ span: SourceSpan) throws(CompileError) -> Relation? {
    guard query.kind == .materializedView || query.kind == .table else { return nil }
    let relation = try inlined(query, at: span, Environment(owner: query.name))
    var sink = SinkDescription(name: query.name, place: .topic(query.name), format: .json, isKeptView: true)
    switch relation.properties.mode {
    case .append: sink.primaryKey = query.primaryKey.compactMap { relation.schema.index(of: $0) }
    case .upsert(let key): sink.primaryKey = key
    case .retract: sink.format = .changelog
    }
    sink.keyColumns = sink.primaryKey
    return Relation(.sink(relation, sink), owner: query.name, range: query.range)
  }
}
