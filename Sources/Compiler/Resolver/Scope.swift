// What names mean at one place of a query: the visible columns in order, the range variables, and the names that were
// there before, for messages. Positions point into the physical row of the relation, which may hold columns that are no
// longer visible (`t.c` after SET c) until a projection drops them.

import Plan
import Syntax
import Values

struct ScopeColumn: Hashable, Sendable {
  var name: String
  /// The position in the physical row.
  var index: Int
}

/// A table alias with the columns that it had when it was introduced.
struct RangeVariable: Hashable, Sendable {
  var name: String
  var columns: [ScopeColumn]
}

/// A column that existed upstream and is gone.
struct LostColumn: Hashable, Sendable {
  var name: String
  /// The operator that dropped it, in capitals.
  var operatorName: String
  var span: SourceSpan
}

struct Scope: Hashable, Sendable {
  var columns: [ScopeColumn] = []
  var variables: [RangeVariable] = []
  var lost: [LostColumn] = []
  /// Columns whose value SET replaced, by folded name, with the place of the SET.
  var replaced: [String: SourceSpan] = [:]
  /// The operator whose output this is: labelled when a name is not found.
  var producer: SourceSpan?
  /// The physical positions of the window's columns, while they are visible.
  var window: WindowColumns?
  /// A join without a condition of two relations in windows: a WHERE must still say that the windows are the same.
  var unjoinedWindows: SourceSpan?
  /// After an operator that could not be resolved: names that are missing may be its fault, so they are not reported.
  var isUncertain = false

  init() {}

  /// All columns of a relation, visible in order, with one range variable when it has a name.
  init(_ relation: Relation, alias: String?, producer: SourceSpan?) {
    columns = relation.schema.fields.enumerated().map { ScopeColumn(name: $1.name, index: $0) }
    if let alias { variables = [RangeVariable(name: alias, columns: columns)] }
    window = relation.properties.window
    self.producer = producer
  }

  static func folded(_ name: String) -> String { name.lowercased() }

  /// The columns called exactly `name`; failing that, those that differ in case alone.
  static func matches(_ name: String, in columns: [ScopeColumn]) -> [ScopeColumn] {
    let exact = columns.filter { $0.name == name }
    if !exact.isEmpty { return exact }
    let key = folded(name)
    return columns.filter { folded($0.name) == key }
  }

  func matches(_ name: String) -> [ScopeColumn] { Scope.matches(name, in: columns) }

  func variable(_ name: String) -> RangeVariable? {
    variables.first { $0.name == name } ?? variables.first { Scope.folded($0.name) == Scope.folded(name) }
  }

  var isWindowVisible: Bool { window != nil }

  /// Forgets the window unless its bounds are still visible columns.
  mutating func reviewWindow() {
    guard let current = window else { return }
    let visible = Set(columns.map(\.index))
    if !visible.contains(current.start) || !visible.contains(current.end) { window = nil }
  }

  /// Records that the columns of `earlier` not among the present ones are gone.
  mutating func recordLost(from earlier: Scope, by operatorName: String, at span: SourceSpan) {
    let present = Set(columns.map { Scope.folded($0.name) })
    let gone = earlier.columns.filter { !present.contains(Scope.folded($0.name)) }
    lost =
      gone.map { LostColumn(name: $0.name, operatorName: operatorName, span: span) }
      + earlier.lost.filter { !present.contains(Scope.folded($0.name)) }
  }
}

/// A relation with what its names mean.
struct ResolvedQuery: Hashable, Sendable {
  var relation: Relation
  var scope: Scope
  /// The operator just applied holds state that an EMIT may follow.
  var mayEmit = false
  /// An ORDER BY that no later operator has undone, so that a LIMIT may join it.
  var isOrdered = false
  /// Its rows go to sinks only: nothing is left to print or to read.
  var isTerminated = false
  /// Columns from this place on are there for ORDER BY alone.
  var hiddenAfterOrdering: Int?
  /// In a subquery: what must hold between its rows and the outer row, to be said by the join that puts them together.
  var correlations: [TypedExpression] = []
  /// In the row that an aggregate of everything gives for no rows: the value of each column.
  var emptyRow: [TypedExpression]?

  /// The field of a visible column.
  func field(_ column: ScopeColumn) -> Field { relation.schema[column.index] }

  /// The visible columns as expressions under their visible names.
  var visibleExpressions: [NamedExpression] {
    scope.columns.map { NamedExpression($0.name, .column($0.index, relation.schema[$0.index])) }
  }

  /// The schema as the user sees it.
  var visibleSchema: Schema {
    Schema(
      scope.columns.map { Field($0.name, relation.schema[$0.index].type, nullable: relation.schema[$0.index].nullable) }
    )
  }

  /// The relation with exactly the visible columns.
  var finished: Relation {
    let items = visibleExpressions
    return relation.isIdentity(items) ? relation : relation.projected(items)
  }
}
