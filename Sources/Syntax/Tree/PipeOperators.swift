// Pipe operators: one case for each, in the order of the grammar. The streaming ones have their payloads in
// `StreamingOperators.swift`.

package struct PipeOperator: Hashable, Sendable {
  package var hint: Hint?
  package var kind: Kind
  /// From `|>` to the operator's last token.
  package var span: SourceSpan
  /// The operator's keyword or keywords alone (AGGREGATE, LEFT JOIN): what messages point at.
  package var keywordSpan: SourceSpan

  package indirect enum Kind: Hashable, Sendable {
    case `where`(Expression)
    case select(PipeSelect)
    case extend(PipeExtend)
    case set([SetItem])
    case drop([Identifier])
    case rename([RenameItem])
    case alias(Identifier)
    case aggregate(PipeAggregate)
    case distinct(state: StateClause?)
    case join(JoinClause)
    case call(TableFunctionCall, alias: Identifier?)
    case orderBy([OrderItem])
    case limit(LimitClause)
    case setOperation(SetOperator, [Query])
    case recursive(PipeRecursive)
    case sample(TableSample)
    case with(WithClause)
    case pivot(Pivot, alias: Identifier?)
    case unpivot(Unpivot, alias: Identifier?)
    case matchRecognize(MatchRecognize)
    /// The condition, then the payload that the message shows.
    case assert(Expression, payload: [Expression])
    case describe
    case log(Subpipeline?)
    case conditional(PipeIf)
    case fork([Subpipeline])
    case tee([Subpipeline])
    case finish
    case insert(PipeInsert)
    case create(PipeCreate)
    case window(PipeWindow)
    case watermark(WatermarkDeclaration)
    case emit(EmitClause)
    case deduplicate(PipeDeduplicate)
    case top(PipeTop)
    case throttle(PipeThrottle)
    case validate(PipeValidate)
    case attempt(Subpipeline, onError: ErrorTarget)
    case route(PipeRoute)
    /// An operator that could not be parsed: its output has its input's columns. A diagnostic was reported for it.
    case error
  }
}

/// `( |> op |> op )`, possibly `()`.
package struct Subpipeline: Hashable, Sendable {
  package var operators: [PipeOperator]
  package var span: SourceSpan
}

package struct PipeSelect: Hashable, Sendable {
  package var isDistinct: Bool
  package var items: [SelectItem]
  package var windows: [NamedWindow]
  package var state: StateClause?
}

package struct PipeExtend: Hashable, Sendable {
  package var items: [SelectItem]
  package var windows: [NamedWindow]
  package var state: StateClause?
}

package struct SetItem: Hashable, Sendable {
  package var column: Identifier
  package var value: Expression
  package var span: SourceSpan
}

package struct RenameItem: Hashable, Sendable {
  package var from: Identifier
  package var to: Identifier
  package var span: SourceSpan
}

package struct PipeAggregate: Hashable, Sendable {
  package var items: [AggregateItem]
  package var groupBy: GroupByClause?
  package var state: StateClause?
}

package struct AggregateItem: Hashable, Sendable {
  package var value: Expression
  package var alias: Identifier?
  package var order: Ordering?
  package var span: SourceSpan
}

package struct PipeRecursive: Hashable, Sendable {
  package var `operator`: SetOperator
  package var step: Step
  package var alias: Identifier?

  package indirect enum Step: Hashable, Sendable {
    case subpipeline(Subpipeline)
    case query(Query)
  }
}

/// `TABLESAMPLE BERNOULLI (10 PERCENT)`.
package struct TableSample: Hashable, Sendable {
  package var method: Identifier
  package var size: Expression
  package var unit: Unit
  package var span: SourceSpan

  package enum Unit: String, Hashable, Sendable, CaseIterable {
    case percent = "PERCENT"
    case rows = "ROWS"
  }
}

package struct Pivot: Hashable, Sendable {
  package var aggregates: [AggregateItem]
  package var column: QualifiedName
  package var values: [PivotValue]
  package var span: SourceSpan

  package struct PivotValue: Hashable, Sendable {
    package var value: Expression
    package var alias: Identifier?
    package var span: SourceSpan
  }
}

package struct Unpivot: Hashable, Sendable {
  package var valueColumn: Identifier
  package var nameColumn: Identifier
  package var columns: [UnpivotColumn]
  package var span: SourceSpan

  package struct UnpivotColumn: Hashable, Sendable {
    package var column: Identifier
    package var label: StringLiteral?
    package var span: SourceSpan
  }
}

package struct PipeIf: Hashable, Sendable {
  /// IF and each ELSEIF: at least one.
  package var branches: [Branch]
  package var otherwise: Subpipeline?

  package struct Branch: Hashable, Sendable {
    package var condition: Expression
    package var body: Subpipeline
    package var span: SourceSpan
  }
}

package struct PipeInsert: Hashable, Sendable {
  package var target: QualifiedName
  package var columns: [Identifier]
  package var onConflict: ConflictAction?
}

package struct PipeCreate: Hashable, Sendable {
  package var orReplace: Bool
  package var kind: DerivedRelationKind
  package var name: QualifiedName
  package var elements: [TableElement]
  package var options: [Option]
}

package enum DerivedRelationKind: String, Hashable, Sendable, CaseIterable {
  case stream = "STREAM"
  case table = "TABLE"
  case view = "VIEW"
  case materializedView = "MATERIALIZED VIEW"
}
